"""The employee's status card of a hand-over: what has happened with it, never more than the truth; it moves nothing."""

from datetime import datetime

from sqlalchemy import Connection

from bot import asking, referring
from bot.consequences import CHAT_KEPT
from bot.handover import NEEDS_A_CALL
from bot.house import House
from bot.locales.screen import screen
from bot.model import Button, Card, Line, Notice, Screen, Staff, Text
from bot.post import Post, edited, neutral, send
from bot.storage import notices, people, referrals, traces


async def show(house: House, post: Post, notice: Notice, now: datetime) -> bool:
    """Edited in place; new ones come as the neutral notice and are edited at once, because an edit rings
    nowhere and a lock screen shows the words that were sent first. False where there is nothing to say any more.
    Raises SendFailed."""
    found = await house.db.look(lambda c: _status(c, house, notice))
    if found is None:
        await house.db.run(lambda c: notices.take_back(c, notice, now))
        return False
    staff, shown, ended = found
    message = notice.message
    if message and not await edited(post, staff.chat, message, shown):
        message = 0
    if not message:
        message = await send(
            house,
            post,
            staff,
            notice.id,
            neutral(house, staff),
            lambda c, sent: _stands_on(c, notice, sent, now),
        )
        await post.edit(staff.chat, message, shown)
    await house.db.run(lambda c: _shown(c, notice, message, now, ended), house.cipher.digests(staff.chat))
    return True


def _stands_on(c: Connection, notice: Notice, message: int, now: datetime) -> None:
    if notices.stands_on(c, notice, message, now):
        traces.keep(c, notice.staff, message, now, traces.KEPT)


def _status(c: Connection, house: House, notice: Notice) -> tuple[Staff, Screen, bool] | None:
    referral = referrals.get(c, notice.reference)
    staff = people.by_id(c, house.cipher, notice.staff)
    if referral is None or staff is None:
        return None
    said = asking.status(c, referral)
    values = referring.status_values(c, house, staff, referral)
    lines = [house.phrase(f"status.{said}", staff, **values)]
    ended = referral.closed is not None
    if not ended and referral.accepted is None and said not in NEEDS_A_CALL:
        lines.append(house.phrase("status.hurry", staff))
    withdraw = (Button(f"0:withdraw.{referral.reference}", house.phrases["button.withdraw"]),)
    controls = (*(() if ended else withdraw), Button("0:acute.0", house.phrases["status.acute"]))
    card = Card(tuple(Line(Text(line, "")) for line in lines), (), controls)
    return staff, screen(house.words, card, staff.language, {}), ended


def _shown(c: Connection, notice: Notice, message: int, now: datetime, ended: bool) -> None:
    if notices.sent(c, notice):
        if ended:
            # The row stays as long as the message: the closing may be undone, and then the same card says so.
            traces.keep(c, notice.staff, message, now, CHAT_KEPT)
        return
    found = notices.find(c, notice.kind, notice.staff, notice.reference)
    if found is not None and found.due is None and found.message == message:
        # The claim ran out, and somebody else has shown it, perhaps what is newer: now this stands over it.
        notices.queue(c, notice.kind, notice.staff, notice.reference, now, notice.code)
