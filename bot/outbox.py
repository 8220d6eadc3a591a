"""Delivers what is due, to whoever it is for, and has the chats cleaned and covered. It decides nothing about a
conversation, and holds no transaction open while the network is busy."""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot import (
    absence,
    addressees,
    asking,
    cleaning,
    copying,
    covering,
    freshness,
    handing_on,
    probing,
    referring,
    reporting,
    status_card,
    terms,
)
from bot.errors import SendFailed
from bot.handover import pause
from bot.house import House
from bot.model import Notice, Staff
from bot.post import LEASE, Post, neutral, send
from bot.storage import notices, people, traces
from bot.storage.sendings import Sending

BATCH = 50
UNDER_WAY_AT_MOST = 150  # they go out 30 a second, and none may wait for longer than it is claimed
LEASES = {reporting.REPORT: reporting.LEASE}  # where more than a send has to be done
Due = tuple[list[covering.Cover], list[Notice], list[Sending], list[tuple[Staff, list[int]]]]
LONGEST_REST = 1.0  # seconds; a clock may be moved, and another process may have queued something

log = logging.getLogger(__name__)


async def run(house: House, post: Post, wake: asyncio.Event, stop: asyncio.Event) -> None:
    """Until `stop`: begin what is due, then rest until something is, or until `wake`. Whatever goes wrong in one
    round, the next one comes."""
    under_way: set[asyncio.Task[None]] = set()
    while not stop.is_set():
        wake.clear()
        begun: list[asyncio.Task[None]] = []
        try:
            if len(under_way) <= UNDER_WAY_AT_MOST - BATCH:
                begun = await _begin(house, post)
        except Exception as error:
            house.counts.failures["outbox"] += 1
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
    covers, due, lost, gone = await house.db.claim(lambda c: _due(c, house))
    work = [
        *(covering.show(house, post, cover) for cover in covers),
        *(_deliver(house, post, notice) for notice in due),
        *(cleaning.look_for(house, post, one) for one in lost),
        *(cleaning.delete(house, post, one, messages) for one, messages in gone),
    ]
    return [asyncio.create_task(_careful(house, one)) for one in work]


def _due(c: Connection, house: House) -> Due:
    now = house.clock()  # when it can begin, so that a claim holds for as long as it says
    terms.lapse(c, house, now)
    return (
        covering.due(c, house, now, BATCH),
        _claimed(c, house, now),
        cleaning.lost(c, now, BATCH),
        cleaning.due(c, house, now, BATCH),
    )


def _claimed(c: Connection, house: House, now: datetime) -> list[Notice]:
    due = (notice for notice in notices.due(c, now, BATCH) if copying.is_ours(house, notice, now))
    claims = (notices.claim(c, notice, now + LEASES.get(notice.kind, LEASE)) for notice in due)
    return [notice for notice in claims if notice is not None]


async def _careful(house: House, work: Coroutine[Any, Any, None]) -> None:
    """What fails here comes again when its claim has run out: it holds up no other and is not lost."""
    try:
        await work
    except Exception as error:
        house.counts.failures["delivery"] += 1
        log.error("event=delivery_failed error=%s", type(error).__name__)


# --- notices ----------------------------------------------------------------------------------------


async def _deliver(house: House, post: Post, notice: Notice) -> None:
    now = house.clock()
    if notice.kind in _BY_ITSELF:
        escalated = await house.db.run(lambda c: _moved_on(c, house, notice, now))
        house.counts.escalations.update([escalated] if escalated else [])
        return
    try:
        result = "sent" if await _told(house, post, notice, now) else ""
    except SendFailed as error:
        failure = error
        await house.db.run(lambda c: _failed(c, house, notice, failure, now))
        result = "later" if not failure.permanent else "blocked" if failure.blocked else "refused"
    if result:
        house.counts.deliveries[notice.kind, result] += 1


