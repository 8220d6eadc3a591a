"""Which messages stand in a chat, and by when each must be gone; deleting them is `outbox.py`."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, or_, select, update

from bot.storage.tables import trace
from bot.storage.upsert import spelt

_HERS = trace.c.staff == bindparam("of_staff")
_DUE = (
    select(trace.c.staff, trace.c.message)
    .where(trace.c.due.is_not(None), trace.c.due <= bindparam("now"))
    .order_by(trace.c.due, trace.c.staff, trace.c.message)
    .limit(bindparam("limit"))
)
_NEXT_DUE = select(func.min(trace.c.due)).where(trace.c.due.is_not(None))
_SETTLE = delete(trace).where(_HERS, trace.c.message.in_(bindparam("messages", expanding=True)))
_EXPIRE = (
    update(trace)
    .where(_HERS, or_(trace.c.due.is_(None), trace.c.due > bindparam("by")))
    .where(trace.c.message.not_in(bindparam("kept", expanding=True)))
    .values(due=bindparam("by"))
)


def _put(insert: Any) -> Any:
    new = insert(trace)
    return new.on_conflict_do_update(
        index_elements=[trace.c.staff, trace.c.message], set_={"due": new.excluded.due}
    )


_KEEP = spelt(_put)


def keep(c: Connection, staff_id: int, message: int, due: datetime | None) -> None:
    """None: it stands until `expire` gives it a deadline. A new deadline replaces the old one."""
    c.execute(_KEEP(c), {"staff": staff_id, "message": message, "due": due})


def due(c: Connection, now: datetime, limit: int) -> list[tuple[int, int]]:
    """(staff, message), the longest overdue first."""
    return [(staff_id, message) for staff_id, message in c.execute(_DUE, {"now": now, "limit": limit})]


def next_due(c: Connection) -> datetime | None:
    return c.execute(_NEXT_DUE).scalar()


def settle(c: Connection, staff_id: int, messages: Collection[int]) -> None:
    """They are gone from the chat, or can no longer be deleted."""
    c.execute(_SETTLE, {"of_staff": staff_id, "messages": list(messages)})


def expire(c: Connection, staff_id: int, due: datetime, keep: Collection[int] = ()) -> None:
    """Every message of hers without a deadline, or with a later one, gets this one."""
    c.execute(_EXPIRE, {"of_staff": staff_id, "by": due, "kept": list(keep)})
