"""When a colleague is away, and what waits for her then; who is asked in her place is `asking.py`'s."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import asking, cards, handing_on
from bot.house import House
from bot.model import Button, Event, Reply, Staff, Text
from bot.storage import notices, people, referrals

# How long, as the buttons say it, in days.
DAYS = {"d1": 1, "w1": 7, "w2": 14, "w3": 21}
PRESENT = "present"


def ask(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """Until when? Whoever is away already may be back."""
    if staff.role == "frontline":
        return cards.house_card(c, house, staff, "away.nothing", now, event.message)
    keys = ((PRESENT,) if staff.back is not None and staff.back > now else ()) + tuple(DAYS)
    choices = tuple(
        Button(
            f"0:away.{key}",
            house.phrases["away.present"] if key == PRESENT else _until(house, staff, key, now),
        )
        for key in keys
    )
    return cards.house_card(c, house, staff, "away.ask", now, event.message, choices=choices)


def _until(house: House, staff: Staff, key: str, now: datetime) -> Text:
    return Text(house.words.day(house.today(back_after(house, key, now)), staff.language), "")


def back_after(house: House, key: str, now: datetime) -> datetime:
    """When the house opens on the first working day after that time."""
    return house.rules.hours.opens_next(now + timedelta(days=DAYS[key] - 1))


def answer(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """The day she is back. What waits for her and is not hers goes to the next; what is hers stays hers."""
    key = event.argument
    if staff.role == "frontline" or (key not in DAYS and key != PRESENT):
        return cards.resume(c, house, staff, event, now)
    if key == PRESENT:
        returned(c, house, staff, now)
        return cards.house_card(c, house, staff, "away.back", now, event.message)
    back = back_after(house, key, now)
    people.set_away(c, staff.id, back)
    notices.queue(c, "return", staff.id, "return", back)
    handing_on.hand_on(c, house, staff, now)
    said = house.phrase("away.noted", staff, back=house.words.day(house.today(back), staff.language))
    hers = any(one.accepted_by == staff.id for one in referrals.open_for(c, staff.id))
    return cards.house_card(
        c, house, staff, Text(said, ""), now, event.message, more=("away.hers",) if hers else ()
    )


def returned(c: Connection, house: House, staff: Staff, now: datetime) -> None:
    """She is at work again: what could not be asked of her waits for her as before."""
    people.set_away(c, staff.id, None)
    for notice in notices.to(c, staff.id):
        if notice.kind == "return":
            notices.drop(c, notice)
    handing_on.reachable_again(c, house, staff, now)
    asking.look_again(c, house, now)
