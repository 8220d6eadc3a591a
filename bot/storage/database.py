"""One transaction at a time on a database checked when it was opened; what is asked stands elsewhere."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection, Engine, StaticPool

from bot.errors import StorageFailed
from bot.storage.grouping import Group
from bot.storage.sqlite import READS, open_engine, wipe, world_errors

T = TypeVar("T")


class Database:
    """Open until `close`. Only `run` is asynchronous; SQLite works inline. `errors` is how often it did not take
    something since it was opened."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._group = Group(engine)
        self.errors = 0

    async def run(self, work: Callable[[Connection], T]) -> T:
        """One transaction: commits when `work` returns, rolls back when it raises. Those that are asked for in the same
        moment share a commit; `work` may be begun anew, and does nothing that is not undone with its transaction.

        Raises StorageFailed when the database is locked, full, damaged or away.
        """
        with self._counted():
            return await self._group.run(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """What may take long and writes nothing: beside the transactions, on what was stored when it began.

        Raises StorageFailed as `run` does.
        """
        if isinstance(
            self._engine.pool, StaticPool
        ):  # in memory there is one connection, and no thread beside it
            return self.read_now(work)
        return await asyncio.to_thread(self.read_now, work)

    def read_now(self, work: Callable[[Connection], T]) -> T:
        with self._counted(), self._engine.connect().execution_options(**READS) as c, c.begin():
            return work(c)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        try:
            with world_errors():
                yield
        except StorageFailed:
            self.errors += 1
            raise

    def wipe(self) -> bool:
        """Leaves nothing of deleted rows in the file nor in its log; False when it was in use: try again later."""
        with world_errors():
            return wipe(self._engine)

    def close(self) -> None:
        self._engine.dispose()


def open_database(url: str) -> Database:
    """Raises ConfigError with one sentence that names the file and what to do; migrates nothing."""
    return Database(open_engine(url))
