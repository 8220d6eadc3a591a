"""The library in a chat: shelves, cards, the municipality's own offers, and what a typed word finds. It lies beside a
conversation and leaves it as it was; nothing of what somebody reads here is said to anybody else."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from bot import cards, dialogue, engine, freshness, library, referring
from bot.cards import Order
from bot.house import House
from bot.library import LibraryCard, LocalLink, LocalOffer
from bot.model import Button, Card, Event, Line, Reply, Staff, Text
from bot.storage import sessions

T = TypeVar("T")
SHELVES = "0:cards.0"
RULED = frozenset({"levels", "childsigns"})  # from these cards one press leads to the ruler


def _beside(order: Order) -> Order:
    """Whoever reads is there: her conversation is not left alone meanwhile."""

    def ordered(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
        session = sessions.load(c, staff.id, staff.active)
        if session is not None and session.flow in house.flows:
            sessions.save(c, staff.id, staff.active, session, now)
        return order(c, house, staff, event, now)

    return cards.open_to_the_eye(ordered)


@_beside
def ask(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """All shelves; with a word, the cards that it finds, and the card itself where it is the only one."""
    if not event.words:
        return _shelves(c, house, staff, "library.shelves", now, event.message)
    found = library.find(house.library, event.words, lambda text: house.words.say(text, staff.language, {}))
    if len(found) == 1:
        return _read(c, house, staff, found[0], now, event.message)
    if not found:
        return _shelves(c, house, staff, "library.none", now, event.message)
    return _shown(
        c, house, staff, "library.found", [*map(_to_card, found), _start(house)], now, event.message
    )


def _shelves(c: Connection, house: House, staff: Staff, said: str, now: datetime, pressed: int) -> Reply:
    choices = [Button(f"0:shelf.{one.name}", one.title) for one in house.library.shelves]
    choices.append(Button("0:shelf.offers", house.phrases["library.offers"]))
    choices.append(Button("0:ruler.0", house.phrases["library.ruler"]))
    choices.append(Button("0:practice.0", house.phrases["command.practice"]))
    return _shown(c, house, staff, said, choices, now, pressed)


@_beside
def shelves(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    return _shelves(c, house, staff, "library.shelves", now, event.message)


@_beside
def shelf(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """One shelf's cards; what is no shelf any more shows them all."""
    if event.argument == "offers":
        return _offers(c, house, staff, now, event.message)
    found = next((one for one in house.library.shelves if one.name == event.argument), None)
    if found is None:
        return _shelves(c, house, staff, "library.shelves", now, event.message)
    choices = [*map(_to_card, found.cards), _start(house)]
    return _shown(c, house, staff, "library.shelf", choices, now, event.message, above=found.title)


