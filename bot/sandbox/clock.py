"""The time of the sandbox, which a person may move forward; waiting stays in the machine's own seconds."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.sandbox.world import World


def _machine_time() -> datetime:
    return datetime.now(UTC)


class Clock:
    """`now` is aware and in UTC. What was moved forward is kept in the world, so a restart is no way back."""

    def __init__(self, world: World, machine_time: Callable[[], datetime] = _machine_time) -> None:
        self._world = world
        self._machine_time = machine_time
        self._listeners: list[Callable[[], None]] = []

    @property
    def offset(self) -> float:
        """Seconds ahead of the machine's own clock."""
        return float(self._world.setting("clock_offset", 0.0))

    def now(self) -> datetime:
        return self._machine_time() + timedelta(seconds=self.offset)

    def unix(self) -> int:
        return int(self.now().timestamp())

    def forward(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError("the clock only goes forward")
        self._world.set("clock_offset", self.offset + seconds)
        self._world.tell({"type": "clock", "now": self.now().isoformat()})
        for listener in self._listeners:
            listener()

    def when_forwarded(self, listener: Callable[[], None]) -> None:
        """Whoever sleeps until a time by this clock asks here to be woken when it jumps."""
        self._listeners.append(listener)
