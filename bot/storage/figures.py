"""Sums over the outcomes, made in the database; who may see which is `reports`, and no single outcome leaves here.

Each stage of the way is counted among those of the stage before it, so that a stage is never larger than what it is a
part of. Every statement is made so that an index is read from end to end and no million rows are sorted.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from operator import add
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
)

from bot.quarter import of_week
from bot.storage.tables import ASSESSED, HANDED, course, notice, outcome

_o, _course = outcome.c, course.c

ASKED = frozenset({"disclosed", "unsure", "asked_not_confirmed", "declined_to_talk"})
IDENTIFIED = frozenset({"disclosed", "unsure"})

# By what happened and how it came up. A result says that somebody was asked, or came forward by herself.
BY_RESULT: Mapping[str, Callable[[str, str], bool]] = {
    "conversations": lambda result, mode: True,
    "asked": lambda result, mode: result in ASKED,
    "asked_routine": lambda result, mode: result in ASKED and mode == "routine",
    "identified": lambda result, mode: result in IDENTIFIED,
    "identified_concern": lambda result, mode: result in IDENTIFIED and mode == "concern",
    "not_confirmed": lambda result, mode: result == "asked_not_confirmed",
    "could_not_ask": lambda result, mode: result == "could_not_ask_safely",
    "child_only": lambda result, mode: result == "child_only",
    "own_violence": lambda result, mode: result == "own_violence",
}
BY_ANSWER: Mapping[str, ColumnElement[bool]] = {
    "children": _o.children.in_(("yes", "both", "self", "unborn")),
    "notified": _o.duty.in_(("notified", "earlier")),
    "duty_left": _o.duty.in_(("today", "colleague", "advice_first")),
    "advice": _o.path == "advice",
}
# Written out, since an index of these rows alone is used where the question has the very same words.
HANDED_OVER = text(HANDED)
_OPENED = or_(_o.hours_to_open.is_not(None), _o.accepted == 1)
_REACHED = and_(_o.accepted == 1, _o.reached == 1)
_OFFERED = and_(_REACHED, _o.offer.not_in(("", "none")))
BY_STEP: Mapping[str, ColumnElement[bool]] = {  # of those handed over
    "opened": _OPENED,
    "accepted": _o.accepted == 1,
    "reached": _REACHED,
    "offered": _OFFERED,
    "took_offer": and_(_OFFERED, _o.answer == "accepted"),
    "shelter": _o.path == "shelter",
    "completed": and_(_REACHED, _o.close == "completed"),
}
STEPS = ("open", "accept", "reach")
CLOCKS: Mapping[str, Mapping[str, ColumnElement[int | None]]] = {
    "open_hours": {step: _course[f"open_hours_to_{step}"] for step in STEPS},
    "hours": {step: _o[f"hours_to_{step}"] for step in STEPS},
}
_WEEKS = {"open_hours": _course.week, "hours": _o.week}

Counts = dict[tuple[str, str], Counter[str]]  # by quarter and unit: how many of each measure
Waits = dict[tuple[str, str, str], Counter[int]]  # by quarter, clock and step: how many waited so many hours

_FIRST: BindParameter[str] = bindparam("first")
_LAST: BindParameter[str] = bindparam("last")
_IN_PERIOD = _o.week.between(_FIRST, _LAST)
_RESULTS = (
    select(_o.week, _o.unit, _o.result, _o.mode, func.count())
    .add_columns(*(func.count().filter(one) for one in BY_ANSWER.values()))
    .where(_IN_PERIOD)
    .group_by(_o.week, _o.unit, _o.result, _o.mode)
)
_BY_STEP = (
    select(_o.week, _o.unit, func.count())
    .add_columns(*(func.count().filter(one) for one in BY_STEP.values()))
    .where(_IN_PERIOD, HANDED_OVER)
    .group_by(_o.week, _o.unit)
)
_ASSESSED = (
    select(_course.week, _course.unit, func.count())
    .join(outcome, _o.id == _course.outcome)
    # The week is the same in both, and said of both: otherwise PostgreSQL reads the outcomes of all years.
    .where(_course.week.between(_FIRST, _LAST), _IN_PERIOD, text(ASSESSED), HANDED_OVER, _o.accepted == 1)
    .group_by(_course.week, _course.unit)
)
_OLDEST = select(func.min(_o.week))
_DUTIES = select(func.count()).select_from(notice).where(notice.c.kind == "duty_open")


@cache
def _waited(clock: str, step: str) -> Select[Any]:
    week, hours = _WEEKS[clock], CLOCKS[clock][step]
    asked = select(week, hours, func.count()).where(week.between(_FIRST, _LAST), hours.is_not(None))
    return asked.group_by(week, hours)


def counts(c: Connection, first: str, last: str) -> Counts:
    """Between two weeks, both included."""
    found: Counts = {}
    for quarter, unit, measure, count in _counted(c, {"first": first, "last": last}):
        found.setdefault((quarter, unit), Counter())[measure] += count
    return found


def _counted(c: Connection, period: Mapping[str, str]) -> Iterator[tuple[str, str, str, int]]:
    by_result: dict[tuple[str, str, str, str], list[int]] = {}
    for week, unit, result, mode, *sums in c.execute(_RESULTS, period):
        key = (_quarter(week), unit, result, mode)
        known = by_result.get(key)
        by_result[key] = sums if known is None else list(map(add, known, sums))
    for (quarter, unit, result, mode), (total, *answered) in by_result.items():
        yield from ((quarter, unit, name, total) for name, holds in BY_RESULT.items() if holds(result, mode))
        yield from ((quarter, unit, name, count) for name, count in zip(BY_ANSWER, answered, strict=True))
    for week, unit, *sums in c.execute(_BY_STEP, period):
        steps = zip(("handed_over", *BY_STEP), sums, strict=True)
        yield from ((_quarter(week), unit, name, count) for name, count in steps)
    for week, unit, count in c.execute(_ASSESSED, period):
        yield _quarter(week), unit, "assessed", count


@cache
def _quarter(week: str) -> str:
    return str(of_week(week))


def waits(c: Connection, first: str, last: str) -> Waits:
    """Of every hand-over, whatever it was about."""
    found: Waits = {}
    for clock, steps in CLOCKS.items():
        for step in steps:
            for week, hours, count in c.execute(_waited(clock, step), {"first": first, "last": last}):
                found.setdefault((_quarter(week), clock, step), Counter())[hours] += count
    return found


def oldest_week(c: Connection) -> str | None:
    """None where there is no outcome."""
    return c.execute(_OLDEST).scalar()


def open_duties(c: Connection) -> int:
    """Reminders that stand: a duty that an employee has not yet said to be settled."""
    return int(c.execute(_DUTIES).scalar_one())
