"""The house's own cards, outside every flow: a small sentence, the emergency card, back to the conversation."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot import anew, derived, dialogue, engine
from bot.house import House
from bot.model import Button, Card, Event, Line, Reply, Screen, Session, Staff, Text
from bot.storage import people, sessions

Order = Callable[[Connection, House, Staff, Event, datetime], Reply]


def house_card(
    c: Connection, house: House, staff: Staff, phrase: str | Text, now: datetime, pressed: int = 0,
    choices: tuple[Button, ...] = (), more: tuple[str | Text, ...] = (),
) -> Reply:  # fmt: skip
    """A small sentence as the live card; the conversation that was on it comes back with one press."""
    said = (house.phrases[one] if isinstance(one, str) else one for one in (phrase, *more))
    lines = tuple(Line(one) for one in said)
    going_on = sessions.load(c, staff.id, staff.active) is not None
    back = (Button(dialogue.RESUME, house.phrases["button.back_to_talk"]),) if going_on else ()
    card = Card(lines, choices, (*back, acute_button(house)))
    return dialogue.reply_with(c, house, staff, card, now, pressed)


def hidden(c: Connection, house: House, staff: Staff, about: str) -> Session | None:
    session = sessions.load(c, staff.id, about)
    return session if session is not None and session.is_hidden and session.flow in house.flows else None


def still_hidden(c: Connection, house: House, staff: Staff, about: str, now: datetime) -> Reply | None:
    """The hidden screen again, where one lies over that conversation: nothing but the act itself brings it back."""
    session = hidden(c, house, staff, about)
    if session is None:
        return None
    people.set_active(c, staff.id, about)
    return dialogue.show(c, house, replace(staff, active=about), session, now)


def neutral(house: House, chat: int, language: str) -> Reply:
    """The one sentence for whoever is nobody here, whatever she did and was."""
    return Reply(chat, screen=Screen(house.words.say(house.phrases["stranger"], language, {})))


def open_to_the_eye(order: Order) -> Order:
    """Where the hidden screen lies over the conversation, an old button or a command shows it again, nothing else."""

    def ordered(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
        return still_hidden(c, house, staff, staff.active, now) or order(c, house, staff, event, now)

    return ordered


def hide_button(house: House) -> Button:
    return Button("0:hide.0", house.phrases["library.hide"])


def resume_button(house: House) -> Button:
    return Button(dialogue.RESUME, house.phrases["button.done_reading"])


def acute_button(house: House) -> Button:
    return Button(dialogue.ACUTE, house.phrases["button.acute"])


def resting(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """A press where no conversation is open, or none that goes on in this version; the emergency card stands above
    even that."""
    if event.code == "acute" or _says_danger(event.code):
        return acute(c, house, staff, event, now)
    again = anew.pressed(c, house, staff, event, now)
    return again or house_card(c, house, staff, "resting", now, event.message)


def _says_danger(code: str) -> bool:
    """An answer to a card that is out of date; but this one is never out of date."""
    question, _, key = code.partition(".")
    return derived.urgency({question: key}) == "now"


def resume(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """Back to the conversation that is open; the person's own, where the other has ended."""
    for about in dict.fromkeys((staff.active, dialogue.OWN, *sessions.open_of(c, staff.id))):
        switched, session = dialogue.switch(c, house, staff, about, now)
        if session is not None:
            return dialogue.show(c, house, switched, session, now, event.message)
        again = anew.begin_again(c, house, staff, about, now, event.message)
        if again is not None:
            return again
    return house_card(c, house, staff, "resting", now, event.message)


def press_for(
    c: Connection, house: House, staff: Staff, session: Session, event: Event, code: str, now: datetime
) -> Reply:
    """A button outside the card that does what a control on it does."""
    step = engine.step(house.flows[session.flow], session, replace(event, turn=session.turn, code=code))
    return dialogue.advance(c, house, staff, session, step, now, event.message)


def acute(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    session = dialogue.load(c, house, staff, staff.active, now)
    if session is not None:
        return press_for(c, house, staff, session, event, "acute", now)
    view = house.flows["detection"].views["acute"]
    card = Card(view.lines, (), (resume_button(house),), view.marks)
    return dialogue.reply_with(c, house, staff, card, now, event.message)


def ask_language(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    choices = tuple(
        Button(f"0:language.{code}", Text(house.words.language_name(code), ""))
        for code in house.words.languages
    )
    reply = house_card(c, house, staff, "language.ask", now, choices=choices)
    return replace(reply, commands=menu_of(staff))


def menu_of(staff: Staff) -> str:
    """What the transport sets as this chat's commands: by role and language."""
    return f"{staff.role}.{staff.language}"
