"""How somebody leaves, and how somebody steps down: whatever she had taken or was asked is asked of the next. Who may
decide that stands in `terms`; what is known of her goes when her chat is cleaned (`storage/purge.py`)."""

from datetime import datetime

from sqlalchemy import Connection

from bot import asking, dialogue, handing_on, probing, referring, working
from bot.house import House
from bot.model import Staff
from bot.storage import entries, notices, people, referrals, sessions, works


def leave(c: Connection, house: House, staff: Staff, now: datetime) -> int | None:
    """How many referrals are somebody else's to answer now; None where she had left before. What she has sent goes on,
    a conversation of hers ends as if she had stopped it, and what stands in her chat is due."""
    _end_talks(c, house, staff, now)
    waiting = referrals.open_for(c, staff.id)
    tried = [notice.reference for notice in notices.to(c, staff.id) if notice.kind == "probe"]
    if not people.remove(c, staff.id, now):
        return None
    for referral in waiting:
        if referral.accepted_by == staff.id:
            release(c, house, staff, referral.reference, now)
        else:
            handing_on.ask_where_nobody_is_left(c, house, referral.reference, now)
        asking.tell_sender(c, house, referral.reference, now)
    for unit in tried:
        probing.failed(c, house, unit, now)
    return len(waiting)


def step_down(c: Connection, house: House, staff: Staff, now: datetime) -> None:
    """She is no key person and no coordinator any more."""
    _end_talks(c, house, staff, now, but_own=True)
    for referral in referrals.open_for(c, staff.id):
        if referral.accepted_by == staff.id:
            release(c, house, staff, referral.reference, now)
    for notice in notices.to(c, staff.id):
        if notice.kind == "review":
            notices.take_back(c, notice, now)


def release(c: Connection, house: House, staff: Staff, reference: str, now: datetime) -> None:
    """A case that she had taken is asked of those who were asked with her, or of the next; none of her steps can be
    undone any more."""
    if not referrals.release(c, reference, staff.id):
        return
    works.forget(c, reference)
    notices.settle(c, "referral", staff.id, reference, "failed")
    working.ask_again(c, house, reference, now)
    handing_on.ask_where_nobody_is_left(c, house, reference, now)
    referring.complete(c, house, reference)


def no_more_a_coordinator(c: Connection, staff: Staff, now: datetime) -> None:
    """Her invitations admit nobody, and what only coordinators are told is not told to her."""
    entries.withdraw(c, staff.id)
    entries.end(c, staff.id)
    for notice in notices.to(c, staff.id):
        if notice.kind in notices.OF_COORDINATORS:
            notices.take_back(c, notice, now)


def _end_talks(c: Connection, house: House, staff: Staff, now: datetime, *, but_own: bool = False) -> None:
    """However a conversation ends, its outcome is written."""
    for about in sessions.open_of(c, staff.id):
        if about or not but_own:
            dialogue.stop(c, house, staff, about, now)
            if about == staff.active:
                people.set_active(c, staff.id, dialogue.OWN)
