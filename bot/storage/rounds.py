"""The practice that a unit's people do together: one a unit, who has been through it, and sums; nobody's answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from bot.storage.tables import partaker, round_, share
from bot.storage.types import Moment
from bot.storage.upsert import spelt


@dataclass(frozen=True, slots=True)
class Round:
    """Open until `due`."""

    unit: str
    situation: str
    due: datetime


_OF = select(round_.c.unit, round_.c.situation, round_.c.due).where(
    round_.c.unit == bindparam("of_unit"), round_.c.due > bindparam("now", type_=Moment)
)
_END = delete(round_).where(round_.c.unit == bindparam("of_unit"))
_OVER = delete(round_).where(round_.c.due <= bindparam("now", type_=Moment))
_TAKE_PART = spelt(lambda insert: insert(partaker).on_conflict_do_nothing())
_TAKES_PART = select(partaker.c.staff).where(
    partaker.c.unit == bindparam("of_unit"), partaker.c.staff == bindparam("of_staff")
)
_HOW_MANY = select(func.count()).select_from(partaker).where(partaker.c.unit == bindparam("of_unit"))
_SHARES = select(share.c.question, share.c.choice, share.c.count).where(share.c.unit == bindparam("of_unit"))


def _one_more(insert: Any) -> Any:
    new = insert(share)
    keys = [share.c.unit, share.c.question, share.c.choice]
    return new.on_conflict_do_update(index_elements=keys, set_={"count": share.c.count + 1})


_COUNT = spelt(_one_more)


def begin(c: Connection, begun: Round) -> None:
    """In place of the one that the unit had, with all that was counted in it."""
    end(c, begun.unit)
    c.execute(insert(round_), {"unit": begun.unit, "situation": begun.situation, "due": begun.due})


def of(c: Connection, unit: str, now: datetime) -> Round | None:
    """The one that is open in a unit."""
    row = c.execute(_OF, {"of_unit": unit, "now": now}).one_or_none()
    return Round(*row) if row else None


def end(c: Connection, unit: str) -> None:
    """With all that was counted."""
    c.execute(_END, {"of_unit": unit})


def end_all(c: Connection, now: datetime) -> int:
    """Those whose time is over; how many."""
    return c.execute(_OVER, {"now": now}).rowcount


def has_taken_part(c: Connection, unit: str, staff_id: int) -> bool:
    return c.execute(_TAKES_PART, {"of_unit": unit, "of_staff": staff_id}).first() is not None


def count(c: Connection, unit: str, staff_id: int, choices: Iterable[tuple[str, str]]) -> bool:
    """Once for each person; False where she had been counted before."""
    if c.execute(_TAKE_PART(c), {"unit": unit, "staff": staff_id}).rowcount != 1:
        return False
    for question, choice in choices:
        c.execute(_COUNT(c), {"unit": unit, "question": question, "choice": choice, "count": 1})
    return True


def partakers(c: Connection, unit: str) -> int:
    return int(c.execute(_HOW_MANY, {"of_unit": unit}).scalar_one())


def shares(c: Connection, unit: str) -> dict[tuple[str, str], int]:
    """How many gave each answer, by question and choice."""
    return {(question, choice): number for question, choice, number in c.execute(_SHARES, {"of_unit": unit})}
