"""Takes messages out of the chats when their time is over, also those whose number was lost; it sends only what stands
in for a card that must stay."""

import logging
from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.errors import SendFailed
from bot.handover import pause
from bot.house import House
from bot.model import Screen, Staff
from bot.outcome import week_of
from bot.post import Post, neutral, send
from bot.storage import leftovers, notices, people, referrals, sendings, sessions, traces
from bot.storage.sendings import REPLY, Sending

LEASE = timedelta(seconds=30)  # longer than any deletion may take
# Messages before the one that is known, where the lost one is looked for: those of other chats may be numbered along.
LOOKED_THROUGH = 3000

log = logging.getLogger(__name__)


# --- what is due --------------------------------------------------------------------------------------


def due(c: Connection, house: House, now: datetime, limit: int) -> list[tuple[Staff, list[int]]]:
    """By person. A notice or status card that grew too old to be deleted later is sent anew in its place; a live card
    of a conversation that goes on is kept until another one stands there."""
    by_staff: dict[int, list[int]] = defaultdict(list)
    for staff_id, message in traces.due(c, now, limit):
        by_staff[staff_id].append(message)
    found = []
    for staff_id, messages in by_staff.items():
        traces.put_off(c, staff_id, messages, now + LEASE)
        _send_anew(c, staff_id, messages, now)
        staff = people.by_id(c, house.cipher, staff_id, removed=True)
        if staff is None:
            continue
        if staff.live in messages and sessions.open_of(c, staff_id):
            sendings.begin(c, staff_id, REPLY, now - sendings.LOST_AFTER)  # due at once
            messages = [message for message in messages if message != staff.live]
        if messages:
            found.append((staff, messages))
    return found


def _send_anew(c: Connection, staff_id: int, messages: list[int], now: datetime) -> None:
    for notice in notices.to(c, staff_id):
        if notice.message not in messages:
            continue
        referral = referrals.get(c, notice.reference) if notice.kind == "status" else None
        over = notice.kind == "status" and (referral is None or referral.closed is not None)
        if over or notice.kind == "copy":
            notices.drop(c, notice)
        else:
            notices.queue(c, notice.kind, staff_id, notice.reference, now, notice.code)


async def delete(house: House, post: Post, staff: Staff, messages: list[int]) -> None:
    """What Telegram refuses for now stays due. What it refuses for good is blanked where it is the bot's own, counted,
    and let go."""
    hers = house.cipher.digests(staff.chat)
    try:
        refused = await post.delete(staff.chat, messages)
    except SendFailed as failure:
        if not failure.permanent:
            later = house.clock() + pause(5, failure.retry_after)
            await house.db.run(lambda c: traces.put_off(c, staff.id, messages, later), hers)
            return
        refused = tuple(messages)
    for message in refused:
        await _blank(house, post, staff, message)
    if refused:
        log.warning("event=messages_left count=%s", len(refused))
    await house.db.run(lambda c: _deleted(c, house, staff.id, messages, len(refused)), hers)


async def _blank(house: House, post: Post, staff: Staff, message: int) -> None:
    """A bot may edit its own messages when it can no longer delete them; nobody else's, and that is no matter here."""
    try:
        await post.edit(staff.chat, message, Screen(house.phrase("lock.blank", staff)))
    except SendFailed:
        return


def _deleted(c: Connection, house: House, staff_id: int, messages: list[int], refused: int) -> None:
    traces.settle(c, staff_id, messages)
    if refused:
        leftovers.add(c, week_of(house.clock().date()), refused)
    now_hers = people.by_id(c, house.cipher, staff_id)  # she may have another live card by now
    if now_hers is not None and now_hers.live in messages:
        people.set_live(c, staff_id, 0)


# --- messages whose number was lost -----------------------------------------------------------------------


def lost(c: Connection, now: datetime, limit: int) -> list[Sending]:
    """Claimed: nobody else looks for them in the meantime. A notice that is tried again finds its own."""
    found = []
    for one in sendings.due(c, now, limit):
        sendings.put_off(c, one, now + LEASE)
        if one.upto:
            if not sendings.others_under_way(c, one):
                found.append(one)
        elif one.notice == REPLY or not notices.is_due(c, one.notice):
            found.append(one)
    return found


async def look_for(house: House, post: Post, one: Sending) -> None:
    """Between the last message that was known before it and the first that is known after it; what is not there is
    skipped by Telegram in silence."""
    # Whoever was removed is sent nothing more, also not what would find a lost message.
    staff = await house.db.run(lambda c: people.by_id(c, house.cipher, one.staff, removed=bool(one.upto)))
    if staff is None:
        await house.db.run(lambda c: sendings.end(c, one, house.clock()))
    elif one.upto:
        known = await house.db.run(lambda c: _known(c, one.staff))
        first = max(one.after + 1, one.upto - LOOKED_THROUGH)
        await _delete_lost(house, post, staff, one, [n for n in range(first, one.upto) if n not in known])
    else:
        await _renew(house, post, staff, one)


def _known(c: Connection, staff_id: int) -> set[int]:
    return {*traces.standing(c, staff_id), *(notice.message for notice in notices.to(c, staff_id))}


async def _delete_lost(house: House, post: Post, staff: Staff, one: Sending, numbers: list[int]) -> None:
    try:
        if numbers:
            await post.delete(staff.chat, numbers)
    except SendFailed as failure:
        if not failure.permanent:
            return  # due again when its claim has run out
    await house.db.run(lambda c: sendings.end(c, one, house.clock()))


async def _renew(house: House, post: Post, staff: Staff, one: Sending) -> None:
    """A new neutral card in the place of the live one; where no conversation is open it goes again at once."""
    try:
        await send(
            house, post, staff, one.notice, neutral(house, staff, "0:resume.0"),
            lambda c, message: _stands_in(c, house, one, message),
        )  # fmt: skip
    except SendFailed as failure:
        if failure.permanent:
            await house.db.run(lambda c: sendings.end(c, one, house.clock()))


def _stands_in(c: Connection, house: House, one: Sending, message: int) -> None:
    now = house.clock()
    traces.keep(c, one.staff, message, now, traces.KEPT)
    staff = people.by_id(c, house.cipher, one.staff)
    if staff is None or one.notice != REPLY or not sessions.open_of(c, one.staff):
        traces.keep(c, one.staff, message, now)
        return
    if staff.live:
        traces.keep(c, one.staff, staff.live, now)
    people.set_live(c, one.staff, message)
