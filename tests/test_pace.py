"""Limits on people: no thumb ever comes near them, beyond them there is a calm sentence, and nobody else waits."""

import asyncio
from pathlib import Path

from bot import anew, conversation
from bot.model import TOO_MANY, Event, Reply, Screen
from bot.storage import sessions
from bot.transport.pace import AT_MOST, Pace
from tests import wire as raw
from tests.cast import on_stage, play, refer
from tests.wire import BUSY, FakeWire, press, running, text


def test_three_hundred_a_minute_are_never_too_many_and_one_chat_is_not_another() -> None:
    assert AT_MOST > 300
    time = [0.0]
    pace = Pace(lambda: time[0])
    for _ in range(3):
        assert not any(pace.is_over(7) for _ in range(AT_MOST))
        assert pace.is_over(7) and not pace.is_over(8)
        time[0] += 60


async def test_beyond_them_a_press_gets_a_calm_toast_and_what_is_written_is_still_deleted() -> None:
    wire, seen = FakeWire(), []

    async def handle(event: Event) -> Reply:
        seen.append((event.kind, event.code, event.argument, event.words))
        return Reply(event.chat)

    async with running(wire, handle):
        for _ in range(AT_MOST // 60):
            numbers = wire.arrive(*(press(7, "1:back") for _ in range(60)))
            await wire.until(lambda: wire.confirmed > numbers[-1])  # noqa: B023 - at once
        assert len(seen) == AT_MOST and BUSY not in [c.text for c in wire.of("answerCallbackQuery")]
        numbers = wire.arrive(
            press(7, "1:back"),
            text(7, "/start kode"),
            text(7, "hej"),
            press(7, "0:acute.0"),
            press(8, "1:back"),
        )
        await wire.until(lambda: wire.confirmed > numbers[-1])
        await wire.until(lambda: BUSY in [c.text for c in wire.of("answerCallbackQuery")])
    left = [("typed", TOO_MANY, "", ""), ("typed", TOO_MANY, "", ""), ("press", "acute.0", "", "")]
    assert [one for one in seen[AT_MOST:] if one[1] != "back"] == left, "emergency help has no limit"
    assert [one[1] for one in seen[AT_MOST:]].count("back") == 1, "the other person's"


async def test_who_writes_too_fast_is_told_so_and_nothing_is_left_in_the_chat(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        cast.wire.put(cast.anna.chat, 70, "(hendes egen besked)")
        reply = await conversation.handle(
            cast.house, Event("typed", TOO_MANY, cast.anna.chat, update=1, message=70)
        )
        assert reply is not None and reply.screen is not None
        assert reply.screen.text.startswith("Det går for hurtigt for mig.") and "112" in reply.screen.text
        await cast.outbox()
        assert 70 not in cast.anna.messages and not await cast.rows("session")


async def test_one_who_presses_200_times_in_ten_seconds_delays_nobody_else() -> None:
    """By the order of handling: whatever of hers is still to be done, the other's press is done before it."""
    wire, order = FakeWire(), []
    gates = asyncio.Semaphore(0)

    async def handle(event: Event) -> Reply:
        if event.chat == 7:
            await gates.acquire()
        order.append(event.chat)
        return Reply(event.chat, Screen(f"{len(order)}"), live=50)

    wire.put(7, 50)
    wire.put(8, 50)
    async with running(wire, handle):
        for number in range(4):
            wire.arrive(*(press(7, f"{number * 50 + n}:back") for n in range(50)), press(8, f"{number}:back"))
            await wire.until(lambda: order.count(8) == number + 1)  # noqa: B023 - at once
            assert order.count(7) == number * 50, "not one of these fifty has to be finished first"
            for _ in range(50):
                gates.release()
            await wire.until(lambda: not wire.pending)
    assert order == ([8] + [7] * 50) * 4


async def test_200_presses_among_real_rows_leave_her_on_one_card_and_the_others_untouched(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, "anna > /new\nbente > /new")
        live = await cast.anna.live()
        hers = [raw.press(cast.anna.chat, "1:moment.during", live) for _ in range(200)]
        await cast.arrive(*hers[:99], raw.press(cast.bente.chat, "1:moment.before", await cast.bente.live()))
        await cast.arrive(*hers[99:])
        assert "Hvad er anledningen?" in cast.anna.screen
        assert "Hvornår bruger du mig?" not in cast.bente.screen
        assert len(await cast.rows("session")) == 2


async def test_however_many_updates_wait_only_a_hundred_are_held_at_a_time() -> None:
    """A poll asks from the first that is not finished, and for no more than a hundred."""
    wire, gate = FakeWire(), asyncio.Event()
    under_way = 0
    most = 0

    async def handle(event: Event) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await gate.wait()
        under_way -= 1

    wire.arrive(*(text(chat, "hej") for chat in range(1, 1001)))
    async with running(wire, handle):
        await wire.until(lambda: under_way == 100)
        await wire.until(lambda: len(wire.of("getUpdates")) > 2)
        assert most == 100
        gate.set()
        await wire.until(lambda: not wire.pending)
    assert under_way == 0


async def test_beyond_twenty_open_cards_the_oldest_is_put_away_and_lies_in_the_inbox(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await cast.bente.press("Åbn")
        number = await cast.bente.id()
        for one in range(anew.OPEN_AT_MOST - 1):
            await cast.sql(
                "INSERT INTO session SELECT staff, 'x' || "  # noqa: S608 - a number of ours
                f"{one}, flow, state, turn, given, trail, ticks, view, sealed, reference, version,"
                " touched + 1, cover FROM session WHERE about = 'r1'"
            )
        await refer(await cast.admit("dorte", 7004, "frontline"))
        await cast.outbox()
        await cast.bente.press("Åbn")
        assert "Du har mange kort åbne" in cast.bente.screen
        abouts = await cast.ask(lambda c: sessions.open_of(c, number))
        assert len(abouts) == anew.OPEN_AT_MOST and "r1" not in abouts and "r2" in abouts
        await play(cast, "bente > /inbox\nbente * r1\nbente < Henvisning r1")
