"""Runs transactions on a PostgreSQL server, through asyncpg; what they ask stands elsewhere, and which of them may run
side by side in `sharing.py`."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import StorageFailed
from bot.storage import sharing
from bot.storage.address import Server, server_of
from bot.storage.refusals import AGAIN, Raised, is_worlds, state_of, why_not, world_errors
from bot.storage.revisions import refuse_strange
from bot.storage.tables import metadata

T = TypeVar("T")
Work = Callable[[Connection], T]

CONNECTIONS = 10  # of one process; what comes while all are busy waits for its turn
AGAIN_AT_MOST = 3  # that a work is begun anew after a deadlock
STATEMENTS = 500  # kept prepared on each connection: more than there are
_WRITES = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; "
_READS = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
# So that a replica that is frozen, or gone without a word, cannot keep the house's lock from the others.
_SETTINGS = {
    "application_name": "opspor",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
# Seconds: of whoever is answering somebody, and of what is done before anything runs, as a migration.
_HURRIED = {"lock_timeout": 5, "idle_in_transaction_session_timeout": 10}
_PATIENT = {"lock_timeout": 300, "idle_in_transaction_session_timeout": 60}
_ANSWERS_WITHIN, _CONNECTS_WITHIN, _VACUUMED_WITHIN = 20.0, 5.0, 600.0
_LOOKS, _LOOKS_EVERY = 20, 0.1
_OLDER = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend' AND backend_xmin IS NOT NULL AND xact_start < $1"
)


class _Stale(Exception):
    """The connection was lost while nobody used it: nothing has been done yet."""


class Postgres:
    """A connection belongs to a loop, and a command has more than one: each loop has a pool of its own, which is closed
    with it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._pools: dict[asyncio.AbstractEventLoop, _Pool] = {}

    async def run(self, work: Work[T], of: Sequence[bytes] = ()) -> T:
        if of:
            return await self._shared(work, sharing.beside_others(of), sharing.OnePerson)
        with world_errors():
            return await self._tried(work, _WRITES + sharing.ALONE)

    async def claim(self, work: Work[T]) -> T:
        return await self._shared(work, sharing.BESIDE_ALL, sharing.Claiming)

    async def _shared(self, work: Work[T], lock: str, watch: type[sharing.Watch]) -> T:
        with world_errors():
            try:
                return await self._tried(work, _WRITES + lock, watch=watch)
            except sharing.Shared:
                return await self._tried(work, _WRITES + sharing.ALONE)

    async def look(self, work: Work[T]) -> T:
        with world_errors():
            return await self._tried(work, _READS)  # on what is stored in this moment: no lock is waited for

    def run_now(self, work: Work[T]) -> T:
        with world_errors():
            return _apart(lambda: self._tried(work, _WRITES + sharing.ALONE, _PATIENT))

    async def read(self, work: Work[T]) -> T:
        return await asyncio.to_thread(self.read_now, work)  # what is made of the rows holds up no press

    def read_now(self, work: Work[T]) -> T:
        with world_errors():
            return _apart(lambda: self._tried(work, _READS, _PATIENT))

    async def wipe(self) -> bool:
        """Deleted rows are taken out by VACUUM; what that promises stands in docs/restore.md. False where somebody has
        been reading since before they were deleted."""
        with world_errors():
            engine = await self._engine(_HURRIED)
            async with engine.connect() as c:  # in no transaction: none of ours is begun by SQLAlchemy
                driver: Any = (await c.get_raw_connection()).driver_connection
                if not await _nobody_reads_what_is_deleted(driver):
                    return False
                for table in metadata.sorted_tables:
                    await driver.execute(
                        f'VACUUM (INDEX_CLEANUP ON) "{table.name}"', timeout=_VACUUMED_WITHIN
                    )
                return True

    def close(self) -> None:
        """Nothing is left to do: a loop closes what is its own when it ends."""

    async def _engine(self, limits: Mapping[str, int]) -> AsyncEngine:
        loop = asyncio.get_running_loop()
        if loop not in self._pools:
            engine = _engine(self._server, limits)
            self._pools[loop] = _Pool(engine, self._until_the_end(engine, loop))
            await anext(self._pools[loop].ending)
        return self._pools[loop].engine

    async def _until_the_end(
        self, engine: AsyncEngine, loop: asyncio.AbstractEventLoop
    ) -> AsyncGenerator[None]:
        """A loop that ends closes the generators that were begun in it: there is no other sign of its end."""
        try:
            yield
        finally:
            self._pools.pop(loop, None)
            await engine.dispose()

    async def _tried(
        self,
        work: Work[T],
        begin: str,
        limits: Mapping[str, int] = _HURRIED,
        watch: type[sharing.Watch] | None = None,
    ) -> T:
        """Begun anew where the server says that nothing is wrong with it, and where the connection was lost before."""
        engine, times, lost = await self._engine(limits), 0, 0
        while True:
            try:
                async with engine.connect() as c:
                    watched = partial(_transaction, begin=begin, work=work, watch=watch() if watch else None)
                    return await c.run_sync(watched)
            except _Stale as stale:
                lost += 1
                if lost > CONNECTIONS:
                    raise StorageFailed("the database did not take it: every connection was lost") from stale
            except DBAPIError as error:
                times += 1
                if state_of(error) not in AGAIN or times > AGAIN_AT_MOST:
                    raise


