"""Faults of the machine under the bot: its disk full, its clock set back, its line to Telegram gone for an hour."""

import asyncio
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import stepping, sweeping
from bot.storage import notices
from bot.transport.limits import OUTBOX_A_SECOND
from tests.cast import NEUTRAL, Cast, notices_of, on_stage, refer, session_of
from tests.test_command_line import admit, bot_api, ended, logged, sees, started, types
from tests.wire import offline, text

ANNA = 1001


# --- the disk, and the file -----------------------------------------------------------------------------------------


@contextmanager
def disk_full(process: asyncio.subprocess.Process, _: Path) -> Iterator[None]:
    """No file of that process may grow beyond a page; the system says it as of a disk that is full."""
    hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (hard, hard))


@contextmanager
def locked_by_another(_: asyncio.subprocess.Process, file: Path) -> Iterator[None]:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


@pytest.mark.parametrize("trouble", [disk_full, locked_by_another])
async def test_a_bot_whose_database_takes_nothing_confirms_nothing_says_so_and_goes_on_where_it_was(
    tmp_path: Path, trouble: Callable[[asyncio.subprocess.Process, Path], Any]
) -> None:
    async with bot_api(tmp_path) as (world, base):
        admit(tmp_path, ANNA)
        async with started(tmp_path, OPSPOR_API_BASE=base) as process:
            await types(base, ANNA, "/new")
            await sees(world, ANNA, "Hvornår bruger du mig?")
            await logged(process, "event=ready")
            with trouble(process, tmp_path / "opspor.db"):
                await types(base, ANNA, "/help")
                await logged(process, "event=storage_failed")
                assert world.updates, "what is not stored is not confirmed"
            await sees(world, ANNA, "/new begynder en samtale")
            await logged(process, "event=storage_works_again")
            while world.updates:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.02)
            await ended(process)
        with sqlite3.connect(tmp_path / "opspor.db") as c:
            assert c.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert c.execute("SELECT state FROM session").fetchall() == [("moment",)]
        c.close()


# --- the clock ------------------------------------------------------------------------------------------------------


async def stepped_back(cast: Cast, **by: float) -> None:
    """The clock is set back, and the look round that comes each minute is taken."""
    cast.time.set_back += timedelta(**by).total_seconds()
    await sweeping.Sweep(cast.house).look()


async def test_a_claim_holds_half_a_minute_though_the_clock_is_set_back_an_hour(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        (notice,) = await notices_of(cast.bente, "referral")
        until = cast.time.now() + timedelta(seconds=30)
        await cast.ask(lambda c: notices.claim(c, notice, until))  # by one that died over it
        await stepped_back(cast, hours=1)
        cast.later(seconds=31)
        await cast.outbox()
        assert list(cast.bente.messages.values()) == [NEUTRAL]
        assert "event=clock_set_back seconds=3600" in cast.log.getvalue()


async def test_what_is_to_leave_a_chat_leaves_it_in_time_though_the_clock_is_set_back(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/help")
        await stepped_back(cast, hours=1)
        await cast.quarter()
        assert cast.anna.messages == {}


async def test_details_are_covered_and_a_talk_ends_in_time_though_the_clock_is_set_back(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await stepped_back(cast, hours=1)
        cast.later(minutes=5, seconds=1)
        await cast.outbox()
        assert (await session_of(cast.anna)).is_hidden
        cast.later(hours=2)
        await sweeping.Sweep(cast.house).look()
        assert not await cast.rows("session")


async def test_an_urgent_hand_over_is_asked_of_the_next_in_time_though_the_clock_is_set_back(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna, safe_today="no")
        (clock,) = await notices_of(cast.anna, "clock")
        within = clock.due - cast.time.now()
        assert within < timedelta(hours=1)
        await stepped_back(cast, hours=1)
        (clock,) = await notices_of(cast.anna, "clock")
        assert clock.due - cast.time.now() == within


async def test_a_hand_over_that_is_opened_before_it_was_stored_has_waited_no_time_and_less_than_none_never(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.anna.answer()
        await cast.outbox()
        await stepped_back(cast, minutes=105)
        await cast.bente.press("Åbn")
        await cast.bente.press("Jeg tager den")
        assert "Du har taget henvisning" in cast.bente.screen
        row, course = await cast.row("outcome"), await cast.row("course")
        assert (row["hours_to_open"], row["hours_to_accept"]) == (0, 0)
        assert (course["open_hours_to_open"], course["open_hours_to_accept"]) == (0, 0)


async def test_a_clock_that_is_right_moves_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        tables = ("notice", "trace", "session", "watch", "sending", "seen_update")
        before = [await cast.rows(table) for table in tables]
        for seconds in (0, 20):  # two machines' clocks may differ by as much
            cast.time.set_back += seconds
            assert not await cast.ask(lambda c: stepping.look(c, cast.house, cast.time.now()))
        assert before == [await cast.rows(table) for table in tables]


# --- the line to Telegram -------------------------------------------------------------------------------------------


async def test_after_an_hour_without_telegram_everybody_is_told_once_and_no_faster_than_telegram_allows(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        colleagues = [await cast.admit(f"b{n}", 7100 + n, "key_person") for n in range(2 * OUTBOX_A_SECOND)]
        cast.wire.script("getUpdates", *[offline()] * 100)
        await refer(cast.anna)
        cast.wire.script("sendMessage", *[offline()] * 4000)
        end = cast.time.seconds + 3600
        while cast.time.seconds < end:
            cast.later(minutes=6)
            await cast.outbox()
        assert not any(one.messages for one in colleagues)
        cast.wire._scripts.clear()
        sent = len(cast.wire.of("sendMessage"))
        cast.later(minutes=6)
        begun = cast.time.seconds
        await cast.outbox()
        assert all(list(one.messages.values()) == [NEUTRAL] for one in colleagues)
        sent = len(cast.wire.of("sendMessage")) - sent
        assert len(colleagues) <= sent < len(colleagues) + 10, "to each once, and what else was due"
        assert cast.time.seconds - begun >= (sent - 1) / OUTBOX_A_SECOND, "they wait for their turn"


async def test_what_waited_with_telegram_for_an_hour_is_handled_in_its_order(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        cast.wire.script("getUpdates", *[offline()] * 120)
        begun = cast.time.seconds
        await cast.arrive(
            text(cast.anna.chat, "/new", 1), text(cast.anna.chat, "/stop", 2), text(cast.anna.chat, "/new", 3)
        )
        assert cast.time.seconds - begun > 3000, "it rests longer and longer between its tries"
        assert "Hvornår bruger du mig?" in cast.anna.screen
        assert (await session_of(cast.anna)).state == "moment"
