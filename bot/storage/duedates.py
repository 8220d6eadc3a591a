"""When the first notice or message to delete is due; the rows themselves are for notices.py and traces.py."""

from datetime import datetime

from sqlalchemy import Connection, func, select, union_all

from bot.storage.tables import notice, trace

# Asked with every update: one statement, and of each table no more than one row of its index.
_EACH = union_all(
    select(func.min(notice.c.due).label("due")).where(notice.c.due.is_not(None)),
    select(func.min(trace.c.due)).where(trace.c.again.is_(None)),
).subquery()
_FIRST = select(func.min(_EACH.c.due))


def first(c: Connection) -> datetime | None:
    """Of the messages, those that were not put off."""
    return c.execute(_FIRST).scalar()
