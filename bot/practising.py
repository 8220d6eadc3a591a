"""The practice in a chat: which situation, the same cards as ever, and afterwards, kindly, where her way and the
professional's part. That nothing of it is stored or sent is seen to where things are stored: in `consequences`."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot import cards, dialogue, freshness, practice, recap
from bot.house import House
from bot.model import Button, Card, Event, Line, Reply, Staff, Text
from bot.practice import Situation, Walked
from bot.storage import rounds, sessions

FLOW = "detection"
RANDOM = "random"
A_PAGE = 8


@cards.open_to_the_eye
def ask(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """What it is; the unit's own round first, where one is open that she has not been through."""
    one = rounds.of(c, staff.unit, now)
    joined = one is not None and rounds.has_taken_part(c, one, staff.id)
    choices = [
        Button(f"0:situation.{RANDOM}", house.phrases["practice.random"]),
        Button("0:situations.1", house.phrases["practice.choose"]),
    ]
    if one is not None and not joined and one.situation in house.situations:
        choices.insert(0, Button("0:together.0", house.phrases["round.join"]))
    if staff.role == "coordinator":
        choices.append(Button("0:rounds.0", house.phrases["round.start"]))
    more = ("round.already",) if joined else ()
    return cards.house_card(
        c, house, staff, "practice.ask", now, event.message, choices=tuple(choices), more=more
    )


