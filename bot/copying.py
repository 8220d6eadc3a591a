"""What the employee may copy into the case system: her own answers, and a notification with blanks for all that
identifies; made when she asks for it, stored nowhere, and taken away after five minutes."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import cards, dialogue, packing, recap
from bot.house import House
from bot.model import Event, Notice, Reply, Screen, Session, Staff
from bot.post import LEASE, Post, neutral, send
from bot.storage import notices, people, sessions, traces

STANDS = timedelta(minutes=5)
SUM = "sum"  # the overview of a conversation that is over; what it is made of is held in `house.copies`
SUMMED = "detection"  # the flow that such a conversation was in
# What is known of a child, for the notification; the rest of her answers are for the case system.
OF_THE_CHILD = ("children", "exposure", "child_danger", "signs", "risk", "protection", "level")


def ask(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """It comes as a message of its own, below the card."""
    staff, session = dialogue.switch(c, house, staff, dialogue.OWN, now)
    if (
        event.argument not in dialogue.COPIES["more"]
        or session is None
        or session.is_hidden
        or session.flow == "referral"
    ):
        return cards.resume(c, house, staff, event, now)
    notices.queue(c, "copy", staff.id, event.argument, now)
    reply = dialogue.show(c, house, staff, session, now, event.message)
    return replace(reply, toast=house.phrase("copy.comes", staff))


def ask_for_sum(c: Connection, house: House, staff: Staff, packed: str, now: datetime) -> None:
    """The overview of a conversation that is over. What it is made of stays in this process, under a code that its
    notice has too: another process may still hold what she asked for before."""
    code = secrets.token_hex(8)
    house.copies[staff.id] = code, packed
    notices.queue(c, "copy", staff.id, SUM, now, code)


def is_ours(house: House, notice: Notice, now: datetime) -> bool:
    """Whether this process can send it: the overview of a conversation that is over is remembered by the one she
    pressed at. When that one is gone, nobody can, and it is dropped."""
    if (notice.kind, notice.reference) != ("copy", SUM) or _held(house, notice):
        return True
    return notice.due is not None and notice.due <= now - LEASE


def _held(house: House, notice: Notice) -> str:
    code, packed = house.copies.get(notice.staff, ("", ""))
    return packed if code == notice.code else ""


async def show(house: House, post: Post, notice: Notice, now: datetime) -> bool:
    """First the neutral sentence, which is all that a lock screen shows, then the words in its place. The one message
    that can be copied and passed on. False where it cannot be made any more, or she has hidden her screen meanwhile.
    Raises SendFailed."""
    found = await house.db.look(lambda c: _text(c, house, notice))
    if found is not None:
        staff, text = found
        sent = replace(neutral(house, staff), protected=False)
        message = await send(
            house, post, staff, notice.id, sent, lambda c, number: _stands_on(c, notice, number, now)
        )
        if await house.db.look(lambda c: _may_be_shown(c, house, notice)):
            await post.edit(staff.chat, message, Screen(text, protected=False))
            await house.db.run(lambda c: notices.sent(c, notice))
        else:
            found = None
    if found is None:
        await house.db.run(lambda c: _given_up(c, notice, now))
    if _held(house, notice):
        del house.copies[notice.staff]
    return found is not None


def _stands_on(c: Connection, notice: Notice, message: int, now: datetime) -> None:
    """The row stays as long as the message, so that hiding finds it."""
    if notices.stands_on(c, notice, message, now):
        traces.keep(c, notice.staff, message, now, STANDS)


def _given_up(c: Connection, notice: Notice, now: datetime) -> None:
    """Unless she has asked for another meanwhile."""
    still = notices.find(c, notice.kind, notice.staff, notice.reference)
    if still is not None and still.code == notice.code:
        notices.take_back(c, notice, now)


def _may_be_shown(c: Connection, house: House, notice: Notice) -> bool:
    """Whoever hides takes its notice away; her conversation may have ended, too."""
    still = notices.find(c, notice.kind, notice.staff, notice.reference)
    return still is not None and _text(c, house, notice) is not None


def _text(c: Connection, house: House, notice: Notice) -> tuple[Staff, str] | None:
    staff = people.by_id(c, house.cipher, notice.staff)
    if notice.reference == SUM:
        return _of_one_that_is_over(c, house, staff, _held(house, notice))
    session = sessions.load(c, notice.staff, dialogue.OWN)
    if staff is None or session is None or session.is_hidden or session.flow not in house.flows:
        return None
    if notice.reference == "notification":
        return staff, _notification(house, staff, session)
    return staff, _overview(house, staff, session)


def _of_one_that_is_over(
    c: Connection, house: House, staff: Staff | None, packed: str
) -> tuple[Staff, str] | None:
    """None where the screen was hidden meanwhile, or nobody remembers what it was to be made of."""
    if staff is None or cards.hidden(c, house, staff, staff.active):
        return None
    flow = house.flows[SUMMED]
    answers = packing.unpack(flow, packed)
    if answers is None:
        return None
    return staff, "\n\n".join(
        [house.phrase("overview.copied", staff), *recap.Recap(house, staff, flow, answers).parts()]
    )


def _overview(house: House, staff: Staff, session: Session) -> str:
    flow = house.flows[session.flow]
    lines = [f"{name}: {said}" for name, said in recap.answered(house, staff, flow, session.answers)]
    title, left = house.phrase("copy.title", staff), house.phrase("copy.left", staff)
    return "\n\n".join([title, "\n".join(lines), left])


def _notification(house: House, staff: Staff, session: Session) -> str:
    of_the_child = {q: value for q, value in session.answers.items() if q in OF_THE_CHILD}
    flow = house.flows[session.flow]
    marked = [f"{name}: {said}" for name, said in recap.answered(house, staff, flow, of_the_child)]
    parts = [house.phrase(f"notification.{part}", staff) for part in ("title", "child", "seen")]
    return "\n\n".join(
        [*parts, *(["\n".join(marked)] if marked else []), house.phrase("notification.mine", staff)]
    )
