"""One update, one transaction: what a person did in, what she is shown out. The page to read first."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import buttons, cards, commands, dialogue, engine, referring
from bot.errors import SessionConflict
from bot.house import House
from bot.model import Event, Reply, Staff
from bot.storage import people, sessions, traces

IDLE = timedelta(hours=2)


async def handle(house: House, event: Event) -> Reply | None:
    """Commit, then tell: the reply is what is stored. None where there is nothing to say, as for an update
    that was handled before. Raises StorageFailed; the update must then come again."""
    try:
        reply = await house.db.run(lambda c: _turn(c, house, event))
    except SessionConflict:  # somebody else saved this session first: what she sees now is read again
        reply = await house.db.run(lambda c: _turn(c, house, event))
    house.wake()
    return reply


def _turn(c: Connection, house: House, event: Event) -> Reply | None:
    now = house.clock()
    if not sessions.seen(c, event.update, now):
        return None
    staff = people.by_chat(c, house.cipher, event.chat)
    if event.kind in ("blocked", "unblocked"):
        _reachable(c, house, staff, event, now)
        return None
    if staff is None:
        return commands.from_stranger(c, house, event, now)
    if event.kind != "press":
        # Whatever was typed or sent leaves the chat at once; nobody has read it.
        traces.keep(c, staff.id, event.message, now)
    match event.kind:
        case "press":
            return _pressed(c, house, staff, event, now)
        case "command":
            return commands.obey(c, house, staff, event, now)
        case _:
            return cards.house_card(c, house, staff, "typed", now)


def _reachable(c: Connection, house: House, staff: Staff | None, event: Event, now: datetime) -> None:
    if staff is None:
        return
    if event.kind == "blocked":
        referring.unreachable(c, house, staff, now)
    else:
        referring.reachable_again(c, staff, now)


def _pressed(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    if event.turn == 0:
        return buttons.act(c, house, staff, event, now)
    session = sessions.load(c, staff.id, staff.active)
    if session is None:
        return cards.resting(c, house, staff, event, now)
    step = engine.step(house.flows[session.flow], session, event)
    return dialogue.advance(c, house, staff, step, now, event.message)


async def expire(house: House) -> int:
    """Ends the conversations that nobody has pressed in for two hours; how many."""
    ended = await house.db.run(lambda c: _expire(c, house, house.clock()))
    house.wake()
    return ended


def _expire(c: Connection, house: House, now: datetime) -> int:
    """She has been away long enough: what stands open about a child is asked about at once."""
    idle = sessions.idle(c, now - IDLE)
    for staff_id, about, _ in idle:
        staff = people.by_id(c, house.cipher, staff_id)
        if staff is not None:
            dialogue.stop(c, house, staff, about, now, remind=now)
            if staff.active == about:
                people.set_active(c, staff.id, dialogue.OWN)
        else:
            sessions.end(c, staff_id, about)
    return len(idle)
