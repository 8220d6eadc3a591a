"""A Bot API without a network, for a real Application to run over.

    wire = FakeWire()
    wire.arrive(press(7, "12:children.no", message=50), text(8, "hej"))   # what getUpdates will bring
    wire.script("editMessageText", too_many(5), chat=7)                   # the next answer to that call
    ...
    await wire.until(lambda: wire.of("sendMessage"))                      # no sleeping, no polling
    assert wire.chats[7] == {50: "the text that stands there now"}

Unscripted calls are answered as Telegram answers: messages get ids and stay in `chats` until they are edited
or deleted (a picture by its caption); what is not there cannot be edited, nor can a picture be edited into
words; what is too long is refused; what was not confirmed by an offset comes again. `put` lays a message of
the bot's in a chat. `calls` is all that was asked, in order.

A scripted answer is a Refusal (an HTTP status and Telegram's words), an exception (the network's), a Held
(waits for its event, then answers with its `then`, or as usual), or any other value (the result itself).
`running` starts the whole transport over it.
"""

import asyncio
import itertools
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from telegram.error import NetworkError
from telegram.request import BaseRequest, RequestData

from bot.model import Event, Reply
from bot.transport.bot import Transport, Words, build

TOKEN = "123456789:AAFakeFakeFakeFakeFakeFakeFakeFakeFak"
BASE = "http://wire.invalid"
GIVE_UP_SECONDS = 120  # only so that a broken test ends


@dataclass(frozen=True)
class Refusal:
    status: int
    words: str
    parameters: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Held:
    event: asyncio.Event
    then: Any = None


@dataclass(frozen=True)
class Call:
    method: str
    parameters: dict[str, Any]
    files: dict[str, tuple[str, Any, str]] = field(default_factory=dict)  # name, content, media type

    @property
    def chat(self) -> int:
        return int(self.parameters.get("chat_id", 0))

    @property
    def text(self) -> str:
        return str(self.parameters.get("text", ""))

    @property
    def buttons(self) -> dict[str, str]:
        """Label to callback data."""
        rows = self.parameters.get("reply_markup", {}).get("inline_keyboard", [])
        return {button["text"]: button["callback_data"] for row in rows for button in row}


