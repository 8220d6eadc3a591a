"""What the key person has done in a case, and each of her steps as long as it can be undone."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.model import Referral
from bot.storage.tables import referral, step, work
from bot.storage.types import Moment
from bot.storage.upsert import spelt


@dataclass(frozen=True, slots=True)
class Work:
    """Closed codes; `span` is how far off the review of a plan was set, `review` the day that it came to."""

    assessment: str = ""
    tool: str = ""
    plan: str = ""
    span: str = ""
    offer: str = ""
    answer: str = ""
    review: datetime | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """A step that she has taken, and what was so before it."""

    id: int
    reference: str
    staff: int
    what: str
    made: datetime
    contact: str
    reached: datetime | None
    work: Work


_WORK = [field.name for field in fields(Work)]
_STEP = ["id", "reference", "staff", "what", "made", "contact", "reached"]
_THIS = work.c.reference == bindparam("of_reference")
_GET = select(*[work.c[name] for name in _WORK]).where(_THIS)
_STEPS = select(*[step.c[name] for name in (*_STEP, *_WORK)])
_OF = step.c.reference == bindparam("of_reference")
_LAST = _STEPS.where(_OF).order_by(step.c.id.desc()).limit(1)
_FIND = _STEPS.where(step.c.id == bindparam("of_step"))
_KEEP = insert(step)
_FORGET = delete(step).where(_OF)
_OLD = _FORGET.where(step.c.made <= bindparam("before", type_=Moment))
_DROP = delete(step).where(step.c.id == bindparam("of_step"))
_BACK = update(referral).where(referral.c.reference == bindparam("of_reference"))


def _replace(insert: Any) -> Any:
    new = insert(work)
    changed = {name: new.excluded[name] for name in _WORK}
    return new.on_conflict_do_update(index_elements=[work.c.reference], set_=changed)


_PUT = spelt(_replace)


def get(c: Connection, reference: str) -> Work:
    """Empty where nothing is done yet."""
    row = c.execute(_GET, {"of_reference": reference}).one_or_none()
    return Work(*row) if row else Work()


def put(c: Connection, reference: str, done: Work) -> None:
    c.execute(_PUT(c), {"reference": reference, **asdict(done)})


def keep(c: Connection, before: Referral, staff_id: int, what: str, now: datetime, too_old: datetime) -> None:
    """Remembers what is so now, before she takes a step; what nobody can undo any more is forgotten."""
    c.execute(_OLD, {"of_reference": before.reference, "before": too_old})
    known = {"reference": before.reference, "staff": staff_id, "what": what, "made": now}
    facts = {"contact": before.contact, "reached": before.reached}
    c.execute(_KEEP, known | facts | asdict(get(c, before.reference)))


def last(c: Connection, reference: str) -> Done | None:
    return _done(c.execute(_LAST, {"of_reference": reference}).one_or_none())


def find(c: Connection, number: int) -> Done | None:
    return _done(c.execute(_FIND, {"of_step": number}).one_or_none())


def restore(c: Connection, done: Done) -> None:
    """All as it was before this step, which is forgotten with it."""
    columns: dict[str, Any] = {"contact": done.contact, "reached": done.reached}
    if done.what == "accept":
        columns |= {"accepted": None, "accepted_by": None}
    if done.what == "close":
        columns |= {"close": "", "closed": None}
    c.execute(_BACK, {"of_reference": done.reference, **columns})
    put(c, done.reference, done.work)
    c.execute(_DROP, {"of_step": done.id})


def forget(c: Connection, reference: str) -> None:
    """No step of it can be undone any more: it was called back, or is about something else now."""
    c.execute(_FORGET, {"of_reference": reference})


def _done(row: Any) -> Done | None:
    if row is None:
        return None
    return Done(**dict(zip(_STEP, row, strict=False)), work=Work(*row[len(_STEP) :]))
