"""What is done with a conversation that does not go on in this version: it ends as if it had been stopped, she is told
kindly, and it begins again. Whether it goes on is decided in `continuing`."""

from datetime import datetime

from sqlalchemy import Connection

from bot import continuing, derived, dialogue, engine, practice, referring, working
from bot.house import House
from bot.model import Answers, Button, Card, Event, Line, Referral, Reply, Session, Staff
from bot.storage import people, referrals, sessions

OPEN_AT_MOST = 20  # referrals' cards of one person


def pressed(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply | None:
    """The first press after the upgrade; None where no conversation is open. Of the buttons of her card only those
    that ask for nothing new still do what they say."""
    session = sessions.load(c, staff.id, staff.active)
    on_her_card = session is not None and session.turn == event.turn
    if session is None or not on_her_card:
        return begin_again(c, house, staff, staff.active, now, event.message)
    if _is_hidden(house, session):
        return _on_hidden(c, house, staff, session, event, now)
    if event.code == "stop":
        return stop(c, house, staff, now, event.message)
    return begin_again(c, house, staff, staff.active, now, event.message)


def _on_hidden(
    c: Connection, house: House, staff: Staff, session: Session, event: Event, now: datetime
) -> Reply | None:
    """The hidden screen works in every version; what it lies over begins again when she has uncovered it."""
    turned = engine.step(house.flows[session.flow], session, event).session
    if not turned.is_hidden:
        return begin_again(c, house, staff, staff.active, now, event.message, uncovered=True)
    saved = sessions.save(c, staff.id, staff.active, turned, now)
    return dialogue.show(c, house, staff, saved, now, event.message)


def stop(c: Connection, house: House, staff: Staff, now: datetime, message: int = 0) -> Reply | None:
    """She asked for the end, and that is what she gets, whichever version it began in; None where none is open."""
    session = sessions.load(c, staff.id, staff.active)
    if session is None:
        return None
    if session.flow not in house.flows:
        return begin_again(c, house, staff, staff.active, now, message)
    step = engine.stop(house.flows[session.flow], session)
    return dialogue.advance(c, house, staff, session, step, now, message)


def begin_again(
    c: Connection, house: House, staff: Staff, about: str, now: datetime, message: int = 0, entry: str = "",
    uncovered: bool = False,
) -> Reply | None:  # fmt: skip
    """From the entry it began by, or from `entry`; None where none is open. A hidden screen stays hidden until she
    uncovers it: whoever looks on must not learn that there is anything to begin again."""
    session = sessions.load(c, staff.id, about)
    if session is None:
        return None
    if practice.is_practice(session):  # nothing hangs on it: it is over
        sessions.end(c, staff.id, about)
        people.set_active(c, staff.id, dialogue.OWN)
        return None
    if _is_hidden(house, session) and not uncovered:
        people.set_active(c, staff.id, about)
        return dialogue.show(c, house, staff, session, now, message)
    if session.flow not in house.flows:
        return _only_told(c, house, staff, about, session, now, message)
    if session.flow == "referral":
        return _referral_again(c, house, staff, about, now, message)
    entry = entry or continuing.entry_of(house.flows[session.flow], session)
    told = _told(c, session)
    return dialogue.begin(
        c, house, staff, session.flow, entry, now, reference=about, pressed=message, told=told
    )


def _is_hidden(house: House, session: Session) -> bool:
    return session.is_hidden and session.flow in house.flows


def _told(c: Connection, session: Session) -> tuple[str, ...]:
    """What she must know of it: that it begins again, and what of the old one still holds."""
    referral = referrals.get(c, session.reference)
    sent = ("renewed.sent",) if referral is not None and not referral.closed else ()
    duty = ("renewed.duty",) if derived.duty_is_open(session.answers) else ()
    return ("renewed.talk", *sent, *duty)


def _only_told(
    c: Connection, house: House, staff: Staff, about: str, session: Session, now: datetime, message: int
) -> Reply:
    """The whole flow is gone, and there is nothing to begin again."""
    dialogue.stop(c, house, staff, about, now)
    people.set_active(c, staff.id, dialogue.OWN)
    lines = tuple(Line(house.phrases[name]) for name in (*_told(c, session), "resting"))
    acute = Button(dialogue.ACUTE, house.phrases["button.acute"])
    card = Card(lines, (), (*dialogue.back_to_talk(c, house, staff), acute))
    return dialogue.reply_with(c, house, staff, card, now, message)


# --- the key person's card ---------------------------------------------------------------------------


def _referral_again(
    c: Connection, house: House, staff: Staff, reference: str, now: datetime, message: int
) -> Reply:
    referral = referrals.get(c, reference)
    if referral is None or not can_be_opened(referral, staff):
        dialogue.stop(c, house, staff, reference, now)
        people.set_active(c, staff.id, dialogue.OWN)
        return lost(c, house, staff, reference, now, message)
    return open_referral(c, house, staff, referral, now, message, told=("renewed.referral",), uncovered=True)


def can_be_opened(referral: Referral, staff: Staff) -> bool:
    return staff.role != "frontline" and not referral.closed and referral.accepted_by in (None, staff.id)


def open_referral(
    c: Connection, house: House, staff: Staff, referral: Referral, now: datetime, message: int,
    told: tuple[str, ...] = (), uncovered: bool = False,
) -> Reply:  # fmt: skip
    """Her card, from the referral's own facts. Where it is hidden it stays so: whoever has her telephone in hand finds
    the case in the inbox, too."""
    told += _put_away(c, house, staff, referral.reference, now)
    known, reference = _known(c, house, referral, staff, now), referral.reference
    before = sessions.load(c, staff.id, reference)
    covered = before is not None and _is_hidden(house, before) and not uncovered
    return dialogue.begin(c, house, staff, "referral", "open", now, known, reference, message, told, covered)


def _put_away(c: Connection, house: House, staff: Staff, reference: str, now: datetime) -> tuple[str, ...]:
    """Beyond twenty open cards the one that was touched longest ago is put away; it opens again from the inbox."""
    cards_open = [one for one in sessions.open_of(c, staff.id) if one not in (dialogue.OWN, reference)]
    if len(cards_open) < OPEN_AT_MOST:
        return ()
    dialogue.stop(c, house, staff, cards_open[-1], now)
    return ("put_away",)


def _known(c: Connection, house: House, referral: Referral, staff: Staff, now: datetime) -> Answers:
    known: dict[str, str] = {"urgency": referral.urgency, "path": referral.path}
    if referral.accepted_by == staff.id:
        known["take"] = "accept"
    if referral.contact:
        known["contact"] = referral.contact
    return known | working.known(c, house, referral.reference, now)


def lost(c: Connection, house: House, staff: Staff, reference: str, now: datetime, message: int) -> Reply:
    """Somebody else was faster, or it was called back."""
    gone = Session("referral", referring.lost_to(c, reference), staff.turn, reference=reference)
    beside = dialogue.back_to_talk(c, house, staff)
    return dialogue.show(c, house, staff, gone, now, message, beside=beside)
