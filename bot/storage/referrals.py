"""Hand-overs on their way: every step is conditional, so that of two people at once one wins.

A closed referral changes no more; who is told of what, and when, is `handover.py`.
"""

from dataclasses import astuple, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Update,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.model import URGENCIES, Referral, Urgency
from bot.storage.tables import notice, referral
from bot.storage.types import KEY, Moment

REACHED = "reached"

_NAMES = [field.name for field in fields(Referral)]
_ALL = select(*[referral.c[name] for name in _NAMES])
_THIS = referral.c.reference == bindparam("of_reference")
_OPEN = referral.c.closed.is_(None)
_GET = _ALL.where(_THIS)
_CHANGE = update(referral).where(_THIS)
_CHANGE_OPEN = _CHANGE.where(_OPEN)
_ACCEPT = _CHANGE_OPEN.where(referral.c.accepted.is_(None))
_RELEASE = _CHANGE_OPEN.where(referral.c.accepted_by == bindparam("of_staff"))
_IS_LOWER = referral.c.urgency.in_(bindparam("lower", expanding=True))
_LOWER = select(referral.c.urgency).where(_THIS, _OPEN, _IS_LOWER)
_RAISE = _CHANGE_OPEN.where(_IS_LOWER)
_REACHED_NOW = bindparam("reached_now", type_=Moment)
_CONTACT = _CHANGE_OPEN.values(reached=func.coalesce(referral.c.reached, _REACHED_NOW))
_TOLD_HER = (
    select(notice.c.id)
    .where(notice.c.kind == "referral", notice.c.reference == referral.c.reference)
    .where(notice.c.staff == bindparam("of_staff"))
    .exists()
)
_OPEN_FOR = _ALL.where(
    _OPEN,
    or_(
        referral.c.accepted_by == bindparam("of_staff"),
        and_(referral.c.accepted_by.is_(None), _TOLD_HER),
    ),
).order_by(
    case({"now": 0, "same_day": 1}, value=referral.c.urgency, else_=2),
    referral.c.stored,
    referral.c.reference,
)


# Neither closed nor anybody's, and no notice of it waits for anybody.
_FOR_NOBODY = _ALL.where(
    _OPEN,
    referral.c.accepted_by.is_(None),
    ~select(notice.c.id)
    .where(notice.c.kind == "referral", notice.c.reference == referral.c.reference, notice.c.code == "")
    .exists(),
).order_by(referral.c.stored)


def _first_time(column: Column[datetime]) -> Update:
    return _CHANGE.where(column.is_(None))


_UNDELIVERED = select(referral.c.reference).where(_THIS, referral.c.delivered.is_(None))
_DELIVERED = _first_time(referral.c.delivered)
_OPENED = _first_time(referral.c.opened)
_REACHED = _first_time(referral.c.reached)


def store(c: Connection, told: Referral) -> None:
    c.execute(insert(referral), dict(zip(_NAMES, astuple(told), strict=True)))


def get(c: Connection, reference: str) -> Referral | None:
    """None too for a reference that could not be one: it may come from a forged press."""
    if not KEY.fullmatch(reference):
        return None
    row = c.execute(_GET, {"of_reference": reference}).one_or_none()
    return Referral(*row) if row else None


def accept(c: Connection, reference: str, staff_id: int, now: datetime) -> bool:
    """False when somebody has it already, she herself included, or it is closed."""
    return _one(c, _ACCEPT, reference, accepted=now, accepted_by=staff_id)


def release(c: Connection, reference: str, staff_id: int) -> bool:
    """Nobody's again, and nobody has reached the citizen for whoever takes it next; False where it is not hers."""
    return _one(c, _RELEASE, reference, of_staff=staff_id, accepted=None, accepted_by=None, contact="")


def delivered(c: Connection, reference: str, now: datetime) -> bool:
    """True the first time; whether it was is read first, since who writes here has to be alone."""
    this = {"of_reference": reference}
    return c.execute(_UNDELIVERED, this).first() is not None and _one(c, _DELIVERED, reference, delivered=now)


def opened(c: Connection, reference: str, now: datetime) -> bool:
    """True the first time."""
    return _one(c, _OPENED, reference, opened=now)


def reached(c: Connection, reference: str, now: datetime) -> bool:
    """True the first time."""
    return _one(c, _REACHED, reference, reached=now)


def contact(c: Connection, reference: str, code: str, now: datetime) -> bool:
    """The last word on it counts; the first `reached` also sets its time. False when it is closed."""
    return _one(c, _CONTACT, reference, contact=code, reached_now=now if code == REACHED else None)


def raise_urgency(c: Connection, reference: str, urgency: Urgency) -> bool:
    """True if it rose; it never falls. Mostly it stays: that is read first, since who writes here has to be alone."""
    lower = URGENCIES[: URGENCIES.index(urgency)]
    rises = bool(lower) and c.execute(_LOWER, {"of_reference": reference, "lower": lower}).first() is not None
    return rises and _one(c, _RAISE, reference, lower=lower, urgency=urgency)


def set_path(c: Connection, reference: str, path: str) -> bool:
    return _one(c, _CHANGE_OPEN, reference, path=path)


def close(c: Connection, reference: str, code: str, now: datetime) -> bool:
    """False if it was closed already."""
    return _one(c, _CHANGE_OPEN, reference, close=code, closed=now)


def tie(c: Connection, reference: str, outcome_id: int) -> bool:
    """Closed or not: the sender may finish her conversation after the key person has finished the case."""
    return _one(c, _CHANGE, reference, outcome=outcome_id)


def for_nobody(c: Connection) -> list[Referral]:
    """Those that wait and that nobody has been asked about who can still answer, oldest first."""
    return [Referral(*row) for row in c.execute(_FOR_NOBODY)]


def open_for(c: Connection, staff_id: int) -> list[Referral]:
    """Accepted by her, or told to her and nobody's yet; most urgent first, then oldest."""
    return [Referral(*row) for row in c.execute(_OPEN_FOR, {"of_staff": staff_id})]


def _one(c: Connection, change: Update, reference: str, **columns: Any) -> bool:
    return c.execute(change, {"of_reference": reference, **columns}).rowcount == 1
