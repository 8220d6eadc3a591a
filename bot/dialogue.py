"""One person's session: shown, moved, begun and ended, always inside the transaction of one update."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot import (
    consequences,
    continuing,
    days,
    derived,
    engine,
    packing,
    practice,
    referring,
    showing,
    working,
)
from bot.house import House
from bot.locales.screen import screen
from bot.locales.words import SOURCE
from bot.model import Answers, Button, Card, Line, Reply, Session, Staff, Step, Text
from bot.storage import notices, people, referrals, sessions, traces, works

OWN = ""
RESUME = "0:resume.0"
ACUTE = "0:acute.0"
# What may be copied from a card, by what is shown over it.
COPIES: Mapping[str, tuple[str, ...]] = {"more": ("overview", "notification"), "notify": ("notification",)}


def advance(
    c: Connection, house: House, staff: Staff, before: Session, step: Step, now: datetime, pressed: int = 0
) -> Reply:
    """Store a step and all that follows from it, and show the card that is now stored. `pressed` is the
    message that was pressed: 0, or another one than the live card, has the card sent anew at the bottom."""
    step = consequences.carry_out(c, house, staff, before, step, now)
    session = step.session
    if step.ended:
        consequences.end(c, house, staff, staff.active, session, now)
        people.set_turn(c, staff.id, session.turn)
        people.set_active(c, staff.id, OWN)
    else:
        session = sessions.save(c, staff.id, staff.active, session, now)
    if session.is_hidden:
        referring.take_copies(c, staff.id, now)
    note = "kept" if step.note == "sealed" and session.flow == "referral" else step.note
    toast = house.phrase(f"note.{note}", staff) if note else ""
    beside = (*_afterwards(house, session), *back_to_talk(c, house, staff)) if step.ended else ()
    return show(c, house, staff, session, now, pressed, toast, beside)


def _afterwards(house: House, session: Session) -> tuple[Button, ...]:
    """What can be looked at when a conversation is over: what came of it; of a practice, the professional's way. It
    stands in the button, since it stands nowhere else."""
    situation = house.situations.get(str(session.given.get(practice.SITUATION)))
    if session.flow != "detection" or not session.trail:
        return ()
    flow = house.flows[session.flow]
    if not practice.is_practice(session):
        return (Button(f"0:sum.{packing.pack(flow, session.answers)}", house.phrases["overview.button"]),)
    if situation is None:
        return ()
    walked = practice.Walked(situation, session.answers, session.state == engine.STOPPED)
    code = f"0:compare.{practice.written(flow, walked)}"
    return (Button(code, house.phrases["practice.compare"]),)


def back_to_talk(c: Connection, house: House, staff: Staff) -> tuple[Button, ...]:
    """The way back to a conversation that is still open, for a card that is not its own."""
    return (Button(RESUME, house.phrases["button.back_to_talk"]),) if sessions.open_of(c, staff.id) else ()


def show(
    c: Connection, house: House, staff: Staff, session: Session, now: datetime, pressed: int = 0, toast: str = "",
    beside: tuple[Button, ...] = (), told: tuple[str | Text, ...] = (),
) -> Reply:  # fmt: skip
    """The card that a session is on, with a referral's values filled in. `told` are phrases that stand above it."""
    card = engine.card(house.flows[session.flow], session)
    values = {**_referral_values(c, house, staff, session), **_deadlines(house, staff, card, now)}
    values |= _seen(house, staff, session, card)
    card = _as_practice(house, session, card) if practice.is_practice(session) else card
    above = (Line(house.phrases[one] if isinstance(one, str) else one) for one in told)
    lines = (*above, *card.lines, *_below(house, staff, session, card))
    undo = _undo(c, house, staff, session, now)
    copies = _copies(house, session)
    choices = (*card.choices, *_languages(house, session))
    offered = (*undo, *beside, *copies, *_cards(house, session), *card.controls)
    shown = replace(card, lines=lines, choices=choices, values=values, controls=offered)
    tongue = shown_in(house, staff, session)
    return reply_with(c, house, staff, shown, now, pressed, toast, session.turn, tongue)


def _as_practice(house: House, session: Session, card: Card) -> Card:
    """The same card, on which it always stands that it is practice; the situation is one press away, and nothing on it
    leads into a conversation that is not practice."""
    banner = Line(house.phrases["practice.banner"])
    key = session.given.get(practice.SITUATION)
    situation = Button(f"0:situation.{key}", house.phrases["practice.situation"])
    own = tuple(one for one in card.controls if not one.code.startswith("0:"))
    shown = card.showing or "neutral" in card.marks
    controls = own if shown else (*own, situation)
    return replace(
        card, lines=(*card.lines, banner) if card.showing else (banner, *card.lines), controls=controls
    )


