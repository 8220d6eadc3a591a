"""A report as rows: tidy ones for another program, with closed codes, and one table for the eye; it draws nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass

from bot.reports.measures import BY_UNIT, MEASURES
from bot.reports.protect import Shown
from bot.reports.report import Period, Report
from bot.storage.figures import CLOCKS, STEPS

ALL = "all"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; what stands in each column is said in `COLUMNS`."""

    quarter: str
    first_week: str
    last_week: str
    unit: str
    measure: str
    of: str
    counted: str
    value: Shown

    def cells(self) -> tuple[str, ...]:
        return tuple("" if cell is None else str(cell) for cell in astuple(self))


# What stands in each column, for the documentation and the data dictionary.
COLUMNS = {
    "quarter": "the quarter, as 2026-q3: thirteen ISO weeks",
    "first_week": "its first ISO week",
    "last_week": "its last ISO week",
    "unit": f"a unit's id in the municipality's file; '{ALL}' is the whole municipality, not the sum of the rows",
    "measure": "what is counted; a wait is <clock>.<step>.<half|most>, a language language.<code>",
    "of": "the measure that this one is a part of: its denominator",
    "counted": "conversations, hours, reminders or units",
    "value": "a multiple of five, at most what is true; whole hours for a wait; empty where it is hidden",
}


def rows(report: Report, only: str = "") -> Iterator[tuple[str, ...]]:
    """With the names of the columns first."""
    yield tuple(COLUMNS)
    yield from (row.cells() for row in tidy(report, only))


def tidy(report: Report, only: str = "") -> Iterator[Row]:
    """Every figure as a row of its own; `only` leaves out all units but that one, and the whole stays."""
    for period in report.periods:
        for unit in (ALL, *(one for one in report.units if only in ("", one))):
            yield from (
                _row(period, unit, one.code, one.within, _of(period, one.code, unit))
                for one in MEASURES
                if unit == ALL or one.code == BY_UNIT
            )
        for (clock, step), one in period.waits.items():
            yield _row(period, ALL, f"{clock}.{step}.half", "", one.median, "hours")
            yield _row(period, ALL, f"{clock}.{step}.most", "", one.late, "hours")
        for language, count in period.languages.items():
            yield _row(period, ALL, f"language.{language}", "", count)
    now = report.periods[-1]
    yield _row(now, ALL, "duties_open_now", "", report.duties, "reminders")
    yield from (
        _row(now, unit, "route_not_proven", "", 1, "units") for unit in report.unproven if only in ("", unit)
    )


def _row(
    period: Period, unit: str, measure: str, of: str, value: Shown, counted: str = "conversations"
) -> Row:
    one = period.quarter
    return Row(str(one), one.first_week, one.last_week, unit, measure, of, counted, value)


def _of(period: Period, code: str, unit: str) -> Shown:
    return period.sums[code].total if unit == ALL else period.sums[code].parts.get(unit)


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns under each other: the first to the left, the numbers to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        first, *rest = (
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join((first, *rest)).rstrip()


def by_quarter(report: Report) -> list[tuple[str, list[Shown]]]:
    """Each measure with its value in every quarter."""
    return [(one.code, [_of(period, one.code, ALL) for period in report.periods]) for one in MEASURES]


def by_unit(report: Report, only: str = "") -> list[tuple[str, list[Shown]]]:
    """Each unit's name with how many were asked there in every quarter."""
    names = {unit: name for unit, name in report.units.items() if only in ("", unit)}
    return [(name, [_of(period, BY_UNIT, unit) for period in report.periods]) for unit, name in names.items()]


def of_waits(report: Report) -> list[tuple[str, str, list[tuple[Shown, Shown]]]]:
    """Clock, step, and half and most of each quarter."""
    return [
        (
            clock,
            step,
            [(one.median, one.late) for one in (period.waits[clock, step] for period in report.periods)],
        )
        for clock in CLOCKS
        for step in STEPS
    ]
