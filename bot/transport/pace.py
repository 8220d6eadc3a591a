"""How fast one chat may go on: so fast that nobody ever comes near it, and no faster; it refuses nothing itself."""

from collections import Counter
from collections.abc import Callable

AT_MOST = 1200  # updates of one chat in a window: 200 in ten seconds, kept up for a whole minute
WINDOW_SECONDS = 60.0


class Pace:
    """Counts in windows of a minute, so that nothing is kept of anybody for longer."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = clock()
        self._counted: Counter[int] = Counter()

    def is_over(self, chat: int) -> bool:
        """Counts one more of this chat's."""
        now = self._clock()
        if now - self._began >= WINDOW_SECONDS:
            self._began = now
            self._counted.clear()
        self._counted[chat] += 1
        return self._counted[chat] > AT_MOST