@dataclass(frozen=True, slots=True)
class _Pool:
    engine: AsyncEngine
    ending: AsyncGenerator[None]


def open_server(url: str) -> Postgres:
    """Raises ConfigError with a sentence that names the database and what to do, and never a password."""
    server = server_of(url)
    store = Postgres(server)
    try:
        _apart(lambda: store._tried(lambda c: refuse_strange(c, server.name), _READS))
    except StorageFailed as error:
        raise why_not(server.name, server.user, error.__cause__ or error) from None
    except Raised as error:
        raise why_not(server.name, server.user, error) from None
    return store


def _engine(server: Server, limits: Mapping[str, int]) -> AsyncEngine:
    settings = _SETTINGS | {name: f"{seconds}s" for name, seconds in limits.items()}
    connect: dict[str, Any] = {
        "server_settings": settings,
        "timeout": _CONNECTS_WITHIN,
        "command_timeout": _ANSWERS_WITHIN if limits is _HURRIED else None,
        "prepared_statement_cache_size": STATEMENTS,
    }
    if server.tls is not None:
        connect["ssl"] = server.tls
    engine = create_async_engine(
        server.url,
        connect_args=connect,
        hide_parameters=True,  # so that they stay out of error messages, and of logs
        isolation_level="AUTOCOMMIT",  # `_transaction` begins and ends them itself: a round trip less
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=_ANSWERS_WITHIN,
        pool_use_lifo=True,  # what is used most has its statements prepared
    )
    event.listen(engine.sync_engine, "before_cursor_execute", sharing.look)
    return engine


def _transaction(c: Connection, begin: str, work: Work[T], watch: sharing.Watch | None) -> T:
    """From its lock, which is taken in one round trip with its beginning, to its end."""
    adapted: Any = c.connection.dbapi_connection
    driver = adapted.driver_connection

    def say(statement: str) -> str:
        return str(adapted.run_async(lambda _: driver.execute(statement)))

    try:
        say(begin)
    except BaseException as error:
        lost = driver.is_closed() and not isinstance(error, TimeoutError)
        c.invalidate()
        if lost and isinstance(error, Exception):
            raise _Stale from error
        raise
    try:
        with c.execution_options(**{sharing.OPTION: watch}).begin():  # which says nothing to the server
            done = work(c)
        if watch is not None and watch.is_refused:  # and the work went on as if nothing had been
            raise sharing.Shared
        if say("COMMIT") != "COMMIT":  # an error was passed over, and the server has taken it all back
            raise RuntimeError("a statement had failed, and the work went on")
        return done
    except BaseException as error:
        _undo(c, say, error)
        raise


def _undo(c: Connection, say: Callable[[str], str], error: BaseException) -> None:
    """A connection of which it is not known how it stands is given up; the server then undoes what was begun."""
    knows = isinstance(error, Exception) and not c.invalidated and not is_worlds(error)
    try:
        if knows:
            say("ROLLBACK")
            return
    except Raised:
        pass
    if not c.invalidated:
        c.invalidate()


async def _nobody_reads_what_is_deleted(driver: Any) -> bool:
    """Waits a little for the transactions that began before this moment."""
    since: datetime = await driver.fetchval("SELECT clock_timestamp()")
    for _ in range(_LOOKS):
        if not await driver.fetchval(_OLDER, since):
            return True
        await asyncio.sleep(_LOOKS_EVERY)
    return False


def _apart(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """In a loop of its own: in a thread of its own too, where one is running here."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work())
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(lambda: asyncio.run(work())).result()