@_beside
def card(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    found = house.library.cards.get(event.argument)
    if found is None:
        return _shelves(c, house, staff, "library.shelves", now, event.message)
    return _read(c, house, staff, found, now, event.message)


def _read(
    c: Connection, house: House, staff: Staff, found: LibraryCard, now: datetime, pressed: int
) -> Reply:
    back = Button(f"0:shelf.{house.library.shelf_of(found.name).name}", house.phrases["library.back"])
    changed = freshness.has_changed(c, house, staff, found, now)
    above = (Line(house.phrases["library.changed"]),) if changed else ()
    ruler = (Button("0:ruler.0", house.phrases["library.ruler"]),) if found.name in RULED else ()
    return _reply(c, house, staff, (*above, *lines(house, staff, found)), (*ruler, back), now, pressed)


def lines(house: House, staff: Staff, found: LibraryCard) -> Iterator[Line]:
    """What, why, how, words to say, what rests on memory, sources: in this order on every card."""
    places = house.places(staff.unit, staff.language)

    def said(text: Text) -> str:
        return house.words.say(text, staff.language, places)

    def headed(part: str, words: str) -> Line:
        whole = house.phrase(f"library.{part}", staff, said=words)
        return Line(Text(whole.replace(" •", "\n•", 1), ""))

    yield Line(found.title)
    yield Line(found.what)
    yield headed("why", said(found.why))
    yield headed("how", said(found.how))
    if found.words is not None:
        yield Line(found.words, aloud=True)
    if found.memory is not None:
        yield Line(found.memory)
    yield headed("source", found.cited)


# --- the municipality's own offers ------------------------------------------------------------------


def _offers(c: Connection, house: House, staff: Staff, now: datetime, pressed: int) -> Reply:
    offers = [Button(f"0:offer.{number}", Text(one.name, "")) for number, one in enumerate(house.offers())]
    links = [Button(f"0:link.{number}", _named(house, one)) for number, one in enumerate(house.links)]
    said = "library.shelf" if offers else "library.no_offers"
    above = house.phrases["library.offers"]
    return _shown(c, house, staff, said, [*offers, *links, _start(house)], now, pressed, above=above)


@_beside
def offer(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """By its place among those that are valid now; one that has gone since shows which there are."""
    found = _at(event.argument, house.offers())
    if found is None:
        return _offers(c, house, staff, now, event.message)
    back = Button("0:shelf.offers", house.phrases["library.back"])
    return _reply(c, house, staff, (_of_offer(house, staff, found),), (back,), now, event.message)


def _of_offer(house: House, staff: Staff, found: LocalOffer) -> Line:
    until, back = (house.words.date(day, staff.language) for day in (found.valid_until, found.last_checked))
    told = {"who": found.name, "said": found.for_whom, "phone": found.phone, "until": until, "back": back}
    return Line(Text(house.phrase("library.offer", staff, **told), ""))


@_beside
def ruler(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """A conversation of its own; one about a citizen that is open is not ended for it."""
    if sessions.load(c, staff.id, dialogue.OWN) is not None:
        return _shown(c, house, staff, "library.ruler_later", [_start(house)], now, event.message)
    return dialogue.begin(c, house, staff, "detection", "ruler", now, pressed=event.message)


@_beside
def link(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """A page of the municipality's, by its place: what it is, where, and how old."""
    found = _at(event.argument, house.links)
    if found is None:
        return _offers(c, house, staff, now, event.message)
    told = {
        "who": house.words.say(_named(house, found), staff.language, {}),
        "said": found.url,
        "back": house.words.date(found.last_checked, staff.language),
        "until": house.words.date(found.adopted, staff.language) if found.adopted else "",
    }
    said = house.phrase("library.adopted" if found.adopted else "library.link", staff, **told)
    back = Button("0:shelf.offers", house.phrases["library.back"])
    return _reply(c, house, staff, (Line(Text(said, "")),), (back,), now, event.message)


def _at(place: str, every: Sequence[T]) -> T | None:
    return dict(enumerate(every)).get(int(place)) if place.isdecimal() else None


def _named(house: House, one: LocalLink) -> Text:
    return house.phrases[f"library.{'plan' if one.name == 'preparedness_plan' else one.name}"]


# --- what stands on all of them ---------------------------------------------------------------------


def _shown(
    c: Connection, house: House, staff: Staff, said: str, choices: list[Button], now: datetime, pressed: int,
    above: Text | None = None,
) -> Reply:  # fmt: skip
    told = (house.phrases[said],) if above is None else (above, house.phrases[said])
    return _reply(c, house, staff, tuple(map(Line, told)), tuple(choices), now, pressed)


def _reply(
    c: Connection, house: House, staff: Staff, shown: tuple[Line, ...], choices: tuple[Button, ...],
    now: datetime, pressed: int,
) -> Reply:  # fmt: skip
    """Back to where the conversation is stands on every card, as emergency help and the hidden screen do."""
    going_on = sessions.load(c, staff.id, staff.active) is not None
    back = (Button(dialogue.RESUME, house.phrases["button.back_to_talk"]),) if going_on else ()
    below = (*back, cards.acute_button(house), cards.hide_button(house))
    return dialogue.reply_with(c, house, staff, Card(shown, choices, below), now, pressed)


def hide(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """Over an open conversation the hidden screen; where none is open nothing that tells anything is left."""
    referring.take_copies(c, staff.id, now)
    session = dialogue.load(c, house, staff, staff.active, now)
    if session is None:
        return cards.house_card(c, house, staff, "resting", now, event.message)
    if session.is_hidden:
        return dialogue.show(c, house, staff, session, now, event.message)
    step = engine.step(house.flows[session.flow], session, replace(event, turn=session.turn, code="hide"))
    return dialogue.advance(c, house, staff, session, step, now, event.message)


def _to_card(found: LibraryCard) -> Button:
    return Button(f"0:card.{found.name}", found.title)


def _start(house: House) -> Button:
    return Button(SHELVES, house.phrases["library.start"])
