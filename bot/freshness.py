"""Keeping what an employee knows fresh: an offer to practise now and then, what is new, a card that has changed since
she read it. All of it is hers alone, and an offer is declined for good with one press."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import cards
from bot.house import House
from bot.library import LibraryCard
from bot.model import Button, Event, Notice, Reply, Staff, Text
from bot.storage import habits, notices, people
from bot.storage.habits import Habits

OFFER = "fresh"
BATCH = 100
TRIED_AGAIN = timedelta(days=1)  # where she is away, or does not let the bot write to her


def of(c: Connection, house: House, staff: Staff, now: datetime) -> Habits:
    """Whoever has not been looked at yet knows all that was new before she was admitted."""
    known = habits.of(c, house.cipher, staff.id)
    if known is not None:
        return known
    since = house.today(staff.admitted or now)
    return Habits(now + house.offer_every, news=since.isoformat())


def has_changed(c: Connection, house: House, staff: Staff, card: LibraryCard, now: datetime) -> bool:
    """Since she read it last; she reads it now."""
    known = of(c, house, staff, now)
    before = known.read.get(card.name)
    if before != card.digest:
        kept = {name: digest for name, digest in known.read.items() if name in house.library.cards}
        habits.keep(c, house.cipher, staff.id, replace(known, read={**kept, card.name: card.digest}))
    return before not in (None, card.digest)


def news(c: Connection, house: House, staff: Staff, now: datetime) -> tuple[str | Text, ...]:
    """The newest that she has not been shown; once."""
    if not house.news:
        return ()
    known, newest = of(c, house, staff, now), house.news[0]
    if newest.on.isoformat() <= known.news:
        return ()
    habits.keep(c, house.cipher, staff.id, replace(known, news=newest.on.isoformat()))
    return (newest.said,)


def practised(c: Connection, house: House, staff: Staff, now: datetime) -> None:
    """She needs no offer for a while. That she practised is not kept: it reads as any other offer would."""
    known = of(c, house, staff, now)
    if known.offer is not None:
        habits.keep(c, house.cipher, staff.id, replace(known, offer=now + house.offer_every))


# --- the offer --------------------------------------------------------------------------------------


def offer(c: Connection, house: House, now: datetime) -> None:
    """In opening hours, to those whose time it is; never to whoever is away. Whoever is new is noted at any hour."""
    for number in habits.unknown(c, BATCH):
        staff = people.by_id(c, house.cipher, number)
        if staff is not None:
            habits.keep(c, house.cipher, number, of(c, house, staff, now))
    if not house.offer_every or not house.rules.hours.is_open(now):
        return
    for number in habits.due(c, now, BATCH):
        staff = people.by_id(c, house.cipher, number)
        if staff is None:
            continue
        free = not staff.blocked and (staff.back is None or staff.back <= now)
        if free:
            notices.queue(c, OFFER, number, OFFER, now)
        later = now + (house.offer_every if free else TRIED_AGAIN)
        habits.keep(c, house.cipher, number, replace(of(c, house, staff, now), offer=later))


def opened(c: Connection, house: House, staff: Staff, notice: Notice, event: Event, now: datetime) -> Reply:
    notices.drop(c, notice)
    choices = (
        Button("0:practice.0", house.phrases["fresh.yes"]),
        Button("0:fresh.later", house.phrases["fresh.later"]),
        Button("0:fresh.never", house.phrases["fresh.never"]),
    )
    return cards.house_card(c, house, staff, "fresh.offer", now, event.message, choices=choices)


@cards.open_to_the_eye
def answer(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    if event.argument == "never":
        known = of(c, house, staff, now)
        habits.keep(c, house.cipher, staff.id, replace(known, offer=None))
        return cards.house_card(c, house, staff, "fresh.declined", now, event.message)
    return cards.house_card(c, house, staff, "fresh.postponed", now, event.message)
