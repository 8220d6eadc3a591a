"""The buttons that are always valid: those of notices, reminders and status cards, and of the house's own cards."""

import re
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot import (
    absence,
    anew,
    asking,
    browsing,
    cards,
    colleagues,
    copying,
    dialogue,
    engine,
    freshness,
    gathering,
    handover,
    inviting,
    overview,
    practising,
    probing,
    referring,
    reporting,
    terms,
    working,
)
from bot.cards import Order
from bot.consequences import CHAT_KEPT
from bot.house import House
from bot.model import Button, Card, Event, Line, Notice, Reply, Staff, Text
from bot.storage import notices, people, referrals, sessions, traces

_OPENED = frozenset(
    {"referral", "duty_open", "failed", "review", freshness.OFFER} | notices.OF_COORDINATORS
)  # the others are nobody's to open
_REFERENCE = re.compile(r"[a-z0-9]{1,32}")
MAX_DIGITS = 10  # as many are no number of ours, and none that every database holds


def act(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """A button that is always valid and idempotent: `0:<action>.<reference>`."""
    action, _, reference = event.code.partition(".")
    do = _ACTIONS.get(action)
    if do is None or not _REFERENCE.fullmatch(reference):
        return cards.resume(c, house, staff, event, now)
    return do(c, house, staff, replace(event, argument=reference), now)


def _language(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    if event.argument not in house.words.languages:
        return cards.resume(c, house, staff, event, now)
    people.set_language(c, staff.id, event.argument)
    speaking = replace(staff, language=event.argument)
    if sessions.load(c, staff.id, staff.active) is not None:
        reply = cards.resume(c, house, speaking, event, now)
    else:
        reply = cards.house_card(c, house, speaking, "welcome", now, event.message)
    return replace(reply, commands=cards.menu_of(speaking))


def _show(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """The citizen's language, where the card asks for it; the sentence then stands in it."""
    session = dialogue.load(c, house, staff, staff.active, now)
    if session is None or event.argument not in house.words.of_citizens:
        return cards.resume(c, house, staff, event, now)
    step = engine.shown_in(house.flows[session.flow], session, event.argument)
    return dialogue.advance(c, house, staff, session, step, now, event.message)


def _open(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """A notice, a reminder or an entry of the inbox; only for the one it was sent to."""
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


def _ask(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    return cards.house_card(c, house, staff, "ask", now, event.message)


def _withdraw(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """From the status card; the sender's own, and in her open conversation the consent goes with it."""
    referral = referrals.get(c, event.argument)
    if referral is None or referral.sender != staff.id:
        return cards.resume(c, house, staff, event, now)
    session = sessions.load(c, staff.id, dialogue.OWN)
    if session is not None and session.reference == referral.reference and not referral.closed:
        switched, session = dialogue.switch(c, house, staff, dialogue.OWN, now)
        if session is not None:
            step = engine.withdraw(house.flows[session.flow], session)
            return dialogue.advance(c, house, switched, session, step, now, event.message)
    withdrawn = referring.withdraw(c, house, referral.reference, now) or referral.close == "sent_in_error"
    said = "note.withdrawn" if withdrawn else "note.closed_already"
    return cards.house_card(c, house, staff, said, now, event.message)


def _undo(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """Her last step in a case, by its number; pressed twice it undoes one step."""
    number = int(event.argument) if event.argument.isdecimal() and len(event.argument) < MAX_DIGITS else 0
    what, reference = working.undo(c, house, staff, number, now)
    referral = referrals.get(c, reference) if reference else None
    if what == "too_late":
        return cards.house_card(c, house, staff, "undo.too_late", now, event.message)
    if referral is None:
        return cards.resume(c, house, staff, event, now)
    reply = anew.open_referral(c, house, staff, referral, now, event.message)
    return replace(reply, toast=house.phrase("note.undone", staff))


def _reminded(thanks: str, again: bool) -> Order:
    """One of the four honest answers to a reminder of the duty; two of them have it come again."""

    def answer(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
        notice = notices.find(c, "duty_open", staff.id, event.argument)
        if notice is None:  # settled before, or not hers
            return cards.resume(c, house, staff, event, now)
        if again:
            notices.queue(c, "duty_open", staff.id, notice.reference, now + handover.REMIND_AFTER)
        else:
            notices.drop(c, notice)
        return cards.house_card(c, house, staff, f"reminder.{thanks}", now, event.message)

    return answer


def _notify(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """From a card whose conversation is over: in the one that is open now, otherwise in one of its own."""
    switched, session = dialogue.switch(c, house, staff, dialogue.OWN, now)
    if session is not None:
        return cards.press_for(c, house, switched, session, event, "notify", now)
    again = anew.begin_again(c, house, staff, dialogue.OWN, now, entry="duty")
    return again or dialogue.begin(c, house, staff, "detection", "duty", now)


def _correct(what: str) -> Order:
    def correct(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
        return colleagues.correct(c, house, staff, event, now, what)

    return correct


def _of_coordinators(order: Order) -> Order:
    """The role is looked at here, at the press: whoever is no coordinator any more has the card still before her."""

    def only(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
        if staff.role != "coordinator":
            return cards.resume(c, house, staff, event, now)
        return order(c, house, staff, event, now)

    return only


_ACTIONS: dict[str, Order] = {
    "open": _open,
    "acute": cards.acute,
    "resume": cards.resume,
    "language": _language,
    "show": _show,
    "withdraw": _withdraw,
    "undo": _undo,
    "notify": _notify,
    "ask": _ask,
    "notified": _reminded("thanks_notified", again=False),
    "calling": _reminded("thanks_calling", again=True),
    "later": _reminded("thanks_later", again=True),
    "considered": _reminded("thanks_considered", again=False),
    "away": absence.answer,
    "copy": copying.ask,
    "practice": practising.ask,
    "situations": practising.situations,
    "situation": practising.situation,
    "practise": practising.begin,
    "together": practising.together,
    "join": practising.join,
    "compare": practising.compare,
    "fresh": freshness.answer,
    "sum": overview.show,
    "sumcopy": overview.copy,
    "cards": browsing.shelves,
    "shelf": browsing.shelf,
    "card": browsing.card,
    "offer": browsing.offer,
    "link": browsing.link,
    "hide": browsing.hide,
    "ruler": browsing.ruler,
    **{
        name: _of_coordinators(order)
        for name, order in {
            "unit": colleagues.unit,
            "person": colleagues.person,
            "renew": colleagues.renew,
            "remove": colleagues.remove,
            "removed": colleagues.removed,
            "name": _correct("name"),
            "phone": _correct("phone"),
            "invite": inviting.role,
            "invited": inviting.unit,
            "skip": inviting.skip,
            "rounds": gathering.ask,
            "report": cards.open_to_the_eye(reporting.means),
            "roundin": gathering.pick,
            "roundon": gathering.begin,
            "roundend": gathering.end,
        }.items()
    },
}
