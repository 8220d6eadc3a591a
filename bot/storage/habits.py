"""What keeps an employee's knowledge fresh: offers to practise, what is new, which cards she has read; nobody but she
is ever told of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.storage.cipher import Cipher
from bot.storage.tables import freshness, staff
from bot.storage.types import Moment
from bot.storage.upsert import spelt


@dataclass(frozen=True, slots=True)
class Habits:
    """`offer` is when she is next offered to practise, None where she has declined for good; `news` the day up to which
    she has seen what is new; `read` the digest of each card as she read it last."""

    offer: datetime | None
    news: str = ""
    read: Mapping[str, str] = field(default_factory=dict)


_OF = select(freshness.c.offer, freshness.c.news, freshness.c.read).where(
    freshness.c.staff == bindparam("of_staff")
)
_DUE = (
    select(freshness.c.staff)
    .join(staff, staff.c.id == freshness.c.staff)
    .where(freshness.c.offer <= bindparam("now", type_=Moment), staff.c.removed.is_(None))
    .order_by(freshness.c.offer)
    .limit(bindparam("limit"))
)
_UNKNOWN = (
    select(staff.c.id)
    .outerjoin(freshness, freshness.c.staff == staff.c.id)
    .where(staff.c.removed.is_(None), freshness.c.staff.is_(None))
    .limit(bindparam("limit"))
)


def _put(insert: Any) -> Any:
    new = insert(freshness)
    changed = {column.name: new.excluded[column.name] for column in freshness.c if not column.primary_key}
    return new.on_conflict_do_update(index_elements=[freshness.c.staff], set_=changed)


_KEEP = spelt(_put)


def of(c: Connection, cipher: Cipher, staff_id: int) -> Habits | None:
    """None for whoever has not been looked at yet."""
    row = c.execute(_OF, {"of_staff": staff_id}).one_or_none()
    return Habits(row.offer, row.news, _read(cipher.open(row.read))) if row else None


def _read(text: str) -> dict[str, str]:
    """What cannot be read is as if nothing had been: nobody is kept from a card by it."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return {str(card): str(digest) for card, digest in found.items()} if isinstance(found, dict) else {}


def keep(c: Connection, cipher: Cipher, staff_id: int, habits: Habits) -> None:
    sealed = cipher.seal(json.dumps(dict(habits.read), separators=(",", ":"), sort_keys=True))
    c.execute(_KEEP(c), {"staff": staff_id, "offer": habits.offer, "news": habits.news, "read": sealed})


def due(c: Connection, now: datetime, limit: int) -> list[int]:
    """Who is to be offered to practise, by number."""
    return list(c.execute(_DUE, {"now": now, "limit": limit}).scalars())


def unknown(c: Connection, limit: int) -> list[int]:
    """Who is admitted and has not been looked at yet, by number."""
    return list(c.execute(_UNKNOWN, {"limit": limit}).scalars())
