"""What a person can ask for outside a question: commands, the buttons of notices and status cards, admission."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot import consequences, dialogue, engine, handover
from bot.house import House
from bot.model import (
    Answers,
    Button,
    Card,
    Event,
    Line,
    Notice,
    Referral,
    Reply,
    Screen,
    Session,
    Staff,
    Text,
)
from bot.storage import notices, people, referrals, sessions, traces

ACUTE = "0:acute.0"

Order = Callable[[Connection, House, Staff, Event, datetime], Reply]


def from_stranger(c: Connection, house: House, event: Event, now: datetime) -> Reply:
    """Somebody who is not admitted: a code, or the one neutral sentence. Nothing about her is stored."""
    language = house.words.nearest(event.language)
    if event.kind == "command" and event.code == "start" and event.argument:
        staff = people.redeem(
            c, house.cipher, code=event.argument, chat=event.chat, language=language, now=now
        )
        if staff is not None:
            traces.keep(c, staff.id, event.message, now)
            return ask_language(c, house, staff, event, now)
    return Reply(event.chat, screen=Screen(house.words.say(house.phrases["stranger"], language, {})))


def obey(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    order = _ORDERS.get(event.code)
    if order is None:
        return house_card(c, house, staff, "unknown_command", now)
    return order(c, house, staff, event, now)


def act(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """A button that is always valid and idempotent: `0:<action>.<reference>`."""
    action, _, reference = event.code.partition(".")
    do = _ACTIONS.get(action)
    if do is None:
        return resume(c, house, staff, event, now)
    return do(c, house, staff, replace(event, argument=reference), now)


# --- the house's own cards --------------------------------------------------------------------------


def house_card(
    c: Connection, house: House, staff: Staff, phrase: str, now: datetime, pressed: int = 0,
    choices: tuple[Button, ...] = (), more: tuple[str, ...] = (),
) -> Reply:  # fmt: skip
    """A small sentence as the live card; the conversation that was on it comes back with one press."""
    lines = tuple(Line(house.phrases[name]) for name in (phrase, *more))
    going_on = sessions.load(c, staff.id, staff.active) is not None
    back = (Button(dialogue.RESUME, house.phrases["button.back_to_talk"]),) if going_on else ()
    card = Card(lines, choices, (*back, _acute(house)))
    return dialogue.reply_with(c, house, staff, card, now, pressed)


def _resume(house: House) -> Button:
    return Button(dialogue.RESUME, house.phrases["button.done_reading"])


def _acute(house: House) -> Button:
    return Button(ACUTE, house.phrases["button.acute"])


def resting(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """A press where no conversation is open; the emergency card stands above even that."""
    if event.code == "acute":
        return acute(c, house, staff, event, now)
    return house_card(c, house, staff, "resting", now, event.message)


def resume(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """Back to the conversation that is open; the person's own, where the other has ended."""
    for about in dict.fromkeys((staff.active, dialogue.OWN)):
        session = sessions.load(c, staff.id, about)
        if session is not None:
            people.set_active(c, staff.id, about)
            return dialogue.show(c, house, replace(staff, active=about), session, now, event.message)
    return house_card(c, house, staff, "resting", now, event.message)


