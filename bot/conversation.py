"""One update, one transaction: what a person did in, what she is shown out. The page to read first."""

import logging
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from bot import anew, buttons, cards, commands, dialogue, engine, entering, handing_on, live, terms
from bot.errors import SessionConflict, StorageFailed
from bot.house import House
from bot.model import TOO_MANY, Event, Reply, Session, Staff
from bot.storage import duedates, people, sessions, traces

IDLE = timedelta(hours=2)

log = logging.getLogger(__name__)

# What is said of what was typed or sent. What is not listed cannot be read by anybody here, and may show who somebody
# is: to that the strictest answer is given.
_SAID = {
    TOO_MANY: "slowly",
    **dict.fromkeys(("text", "edited", "sticker", "dice"), "typed"),
    **dict.fromkeys(("identifying", "contact", "venue", "location"), "typed_identifying"),
}


async def handle(house: House, event: Event) -> Reply | None:
    """Commit, then tell: the reply is what is stored. None where there is nothing to say, as for an update
    that was handled before. Raises StorageFailed; the update must then come again."""
    # An answer in her own conversation: nearly always nothing but her own rows, and nobody need wait for it.
    of = house.cipher.digests(event.chat) if event.kind == "press" and event.turn else ()
    try:
        reply, due = await house.db.run(lambda c: _committed(c, house, event), of)
    except SessionConflict:  # somebody else saved this session first: what she sees now is read again
        reply, due = await house.db.run(lambda c: _committed(c, house, event), of)
    house.counts.updates[event.kind] += 1
    if due:
        house.wake()
    return reply


def _committed(c: Connection, house: House, event: Event) -> tuple[Reply | None, bool]:
    """The turn, and whether it left something that is due now."""
    duedates.noted(c)
    reply = _turn(c, house, event)
    due = duedates.noted(c)
    return reply, due is not None and due <= house.clock()


def _turn(c: Connection, house: House, event: Event) -> Reply | None:
    now = house.clock()
    is_new, longest_here = sessions.seen(c, event.update, now)
    if not is_new:
        return None
    if longest_here is not None and longest_here <= now - house.term:
        terms.lapse(c, house, now)
    staff, session = sessions.of_chat(c, house.cipher, event.chat)
    event = entering.without_words(c, house, staff, event, now)
    if event.kind in ("blocked", "unblocked"):
        _reachable(c, house, staff, event, now)
        return None
    if staff is None:
        return commands.from_stranger(c, house, event, now)
    if staff.blocked:  # whoever presses or writes has not blocked anybody: that update was lost
        handing_on.reachable_again(c, house, staff, now)
    if event.kind != "press":
        # Whatever was typed or sent leaves the chat at once; nobody has read it.
        traces.keep(c, staff.id, event.message, now)
    if staff.role == "coordinator":
        staff = entering.over(c, house, staff, event, now)
    match event.kind:
        case "press":
            return _pressed(c, house, staff, session, event, now)
        case "command":
            return commands.obey(c, house, staff, event, now)
        case _:
            return entering.typed(c, house, staff, event, now) or _typed(c, house, staff, event, now)


def _typed(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """It is told kindly; where the screen is hidden, the hidden screen says nothing of it."""
    hidden = cards.still_hidden(c, house, staff, staff.active, now)
    said = _SAID.get(event.code, "typed_unread")
    return hidden or cards.house_card(c, house, staff, said, now)


def _reachable(c: Connection, house: House, staff: Staff | None, event: Event, now: datetime) -> None:
    if staff is None:
        return
    if event.kind == "blocked":
        handing_on.unreachable(c, house, staff, now)
    else:
        handing_on.reachable_again(c, house, staff, now)


def _pressed(
    c: Connection, house: House, staff: Staff, session: Session | None, event: Event, now: datetime
) -> Reply:
    if event.turn == 0:
        return buttons.act(c, house, staff, event, now)
    staff = live.pressed(c, house, staff, event.message, now)
    session = session and dialogue.going_on(c, house, staff, staff.active, session, now)
    if session is None:
        return cards.resting(c, house, staff, event, now)
    barred = session.flow == "referral" and staff.role == "frontline"  # she was something else when it opened
    if barred and event.code != "acute":
        dialogue.stop(c, house, staff, staff.active, now)
        people.set_active(c, staff.id, dialogue.OWN)
        return anew.lost(c, house, staff, session.reference, now, event.message)
    step = engine.step(house.flows[session.flow], session, event)
    return dialogue.advance(c, house, staff, session, step, now, event.message)


async def expire(house: House) -> int:
    """Ends the conversations that nobody has pressed in for two hours, each in a transaction of its own, so that
    one that cannot be read keeps nobody else's open; how many. Raises StorageFailed."""
    now = house.clock()
    idle = await house.db.run(lambda c: sessions.idle(c, now - IDLE))
    ended = 0
    for staff_id, about in idle:
        try:
            await house.db.run(partial(_expire, house=house, staff_id=staff_id, about=about, now=now))
            ended += 1
        except StorageFailed:
            raise  # the database is away from all of them alike
        except Exception as error:  # that one is tried again with the next look
            log.error("event=expire_failed error=%s", type(error).__name__)
    if ended:
        house.wake()
    return ended


def _expire(c: Connection, house: House, staff_id: int, about: str, now: datetime) -> None:
    """She has been away long enough: what stands open about a child is asked about at once."""
    staff = people.by_id(c, house.cipher, staff_id)
    if staff is None:
        sessions.end(c, staff_id, about)
        return
    dialogue.stop(c, house, staff, about, now, remind=now)
    if staff.active == about:
        people.set_active(c, staff.id, dialogue.OWN)
