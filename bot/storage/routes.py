"""When each unit's way to its key persons was last tried, and last shown to work; trying is `probing.py`."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from bot.storage.tables import route
from bot.storage.upsert import spelt

_PROVEN = update(route).where(route.c.unit == bindparam("of_unit"))


def _put(insert: Any) -> Any:
    new = insert(route)
    return new.on_conflict_do_update(index_elements=[route.c.unit], set_={"tried": new.excluded.tried})


_TRY = spelt(_put)


def tried(c: Connection, unit: str, now: datetime) -> None:
    c.execute(_TRY(c), {"unit": unit, "tried": now, "proven": None})


def proven(c: Connection, unit: str, now: datetime) -> None:
    c.execute(_PROVEN, {"of_unit": unit, "proven": now})


def all_of(c: Connection) -> dict[str, tuple[datetime, datetime | None]]:
    """By unit: when it was last tried, and when it was last shown to work, None where it never was."""
    return {unit: (last, worked) for unit, last, worked in c.execute(select(route))}
