"""One report: the protected figures of some quarters, and what stands open now; how it looks stands in other rooms."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import quarter, reach
from bot.quarter import Quarter
from bot.reports.measures import MEASURES
from bot.reports.protect import SMALLEST, Shown, Sums, alone, protected
from bot.storage import figures, people, spoken

LATE_AT_LEAST = 2 * SMALLEST  # waits of which nine in ten can be told
AHEAD = 2  # quarters that a report has where nothing else is asked for


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long hand-overs waited for a step, in whole hours: half of them no longer than `median`, nine in ten no
    longer than `late`. None where too few waited for it to be told."""

    count: Shown = None
    median: int | None = None
    late: int | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """A quarter's figures. `sums` are by measure, with a unit's part of each; `waits` by clock and step; `languages`
    are those in which words were shown to citizens. A quarter that `is_running` will show more."""

    quarter: Quarter
    is_running: bool
    sums: Mapping[str, Sums]
    waits: Mapping[tuple[str, str], Waiting]
    languages: Mapping[str, Shown]


@dataclass(frozen=True, slots=True)
class Report:
    """`periods` with the oldest first; `units` are names by id; `duties` are reminders of the duty to notify that stand
    open now; `unproven` are units whose way to their key persons was not shown to work lately."""

    written: date
    periods: tuple[Period, ...]
    units: Mapping[str, str]
    duties: Shown
    unproven: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """The municipality as a report needs it: its units' names by id, and its clock."""

    units: Mapping[str, str]
    zone: str


def recent(c: Connection, today: date) -> tuple[Quarter, Quarter]:
    """The last quarter that is over and the one before it; the running one where nothing older is there."""
    running, oldest = quarter.of_day(today), figures.oldest_week(c)
    last = running if oldest is None or quarter.of_week(oldest) >= running else running.before
    return last.before, last


def read(c: Connection, place: Place, first: Quarter, last: Quarter, now: datetime) -> Report:
    """Between two quarters, both included."""
    today = now.astimezone(ZoneInfo(place.zone)).date()
    counts = figures.counts(c, first.first_week, last.last_week)
    waits = figures.waits(c, first.first_week, last.last_week)
    shown = spoken.between(c, str(first), str(last))
    periods = tuple(
        Period(
            one,
            one >= quarter.of_day(today),
            sums(counts, str(one), tuple(place.units)),
            {
                (clock, step): waiting(hours)
                for (code, clock, step), hours in waits.items()
                if code == str(one)
            },
            {language: alone(count) for (code, language), count in shown.items() if code == str(one)},
        )
        for one in quarter.from_to(first, last)
    )
    return Report(today, periods, place.units, alone(figures.open_duties(c)), _unproven(c, place, now))


def sums(counts: figures.Counts, code: str, units: Sequence[str]) -> dict[str, Sums]:
    """Every measure of one quarter, as far as it may be seen. The parts are the same units in every report, whatever
    it is about: what a unit has counted that is not there any more counts in the sum of all."""
    nothing: Counter[str] = Counter()
    gone = {unit for quarter, unit in counts if quarter == code} - set(units)
    made: dict[str, Sums] = {}
    for measure in MEASURES:
        parts = {unit: counts.get((code, unit), nothing)[measure.code] for unit in units}
        elsewhere = sum(counts[code, unit][measure.code] for unit in gone)
        made[measure.code] = protected(parts, made.get(measure.within), elsewhere)
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
