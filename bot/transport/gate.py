"""Replies let the next question for updates go first; it knows nothing of either.

Between two questions nobody's press arrives, and a long way to Telegram is gone twice. What a batch's replies take of
the processor would come on top of that for everybody.
"""

import asyncio

LONGEST_SECONDS = 0.02  # that a reply waits, where one update of a batch takes longer than the others


class Gate:
    """Open, until `close`. Whoever comes first passes first, or an earlier card could be shown over a later one."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()
        self._timer: asyncio.TimerHandle | None = None

    def close(self) -> None:
        """Updates were brought."""
        self._open.clear()

    def open(self) -> None:
        """The next are asked for."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._open.set()

    async def passed(self) -> None:
        if self._open.is_set():
            await asyncio.sleep(
                0
            )  # behind whom `open` has just let through, and who goes on in the loop's next round
            return
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LONGEST_SECONDS, self.open)
        await self._open.wait()
