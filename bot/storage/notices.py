"""The outbox's rows: something for somebody, and when it is due; sending is `outbox.py`.

`sent` and `later` take the notice as it was read. No transaction is open while it is being sent, so that it
may have been queued anew meanwhile, and then it must stay due; it is not sent beside itself, by whichever process,
since whoever sends it has claimed it until then.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, or_, select, update

from bot.model import Notice
from bot.storage import traces
from bot.storage.duedates import note
from bot.storage.tables import notice
from bot.storage.types import Moment
from bot.storage.upsert import spelt

OF_COORDINATORS = frozenset({"nowhere", "duty_unit", "lapsing"})  # told to nobody else

_ALL = select(
    notice.c.id, notice.c.kind, notice.c.staff, notice.c.reference, notice.c.due, notice.c.attempts,
    notice.c.message, notice.c.code,
)  # fmt: skip
# Where the database knows how, what another replica is claiming is passed over and not waited for.
_DUE = (
    _ALL.where(notice.c.due.is_not(None), notice.c.due <= bindparam("now"))
    .where(or_(notice.c.claimed.is_(None), notice.c.claimed <= bindparam("now")))
    .order_by(notice.c.due, notice.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
# What should have gone: it is due, or was tried in vain and is put off until the next try.
_IS_LATE = and_(
    notice.c.due.is_not(None), or_(notice.c.due <= bindparam("now", type_=Moment), notice.c.attempts > 0)
)
_LATE = (
    select(notice.c.attempts, func.count(), func.min(notice.c.due))
    .where(_IS_LATE)
    .group_by(notice.c.attempts)
)
_AHEAD = (
    select(func.count())
    .select_from(notice)
    .where(notice.c.due > bindparam("now", type_=Moment), notice.c.attempts == 0)
)
_OF = _ALL.where(notice.c.reference == bindparam("of_reference")).order_by(notice.c.id)
_OF_KIND = _OF.where(notice.c.kind == bindparam("of_kind"))
_FIND = _OF_KIND.where(notice.c.staff == bindparam("of_staff"))
_TO = _ALL.where(notice.c.staff == bindparam("of_staff")).order_by(notice.c.id)
_ID = notice.c.id == bindparam("of_notice")
_THIS = (_ID, notice.c.staff == bindparam("of_staff"))  # whose it is says who may be beside it: `sharing.py`
_AS_READ = (*_THIS, notice.c.due == bindparam("read_due"), notice.c.code == bindparam("read_code"))
_STOOD = select(notice.c.message).where(*_THIS, notice.c.due.is_not(None))
_MESSAGE = update(notice).where(*_THIS)
_SETTLE = update(notice).where(*_AS_READ).values(due=None, claimed=None)
_LATER = update(notice).where(*_AS_READ).values(attempts=notice.c.attempts + 1)
_CLAIM = update(notice).where(*_AS_READ)
_RELEASE = update(notice).where(*_THIS, notice.c.claimed == bindparam("until")).values(claimed=None)
_OPENED = update(notice).where(*_THIS).values(message=0, due=None)
_DONE = (
    update(notice)
    .where(notice.c.kind == bindparam("of_kind"), notice.c.staff == bindparam("of_staff"))
    .where(notice.c.reference == bindparam("of_reference"))
    .values(due=None)
)
_DUE_OF = select(notice.c.due).where(_ID)
_DROP = delete(notice).where(*_THIS)
_TAKE_BACK = _DROP.returning(notice.c.message)


def _rearm(insert: Any) -> Any:
    new = insert(notice)
    changed = {"due": new.excluded.due, "code": new.excluded.code, "attempts": 0}
    key = [notice.c.kind, notice.c.staff, notice.c.reference]
    return new.on_conflict_do_update(index_elements=key, set_=changed).returning(notice.c.id)


_QUEUE = spelt(_rearm)


def queue(c: Connection, kind: str, staff_id: int, reference: str, due: datetime, code: str = "") -> int:
    """One notice for each (kind, staff, reference): queued anew it is due again, under its old message."""
    note(c, due)
    columns = {"kind": kind, "staff": staff_id, "reference": reference, "due": due, "code": code}
    return int(c.execute(_QUEUE(c), columns | {"attempts": 0, "message": 0}).scalar_one())


def due(c: Connection, now: datetime, limit: int) -> list[Notice]:
    """Those that have waited longest first."""
    return [Notice(*row) for row in c.execute(_DUE, {"now": now, "limit": limit})]


def claim(c: Connection, read: Notice, until: datetime) -> Notice | None:
    """Nobody else takes it before `until`; None when somebody was faster, or it was queued anew."""
    if c.execute(_CLAIM, _as_read(read) | {"due": until, "claimed": until}).rowcount != 1:
        return None
    return replace(read, due=until)


def release(c: Connection, claimed: Notice) -> None:
    """Nobody is sending it any more; somebody else's claim stands."""
    c.execute(_RELEASE, _this(claimed) | {"until": claimed.due})


