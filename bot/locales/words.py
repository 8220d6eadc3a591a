"""A text in the reader's language, or the citizen's: sentences, plurals, lists, numbers, times. It decides nothing."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, format_time, get_timezone
from babel.lists import format_list
from babel.numbers import format_decimal

from bot.locales.catalogue import Domain, Key
from bot.model import Text

SOURCE = "da"
NAMED_AT_MOST = 3  # of a list in a sentence on a telephone
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")

Table = Mapping[Key, str]


@dataclass(frozen=True, slots=True)
class Plurals:
    """Sentences that count, with all their forms; `form` gives the place of the one for a number, by the language's own
    rule."""

    said: Mapping[Key, tuple[str, ...]]
    form: Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is of a language, for whoever looks after it: reviewed by whom, and what keeps it out, if anything."""

    language: str
    domain: Domain
    sentences: int
    review: str
    reviewed: bool
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """Every language that may be used, Danish first: `catalogues` for employees, with what they say aloud, and `shown`
    for what is shown to a citizen. `zone` is the municipality's clock."""

    catalogues: Mapping[str, Table]
    zone: str = "Europe/Copenhagen"
    shown: Mapping[str, Table] = field(default_factory=lambda: {SOURCE: {}})
    plurals: Mapping[str, Plurals] = field(default_factory=dict)
    standings: tuple[Standing, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that an employee can work in."""
        return tuple(self.catalogues)

    @property
    def of_citizens(self) -> tuple[str, ...]:
        return tuple(self.shown)

    @property
    def problems(self) -> tuple[str, ...]:
        """What keeps languages out, sentence by sentence."""
        return tuple(fault for one in self.standings for fault in one.faults)

    def nearest(self, language: str) -> str:
        """The language to begin in for a person whose telephone is set to `language`."""
        return self.usable(language.replace("_", "-").split("-")[0].lower())

    def usable(self, language: str) -> str:
        """Danish for whoever has chosen a language that is not there any more."""
        return language if language in self.catalogues else SOURCE

    def is_reviewed(self, language: str) -> bool:
        """As something to be shown to a citizen. Danish counts: its review stands with each card in the flow files."""
        found = (
            one.reviewed for one in self.standings if (one.language, one.domain) == (language, "citizen")
        )
        return language == SOURCE or next(found, False)

    # --- sentences ----------------------------------------------------------------------------------

    def say(self, text: Text, language: str, values: Mapping[str, str]) -> str:
        """The sentence with its placeholders filled in; "" where one of them is empty, because a text with
        a hole in it must not be shown. A text without a context is a name and is not translated."""
        return _filled(self._find(text, language), values)

    def show(self, text: Text, language: str) -> str:
        """The sentence for a citizen; it has no placeholders, since nothing here knows anything about her or him."""
        return self.shown.get(language, {}).get((text.context, text.msgid), text.msgid)

    def plural(self, text: Text, count: int, language: str, values: Mapping[str, str] | None = None) -> str:
        """By the language's own rule, with {count} filled in. `text` has two Danish forms."""
        known = self.plurals.get(language)
        forms = known.said.get((text.context, text.msgid)) if known else None
        if known and forms:
            found = forms[known.form(count)]
        else:
            one = Locale.parse(SOURCE).plural_form(count) == "one"
            found = text.msgid if one else text.many
        return _filled(found, {**(values or {}), "count": self.number(count, language)})

    def untouched(self, language: str) -> Callable[[Text], str | None]:
        """How a language says a text, its placeholders open; None where it does not."""
        return _untouched(self.catalogues[language], language)

    def untouched_shown(self, language: str) -> Callable[[Text], str | None]:
        return _untouched(self.shown[language], language)

    def _find(self, text: Text, language: str) -> str:
        if not text.context:
            return text.msgid
        return self.catalogues.get(language, {}).get((text.context, text.msgid), text.msgid)

    # --- what every language writes in its own way --------------------------------------------------

    def number(self, number: int, language: str) -> str:
        return format_decimal(number, locale=language)

    def list_of(self, items: Sequence[str], language: str) -> str:
        return format_list(items, locale=language)

    def few_of(self, names: Sequence[str], language: str) -> str:
        """The first of them by name, and how many more."""
        more = len(names) - NAMED_AT_MOST
        rest = [f"+{self.number(more, language)}"] if more > 0 else []
        return self.list_of([*names[:NAMED_AT_MOST], *rest], language)

    def either(self, items: Sequence[str], language: str) -> str:
        """One of them, as in *this or that*."""
        return format_list(items, style="or", locale=language)

    def time(self, moment: datetime, language: str) -> str:
        """The clock on the municipality's wall."""
        return format_time(moment, "short", tzinfo=get_timezone(self.zone), locale=language)

    def day(self, day: date, language: str) -> str:
        """The day of the week and the date, as it is said there."""
        return format_skeleton("MMMEd", day, locale=language)

    def quarter(self, day: date, language: str) -> str:
        """The quarter and the year that a day lies in."""
        return format_skeleton("yQQQQ", day, locale=language)

    def date(self, day: date, language: str) -> str:
        """With the year, where it may be another one."""
        return format_skeleton("yMMMd", day, locale=language)

    def day_and_time(self, moment: datetime, language: str) -> str:
        local = moment.astimezone(ZoneInfo(self.zone))
        return f"{self.day(local.date(), language)} {self.time(moment, language)}"

    def language_name(self, language: str, reader: str = "") -> str:
        """The language's own name for itself, or what a reader of another one calls it."""
        name = self.language_in_a_sentence(language, reader or language)
        return name[:1].upper() + name[1:]

    def language_in_a_sentence(self, language: str, reader: str) -> str:
        """With a capital letter only where the reader's language has one there."""
        return Locale.parse(language).get_display_name(reader) or language


def _filled(found: str, values: Mapping[str, str]) -> str:
    if "{" not in found:
        return found
    if not all(values.get(name) for name in _PLACEHOLDER.findall(found)):
        return ""
    return _PLACEHOLDER.sub(lambda match: values[match[1]], found)


def _untouched(table: Table, language: str) -> Callable[[Text], str | None]:
    def say(text: Text) -> str | None:
        if language == SOURCE or not text.context:
            return text.msgid
        return table.get((text.context, text.msgid))

    return say