def too_many(seconds: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def bad(words: str) -> Refusal:
    return Refusal(400, f"Bad Request: {words}")


BLOCKED = Refusal(403, "Forbidden: bot was blocked by the user")
CONFLICT = Refusal(409, "Conflict: terminated by other getUpdates request")
UNAUTHORIZED = Refusal(401, "Unauthorized")
GONE = bad("message to edit not found")


class FakeWire(BaseRequest):
    def __init__(self, first_message: int = 1000) -> None:
        self.calls: list[Call] = []
        self.chats: dict[int, dict[int, str]] = defaultdict(dict)
        self.pending: dict[int, Any] = {}  # updates not confirmed yet, by number
        self.confirmed = 0  # the highest offset that was asked for
        self._cards: dict[tuple[int, int], Any] = {}
        self._pictures: set[tuple[int, int]] = set()
        self._scripts: dict[tuple[str, int | None], deque[Any]] = defaultdict(deque)
        self._numbers = itertools.count(1)
        self._messages = itertools.count(first_message)
        self._news = asyncio.Event()

    # --- for tests ---

    def arrive(self, *raws: Any) -> list[int]:
        """Updates for getUpdates; those without a number get the next one. Their numbers."""
        numbers = []
        for raw in raws:
            number = raw.setdefault("update_id", next(self._numbers))
            self.pending[number] = raw
            numbers.append(number)
        self._news.set()
        return numbers

    def script(self, method: str, *answers: Any, chat: int | None = None) -> None:
        """The next answers to this method, to this chat or to any."""
        self._scripts[method, chat].extend(answers)

    def put(self, chat: int, message: int, words: str = "a card") -> None:
        self.chats[chat][message] = words

    def of(self, method: str, chat: int | None = None) -> list[Call]:
        return [c for c in self.calls if c.method == method and (chat is None or c.chat == chat)]

    async def until(self, happened: Callable[[], object]) -> None:
        """Lets everybody else work until it has happened."""
        async with asyncio.timeout(GIVE_UP_SECONDS):
            while not happened():  # noqa: ASYNC110 (it may be about anything: no event tells of it)
                await asyncio.sleep(0)

    # --- for python-telegram-bot ---

    @property
    def read_timeout(self) -> float:
        return 5.0

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        assert url.startswith(f"{BASE}/bot{TOKEN}/") and method == "POST", "another wire was meant"
        data = request_data or RequestData()
        call = Call(url.rsplit("/", 1)[1], dict(data.parameters), dict(data.multipart_data or {}))
        self.calls.append(call)
        scripted = self._scripts[call.method, call.chat] or self._scripts[call.method, None]
        outcome = scripted.popleft() if scripted else None
        if isinstance(outcome, Held):
            await outcome.event.wait()
            outcome = outcome.then
        if isinstance(outcome, Exception):
            raise outcome
        if outcome is None:
            usual = getattr(self, f"_{call.method}", None)
            outcome = await usual(call) if usual else True
        if isinstance(outcome, Refusal):
            body = {"ok": False, "error_code": outcome.status, "description": outcome.words}
            return outcome.status, json.dumps(body | {"parameters": dict(outcome.parameters)}).encode()
        return 200, json.dumps({"ok": True, "result": outcome}).encode()

    async def _getMe(self, _: Call) -> Any:  # noqa: N802
        return {"id": 1, "is_bot": True, "first_name": "Opspor", "username": "opspor_bot"}

    async def _getWebhookInfo(self, _: Call) -> Any:  # noqa: N802
        return {"url": "", "has_custom_certificate": False, "pending_update_count": 0}

    async def _getUpdates(self, call: Call) -> Any:  # noqa: N802
        offset = int(call.parameters["offset"])
        self.confirmed = max(self.confirmed, offset)
        self.pending = {number: raw for number, raw in self.pending.items() if number >= offset}
        while not self.pending and call.parameters["timeout"]:
            self._news.clear()
            await self._news.wait()
        return [self.pending[number] for number in sorted(self.pending)][: int(call.parameters["limit"])]

    async def _sendMessage(self, call: Call) -> Any:  # noqa: N802
        if len(call.text) > 4096:
            return bad("message is too long")
        return self._shown(call, next(self._messages))

    async def _sendPhoto(self, call: Call) -> Any:  # noqa: N802
        if "photo" not in call.files:
            return bad("there is no photo in the request")
        caption = str(call.parameters.get("caption", ""))
        if len(caption.encode("utf-16-le")) > 2 * 1024:
            return bad("message caption is too long")
        number = next(self._messages)
        self.chats[call.chat][number] = caption
        self._pictures.add((call.chat, number))
        size = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}
        return _message(call.chat, number) | {"photo": [size], "caption": caption}

    async def _editMessageText(self, call: Call) -> Any:  # noqa: N802
        number = int(call.parameters["message_id"])
        if number not in self.chats[call.chat]:
            return GONE
        if (call.chat, number) in self._pictures:
            return bad("there is no text in the message to edit")
        if len(call.text) > 4096:
            return bad("message is too long")
        if self._cards.get((call.chat, number)) == (call.text, call.buttons):
            return bad("message is not modified: specified new message content is exactly the same")
        return self._shown(call, number)

    def _shown(self, call: Call, number: int) -> Any:
        self.chats[call.chat][number] = call.text
        self._cards[call.chat, number] = (call.text, call.buttons)
        return _message(call.chat, number) | {"text": call.text}

    async def _deleteMessage(self, call: Call) -> Any:  # noqa: N802
        found = self.chats[call.chat].pop(int(call.parameters["message_id"]), None)
        return bad("message to delete not found") if found is None else True

    async def _deleteMessages(self, call: Call) -> Any:  # noqa: N802
        for number in call.parameters["message_ids"]:
            self.chats[call.chat].pop(number, None)
        return True


