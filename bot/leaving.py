"""Somebody is no longer here: what waits for her goes to the next, and nothing more is written to her. Who may decide
that stands elsewhere; what is known of her goes when her chat is cleaned (`storage/purge.py`)."""

from datetime import datetime

from sqlalchemy import Connection

from bot import asking, dialogue, probing, referring, working
from bot.house import House
from bot.model import Referral, Staff
from bot.storage import notices, people, referrals, sessions, works


def is_last_coordinator(c: Connection, house: House, staff: Staff) -> bool:
    """She cannot be removed: nobody could admit anybody any more, and the last ring of every hand-over were empty."""
    return [one.id for one in people.with_role(c, house.cipher, "coordinator")] == [staff.id]


def leave(c: Connection, house: House, staff: Staff, now: datetime) -> int | None:
    """How many referrals are somebody else's to answer now; None where she had left before. What she has sent goes on,
    a conversation of hers ends as if she had stopped it, and what stands in her chat is due."""
    for about in sessions.open_of(c, staff.id):
        dialogue.stop(c, house, staff, about, now)
    waiting = referrals.open_for(c, staff.id)
    tried = [notice.reference for notice in notices.to(c, staff.id) if notice.kind == "probe"]
    if not people.remove(c, staff.id, now):
        return None
    for referral in waiting:
        if referral.accepted_by == staff.id:
            _release(c, house, staff, referral, now)
        referring.ask_where_nobody_is_left(c, house, referral, now)
        asking.tell_sender(c, house, referral.reference, now)
    for unit in tried:
        probing.failed(c, house, unit, now)
    return len(waiting)


def _release(c: Connection, house: House, staff: Staff, referral: Referral, now: datetime) -> None:
    """It is offered to those who were asked when she took it; none of her steps can be undone any more."""
    referrals.release(c, referral.reference, staff.id)
    works.forget(c, referral.reference)
    working.offer_again(c, house, referral.reference, now)
    referring.complete(c, referral.reference)
