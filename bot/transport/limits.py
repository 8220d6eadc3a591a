"""Telegram's limits: who may send now, who waits; it sends nothing itself."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

OUTBOX_A_SECOND = 30  # https://core.telegram.org/bots/faq: "about 30 messages a second" to different chats
GIVE_WAY_SECONDS = 1.0  # the outbox lets presses go first, but they may not starve a notice
GLANCE_SECONDS = 0.05


class Limits:
    """Presses go at once, the outbox after them and 30 a second; a chat that got a 429 rests alone."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._until: dict[int, float] = {}
        self._next_slot = 0.0
        self._presses = 0

    def pause(self, chat: int, seconds: float) -> None:
        self._until[chat] = max(self._until.get(chat, 0.0), self._clock() + seconds)

    def paused(self, chat: int) -> float:
        """Seconds that this chat has yet to rest."""
        left = self._until.get(chat, 0.0) - self._clock()
        if left <= 0:
            self._until.pop(chat, None)
        return max(left, 0.0)

    async def rest(self, chat: int) -> None:
        """Returns when this chat may be written to."""
        while (left := self.paused(chat)) > 0:
            await self._sleep(left)

    @contextmanager
    def pressing(self) -> Iterator[None]:
        """While inside, the outbox gives way."""
        self._presses += 1
        try:
            yield
        finally:
            self._presses -= 1

    async def outbox(self) -> None:
        """Returns when it is the turn of one message from the outbox."""
        latest = self._clock() + GIVE_WAY_SECONDS
        while self._presses and self._clock() < latest:
            await self._sleep(GLANCE_SECONDS)
        now = self._clock()
        slot = max(now, self._next_slot)
        self._next_slot = slot + 1 / OUTBOX_A_SECOND
        if slot > now:
            await self._sleep(slot - now)
