"""`opspor copy`: either kind of database to either, row for row and whole, or not at all."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, delete, insert

from bot.errors import ConfigError, StorageFailed
from bot.outcome import Outcome
from bot.storage import counters, keys, outcomes
from bot.storage.database import open_database, open_store
from bot.storage.migrate import downgrade, migrate
from bot.storage.revisions import KNOWN, LATEST, revision_of
from bot.storage.tables import attempt, leftover, metadata, notice, staff
from bot.storage.transfer import BATCH, Batches, _hand_on, name_of, transfer
from tests.cast import Rows, finish, on_stage, play, refer
from tests.rows import AT_ONCE, as_stored, write_all
from tests.server import USED_AGAIN, Server
from tests.test_storage import CIPHER, admit

T = TypeVar("T")
PAIRS = [(one, other) for one in ("sqlite", "postgres") for other in ("sqlite", "postgres")]
KINDS = ("sqlite", "postgres")
HOUSE = "0x6F707370, 0"


@pytest.fixture
def new(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str, str], str]:
    """The address of a database of a kind, in which there is nothing, and of a file not even that."""

    def address(kind: str, name: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path}/{name}.db"
        server: Server = request.getfixturevalue("server")
        return server.empty()

    return address


@pytest.fixture
def full(new: Callable[[str, str], str], request: pytest.FixtureRequest) -> Callable[[str], str]:
    """... and of one at this version that has rows."""

    def address(kind: str) -> str:
        if kind == "postgres":
            server: Server = request.getfixturevalue("server")
            url = server.clean()
        else:
            url = new(kind, "full")
            migrate(url)
        ask(url, write_all)
        return url

    return address


def ask(url: str, work: Callable[[Connection], T]) -> T:
    with closing(open_database(url)) as database:
        return database.run_now(work)


def count(url: str) -> int:
    def counted(c: Connection) -> int:
        return sum(len(rows) for rows in as_stored(c).values())

    return ask(url, counted) if ask(url, revision_of) else 0


def said(*addresses: str) -> str:
    with pytest.raises(ConfigError) as refused:
        transfer(*addresses)
    assert "\n" not in str(refused.value) and "OPSPOR_DATABASE is" not in str(refused.value)
    return str(refused.value)


# --- row for row --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_every_column_of_every_table_is_there_as_it_was(
    full: Callable[[str], str], new: Callable[[str, str], str], one: str, other: str
) -> None:
    source, target = full(one), new(other, "new")
    many = [{"id": number, "seen": None} for number in range(BATCH * 2)]
    seen = metadata.tables["seen_update"]

    def crowd(c: Connection) -> None:
        moment = c.execute(seen.select()).first().seen  # type: ignore[union-attr]
        c.execute(insert(seen), [row | {"seen": moment} for row in many])

    ask(source, crowd)
    before = ask(source, as_stored)
    counts = transfer(source, target)
    after = ask(target, as_stored)
    assert after == before
    assert ask(source, as_stored) == before
    assert counts == {table: len(rows) for table, rows in before.items()}
    assert {*counts} == {*metadata.tables} and min(counts.values()) == AT_ONCE
    for table, rows in before.items():
        for column, values in zip(metadata.tables[table].c, zip(*rows, strict=True), strict=True):
            assert any(value is not None for value in values), column
            assert not column.nullable or None in values, column
    ask(target, partial(keys.check, cipher=CIPHER))


@pytest.mark.parametrize(("one", "other"), PAIRS[:3])
def test_a_number_that_was_given_never_means_another_row_also_where_that_row_is_gone(
    full: Callable[[str], str], new: Callable[[str, str], str], one: str, other: str
) -> None:
    source, target = full(one), new(other, "new")

    def give(c: Connection, table: Any) -> int:
        row = c.execute(table.select().limit(1)).one()._mapping
        values = {key: value for key, value in row.items() if key != "id"}
        if table is notice:
            values["reference"] = f"new{counters.given(c)['notice']}"
        if table is staff:
            values["chat_digest"] = bytes(reversed(values["chat_digest"]))
        made: int = c.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()
        return made

    def come_and_go(c: Connection) -> dict[str, int]:
        counters.go_on_after(c, dict.fromkeys(("staff", "notice", "step", "attempt"), 700))
        numbers = {}
        for table in (staff, notice, metadata.tables["step"], attempt):
            numbers[table.name] = give(c, table)
            c.execute(delete(table).where(table.c.id == numbers[table.name]))
        return numbers

    last = ask(source, come_and_go)
    kept = {"staff", "notice", "step"} | ({"attempt"} if one == "postgres" else set())
    assert {table for table, number in last.items() if number == 701} == kept
    transfer(source, target)
    for table in (staff, notice, metadata.tables["step"]):
        assert ask(target, partial(give, table=table)) == 702
    there = ask(target, as_stored)["attempt"]
    assert ask(target, partial(give, table=attempt)) not in [row[0] for row in there]


@pytest.mark.parametrize("kind", KINDS)
def test_counters_that_nothing_was_ever_counted_with_begin_at_one(
    new: Callable[[str, str], str], kind: str
) -> None:
    source, target = new("sqlite", "bare"), new(kind, "new")
    migrate(source)
    assert sum(transfer(source, target).values()) == 0
    assert ask(target, counters.given) == {"staff": 0, "attempt": 0, "notice": 0, "step": 0}
    assert ask(target, lambda c: admit(c).id) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_database_of_an_earlier_version_is_brought_to_this_one(
    full: Callable[[str], str], new: Callable[[str, str], str], kind: str
) -> None:
    source, target = full("sqlite"), new(kind, "older")
    migrate(target)
    ask(target, lambda c: downgrade(c, KNOWN[-4]))
    transfer(source, target)
    assert ask(target, revision_of) == LATEST
    assert ask(target, as_stored) == ask(source, as_stored)


@pytest.mark.parametrize("other", KINDS)
async def test_the_bot_goes_on_where_it_was_in_the_other_database(
    tmp_path: Path, new: Callable[[str, str], str], other: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await finish(cast.anna)
        await cast.outbox()
        await play(cast, "bente * Åbn")
        await cast.anna.say("/new")
        await cast.anna.press("moment.during")
        await cast.stop()
        cast.db.close()
        address = await asyncio.to_thread(new, other, "new")
        counts = await asyncio.to_thread(transfer, f"sqlite:///{cast.path}", address)
        assert counts["staff"] == 3 and counts["referral"] == 1
        cast.db = Rows(open_store(address))
        cast.house = replace(cast.house, db=cast.db)
        await cast.start()
        await cast.anna.press("mode.told")
        assert "gate" in str(cast.anna.buttons(await cast.anna.live()))
        await play(cast, "bente * take.accept\nbente * contact.reached")
        assert (await cast.row("referral"))["accepted_by"] == await cast.bente.id()
        fourth = await cast.admit("dorte", 7009, "key_person")
        assert await fourth.id() == 4


# --- what is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_empty_is_refused_and_left_as_it_was(
    full: Callable[[str], str], new: Callable[[str, str], str], kind: str
) -> None:
    source, target = full("sqlite"), new(kind, "other")
    migrate(target)
    ask(target, lambda c: c.execute(insert(leftover), {"week": "2026-W47", "count": 3}))
    ask(target, lambda c: downgrade(c, KNOWN[-2]))
    before = ask(target, as_stored)
    assert "is not empty (it has rows in leftover)" in said(source, target)
    assert ask(target, as_stored) == before
    assert ask(target, revision_of) == KNOWN[-2], "it was migrated"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_of_an_earlier_version_says_to_migrate_it_first(
    new: Callable[[str, str], str], tmp_path: Path, kind: str
) -> None:
    source, target = new(kind, "older"), f"sqlite:///{tmp_path}/new.db"
    if kind == "postgres":
        assert "holds nothing yet that could be copied" in said(source, target)
    migrate(source)
    ask(source, lambda c: downgrade(c, KNOWN[-2]))
    assert "is of an earlier version" in said(source, target)
    assert not (tmp_path / "new.db").exists()


def test_what_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert "There is no database" in said(f"sqlite:///{tmp_path}/a.db", f"sqlite:///{tmp_path}/b.db")
    assert list(tmp_path.iterdir()) == []


def test_what_is_in_memory_is_refused_on_either_side(full: Callable[[str], str]) -> None:
    assert said("sqlite://", full("sqlite")).startswith("FROM is in memory")
    assert said(full("postgres"), "sqlite://").startswith("TO is in memory")


def test_one_database_is_not_copied_into_itself_whatever_it_is_called(
    full: Callable[[str], str], tmp_path: Path
) -> None:
    file, server = full("sqlite"), full("postgres")
    (tmp_path / "link.db").symlink_to(tmp_path / "full.db")
    assert "are both the database" in said(file, f"sqlite:///{tmp_path}/link.db")
    again = f"{server.replace('postgresql:', 'postgres+asyncpg:')}//"
    assert "are both the database" in said(server, again)


def test_two_databases_of_one_server_are_two(full: Callable[[str], str], server: Server) -> None:
    transfer(full("postgres"), server.empty())


def test_no_password_is_ever_said() -> None:
    address = "postgresql://opspor:geheim@127.0.0.1:1/opspor"
    assert name_of(address) == "opspor at 127.0.0.1:1"
    assert "does not answer" in (sentence := said(address, "sqlite:///never.db"))
    assert "geheim" not in sentence and "correct FROM" in sentence


def test_a_file_that_another_program_has_open_is_refused(full: Callable[[str], str], tmp_path: Path) -> None:
    """As a bot that waits for somebody has, between its transactions."""
    source, target = full("sqlite"), f"sqlite:///{tmp_path}/new.db"
    script = (
        "import sys; from bot.storage.database import open_database; from bot.storage.revisions import is_current\n"
        "db = open_database(sys.argv[1]); print(db.run_now(is_current), flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, source], cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as bot:  # fmt: skip
        assert bot.stdout is not None and bot.stdout.readline() == b"True\n"
        assert "is in use: stop the bot" in said(source, target)
        assert not (tmp_path / "new.db").exists()
    transfer(source, target)


def test_a_server_on_which_a_bot_is_connected_is_refused(full: Callable[[str], str], tmp_path: Path) -> None:
    source, target = full("postgres"), f"sqlite:///{tmp_path}/new.db"

    async def beside_a_bot() -> str:
        with closing(open_database(source)) as bot:
            await bot.run(revision_of)
            return await asyncio.to_thread(said, source, target)

    assert "is in use: stop the bot" in asyncio.run(beside_a_bot())
    transfer(source, target)


@pytest.mark.parametrize("kind", KINDS)
def test_until_it_is_stored_on_the_other_side_nobody_writes_on_this_one(
    full: Callable[[str], str], kind: str, request: pytest.FixtureRequest
) -> None:
    source, batches = full(kind), Batches()

    def read() -> None:
        with closing(open_store(source)) as store:
            _hand_on(store, batches, "it")

    def is_locked() -> bool:
        if kind == "postgres":
            server: Server = request.getfixturevalue("server")
            free = f"SELECT pg_try_advisory_xact_lock({HOUSE})"
            return not server.ask(free, database=source.partition("@/")[2].partition("?")[0])
        with pytest.raises(ConfigError, match="is locked by another program"):
            ask(source, revision_of)
        return True

    reader = threading.Thread(target=read)
    reader.start()
    try:
        next(batches.taken())
        assert is_locked()
    finally:
        batches.close()
        reader.join()
    ask(source, lambda c: outcomes.record(c, Outcome("2026-W47", "north")))


# --- what breaks ----------------------------------------------------------------------------------------


def hindered(url: str, table: str, sqlite: str, postgres: str) -> None:
    """Something happens in the database at the first row of a table."""

    def trigger(c: Connection) -> None:
        if c.dialect.name == "sqlite":
            c.exec_driver_sql(f"CREATE TRIGGER hinder BEFORE INSERT ON {table} BEGIN {sqlite}; END")
            return
        c.exec_driver_sql(
            f"CREATE FUNCTION hinder() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {postgres}; END $$"
        )
        c.exec_driver_sql(f'CREATE TRIGGER hinder BEFORE INSERT ON "{table}" EXECUTE FUNCTION hinder()')

    migrate(url)
    ask(url, trigger)


CUT = "PERFORM pg_terminate_backend({whose}); PERFORM pg_sleep(0.2); RETURN NULL"


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_that_the_other_side_swallows_is_noticed_and_nothing_is_stored(
    full: Callable[[str], str], new: Callable[[str, str], str], kind: str
) -> None:
    source, target = full("sqlite"), new(kind, "new")
    migrate(target)

    def swallow(c: Connection) -> None:
        if kind == "sqlite":
            c.exec_driver_sql(
                "CREATE TRIGGER swallow BEFORE INSERT ON share WHEN new.count > 0 BEGIN SELECT RAISE(IGNORE); END"
            )
        else:
            c.exec_driver_sql("CREATE RULE swallow AS ON INSERT TO share DO INSTEAD NOTHING")

    ask(target, swallow)
    assert f"has not taken every row (share 0 of {AT_ONCE})" in said(source, target)
    assert count(target) == 0
    assert ask(target, counters.given) == {"staff": 0, "attempt": 0, "notice": 0, "step": 0}


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_that_cannot_stand_there_is_named_by_its_table_alone_and_nothing_is_stored(
    full: Callable[[str], str], new: Callable[[str, str], str], tmp_path: Path, kind: str
) -> None:
    source, target = full("sqlite"), new(kind, "new")
    with closing(sqlite3.connect(tmp_path / "full.db")) as c:  # foreign keys are off here
        c.execute("INSERT INTO deputy VALUES (987654)")
        c.commit()
    sentence = said(source, target)
    assert "The table deputy holds a row that cannot stand there" in sentence and "987654" not in sentence
    assert count(target) == 0


def test_words_that_came_into_a_file_past_all_its_checks_go_no_further(
    full: Callable[[str], str], server: Server, tmp_path: Path
) -> None:
    source, target = full("sqlite"), server.empty()
    with closing(sqlite3.connect(tmp_path / "full.db")) as c:
        c.execute("PRAGMA ignore_check_constraints = ON")
        c.execute("UPDATE route SET unit = 'Mette Hansen' WHERE unit = 'a_b-c.1'")
        c.commit()
    sentence = said(source, target)
    assert "The table route holds a row that cannot stand there" in sentence and "Mette" not in sentence
    assert count(target) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_that_is_broken_off_on_the_other_side_leaves_nothing_there(
    full: Callable[[str], str], new: Callable[[str, str], str], kind: str
) -> None:
    source, target = full("sqlite"), new(kind, "new")
    mine = CUT.format(whose="pg_backend_pid()")
    hindered(target, "work", "SELECT RAISE(ROLLBACK, 'the disk is full')", mine)
    with pytest.raises((StorageFailed, ConfigError)):
        transfer(source, target)
    assert count(target) == 0
    ask(source, lambda c: outcomes.record(c, Outcome("2026-W47", "north")))


def test_a_connection_that_is_cut_while_it_is_read_leaves_nothing_on_the_other_side(
    full: Callable[[str], str], server: Server
) -> None:
    source, target = full("postgres"), server.empty()
    theirs = f"pid) FROM pg_stat_activity WHERE datname = '{USED_AGAIN}' AND (true"
    hindered(target, "attempt", "", CUT.format(whose=theirs))
    with pytest.raises(StorageFailed):
        transfer(source, target)
    assert count(target) == 0
