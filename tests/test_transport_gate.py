"""Whoever comes first passes the gate first, whenever it is opened."""

import asyncio

import pytest

from bot.transport.gate import Gate


@pytest.mark.parametrize("opened", ["before the later one looks", "after it has looked", "by itself"])
async def test_who_waits_at_the_gate_is_not_overtaken_by_who_comes_as_it_opens(opened: str) -> None:
    gate, passed = Gate(), list[int]()

    async def reply(number: int) -> None:
        await gate.passed()
        passed.append(number)

    gate.close()
    waiting = [asyncio.create_task(reply(number)) for number in (1, 2)]
    await asyncio.sleep(0)
    later = [asyncio.create_task(reply(number)) for number in (3, 4)]
    if opened == "after it has looked":
        await asyncio.sleep(0)
    if opened != "by itself":
        gate.open()
    await asyncio.gather(*waiting, *later)
    assert passed == [1, 2, 3, 4]


async def test_at_an_open_gate_replies_keep_their_order() -> None:
    gate, passed = Gate(), list[int]()

    async def reply(number: int) -> None:
        await gate.passed()
        passed.append(number)

    await asyncio.gather(*(reply(number) for number in range(5)))
    assert passed == [0, 1, 2, 3, 4]
