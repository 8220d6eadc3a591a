"""In how many conversations words were shown to a citizen in which language, by quarter; nobody's, and no unit's."""

from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.storage.tables import spoken
from bot.storage.upsert import spelt

_OF = (
    select(spoken)
    .where(spoken.c.quarter.between(bindparam("first"), bindparam("last")))
    .order_by(spoken.c.quarter, spoken.c.language)
)


def _put(insert: Any) -> Any:
    new = insert(spoken)
    keys = [spoken.c.quarter, spoken.c.language]
    return new.on_conflict_do_update(index_elements=keys, set_={"count": spoken.c.count + 1})


_ADD = spelt(_put)


def add(c: Connection, quarter: str, language: str) -> None:
    c.execute(_ADD(c), {"quarter": quarter, "language": language, "count": 1})


def between(c: Connection, first: str, last: str) -> dict[tuple[str, str], int]:
    """By quarter and language; both quarters included."""
    found = c.execute(_OF, {"first": first, "last": last})
    return {(quarter, language): count for quarter, language, count in found}
