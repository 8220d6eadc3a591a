"""The flows on paper in one language: gathers what flows, words and the municipality say; it draws nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.flows import declared, loader, paper
from bot.flows.paper.sheet import Sheet, sheets
from bot.locales import catalogue
from bot.locales.direction import is_right_to_left
from bot.locales.words import SOURCE, Words
from bot.model import Text
from bot.municipality import Municipality


def paper_of(
    content: loader.Content,
    chosen: Sequence[str],
    town: Municipality,
    words: Words,
    values: Mapping[str, str],
    language: str,
) -> str:
    """The cards, in a language that employees work in, and for whoever reads a translation through all its sentences
    with the Danish beside them; of a language that is only shown to citizens just these."""
    spoken = language if language in words.languages else SOURCE
    captions = paper.read(_open(words, spoken))
    changed = max(path.stat().st_mtime for path in loader.DIRECTORY.glob("*.toml"))
    dated = datetime.fromtimestamp(changed, ZoneInfo(town.timezone)).date().isoformat()
    facts = paper.Facts(town.name, values["unit"], dated, words.language_name(spoken), spoken)

    def say(text: Text) -> str:
        return words.say(text, spoken, values)

    drawable = {name: (one, declared.shapes(loader.DIRECTORY, name)) for name, one in content.flows.items()}
    if language == SOURCE:
        return paper.document(drawable, chosen, say, captions, facts)
    made = [sheet for _, sheet in sheets(drawable, say, captions)]
    section = paper.section(
        _reading(words, language, captions), _parts(content, made, words, language), captions
    )
    if language in words.languages:
        return paper.document(drawable, chosen, say, captions, facts, section)
    return paper.alone(section, captions, facts)


def _open(words: Words, language: str) -> declared.Say:
    """Placeholders left as they are."""
    untouched = words.untouched(language)
    return lambda text: untouched(text) or text.msgid


def _reading(words: Words, language: str, captions: paper.Captions) -> paper.Reading:
    shown = words.untouched_shown(language) if language in words.of_citizens else None
    staff = words.untouched(language) if language in words.languages else None
    reviews = {one.domain: one.review for one in words.standings if one.language == language}

    def say(text: Text) -> str:
        forms = (
            words.plurals[language].said.get((text.context, text.msgid))
            if language in words.plurals
            else None
        )
        found = (staff and staff(text)) or (shown and shown(text))
        return "\n".join(forms) if forms else found or ""

    notes = catalogue.DIRECTORY / language / "notes.md"
    return paper.Reading(
        code=language,
        name=words.language_name(language),
        right_to_left=is_right_to_left(language),
        say=say,
        status="; ".join(_status(domain, review, captions) for domain, review in reviews.items()),
        notes=notes.read_text("utf-8") if notes.exists() else "",
    )


def _status(domain: str, review: str, captions: paper.Captions) -> str:
    said = captions["review.unreviewed"] if review == catalogue.UNREVIEWED else review
    return f"{captions[f'review.{domain}']}: {said}"


def _parts(
    content: loader.Content, made: Sequence[Sheet], words: Words, language: str
) -> Mapping[str, Sequence[paper.Row]]:
    parts = {"citizen": paper.rows(made, (), aloud=True)}
    if language in words.languages:
        labels = (label for flow in content.flows.values() for label in flow.controls.values())
        captions = (text for _, text in paper.texts())
        others = (*labels, *content.phrases.values(), *captions, *(text for text, _ in content.beside()))
        parts["staff"] = paper.rows(made, others, aloud=False)
    return parts
