"""Which messages stand in a chat, and by when each must be gone; deleting them is `cleaning.py`."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, func, or_, select, type_coerce, update

from bot.storage.duedates import note
from bot.storage.tables import trace
from bot.storage.types import Moment, Number
from bot.storage.upsert import spelt

KEPT = timedelta(hours=39)  # the longest; a bot cannot delete what is older than 48 hours
_KEPT_MS = KEPT // timedelta(milliseconds=1)
NOW = timedelta()

_HERS = trace.c.staff == bindparam("of_staff")
_IN = trace.c.message.in_(bindparam("messages", expanding=True))
_IS_DUE = (
    trace.c.due <= bindparam("now", type_=Moment),
    or_(trace.c.again.is_(None), trace.c.again <= bindparam("now", type_=Moment)),
)
_DUE = (
    select(trace.c.staff, trace.c.message)
    .where(*_IS_DUE)
    .order_by(trace.c.due, trace.c.staff, trace.c.message)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_OVERDUE = select(func.count(), func.min(trace.c.due)).where(trace.c.due <= bindparam("now", type_=Moment))
_STANDING = select(trace.c.message).where(_HERS).order_by(trace.c.message)
_SETTLE = delete(trace).where(_HERS, _IN)
_AGAIN = update(trace).where(_HERS, _IN).values(again=bindparam("at"))
_EXPIRE = (
    update(trace)
    .where(_HERS, trace.c.due > bindparam("by"))
    .where(trace.c.message.not_in(bindparam("kept", expanding=True)))
    .values(due=bindparam("by"))
)


def _put(insert: Any) -> Any:
    new = insert(trace)
    latest = type_coerce(trace.c.sent, Number) + _KEPT_MS
    due = case((new.excluded.due < latest, new.excluded.due), else_=latest)
    return new.on_conflict_do_update(
        index_elements=[trace.c.staff, trace.c.message], set_={"due": due, "again": None}
    )


_KEEP = spelt(_put)


def keep(c: Connection, staff_id: int, message: int, now: datetime, stays: timedelta = NOW) -> None:
    """It is gone after that time from now, and never later than 39 hours after it was first noted. A new deadline
    replaces the old one."""
    due = now + min(stays, KEPT)
    note(c, due)
    c.execute(_KEEP(c), {"staff": staff_id, "message": message, "sent": now, "due": due, "again": None})


def due(c: Connection, now: datetime, limit: int) -> list[tuple[int, int]]:
    """(staff, message), the longest overdue first."""
    return [(staff_id, message) for staff_id, message in c.execute(_DUE, {"now": now, "limit": limit})]


def overdue(c: Connection, now: datetime) -> tuple[int, datetime | None]:
    """How many messages should be gone, and since when the first of them, put off or not."""
    count, since = c.execute(_OVERDUE, {"now": now}).one()
    return count, since


def standing(c: Connection, staff_id: int) -> list[int]:
    """Every message of hers that is known, the oldest first."""
    return list(c.execute(_STANDING, {"of_staff": staff_id}).scalars())


def put_off(c: Connection, staff_id: int, messages: Collection[int], at: datetime) -> None:
    """Overdue, and tried again then."""
    c.execute(_AGAIN, {"of_staff": staff_id, "messages": list(messages), "at": at})


def settle(c: Connection, staff_id: int, messages: Collection[int]) -> None:
    """They are gone from the chat, or can no longer be deleted."""
    c.execute(_SETTLE, {"of_staff": staff_id, "messages": list(messages)})


def expire(c: Connection, staff_id: int, due: datetime, keep: Collection[int] = ()) -> None:
    """Every message of hers with a later deadline gets this one."""
    note(c, due)
    c.execute(_EXPIRE, {"of_staff": staff_id, "by": due, "kept": list(keep)})
