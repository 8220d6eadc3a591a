"""The watch over hand-overs that nobody has taken; what it leads to is `asking.py`."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from bot.model import Watch
from bot.storage.tables import watch
from bot.storage.upsert import spelt

_THIS = watch.c.reference == bindparam("of_reference")
_GET = select(watch).where(_THIS)
_END = delete(watch).where(_THIS)


def _put(insert: Any) -> Any:
    new = insert(watch)
    changed = {column.name: new.excluded[column.name] for column in watch.c if not column.primary_key}
    return new.on_conflict_do_update(index_elements=[watch.c.reference], set_=changed)


_KEEP = spelt(_put)


def keep(c: Connection, what: Watch) -> None:
    """In place of the one there was."""
    c.execute(_KEEP(c), asdict(what))


def get(c: Connection, reference: str) -> Watch | None:
    row = c.execute(_GET, {"of_reference": reference}).one_or_none()
    return Watch(*row) if row else None


def end(c: Connection, reference: str) -> None:
    c.execute(_END, {"of_reference": reference})