async def _told(house: House, post: Post, notice: Notice, now: datetime) -> bool:
    """False where there was nothing to tell any more. Raises SendFailed."""
    if notice.kind == freshness.OFFER and notice.message:  # what nobody has opened is not offered again
        await house.db.run(lambda c: notices.take_back(c, notice, now))
        return False
    if notice.kind == "copy":
        return await copying.show(house, post, notice, now)
    if notice.kind == reporting.REPORT:
        return await reporting.show(house, post, notice, now)
    if notice.kind == terms.MENU:
        return await _take_menu(house, post, notice)
    if notice.kind == "status":
        return await status_card.show(house, post, notice, now)
    return await _ring(house, post, notice, now)


async def _ring(house: House, post: Post, notice: Notice, now: datetime) -> bool:
    """The one neutral notice, whatever it is about; what it is about shows after it has been opened."""
    staff = await house.db.look(lambda c: addressees.still(c, house, notice))
    if staff is None:
        await house.db.run(lambda c: _for_nobody(c, house, notice, now))
        return False
    silent = (
        bool(notice.message)
        or notice.kind in ("probe", freshness.OFFER)
        or not house.rules.hours.is_open(now)
    )  # with a message it only replaces that one
    shown = neutral(house, staff, f"0:open.{notice.reference}", silent)
    await send(house, post, staff, notice.id, shown, lambda c, message: _rung(c, house, notice, message, now))
    return True


def _for_nobody(c: Connection, house: House, notice: Notice, now: datetime) -> None:
    """Unless it has come to be for somebody since that was read, or was settled and is kept, as by whoever took it."""
    if notices.is_due(c, notice.id) and addressees.still(c, house, notice) is None:
        notices.take_back(c, notice, now)


async def _take_menu(house: House, post: Post, notice: Notice) -> bool:
    """Whoever was removed sees no commands any more; she may be back by now."""
    here = await house.db.run(lambda c: people.by_id(c, house.cipher, notice.staff))
    gone = await house.db.run(lambda c: people.by_id(c, house.cipher, notice.staff, removed=True))
    if here is None and gone is not None:
        await post.take_menu(gone.chat)
    await house.db.run(lambda c: notices.drop(c, notice))
    return here is None and gone is not None


def _moved_on(c: Connection, house: House, notice: Notice, now: datetime) -> str:
    notices.release(c, notice)
    return _BY_ITSELF[notice.kind](c, house, notice, now)


def _back_at_work(c: Connection, house: House, notice: Notice, now: datetime) -> str:
    staff = people.by_id(c, house.cipher, notice.staff)
    notices.drop(c, notice)
    if staff is not None:
        absence.returned(c, house, staff, now)
    return ""


# What is due and is sent to nobody; each says whether a hand-over went on to others.
_BY_ITSELF = {"clock": asking.strike, "return": _back_at_work}


def _rung(c: Connection, house: House, notice: Notice, message: int, now: datetime) -> None:
    if notice.kind == "probe":
        traces.keep(c, notice.staff, message, now)
        notices.drop(c, notice)
        probing.worked(c, house, notice.reference, now)
        return
    if not notices.stands_on(c, notice, message, now):
        return
    notices.sent(c, notice)
    traces.keep(c, notice.staff, message, now, traces.KEPT)
    if notice.kind == "referral":
        referring.delivered(c, house, notice.reference, now)


def _failed(c: Connection, house: House, notice: Notice, failure: SendFailed, now: datetime) -> None:
    """Try again later and later; give up only where Telegram says never, and then the next one is asked."""
    notices.release(c, notice)
    if not failure.permanent:
        notices.later(c, notice, now + pause(notice.attempts, failure.retry_after))
        return
    log.warning("event=notice_refused notice=%s kind=%s", notice.id, notice.kind)
    if failure.blocked:
        people.set_blocked(c, notice.staff, True)
    if notice.kind == "referral":
        handing_on.undelivered(c, house, notice.reference, notice.staff, now)
    elif notice.kind == "probe":
        notices.drop(c, notice)
        probing.failed(c, house, notice.reference, now)
    else:
        notices.settle(c, notice.kind, notice.staff, notice.reference, "failed")
