"""Conversations under way, and which updates have been met; what they mean is the engine's."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, select, update

from bot.errors import SessionConflict
from bot.model import Session, Staff
from bot.storage.cipher import Cipher
from bot.storage.codes import read_answers, read_ticks, read_trail, write_answers, write_ticks, write_trail
from bot.storage.people import BY_CHAT, of_row, set_turn
from bot.storage.tables import seen_update, session, staff
from bot.storage.types import KEY
from bot.storage.upsert import spelt

UNWATCHED = timedelta(minutes=5)  # without a press, while details are open

_HERS = session.c.staff == bindparam("of_staff")
_THIS = (_HERS, session.c.about == bindparam("of_about"))
_COLUMNS = (
    session.c.flow, session.c.state, session.c.turn, session.c.given, session.c.trail, session.c.ticks,
    session.c.view, session.c.sealed, session.c.reference, session.c.version,
)  # fmt: skip
_LOAD = select(*_COLUMNS).where(*_THIS)
_OF_CHAT = BY_CHAT.outerjoin(
    session, and_(session.c.staff == staff.c.id, session.c.about == staff.c.active)
).add_columns(*_COLUMNS)
_IDLE = (
    select(session.c.staff, session.c.about)
    .where(session.c.touched < bindparam("before"))
    .order_by(session.c.touched)
)
_OPEN = select(session.c.about).where(_HERS).order_by(session.c.touched.desc(), session.c.about)
_UPDATE = update(session).where(*_THIS, session.c.version == bindparam("of_version"))
_INSERT = spelt(lambda insert: insert(session).on_conflict_do_nothing())
_TO_COVER = (
    select(session.c.staff, session.c.about)
    .where(session.c.cover.is_not(None), session.c.cover <= bindparam("now"))
    .order_by(session.c.cover)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_COVER = (
    update(session)
    .where(*_THIS, session.c.version == bindparam("of_version"))
    .values({name: bindparam(f"new_{name}") for name in ("view", "turn", "version", "cover")})
)
_END = delete(session).where(*_THIS)
_LONGEST_HERE = select(func.min(staff.c.admitted)).where(staff.c.removed.is_(None)).scalar_subquery()
_SEEN = spelt(lambda insert: insert(seen_update).on_conflict_do_nothing().returning(_LONGEST_HERE))


def load(c: Connection, staff_id: int, about: str) -> Session | None:
    """None too for an `about` that could not be one: it may come from a forged press."""
    if not KEY.fullmatch(about):
        return None
    row = c.execute(_LOAD, {"of_staff": staff_id, "of_about": about}).one_or_none()
    return _session(row) if row else None


def of_chat(c: Connection, cipher: Cipher, chat: int) -> tuple[Staff | None, Session | None]:
    """Who has that chat, and the conversation that she has before her, in one statement."""
    for digest in cipher.digests(chat):
        row = c.execute(_OF_CHAT, {"digest": digest}).one_or_none()
        if row:
            hers = row[-len(_COLUMNS) :]
            return of_row(cipher, row[: -len(_COLUMNS)], chat), None if hers[0] is None else _session(hers)
    return None, None


def save(c: Connection, staff_id: int, about: str, session: Session, now: datetime) -> Session:
    """Raises SessionConflict when the row is no longer the version that was read; her turn never falls."""
    saved = replace(session, version=session.version + 1)
    columns = _columns(saved) | {"touched": now, "cover": None if session.is_hidden else now + UNWATCHED}
    if session.version == 0:
        done = c.execute(_INSERT(c), columns | {"staff": staff_id, "about": about})
    else:
        this = {"of_staff": staff_id, "of_about": about, "of_version": session.version}
        done = c.execute(_UPDATE, columns | this)
    if done.rowcount != 1:
        raise SessionConflict(f"session of staff {staff_id} is no longer version {session.version}")
    set_turn(c, staff_id, session.turn)
    return saved


def to_cover(c: Connection, now: datetime, limit: int) -> list[tuple[int, str]]:
    """(staff, about) of those whose details have lain open too long."""
    return [(staff_id, about) for staff_id, about in c.execute(_TO_COVER, {"now": now, "limit": limit})]


def cover(
    c: Connection, staff_id: int, about: str, session: Session, again: datetime | None
) -> Session | None:
    """Saved without having been touched: it still ends when she has been away too long. `again`: when to try again,
    should the screen not have been shown; None once it was. None where somebody has saved it meanwhile."""
    saved = replace(session, version=session.version + 1)
    new = {"new_view": saved.view, "new_turn": saved.turn, "new_version": saved.version, "new_cover": again}
    this = {"of_staff": staff_id, "of_about": about, "of_version": session.version}
    done = c.execute(_COVER, this | new)
    if done.rowcount != 1:
        return None
    set_turn(c, staff_id, saved.turn)
    return saved


def end(c: Connection, staff_id: int, about: str) -> None:
    c.execute(_END, {"of_staff": staff_id, "of_about": about})


def idle(c: Connection, before: datetime) -> list[tuple[int, str]]:
    """(staff, about) of those untouched since, longest first."""
    return [(staff_id, about) for staff_id, about in c.execute(_IDLE, {"before": before})]


def open_of(c: Connection, staff_id: int) -> list[str]:
    """The abouts of her sessions, last touched first."""
    return list(c.execute(_OPEN, {"of_staff": staff_id}).scalars())


def seen(c: Connection, update_id: int, now: datetime) -> tuple[bool, datetime | None]:
    """Whether it is the first time; and, in the same statement, since when whoever is here longest is admitted."""
    met = c.execute(_SEEN(c), {"id": update_id, "seen": now}).one_or_none()
    return (False, None) if met is None else (True, met[0])


def _columns(s: Session) -> dict[str, Any]:
    return {
        "flow": s.flow, "state": s.state, "turn": s.turn, "given": write_answers(s.given),
        "trail": write_trail(s.trail), "ticks": write_ticks(s.ticks), "view": s.view, "sealed": s.sealed,
        "reference": s.reference, "version": s.version,
    }  # fmt: skip


def _session(row: Iterable[Any]) -> Session:
    flow, state, turn, given, trail, ticks, view, sealed, reference, version = row
    return Session(
        flow, state, turn, read_answers(given), read_trail(trail), read_ticks(ticks), view, sealed,
        reference, version,
    )  # fmt: skip
