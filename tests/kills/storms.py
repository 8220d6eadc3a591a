"""Bad weather while people press: late, refused, not answered, cut off, frozen. What it does to anybody is `checks`."""

import asyncio
import os
import random
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from bot.sandbox import weather
from tests.kills.moments import METHODS, STRUCK, Trap
from tests.kills.witness import Witness

MOST_AT_ONCE = 2  # troubles that wait for a call: a bot that is starting makes none, and they would pile up
FROZEN_AT_MOST = 2.0  # seconds


@dataclass(frozen=True, slots=True)
class Storm:
    """`processes` are those that run at the moment; `cut_off` ends what connections there are to the database, where it
    is a server."""

    world: Witness
    trap: Trap
    chance: random.Random
    processes: Mapping[int, int]
    cut_off: Callable[[], None] | None
    held: asyncio.Lock  # while somebody looks, and nothing may go on

    async def blow(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(self.chance.uniform(0.05, 0.4))
            if len(weather.present(self.world)) + len(self.trap.cut) < MOST_AT_ONCE:
                await self._strike()

    async def _strike(self) -> None:
        method = self.chance.choice([one for one in METHODS if one in STRUCK])
        match self.chance.choice(self._kinds):
            case "429":
                weather.make(self.world, {"kind": "429", "retry_after": 1, "method": method})
            case "cut":
                self.trap.cut.append(self.chance.choice(("asked", "done")))
            case "late":
                self.trap.late = self.chance.uniform(0.05, 0.8)
            case "down":
                if self.trap.at_work.is_set():
                    weather.make(self.world, {"kind": "down", "seconds": self.chance.uniform(0.05, 0.3)})
            case "unplugged":
                if self.cut_off is not None:
                    await asyncio.to_thread(self.cut_off)
            case "frozen":
                await self._freeze(self.chance.choice(list(self.processes.values())))
            case kind:
                weather.make(self.world, {"kind": kind, "method": method})

    @property
    def _kinds(self) -> tuple[str, ...]:
        """For one that is frozen nobody waits, but where there is another."""
        of_server = ("unplugged",) if self.cut_off is not None else ()
        of_several = ("frozen",) if len(self.processes) > 1 else ()
        return ("429", "500", "lost", "cut", "late", "down", *of_server, *of_several)

    async def _freeze(self, process: int) -> None:
        with suppress(ProcessLookupError):  # it may be killed meanwhile
            os.kill(process, signal.SIGSTOP)
            try:
                await asyncio.sleep(self.chance.uniform(0.05, FROZEN_AT_MOST))
            finally:
                async with self.held:
                    os.kill(process, signal.SIGCONT)

    def calm(self) -> None:
        weather.make(self.world, {"kind": "clear"})
        self.trap.cut.clear()
        self.trap.late = 0.0