def acute(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    session = sessions.load(c, staff.id, staff.active)
    if session is not None:
        flow = house.flows[session.flow]
        step = engine.step(flow, session, replace(event, turn=session.turn, code="acute"))
        return dialogue.advance(c, house, staff, step, now, event.message)
    view = house.flows["detection"].views["acute"]
    card = Card(view.lines, (), (_resume(house),), view.marks)
    return dialogue.reply_with(c, house, staff, card, now, event.message)


# --- commands ---------------------------------------------------------------------------------------


def _new(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    own = sessions.load(c, staff.id, dialogue.OWN)
    if own is not None and own.view == "hide":
        # She hid it; nobody else knows that this brings it back.
        shown = sessions.save(c, staff.id, dialogue.OWN, replace(own, view="", turn=own.turn + 1), now)
        return dialogue.show(c, house, staff, shown, now)
    return dialogue.begin(c, house, staff, "detection", "new", now)


def _duty(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    return dialogue.begin(c, house, staff, "detection", "duty", now)


def _stop(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    stopped = dialogue.stop(c, house, staff, staff.active, now)
    if stopped is None:
        return house_card(c, house, staff, "nothing_to_stop", now)
    people.set_active(c, staff.id, dialogue.OWN)
    return dialogue.show(c, house, staff, stopped, now)


def _clear(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """Every message goes now but notices that wait to be opened; a duty that stands open is not forgotten."""
    stopped = dialogue.stop(c, house, staff, staff.active, now)
    people.set_active(c, staff.id, dialogue.OWN)
    waiting = [one.message for one in notices.to(c, staff.id) if one.kind in ("referral", "duty_open")]
    traces.expire(c, staff.id, now, keep=[message for message in waiting if message])
    people.set_live(c, staff.id, 0)
    duty = stopped is not None and any(one.kind == "duty_open" for one in notices.to(c, staff.id))
    return house_card(c, house, replace(staff, live=0), "cleared_duty" if duty else "cleared", now)


def _help(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    more = () if staff.role == "frontline" else ("help_key_person",)
    return house_card(c, house, staff, "help", now, more=more)


def _start(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """Somebody who is admitted already; a valid code gives her the role and unit that it was made for."""
    if event.argument:
        people.redeem(c, house.cipher, code=event.argument, chat=event.chat, language=staff.language, now=now)
        staff = people.by_chat(c, house.cipher, event.chat) or staff
    return replace(house_card(c, house, staff, "welcome", now), commands=_menu(staff))


def ask_language(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    choices = tuple(
        Button(f"0:language.{code}", Text(house.words.language_name(code), ""))
        for code in house.words.languages
    )
    reply = house_card(c, house, staff, "language.ask", now, choices=choices)
    return replace(reply, commands=_menu(staff))


def _inbox(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    waiting = referrals.open_for(c, staff.id)
    if not waiting:
        return house_card(c, house, staff, "inbox.empty", now)
    choices = tuple(Button(f"0:open.{one.reference}", Text(_named(house, staff, one), "")) for one in waiting)
    one, many = house.phrases["inbox.one"], house.phrases["inbox.many"]
    counted = house.words.plural(one, many, len(waiting), staff.language)
    card = Card((Line(Text(counted, "")),), choices, (_acute(house),))
    return dialogue.reply_with(c, house, staff, card, now)


def _named(house: House, staff: Staff, referral: Referral) -> str:
    taken = "taken_" if referral.accepted_by == staff.id else ""
    return house.phrase(f"inbox.{taken}{referral.urgency}", staff, code=referral.reference)


def _menu(staff: Staff) -> str:
    """What the transport sets as this chat's commands: by role and language."""
    return f"{staff.role}.{staff.language}"


# --- buttons of notices and status cards ------------------------------------------------------------


def _language(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    if event.argument not in house.words.languages:
        return resume(c, house, staff, event, now)
    people.set_language(c, staff.id, event.argument)
    speaking = replace(staff, language=event.argument)
    if sessions.load(c, staff.id, staff.active) is not None:
        reply = resume(c, house, speaking, event, now)
    else:
        reply = house_card(c, house, speaking, "welcome", now, event.message)
    return replace(reply, commands=_menu(speaking))


def _open(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """A notice, a reminder or an entry of the inbox; only for the one it was sent to."""
    for notice in notices.of(c, event.argument):
        if notice.staff == staff.id and notice.kind != "status":
            if notice.message:
                traces.keep(c, staff.id, notice.message, now)
            notices.opened(c, notice.id)
            return _opened(c, house, staff, notice, event, now)
    return resume(c, house, staff, event, now)


def _opened(c: Connection, house: House, staff: Staff, notice: Notice, event: Event, now: datetime) -> Reply:
    if notice.kind == "duty_open":
        keys = ("notified", "calling", "later", "considered")
        choices = tuple(
            Button(f"0:{key}.{notice.reference}", house.phrases[f"reminder.{key}"]) for key in keys
        )
        return house_card(c, house, staff, "reminder.duty", now, choices=choices)
    referral = referrals.get(c, notice.reference)
    if notice.kind == "failed" and referral is not None:
        said = handover.status(referral, notices.of(c, notice.reference, "referral"))
        values = consequences.status_values(c, house, staff, referral)
        line = Line(Text(house.phrase(f"status.{said}", staff, **values), ""))
        return dialogue.reply_with(c, house, staff, Card((line,), (), (_resume(house), _acute(house))), now)
    others = referral is not None and referral.accepted_by not in (None, staff.id)
    if referral is None or referral.closed or others:
        lost = Session("referral", consequences.lost_to(c, notice.reference), staff.turn)
        return dialogue.show(c, house, staff, lost, now)
    if notice.code == "":
        consequences.opened(c, house, notice.reference, now)
    return dialogue.begin(c, house, staff, "referral", "open", now, _known(referral, staff), notice.reference)


def _known(referral: Referral, staff: Staff) -> Answers:
    known: dict[str, str] = {"urgency": referral.urgency, "path": referral.path}
    if referral.accepted_by == staff.id:
        known["take"] = "accept"
    if referral.contact:
        known["contact"] = referral.contact
    return known


def _ask(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    return house_card(c, house, staff, "ask", now, event.message)


def _withdraw(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """From the status card; the sender's own, and in her open conversation the consent goes with it."""
    referral = referrals.get(c, event.argument)
    if referral is None or referral.sender != staff.id:
        return resume(c, house, staff, event, now)
    session = sessions.load(c, staff.id, dialogue.OWN)
    if session is not None and session.reference == referral.reference and not referral.closed:
        step = engine.withdraw(house.flows[session.flow], session)
        return dialogue.advance(c, house, replace(staff, active=dialogue.OWN), step, now, event.message)
    consequences.withdraw(c, house, referral.reference, now)
    return house_card(c, house, staff, "note.withdrawn", now, event.message)


def _reminded(thanks: str, again: bool) -> Order:
    """One of the four honest answers to a reminder of the duty; two of them have it come again."""

    def answer(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
        notice = notices.find(c, "duty_open", staff.id, event.argument)
        if notice is not None and again:
            notices.queue(c, "duty_open", staff.id, notice.reference, now + handover.REMIND_AFTER)
        elif notice is not None:
            notices.drop(c, notice.id)
        return house_card(c, house, staff, f"reminder.{thanks}", now, event.message)

    return answer


_ORDERS: dict[str, Order] = {
    "start": _start,
    "new": _new,
    "duty": _duty,
    "inbox": _inbox,
    "language": ask_language,
    "clear": _clear,
    "help": _help,
    "stop": _stop,
}

_ACTIONS: dict[str, Order] = {
    "open": _open,
    "acute": acute,
    "resume": resume,
    "language": _language,
    "withdraw": _withdraw,
    "notify": _duty,
    "ask": _ask,
    "notified": _reminded("thanks_notified", again=False),
    "calling": _reminded("thanks_calling", again=True),
    "later": _reminded("thanks_later", again=True),
    "considered": _reminded("thanks_considered", again=False),
}

COMMANDS = tuple(name for name in _ORDERS if name != "start")
