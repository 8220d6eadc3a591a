"""The whole room put together, as the composition root starts it and stops it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from telegram import Bot, Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, TypeHandler
from telegram.request import BaseRequest

from bot.errors import ConfigError
from bot.model import TOO_MANY, Event, Reply
from bot.transport.events import to_event
from bot.transport.gate import Gate
from bot.transport.intake import Intake
from bot.transport.limits import Limits
from bot.transport.menus import Commands, Menus
from bot.transport.order import ChatsInOrder
from bot.transport.pace import Pace
from bot.transport.receive import LONGEST_PAUSE_SECONDS, Receiver
from bot.transport.send import Sender
from bot.transport.wire import AiohttpRequest

if TYPE_CHECKING:
    from bot.transport.listening import Listener

TELEGRAM = "https://api.telegram.org"

Sleep = Callable[[float], Awaitable[object]]
Wire = BaseRequest

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Words:
    """The two toasts that this room shows by itself; each is asked for by Telegram's code of a language."""

    busy: Callable[[str], str]
    trouble: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Door:
    """Where Telegram posts to, what it shows to be let in, and where that arrives on this machine."""

    url: str
    secret: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8443


@dataclass(frozen=True, slots=True)
class Transport:
    """`receiver` polls; `listener` makes what is told by a webhook instead."""

    application: Application[Any, Any, Any, Any, Any, Any]
    intake: Intake
    receiver: Receiver
    sender: Sender
    menus: Menus
    sleep: Sleep
    wires: tuple[AiohttpRequest, ...] = ()

    def silence(self) -> float | None:
        """For how many seconds the Bot API has not answered anything; None where it never has, or nobody knows."""
        heard = max((one.heard for one in self.wires), default=0.0)
        return time.monotonic() - heard if heard else None

    async def start(self) -> str:
        """The bot's user name. Waits for as long as Telegram is not reached. Raises ConfigError."""
        try:
            await _connect(self.application, self.sleep)
        except BaseException:
            await self.application.bot.shutdown()
            raise
        await self.menus.empty_default()
        return str(self.application.bot.username)

    async def run(self, stop: asyncio.Event) -> None:
        """Polls until `stop` is set; then finishes and confirms what it has begun."""
        await self.receiver.run(stop)

    def listener(self, door: Door, stored: Callable[[], Awaitable[bool]]) -> "Listener":
        """Has its port already. Raises ConfigError."""
        from bot.transport.listening import Listener  # only now: whoever polls needs no web server

        return Listener(door, self.application.bot, self.intake, stored, sleep=self.sleep)

    async def stop(self) -> None:
        await self.sender.close()
        await self.application.shutdown()


def build(
    token: str,
    api_base: str,
    on_event: Callable[[Event], Awaitable[Reply | None]],
    *,
    on_sending: Callable[[int], Awaitable[None]],
    on_live: Callable[[int, int], Awaitable[None]],
    words: Words,
    menu: Callable[[str], Commands],
    wire: BaseRequest | None = None,
    updates_wire: BaseRequest | None = None,
    on_taken: Callable[[float], None] = lambda seconds: None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Sleep = asyncio.sleep,
) -> Transport:
    """`on_event` runs the transaction and returns after the commit; `on_sending` stores that a new card goes to a
    chat, before it is sent, and `on_live` which message is now its live card; `menu` gives the commands that a
    reply's `commands` stands for; `on_taken` is told the seconds from an update's receipt to its commit."""

    pace = Pace(clock)

    async def handle(update: Update, _: object) -> None:
        event = to_event(update)
        if event is None:
            return
        if event.kind == "left":
            sender.leave(event.chat)
            return
        if event.kind in ("press", "command", "typed") and pace.is_over(event.chat) and not _is_acute(event):
            if event.kind == "press":
                sender.toast(event.callback, words.busy(event.language))
                return
            event = replace(
                event, kind="typed", code=TOO_MANY, argument="", words=""
            )  # it must be deleted too
        known = sender.known(event.chat)
        reply = await on_event(event) or Reply(event.chat)
        sender.post(reply, event.callback, known)
        if reply.commands:
            sender.spawn(menus.show(reply.chat, menu(reply.commands)))

    def say(words: Callable[[str], str]) -> Callable[[Update], None]:
        def toast(update: Update) -> None:
            if query := update.callback_query:
                sender.toast(query.id, words(query.from_user.language_code or ""))

        return toast

    updates_wire = updates_wire or wire or AiohttpRequest(connections=1)
    application = (
        Application.builder()
        .token(token)
        .base_url(_base_url(api_base))
        .request(wire or AiohttpRequest())
        .get_updates_request(updates_wire)
        .updater(None)
        .job_queue(None)
        .concurrent_updates(ChatsInOrder(refuse=say(words.busy)))
        .build()
    )
    application.add_handler(TypeHandler(Update, handle))

    menus, gate = Menus(application.bot), Gate()
    sender = Sender(application.bot, Limits(clock, sleep), on_sending, on_live, menus, gate)
    intake = Intake(application, apologise=say(words.trouble), took=on_taken, clock=clock)
    receiver = Receiver(application.bot, updates_wire, intake, gate, sleep=sleep)
    wires = tuple(one for one in (application.bot.request, updates_wire) if isinstance(one, AiohttpRequest))
    return Transport(application, intake, receiver, sender, menus, sleep, wires)


def _is_acute(event: Event) -> bool:
    """Emergency help is shown however often it is asked for."""
    return event.kind == "press" and event.code.partition(".")[0] == "acute"


async def _connect(application: Application[Any, Any, Any, Any, Any, Any], sleep: Sleep) -> None:
    pause = 0.0
    while True:
        try:
            await application.initialize()
        except InvalidToken:  # its own words have the token in them
            raise ConfigError("Telegram refuses the token: check OPSPOR_TOKEN") from None
        except TelegramError as error:
            if not pause:
                log.warning("event=telegram_not_reached error=%s meaning='trying on'", type(error).__name__)
            pause = min(LONGEST_PAUSE_SECONDS, max(1.0, pause * 2))
            await sleep(pause)
        else:
            log.info("event=telegram_reached bot=%s", application.bot.username)
            return


async def username(token: str, api_base: str = TELEGRAM, *, seconds: float = 5.0) -> str:
    """The bot's user name for a deep link; "" where Telegram cannot be asked."""
    request = AiohttpRequest(connections=1, read=seconds, connect=seconds)
    bot = Bot(token, _base_url(api_base), request=request, get_updates_request=request)
    try:
        await bot.initialize()
        return bot.username
    except TelegramError:
        return ""
    finally:
        await bot.shutdown()


def _base_url(api_base: str) -> str:
    return f"{api_base.rstrip('/')}/bot"
