"""The webhook's door, over real connections: who is let in, what is answered when, and what Telegram is told."""

import asyncio
import itertools
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import ConfigError, StorageFailed
from bot.model import Event, Reply, Screen
from bot.transport import webhook
from bot.transport.bot import Door
from bot.transport.listening import CONNECTIONS, LOOK_SECONDS
from bot.transport.receive import ALLOWED_UPDATES
from tests.wire import Clock, FakeWire, Refusal, bad, offline, press, text, too_many, transport

SECRET = "only-Telegram_knows-1234567890"
URL = "https://bot.example.invalid/a%20door/telegram"
PATH = "/a%20door/telegram"
CITIZEN = "Hansen 010203-1234"


@dataclass
class Book:
    """Handles what comes in; what is laid in `outcomes` happens first."""

    outcomes: list[Exception | asyncio.Event] = field(default_factory=list)
    seen: list[Event] = field(default_factory=list)
    begun: int = 0

    async def __call__(self, event: Event) -> Reply:
        self.begun += 1
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if isinstance(outcome, Exception):
            raise outcome
        if outcome is not None:
            await outcome.wait()
        self.seen.append(event)
        return Reply(event.chat, Screen("Er der børn?"), live=event.message)


@dataclass
class House:
    """The whole room behind a door on this machine."""

    port: int
    wire: FakeWire
    book: Book
    clock: Clock
    stop: asyncio.Event
    stored: bool = True
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def says(self, raw: bytes) -> bytes:
        """All that comes back on a connection of its own, until it is closed or nothing more comes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        said = b""
        try:
            with suppress(ConnectionError):
                writer.write(raw)
                await writer.drain()
            with suppress(ConnectionError, TimeoutError):
                async with asyncio.timeout(5):
                    said = await reader.readuntil(b"\r\n\r\n")
        finally:
            writer.close()
        return said

    async def post(self, body: bytes | dict[str, Any], **changed: str) -> int:
        if isinstance(body, dict):
            body = json.dumps(body | {"update_id": body.get("update_id", next(self.numbers))}).encode()
        return status(await self.says(request(body, **changed)))


def request(body: bytes, method: str = "POST", path: str = PATH, **changed: str) -> bytes:
    headers = {
        "Host": "bot.example.invalid",
        webhook.SECRET_HEADER: SECRET,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
    } | {name.replace("_", "-"): value for name, value in changed.items()}
    lines = [f"{method} {path} HTTP/1.1", *(f"{n}: {v}" for n, v in headers.items() if v), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def status(answer: bytes) -> int:
    return int(answer.split()[1]) if answer else 0


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@asynccontextmanager
async def open_house(
    *outcomes: Exception | asyncio.Event, wire: FakeWire | None = None
) -> AsyncIterator[House]:
    house = House(free_port(), wire or FakeWire(), Book(list(outcomes)), Clock(), asyncio.Event())
    room = transport(house.wire, house.book, clock=house.clock)
    await room.start()

    async def stored() -> bool:
        return house.stored

    listener = room.listener(Door(URL, SECRET, "127.0.0.1", house.port), stored)
    opened = asyncio.Event()
    running = asyncio.create_task(listener.run(house.stop, opened.set))
    try:
        waiting = asyncio.create_task(opened.wait())
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not running.done():
            yield house
    finally:
        house.stop.set()
        try:
            await running
        finally:
            listener.close()
            await room.stop()


async def test_a_press_that_telegram_posts_is_stored_answered_200_and_shown() -> None:
    async with open_house() as house:
        house.wire.put(7, 50)
        assert await house.post(press(7, "12:children.no", 50)) == 200
        assert [(event.code, event.turn) for event in house.book.seen] == [("children.no", 12)]
        await house.wire.until(lambda: house.wire.chats[7] == {50: "Er der børn?"})


STRANGERS: dict[str, dict[str, str]] = {
    "another path": {"path": "/telegram"},
    "the path and more": {"path": PATH + "/"},
    "the path of the root": {"path": "/"},
    "no secret": {webhook.SECRET_HEADER: ""},
    "another secret": {webhook.SECRET_HEADER: SECRET[:-1] + "1"},
    "the secret's beginning": {webhook.SECRET_HEADER: SECRET[:-1]},
    "the secret and more": {webhook.SECRET_HEADER: SECRET + "0"},
    "letters that no secret has": {webhook.SECRET_HEADER: "æøå"},
    "another type": {"Content-Type": "text/plain"},
    "a form": {"Content-Type": "application/x-www-form-urlencoded"},
    "no type": {"Content-Type": ""},
    "a length that is too long": {"Content-Length": "1048577"},
    "a health check that posts": {"path": "/healthz"},
}


async def test_whoever_is_not_telegram_gets_one_and_the_same_empty_answer() -> None:
    async with open_house() as house:
        answers = {}
        for name, changed in STRANGERS.items():
            answers[name] = await house.says(request(b"{}", **changed))
        assert len(set(map(without_date, answers.values()))) == 1, answers
        assert status(answers["no secret"]) == 404
        assert b"content-length: 0\r\n" in answers["no secret"]
        assert not house.book.begun


def without_date(answer: bytes) -> bytes:
    return b"\r\n".join(line for line in answer.split(b"\r\n") if not line.startswith(b"date:"))


@pytest.mark.parametrize("path", [PATH, "/elsewhere"])
async def test_only_post_is_known_at_whatever_path(path: str) -> None:
    async with open_house() as house:
        for method in ("GET", "PUT", "DELETE", "OPTIONS", "TRACE", "NONSENSE"):
            answer = await house.says(request(b"{}", method=method, path=path))
            assert status(answer) == 405 and b"content-length: 0\r\n" in answer
        assert not house.book.begun


async def test_without_the_secret_not_one_byte_of_the_body_is_waited_for() -> None:
    """And with it, all of it is: the same request, cut short before its body."""
    async with open_house() as house:
        assert await house.post(b"", Content_Length="500000", **{webhook.SECRET_HEADER: "x" * 30}) == 404
        waiting = asyncio.create_task(house.post(b"", Content_Length="500000"))
        _, still = await asyncio.wait({waiting}, timeout=0.3)
        assert still
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


async def test_a_body_that_says_nothing_of_its_length_is_read_no_further_than_the_limit() -> None:
    async with open_house() as house:
        head = request(b"", Content_Length="", Transfer_Encoding="chunked")
        piece = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
        assert status(await house.says(head + piece * 40)) == 404  # without its end: it never has one
        update = json.dumps(text(7, "hej") | {"update_id": 1}).encode()
        whole = f"{len(update):x}\r\n".encode() + update + b"\r\n0\r\n\r\n"
        assert status(await house.says(head + whole)) == 200
        assert len(house.book.seen) == 1


async def test_a_length_that_lies_ends_the_connection_and_nothing_else() -> None:
    async with open_house() as house:
        long = json.dumps(text(7, "x" * 2000) | {"update_id": 1}).encode()
        assert (
            status(await house.says(request(long, Content_Length="20"))) == 200
        )  # half an update: unreadable
        for length in ("-1", "99999999999999999999", "ten"):
            assert status(await house.says(request(long, Content_Length=length))) in (400, 404)
        assert not house.book.begun
        assert await house.post(text(7, "hej")) == 200


async def test_what_was_not_stored_is_answered_503_and_taken_when_it_comes_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    async with open_house(StorageFailed("locked"), StorageFailed("locked")) as house:
        update = text(7, "hej") | {"update_id": 5}
        assert [await house.post(update) for _ in range(4)] == [503, 503, 200, 200]
    assert caplog.text.count("event=storage_failed") == caplog.text.count("event=storage_works_again") == 1


async def test_200_is_not_said_before_the_commit() -> None:
    commit = asyncio.Event()
    async with open_house(commit) as house:
        posting = asyncio.create_task(house.post(text(7, "hej")))
        await house.wire.until(lambda: house.book.begun)
        _, still = await asyncio.wait({posting}, timeout=0.2)
        assert still
        commit.set()
        assert await posting == 200


async def test_a_bug_of_ours_is_not_answered_so_that_it_comes_for_ever(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with open_house(ValueError(CITIZEN)) as house:
        assert await house.post(press(7, "1:back")) == 200
    assert "event=handling_failed" in caplog.text and "Hansen" not in caplog.text


UNREADABLE = (
    *(b"", b"{", b"null", b"[]", b"7", b'"Hansen"', b"\xff\xfe", b"{} Hansen", b'{"Hansen": ', b"NaN"),
    b"[" * 100_000,
    b'{"update_id": ' + b"9" * 5000 + b"}",
    *(
        b'{"update_id": "Hansen"}',
        b'{"update_id": null, "message": "Hansen"}',
        b'{"message": {"text": "Hansen"}}',
    ),
    b'{"update_id": 1, "callback_query": {"message": {"chat": "Hansen"}}}',
    b'{"update_id": 1, "callback_query": {"message": {}}}',
    b'{"update_id": 1, "message": {"chat": {"id": 1e999}}}',
)


async def test_what_nobody_can_read_is_taken_and_logged_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with open_house() as house:
        assert {await house.post(body) for body in UNREADABLE} == {200}
        assert await house.post(text(7, "hej")) == 200
        assert len(house.book.seen) == 1
    assert caplog.text.count("event=update_unreadable") >= len(UNREADABLE) - 2
    assert "Hansen" not in caplog.text


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["update_id", "message", "callback_query", "chat", "id", "from", "text", "data", "type"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


def test_no_document_whatever_crashes_the_door() -> None:
    tried = 0

    async def all_of_them() -> None:
        nonlocal tried
        async with open_house() as house:
            loop = asyncio.get_running_loop()

            @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), database=None)
            @given(document=ANYTHING)
            def each(document: Any) -> None:
                nonlocal tried
                tried += 1
                posted = asyncio.run_coroutine_threadsafe(house.post(json.dumps(document).encode()), loop)
                assert posted.result(20) == 200

            await asyncio.to_thread(each)

    asyncio.run(all_of_them())
    assert tried >= 200


# --- for the load balancer ---------------------------------------------------------------------------------


async def get(house: House, path: str) -> int:
    return status(await house.says(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()))


async def test_it_is_alive_and_ready() -> None:
    async with open_house() as house:
        assert (await get(house, "/healthz"), await get(house, "/readyz")) == (200, 200)
        assert status(await house.says(b"HEAD /readyz HTTP/1.1\r\nHost: x\r\n\r\n")) == 200


async def test_it_is_alive_but_not_ready_without_its_database() -> None:
    async with open_house() as house:
        house.stored = False
        assert (await get(house, "/healthz"), await get(house, "/readyz")) == (200, 503)


async def test_it_is_alive_but_not_ready_while_telegram_is_not_reached() -> None:
    async with open_house() as house:
        house.wire.script("getMe", offline())
        assert (await get(house, "/healthz"), await get(house, "/readyz")) == (200, 503)


async def test_whoever_asks_100_times_makes_one_call() -> None:
    async with open_house() as house:
        before = len(house.wire.of("getMe"))
        assert set(await asyncio.gather(*(get(house, "/readyz") for _ in range(100)))) == {200}
        assert len(house.wire.of("getMe")) == before + 1


# --- what Telegram is told -----------------------------------------------------------------------------------


async def test_telegram_is_told_the_address_the_secret_and_the_four_kinds_and_keeps_what_waits() -> None:
    async with open_house() as house:
        (told,) = house.wire.of("setWebhook")
    assert told.parameters == {
        "url": URL,
        "secret_token": SECRET,
        "allowed_updates": ALLOWED_UPDATES,
        "max_connections": CONNECTIONS,
    }
    assert len(ALLOWED_UPDATES) == 4 and not house.wire.of("getUpdates")


async def test_it_goes_on_trying_to_tell(caplog: pytest.LogCaptureFixture) -> None:
    wire = FakeWire()
    wire.script("setWebhook", offline(), Refusal(502, "Bad Gateway"), too_many(7))

    async def time_passes() -> None:
        house_clock = clocks[0]
        for pauses in (1, 2, 3):
            await wire.until(lambda: len(house_clock.slept) == 1 + pauses)  # noqa: B023
            house_clock.advance(10)

    clocks: list[Clock] = []
    async with told(wire, clocks, time_passes):
        pass
    assert [pause for pause in clocks[0].slept if pause != LOOK_SECONDS] == [1, 2, 7]
    assert caplog.text.count("event=webhook_not_set") == 1


@asynccontextmanager
async def told(
    wire: FakeWire, clocks: list[Clock], beside: Callable[[], Awaitable[None]]
) -> AsyncIterator[None]:
    """Started with something that happens while it starts."""
    clock, stop, opened = Clock(), asyncio.Event(), asyncio.Event()
    clocks.append(clock)
    room = transport(wire, Book(), clock=clock)
    await room.start()
    listener = room.listener(Door(URL, SECRET, "127.0.0.1", free_port()), _stored)
    running = asyncio.create_task(listener.run(stop, opened.set))
    await beside()
    await opened.wait()
    yield
    stop.set()
    await running
    await room.stop()


async def _stored() -> bool:
    return True


async def test_an_address_that_telegram_refuses_is_a_setting_to_correct_and_is_not_repeated() -> None:
    wire = FakeWire()
    wire.script("setWebhook", bad(f"bad webhook: {URL}"))
    with pytest.raises(ConfigError, match=r"^Telegram refuses OPSPOR_WEBHOOK_URL") as raised:
        async with open_house(wire=wire):
            pass
    assert "example" not in str(raised.value)


async def test_a_webhook_that_a_poller_has_taken_down_is_set_again_and_anothers_is_left(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with open_house() as house:
        house.wire.script(
            "getWebhookInfo", {"url": URL}, offline(), {"url": "https://x"}, {"url": ""}, {"url": URL}
        )
        for looks in range(1, 6):
            await house.wire.until(lambda: len(house.clock.slept) == looks)  # noqa: B023
            house.clock.advance(LOOK_SECONDS)
        await house.wire.until(lambda: len(house.clock.slept) == 6)
        assert len(house.wire.of("setWebhook")) == 2
    assert caplog.text.count("event=webhook_gone") == caplog.text.count("event=webhook_elsewhere") == 1


async def test_a_port_that_is_taken_is_said_before_anything_is_started() -> None:
    wire = FakeWire()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigError, match=r"^OPSPOR_LISTEN: cannot listen on 127\.0\.0\.1 port"):
            transport(wire, Book()).listener(Door(URL, SECRET, "127.0.0.1", taken.getsockname()[1]), _stored)
    assert not wire.calls


# --- the end ---------------------------------------------------------------------------------------------------


async def test_what_is_being_handled_when_the_stop_comes_is_finished_and_answered() -> None:
    commits = [asyncio.Event() for _ in range(5)]
    async with open_house(*commits) as house:
        posting = [asyncio.create_task(house.post(text(chat, "hej"))) for chat in range(1, 6)]
        await house.wire.until(lambda: house.book.begun == 5)
        house.stop.set()
        await asyncio.sleep(0.3)
        for commit in commits:
            commit.set()
        assert await asyncio.gather(*posting) == [200] * 5
    assert len(house.book.seen) == 5
    assert not house.wire.of("deleteWebhook"), "another process may be listening at it"


async def test_what_cannot_be_finished_in_time_is_not_answered_200() -> None:
    async with open_house(asyncio.Event()) as house:
        posting = asyncio.create_task(house.post(text(7, "hej")))
        await house.wire.until(lambda: house.book.begun)
        started = asyncio.get_running_loop().time()
        house.stop.set()
        assert await posting != 200
        assert asyncio.get_running_loop().time() - started < 5
    assert not house.book.seen
