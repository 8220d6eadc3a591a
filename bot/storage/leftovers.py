"""How many messages Telegram refused to delete, week by week; never whose."""

from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.storage.tables import leftover
from bot.storage.upsert import spelt

_SINCE = select(leftover).where(leftover.c.week >= bindparam("from_week")).order_by(leftover.c.week)


def _put(insert: Any) -> Any:
    new = insert(leftover)
    more = {"count": leftover.c.count + new.excluded.count}
    return new.on_conflict_do_update(index_elements=[leftover.c.week], set_=more)


_ADD = spelt(_put)


def add(c: Connection, week: str, count: int) -> None:
    c.execute(_ADD(c), {"week": week, "count": count})


def since(c: Connection, week: str) -> dict[str, int]:
    """By week, the oldest first; weeks without any are left out."""
    found: list[tuple[str, int]] = [(row[0], row[1]) for row in c.execute(_SINCE, {"from_week": week})]
    return dict(found)
