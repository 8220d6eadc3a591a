"""A referral's life in storage, from the consent to its closing. It tells nobody: whoever is to be told gets a row
in the outbox, in the same transaction."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import asking, derived
from bot.handover import open_hours, whole_hours
from bot.house import House
from bot.model import Answers, Referral, Session, Staff
from bot.storage import courses, notices, outcomes, people, referrals, traces, works

UNDO_WITHIN = timedelta(minutes=10)

Deed = Callable[[Connection, House, Staff, Session, datetime], Session]

# --- the employee's side ----------------------------------------------------------------------------


def refer(c: Connection, house: House, staff: Staff, session: Session, now: datetime) -> Session:
    """Stored the moment consent is given, before the remaining questions (P15)."""
    answers = session.answers
    known = referrals.get(c, session.reference) if session.reference else None
    if known is not None and not known.closed:
        return _widen(c, house, staff, session, now)
    referral = Referral(
        reference=house.reference(),
        sender=staff.id,
        unit=staff.unit,
        urgency=derived.urgency(answers),
        path=_asked_of_the_key_person(answers),
        stored=now,
    )
    referrals.store(c, referral)
    first = asking.specialist(house, answers)
    route = "open" if asking.ask(c, house, referral, now, first) else "none"
    asking.tell_sender(c, house, referral.reference, now)
    return replace(session, reference=referral.reference, given={**session.given, "route": route})


def _widen(c: Connection, house: House, staff: Staff, session: Session, now: datetime) -> Session:
    """Advice was asked for before, and now there is a consent: the same hand-over, told again."""
    referrals.set_path(c, session.reference, _asked_of_the_key_person(session.answers))
    referrals.contact(c, session.reference, "", now)  # what was reached was reached for something else
    works.forget(c, session.reference)
    raise_urgency(c, house, staff, session, now)
    _remind_receivers(c, house, session.reference, now)
    asking.tell_sender(c, house, session.reference, now)
    referral = referrals.get(c, session.reference)
    waits = referral and asking.status(c, referral)
    route = "none" if waits in {"undeliverable", "no_receiver"} else "open"
    return replace(session, given={**session.given, "route": route})


def _asked_of_the_key_person(answers: Answers) -> str:
    """What the key person is asked for. Where the wish is the police, a named consent still refers, and
    without a name only advice can have been asked for (P6)."""
    if answers.get("consent") != "named":
        return "advice"
    path = derived.path(answers)
    return path if path in {"shelter", "police"} else "referral"


def raise_urgency(c: Connection, house: House, staff: Staff, session: Session, now: datetime) -> None:
    """Later answers may make a referral more urgent, never less; then it is told again (P15)."""
    if not referrals.raise_urgency(c, session.reference, derived.urgency(session.answers)):
        return
    _remind_receivers(c, house, session.reference, now)
    asking.tell_sender(c, house, session.reference, now)


def _remind_receivers(c: Connection, house: House, reference: str, now: datetime) -> None:
    referral = referrals.get(c, reference)
    for notice in notices.of(c, reference, "referral"):
        takes = referral is not None and not referral.closed and referral.accepted_by in (None, notice.staff)
        if takes and notice.code == "":
            asking.remind(c, notice, now)
    asking.restart(c, house, reference, now)


def call_back(c: Connection, house: House, staff: Staff, session: Session, now: datetime) -> Session:
    withdraw(c, house, session.reference, now)
    return replace(session, reference="")


def can_be_withdrawn(c: Connection, reference: str) -> bool:
    referral = referrals.get(c, reference) if reference else None
    return referral is not None and not referral.closed


def withdraw(c: Connection, house: House, reference: str, now: datetime) -> bool:
    """False where it was closed already."""
    if not referrals.close(c, reference, "sent_in_error", now):
        return False
    referral = referrals.get(c, reference)
    accepted_by = referral.accepted_by if referral else None
    _take_away(c, reference, now, but=accepted_by)
    drop_reviews(c, reference, now)
    works.forget(c, reference)
    if accepted_by is not None:  # she works on it, so she is told; her card says that it is gone
        notices.queue(c, "referral", accepted_by, reference, now)
    asking.tell_sender(c, house, reference, now)
    complete(c, house, reference)
    return True


def _take_away(c: Connection, reference: str, now: datetime, but: int | None = None) -> None:
    """Notices that are not needed any more, and the messages they stand on."""
    for notice in notices.of(c, reference, "referral"):
        if notice.staff != but:
            notices.take_back(c, notice, now)


def take_copies(c: Connection, staff_id: int, now: datetime) -> None:
    """What she has copied stands beside the card in plain words: where that is hidden, it goes."""
    for notice in notices.to(c, staff_id):
        if notice.kind == "copy":
            notices.take_back(c, notice, now)


def drop_reviews(c: Connection, reference: str, now: datetime) -> None:
    """Nobody needs to be reminded of a plan's date any more."""
    for notice in notices.of(c, reference, "review"):
        notices.take_back(c, notice, now)


