"""The watch over hand-overs that nobody has taken; what it leads to is `asking.py`."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select

from bot.model import Watch
from bot.storage.tables import referral, watch
from bot.storage.upsert import spelt

_THIS = watch.c.reference == bindparam("of_reference")
_GET = select(watch).where(_THIS)
_END = delete(watch).where(_THIS)


# Of those that nobody has taken and that are not closed.
_NOBODY_LEFT = (
    select(func.count())
    .select_from(watch.join(referral, referral.c.reference == watch.c.reference))
    .where(watch.c.exhausted, referral.c.closed.is_(None), referral.c.accepted_by.is_(None))
)


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


def nobody_left(c: Connection) -> int:
    """How many hand-overs wait and have nobody left who could be asked."""
    return int(c.execute(_NOBODY_LEFT).scalar_one())
