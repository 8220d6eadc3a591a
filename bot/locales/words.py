"""A text in the reader's language: catalogues, plurals, times. It knows no cards and decides nothing."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, format_time, get_timezone
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot.model import Text

DIRECTORY = Path(__file__).parent
SOURCE = "da"
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Words:
    """Every language that may be shown, Danish first. `zone` is the municipality's clock; `problems` say which
    languages are left out, and for which sentences."""

    catalogues: Mapping[str, Mapping[tuple[str, str], str]]
    zone: str = "Europe/Copenhagen"
    problems: tuple[str, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.catalogues)

    def nearest(self, language: str) -> str:
        """The language to begin in for a person whose telephone is set to `language`."""
        short = language.replace("_", "-").split("-")[0].lower()
        return short if short in self.catalogues else SOURCE

    def say(self, text: Text, language: str, values: Mapping[str, str]) -> str:
        """The sentence with its placeholders filled in; "" where one of them is empty, because a text with
        a hole in it must not be shown. A text without a context is a name and is not translated."""
        found = self._find(text, language) if text.context else text.msgid
        needed = _PLACEHOLDER.findall(found)
        if not needed:
            return found
        if not all(values.get(name) for name in needed):
            return ""
        return _PLACEHOLDER.sub(lambda match: values[match[1]], found)

    def untouched(self, language: str) -> Callable[[Text], str | None]:
        """How a language says a text, its placeholders open; None where it does not."""
        found = self.catalogues[language]

        def say(text: Text) -> str | None:
            if language == SOURCE or not text.context:
                return text.msgid
            return found.get((text.context, text.msgid))

        return say

    def _find(self, text: Text, language: str) -> str:
        return self.catalogues.get(language, {}).get((text.context, text.msgid), text.msgid)

    def plural(self, one: Text, many: Text, count: int, language: str) -> str:
        """`one` or `many` by the language's own rule (CLDR), with {count} filled in."""
        rule = Locale.parse(language).plural_form(count)
        return self.say(one if rule == "one" else many, language, {"count": str(count)})

    def time(self, moment: datetime, language: str) -> str:
        """The clock on the municipality's wall."""
        return format_time(moment, "short", tzinfo=get_timezone(self.zone), locale=language)

    def day(self, day: date, language: str) -> str:
        """The day of the week and the date, as it is said there."""
        return format_skeleton("MMMEd", day, locale=language)

    def date(self, day: date, language: str) -> str:
        """With the year, where it may be another one."""
        return format_skeleton("yMMMd", day, locale=language)

    def day_and_time(self, moment: datetime, language: str) -> str:
        local = moment.astimezone(ZoneInfo(self.zone))
        return f"{self.day(local.date(), language)} {self.time(moment, language)}"

    def language_name(self, language: str) -> str:
        """The language's own name for itself."""
        name = Locale.parse(language).get_display_name(language) or language
        return name[:1].upper() + name[1:]


def load(directory: Path = DIRECTORY, zone: str = "Europe/Copenhagen", needed: Iterable[Text] = ()) -> Words:
    """Danish and every catalogue that is whole. A half-translated one reaches nobody: it is left out and named,
    and whoever reads it gets Danish, because a missing sentence must not keep the bot from anybody. `needed`
    are the sentences that it must have."""
    catalogues: dict[str, Mapping[tuple[str, str], str]] = {SOURCE: {}}
    problems: list[str] = []
    texts = tuple(needed)
    for path in sorted(directory.glob("*.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale=path.stem)
        missing = sorted({(text.context, text.msgid) for text in texts if text.context} - _kept(catalog))
        found = [f"{path.name}: {problem}" for problem in problems_of(catalog)]
        found += [f"{path.name}: {context}: {msgid[:50]!r} is not there" for context, msgid in missing]
        problems += found
        if found:
            continue
        catalogues[path.stem] = {
            (message.context or "", str(message.id)): str(message.string) for message in catalog if message.id
        }
    return Words(catalogues, zone, tuple(problems))


def _kept(catalog: Catalog) -> set[tuple[str, str]]:
    return {(message.context or "", str(message.id)) for message in catalog if message.id}


def problems_of(catalog: Catalog) -> list[str]:
    """What keeps a catalogue from being shown: missing, fuzzy, placeholders or law references that differ."""
    problems: list[str] = []
    for message in catalog:
        msgid, said = str(message.id), str(message.string or "")
        if not msgid:
            continue
        where = f"{message.context}: {msgid[:50]!r}"
        if not said:
            problems.append(f"{where} is not translated")
        elif message.fuzzy:
            problems.append(f"{where} is fuzzy")
        elif _locked(msgid) != _locked(said):
            problems.append(f"{where}: {sorted(_locked(msgid) ^ _locked(said))} differ")
    return problems


def _locked(text: str) -> set[str]:
    """What a translation must keep to the letter: placeholders, commands, paragraph and telephone numbers."""
    return set(
        re.findall(r"\{[a-z_]+\}|(?<![\w/])/[a-z]+|§+ ?\d+|\b1?1\d{2}\b|\b1888\b|\b116 ?\d{3}\b", text)
    )
