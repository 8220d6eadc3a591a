"""To whom a referral goes on when whoever was asked does not take it; who is asked first is `asking.py`."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot import asking, referring
from bot.house import House
from bot.model import Referral, Session, Staff
from bot.storage import notices, people, referrals


def pass_on(c: Connection, house: House, staff: Staff, session: Session, now: datetime) -> Session:
    """To whoever of the receivers is left, and then to those who have not been asked."""
    reference = session.reference
    referral = referrals.get(c, reference)
    takes = referral is not None and not referral.closed and referral.accepted_by in (None, staff.id)
    if referral is None or not takes or staff.role == "frontline":
        return replace(session, state=referring.lost_to(c, reference))
    notices.settle(c, "referral", staff.id, reference, "passed")
    referring.drop_reviews(c, reference, now)
    _ask_the_next(c, house, referral, now)
    asking.tell_sender(c, house, reference, now)
    return session


def undelivered(c: Connection, house: House, reference: str, staff_id: int, now: datetime) -> None:
    """A receiver can never be reached: the next one is asked, and the employee sees the truth."""
    notices.settle(c, "referral", staff_id, reference, "failed")
    ask_where_nobody_is_left(c, house, reference, now)


def ask_where_nobody_is_left(c: Connection, house: House, reference: str, now: datetime) -> None:
    """Of those who were asked somebody has gone, or somebody gives it back; the employee sees the truth."""
    referral = referrals.get(c, reference)
    if referral is not None and not referral.closed and referral.accepted_by is None:
        _ask_the_next(c, house, referral, now)
    asking.tell_sender(c, house, reference, now)


def _ask_the_next(c: Connection, house: House, referral: Referral, now: datetime) -> None:
    """The next ring, unless somebody who was asked can still answer."""
    if not [one for one in notices.of(c, referral.reference, "referral") if one.code == ""]:
        asking.ask(c, house, referral, now)


def unreachable(c: Connection, house: House, staff: Staff, now: datetime) -> None:
    """She has blocked the bot: whatever waits for her goes to the next receiver."""
    people.set_blocked(c, staff.id, True)
    hand_on(c, house, staff, now)


def hand_on(c: Connection, house: House, staff: Staff, now: datetime) -> None:
    """What waits for her and is not hers yet goes to the next receiver."""
    for notice in notices.to(c, staff.id):
        referral = referrals.get(c, notice.reference)
        if notice.kind == "referral" and notice.code == "" and referral and referral.accepted_by != staff.id:
            undelivered(c, house, notice.reference, staff.id, now)


def reachable_again(c: Connection, house: House, staff: Staff, now: datetime) -> None:
    people.set_blocked(c, staff.id, False)
    for notice in notices.to(c, staff.id):
        if notice.code == "failed":
            notices.queue(c, notice.kind, staff.id, notice.reference, now)
            if notice.kind == "referral":
                asking.tell_sender(c, house, notice.reference, now)
    asking.look_again(c, house, now)
