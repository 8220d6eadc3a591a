"""One update, however it came: parsed, handled in its chat's order, and whether it may be confirmed."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from telegram import Update
from telegram.ext import Application

from bot.errors import StorageFailed
from bot.transport.events import is_sound
from bot.transport.log import place_of
from bot.transport.order import chat_of
from bot.transport.pressed import press_of

HANDLING_SECONDS = 30.0  # longer than any database is waited for

log = logging.getLogger(__name__)


class Intake:
    """`apologise` tells the person, calmly, that what she pressed led to nothing; `took` is told for how many seconds
    each update was ours, from its receipt until it was stored."""

    def __init__(
        self,
        application: Application[Any, Any, Any, Any, Any, Any],
        apologise: Callable[[Update], None],
        *,
        seconds: float = HANDLING_SECONDS,
        took: Callable[[float], None] = lambda seconds: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._application = application
        self._apologise = apologise
        self._seconds = seconds
        self._took = took
        self._clock = clock
        self._again: set[int] = set()
        application.add_error_handler(self._failed)

    async def take(self, raw: Any, held: set[int] | None = None) -> bool:
        """True where the update may be confirmed: it was stored, or never can be. A chat with an update that
        has to come again is added to `held`, and what comes from a held chat is not handled either."""
        begun = self._clock()
        update = self._parsed(raw)
        if update is None:
            return True
        held = set() if held is None else held
        await self._application.update_processor.process_update(update, self._handle(update, held))
        if update.update_id not in self._again:
            self._took(self._clock() - begun)
            return True
        self._again.remove(update.update_id)
        return False

    def _parsed(self, raw: Any) -> Update | None:
        try:
            update = press_of(raw) or Update.de_json(raw, self._application.bot)
            if not is_sound(update):
                raise ValueError
            return update
        except Exception as error:  # whatever Telegram thinks of next: one update must not stop the others
            log.error("event=update_unreadable update=%s error=%s", number_of(raw), type(error).__name__)
            return None

    async def _handle(self, update: Update, held: set[int]) -> None:
        chat = chat_of(update)
        if chat in held:
            self._again.add(update.update_id)
            return
        try:
            async with asyncio.timeout(self._seconds):
                await self._application.process_update(update)
        except TimeoutError as error:
            self._bug(update, error)
        if update.update_id in self._again:
            held.add(chat)

    async def _failed(self, update: object, context: Any) -> None:
        """The application's error handler."""
        if not isinstance(update, Update):
            return
        if isinstance(context.error, StorageFailed):
            self._again.add(update.update_id)
        else:
            self._bug(update, context.error)

    def _bug(self, update: Update, error: BaseException) -> None:
        """Ours. The update counts as handled, or it would come again for ever and hold up its chat."""
        log.error(
            "event=handling_failed update=%d error=%s place=%s",
            update.update_id,
            type(error).__name__,
            place_of(error),
        )
        self._apologise(update)


def number_of(raw: Any) -> int | None:
    """The update's id, as far as it can be read."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    return number if isinstance(number, int) else None
