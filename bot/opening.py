"""What opens behind a notice, a reminder or an entry of the inbox, as it is at that moment."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot import anew, asking, cards, colleagues, dialogue, freshness, handover, probing, referring, terms
from bot.consequences import CHAT_KEPT
from bot.house import House
from bot.model import Button, Card, Event, Line, Notice, Reply, Staff, Text
from bot.storage import notices, people, referrals, traces

_OPENED = frozenset(
    {"referral", "duty_open", "failed", "review", freshness.OFFER} | notices.OF_COORDINATORS
)  # the others are nobody's to open


def open_one(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """Only for the one it was sent to."""
    of_this = sorted(notices.of(c, event.argument), key=lambda one: one.message != event.message)
    for notice in of_this:  # the one she pressed before any other of the same case
        early = notice.kind in _OF_COORDINATORS and not notice.message  # told when it is due, and not before
        hers = notice.staff == staff.id and _is_for(staff, notice)
        if hers and notice.kind in _OPENED and not early:
            return _opened(c, house, _on_notice(c, staff, notice, event, now), notice, event, now)
    referral = referrals.get(c, event.argument)
    if referral is not None and staff.role == "key_person" and staff.unit == referral.unit:
        # Her notice went in the moment she pressed it: somebody else was faster, or it was called back.
        return anew.lost(c, house, staff, referral.reference, now, event.message)
    return cards.resume(c, house, staff, event, now)


def _is_for(staff: Staff, notice: Notice) -> bool:
    """As what she is now: she may have been something else when it was sent."""
    if notice.kind in notices.OF_COORDINATORS:
        return staff.role == "coordinator"
    return staff.role != "frontline" or notice.kind not in {"referral", "review"}


def _on_notice(c: Connection, staff: Staff, notice: Notice, event: Event, now: datetime) -> Staff:
    """The message that was opened becomes the live card: should its edit fail, its button still opens. A duty
    that she looks at and leaves is asked about again."""
    notices.opened(c, notice)
    if notice.kind == "duty_open":
        notices.queue(c, "duty_open", staff.id, notice.reference, now + handover.REMIND_AFTER)
    if not notice.message or notice.message == staff.live:
        return staff
    if notice.message != event.message:
        traces.keep(c, staff.id, notice.message, now)
        return staff
    if staff.live:
        traces.keep(c, staff.id, staff.live, now)
    people.set_live(c, staff.id, notice.message)
    traces.keep(c, staff.id, notice.message, now, CHAT_KEPT)
    return replace(staff, live=notice.message)


def _opened(c: Connection, house: House, staff: Staff, notice: Notice, event: Event, now: datetime) -> Reply:
    if notice.kind == "duty_open":
        keys = ("notified", "calling", "later", "considered")
        choices = tuple(
            Button(f"0:{key}.{notice.reference}", house.phrases[f"reminder.{key}"]) for key in keys
        )
        return cards.house_card(c, house, staff, "reminder.duty", now, event.message, choices=choices)
    if notice.kind == freshness.OFFER:
        return freshness.opened(c, house, staff, notice, event, now)
    if notice.kind in _OF_COORDINATORS:
        return _OF_COORDINATORS[notice.kind](c, house, staff, notice, event, now)
    referral = referrals.get(c, notice.reference)
    if notice.kind == "failed" and referral is not None:
        said = asking.status(c, referral)
        values = referring.status_values(c, house, staff, referral)
        said_now = (
            house.phrase(f"status.{said}", staff, **values),
            house.phrase("status.out_of_hours", staff),
        )
        lines = tuple(Line(Text(one, "")) for one in said_now)
        card = Card(lines, (), (cards.resume_button(house), cards.acute_button(house)))
        return dialogue.reply_with(c, house, staff, card, now, event.message)
    if referral is None or not anew.can_be_opened(referral, staff):
        return anew.lost(c, house, staff, notice.reference, now, event.message)
    if notice.code != "passed":
        referring.opened(c, house, notice.reference, now)
    return anew.open_referral(c, house, staff, referral, now, event.message)


def _nowhere(c: Connection, house: House, staff: Staff, notice: Notice, event: Event, now: datetime) -> Reply:
    """Which units nobody can be asked in, as it is at this moment."""
    units = [house.places(unit, staff.language)["unit"] for unit in probing.outages(c, house, now)]
    said = (
        house.phrase("nowhere.units", staff, units=house.words.list_of(units, staff.language))
        if units
        else house.phrase("nowhere.over", staff)
    )
    return cards.house_card(c, house, staff, Text(said, ""), now, event.message)


def _duty_in_a_unit(
    c: Connection, house: House, staff: Staff, notice: Notice, event: Event, now: datetime
) -> Reply:
    """That one duty stands open in a unit, and nothing else."""
    notices.drop(c, notice)
    open_still = notices.of(c, notice.reference, "duty_open")
    whose = people.by_id(c, house.cipher, open_still[0].staff, removed=True) if open_still else None
    if whose is None:
        return cards.house_card(c, house, staff, "duty_unit.over", now, event.message)
    unit = house.places(whose.unit, staff.language)["unit"]
    said = house.phrase("duty_unit.open", staff, unit=unit)
    return cards.house_card(c, house, staff, Text(said, ""), now, event.message)


def _lapsing(c: Connection, house: House, staff: Staff, notice: Notice, event: Event, now: datetime) -> Reply:
    """Whose admission ends soon, as she is at this moment."""
    one = people.by_id(c, house.cipher, terms.person_of(notice.reference))
    if one is None:
        return cards.house_card(c, house, staff, "staff.gone", now, event.message)
    return colleagues.card(c, house, staff, one, now, event.message)


_OF_COORDINATORS = {"nowhere": _nowhere, "duty_unit": _duty_in_a_unit, "lapsing": _lapsing}
