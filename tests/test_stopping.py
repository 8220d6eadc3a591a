"""A stop takes less than ten seconds whatever hangs: all that is waited for has a limit, and the limits together fit
what those who start the bot allow it."""

import asyncio

import aiohttp
import pytest

from bot import metrics, root
from bot.transport import listening, receive, send
from bot.transport.gate import Gate
from bot.transport.receive import Receiver
from tests.wire import FakeWire, Held, transport

AT_MOST = 10.0  # seconds
BESIDES = 0.7  # two web servers look each tenth of a second whether they shall end, and Python itself ends
GIVE_UP_SECONDS = 60  # only so that a broken test ends
AFTER_RECEIVING = root.ENDING + send.CLOSING_SECONDS + metrics.CLOSING_SECONDS
LONGEST_STOP = {
    "polling": receive.CLOSING_SECONDS + receive.CONFIRMING_SECONDS + AFTER_RECEIVING + BESIDES,
    "at a webhook": listening.CLOSING_SECONDS + AFTER_RECEIVING + BESIDES,
}


@pytest.mark.parametrize("how", LONGEST_STOP)
def test_what_a_stop_waits_for_comes_to_less_than_ten_seconds(how: str) -> None:
    assert 1.0 < LONGEST_STOP[how] < AT_MOST


async def test_a_last_confirmation_that_telegram_never_answers_holds_up_no_stop(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    wire, stop = FakeWire(), asyncio.Event()
    wire.script("getUpdates", Held(asyncio.Event()))
    room = transport(wire, _nothing)
    await room.start()
    stop.set()
    async with asyncio.timeout(GIVE_UP_SECONDS):
        await Receiver(room.application.bot, wire, room.intake, Gate()).run(stop)
    await room.stop()
    assert [call.parameters["timeout"] for call in wire.of("getUpdates")] == [0]
    assert "event=last_confirmation_lost error=TimeoutError" in caplog.text


async def _nothing(_: object) -> None:
    """No update comes."""


async def test_a_reply_that_telegram_never_answers_holds_up_no_stop() -> None:
    wire = FakeWire()
    wire.script("answerCallbackQuery", Held(asyncio.Event()))
    room = transport(wire, _nothing)
    await room.start()
    room.sender.toast("1", "hej")
    await wire.until(lambda: wire.of("answerCallbackQuery"))
    async with asyncio.timeout(GIVE_UP_SECONDS):
        await room.stop()


def test_asking_for_a_name_can_be_given_up() -> None:
    """The system's own way waits in a thread that nobody can end: a name service that did not answer held a stop up for
    a quarter of a minute."""
    assert aiohttp.DefaultResolver is aiohttp.AsyncResolver