class Clock:
    """Time that passes only when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.now + seconds, woken))
        await woken

    def advance(self, seconds: float) -> None:
        self.now += seconds
        for due, woken in tuple(self._sleepers):
            if due <= self.now + 1e-9:
                self._sleepers.remove((due, woken))
                if not woken.done():
                    woken.set_result(None)


BUSY, TROUBLE = "Ét tryk ad gangen.", "Det gik ikke. Prøv igen."


def transport(
    wire: BaseRequest,
    on_event: Callable[[Event], Awaitable[Reply | None]],
    *,
    on_live: Callable[[int, int], Awaitable[None]] | None = None,
    on_sending: Callable[[int], Awaitable[None]] | None = None,
    clock: Clock | None = None,
) -> Transport:
    """The whole room over this wire, not started."""
    clock = clock or Clock()
    words = Words(busy=lambda _: BUSY, trouble=lambda _: TROUBLE)
    return build(
        TOKEN,
        BASE,
        on_event,
        on_sending=on_sending or nothing_is_written,
        on_live=on_live or _forget,
        words=words,
        menu=lambda code: ((code, code),),
        wire=wire,
        clock=clock,
        sleep=clock.sleep,
    )


async def nothing_is_written(_chat: int) -> None:
    pass


async def _forget(_chat: int, _message: int) -> None:
    pass


@asynccontextmanager
async def running(
    wire: BaseRequest, on_event: Callable[[Event], Awaitable[Reply | None]], **more: Any
) -> AsyncIterator[Transport]:
    """Started and polling inside, stopped after."""
    room = transport(wire, on_event, **more)
    stop = asyncio.Event()
    await room.start()
    polling = asyncio.create_task(room.run(stop))
    try:
        yield room
    finally:
        stop.set()
        await polling
        await room.stop()


def offline() -> NetworkError:
    return NetworkError("ClientConnectorError")


# --- updates, as raw JSON; `arrive` numbers them -----------------------------------------------------


def press(chat: int, data: str, message: int = 50, **more: Any) -> dict[str, Any]:
    query = {
        "id": f"{chat}-{message}-{data}",
        "from": person(chat),
        "chat_instance": "1",
        "message": _message(chat, message) | {"text": "a card"},
        "data": data,
    }
    return {"callback_query": query | more}


def text(chat: int, words: str, message: int = 60) -> dict[str, Any]:
    return sent(chat, message, text=words)


def photo(chat: int, message: int = 60, caption: str = "") -> dict[str, Any]:
    size = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}
    return sent(chat, message, photo=[size], caption=caption)


def sent(chat: int, message: int = 60, **content: Any) -> dict[str, Any]:
    """Any message: sent(7, sticker={...})."""
    return {"message": _message(chat, message) | {"from": person(chat)} | content}


def edited(chat: int, words: str, message: int = 60) -> dict[str, Any]:
    return {"edited_message": sent(chat, message, text=words, edit_date=1_800_000_001)["message"]}


def blocked(chat: int) -> dict[str, Any]:
    return member(chat, "member", "kicked")


def unblocked(chat: int) -> dict[str, Any]:
    return member(chat, "kicked", "member")


def member(chat: int, old: str, new: str) -> dict[str, Any]:
    me = {"id": 1, "is_bot": True, "first_name": "Opspor"}

    def being(status: str) -> dict[str, Any]:
        return {"status": status, "user": me} | ({"until_date": 0} if status == "kicked" else {})

    change = {"chat": place(chat), "from": person(abs(chat)), "date": 1_800_000_000}
    return {"my_chat_member": change | {"old_chat_member": being(old), "new_chat_member": being(new)}}


def person(number: int, language: str = "da") -> dict[str, Any]:
    return {"id": number, "is_bot": False, "first_name": "A", "language_code": language}


def place(chat: int) -> dict[str, Any]:
    """A private chat; a group where the number is negative, as Telegram numbers them."""
    return {"id": chat, "type": "private", "first_name": "A"} if chat > 0 else _group(chat)


def _group(chat: int) -> dict[str, Any]:
    return {"id": chat, "type": "supergroup", "title": "a group"}


def _message(chat: int, number: int) -> dict[str, Any]:
    return {"message_id": number, "date": 1_800_000_000, "chat": place(chat)}
