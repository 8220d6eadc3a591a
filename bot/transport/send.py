"""Sending, within Telegram's limits: the reply to the one who pressed, and what the outbox hands over."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

from telegram import Bot
from telegram.error import TelegramError

from bot.errors import SendFailed, StorageFailed
from bot.model import Reply, Screen
from bot.transport import methods
from bot.transport.gate import Gate
from bot.transport.limits import Limits
from bot.transport.log import alias_of, place_of
from bot.transport.menus import Menus
from bot.transport.refusals import code_of, noted
from bot.transport.replies import Replies

CLOSING_SECONDS = 2.0  # for replies that are under way when the stop comes; the next press shows the card

log = logging.getLogger(__name__)


class Sender:
    """`on_sending` is told of each new live card before it is sent, `on_live` afterwards: chat and message. What is
    posted waits at `gate`."""

    def __init__(
        self,
        bot: Bot,
        limits: Limits,
        on_sending: Callable[[int], Awaitable[None]],
        on_live: Callable[[int, int], Awaitable[None]],
        menus: Menus | None = None,
        gate: Gate | None = None,
    ) -> None:
        self._gate = gate or Gate()
        self._bot = bot
        self._menus = menus or Menus(bot)
        self._limits = limits
        self._tasks: set[asyncio.Task[None]] = set()
        self._replies = Replies(bot, limits, on_sending, on_live, self.spawn)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Starts work that nobody waits for, and that `close` waits for a little."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Lets what is under way finish, for a little while."""
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=CLOSING_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    # --- for the one who pressed ---

    def known(self, chat: int) -> int:
        """To be read before a transaction and given to `post` after it: a reply that was made before the
        database had heard of a new card is then still shown on that card."""
        return self._replies.known(chat)

    async def reply(self, reply: Reply, callback: str = "", known: int | None = None) -> int | None:
        """The id of what is now the live card; None where no screen was shown. Raises SendFailed."""
        if reply.screen is None:
            await self._answer(callback, reply.toast)
            return None
        known = self.known(reply.chat) if known is None else known
        shown, _ = await asyncio.gather(self._replies.put(reply, known), self._answer(callback, reply.toast))
        return shown

    def post(self, reply: Reply, callback: str = "", known: int | None = None) -> None:
        """As `reply`, in the background; a failure is logged."""
        self.spawn(self._post(reply, callback, known))

    def toast(self, callback: str, words: str) -> None:
        self.spawn(self._answer(callback, words))

    def leave(self, chat: int) -> None:
        self.spawn(self._leave(chat))

    async def _post(self, reply: Reply, callback: str, known: int | None) -> None:
        await self._gate.passed()
        try:
            await self.reply(reply, callback, known)
        except SendFailed as error:
            log.warning(
                "event=reply_failed chat=%s permanent=%s reason=%s",
                alias_of(reply.chat),
                error.permanent,
                code_of(str(error)),
            )
        except StorageFailed:  # no card is sent that could not be found again: her next press shows it
            log.warning("event=reply_failed chat=%s permanent=False reason=storage", alias_of(reply.chat))
        except Exception as error:
            log.error(
                "event=reply_bug chat=%s error=%s place=%s",
                alias_of(reply.chat),
                type(error).__name__,
                place_of(error),
            )

    async def _answer(self, callback: str, toast: str) -> None:
        """An answer that comes too late, or is lost on the way, harms nobody."""
        if not callback:
            return
        try:
            await methods.answer(self._bot, callback, toast)
        except TelegramError as error:
            log.debug("event=press_not_answered error=%s", type(error).__name__)

    async def _leave(self, chat: int) -> None:
        try:
            await methods.leave(self._bot, chat)
        except TelegramError as error:  # the group's next message brings us here again
            log.warning("event=group_not_left chat=%s error=%s", alias_of(chat), type(error).__name__)

    # --- for the outbox; all raise SendFailed ---

    async def send(self, chat: int, screen: Screen) -> int:
        """The new message's id."""
        async with self._turn(chat):
            return await methods.send(self._bot, chat, screen)

    async def picture(self, chat: int, png: bytes, caption: str) -> int:
        """The new message's id. It comes silently, and may be passed on."""
        async with self._turn(chat):
            return await methods.picture(self._bot, chat, png, caption)

    async def edit(self, chat: int, message: int, screen: Screen) -> None:
        async with self._turn(chat):
            await methods.edit(self._bot, chat, message, screen)

    async def delete(self, chat: int, messages: Sequence[int]) -> tuple[int, ...]:
        """Those that Telegram refused to delete."""
        async with self._turn(chat):
            return await methods.delete(self._bot, chat, messages)

    async def take_menu(self, chat: int) -> None:
        """Of somebody who is not admitted any more."""
        async with self._turn(chat):
            await self._menus.take_away(chat)

    @asynccontextmanager
    async def _turn(self, chat: int) -> AsyncIterator[None]:
        """A chat that rests is not waited for, so that it holds up nobody else's notice."""
        if rest := self._limits.paused(chat):
            raise SendFailed("the chat rests", permanent=False, retry_after=rest)
        await self._limits.outbox()
        try:
            yield
        except TelegramError as error:
            raise noted(error, chat, self._limits) from error
