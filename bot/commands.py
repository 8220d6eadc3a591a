"""What a person can ask for by typing: admission with a code, and the commands; never anything about a citizen."""

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
    dialogue,
    freshness,
    health,
    inviting,
    practising,
    probing,
    redeeming,
    reporting,
    terms,
)
from bot.cards import Order
from bot.house import House
from bot.model import Button, Card, Event, Line, Referral, Reply, Staff, Text
from bot.practice import PLACE
from bot.storage import notices, people, referrals, sessions, traces


def from_stranger(c: Connection, house: House, event: Event, now: datetime) -> Reply:
    """Somebody who is not admitted: a code, or the one neutral sentence. Of a try with a code only a digest is kept,
    for an hour, and of anything else nothing."""
    language = house.words.nearest(event.language)
    staff = redeeming.by_a_stranger(c, house, event, language, now)
    if staff is None:
        return cards.neutral(house, event.chat, language)
    traces.keep(c, staff.id, event.message, now)
    return cards.ask_language(c, house, staff, event, now)


def obey(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    order = _ORDERS.get(event.code)
    if order is None:
        return cards.house_card(c, house, staff, "unknown_command", now)
    return order(c, house, staff, event, now)


def _new(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    if hidden := _hidden(c, house, staff, now):
        return hidden
    told = (*_nowhere_to_send(c, house, staff, now), *freshness.news(c, house, staff, now))
    return dialogue.begin(c, house, staff, "detection", "new", now, told=told)


def _nowhere_to_send(c: Connection, house: House, staff: Staff, now: datetime) -> tuple[str, ...]:
    """Before the first question: where no key person can be asked, whom to ring instead."""
    if asking.key_persons(c, house, staff.unit, now, staff):
        return ()
    probing.nowhere_to_send(c, house, now)
    return ("nowhere.new",)


def _duty(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    if hidden := _hidden(c, house, staff, now):
        return hidden
    return dialogue.begin(c, house, staff, "detection", "duty", now)


def _hidden(c: Connection, house: House, staff: Staff, now: datetime) -> Reply | None:
    """Over her own conversation, or over a practice that is on the card."""
    own = cards.still_hidden(c, house, staff, dialogue.OWN, now)
    return own or (cards.still_hidden(c, house, staff, PLACE, now) if staff.active == PLACE else None)


def _stop(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    if cards.hidden(c, house, staff, staff.active):
        # It ends as any other, and what it leaves behind comes later: nothing of it is shown to whoever looks on.
        dialogue.stop(c, house, staff, staff.active, now)
        people.set_active(c, staff.id, dialogue.OWN)
        return cards.house_card(c, house, replace(staff, active=dialogue.OWN), "resting", now)
    stopped = anew.stop(c, house, staff, now)
    return stopped or cards.house_card(c, house, staff, "nothing_to_stop", now)


def _clear(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """Every message goes now but notices that wait to be opened; a duty that stands open is not forgotten."""
    for about in sessions.open_of(c, staff.id):
        dialogue.stop(c, house, staff, about, now)
    people.set_active(c, staff.id, dialogue.OWN)
    hers = notices.to(c, staff.id)
    for notice in hers:
        if notice.kind == "status":
            notices.opened(c, notice)  # it comes again when there is something new to say
    waiting = [one.message for one in hers if one.message and one.kind not in ("status", "copy")]
    traces.expire(c, staff.id, now, keep=waiting)
    people.set_live(c, staff.id, 0)
    duty = any(one.kind == "duty_open" for one in notices.to(c, staff.id))
    return cards.house_card(c, house, replace(staff, live=0), "cleared_duty" if duty else "cleared", now)


def _help(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    more = () if staff.role == "frontline" else ("help_key_person",)
    rights = ("help_coordinator",) if staff.role == "coordinator" else ()
    told = ("help_hidden", *more, *rights, *_ending(house, staff, now))
    return cards.house_card(c, house, staff, "help", now, more=told)


def _start(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """Somebody who is admitted already; a valid code gives her the role and unit that it was made for."""
    if event.argument:
        staff = redeeming.by_a_colleague(c, house, staff, event, now)
    reply = cards.house_card(c, house, staff, "welcome", now, more=_ending(house, staff, now))
    return replace(reply, commands=cards.menu_of(staff))


def _ending(house: House, staff: Staff, now: datetime) -> tuple[Text, ...]:
    """In the last fortnight: until when she is admitted."""
    if not terms.ends_soon(house, staff, now):
        return ()
    until = house.words.day(house.today(terms.until(house, staff)), staff.language)
    return (Text(house.phrase("term.soon", staff, until=until), ""),)


def _inbox(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    waiting = [] if staff.role == "frontline" else referrals.open_for(c, staff.id)
    if not waiting:
        return cards.house_card(c, house, staff, "inbox.empty", now)
    choices = tuple(Button(f"0:open.{one.reference}", Text(_named(house, staff, one), "")) for one in waiting)
    counted = house.words.plural(house.phrases["inbox.waiting"], len(waiting), staff.language)
    back = (cards.resume_button(house),) if sessions.open_of(c, staff.id) else ()
    card = Card((Line(Text(counted, "")),), choices, (*back, cards.acute_button(house)))
    return dialogue.reply_with(c, house, staff, card, now)


def _named(house: House, staff: Staff, referral: Referral) -> str:
    taken = "taken_" if referral.accepted_by == staff.id else ""
    return house.phrase(f"inbox.{taken}{referral.urgency}", staff, code=referral.reference)


def _unless_hidden(order: Order) -> Order:
    """Where the hidden screen lies over any conversation of hers, it is all that is shown."""

    @cards.open_to_the_eye
    def seen(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
        return _hidden(c, house, staff, now) or order(c, house, staff, event, now)

    return seen


def _of_coordinators(order: Order) -> Order:
    """To everybody else there is no such command."""

    def only(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
        if staff.role != "coordinator":
            return cards.house_card(c, house, staff, "unknown_command", now)
        return order(c, house, staff, event, now)

    return only


_ORDERS: dict[str, Order] = {
    "start": _start,
    "new": _new,
    "duty": _duty,
    "cards": browsing.ask,
    "practice": practising.ask,
    "inbox": _inbox,
    "language": cards.ask_language,
    "away": absence.ask,
    "clear": _clear,
    "help": _help,
    "stop": _stop,
    "staff": _of_coordinators(colleagues.ask),
    "invite": _of_coordinators(inviting.ask),
    "report": _of_coordinators(_unless_hidden(reporting.ask)),
    "health": _of_coordinators(_unless_hidden(health.ask)),
}


def of_role(role: str) -> tuple[str, ...]:
    """The commands that a person's menu lists; nobody is referred to a frontline employee."""
    hidden = {"start"} | ({"inbox", "away"} if role == "frontline" else set())
    hidden |= set() if role == "coordinator" else {"staff", "invite", "report", "health"}
    return tuple(name for name in _ORDERS if name not in hidden)
