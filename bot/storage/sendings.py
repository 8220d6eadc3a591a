"""Messages that are on their way: written down before they are sent, so that one whose number was lost with the process
can be found; finding it is `cleaning.py`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, func, select, update

from bot.storage.tables import sending, trace
from bot.storage.types import Moment
from bot.storage.upsert import spelt

REPLY = 0  # in the place of a notice's id
LOST_AFTER = timedelta(minutes=1)  # longer than any sending takes
SETTLED_AFTER = timedelta(seconds=30)

_THIS = (sending.c.staff == bindparam("of_staff"), sending.c.notice == bindparam("of_notice"))
_NEWEST = select(func.coalesce(func.max(trace.c.message), 0)).where(trace.c.staff == bindparam("of_staff"))
_GET = select(sending).where(*_THIS)
_DUE = (
    select(sending)
    .where(sending.c.due <= bindparam("now"))
    .order_by(sending.c.due)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_LOST = select(func.count()).select_from(sending).where(sending.c.due <= bindparam("now", type_=Moment))
_AWAITS = select(sending.c.after).where(*_THIS, sending.c.tries > 0, sending.c.after < bindparam("message"))
_CHANGE = update(sending).where(*_THIS)
_END = delete(sending).where(*_THIS)
_AS_READ = (*_THIS, sending.c.upto == bindparam("of_upto"))
_FOUND = delete(sending).where(*_AS_READ, sending.c.tries == 0)
_GOES_ON = update(sending).where(*_AS_READ)
_OTHERS = select(func.count()).where(
    sending.c.staff == bindparam("of_staff"), sending.c.notice != bindparam("of_notice"), sending.c.tries > 0
)


@dataclass(frozen=True, slots=True)
class Sending:
    """`after` is the newest message known when it began; `upto` the one it came before, 0 while that is not known.
    `tries` counts what is on its way; of what came before `upto` nothing is."""

    staff: int
    notice: int
    after: int
    tries: int
    upto: int
    due: datetime


def _put(insert: Any) -> Any:
    new = insert(sending)
    # What an earlier one may have left before a known message is looked for in its own time.
    due = case((sending.c.upto > 0, sending.c.due), else_=new.excluded.due)
    again = {"tries": sending.c.tries + 1, "due": due}
    return new.on_conflict_do_update(index_elements=[sending.c.staff, sending.c.notice], set_=again)


_BEGIN = spelt(_put)


def begin(c: Connection, staff_id: int, notice: int, now: datetime) -> None:
    """A message goes out. What an earlier try left in the chat is looked for after the same message as then."""
    newest = c.execute(_NEWEST, {"of_staff": staff_id}).scalar_one()
    row = {
        "staff": staff_id,
        "notice": notice,
        "after": newest,
        "tries": 1,
        "upto": 0,
        "due": now + LOST_AFTER,
    }
    c.execute(_BEGIN(c), row)


def settle(c: Connection, staff_id: int, notice: int, message: int, now: datetime) -> None:
    """It is this message. Where it was tried before, an earlier one may stand above it: that is looked for a little
    later, when whatever else was on its way has its number."""
    this = {"of_staff": staff_id, "of_notice": notice}
    row = c.execute(_GET, this).one_or_none()
    if row is None:
        return
    found = Sending(*row)
    if found.tries != 1:
        c.execute(_CHANGE, this | {"tries": 0, "upto": message, "due": now + SETTLED_AFTER})
    elif found.upto:
        c.execute(_CHANGE, this | {"tries": 0})
    else:
        c.execute(_END, this)


def awaits(c: Connection, staff_id: int, notice: int, message: int) -> bool:
    """One is on its way, and this message came after all that were known when it began."""
    this = {"of_staff": staff_id, "of_notice": notice, "message": message}
    return c.execute(_AWAITS, this).first() is not None


def due(c: Connection, now: datetime, limit: int) -> Iterator[Sending]:
    """Those whose message is lost, or is to be looked for."""
    return (Sending(*row) for row in c.execute(_DUE, {"now": now, "limit": limit}).all())


def lost(c: Connection, now: datetime) -> int:
    """How many messages there may be in chats without anybody knowing their number."""
    return int(c.execute(_LOST, {"now": now}).scalar_one())


def others_under_way(c: Connection, one: Sending) -> bool:
    """Another message is on its way to the same chat: its number is not known, so that it could be taken for this."""
    return bool(c.execute(_OTHERS, {"of_staff": one.staff, "of_notice": one.notice}).scalar())


def put_off(c: Connection, one: Sending, due: datetime) -> None:
    c.execute(_CHANGE, {"of_staff": one.staff, "of_notice": one.notice, "due": due})


def end(c: Connection, one: Sending, now: datetime) -> None:
    """It was looked for as it was read; a message that has begun to go out meanwhile is still on its way."""
    this = {"of_staff": one.staff, "of_notice": one.notice, "of_upto": one.upto}
    if not one.upto:
        c.execute(_END, this)
    elif c.execute(_FOUND, this).rowcount != 1:
        c.execute(_GOES_ON, this | {"after": one.upto, "upto": 0, "due": now + LOST_AFTER})
