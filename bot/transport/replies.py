"""The replies of each chat, in order; an older screen that still waits when a newer comes is skipped."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from telegram import Bot
from telegram.error import BadRequest, TelegramError, TimedOut

from bot.errors import SendFailed
from bot.model import Reply, Screen
from bot.transport import methods
from bot.transport.limits import Limits
from bot.transport.log import alias_of
from bot.transport.refusals import noted, says_gone

TRIES = 4
LONGEST_REST_SECONDS = 60.0  # a longer one is not waited out: the next press shows the card

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Order:
    """A reply not yet begun. `known`: how many of the chat's new cards the database knew when it was made."""

    reply: Reply
    known: int
    done: asyncio.Future[int | None]


@dataclass(slots=True)
class _Place:
    """A chat's queue, one long, and its live card: the database hears of a new card a little after it was
    sent, and until then a reply made from the database would send a second one."""

    waiting: _Order | None = None
    busy: bool = False
    newest: int = 0
    sent: int = 0
    stored: int = 0


class Replies:
    """`on_sending` is told of each new live card before it is sent, and nothing is sent where that fails; `on_live`
    afterwards: chat and message. `spawn` starts a task and keeps it."""

    def __init__(
        self,
        bot: Bot,
        limits: Limits,
        on_sending: Callable[[int], Awaitable[None]],
        on_live: Callable[[int, int], Awaitable[None]],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._bot = bot
        self._limits = limits
        self._on_sending = on_sending
        self._on_live = on_live
        self._spawn = spawn
        self._places: dict[int, _Place] = {}

    def known(self, chat: int) -> int:
        place = self._places.get(chat)
        return place.stored if place else 0

    async def put(self, reply: Reply, known: int) -> int | None:
        """The id of what is now the live card; None where no screen was shown. Raises SendFailed."""
        place = self._places.setdefault(reply.chat, _Place())
        if place.waiting is None:
            place.waiting = _Order(reply, known, asyncio.get_running_loop().create_future())
        else:
            _merge(place.waiting, reply, known)
        done = place.waiting.done
        if not place.busy:
            place.busy = True
            self._spawn(self._work(reply.chat, place))
        return await asyncio.shield(done)

    async def _work(self, chat: int, place: _Place) -> None:
        while (order := place.waiting) is not None:
            place.waiting = None
            try:
                order.done.set_result(await self._carry_out(place, order))
            except Exception as error:
                order.done.set_exception(error)
            except asyncio.CancelledError:
                order.done.cancel()
                raise
        place.busy = False
        if not place.sent:
            del self._places[chat]

    async def _carry_out(self, place: _Place, order: _Order) -> int | None:
        reply = order.reply
        live = place.newest if order.known < place.sent else reply.live
        if place.stored < place.sent:
            await self._tell_live(reply.chat, place)
        return await self._show(reply, place, live)

    async def _show(self, reply: Reply, place: _Place, live: int) -> int | None:
        chat, tried = reply.chat, 0
        while reply.screen is not None:
            await self._limits.rest(chat)
            if place.waiting is not None and place.waiting.reply.screen is not None:
                return None
            try:
                with self._limits.pressing():
                    if live and await self._edited(chat, live, reply.screen):
                        return live
                    live = 0
                    return await self._sent(chat, place, reply.screen)
            except TelegramError as error:
                tried += 1
                refusal = noted(error, chat, self._limits)
                if tried == TRIES or not _worth_a_try(error, refusal, live):
                    raise refusal from error
                self._limits.pause(chat, refusal.retry_after or tried)
        return None

    async def _edited(self, chat: int, live: int, screen: Screen) -> bool:
        try:
            await methods.edit(self._bot, chat, live, screen)
        except BadRequest as error:
            if says_gone(error):
                return False
            raise
        return True

    async def _sent(self, chat: int, place: _Place, screen: Screen) -> int:
        await self._on_sending(chat)
        place.newest = await methods.send(self._bot, chat, screen)
        place.sent += 1
        await self._tell_live(chat, place)
        return place.newest

    async def _tell_live(self, chat: int, place: _Place) -> None:
        sent = place.sent
        try:
            await self._on_live(chat, place.newest)
        except Exception as error:  # it is told again with the chat's next reply
            log.warning("event=live_card_not_stored chat=%s error=%s", alias_of(chat), type(error).__name__)
        else:
            place.stored = sent


def _merge(waiting: _Order, newer: Reply, known: int) -> None:
    """The newer screen takes the older one's place."""
    if newer.screen is not None:
        waiting.reply, waiting.known = newer, known


def _worth_a_try(error: TelegramError, refusal: SendFailed, live: int) -> bool:
    """After a time-out nobody knows whether a new card was sent; an edit can be repeated without harm."""
    if refusal.permanent or (refusal.retry_after or 0) > LONGEST_REST_SECONDS:
        return False
    return bool(live) or not isinstance(error, TimedOut)
