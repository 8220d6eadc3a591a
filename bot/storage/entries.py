"""What a coordinator is awaited to type of a colleague, and which invitations are hers; asking her is `inviting.py`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select

from bot.storage.cipher import Cipher
from bot.storage.tables import entry, invitation, issued
from bot.storage.types import Moment
from bot.storage.upsert import spelt


@dataclass(frozen=True, slots=True)
class Entry:
    """`what` is awaited: name or phone of an invitation, new_name or new_phone of a colleague (`about`), or shown:
    nothing, the code stands in the chat. `name` is what was typed before."""

    staff: int
    what: str
    due: datetime
    role: str = ""
    unit: str = ""
    about: int | None = None
    name: str = field(default="", repr=False)


_THIS = entry.c.staff == bindparam("of_staff")
_OF = select(
    entry.c.staff, entry.c.what, entry.c.due, entry.c.role, entry.c.unit, entry.c.about, entry.c.name
).where(_THIS)
_END = delete(entry).where(_THIS)
_HERS = select(issued.c.code_hash).where(issued.c.staff == bindparam("of_staff"))
_UNUSED = (
    select(func.count())
    .select_from(invitation)
    .where(invitation.c.code_hash.in_(_HERS), invitation.c.used.is_(None))
    .where(invitation.c.expires > bindparam("now", type_=Moment))
)
_WITHDRAW = delete(invitation).where(invitation.c.code_hash.in_(_HERS))


def _put(insert: Any) -> Any:
    new = insert(entry)
    changed = {column.name: new.excluded[column.name] for column in entry.c if not column.primary_key}
    return new.on_conflict_do_update(index_elements=[entry.c.staff], set_=changed)


_KEEP = spelt(_put)


def keep(c: Connection, cipher: Cipher, what: Entry) -> None:
    """In place of what she was awaited to type before."""
    columns = {"staff": what.staff, "what": what.what, "role": what.role, "unit": what.unit}
    sealed = {"about": what.about, "name": cipher.seal(what.name), "due": what.due}
    c.execute(_KEEP(c), columns | sealed)


def of(c: Connection, cipher: Cipher, staff_id: int) -> Entry | None:
    """Whether its time is over is for the caller to see."""
    row = c.execute(_OF, {"of_staff": staff_id}).one_or_none()
    return Entry(*row[:-1], cipher.open(row[-1])) if row else None


def end(c: Connection, staff_id: int) -> None:
    c.execute(_END, {"of_staff": staff_id})


def unused(c: Connection, staff_id: int, now: datetime) -> int:
    """How many of a coordinator's invitations still admit somebody."""
    return int(c.execute(_UNUSED, {"of_staff": staff_id, "now": now}).scalar_one())


def withdraw(c: Connection, staff_id: int) -> None:
    """None of her invitations admits anybody any more."""
    c.execute(_WITHDRAW, {"of_staff": staff_id})
