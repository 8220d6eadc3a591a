"""Opens an SQLite file the way it must be opened, or says in one sentence why not, and runs transactions on it."""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from bot.errors import ConfigError, StorageFailed
from bot.storage.address import path_of
from bot.storage.grouping import Group
from bot.storage.revisions import refuse_strange

PRAGMAS = (
    "busy_timeout = 500",
    "journal_mode = WAL",
    "synchronous = FULL",  # what was told to somebody must survive a power cut
    "foreign_keys = ON",
    "secure_delete = ON",  # deleted means overwritten
    "trusted_schema = OFF",
    "temp_store = MEMORY",  # nothing is spilled into a file that nobody cleans up
)

READS = {"opspor_reads": True}  # of a connection that only reads: others may write meanwhile
OTHERS = 0o077  # of a file's mode: what its group and everybody else may do

T = TypeVar("T")


class Sqlite:
    """In the thread that asks: there is nothing to wait for beside the disk. What is asked for in the same moment
    shares a commit."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._group = Group(self._transaction)

    async def run(self, work: Callable[[Connection], T], of: Sequence[bytes] = ()) -> T:
        return await self._group.run(work)

    async def claim(self, work: Callable[[Connection], T]) -> T:
        return await self._group.run(work)

    async def look(self, work: Callable[[Connection], T]) -> T:
        return await self._group.run(work)

    def run_now(self, work: Callable[[Connection], T]) -> T:
        with self._transaction() as c:
            return work(c)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with world_errors(), self.engine.begin() as c:
            yield c

    async def read(self, work: Callable[[Connection], T]) -> T:
        # In memory there is one connection, and no thread beside it.
        if isinstance(self.engine.pool, StaticPool):
            return self.read_now(work)
        return await asyncio.to_thread(self.read_now, work)

    def read_now(self, work: Callable[[Connection], T]) -> T:
        with world_errors(), self.engine.connect().execution_options(**READS) as c, c.begin():
            return work(c)

    async def wipe(self) -> bool:
        with world_errors():
            return wipe(self.engine)

    def close(self) -> None:
        self.engine.dispose()


def open_file(url: str) -> Sqlite:
    """Raises ConfigError as `open_engine` does."""
    return Sqlite(open_engine(url))


def open_engine(url: str) -> Engine:
    """Raises ConfigError with a sentence that names the file and what to do."""
    path = path_of(url)
    name = str(path) if path else "in memory"
    if path:
        _make_file(path)
        for file in exposed(path):
            _for_its_owner(file)
    engine = _engine(path)
    try:
        with engine.begin() as c:
            refuse_strange(c, name)
    except DatabaseError as error:
        engine.dispose()
        raise ConfigError(_why_not(name, error)) from None
    except ConfigError:
        engine.dispose()
        raise
    return engine


@contextmanager
def world_errors() -> Iterator[None]:
    """Turns a database that is locked, full, damaged or away into StorageFailed."""
    try:
        yield
    except sqlite3.OperationalError as error:  # from beneath SQLAlchemy
        raise StorageFailed(f"the database did not take it: {error}") from error
    except DatabaseError as error:
        # The exact type too: SQLite says so of a damaged file. Its other subclasses are our own mistakes.
        if isinstance(error, OperationalError) or type(error) is DatabaseError:
            raise StorageFailed(f"the database did not take it: {error.orig}") from error
        raise


def _make_file(path: Path) -> None:
    """For its owner only from the first moment; SQLite gives -wal and -shm the mode of the file itself."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except FileNotFoundError:
        raise ConfigError(
            f"The directory {path.absolute().parent} of the database does not exist:"
            " make it, or correct OPSPOR_DATABASE."
        ) from None
    except OSError as error:
        raise ConfigError(
            f"The database {path} cannot be written ({error.strerror}):"
            " give Opspor the right to it, or correct OPSPOR_DATABASE."
        ) from None


def exposed(path: Path) -> list[Path]:
    """The database's files that others on this machine may read or write: itself, its log and the log's index."""
    whole = path.resolve()  # the other two stand beside the file itself, not beside a link to it
    beside = [whole, *(whole.with_name(whole.name + end) for end in ("-wal", "-shm"))]
    return [file for file in beside if os.name == "posix" and file.exists() and file.stat().st_mode & OTHERS]


def _for_its_owner(file: Path) -> None:
    try:
        file.chmod(0o600)
    except FileNotFoundError:
        return  # a log that somebody else has just emptied and taken away
    except OSError as error:
        raise ConfigError(
            f"The file {file} can be read by others on this machine, and that cannot be changed ({error.strerror}):"
            " let it belong to whoever runs Opspor."
        ) from None


def _engine(path: Path | None) -> Engine:
    # Parameters stay out of error messages, and so out of logs.
    options: dict[str, Any] = {"hide_parameters": True}
    # No implicit BEGIN of the driver's: `_begin` says it, at once as a writer.
    connect = {"isolation_level": None, "check_same_thread": False}
    if path is None:
        options["poolclass"] = StaticPool
    url = URL.create("sqlite", database=str(path) if path else None)
    engine = create_engine(url, connect_args=connect, **options)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(c: Connection) -> None:
    # A transaction that reads first and writes later could be refused half way; this one cannot.
    reads = READS.items() <= c.get_execution_options().items()
    c.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def wipe(engine: Engine) -> bool:
    """Writes the file anew and empties the log. Deleted rows are overwritten where they stood, but what a page held
    before its rows moved to another one stays: of 1,900 deleted rows 3 to 8 could still be found. False when
    somebody else is reading or writing; neither can run inside a transaction."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ((busy, _, _),) = cursor.fetchall()
        cursor.close()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise
        return False
    finally:
        connection.close()
    return not busy


def _why_not(name: str, error: DatabaseError) -> str:
    reason = str(error.orig)
    with suppress(AttributeError):
        if error.orig.sqlite_errorcode & 0xFF == sqlite3.SQLITE_NOTADB:  # type: ignore[union-attr]
            return f"The file {name} is not a database: move it away, or correct OPSPOR_DATABASE."
    if "locked" in reason:
        return f"The database {name} is locked by another program: end that one, and start again."
    return f"The database {name} cannot be used ({reason}): check the file, its directory and the disk."
