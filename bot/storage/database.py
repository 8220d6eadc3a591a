"""One transaction at a time on a database checked when it was opened; what is asked stands elsewhere."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from bot.errors import StorageFailed
from bot.storage.address import is_server
from bot.storage.sqlite import open_file

T = TypeVar("T")


class Store(Protocol):
    """What a kind of database does in its own way; each raises StorageFailed as `Database` says."""

    async def run(self, work: Callable[[Connection], T], of: Sequence[bytes] = ()) -> T: ...
    async def claim(self, work: Callable[[Connection], T]) -> T: ...
    async def look(self, work: Callable[[Connection], T]) -> T: ...
    def run_now(self, work: Callable[[Connection], T]) -> T: ...
    async def read(self, work: Callable[[Connection], T]) -> T: ...
    def read_now(self, work: Callable[[Connection], T]) -> T: ...
    async def wipe(self) -> bool: ...
    def close(self) -> None: ...


class Database:
    """Open until `close`. `errors` is how often it did not take something since it was opened."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.errors = 0

    async def run(self, work: Callable[[Connection], T], of: Sequence[bytes] = ()) -> T:
        """One transaction: commits when `work` returns, rolls back when it raises. One at a time; `of`, a chat's
        digests, says that it most likely writes nothing but that person's own rows, and may stand beside others'.
        `work` may be begun anew: it must do nothing that is not undone with its transaction.

        Raises StorageFailed when the database is locked, full, damaged or away.
        """
        with self._counted():
            return await self._store.run(work, of)

    async def claim(self, work: Callable[[Connection], T]) -> T:
        """As `run`, of what most likely only claims what is due: it may stand beside others'."""
        with self._counted():
            return await self._store.claim(work)

    async def look(self, work: Callable[[Connection], T]) -> T:
        """As `run`, of what only reads and is short: others need not wait for it."""
        with self._counted():
            return await self._store.look(work)

    def run_now(self, work: Callable[[Connection], T]) -> T:
        """As `run`, before anything is started: it waits longer, as for another process that migrates."""
        with self._counted():
            return self._store.run_now(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """What may take long and writes nothing: beside the transactions, on what was stored when it began.

        Raises StorageFailed as `run` does.
        """
        with self._counted():
            return await self._store.read(work)

    def read_now(self, work: Callable[[Connection], T]) -> T:
        with self._counted():
            return self._store.read_now(work)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        try:
            yield
        except StorageFailed:
            self.errors += 1
            raise

    async def wipe(self) -> bool:
        """Leaves nothing of deleted rows, as far as the database can; False when it was in use: try again later."""
        return await self._store.wipe()

    def close(self) -> None:
        self._store.close()


def open_database(url: str) -> Database:
    """Raises ConfigError with one sentence that names the database and what to do; migrates nothing."""
    return Database(open_store(url))


def open_store(url: str) -> Store:
    if not is_server(url):
        return open_file(url)
    from bot.storage.postgres import open_server  # only now: most houses need no server's driver

    return open_server(url)
