"""The cost of a press: the engine alone, and the whole process with its database and an instant wire."""

import asyncio
import json
import time
import tomllib
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from telegram.request import BaseRequest, RequestData

from bot import config, engine, preparing, root
from bot.flows import loader
from bot.model import Event
from bot.municipality import EXAMPLE
from bot.municipality import read as read_municipality
from bot.sandbox.phones import PHONES
from bot.storage import people
from bot.transport import bot as transport

SCENARIOS = loader.DIRECTORY / "scenarios" / "open.toml"
ROUNDS = 40
CODES = (
    *(
        "moment.during",
        "mode.concern",
        "signs.fear",
        "done",
        "gate.ok",
        "response.disclosed",
        "safe_today.yes",
    ),
    *("done", "who.partner", "children.yes", "child_danger.no", "wish.help", "consent.none", "next.meeting"),
    *("exposure.witnessed", "suspected.parent", "duty.notified", "level.knowledge", "done"),
)


def engine_alone() -> float:
    """Microseconds a press, the mean over all presses of all open scenarios, each walked many times."""
    from tests.talk import Talk

    flow = loader.load(unverified=True).flows["detection"]
    scenarios = tomllib.loads(SCENARIOS.read_text("utf-8"))["scenario"]
    roads = [Talk.on(flow).by_facts(one["facts"]).codes for one in scenarios]
    presses, started = 0, time.perf_counter()
    for _ in range(ROUNDS):
        for codes in roads:
            session = engine.begin(flow, "new", 1)
            for code in codes:
                session = engine.step(flow, session, Event("press", code, 1, turn=session.turn)).session
            presses += len(codes)
    return (time.perf_counter() - started) / presses * 1e6


class InstantWire(BaseRequest):
    """Answers every method at once; what is left is our own work."""

    def __init__(self) -> None:
        self.turn = "0"
        self.edited = asyncio.Event()

    @property
    def read_timeout(self) -> float:
        return 1.0

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        name = url.rsplit("/", 1)[1]
        if name == "getMe":
            return _answer({"id": 1, "is_bot": True, "first_name": "b", "username": "b_bot"})
        if name in ("sendMessage", "editMessageText"):
            self.turn = _turn_of(request_data)
            self.edited.set()
            chat = {"id": PHONES[0].id, "type": "private"}
            return _answer({"message_id": 100, "date": 0, "chat": chat, "text": "x"})
        return _answer(True)


def _turn_of(data: RequestData | None) -> str:
    """The turn that the buttons of a card were sent with."""
    markup = json.loads(str(data.json_parameters["reply_markup"])) if data else {}
    return str(markup["inline_keyboard"][0][0]["callback_data"]).partition(":")[0]


def _answer(result: Any) -> tuple[int, bytes]:
    return 200, json.dumps({"ok": True, "result": result}).encode()


async def line_with_a_person(directory: Path, wire: InstantWire) -> transport.Transport:
    """The whole bot but its outbox, not started, over this wire; the first phone's owner is admitted."""
    settings = config.Settings(
        "1:x", "http://127.0.0.1:1", f"sqlite:///{directory / 'b.db'}", "", _KEY, "ERROR"
    )
    town = read_municipality(EXAMPLE)
    prepared = await asyncio.to_thread(preparing.prepare, settings, town)
    house = root.house_of(prepared, root.machine_clock, lambda: None)
    phone = PHONES[0]
    await prepared.db.run(
        lambda c: people.admit(
            c, prepared.cipher, chat=phone.id, role="frontline", unit=town.unit[0].id, name="n", phone="p",
            language="da", now=root.machine_clock(),
        )
    )  # fmt: skip
    return root.line_of(house, settings, wire)


async def whole(directory: Path) -> tuple[float, float]:
    """Milliseconds of CPU and of wall time a press, one after the other, each waited for until its edit."""
    wire = InstantWire()
    line = await line_with_a_person(directory, wire)
    await line.start()
    press = Person(line.intake.take, wire, PHONES[0].id)
    await press.conversation()
    started, cpu = time.perf_counter(), time.process_time()
    count = 0
    for _ in range(ROUNDS):
        count += await press.conversation()
    wall, used = time.perf_counter() - started, time.process_time() - cpu
    await line.stop()
    return used / count * 1e3, wall / count * 1e3


_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


class Person:
    """Presses as soon as the last press was answered with its edit; `take` hands each update to the bot."""

    def __init__(self, take: Callable[[Any], Awaitable[object]], wire: InstantWire, chat: int) -> None:
        self.take, self.wire, self.chat, self.update = take, wire, chat, 0

    async def conversation(self) -> int:
        await self._take(_said(self.chat, "/new"))
        for code in CODES:
            await self._take(_pressed(self.chat, f"{self.wire.turn}:{code}"))
        return len(CODES) + 1

    async def _take(self, body: Mapping[str, Any]) -> None:
        self.update += 1
        self.wire.edited.clear()
        await self.take({"update_id": self.update, **body})
        await self.wire.edited.wait()


def _user(chat: int) -> dict[str, Any]:
    return {"id": chat, "is_bot": False, "first_name": "x", "language_code": "da"}


def _said(chat: int, text: str) -> dict[str, Any]:
    entity = {"type": "bot_command", "offset": 0, "length": len(text)}
    return {
        "message": {
            "message_id": 99, "date": 0, "chat": {"id": chat, "type": "private"}, "from": _user(chat),
            "text": text, "entities": [entity],
        }
    }  # fmt: skip


def _pressed(chat: int, data: str) -> dict[str, Any]:
    message = {"message_id": 100, "date": 1, "chat": {"id": chat, "type": "private"}, "text": "x"}
    return {
        "callback_query": {
            "id": "q", "from": _user(chat), "chat_instance": "1", "data": data, "message": message
        }
    }  # fmt: skip
