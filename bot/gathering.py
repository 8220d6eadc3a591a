"""A practice for a unit's meeting: the coordinator begins it and ends it, and then sees how many gave each answer; from
five people on, and never whose an answer was. Everything of it is deleted when it ends."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import cards, practising, probing, recap
from bot.house import House
from bot.model import Button, Event, Reply, Staff, Text
from bot.practice import ALL, Situation
from bot.storage import rounds
from bot.storage.rounds import Round

LASTS = timedelta(hours=2)
SPENT = timedelta(days=1)  # before the unit can do the same situation again
KEY = 16  # letters of a unit's key, which a page or a situation's place follows in a button
AT_LEAST = 5  # people; of fewer nothing is shown


@cards.open_to_the_eye
def ask(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """In which unit? Where one is open already, how to end it."""
    choices = []
    for unit in house.rules.units:
        name, key = house.places(unit, staff.language)["unit"], probing.key_of(unit)
        is_open = rounds.of(c, unit, now) is not None
        end = house.phrase("round.end", staff)
        action, label = ("roundend", f"{name}: {end}") if is_open else ("roundin", name)
        choices.append(Button(f"0:{action}.{key}", Text(label, "")))
    return cards.house_card(c, house, staff, "round.unit", now, event.message, choices=tuple(choices))


@cards.open_to_the_eye
def pick(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """Which situation, for all of them? The button carries the unit, and the page after it."""
    unit, at = _unit(house, event.argument[:KEY]), event.argument[KEY:] or "1"
    if unit is None:
        return ask(c, house, staff, event, now)
    key = probing.key_of(unit)
    said, choices = practising.page(
        house, staff, at, "round.pick",
        lambda place, one: f"0:roundon.{key}{place:02}", lambda page: f"0:roundin.{key}{page}",
    )  # fmt: skip
    return cards.house_card(c, house, staff, said, now, event.message, choices=choices)


@cards.open_to_the_eye
def begin(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    unit, number = _unit(house, event.argument[:KEY]), event.argument[KEY:]
    every = list(house.situations)
    if unit is None or not number.isdecimal() or int(number) >= len(every):
        return ask(c, house, staff, event, now)
    if every[int(number)] in rounds.spent(c, unit, now):
        return cards.house_card(c, house, staff, "round.again", now, event.message)
    rounds.begin(c, Round(unit, every[int(number)], now + LASTS))
    said = house.phrase("round.begun", staff, unit=house.places(unit, staff.language)["unit"])
    choices = (Button(f"0:roundend.{event.argument[:KEY]}", house.phrases["round.end"]),)
    return cards.house_card(c, house, staff, Text(said, ""), now, event.message, choices=choices)


@cards.open_to_the_eye
def end(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """Shown once, and gone: nobody can look again, when one more has been through it, and take the difference; nor
    begin the same again for a day. Whoever ends it knows her own answers: five others must have been through it."""
    unit = _unit(house, event.argument)
    together = rounds.of(c, unit, now) if unit is not None else None
    if unit is None or together is None:
        return cards.house_card(c, house, staff, "round.over", now, event.message)
    people, shares = rounds.partakers(c, together, staff.id), rounds.shares(c, together)
    rounds.end(c, together, now + SPENT)
    count = house.words.number(people, staff.language)
    name = house.places(unit, staff.language)["unit"]
    situation = house.situations.get(together.situation)
    if people < AT_LEAST or situation is None:
        few = Text(house.phrase("round.few", staff, count=count), "")
        return cards.house_card(c, house, staff, few, now, event.message)
    above = Text(house.phrase("round.shown", staff, unit=name, count=count), "")
    told = tuple(Text(said, "") for said in _told(house, staff, situation, shares))
    return cards.house_card(c, house, staff, above, now, event.message, more=(situation.title, *told))


def _told(
    house: House, staff: Staff, situation: Situation, shares: dict[tuple[str, str], int]
) -> Iterator[str]:
    """One paragraph a question that five were asked, in the order of the situation's reasons."""
    flow = house.flows[practising.FLOW]
    for question in situation.reasons:
        given = {choice: number for (asked, choice), number in shares.items() if asked == question}
        if given.pop(ALL, 0) >= AT_LEAST:
            lines = [
                house.phrase(
                    "round.share", staff, said=recap.value(house, staff, flow, question, choice),
                    count=house.words.number(number, staff.language),
                )
                for choice, number in sorted(given.items(), key=lambda one: -one[1])
            ]  # fmt: skip
            yield "\n".join([house.phrase(f"answer.{question}", staff), *lines])


def _unit(house: House, key: str) -> str | None:
    return next((unit for unit in house.rules.units if probing.key_of(unit) == key), None)
