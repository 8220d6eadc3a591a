"""Copies all that is stored from one database into another that is empty: all of it, or nothing; no seal is opened."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, Table, func, insert, inspect, literal_column, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, StatementError

from bot.errors import ConfigError, StorageFailed
from bot.storage import counters, solitude
from bot.storage.address import is_server, path_of, server_of
from bot.storage.database import Store, open_store
from bot.storage.migrate import upgrade
from bot.storage.passing import Ended, Passage
from bot.storage.revisions import is_current, revision_of
from bot.storage.tables import metadata

BATCH = 500  # rows
TABLES = tuple(metadata.sorted_tables)  # nothing refers to a row that is not there yet


@dataclass(frozen=True, slots=True)
class Rows:
    table: Table
    rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Whole:
    """What comes last: how many rows each table has, and the highest number that its counter has given."""

    rows: Mapping[str, int]
    given: Mapping[str, int]


Batches = Passage[Rows | Whole]


def transfer(source: str, target: str) -> dict[str, int]:
    """How many rows of each table. Nobody writes to the source meanwhile, and it is not changed.

    Raises ConfigError with one sentence, or StorageFailed where one of them goes away; the target is then as it was.
    """
    names = [name_of(url, argument) for url, argument in ((source, "FROM"), (target, "TO"))]
    with _called("FROM"), closing(_opened_alone(source)) as read:
        read.read_now(partial(_must_be_current, name=names[0]))
        with _called("TO"):
            if not is_server(source) and not is_server(target) and _is_same_file(source, target):
                raise _same(names[0])
            write = open_store(target)
        with closing(write):
            if is_server(source) and is_server(target) and solitude.is_same_server(read, write):
                raise _same(names[0])
            return _copied(read, write, *names)


def name_of(url: str, argument: str = "FROM") -> str:
    """Of a database, for sentences; never with a password."""
    with _called(argument):
        if is_server(url):
            return server_of(url).name
        if (path := path_of(url)) is None:
            raise ConfigError(
                "OPSPOR_DATABASE is in memory, where nothing is kept: name a file, or a server."
            )
        return str(path)


@contextmanager
def _called(argument: str) -> Iterator[None]:
    """Sentences name the argument instead of the setting that such an address otherwise stands in."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(str(error).replace("OPSPOR_DATABASE", argument)) from None


def _opened_alone(url: str) -> Store:
    """A file that is not there is not made; a server is looked at when nobody can write any more."""
    if is_server(url):
        return open_store(url)
    path = path_of(url)
    if path is None or not path.exists():
        raise ConfigError(f"There is no database {path} to copy: correct FROM.")
    open_store(url).close()  # says in a sentence what is wrong with it
    if solitude.is_file_open(path):
        raise _used(str(path))
    return open_store(url)


def _is_same_file(source: str, target: str) -> bool:
    one, other = path_of(source), path_of(target)
    return one is not None and other is not None and solitude.is_same_file(one, other)


# --- the two transactions ---------------------------------------------------------------------------


def _copied(read: Store, write: Store, source: str, target: str) -> dict[str, int]:
    """They run in two threads, since a server's connection belongs to the loop of one."""
    batches = Batches()
    with ThreadPoolExecutor(1) as beside:
        beside.submit(_hand_on, read, batches, source)
        try:
            return write.run_now(partial(_write, batches=batches, name=target))
        finally:
            batches.close()


def _hand_on(read: Store, batches: Batches, name: str) -> None:
    """What goes wrong here is raised where it is written, and undoes that."""
    try:
        read.run_now(partial(_read, batches=batches, name=name))
    except BaseException as error:
        with suppress(Ended):
            batches.put(error)


def _read(c: Connection, batches: Batches, name: str) -> None:
    """As a writer, though it writes nothing: so no other one does, and all statements see one moment."""
    if c.dialect.name == "postgresql" and solitude.is_server_used(c):
        raise _used(name)
    _must_be_current(c, name)
    batches.begin()
    for table in TABLES:
        asked, names = select(table).execution_options(yield_per=BATCH), table.c.keys()
        for part in c.execute(asked).partitions():
            batches.put(Rows(table, [dict(zip(names, row, strict=True)) for row in part]))
    batches.put(Whole(_counts(c), counters.given(c)))
    batches.wait_until_closed()  # until it is stored there, nobody writes here


def _write(c: Connection, batches: Batches, name: str) -> dict[str, int]:
    _must_be_empty(c, name)
    upgrade(c)
    for batch in batches.taken():
        if isinstance(batch, Rows):
            _put(c, batch)
        else:
            _must_be_whole(c, batch, name)
            counters.go_on_after(c, batch.given)
            return dict(batch.rows)
    raise StorageFailed("nothing more came of what was to be copied")


def _put(c: Connection, batch: Rows) -> None:
    try:
        c.execute(insert(batch.table), batch.rows)
    except StatementError as error:
        if isinstance(error, DBAPIError) and (
            error.connection_invalidated or not isinstance(error, IntegrityError | DataError | InterfaceError)
        ):
            raise
        # Without what the database says of it: that may repeat what the row holds.
        raise ConfigError(
            f"The table {batch.table.name} holds a row that cannot stand there: nothing was copied. FROM may be"
            " damaged: see whether `opspor doctor` finds anything, or put back an earlier copy (docs/restore.md)."
        ) from None


# --- what must be so --------------------------------------------------------------------------------


def _counts(c: Connection) -> dict[str, int]:
    return {table.name: c.execute(select(func.count()).select_from(table)).scalar_one() for table in TABLES}


def _must_be_current(c: Connection, name: str) -> None:
    if not revision_of(c):
        raise ConfigError(f"The database {name} holds nothing yet that could be copied: correct FROM.")
    if not is_current(c):
        raise ConfigError(
            f"The database {name} is of an earlier version: bring it to this one first, with OPSPOR_DATABASE naming it"
            " and `opspor migrate`."
        )


def _must_be_empty(c: Connection, name: str) -> None:
    there = {*inspect(c).get_table_names()} & {*metadata.tables}
    filled = [table.name for table in TABLES if table.name in there and _has_rows(c, table)]
    if filled:
        raise ConfigError(
            f"The database {name} is not empty (it has rows in {', '.join(filled)}): name one that is, nothing is"
            " written over."
        )


def _has_rows(c: Connection, table: Table) -> bool:
    return c.execute(select(literal_column("1")).select_from(table).limit(1)).first() is not None


def _must_be_whole(c: Connection, whole: Whole, name: str) -> None:
    found = _counts(c)
    other = [
        f"{table} {found[table]} of {count}" for table, count in whole.rows.items() if found[table] != count
    ]
    if other:
        raise ConfigError(
            f"The database {name} has not taken every row ({', '.join(other)}): nothing was copied. See what in it"
            " changes rows, as a trigger."
        )


def _same(name: str) -> ConfigError:
    return ConfigError(f"FROM and TO are both the database {name}: name two.")


def _used(name: str) -> ConfigError:
    return ConfigError(
        f"The database {name} is in use: stop the bot, and whatever else has it open, and run it again. What was"
        " written there during the copy would be lost."
    )
