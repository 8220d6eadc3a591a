"""One transaction at a time on a database checked when it was opened; what is asked stands elsewhere."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine

from bot.storage.sqlite import open_engine, truncate_log, world_errors

T = TypeVar("T")


class Database:
    """Open until `close`. Only `run` is asynchronous, for drivers that need it; SQLite works inline."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def run(self, work: Callable[[Connection], T]) -> T:
        """One transaction: commits when `work` returns, rolls back when it raises.

        Raises StorageFailed when the database is locked, full, damaged or away.
        """
        with world_errors(), self._engine.begin() as c:
            return work(c)

    def truncate_log(self) -> bool:
        """Empties the write-ahead log, which still holds what a purge deleted; False when it was in use."""
        with world_errors():
            return truncate_log(self._engine)

    def close(self) -> None:
        self._engine.dispose()


def open_database(url: str) -> Database:
    """Raises ConfigError with one sentence that names the file and what to do; migrates nothing."""
    return Database(open_engine(url))
