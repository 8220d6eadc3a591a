"""Rows that were written by a clock that has been set back since; who notices it is `stepping.py`.

What waits for a certain day or hour waits for it by the new clock. What waits so long from when it was written is moved
back with the clock, or a claim of half a minute would hold for as long as the clock went back.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Table,
    Update,
    and_,
    bindparam,
    case,
    func,
    select,
    type_coerce,
    update,
)

from bot.storage.tables import entry, notice, referral, seen_update, sending, session, trace, watch
from bot.storage.types import MILLISECOND, Moment, Number

PUT_OFF = timedelta(minutes=5)  # the longest that a notice is put off after a try in vain

_NOW = bindparam("now", type_=Moment)
_BY = bindparam("by", type_=Number)
# Each was *now* when it was written.
_NEWEST = [select(func.max(column)) for column in (seen_update.c.seen, session.c.touched, trace.c.sent)]


def _back(column: Column[Any]) -> Any:
    earlier = type_coerce(type_coerce(column, Number) - _BY, Moment)
    return case((column > _NOW, earlier), else_=column)


def _all_of(table: Table, *names: str) -> Update:
    return update(table).values({name: _back(table.c[name]) for name in names})


_BY_A_WHILE = (
    update(seen_update).where(seen_update.c.seen > _NOW).values(seen=_NOW),
    _all_of(session, "touched", "cover"),
    _all_of(trace, "sent", "due", "again"),
    _all_of(sending, "due"),
    _all_of(watch, "asked"),
    _all_of(entry, "due"),
    # Claimed, put off or just queued; and the reminder of a duty, which waits an hour from when it was promised.
    _all_of(notice, "due").where(
        (notice.c.due <= bindparam("put_off", type_=Moment)) | (notice.c.kind == "duty_open")
    ),
    _all_of(notice, "claimed").where(notice.c.claimed > _NOW),
)
_WATCHED = (
    select(watch.c.reference)
    .join(referral, and_(referral.c.reference == watch.c.reference))
    .where(referral.c.closed.is_(None), referral.c.accepted_by.is_(None))
)


def ahead(c: Connection, now: datetime) -> timedelta:
    """How far the newest row lies in the future."""
    found = [c.execute(one).scalar() for one in _NEWEST]
    return max((moment - now for moment in found if moment is not None), default=timedelta())


def rewind(c: Connection, now: datetime, by: timedelta) -> list[str]:
    """Those that somebody is still asked for: their deadlines must be reckoned anew."""
    values = {"now": now, "by": by // MILLISECOND, "put_off": now + by + PUT_OFF}
    for change in _BY_A_WHILE:
        c.execute(change, values)
    return list(c.execute(_WATCHED).scalars())
