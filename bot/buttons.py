"""The buttons that are always valid: of reminders and status cards, and of the house's own cards; what opens behind a
notice is `opening.py`."""

import re
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot import (
    absence,
    anew,
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
    opening,
    overview,
    practising,
    referring,
    reporting,
    working,
)
from bot.cards import Order
from bot.house import House
from bot.model import Event, Reply, Staff
from bot.storage import notices, people, referrals, sessions

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
    "open": opening.open_one,
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