@cards.open_to_the_eye
def situations(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """All of them, a page at a time."""
    said, choices = page(
        house, staff, event.argument, "practice.page",
        lambda number, one: f"0:situation.{one.key}", lambda at: f"0:situations.{at}",
    )  # fmt: skip
    return cards.house_card(c, house, staff, said, now, event.message, choices=choices)


def page(
    house: House, staff: Staff, at: str, said: str,
    chooses: Callable[[int, Situation], str], turns: Callable[[int], str],
) -> tuple[Text, tuple[Button, ...]]:  # fmt: skip
    """A page of the situations, and the codes of its buttons: by a situation and its place, and by another page."""
    every = list(house.situations.values())
    pages = max(1, -(-len(every) // A_PAGE))
    number = min(max(int(at) if at.isdecimal() and len(at) < 4 else 1, 1), pages)
    first = (number - 1) * A_PAGE
    shown = enumerate(every[first : first + A_PAGE], first)
    choices = [Button(chooses(place, one), one.title) for place, one in shown]
    if number > 1:
        choices.append(Button(turns(number - 1), house.phrases["staff.earlier"]))
    if number < pages:
        choices.append(Button(turns(number + 1), house.phrases["staff.later"]))
    figures = {
        "page": house.words.number(number, staff.language),
        "pages": house.words.number(pages, staff.language),
    }
    return Text(house.phrase(said, staff, **figures), ""), tuple(choices)


@cards.open_to_the_eye
def situation(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """What she sees and hears in it; from a practice that is open in it, the way back instead of the beginning."""
    key = event.argument
    if key == RANDOM and house.situations:
        key = secrets.choice(list(house.situations))
    found = house.situations.get(key)
    if found is None:
        return ask(c, house, staff, event, now)
    session = sessions.load(c, staff.id, practice.PLACE) if staff.active == practice.PLACE else None
    going_on = session is not None and session.given.get(practice.SITUATION) == key
    choices = () if going_on else (
        Button(f"0:practise.{key}", house.phrases["practice.begin"]),
        Button(f"0:situation.{RANDOM}", house.phrases["practice.another"]),
    )  # fmt: skip
    shown = (Line(house.phrases["practice.banner"]), Line(found.title), Line(found.told))
    back = (
        cards.resume_button(house)
        if not going_on
        else Button(dialogue.RESUME, house.phrases["button.back_to_talk"])
    )
    card = Card(shown, choices, (back, cards.acute_button(house), cards.hide_button(house)))
    return dialogue.reply_with(c, house, staff, card, now, event.message)


@cards.open_to_the_eye
def together(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """The situation of her unit's round, and that what she answers counts: nobody is counted who has not said yes."""
    found = _of_the_round(c, house, staff, now)
    if found is None:
        return ask(c, house, staff, event, now)
    shown = (house.phrases["practice.banner"], found.title, found.told, house.phrases["round.counts"])
    below = (cards.resume_button(house), cards.acute_button(house), cards.hide_button(house))
    begins = (Button("0:join.0", house.phrases["practice.begin"]),)
    card = Card(tuple(map(Line, shown)), begins, below)
    return dialogue.reply_with(c, house, staff, card, now, event.message)


def _of_the_round(c: Connection, house: House, staff: Staff, now: datetime) -> Situation | None:
    """None where none is open, or she has been through it."""
    one = rounds.of(c, staff.unit, now)
    if one is None or rounds.has_taken_part(c, one, staff.id):
        return None
    return house.situations.get(one.situation)


@cards.open_to_the_eye
def join(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    found = _of_the_round(c, house, staff, now)
    if found is None:
        return ask(c, house, staff, event, now)
    return _begun(c, house, staff, event, now, {practice.SITUATION: found.key, practice.TOGETHER: "yes"})


@cards.open_to_the_eye
def begin(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """In a place of its own, beside whatever else she has open."""
    found = house.situations.get(event.argument)
    if found is None:
        return ask(c, house, staff, event, now)
    return _begun(c, house, staff, event, now, {practice.SITUATION: found.key})


def _begun(
    c: Connection, house: House, staff: Staff, event: Event, now: datetime, given: dict[str, str]
) -> Reply:
    freshness.practised(c, house, staff, now)
    entry = next(iter(house.flows[FLOW].entries))
    return dialogue.begin(
        c, house, staff, FLOW, entry, now, given=given, reference=practice.PLACE, pressed=event.message
    )


# --- afterwards -------------------------------------------------------------------------------------


@cards.open_to_the_eye
def compare(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """One place after the other at which their ways part, each on a screen of its own with the reason."""
    walked = practice.read(house.flows[FLOW], house.situations, event.argument)
    if walked is None:
        return cards.house_card(c, house, staff, "overview.gone", now, event.message)
    flow = house.flows[FLOW]
    apart = practice.differences(flow, walked.situation, walked.answers)
    at = walked.page if walked.page <= len(apart) else 0  # reasons may have gone since
    lines = [Line(house.phrases["practice.banner"])]
    if at == 0:
        lines += _summary(house, staff, walked, len(apart))
    else:
        one = apart[at - 1]
        lines += _difference(house, staff, walked.situation, one)
    more = replace(walked, page=at + 1)
    code = f"0:compare.{practice.written(flow, more)}"
    following = (Button(code, house.phrases["practice.next"]),) if at < len(apart) else ()
    choices = (*following, Button(f"0:situation.{RANDOM}", house.phrases["practice.another"]))
    below = (cards.resume_button(house), cards.acute_button(house), cards.hide_button(house))
    return dialogue.reply_with(c, house, staff, Card(tuple(lines), choices, below), now, event.message)


def _summary(house: House, staff: Staff, walked: Walked, count: int) -> Sequence[Line]:
    said = [Line(walked.situation.title), Line(walked.situation.told)]
    if walked.stopped:
        said.append(Line(house.phrases["practice.unfinished"]))
    if count:
        counted = house.words.plural(house.phrases["practice.differ"], count, staff.language)
        said.append(Line(Text(counted, "")))
    elif not walked.stopped:
        said.append(Line(house.phrases["practice.same"]))
    if not walked.stopped and practice.leaves_less(house.flows[FLOW], walked.situation, walked.answers):
        said.append(Line(house.phrases["practice.reminded"]))
    return said


def _difference(house: House, staff: Staff, situation: Situation, one: practice.Difference) -> Sequence[Line]:
    hers, professionals = (
        recap.value(house, staff, house.flows[FLOW], one.question, each)
        for each in (one.hers, one.professionals)
    )
    name = house.phrase(f"answer.{one.question}", staff)
    told = house.phrase("practice.hers", staff, who=name, said=hers, role=professionals)
    cited = house.phrase("library.source", staff, said=situation.cited)
    return [Line(Text(told, "")), Line(situation.reasons[one.question]), Line(Text(cited, ""))]