def _undo(c: Connection, house: House, staff: Staff, session: Session, now: datetime) -> tuple[Button, ...]:
    """For ten minutes her last step in a case can be undone, from the card after it."""
    if session.flow != "referral" or session.view or session.state == engine.STOPPED:
        return ()
    number = working.can_be_undone(c, session.reference, staff, now)
    return (Button(f"0:undo.{number}", house.phrases["button.undo"]),) if number else ()


def _cards(house: House, session: Session) -> tuple[Button, ...]:
    """Those of the library that help with the question; reading one leaves the conversation where it is."""
    state = house.flows[session.flow].states.get(session.state)
    names = state.cards if state is not None and not session.view else ()
    return tuple(Button(f"0:card.{name}", house.library.cards[name].title) for name in names)


def _languages(house: House, session: Session) -> tuple[Button, ...]:
    """Each by its own name, so that the citizen can point at hers or his."""
    if not showing.asks_for_a_language(session.view):
        return ()
    return tuple(
        Button(f"0:show.{code}", Text(house.words.language_name(code), ""))
        for code in house.words.of_citizens
    )


def _below(house: House, staff: Staff, session: Session, card: Card) -> Iterator[Line]:
    """Below a sentence that is shown to the citizen: which it is, and that nobody has reviewed it."""
    if card.showing is None:
        return
    told: list[str] = []
    number, of = (house.words.number(one, staff.language) for one in card.showing)
    if card.showing[1] > 1:
        told.append(house.phrase("show.place", staff, number=number, count=of))
    tongue = shown_in(house, staff, session)
    if not house.words.is_reviewed(tongue):
        name = house.words.language_name(tongue, house.words.usable(staff.language))
        told.append(house.phrase("show.unreviewed", staff, language=name))
    if told:
        yield Line(Text("\n".join(told), ""))


def shown_in(house: House, staff: Staff, session: Session) -> str:
    """The citizen's language as it was chosen in this conversation; the employee's own, while none was."""
    chosen = showing.language_of(session.given) or house.words.usable(staff.language)
    return chosen if chosen in house.words.of_citizens else SOURCE


def _copies(house: House, session: Session) -> tuple[Button, ...]:
    of_a_citizen = session.flow != "referral" and not practice.is_practice(session)
    what = COPIES.get(session.view, ()) if of_a_citizen else ()
    return tuple(Button(f"0:copy.{one}", house.phrases[f"copy.{one}"]) for one in what)


def _seen(house: House, staff: Staff, session: Session, card: Card) -> dict[str, str]:
    """What she has marked on the ruler, by its step, each on a line of its own as it stands on its button."""
    if not any("{seen_" in line.text.msgid for line in card.lines):
        return {}
    answers, flow = session.answers, house.flows[session.flow]
    risk = derived.marked(answers, "risk")
    steps = {
        "known": risk & derived.KNOWN_OF_THE_CHILD,
        "suspected": risk & derived.SUSPICIOUS_OF_THE_CHILD,
        "worrying": risk - derived.KNOWN_OF_THE_CHILD - derived.SUSPICIOUS_OF_THE_CHILD,
        "protecting": derived.marked(answers, "protection"),
    }
    return {
        f"seen_{step}": "".join(
            f"\n• {house.words.say(choice.label, staff.language, {})}"
            for state in flow.states.values()
            if state.question in ("risk", "protection")
            for choice in state.choices
            if choice.key in marked and (state.question == "protection") == (step == "protecting")
        )
        for step, marked in steps.items()
    }


def _deadlines(house: House, staff: Staff, card: Card, now: datetime) -> dict[str, str]:
    """By when the authority must have assessed a notification that is sent now, and acknowledged it."""
    if not any("{receipt_by}" in line.text.msgid for line in card.lines):
        return {}
    receipt = days.working_days_after(house.today(now), days.RECEIPT_WITHIN)
    return {
        "assessed_by": house.words.day_and_time(now + days.ASSESSED_WITHIN, staff.language),
        "receipt_by": house.words.day(receipt, staff.language),
    }


