"""Limits and menus: the outbox goes after presses and 30 a second; a menu is set once."""

import asyncio

from telegram import Bot

from bot.transport.limits import Limits
from bot.transport.menus import Menus
from tests.wire import BASE, BLOCKED, TOKEN, Clock, FakeWire, offline


async def test_the_outbox_sends_30_a_second() -> None:
    clock = Clock()
    limits = Limits(clock, clock.sleep)
    sent: list[float] = []

    async def one() -> None:
        await limits.outbox()
        sent.append(clock.now)

    tasks = [asyncio.create_task(one()) for _ in range(61)]
    await asyncio.sleep(0)
    for _ in range(100):
        clock.advance(0.02)
        for _ in range(3):
            await asyncio.sleep(0)
    assert len(sent) == 61 and all(task.done() for task in tasks)
    assert max(sum(start <= moment < start + 1 for moment in sent) for start in sent) <= 31


async def test_the_outbox_lets_presses_go_first_but_not_for_ever() -> None:
    clock = Clock()
    limits = Limits(clock, clock.sleep)
    with limits.pressing():
        waiting = asyncio.create_task(limits.outbox())
        await asyncio.sleep(0)
        assert not waiting.done() and clock.slept
    clock.advance(0.05)
    await waiting
    clock.advance(1)
    with limits.pressing():
        waiting = asyncio.create_task(limits.outbox())
        for _ in range(19):
            await asyncio.sleep(0)
            clock.advance(0.05)
        await asyncio.sleep(0)
        assert not waiting.done()
        clock.advance(0.1)
        await waiting


async def test_a_pause_is_never_shortened_and_ends_by_itself() -> None:
    clock = Clock()
    limits = Limits(clock, clock.sleep)
    limits.pause(7, 10)
    limits.pause(7, 1)
    assert (limits.paused(7), limits.paused(8)) == (10, 0)
    resting = asyncio.create_task(limits.rest(7))
    await asyncio.sleep(0)
    limits.pause(7, 20)
    clock.advance(10)
    for _ in range(3):
        await asyncio.sleep(0)
    assert not resting.done()
    clock.advance(10)
    await resting
    assert limits.paused(7) == 0


def menus(wire: FakeWire) -> Menus:
    return Menus(Bot(TOKEN, f"{BASE}/bot", request=wire, get_updates_request=wire))


async def test_strangers_see_no_commands() -> None:
    wire = FakeWire()
    await menus(wire).empty_default()
    assert [call.parameters for call in wire.of("deleteMyCommands")] == [{}]


async def test_a_person_gets_her_commands_once_and_again_when_they_change() -> None:
    wire = FakeWire()
    shown = menus(wire)
    for words in ("Ny samtale", "Ny samtale", "New conversation"):
        await shown.show(7, [("new", words)])
    assert [call.parameters["commands"] for call in wire.of("setMyCommands")] == [
        [{"command": "new", "description": "Ny samtale"}],
        [{"command": "new", "description": "New conversation"}],
    ]
    assert wire.of("setMyCommands")[0].parameters["scope"] == {"type": "chat", "chat_id": 7}


async def test_one_who_is_removed_loses_her_menu() -> None:
    wire = FakeWire()
    await menus(wire).show(7, ())
    assert wire.of("deleteMyCommands")[0].parameters["scope"] == {"type": "chat", "chat_id": 7}


async def test_a_menu_that_failed_stops_nothing_and_is_tried_again_next_time() -> None:
    wire = FakeWire()
    shown = menus(wire)
    wire.script("setMyCommands", BLOCKED)
    wire.script("deleteMyCommands", offline())
    await shown.empty_default()
    for _ in range(3):
        await shown.show(7, [("new", "Ny samtale")])
    assert len(wire.of("setMyCommands")) == 2
