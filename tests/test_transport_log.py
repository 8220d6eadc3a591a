"""The logs: whoever logs whatever at any level, neither the token nor anybody's words come through."""

import asyncio
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from telegram import Update

from bot.errors import StorageFailed
from bot.model import Event, Reply, Screen
from bot.transport import log
from tests.wire import (
    TOKEN,
    Clock,
    FakeWire,
    Refusal,
    edited,
    offline,
    photo,
    press,
    running,
    text,
    too_many,
)

CITIZEN = "Hansen 010203-1234"


@contextmanager
def everything_logged(token: str = TOKEN) -> Iterator[io.StringIO]:
    """All loggers at DEBUG, also those that set_up_logging keeps quiet, through our formatter."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(log.OneLine(token))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield out
    finally:
        root.setLevel(before)
        root.removeHandler(handler)


async def test_a_whole_stormy_day_at_debug_shows_no_token_and_no_typed_word() -> None:
    wire, clock = FakeWire(), Clock()
    failures: list[Exception] = [StorageFailed(CITIZEN), ValueError(f"{CITIZEN} {TOKEN}")]

    async def handle(event: Event) -> Reply:
        if failures:
            raise failures.pop()
        return Reply(event.chat, Screen("kort"), live=50)

    url = f"https://api.telegram.org/bot{TOKEN}/sendMessage"
    wire.script(
        "getUpdates", offline(), ValueError(url), Refusal(500, url), too_many(1), Refusal(409, "Conflict")
    )
    wire.script("editMessageText", Refusal(400, "Bad Request: " + url))
    wire.script("sendMessage", Refusal(403, "Forbidden: blocked"))
    wire.arrive(
        text(7, CITIZEN),
        photo(7, caption=CITIZEN),
        edited(8, CITIZEN),
        text(9, f"/start {CITIZEN}"),
        press(9, "1:back"),
        {"message": {"text": CITIZEN}},
        {"poll_answer": {"poll_id": CITIZEN}},
    )
    with everything_logged() as out:
        async with running(wire, handle, clock=clock):
            for _ in range(200):
                clock.advance(5)
                await asyncio.sleep(0)
            await wire.until(lambda: wire.confirmed == 8)
    told = out.getvalue()
    assert told.count("\n") > 15, "nothing was logged: the test looks at nothing"
    assert "handling_failed" in told and "storage_failed" in told and "update_unreadable" in told
    assert TOKEN.partition(":")[2].lower() not in told.lower()
    assert "hansen" not in told.lower() and "010203" not in told


@pytest.mark.parametrize(
    "words",
    [
        TOKEN,
        f"POST https://api.telegram.org/bot{TOKEN}/getMe",
        f"{TOKEN.encode()!r}",
        TOKEN.replace(":", "%3A"),
        TOKEN.partition(":")[2],
        TOKEN.capitalize(),  # the library's way with a refusal's first letter
        TOKEN.partition(":")[2].lower(),
    ],
)
def test_the_token_is_scrubbed_in_every_spelling(words: str) -> None:
    with everything_logged() as out:
        logging.getLogger("bot.transport").debug("event=%s", words)
        logging.getLogger("bot").info(words)
    assert TOKEN.partition(":")[2].lower() not in out.getvalue().lower()
    assert out.getvalue().count("<secret>") == 2


def test_another_bots_token_is_scrubbed_too() -> None:
    with everything_logged(token="") as out:
        logging.getLogger("bot.x").info("bot%s/getMe", TOKEN)
    assert "Fake" not in out.getvalue()


def test_an_exception_is_told_by_type_and_place_without_its_words() -> None:
    with everything_logged() as out:
        try:
            try:
                raise ValueError(f"{CITIZEN}\n{TOKEN}")
            except ValueError as error:
                raise RuntimeError(CITIZEN) from error
        except RuntimeError:
            logging.getLogger("bot.x").exception("event=broken")
    line = out.getvalue()
    assert "level=error room=bot.x event=broken error=RuntimeError trace=test_transport_log.py:" in line
    assert "Hansen" not in line and TOKEN not in line


def test_a_line_is_one_line() -> None:
    with everything_logged() as out:
        logging.getLogger("bot.x").info("event=a\r\nevent=forged")
    assert out.getvalue().count("\n") == 1 and "event=a\\r\\nevent=forged" in out.getvalue()
    assert out.getvalue().startswith("at=20")


@contextmanager
def restored() -> Iterator[logging.Logger]:
    root, own = logging.getLogger(), logging.getLogger(log.OWN_ROOMS)
    before = (root.level, own.level, tuple(root.handlers))
    try:
        yield root
    finally:
        root.setLevel(before[0])
        own.setLevel(before[1])
        root.handlers[:] = before[2]


def test_at_debug_only_our_own_rooms_speak(capsys: pytest.CaptureFixture[str]) -> None:
    with restored() as root:
        log.set_up_logging("debug", TOKEN)
        log.set_up_logging("DEBUG", TOKEN)
        logging.getLogger("bot.transport").debug("event=mine token=%s", TOKEN)
        logging.getLogger("telegram").debug("parameters: %s", CITIZEN)
        logging.getLogger("aiohttp.access").info("theirs")
        logging.getLogger("aiohttp.access").warning("theirs: %s", CITIZEN)
        assert sum(isinstance(handler.formatter, log.OneLine) for handler in root.handlers) == 1
    told = capsys.readouterr().err
    assert "event=mine token=<secret>" in told and "theirs" not in told
    assert "room=aiohttp.access event=library place=test_transport_log.py:" in told and told.count("\n") == 2


def test_an_unknown_level_is_refused() -> None:
    with restored(), pytest.raises(KeyError):
        log.set_up_logging("loud")


def test_an_update_has_no_business_in_a_log_but_even_there_the_token_is_gone() -> None:
    with everything_logged() as out:
        logging.getLogger("bot.x").info("%s", Update(1, api_kwargs={"url": f"bot{TOKEN}/"}))
    assert TOKEN not in out.getvalue()
