"""The look round that the running bot takes each minute: ends what was left, and deletes what has lived long enough. It
sends nothing, and one work that fails keeps none of the others from being done."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from bot import conversation, freshness, probing, stepping, terms
from bot.house import House
from bot.storage import rounds
from bot.storage.purge import blank, purge

EVERY = 60.0  # seconds
PURGE_EVERY = timedelta(hours=1)

log = logging.getLogger(__name__)


async def run(house: House, moved: asyncio.Event, stop: asyncio.Event) -> None:
    """Until `stop`; `moved` makes it look at once."""
    sweep = Sweep(house)
    while not stop.is_set():
        moved.clear()
        await sweep.look()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(moved.wait(), EVERY)


class Sweep:
    """The works in their order, and what they remember from one look to the next."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._purged = house.clock() - PURGE_EVERY
        self._left_in_file = False

    async def look(self) -> None:
        """Every work once. Raises nothing: what failed is logged, and tried again with the next look."""
        for name, work in self._works():
            try:
                await work()
            except Exception as error:  # a sweep that died would leave everything standing
                self._house.counts.failures[name] += 1
                log.error("event=sweep_failed work=%s error=%s", name, type(error).__name__)

    def _works(self) -> Iterator[tuple[str, Callable[[], Awaitable[object]]]]:
        """As a person waits for them; the clock must come before all, and wiping after deleting."""
        yield "clock", partial(self._stored, stepping.look)
        yield "expire", partial(conversation.expire, self._house)
        yield "rounds", partial(self._stored, lambda c, house, now: rounds.end_all(c, now))
        yield "lapse", partial(self._stored, terms.lapse)
        yield "terms", partial(self._stored, terms.tell_coordinators)
        yield "routes", partial(self._stored, probing.try_routes)
        yield "offers", partial(self._stored, freshness.offer)
        yield "blank", self._blank
        yield "purge", self._purge
        yield "wipe", self._wipe

    async def _stored(self, work: Callable[[Connection, House, datetime], object]) -> None:
        house = self._house
        await house.db.run(lambda c: work(c, house, house.clock()))

    async def _blank(self) -> None:
        house = self._house
        self._left_in_file |= await house.db.run(lambda c: blank(c, house.clock())) > 0

    async def _purge(self) -> None:
        house = self._house
        if house.clock() - self._purged < PURGE_EVERY:
            return
        await house.db.run(lambda c: purge(c, house.clock()))
        self._purged, self._left_in_file = house.clock(), True

    async def _wipe(self) -> None:
        if self._left_in_file:
            self._left_in_file = not await self._house.db.wipe()
            if self._left_in_file:
                log.warning("event=deleted_rows_left_in_file until=next_sweep")
