"""Delivers what is due, to whoever it is for: notices, status cards, reminders, deletions. It decides nothing about
a conversation, and holds no transaction open while the network is busy."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection

from bot import absence, addressees, asking, probing, referring, terms
from bot.consequences import CHAT_KEPT
from bot.errors import SendFailed
from bot.handover import NEEDS_A_CALL, pause
from bot.house import House
from bot.locales.screen import screen
from bot.model import Button, Card, Line, Notice, Screen, Staff, Text
from bot.storage import notices, people, referrals, traces

BATCH = 100
LEASE = timedelta(seconds=30)  # longer than any send may take
LONGEST_REST = 1.0  # seconds; a clock may be moved, and another process may have queued something
KEPT = timedelta(hours=39)  # a bot cannot delete what is older than 48 hours

log = logging.getLogger(__name__)


class Post(Protocol):
    """What the outbox needs of the transport; each may raise SendFailed."""

    async def send(self, chat: int, screen: Screen) -> int: ...
    async def edit(self, chat: int, message: int, screen: Screen) -> None: ...
    async def delete(self, chat: int, messages: Sequence[int]) -> tuple[int, ...]: ...
    async def take_menu(self, chat: int) -> None: ...


async def run(house: House, post: Post, wake: asyncio.Event, stop: asyncio.Event) -> None:
    """Until `stop`: begin what is due, then rest until something is, or until `wake`. Whatever goes wrong in one
    round, the next one comes."""
    under_way: set[asyncio.Task[None]] = set()
    while not stop.is_set():
        wake.clear()
        begun: list[asyncio.Task[None]] = []
        try:
            begun = await _begin(house, post)
        except Exception as error:
            log.error("event=outbox_round_failed error=%s", type(error).__name__)
        for task in begun:
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        if len(begun) < BATCH:
            await _rest(wake)
    await asyncio.gather(*under_way)


async def _rest(wake: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(wake.wait(), LONGEST_REST)


async def work_off(house: House, post: Post) -> int:
    """One round of what is due now, to its end; how much there was."""
    begun = await _begin(house, post)
    await asyncio.gather(*begun)
    return len(begun)


async def _begin(house: House, post: Post) -> list[asyncio.Task[None]]:
    """What is due is claimed in one transaction, so that no other round and no other process sends it too; each
    is then sent by itself, so that a slow one holds up nobody."""
    now = house.clock()
    due, gone = await house.db.run(lambda c: _due(c, house, now))
    return [
        *(asyncio.create_task(_careful(_deliver(house, post, notice))) for notice in due),
        *(asyncio.create_task(_careful(_delete(house, post, one, ids))) for one, ids in gone),
    ]


def _due(c: Connection, house: House, now: datetime) -> tuple[list[Notice], list[tuple[Staff, list[int]]]]:
    terms.lapse(c, house, now)
    return _claimed(c, now), _to_delete(c, house, now)


def _claimed(c: Connection, now: datetime) -> list[Notice]:
    claims = (notices.claim(c, notice, now + LEASE) for notice in notices.due(c, now, BATCH))
    return [notice for notice in claims if notice is not None]


async def _careful(work: Coroutine[Any, Any, None]) -> None:
    """What fails here comes again when its claim has run out: it holds up no other and is not lost."""
    try:
        await work
    except Exception as error:
        log.error("event=delivery_failed error=%s", type(error).__name__)


# --- notices ----------------------------------------------------------------------------------------


async def _deliver(house: House, post: Post, notice: Notice) -> None:
    now = house.clock()
    try:
        if notice.kind in _BY_ITSELF:
            await house.db.run(lambda c: _BY_ITSELF[notice.kind](c, house, notice, now))
        elif notice.kind == terms.MENU:
            await _take_menu(house, post, notice)
        elif notice.kind == "status":
            await _show_status(house, post, notice, now)
        else:
            await _ring(house, post, notice, now)
    except SendFailed as error:
        failure = error
        await house.db.run(lambda c: _failed(c, house, notice, failure, now))


async def _ring(house: House, post: Post, notice: Notice, now: datetime) -> None:
    """The one neutral notice, whatever it is about; what it is about shows after it has been opened."""
    staff = await house.db.run(lambda c: addressees.still(c, house, notice))
    if staff is None:
        await house.db.run(lambda c: notices.drop(c, notice.id))
        return
    silent = (
        bool(notice.message) or notice.kind == "probe" or not house.rules.hours.is_open(now)
    )  # with a message it only replaces that one
    message = await post.send(staff.chat, _lock_screen(house, staff, notice, silent))
    await house.db.run(lambda c: _rung(c, house, notice, message, now))


async def _take_menu(house: House, post: Post, notice: Notice) -> None:
    """Whoever was removed sees no commands any more; she may be back by now."""
    here = await house.db.run(lambda c: people.by_id(c, house.cipher, notice.staff))
    gone = await house.db.run(lambda c: people.by_id(c, house.cipher, notice.staff, removed=True))
    if here is None and gone is not None:
        await post.take_menu(gone.chat)
    await house.db.run(lambda c: notices.drop(c, notice.id))


def _back_at_work(c: Connection, house: House, notice: Notice, now: datetime) -> None:
    staff = people.by_id(c, house.cipher, notice.staff)
    notices.drop(c, notice.id)
    if staff is not None:
        absence.returned(c, house, staff, now)


# What is due and is sent to nobody.
_BY_ITSELF = {"clock": asking.strike, "return": _back_at_work}


def _lock_screen(house: House, staff: Staff, notice: Notice, silent: bool) -> Screen:
    card = Card(
        (Line(house.phrases["lock.screen"]),),
        (Button(f"0:open.{notice.reference}", house.phrases["lock.open"]),),
    )
    return screen(house.words, card, staff.language, {}, silent=silent)


def _rung(c: Connection, house: House, notice: Notice, message: int, now: datetime) -> None:
    if notice.kind == "probe":
        traces.keep(c, notice.staff, message, now)
        notices.drop(c, notice.id)
        probing.worked(c, house, notice.reference, now)
        return
    if notice.message:  # replaced: the older one goes
        traces.keep(c, notice.staff, notice.message, now)
    if (
        not notices.sent(c, notice, message)
        and notices.find(c, notice.kind, notice.staff, notice.reference) is None
    ):
        traces.keep(c, notice.staff, message, now)  # taken away while it was on its way
        return
    traces.keep(c, notice.staff, message, now + KEPT)
    if notice.kind == "referral":
        referring.delivered(c, house, notice.reference, now)


def _failed(c: Connection, house: House, notice: Notice, failure: SendFailed, now: datetime) -> None:
    """Try again later and later; give up only where Telegram says never, and then the next one is asked."""
    if not failure.permanent:
        notices.later(c, notice, now + pause(notice.attempts, failure.retry_after))
        return
    log.warning("event=notice_refused notice=%s kind=%s", notice.id, notice.kind)
    if failure.blocked:
        people.set_blocked(c, notice.staff, True)
    if notice.kind == "referral":
        referring.undelivered(c, house, notice.reference, notice.staff, now)
    elif notice.kind == "probe":
        notices.drop(c, notice.id)
        probing.failed(c, house, notice.reference, now)
    else:
        notices.settle(c, notice.kind, notice.staff, notice.reference, "failed")


# --- the employee's status card ---------------------------------------------------------------------


async def _show_status(house: House, post: Post, notice: Notice, now: datetime) -> None:
    """Edited in place; new ones come as the neutral notice and are edited at once, because an edit rings
    nowhere and a lock screen shows the words that were sent first."""
    found = await house.db.run(lambda c: _status(c, house, notice))
    if found is None:
        await house.db.run(lambda c: notices.drop(c, notice.id))
        return
    staff, shown, ended = found
    message = notice.message
    if message and not await _edited(post, staff.chat, message, shown):
        message = 0
    if not message:
        message = await post.send(staff.chat, _neutral(house, staff))
        await house.db.run(lambda c: _stands_on(c, notice, message, now))
        await post.edit(staff.chat, message, shown)
    await house.db.run(lambda c: _status_shown(c, notice, message, now, ended))


def _stands_on(c: Connection, notice: Notice, message: int, now: datetime) -> None:
    notices.stands_on(c, notice.id, message)
    traces.keep(c, notice.staff, message, now + KEPT)


def _neutral(house: House, staff: Staff) -> Screen:
    return screen(house.words, Card((Line(house.phrases["lock.screen"]),)), staff.language, {}, silent=True)


async def _edited(post: Post, chat: int, message: int, shown: Screen) -> bool:
    try:
        await post.edit(chat, message, shown)
    except SendFailed as failure:
        if not failure.permanent:
            raise
        return False
    return True


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


def _status_shown(c: Connection, notice: Notice, message: int, now: datetime, ended: bool) -> None:
    if not notices.sent(c, notice, message) or not ended:
        return
    # The row stays as long as the message: the closing may be undone, and then the same card says so.
    traces.keep(c, notice.staff, message, now + CHAT_KEPT)


# --- deletions --------------------------------------------------------------------------------------


def _to_delete(c: Connection, house: House, now: datetime) -> list[tuple[Staff, list[int]]]:
    """By person. A notice or status card that grew too old to be deleted later is sent anew in its place."""
    by_staff: dict[int, list[int]] = defaultdict(list)
    for staff_id, message in traces.due(c, now, BATCH):
        by_staff[staff_id].append(message)
        traces.keep(c, staff_id, message, now + LEASE)
    found = []
    for staff_id, messages in by_staff.items():
        for notice in notices.to(c, staff_id):
            if notice.message not in messages:
                continue
            if notice.kind == "status" and _is_over(c, notice.reference):
                notices.drop(c, notice.id)
            else:
                notices.queue(c, notice.kind, staff_id, notice.reference, now, notice.code)
        staff = people.by_id(c, house.cipher, staff_id, removed=True)
        if staff is not None:
            found.append((staff, messages))
    return found


def _is_over(c: Connection, reference: str) -> bool:
    referral = referrals.get(c, reference)
    return referral is None or referral.closed is not None


async def _delete(house: House, post: Post, staff: Staff, messages: list[int]) -> None:
    """What Telegram refuses for good is counted in the log and let go; what it refuses for now stays due."""
    try:
        refused = await post.delete(staff.chat, messages)
    except SendFailed as failure:
        wait = house.clock() + pause(5, failure.retry_after)
        if failure.permanent:
            await house.db.run(lambda c: traces.settle(c, staff.id, messages))
            log.warning("event=messages_left count=%s", len(messages))
        else:
            await house.db.run(lambda c: _put_off(c, staff.id, messages, wait))
        return
    if refused:
        log.warning("event=messages_left count=%s", len(refused))
    await house.db.run(lambda c: _deleted(c, house, staff.id, messages))


def _deleted(c: Connection, house: House, staff_id: int, messages: list[int]) -> None:
    traces.settle(c, staff_id, messages)
    now_hers = people.by_id(c, house.cipher, staff_id)  # she may have another live card by now
    if now_hers is not None and now_hers.live in messages:
        people.set_live(c, staff_id, 0)


def _put_off(c: Connection, staff_id: int, messages: Sequence[int], due: datetime) -> None:
    for message in messages:
        traces.keep(c, staff_id, message, due)