def _taken_by_other(c: Connection, reference: str, taker: int, now: datetime) -> None:
    """Those who were asked and have not answered need not; they are asked again if she undoes it."""
    for notice in notices.of(c, reference, "referral"):
        if notice.staff != taker and notice.code == "":
            if notice.message:
                traces.keep(c, notice.staff, notice.message, now)
            notices.opened(c, notice)
            notices.settle(c, "referral", notice.staff, reference, "taken")


def delivered(c: Connection, house: House, reference: str, now: datetime) -> None:
    if referrals.delivered(c, reference, now):
        asking.tell_sender(c, house, reference, now)


def status_values(c: Connection, house: House, staff: Staff, referral: Referral) -> dict[str, str]:
    """What the employee's status texts are filled in with: a time, an opaque code, and who took it."""
    taker = (
        people.by_id(c, house.cipher, referral.accepted_by, removed=True) if referral.accepted_by else None
    )
    return {
        "code": referral.reference,
        "time": house.words.time(referral.stored, staff.language),
        "key_name": house.name_of(taker, staff) if taker else "",
        "key_staff_phone": house.phone_of(taker, staff) if taker else "",
    }


# --- the key person's side --------------------------------------------------------------------------


def opened(c: Connection, house: House, reference: str, now: datetime) -> None:
    if referrals.opened(c, reference, now):
        asking.tell_sender(c, house, reference, now)
        complete(c, house, reference)


def accept(c: Connection, house: House, staff: Staff, session: Session, now: datetime) -> Session:
    """The first one gets it. The others' notices go; whoever has the card open is told on her next press."""
    before = referrals.get(c, session.reference)
    asked = staff.role != "frontline" and notices.find(c, "referral", staff.id, session.reference) is not None
    if before is None or not asked or not referrals.accept(c, session.reference, staff.id, now):
        return replace(session, state=lost_to(c, session.reference))
    works.keep(c, before, staff.id, "accept", now, now - UNDO_WITHIN)
    _taken_by_other(c, session.reference, staff.id, now)
    asking.tell_sender(c, house, session.reference, now)
    complete(c, house, session.reference)
    return session


def lost_to(c: Connection, reference: str) -> str:
    """The state of a card whose referral cannot be taken any more."""
    referral = referrals.get(c, reference)
    return "gone" if referral is None or referral.closed else "taken_by_other"


def contact(c: Connection, house: House, staff: Staff, session: Session, now: datetime) -> Session:
    code = str(session.answers["contact"])
    referral = hers(c, session.reference, staff)
    if referral is None:
        return replace(session, state=lost_to(c, session.reference))
    works.keep(c, referral, staff.id, "contact", now, now - UNDO_WITHIN)
    referrals.contact(c, session.reference, code, now)
    if code == "not_reached" and referral.path != "advice":  # so was the risk assessment, then
        works.put(c, session.reference, replace(works.get(c, session.reference), assessment=code))
    complete(c, house, session.reference)
    return session


def close(c: Connection, house: House, staff: Staff, session: Session, now: datetime) -> Session:
    referral = hers(c, session.reference, staff)
    if referral is None:
        return replace(session, state=lost_to(c, session.reference))
    works.keep(c, referral, staff.id, "close", now, now - UNDO_WITHIN)
    referrals.close(c, session.reference, str(session.answers["close"]), now)
    asking.tell_sender(c, house, session.reference, now)
    complete(c, house, session.reference)
    _no_more_of_hers(c, session.reference, staff, now)
    return session


def _no_more_of_hers(c: Connection, reference: str, staff: Staff, now: datetime) -> None:
    """What waited for her in a case that is over; who else was asked is kept as long as that can be undone."""
    notice = notices.find(c, "referral", staff.id, reference)
    if notice is not None:
        notices.take_back(c, notice, now)
    drop_reviews(c, reference, now)


def hers(c: Connection, reference: str, staff: Staff) -> Referral | None:
    """The referral, where it is open, she has taken it, and she is somebody who may."""
    referral = referrals.get(c, reference)
    taken = referral is not None and not referral.closed and referral.accepted_by == staff.id
    return referral if taken and staff.role != "frontline" else None


def complete(c: Connection, house: House, reference: str) -> None:
    """The referral's part of the outcome, as far as it has happened; nothing before the conversation has
    ended, because the outcome is written then."""
    referral = referrals.get(c, reference)
    if referral is None or referral.outcome is None:
        return
    work, hours = works.get(c, reference), house.rules.hours
    outcomes.complete(
        c,
        referral.outcome,
        offer=work.offer,
        answer=work.answer,
        accepted=int(referral.accepted is not None),
        reached=int(referral.reached is not None),
        close=referral.close,
        hours_to_open=whole_hours(referral.stored, referral.opened),
        hours_to_accept=whole_hours(referral.stored, referral.accepted),
        hours_to_reach=whole_hours(referral.stored, referral.reached),
    )
    place = outcomes.place_of(c, referral.outcome)
    if place is not None:
        course = courses.Course(
            *place,
            assessment=work.assessment,
            open_hours_to_open=open_hours(hours, referral.stored, referral.opened),
            open_hours_to_accept=open_hours(hours, referral.stored, referral.accepted),
            open_hours_to_reach=open_hours(hours, referral.stored, referral.reached),
        )
        courses.put(c, referral.outcome, course)
