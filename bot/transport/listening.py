"""Listens at the webhook's door and tells Telegram where it is; what comes in is handed to the intake."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any

import uvicorn
from telegram import Bot
from telegram.error import BadRequest, RetryAfter, TelegramError

from bot.errors import ConfigError
from bot.sockets import bound
from bot.transport import webhook
from bot.transport.intake import Intake
from bot.transport.receive import ALLOWED_UPDATES, LONGEST_PAUSE_SECONDS, unless, webhook_of
from bot.transport.refusals import seconds_of
from bot.transport.wire import call

if TYPE_CHECKING:
    from bot.transport.bot import Door

CONNECTIONS = 40  # of Telegram's at once; its own default, said so that an earlier wish does not linger
CLOSING_SECONDS = 3  # for updates that are being handled when the stop comes
IDLE_SECONDS = 75  # longer than a proxy keeps a connection, so that it is not the bot that hangs up
LOOK_SECONDS = 60.0  # between looks whether Telegram still posts here
FRESH_SECONDS = 5.0  # whoever asks more often whether it is ready gets the last answer

log = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """Leaves signals to whoever started the bot."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Listener:
    """Has its port from the first moment, so that a port that is taken is said before anything is started.
    `stored` says whether the database answers and is of this version."""

    def __init__(
        self,
        door: "Door",
        bot: Bot,
        intake: Intake,
        stored: Callable[[], Awaitable[bool]],
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._door = door
        self._bot = bot
        self._intake = intake
        self._sleep = sleep
        self._ready = _Asked(stored, self._reached)
        self._storage_failed = False
        self._socket = bound(door.host, door.port, "OPSPOR_LISTEN:")

    async def run(self, stop: asyncio.Event, open_now: Callable[[], None]) -> None:
        """Until `stop`; then what is being handled is finished and answered. The webhook stays set: what comes
        meanwhile waits with Telegram, or goes to another process. Raises ConfigError."""
        app = webhook.application(self._door.url, self._door.secret, self._take, self._ready.both)
        server = _Server(_settings(app))
        serving = asyncio.create_task(server.serve(sockets=[self._socket]))
        looking = asyncio.create_task(self._look())
        try:
            if await unless(stop, self._announce()):
                open_now()
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
        finally:
            looking.cancel()
            server.should_exit = True
            await serving

    def close(self) -> None:
        self._socket.close()

    async def _announce(self) -> bool:
        """Until Telegram has taken it."""
        pause = 0.0
        while True:
            try:
                await call(self._bot, "setWebhook", self._wishes())
            except BadRequest:  # its own words may quote the address
                raise ConfigError(
                    "Telegram refuses OPSPOR_WEBHOOK_URL: it must be public and on port 443, 80, 88 or 8443"
                ) from None
            except TelegramError as error:
                if not pause:
                    log.warning("event=webhook_not_set error=%s meaning='trying on'", type(error).__name__)
                pause = min(LONGEST_PAUSE_SECONDS, max(1.0, pause * 2))
                await self._sleep(seconds_of(error) if isinstance(error, RetryAfter) else pause)
            else:
                log.info("event=webhook_set connections=%d", CONNECTIONS)
                return True

    async def _look(self) -> None:
        """Whoever polls with this token takes the webhook down, and the bot would be deaf from then on. It is set
        again; another address is left as it is, or two would take it from each other for ever."""
        while True:
            await self._sleep(LOOK_SECONDS)
            try:
                url = await webhook_of(self._bot)
            except TelegramError:
                continue
            if not url:
                log.error("event=webhook_gone meaning='another process polls with the same token: stop it'")
                with contextlib.suppress(ConfigError):
                    await self._announce()
            elif url != self._door.url:
                log.error(
                    "event=webhook_elsewhere meaning='another address is set for this token: stop one of the two'"
                )

    def _wishes(self) -> dict[str, object]:
        return {
            "url": self._door.url,
            "secret_token": self._door.secret,
            "allowed_updates": ALLOWED_UPDATES,
            "max_connections": CONNECTIONS,
        }

    async def _take(self, raw: Any) -> bool:
        """A database that is away is said once, and once when it is back."""
        stored = await self._intake.take(raw)
        if stored is self._storage_failed:
            self._storage_failed = not stored
            if stored:
                log.info("event=storage_works_again")
            else:
                log.error("event=storage_failed updates=%d", 1)
        return stored

    async def _reached(self) -> bool:
        try:
            await call(self._bot, "getMe", {}, read_timeout=3.0)
        except TelegramError:
            return False
        return True


class _Asked:
    """Whether database and Bot API answer, asked by one at a time and kept for a moment: the load balancer's door
    is open to everybody, and must not become a way to keep either busy."""

    def __init__(self, *questions: Callable[[], Awaitable[bool]]) -> None:
        self._questions = questions
        self._turn = asyncio.Lock()
        self._until = 0.0
        self._answer = False

    async def both(self) -> bool:
        async with self._turn:
            if time.monotonic() >= self._until:
                self._answer = all([await question() for question in self._questions])
                self._until = time.monotonic() + FRESH_SECONDS
        return self._answer


def _settings(app: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        access_log=False,  # the path would stand in it
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=CLOSING_SECONDS,
    )
