"""Hands what one thread reads to another that writes, a few batches ahead; neither goes on when the other has ended."""

import queue
import threading
from collections.abc import Iterator
from typing import Generic, TypeVar

from bot.errors import StorageFailed

T = TypeVar("T")

AHEAD = 4  # batches that wait to be written: memory stays as it is, however much there is
_LOOKS_EVERY = 0.2  # seconds, at whether the other still goes on


class Ended(Exception):
    """Nobody takes what is put: the other side has given up."""


class Passage(Generic[T]):
    """For one reader and one writer, once."""

    def __init__(self) -> None:
        self._batches: queue.Queue[T | BaseException | None] = queue.Queue(AHEAD)
        self._closed = threading.Event()
        self._is_begun = self._is_taken = False

    def begin(self) -> None:
        """By the reader. Raises StorageFailed where its transaction is begun anew, since batches were taken already."""
        if self._is_begun:
            raise StorageFailed("reading was broken off half way: run it again")
        self._is_begun = True

    def put(self, batch: T | BaseException | None) -> None:
        """Waits for room; an exception is raised where it is taken. Raises Ended."""
        while not self._closed.is_set():
            try:
                self._batches.put(batch, timeout=_LOOKS_EVERY)
                return
            except queue.Full:
                continue
        raise Ended

    def taken(self) -> Iterator[T]:
        """Until None is put. Raises StorageFailed as `begin` does."""
        if self._is_taken:
            raise StorageFailed("writing was broken off half way: run it again")
        self._is_taken = True
        while (batch := self._batches.get()) is not None:
            if isinstance(batch, BaseException):
                raise batch
            yield batch

    def close(self) -> None:
        """By the writer, when it is done or has given up."""
        self._closed.set()

    def wait_until_closed(self) -> None:
        self._closed.wait()
