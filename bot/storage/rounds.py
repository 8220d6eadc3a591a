"""The practice that a unit's people do together: one a unit, who has been through it, and sums; nobody's answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from bot.storage.tables import partaker, round_, share
from bot.storage.types import Moment
from bot.storage.upsert import spelt


@dataclass(frozen=True, slots=True)
class Round:
    """Open until `due`."""

    unit: str
    situation: str
    due: datetime


_HERS = (round_.c.unit == bindparam("of_unit"), round_.c.due > bindparam("now", type_=Moment))
_THIS = (round_.c.unit == bindparam("of_unit"), round_.c.situation == bindparam("of_situation"))
_OF = select(round_.c.unit, round_.c.situation, round_.c.due).where(*_HERS, ~round_.c.ended)
_SPENT = select(round_.c.situation).where(*_HERS, round_.c.ended)
_LEAVE = delete(round_).where(round_.c.unit == bindparam("of_unit"), ~round_.c.ended)
_DROP = delete(round_).where(*_THIS)
_OVER = delete(round_).where(round_.c.due <= bindparam("now", type_=Moment))
_END = update(round_).where(*_THIS).values(ended=True, due=bindparam("until", type_=Moment))
_TAKE_PART = spelt(lambda insert: insert(partaker).on_conflict_do_nothing())
_OF_THIS = tuple(
    (table.c.unit == bindparam("of_unit"), table.c.situation == bindparam("of_situation"))
    for table in (partaker, share)
)
_TAKES_PART = select(partaker.c.staff).where(*_OF_THIS[0], partaker.c.staff == bindparam("of_staff"))
_HOW_MANY = (
    select(func.count()).select_from(partaker).where(*_OF_THIS[0], partaker.c.staff != bindparam("but"))
)
_SHARES = select(share.c.question, share.c.choice, share.c.count).where(*_OF_THIS[1])
_GONE = tuple(delete(table).where(*which) for table, which in zip((partaker, share), _OF_THIS, strict=True))


def _one_more(insert: Any) -> Any:
    new = insert(share)
    keys = [share.c.unit, share.c.situation, share.c.question, share.c.choice]
    return new.on_conflict_do_update(index_elements=keys, set_={"count": share.c.count + 1})


_COUNT = spelt(_one_more)


def begin(c: Connection, begun: Round) -> None:
    """In place of the one that is open in the unit, with all that was counted in it."""
    c.execute(_LEAVE, {"of_unit": begun.unit})
    c.execute(_DROP, _which(begun))  # one that is over, and was kept long enough
    row = {"unit": begun.unit, "situation": begun.situation, "ended": False, "due": begun.due}
    c.execute(insert(round_), row)


def of(c: Connection, unit: str, now: datetime) -> Round | None:
    """The one that is open in a unit."""
    row = c.execute(_OF, {"of_unit": unit, "now": now}).one_or_none()
    return Round(*row) if row else None


def spent(c: Connection, unit: str, now: datetime) -> frozenset[str]:
    """The situations of rounds that have been shown lately."""
    return frozenset(c.execute(_SPENT, {"of_unit": unit, "now": now}).scalars())


def end(c: Connection, one: Round, until: datetime) -> None:
    """All that was counted goes; that the situation was practised is known `until`."""
    for gone in _GONE:
        c.execute(gone, _which(one))
    c.execute(_END, _which(one) | {"until": until})


def end_all(c: Connection, now: datetime) -> int:
    """Those whose time is over; how many."""
    return c.execute(_OVER, {"now": now}).rowcount


def has_taken_part(c: Connection, one: Round, staff_id: int) -> bool:
    return c.execute(_TAKES_PART, _which(one) | {"of_staff": staff_id}).first() is not None


def count(c: Connection, one: Round, staff_id: int, choices: Iterable[tuple[str, str]]) -> bool:
    """Once for each person; False where she had been counted before."""
    row = {"unit": one.unit, "situation": one.situation}
    if c.execute(_TAKE_PART(c), row | {"staff": staff_id}).rowcount != 1:
        return False
    for question, choice in choices:
        c.execute(_COUNT(c), row | {"question": question, "choice": choice, "count": 1})
    return True


def partakers(c: Connection, one: Round, but: int) -> int:
    """How many have been through it besides one."""
    return int(c.execute(_HOW_MANY, _which(one) | {"but": but}).scalar_one())


def shares(c: Connection, one: Round) -> dict[tuple[str, str], int]:
    """How many gave each answer, by question and choice."""
    return {(question, choice): number for question, choice, number in c.execute(_SHARES, _which(one))}


def _which(one: Round) -> dict[str, str]:
    return {"of_unit": one.unit, "of_situation": one.situation}
