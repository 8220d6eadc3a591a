"""One report: the protected figures of some quarters, and what stands open now; how it looks stands in other rooms."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import quarter, reach
from bot.quarter import Quarter
from bot.reports.measures import INSTEAD, MEASURES
from bot.reports.protect import SMALLEST, Shown, Sums, alone, protected, whole
from bot.storage import figures, people, spoken
from bot.storage.purge import OUTCOMES

LATE_AT_LEAST = 2 * SMALLEST  # waits of which nine in ten can be told


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long hand-overs waited for a step, in whole hours: half of them no longer than `median`, nine in ten no
    longer than `late`. None where too few waited for it to be told."""

    count: Shown = None
    median: int | None = None
    late: int | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """A quarter's figures. `sums` are by measure, with the part of each unit that was in use; `waits` by every clock
    and step; `languages` are those in which words were shown to citizens, as far as they can be told."""

    quarter: Quarter
    sums: Mapping[str, Sums]
    waits: Mapping[tuple[str, str], Waiting]
    languages: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Report:
    """`periods` with the oldest first; `units` are names by id; `duties` are reminders of the duty to notify that stand
    open now; `unproven` are units whose way to their key persons was not shown to work lately; `first_on` is the day
    from which the first figures can be told, where there are none yet."""

    written: date
    periods: tuple[Period, ...]
    units: Mapping[str, str]
    duties: Shown
    unproven: tuple[str, ...]
    first_on: date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The municipality as a report needs it: its units' names by id, and its clock."""

    units: Mapping[str, str]
    zone: str


def recent(today: date) -> tuple[Quarter, Quarter]:
    """The last quarter that is over, and the one before it."""
    last = quarter.of_day(today).before
    return last.before, last


def oldest(today: date) -> Quarter:
    """The first of which no week can have been deleted yet."""
    return quarter.of_day(today - OUTCOMES).after


def read(c: Connection, place: Place, first: Quarter, last: Quarter, now: datetime) -> Report:
    """Between two quarters that are over, both included."""
    today = now.astimezone(ZoneInfo(place.zone)).date()
    counts = figures.counts(c, first.first_week, last.last_week)
    waits = figures.waits(c, first.first_week, last.last_week)
    shown = spoken.between(c, str(first), str(last))
    periods = tuple(_period(one, counts, waits, shown) for one in quarter.from_to(first, last))
    duties, first_on = alone(figures.open_duties(c)), _first_on(c, today)
    return Report(today, periods, place.units, duties, _unproven(c, place, now), first_on)


def _period(
    one: Quarter, counts: figures.Counts, waits: figures.Waits, shown: Mapping[tuple[str, str], int]
) -> Period:
    """What stands beside the outcomes is told where it stands beside all of them: not in a quarter in which some were
    written by a version that did not keep it."""
    code = str(one)
    hours = {
        (clock, step): waits.get((code, clock, step), Counter())
        for clock in figures.CLOCKS
        for step in figures.STEPS
    }
    whole = all(hours["open_hours", step].total() == hours["hours", step].total() for step in figures.STEPS)
    made = sums(counts, code)
    if not whole:
        hours |= {("open_hours", step): Counter() for step in figures.STEPS}
        made["assessed"] = Sums()
    languages = {language: alone(count) for (when, language), count in shown.items() if when == code}
    return Period(
        one,
        made,
        {wait: waiting(spans) for wait, spans in hours.items()},
        {language: count for language, count in languages.items() if count is not None},
    )


def _first_on(c: Connection, today: date) -> date | None:
    running, week = quarter.of_day(today), figures.oldest_week(c)
    return running.after.first_day if week is None or quarter.of_week(week) >= running else None


def sums(counts: figures.Counts, code: str) -> dict[str, Sums]:
    """Every measure of one quarter, as far as it may be seen. The parts are the units that had a conversation in it,
    whatever the municipality's file says by now, so that a quarter is told alike before and after a unit came or went.
    """
    units = {
        unit: found
        for (when, unit), found in sorted(counts.items())
        if when == code and found["conversations"]
    }
    made: dict[str, Sums] = {}
    for measure in MEASURES:
        parts = {unit: found[measure.code] for unit, found in units.items()}
        if measure.by_unit:
            made[measure.code] = protected(
                parts, made.get(measure.within), int(measure.code == "conversations")
            )
        else:
            instead = [made[one].total or 0 for one in INSTEAD & made.keys() if measure.code in INSTEAD]
            made[measure.code] = whole(sum(parts.values()), made[measure.within], sum(instead))
    return made


def waiting(hours: Counter[int]) -> Waiting:
    count = hours.total()
    return Waiting(
        alone(count),
        _reached_by(hours, count, 50) if count >= SMALLEST else None,
        _reached_by(hours, count, 90) if count >= LATE_AT_LEAST else None,
    )


def _reached_by(hours: Counter[int], count: int, percent: int) -> int:
    """The shortest wait that so many in a hundred did not outlast (nearest rank)."""
    passed = 0
    for span in sorted(hours):
        passed += hours[span]
        if passed * 100 >= count * percent:
            return span
    return max(hours, default=0)


def _unproven(c: Connection, place: Place, now: datetime) -> tuple[str, ...]:
    return reach.read(c, place.units, people.roster(c), place.zone, now).unproven
