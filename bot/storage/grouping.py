"""Transactions that are asked for in the same moment, stored by one commit; nobody hears of his before it is stored."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection

from bot.errors import StorageFailed

T = TypeVar("T")

AT_ONCE = 64  # so many wait for each other at most


@dataclass(frozen=True, slots=True)
class _Asked:
    work: Callable[[Connection], Any]
    done: asyncio.Future[Any]


class _OneFailed(Exception):
    """One of several raised: nothing of any of them is stored."""


class Group:
    """A commit waits until the disk has it, which takes longer than all else of a transaction. Where one of several
    raises, they are begun anew, each in a transaction of its own, so that it is rolled back alone."""

    def __init__(self, begin: Callable[[], AbstractContextManager[Connection]]) -> None:
        """`begin` is one transaction; it raises StorageFailed where the database is away."""
        self._begin = begin
        self._waiting: list[_Asked] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self, work: Callable[[Connection], T]) -> T:
        """What `work` returned, once it is stored. `work` may be begun anew. Raises what `work` raises, and
        StorageFailed."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:  # of the earlier one nobody waits any more
            self._loop, self._waiting = loop, []
        asked = _Asked(work, loop.create_future())
        self._waiting.append(asked)
        if len(self._waiting) == 1:
            loop.call_soon(self._store)  # after whatever else is about to ask in this moment
        result: T = await asked.done
        return result

    def _store(self) -> None:
        some, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._store)
        some = [one for one in some if not one.done.done()]  # whoever gave up waiting is done nothing for
        if len(some) < 2 or not self._stored_together(some):
            for one in some:
                self._store_alone(one)

    def _stored_together(self, some: list[_Asked]) -> bool:
        """False where nothing is stored because one of them raised."""
        try:
            with self._begin() as c:
                results = _all_of(c, some)
        except StorageFailed as error:  # the database is away from all of them alike
            for one in some:
                one.done.set_exception(StorageFailed(*error.args))
        except Exception:
            return False
        else:
            for one, result in zip(some, results, strict=True):
                one.done.set_result(result)
        return True

    def _store_alone(self, one: _Asked) -> None:
        try:
            with self._begin() as c:
                result = one.work(c)
        except Exception as error:
            one.done.set_exception(error)
        else:
            one.done.set_result(result)


def _all_of(c: Connection, some: list[_Asked]) -> list[Any]:
    """Raises _OneFailed, also where a statement of one of them is what the database did not take: that may be its
    rows' own trouble."""
    try:
        return [one.work(c) for one in some]
    except Exception as error:
        raise _OneFailed from error
