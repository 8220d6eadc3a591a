"""What a person can ask for by typing: admission with a code, and the commands; never anything about a citizen."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot import absence, anew, asking, cards, dialogue, probing, referring
from bot.cards import Order
from bot.house import House
from bot.model import Button, Card, Event, Line, Referral, Reply, Screen, Staff, Text
from bot.storage import notices, people, referrals, sessions, traces


def from_stranger(c: Connection, house: House, event: Event, now: datetime) -> Reply:
    """Somebody who is not admitted: a code, or the one neutral sentence. Nothing about her is stored."""
    language = house.words.nearest(event.language)
    if event.kind == "command" and event.code == "start" and event.argument:
        staff = people.redeem(
            c, house.cipher, code=event.argument, chat=event.chat, language=language, now=now
        )
        if staff is not None:
            asking.look_again(c, house, now)
            traces.keep(c, staff.id, event.message, now)
            return cards.ask_language(c, house, staff, event, now)
    return Reply(event.chat, screen=Screen(house.words.say(house.phrases["stranger"], language, {})))


def obey(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    order = _ORDERS.get(event.code)
    if order is None:
        return cards.house_card(c, house, staff, "unknown_command", now)
    return order(c, house, staff, event, now)


def _new(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    if hidden := cards.still_hidden(c, house, staff, dialogue.OWN, now):
        return hidden
    return dialogue.begin(
        c, house, staff, "detection", "new", now, told=_nowhere_to_send(c, house, staff, now)
    )


def _nowhere_to_send(c: Connection, house: House, staff: Staff, now: datetime) -> tuple[str, ...]:
    """Before the first question: where no key person can be asked, whom to ring instead."""
    if asking.key_persons(c, house, staff.unit, now, staff):
        return ()
    probing.nowhere_to_send(c, house, now)
    return ("nowhere.new",)


def _duty(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    return dialogue.begin(c, house, staff, "detection", "duty", now)


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
            notices.opened(c, notice.id)  # it comes again when there is something new to say
    waiting = [one.message for one in hers if one.message and one.kind != "status"]
    traces.expire(c, staff.id, now, keep=waiting)
    people.set_live(c, staff.id, 0)
    duty = any(one.kind == "duty_open" for one in notices.to(c, staff.id))
    return cards.house_card(c, house, replace(staff, live=0), "cleared_duty" if duty else "cleared", now)


def _help(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    more = () if staff.role == "frontline" else ("help_key_person",)
    return cards.house_card(c, house, staff, "help", now, more=("help_hidden", *more))


def _start(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """Somebody who is admitted already; a valid code gives her the role and unit that it was made for."""
    if event.argument:
        people.redeem(c, house.cipher, code=event.argument, chat=event.chat, language=staff.language, now=now)
        before, staff = staff, people.by_chat(c, house.cipher, event.chat) or staff
        if (before.role, before.unit) != (staff.role, staff.unit):
            referring.hand_on(c, house, staff, now)
            asking.look_again(c, house, now)
    return replace(cards.house_card(c, house, staff, "welcome", now), commands=cards.menu_of(staff))


def _inbox(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    waiting = referrals.open_for(c, staff.id)
    if not waiting:
        return cards.house_card(c, house, staff, "inbox.empty", now)
    choices = tuple(Button(f"0:open.{one.reference}", Text(_named(house, staff, one), "")) for one in waiting)
    one, many = house.phrases["inbox.one"], house.phrases["inbox.many"]
    counted = house.words.plural(one, many, len(waiting), staff.language)
    back = (cards.resume_button(house),) if sessions.open_of(c, staff.id) else ()
    card = Card((Line(Text(counted, "")),), choices, (*back, cards.acute_button(house)))
    return dialogue.reply_with(c, house, staff, card, now)


def _named(house: House, staff: Staff, referral: Referral) -> str:
    taken = "taken_" if referral.accepted_by == staff.id else ""
    return house.phrase(f"inbox.{taken}{referral.urgency}", staff, code=referral.reference)


_ORDERS: dict[str, Order] = {
    "start": _start,
    "new": _new,
    "duty": _duty,
    "inbox": _inbox,
    "language": cards.ask_language,
    "away": absence.ask,
    "clear": _clear,
    "help": _help,
    "stop": _stop,
}


def of_role(role: str) -> tuple[str, ...]:
    """The commands that a person's menu lists; nobody is referred to a frontline employee."""
    hidden = {"start"} | ({"inbox", "away"} if role == "frontline" else set())
    return tuple(name for name in _ORDERS if name not in hidden)
