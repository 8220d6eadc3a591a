"""A report in words, in the reader's language: the five lines of the chat, the units, what the figures mean."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.locales.words import Words
from bot.model import Text
from bot.reports.measures import BY_UNIT, MEASURES, WAY
from bot.reports.protect import Shown
from bot.reports.report import OF_STEP, Period, Report, Waiting
from bot.storage.figures import CLOCKS, STEPS

ARROW = " → "
MEANS = ("rounded", "denial", "small", "quarters")


@dataclass(frozen=True, slots=True)
class Tell:
    """The house's phrases in one language; `key_role` is what the municipality calls a key person."""

    words: Words
    phrases: Mapping[str, Text]
    language: str
    key_role: str = ""

    def say(self, name: str, **values: str) -> str:
        return self.words.say(self.phrases[name], self.language, {"key_role": self.key_role, **values})

    def number(self, shown: Shown) -> str:
        return self.say("report.hidden") if shown is None else self.words.number(shown, self.language)

    def measure(self, code: str) -> str:
        return self.say(f"measure.{code}")

    def quarter(self, period: Period) -> str:
        return self.words.quarter(period.quarter.middle, self.language)

    def spoken(self, language: str) -> str:
        return self.words.language_in_a_sentence(language, self.language)


def lines(report: Report, tell: Tell) -> list[str]:
    """The way, the waits, routine against concern, what stands open, the languages: of the last quarter, with the one
    before it in parentheses."""
    now = report.periods[-1]
    before = report.periods[-2] if len(report.periods) > 1 else None
    return [
        *_not_yet(report, tell),
        _way(now, before, tell),
        *_waits(now, tell),
        _modes(now, before, tell),
        _open(report, tell),
        _languages(now, tell),
    ]


def _not_yet(report: Report, tell: Tell) -> list[str]:
    if report.first_on is None:
        return []
    return [tell.say("report.not_yet", until=tell.words.date(report.first_on, tell.language))]


def heading(report: Report, tell: Tell) -> str:
    now = tell.quarter(report.periods[-1])
    if len(report.periods) < 2:
        return now
    return tell.say("report.against", period=now, before=tell.quarter(report.periods[-2]))


def units(report: Report, tell: Tell) -> list[str]:
    """Each unit's way in the last quarter, as far as its numbers allow."""
    now = report.periods[-1]
    told = {unit: _of_unit(now, unit, tell) for unit in report.units}
    found = [
        tell.say("report.unit", unit=report.units[unit], said=said) for unit, said in told.items() if said
    ]
    return [
        tell.say("report.units", period=tell.quarter(now)),
        *(found or [tell.say("report.no_units")]),
        tell.say("report.small"),
    ]


def means(tell: Tell) -> list[str]:
    return [tell.say(f"report.{name}") for name in MEANS]


def counted(code: str, tell: Tell) -> str:
    """What a measure counts, and of what."""
    within = next(one.within for one in MEASURES if one.code == code)
    said = tell.say(f"counts.{code}")
    return f"{said} ({tell.say('report.of', said=tell.measure(within))})" if within else said


def _way(now: Period, before: Period | None, tell: Tell) -> str:
    return ARROW.join(
        tell.say(
            "report.step",
            who=tell.measure(code),
            number=tell.number(now.sums[code].total),
            before=tell.number(_total(before, code)),
        )
        for code in WAY
    )


def _total(period: Period | None, code: str) -> Shown:
    return None if period is None else period.sums[code].total


def _waits(now: Period, tell: Tell) -> list[str]:
    """By the municipality's hours, or around the clock where nothing else is known."""
    for clock, phrase in zip(CLOCKS, ("report.waits", "report.clock"), strict=True):
        known = {step: now.waits[clock, step] for step in STEPS}
        if any(one.median is not None for one in known.values()):
            said = ", ".join(_wait(step, one, tell) for step, one in known.items())
            return [tell.say(phrase, said=said)]
    return [tell.say("report.waits", said=tell.say("report.hidden"))]


def _wait(step: str, one: Waiting, tell: Tell) -> str:
    half, most = tell.number(one.median), tell.number(one.late)
    return tell.say("report.wait", who=tell.measure(OF_STEP[step]), half=half, most=most)


def _modes(now: Period, before: Period | None, tell: Tell) -> str:
    return tell.say(
        "report.modes",
        number=tell.number(now.sums["asked_routine"].total),
        before=tell.number(_total(before, "asked_routine")),
        half=tell.number(now.sums["asked"].total),
        most=tell.number(_total(before, "asked")),
        count=tell.number(now.sums["identified_concern"].total),
        said=tell.number(_total(before, "identified_concern")),
    )


def _open(report: Report, tell: Tell) -> str:
    names = [report.units[unit] for unit in report.unproven]
    routes = tell.say("report.routes_ok")
    if names:
        routes = tell.say("report.routes", units=tell.words.few_of(names, tell.language))
    return tell.say("report.now", number=tell.number(report.duties), said=routes)


def _languages(now: Period, tell: Tell) -> str:
    shown = sorted(((count, language) for language, count in now.languages.items()), reverse=True)
    if not shown:
        return tell.say("report.no_languages")
    said = [
        tell.say("report.language", language=tell.spoken(language), number=tell.number(count))
        for count, language in shown
    ]
    return tell.say("report.languages", said=tell.words.list_of(said, tell.language))


def _of_unit(now: Period, unit: str, tell: Tell) -> str:
    known = now.sums[BY_UNIT].parts.get(unit)
    return "" if known is None else f"{tell.measure(BY_UNIT).lower()} {tell.number(known)}"
