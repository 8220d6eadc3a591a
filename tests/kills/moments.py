"""The moments at which the bot is killed: by the clock, or by where it is with a call of the Bot API."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

Scope = Any
Server = Callable[[Scope, Any, Any], Awaitable[None]]

STAGES = ("asked", "done", "answered")
# By how much there is to go wrong around each: the last is where updates are handled and nothing is said yet.
PRESS = (
    "press"  # not a call, but one of those presses that something is stored with: a consent, a taking, an end
)
METHODS = (PRESS, PRESS, PRESS, "editmessagetext", "editmessagetext", "sendmessage", "sendmessage",
           "answercallbackquery", "deletemessages", "getupdates", "getupdates")  # fmt: skip
STRUCK = frozenset(METHODS) - {"getupdates", PRESS}  # by bad weather too
LONGEST = 3.0  # seconds until it is killed in any case


@dataclass(frozen=True, slots=True)
class Moment:
    """So many seconds after it is at work, or `at_once` from its start; or at a stage of the nth call of a method, and
    so many seconds after that."""

    method: str = ""
    stage: str = ""
    nth: int = 1
    seconds: float = 0.0
    at_once: bool = False

    @classmethod
    def by_chance(cls, chance: random.Random) -> "Moment":
        if chance.random() < 0.3:
            return cls(seconds=chance.uniform(0.0, 1.0), at_once=chance.random() < 0.2)
        method = chance.choice(METHODS)
        if method == PRESS:
            return cls(PRESS, "asked", chance.randint(1, 2), chance.uniform(0, 0.08))
        stage = chance.choice(STAGES)
        late = chance.random() < 0.5
        return cls(method, stage, chance.randint(1, 12), chance.uniform(0, 0.02) if late else 0.0)


@dataclass
class Trap:
    """Wraps the stand-in. `strike` is called when the awaited moment has come, in the middle of the call."""

    strike: Callable[[], None] = lambda: None
    moment: Moment | None = None
    sprung: asyncio.Event = field(default_factory=asyncio.Event)
    cut: list[str] = field(default_factory=list)  # stages at which the next call loses its connection
    late: float = 0.0  # seconds by which the next call is done late
    at_work: asyncio.Event = field(default_factory=asyncio.Event)  # it receives
    _left: int = 0
    _struck: bool = False

    def set(self, moment: Moment) -> None:
        self.moment, self._left, self._struck = moment, moment.nth, False
        self.sprung = asyncio.Event()
        if not moment.method:
            asyncio.get_running_loop().call_later(moment.seconds, self._strike, moment)
        asyncio.get_running_loop().call_later(LONGEST, self._strike, moment)

    def around(self, server: Server) -> Server:
        async def answer(scope: Scope, receive: Any, send: Any) -> None:
            method = scope.get("path", "").rpartition("/")[2].lower() if scope["type"] == "http" else ""
            if not scope.get("path", "").startswith("/bot") or not method:
                await server(scope, receive, send)
                return
            await self._through(method, server, scope, receive, send)

        return answer

    async def _through(self, method: str, server: Server, scope: Scope, receive: Any, send: Any) -> None:
        if method in ("getupdates", "setwebhook"):
            self.at_work.set()
        self._at(method, "asked")
        if self.late and method in STRUCK:
            late, self.late = self.late, 0.0
            # What the killed one has asked is done before the next one asks.
            await asyncio.wait([asyncio.ensure_future(self.sprung.wait())], timeout=late)
        cut = self.cut.pop() if self.cut and method in STRUCK else ""
        if cut == "asked":
            await _broken(send)
            return
        kept: list[Any] = []

        async def keep(message: Any) -> None:
            kept.append(message)

        await server(scope, receive, keep)
        self._at(method, "done")
        if cut == "done":
            await _broken(send)
            return
        for message in kept:
            await send(message)
        self._at(method, "answered")

    def pressed(self) -> None:
        self._at(PRESS, "asked")

    def _at(self, method: str, stage: str) -> None:
        moment = self.moment
        if moment is None or (moment.method, moment.stage) != (method, stage):
            return
        self._left -= 1
        if self._left == 0:
            if moment.seconds:
                asyncio.get_running_loop().call_later(moment.seconds, self._strike, moment)
            else:
                self._strike(moment)

    def _strike(self, moment: Moment) -> None:
        if self.moment is moment and not self._struck:
            self._struck = True
            self.moment = None
            self.strike()
            self.sprung.set()


async def _broken(send: Any) -> None:
    """Less than was promised, and then the server hangs up."""
    headers = [(b"content-length", b"1000"), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"ok":', "more_body": True})
