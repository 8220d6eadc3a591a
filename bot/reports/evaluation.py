"""The indicators of the theory of change for an external evaluator: a row a unit and quarter, and its columns."""

from collections.abc import Iterator

from bot.reports import telling
from bot.reports.measures import MEASURES, NOT_KNOWN
from bot.reports.report import Period, Report
from bot.reports.table import ALL, COLUMNS
from bot.reports.telling import Tell
from bot.storage.figures import CLOCKS, STEPS

_PLACE = ("quarter", "first_week", "last_week", "unit")
_WAITS = [(clock, step, part) for clock in CLOCKS for step in STEPS for part in ("half", "most")]


def rows(report: Report, only: str = "") -> Iterator[tuple[str, ...]]:
    """With the names of the columns first. An empty cell is hidden, or not told of a unit."""
    yield (*_PLACE, *(one.code for one in MEASURES), *map(_column, _WAITS))
    for period in report.periods:
        one = period.quarter
        for unit in (ALL, *(known for known in report.units if only in ("", known))):
            sums = [period.sums[measure.code] for measure in MEASURES]
            shown = [found.total if unit == ALL else found.parts.get(unit) for found in sums]
            place = (str(one), one.first_week, one.last_week, unit)
            waits = [_waited(period, wait) if unit == ALL else None for wait in _WAITS]
            yield (*place, *("" if cell is None else str(cell) for cell in (*shown, *waits)))


def dictionary(tell: Tell) -> Iterator[tuple[str, str, str, str, str]]:
    """Column, type, term of the theory of change, denominator, meaning; made of what the rows are made of."""
    yield ("column", "type", "term", "of", "meaning")
    yield from ((name, "code", "", "", COLUMNS[name]) for name in _PLACE)
    for one in MEASURES:
        yield (
            one.code,
            "count, multiple of 5, at most what is true",
            one.term,
            one.within,
            tell.say(f"counts.{one.code}"),
        )
    for clock, step, part in _WAITS:
        said = f"{tell.say('report.waiting')}: {tell.measure(telling.OF_STEP[step]).lower()},"
        said += f" {tell.say(f'report.{part}').lower()}, {tell.say(f'report.{clock}')}"
        yield (_column((clock, step, part)), "whole hours", "middle", "", said)
    yield from (("", "not known", "", "", tell.say(f"not_known.{name}")) for name in NOT_KNOWN)
    yield from (("", "note", "", "", said) for said in telling.means(tell))


def _column(wait: tuple[str, str, str]) -> str:
    return "_".join(wait)


def _waited(period: Period, wait: tuple[str, str, str]) -> int | None:
    clock, step, part = wait
    known = period.waits[clock, step]
    return known.median if part == "half" else known.late