def stands_on(c: Connection, notice: Notice, message: int, now: datetime) -> bool:
    """The message that was sent for it, before anything else is done with that message; what it stood on goes. False
    where it is not due any more, and so that message goes: it was opened or settled while it was on its way, or the
    claim had run out and somebody else has sent it too."""
    stood = c.execute(_STOOD, _this(notice)).scalar()
    if stood is None:
        traces.keep(c, notice.staff, message, now)
        return False
    if stood and stood != message:
        traces.keep(c, notice.staff, stood, now)
    c.execute(_MESSAGE, _this(notice) | {"message": message})
    return True


def late(c: Connection, now: datetime) -> list[tuple[int, int, datetime]]:
    """What should have gone by now: how often it was tried, how many of those there are, and the earliest of their next
    tries."""
    return [(attempts, count, due) for attempts, count, due in c.execute(_LATE, {"now": now})]


def ahead(c: Connection, now: datetime) -> int:
    """How many are for later."""
    return int(c.execute(_AHEAD, {"now": now}).scalar_one())


def is_due(c: Connection, notice_id: int) -> bool:
    """It is there, and will be sent again."""
    return c.execute(_DUE_OF, {"of_notice": notice_id}).scalar() is not None


def sent(c: Connection, claimed: Notice) -> bool:
    """False when it was queued anew meanwhile, and is still due, or is claimed by somebody else."""
    if c.execute(_SETTLE, _as_read(claimed)).rowcount == 1:
        return True
    release(c, claimed)
    return False


def later(c: Connection, notice: Notice, due: datetime) -> bool:
    """One attempt more; False when it was queued anew meanwhile, and is due as that says."""
    return c.execute(_LATER, _as_read(notice) | {"due": due}).rowcount == 1


def opened(c: Connection, notice: Notice) -> None:
    """She has seen it: it stands on no message any more and need not ring."""
    c.execute(_OPENED, _this(notice))


def settle(c: Connection, kind: str, staff_id: int, reference: str, code: str) -> bool:
    """No longer due, and `code` says why; False when there is none."""
    this = {"of_kind": kind, "of_staff": staff_id, "of_reference": reference}
    return c.execute(_DONE, this | {"code": code}).rowcount == 1


def drop(c: Connection, notice: Notice) -> None:
    c.execute(_DROP, _this(notice))


def take_back(c: Connection, notice: Notice, now: datetime) -> None:
    """Dropped, with the message that it stands on by now."""
    message = c.execute(_TAKE_BACK, _this(notice)).scalar()
    if message:
        traces.keep(c, notice.staff, message, now)


def of(c: Connection, reference: str, kind: str | None = None) -> list[Notice]:
    found = _OF if kind is None else _OF_KIND
    return [Notice(*row) for row in c.execute(found, {"of_reference": reference, "of_kind": kind})]


def to(c: Connection, staff_id: int) -> list[Notice]:
    """All of hers, in the order they were first queued."""
    return [Notice(*row) for row in c.execute(_TO, {"of_staff": staff_id})]


def find(c: Connection, kind: str, staff_id: int, reference: str) -> Notice | None:
    this = {"of_kind": kind, "of_staff": staff_id, "of_reference": reference}
    row = c.execute(_FIND, this).one_or_none()
    return Notice(*row) if row else None


def _this(notice: Notice) -> dict[str, Any]:
    return {"of_notice": notice.id, "of_staff": notice.staff}


def _as_read(notice: Notice) -> dict[str, Any]:
    return _this(notice) | {"read_due": notice.due, "read_code": notice.code}
