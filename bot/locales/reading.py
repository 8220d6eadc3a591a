"""Every language there is, as far as it may be used: what is not whole, or not wanted, reaches nobody."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog

from bot.locales import catalogue, faults, glossary
from bot.locales.catalogue import DIRECTORY, DOMAINS, Domain, Key
from bot.locales.glossary import Glossary
from bot.locales.words import SOURCE, Plurals, Standing, Table, Words

Needed = Mapping[Domain, Mapping[Key, int]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a municipality has decided: which languages besides Danish, None being all of them; and whether citizens
    are shown only those that somebody has reviewed."""

    staff: Collection[str] | None = None
    citizen: Collection[str] | None = None
    reviewed_only: bool = False

    def chooses(self, standing: Standing) -> bool:
        if standing.domain == "staff":
            return self.staff is None or standing.language in self.staff
        reviewed = standing.reviewed or not self.reviewed_only
        return reviewed and (self.citizen is None or standing.language in self.citizen)


EVERY = Wanted()


@dataclass(frozen=True, slots=True)
class _Read:
    standing: Standing
    said: Table
    plurals: Plurals


def load(
    directory: Path = DIRECTORY,
    zone: str = "Europe/Copenhagen",
    needed: Needed | None = None,
    wanted: Wanted = EVERY,
) -> Words:
    """Danish, and every catalogue that is whole and wanted. A half-translated one reaches nobody: it is left out and
    named, and whoever reads it gets Danish, because a missing sentence must not keep the bot from anybody. `needed`
    are the sentences that each must have, with the characters that each may take."""
    folders = sorted(path for path in directory.iterdir() if path.is_dir())
    found = [one for folder in folders for one in _folder(folder, needed or {})]
    usable = {(one.standing.language, one.standing.domain): one for one in found if not one.standing.faults}
    chosen = [key for key, one in usable.items() if wanted.chooses(one.standing)]
    # What she says aloud stands in the other catalogue: an employee's language needs both.
    staff = [code for code, domain in chosen if domain == "staff" and (code, "citizen") in usable]
    order = {code: number for number, code in enumerate(wanted.citizen or ())}
    shown = sorted(
        (code for code, domain in chosen if domain == "citizen"), key=lambda code: order.get(code, 0)
    )
    return Words(
        {
            SOURCE: {},
            **{code: {**usable[code, "staff"].said, **usable[code, "citizen"].said} for code in staff},
        },
        zone,
        {SOURCE: {}, **{code: usable[code, "citizen"].said for code in shown}},
        {code: usable[code, "staff"].plurals for code in staff},
        tuple(one.standing for one in found),
    )


def of_staff(language: str, zone: str, directory: Path = DIRECTORY) -> Words | None:
    """One language that employees work in, and nothing for citizens: for what is waited for, and shows no flow. None
    where it is not there, or not in order."""
    if language == SOURCE:
        return Words({SOURCE: {}}, zone)
    if not language.isalpha() or not (directory / language / "staff.po").exists():
        return None
    found = [one for one in _folder(directory / language, {}) if one.standing.domain == "staff"]
    if not found or found[0].standing.faults:
        return None
    return Words({SOURCE: {}, language: found[0].said}, zone, plurals={language: found[0].plurals})


def _folder(folder: Path, needed: Needed) -> Iterator[_Read]:
    """A language's catalogues; none where it is no language's folder."""
    there = [domain for domain in DOMAINS if (folder / f"{domain}.po").exists()]
    try:
        terms = glossary.read(folder)
    except ValueError as error:
        yield from (_unreadable(folder.name, one, f"{folder.name}/glossary.toml: {error}") for one in there)
        return
    yield from (_read(folder / f"{domain}.po", domain, terms, needed) for domain in there)


def _read(path: Path, domain: Domain, terms: Glossary, needed: Needed) -> _Read:
    language = path.parent.name
    name = f"{language}/{path.name}"
    try:
        catalog = catalogue.read(path, hints=False)
        rule = catalogue.plural_rule(catalog)
    except ValueError as error:
        return _unreadable(language, domain, f"{name}: cannot be read: {error}")
    wrong = tuple(f"{name}: {fault}" for fault in faults.of(catalog, domain, terms, needed.get(domain)))
    review = catalogue.review_of(catalog)
    standing = Standing(language, domain, len(catalog), str(review), review.holds, wrong)
    return _Read(standing, *_sentences(catalog, rule))


def _unreadable(language: str, domain: Domain, why: str) -> _Read:
    standing = Standing(language, domain, 0, catalogue.UNREVIEWED, False, (why,))
    return _Read(standing, {}, Plurals({}, lambda _: 0))


def _sentences(catalog: Catalog, rule: Callable[[int], int]) -> tuple[Table, Plurals]:
    said: dict[Key, str] = {}
    counting: dict[Key, tuple[str, ...]] = {}
    for key, message in catalogue.messages(catalog):
        forms = catalogue.forms_of(message.string)
        said[key] = forms[0]
        if message.pluralizable:
            counting[key] = forms
    return said, Plurals(counting, rule)
