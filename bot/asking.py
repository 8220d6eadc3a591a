"""Whom a hand-over is asked of, and who next where nobody takes it; whoever is to hear of it gets a row in the outbox.

While nobody has taken a referral and it is not closed, there is a `clock` row that is due for it: a deadline that is
passed asks the next, and at the end of the list the employee is told whom to ring, every working day anew.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot import derived, handover
from bot.handover import NEEDS_A_CALL
from bot.house import House
from bot.model import Answers, Notice, Referral, Role, Staff, Watch
from bot.storage import notices, people, referrals, traces, watches

_EVERY_ROLE: tuple[Role, ...] = ("key_person", "coordinator")


def specialist(house: House, answers: Answers) -> str:
    """The unit that knows most of such cases; "" where none does. What it is about is not kept."""
    known = house.rules.specialists
    if answers.get("honour") == "yes" and "honour" in known:
        return known["honour"]
    if derived.path(answers) == "shelter" and "shelter" in known:
        return known["shelter"]
    about_a_child = (
        answers.get("children") in {"yes", "both", "self", "unborn"} or answers.get("mode") == "child"
    )
    return known.get("children", "") if about_a_child else ""


def rings(
    c: Connection, house: House, referral: Referral, now: datetime, first: str
) -> tuple[handover.Ring, ...]:
    sender = people.by_id(c, house.cipher, referral.sender, removed=True)
    return handover.rings(
        referral.unit, first, referral.urgency, sender, everybody(c, house), house.rules, now
    )


def everybody(c: Connection, house: House) -> list[Staff]:
    return [one for role in _EVERY_ROLE for one in people.with_role(c, house.cipher, role)]


def key_persons(
    c: Connection, house: House, unit: str, now: datetime, sender: Staff | None = None
) -> list[Staff]:
    """Those who could be asked for a unit now, the first first; empty where only the coordinators are left."""
    found = handover.rings(unit, "", "standard", sender, everybody(c, house), house.rules, now)
    return [one for ring in found for one in ring if one.role == "key_person"]


def ask(
    c: Connection, house: House, referral: Referral, now: datetime, first: str = "", late: bool = False
) -> bool:
    """The next ring of those who have not been asked; False where nobody is left. The clock is wound either way.
    `late`: those who were asked before let their time pass."""
    watch = watches.get(c, referral.reference)
    first = watch.first if watch else first
    asked = frozenset(notice.staff for notice in notices.of(c, referral.reference, "referral"))
    chosen = handover.after(rings(c, house, referral, now, first), asked)
    numbers = [notices.queue(c, "referral", one.id, referral.reference, now) for one in chosen]
    since = min(numbers) if numbers else (watch.since if watch else 0)
    steps = (watch.steps if watch else 0) + (late and bool(numbers))
    watches.keep(c, Watch(referral.reference, first, now, since, steps, exhausted=not numbers))
    wind(c, house, referral.reference)
    return bool(numbers)


def wind(c: Connection, house: House, reference: str) -> None:
    """The clock of a referral is due when the newest receivers' time is up; none where it is taken or closed."""
    referral, watch = referrals.get(c, reference), watches.get(c, reference)
    if referral is None or watch is None:
        return
    asked = notices.of(c, reference, "referral")
    due = handover.deadline(referral.urgency, watch, asked, house.rules)
    notices.queue(c, "clock", referral.sender, reference, due)


def strike(c: Connection, house: House, clock: Notice, now: datetime) -> str:
    """The clock was due: go on to the next, or find that there is time yet. Whether more were asked, nobody is left to
    ask, or neither: one of counting's codes, or ""."""
    referral, watch = referrals.get(c, clock.reference), watches.get(c, clock.reference)
    if referral is None or referral.closed or referral.accepted_by is not None:
        notices.drop(c, clock)
        watches.end(c, clock.reference)
        return ""
    if watch is None:  # nobody knows since when it waits: its time begins anew, and it stays due
        restart(c, house, clock.reference, now)
        return ""
    asked = notices.of(c, clock.reference, "referral")
    if handover.deadline(referral.urgency, watch, asked, house.rules) > now:
        wind(c, house, clock.reference)
        return ""
    more = ask(c, house, referral, now, late=True)
    if not more:
        _ring_again(c, house, clock.reference, now)
    tell_sender(c, house, clock.reference, now)
    return "asked_more" if more else "nobody_left"


def _ring_again(c: Connection, house: House, reference: str, now: datetime) -> None:
    """Nobody is left: whoever is at work of those who were asked, and has not passed it on, is asked once more."""
    for notice in notices.of(c, reference, "referral"):
        one = people.by_id(c, house.cipher, notice.staff)
        if one is not None and handover.is_present(one, now) and notice.code != "passed":
            remind(c, notice, now)


def remind(c: Connection, notice: Notice, now: datetime) -> None:
    """It rings once more, as a message of its own; one that only replaces an old message does not."""
    if notice.message:
        traces.keep(c, notice.staff, notice.message, now)
        notices.opened(c, notice)
    notices.queue(c, notice.kind, notice.staff, notice.reference, now)


def look_again(c: Connection, house: House, now: datetime) -> None:
    """Somebody can be reached who could not: whatever waits for nobody is asked of her too."""
    for referral in referrals.for_nobody(c):
        if ask(c, house, referral, now):
            tell_sender(c, house, referral.reference, now)


def tell_sender(c: Connection, house: House, reference: str, now: datetime) -> None:
    """Her status card is due: what it says is read when it is sent, so that it is never more than the truth."""
    referral = referrals.get(c, reference)
    if referral is None:
        return
    notices.queue(c, "status", referral.sender, reference, now)
    if status(c, referral) in NEEDS_A_CALL:
        notices.queue(c, "failed", referral.sender, reference, now)


def status(c: Connection, referral: Referral) -> str:
    asked = notices.of(c, referral.reference, "referral")
    return handover.status(referral, asked, watches.get(c, referral.reference))


def restart(c: Connection, house: House, reference: str, now: datetime) -> None:
    """It is more urgent now, asked for something else, or nobody's again: the time of those who were asked last begins
    anew."""
    referral = referrals.get(c, reference)
    if referral is None or referral.closed or referral.accepted_by is not None:
        return
    asked = [notice.id for notice in notices.of(c, reference, "referral")]
    watch = watches.get(c, reference) or Watch(reference, "", now, min(asked, default=0))
    watches.keep(c, replace(watch, asked=now))
    wind(c, house, reference)
