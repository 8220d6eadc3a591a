"""Counts within a window of time, and reads what the bot's processes spent in it; it decides nothing."""

import asyncio
import statistics
import time
from collections import Counter

import psutil

from benchmarks.stand_in.plan import Figures


class Measuring:
    """Nothing counts before `open` or after `close`. `warm` is set when as many conversations have ended as there are
    people, `whole` when as many have within the window; `number` numbers all presses."""

    def __init__(self, people: int) -> None:
        self._people = self._to_warm = people
        self._processes: list[psutil.Process] = []
        self.warm, self.whole = asyncio.Event(), asyncio.Event()
        self._is_open = False
        self._figures = Figures()
        self._took: list[float] = []
        self._shares: list[float] = []
        self._answers = 0
        self._calls: Counter[str] = Counter()
        self.number = 0

    def watch(self, pids: list[int]) -> None:
        """The processes of the bot."""
        self._processes = [psutil.Process(pid) for pid in pids]

    def open(self) -> None:
        self._is_open, self._opened, self._cpu = True, time.perf_counter(), self._spent()
        psutil.cpu_percent()

    def close(self) -> Figures:
        figures, self._is_open = self._figures, False
        figures.seconds = time.perf_counter() - self._opened
        figures.busy = psutil.cpu_percent() / 100
        figures.presses = len(self._took)
        spent = self._spent() - self._cpu
        figures.cpu = spent / figures.presses * 1e3 if figures.presses else 0.0
        figures.p50, figures.p99 = _middle_and_slow(self._took)
        figures.share50, figures.share99 = _middle_and_slow(self._shares)
        figures.memory = sum(one.memory_info().rss for one in self._processes) / 1e6
        # Those that were answered after the last edit of the window, or before the first, are few.
        figures.unanswered = max(0, figures.presses - self._answers - 2 * ANSWERED_LATE)
        figures.of = dict(self._calls)
        return figures

    def _spent(self) -> float:
        times = [one.cpu_times() for one in self._processes]
        return sum(one.user + one.system for one in times)

    def called(self, method: str) -> None:
        self._calls[method] += self._is_open

    def answered(self, left: float | None) -> None:
        self._answers += self._is_open
        if left:
            self.shared(left)

    def shared(self, left: float) -> None:
        if self._is_open:
            self._shares.append(time.perf_counter() - left)

    def pressed(self, since: float) -> None:
        if self._is_open:
            self._took.append(time.perf_counter() - since)

    def ended(self) -> None:
        self._figures.conversations += self._is_open
        if self._figures.conversations >= self._people:
            self.whole.set()
        self._to_warm -= 1
        if not self._to_warm:
            self.warm.set()

    def notice(self) -> None:
        self._figures.notices += self._is_open

    def missing(self) -> None:
        self._figures.missing += 1

    def lost(self) -> None:
        self._figures.lost += 1

    def refused(self) -> None:
        self._figures.refused += 1


ANSWERED_LATE = 64  # as many as press at once


def _middle_and_slow(seconds: list[float]) -> tuple[float, float]:
    if len(seconds) < 2:
        return 0.0, 0.0
    return statistics.median(seconds) * 1e3, statistics.quantiles(seconds, n=100)[98] * 1e3