def reply_with(
    c: Connection, house: House, staff: Staff, card: Card, now: datetime, pressed: int = 0, toast: str = "",
    turn: int = 0, tongue: str = "",
) -> Reply:  # fmt: skip
    """The live card is edited where it was pressed; otherwise it is sent at the bottom, and the old one goes. `tongue`
    is the citizen's language, where the card shows her or him a sentence."""
    places = house.places(staff.unit, staff.language)
    made = screen(house.words, card, staff.language, places, turn=turn, tongue=tongue)
    live = staff.live if pressed and pressed == staff.live else 0
    if staff.live and not live:
        traces.keep(c, staff.id, staff.live, now)
        people.set_live(c, staff.id, 0)
    if pressed and not live and pressed not in {one.message for one in notices.to(c, staff.id)}:
        traces.keep(c, staff.id, pressed, now)  # a card that no row knew of, as after a kill
    return Reply(staff.chat, screen=made, toast=toast, live=live)


def _referral_values(c: Connection, house: House, staff: Staff, session: Session) -> dict[str, str]:
    """What a key person's card says of the colleague: her name and work telephone, and nothing else."""
    if session.flow != "referral":
        return {}
    referral = referrals.get(c, session.reference)
    if referral is None:
        return {"code": session.reference}
    sender = people.by_id(c, house.cipher, referral.sender, removed=True)
    review = works.get(c, session.reference).review
    return {
        "review": house.words.day(house.today(review), staff.language) if review else "",
        "code": session.reference,
        "stored": house.words.time(referral.stored, staff.language),
        "sender": house.name_of(sender, staff),
        "sender_phone": house.phone_of(sender, staff),
    }


# --- beginning and ending ---------------------------------------------------------------------------


def begin(
    c: Connection, house: House, staff: Staff, flow: str, entry: str, now: datetime, given: Answers | None = None,
    reference: str = "", pressed: int = 0, told: tuple[str | Text, ...] = (), covered: bool = False,
) -> Reply:  # fmt: skip
    """A new conversation; one that was open in the same place ends first, as if it had been stopped. `covered`: with
    the hidden screen over it, which tells nothing."""
    stopped = stop(c, house, staff, reference, now)
    turn = max(staff.turn, stopped.turn if stopped else 0) + 1
    session = engine.begin(house.flows[flow], entry, turn, given, reference)
    if covered:
        session, told = engine.covered(session), ()
    if reference != practice.PLACE:
        sessions.end(
            c, staff.id, practice.PLACE
        )  # whatever is real ends a practice, which leaves nothing behind
    people.set_active(c, staff.id, reference)
    saved = sessions.save(c, staff.id, reference, session, now)
    if staff.live:
        traces.keep(c, staff.id, staff.live, now, traces.KEPT)
    return show(c, house, replace(staff, active=reference), saved, now, pressed, told=told)


def switch(
    c: Connection, house: House, staff: Staff, about: str, now: datetime
) -> tuple[Staff, Session | None]:
    """Another of her open conversations comes onto the card; no old button may become valid in it."""
    session = load(c, house, staff, about, now)
    if session is None:
        return staff, None
    people.set_active(c, staff.id, about)
    if staff.live:
        traces.keep(c, staff.id, staff.live, now, traces.KEPT)
    if session.turn < staff.turn:
        session = sessions.save(c, staff.id, about, replace(session, turn=staff.turn + 1), now)
    return replace(staff, active=about), session


def load(c: Connection, house: House, staff: Staff, about: str, now: datetime) -> Session | None:
    """Her open conversation as it goes on in this version; None where none is open, or where it does not: what is
    done then stands in `anew`."""
    session = sessions.load(c, staff.id, about)
    return session and going_on(c, house, staff, about, session, now)


def going_on(
    c: Connection, house: House, staff: Staff, about: str, session: Session, now: datetime
) -> Session | None:
    """As `load`, of one that was read already."""
    found = continuing.going_on(house.flows.get(session.flow), session)
    if found is None or found is session:
        return found
    return sessions.save(c, staff.id, about, found, now)


def stop(
    c: Connection, house: House, staff: Staff, about: str, now: datetime, remind: datetime | None = None
) -> Session | None:
    """End an open conversation where it is, whichever version it began in: what it leaves behind, and the session as
    it ended. An open duty is reminded of at `remind`, otherwise a little later."""
    session = sessions.load(c, staff.id, about)
    if session is None:
        return None
    stopped = engine.stopped(session)
    consequences.end(c, house, staff, about, stopped, now, remind)
    people.set_turn(c, staff.id, stopped.turn)
    return stopped
