"""Where typed words are read: a colleague's name or telephone, from a coordinator who is awaited to type it. Everybody
else's are dropped here unread; a word that is looked for among the cards is read by the library alone."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot import cards, colleagues, inviting, particulars
from bot.house import House
from bot.model import Event, Reply, Staff
from bot.storage import entries, people, traces
from bot.storage.entries import Entry

_NAMES = frozenset({inviting.NAME, colleagues.CORRECTED["name"]})


def without_words(c: Connection, house: House, staff: Staff | None, event: Event, now: datetime) -> Event:
    """The event as all other rooms may see it: its words are left only where they are awaited, or are a command's own:
    a word to look for among the cards."""
    if (
        not event.words
        or (staff is not None and event.kind == "command")
        or (staff is not None and _awaited(c, house, staff, event, now) is not None)
    ):
        return event
    return replace(event, words="")


def _awaited(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Entry | None:
    """The role is read anew each time: whoever is no coordinator any more is awaited to type nothing."""
    if staff.role != "coordinator" or event.kind != "typed" or not event.words:
        return None
    entry = entries.of(c, house.cipher, staff.id)
    return entry if entry is not None and entry.due > now and entry.what != inviting.CODE else None


def over(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Staff:
    """Any command, and a press elsewhere, ends what was awaited; the message with a code goes with the next thing
    she does, because it could be copied and no other card may be."""
    entry = entries.of(c, house.cipher, staff.id)
    if entry is None:
        return staff
    skips = event.kind == "press" and event.turn == 0 and event.code.startswith("skip.")
    goes_on = entry.about is None if skips else event.kind == "typed" and entry.what != inviting.CODE
    if entry.due > now and goes_on:
        return staff
    entries.end(c, staff.id)
    if entry.what != inviting.CODE or not staff.live:
        return staff
    traces.keep(c, staff.id, staff.live, now)
    people.set_live(c, staff.id, 0)
    return replace(staff, live=0)


def typed(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply | None:
    """None where nothing was awaited."""
    entry = _awaited(c, house, staff, event, now)
    if entry is None:
        return None
    is_name = entry.what in _NAMES
    said = particulars.name(event.words) if is_name else particulars.phone(event.words)
    if entry.about is not None:
        if said:
            return colleagues.corrected(c, house, staff, entry, said, now)
        refusal = "entry.name_refused" if is_name else "entry.phone_refused"
        return cards.house_card(c, house, staff, refusal, now)
    if not said:
        return inviting.refused(c, house, staff, entry.what, now)
    return inviting.given(c, house, staff, entry, said, now)
