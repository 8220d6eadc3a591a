"""How somebody leaves, and how somebody steps down: whatever she had taken or was asked is asked of the next."""

from datetime import datetime

from sqlalchemy import Connection

from bot import consequences, engine, referring, working
from bot.house import House
from bot.model import Staff
from bot.storage import entries, notices, people, referrals, sessions, works


def leave(c: Connection, house: House, staff: Staff, now: datetime) -> None:
    """From the next press she is nobody here. What she sent goes on without her, and all in her chat is due."""
    _end_talks(c, house, staff, now)
    waiting = [one.reference for one in referrals.open_for(c, staff.id) if one.accepted_by is None]
    taken = _taken_by(c, staff)
    if not people.remove(c, staff.id, now):
        return
    for reference in taken:
        release(c, house, staff, reference, now)
    for reference in waiting:
        referring.ask_where_nobody_is_left(c, house, reference, now)


def step_down(c: Connection, house: House, staff: Staff, now: datetime) -> None:
    """She is no key person and no coordinator any more."""
    _end_talks(c, house, staff, now, but_own=True)
    for reference in _taken_by(c, staff):
        release(c, house, staff, reference, now)
    for notice in notices.to(c, staff.id):
        if notice.kind == "review":
            referring.take_back(c, notice, now)


def release(c: Connection, house: House, staff: Staff, reference: str, now: datetime) -> None:
    """A case that she had taken is asked of those who were asked with her, or of the next."""
    if not referrals.release(c, reference, staff.id):
        return
    works.forget(c, reference)
    notices.settle(c, "referral", staff.id, reference, "failed")
    working.ask_again(c, house, reference, now)
    referring.ask_where_nobody_is_left(c, house, reference, now)
    referring.complete(c, reference)


def no_more_a_coordinator(c: Connection, staff: Staff, now: datetime) -> None:
    """Her invitations admit nobody, and what only coordinators are told is not told to her."""
    entries.withdraw(c, staff.id)
    entries.end(c, staff.id)
    for notice in notices.to(c, staff.id):
        if notice.kind in notices.OF_COORDINATORS:
            referring.take_back(c, notice, now)


def _taken_by(c: Connection, staff: Staff) -> list[str]:
    return [one.reference for one in referrals.open_for(c, staff.id) if one.accepted_by == staff.id]


def _end_talks(c: Connection, house: House, staff: Staff, now: datetime, *, but_own: bool = False) -> None:
    """However a conversation ends, its outcome is written."""
    for about in sessions.open_of(c, staff.id):
        session = sessions.load(c, staff.id, about)
        if session is not None and (about or not but_own):
            stopped = engine.stopped(session)
            consequences.end(c, house, staff, about, stopped, now)
            people.set_turn(c, staff.id, stopped.turn)
            if about == staff.active:
                people.set_active(c, staff.id, "")
