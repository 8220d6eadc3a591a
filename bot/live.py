"""Which message in a chat is the card that is edited: when a new one goes out, and when its number is known; it shows
nothing."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import inviting
from bot.consequences import CHAT_KEPT
from bot.house import House
from bot.model import Staff
from bot.storage import entries, people, sendings, sessions, traces


async def sending(house: House, chat: int) -> None:
    """A new card goes out: should its number be lost, it is found by this."""

    def written(c: Connection) -> None:
        staff = people.by_chat(c, house.cipher, chat)
        if staff is not None:
            sendings.begin(c, staff.id, sendings.REPLY, house.clock())

    await house.db.run(written, house.cipher.digests(chat))


async def sent(house: House, chat: int, message: int) -> None:
    """Its number is known."""

    def written(c: Connection) -> None:
        staff = people.by_chat(c, house.cipher, chat)
        if staff is not None:
            now = house.clock()
            _keep(c, house, staff, message, now)
            sendings.settle(c, staff.id, sendings.REPLY, message, now)

    await house.db.run(written, house.cipher.digests(chat))


def pressed(c: Connection, house: House, staff: Staff, message: int, now: datetime) -> Staff:
    """She may press a card before whoever sent it has said its number, be it another replica, or a process that died:
    where one is on its way, what is newer than all that is known is that card. Of several that went out nobody knows
    which this is: whoever sent it settles that, or the search."""
    if message <= staff.live or not sendings.awaits(c, staff.id, sendings.REPLY, message):
        return staff
    _keep(c, house, staff, message, now)
    return replace(staff, live=message)


def _keep(c: Connection, house: House, staff: Staff, message: int, now: datetime) -> None:
    """It is remembered, and cleaned up after a quarter where no conversation is open."""
    if staff.live and staff.live != message:
        traces.keep(c, staff.id, staff.live, now)
    people.set_live(c, staff.id, message)
    traces.keep(c, staff.id, message, now, _stays(c, house, staff, now))


def _stays(c: Connection, house: House, staff: Staff, now: datetime) -> timedelta:
    """As long as the conversation, or a quarter. A code that admits somebody stands for five minutes in any case."""
    entry = entries.of(c, house.cipher, staff.id) if staff.role == "coordinator" else None
    if entry is not None and entry.what == inviting.CODE:
        return entry.due - now
    return traces.KEPT if sessions.open_of(c, staff.id) else CHAT_KEPT
