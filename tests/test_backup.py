"""A copy is whole or not there, holds nothing deleted, and the bot goes on from it; and who may read the files."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection

import bot
from bot import checkup, config, preparing
from bot.errors import ConfigError
from bot.outcome import Outcome
from bot.storage import migrate, outcomes, sqlite
from bot.storage.backup import backup
from bot.storage.database import Database, open_database, open_store
from bot.storage.purge import purge
from bot.storage.revisions import LATEST
from tests.cast import Rows, finish, on_stage, play, refer
from tests.test_retention import bytes_of
from tests.test_storage import admit


def copied(file: Path, target: Path) -> str:
    return backup(f"sqlite:///{file}", target)


def units(file: Path) -> list[str]:
    c = sqlite3.connect(file)
    found = [unit for (unit,) in c.execute("SELECT unit FROM outcome ORDER BY id")]
    c.close()
    return found


def record(c: Connection, units: Iterable[str]) -> None:
    for unit in units:
        outcomes.record(c, Outcome("2026-W47", unit))


# --- the copy ---------------------------------------------------------------------------------------


async def test_a_copy_is_one_file_for_its_owner_only_and_nothing_stands_beside_it(
    database: Database, file: Path, tmp_path: Path
) -> None:
    (tmp_path / "copies").mkdir()
    await database.run(lambda c: record(c, ["north"]))
    before = os.umask(0)
    try:
        assert copied(file, tmp_path / "copies" / "monday.db") == LATEST
    finally:
        os.umask(before)
    (only,) = (tmp_path / "copies").iterdir()
    assert (only.name, only.stat().st_mode & 0o777, only.stat().st_nlink) == ("monday.db", 0o600, 1)
    assert units(only) == ["north"]


async def test_while_it_is_made_the_file_is_for_its_owner_only_too(
    database: Database, file: Path, tmp_path: Path
) -> None:
    modes, ended = set(), threading.Event()

    def watch() -> None:
        while not ended.is_set():
            for part in tmp_path.glob("copy.db*"):
                try:
                    modes.add(part.stat().st_mode & 0o777)
                except FileNotFoundError:
                    continue

    await database.run(lambda c: record(c, ["north"] * 500))
    watcher = threading.Thread(target=watch)
    before = os.umask(0)
    watcher.start()
    try:
        copied(file, tmp_path / "copy.db")
    finally:
        os.umask(before)
        ended.set()
        watcher.join()
    assert modes == {0o600}


async def test_an_earlier_copy_is_never_written_over(database: Database, file: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_bytes(b"the only other copy")
    with pytest.raises(ConfigError, match="is there already: name a new file"):
        copied(file, target)
    assert target.read_bytes() == b"the only other copy"
    target.unlink()
    target.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match="is there already"):
        copied(file, target)
    assert not (tmp_path / "elsewhere").exists()


async def test_the_copy_is_of_one_moment_while_somebody_writes(
    database: Database, file: Path, tmp_path: Path
) -> None:
    """Both rows of a transaction, or neither."""
    ended = threading.Event()

    def write() -> None:
        beside = open_database(f"sqlite:///{file}")
        number = 0
        while not ended.is_set():
            number += 1
            both = f"a{number}", f"b{number}"
            asyncio.run(beside.run(partial(record, units=both)))
        beside.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(8):
            copied(file, tmp_path / f"copy{number}.db")
    finally:
        ended.set()
        writer.join()
    counts = []
    for number in range(8):
        found = units(tmp_path / f"copy{number}.db")
        firsts, seconds = ({one[1:] for one in found if one[0] == which} for which in "ab")
        assert firsts == seconds
        counts.append(len(found))
    assert counts == sorted(counts) and counts[-1] > counts[0], "nobody wrote meanwhile"


async def test_a_copy_holds_no_bytes_of_deleted_rows(database: Database, file: Path, tmp_path: Path) -> None:
    """Not even those that the database's own file still has, because nobody has wiped it yet."""

    def come_and_go(c: Connection) -> None:
        for number in range(1500):
            record(c, [f"gone{number:04d}"])
        c.exec_driver_sql("DELETE FROM outcome WHERE id % 7 != 0")
        c.exec_driver_sql("PRAGMA secure_delete = OFF")
        c.exec_driver_sql("DELETE FROM outcome WHERE id % 70 != 0")

    await database.run(come_and_go)
    kept = {unit.encode() for unit in units(file)}
    dead = {b"gone%04d" % number for number in range(1500)} - kept
    assert any(each in bytes_of(file) for each in dead)
    copied(file, tmp_path / "copy.db")
    raw = (tmp_path / "copy.db").read_bytes()
    assert len(kept) > 10 and all(each in raw for each in kept)
    assert [each for each in dead if each in raw] == []


@pytest.mark.parametrize("fault", ["no database", "in memory", "empty", "no directory", "damaged", "torn"])
async def test_what_cannot_be_copied_is_one_sentence_and_leaves_nothing(tmp_path: Path, fault: str) -> None:
    file, target = tmp_path / "opspor.db", tmp_path / "copies" / "copy.db"
    target.parent.mkdir()
    url = "sqlite://" if fault == "in memory" else f"sqlite:///{file}"
    if fault == "empty":
        open_database(url).close()
    elif fault not in ("no database", "in memory"):
        migrate.migrate(url)
    if fault == "no directory":
        target = tmp_path / "nowhere" / "copy.db"
    if fault == "damaged":
        whole = file.read_bytes()
        file.write_bytes(whole[: 8 * 4096] + b"\xff" * 8192 + whole[10 * 4096 :])
    if fault == "torn":
        with sqlite3.connect(file) as c:  # foreign keys are off here
            c.execute("INSERT INTO deputy VALUES (99)")
        c.close()
    with pytest.raises(ConfigError) as refused:
        backup(url, target)
    assert "\n" not in str(refused.value)
    assert list((tmp_path / "copies").iterdir()) == []
    assert fault != "no database" or not file.exists()


# --- putting it back --------------------------------------------------------------------------------


def put_back(copy: Path, file: Path) -> None:
    """As docs/restore.md says, by somebody who forgets about its mode."""
    for old in file.parent.glob(f"{file.name}*"):
        old.rename(file.parent / f"away-{old.name}")
    shutil.copy(copy, file)
    file.chmod(0o644)


async def test_the_bot_goes_on_from_a_copy_that_was_put_back_as_docs_restore_says(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await finish(cast.anna)
        await cast.outbox()
        copied(cast.path, tmp_path / "copy.db")
        # The world moves on: she takes it, somebody is admitted, and a whole conversation is cleaned away.
        await play(cast, "bente * Åbn\nbente * take.accept")
        await cast.admit("dorte", 7009, "key_person")
        await cast.quarter()
        # The bot is stopped, the old files are put away, the copy is put in their place.
        await cast.kill()
        cast.db.close()
        put_back(tmp_path / "copy.db", cast.path)
        address = f"sqlite:///{cast.path}"
        migrate.migrate(address)
        assert cast.path.stat().st_mode & 0o777 == 0o600
        cast.later(hours=1)
        cast.db = Rows(open_store(address))
        await cast.db.run(lambda c: purge(c, cast.time.now()))
        assert await cast.db.wipe()
        cast.house = replace(cast.house, db=cast.db)
        await cast.start()
        # What came after it is not there: the case waits for her, and she is asked again.
        assert (await cast.row("referral"))["accepted_by"] is None
        assert len(await cast.rows("staff")) == 3
        cast.later(days=1)
        await cast.outbox()
        await play(cast, "bente > /inbox\nbente * open.r1\nbente * take.accept\nbente * contact.reached")
        row = await cast.row("referral")
        assert (row["accepted_by"], row["contact"]) == (await cast.bente.id(), "reached")
        await cast.anna.say("/new")
        assert "Hvornår bruger du mig?" in cast.anna.screen


async def test_a_copy_opens_with_its_own_key_alone(database: Database, file: Path, tmp_path: Path) -> None:
    await database.run(admit)
    copied(file, tmp_path / "copy.db")
    settings = config.settings(
        {
            "OPSPOR_KEY": urlsafe_b64encode(b"another key than the one before!").decode(),
            "OPSPOR_DATABASE": f"sqlite:///{tmp_path}/copy.db",
        }
    )
    from tests.cast import TOWN

    with pytest.raises(ConfigError, match="put the earlier key back"):
        await asyncio.to_thread(preparing.prepare, settings, TOWN)


# --- who may read the files -------------------------------------------------------------------------


async def test_files_that_others_may_read_are_named_and_mended_when_they_are_opened(file: Path) -> None:
    migrate.migrate(f"sqlite:///{file}")
    first = open_database(f"sqlite:///{file}")
    await first.run(admit)
    files = sorted(file.parent.glob("opspor.db*"))
    assert len(files) == 3
    assert sqlite.exposed(file) == []
    for each in files:
        each.chmod(0o644)
    settings = config.settings({"OPSPOR_DATABASE": f"sqlite:///{file}"})
    assert len(checkup.exposed(settings)) == 3
    open_database(f"sqlite:///{file}").close()
    assert {each.stat().st_mode & 0o777 for each in file.parent.glob("opspor.db*")} == {0o600}
    assert checkup.exposed(settings) == []
    first.close()


async def test_the_file_behind_a_link_is_mended_with_its_log(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    migrate.migrate(f"sqlite:///{tmp_path}/real/opspor.db")
    (tmp_path / "opspor.db").symlink_to(tmp_path / "real" / "opspor.db")
    database = open_database(f"sqlite:///{tmp_path}/opspor.db")
    await database.run(admit)
    for each in (tmp_path / "real").iterdir():
        each.chmod(0o666)
    assert len(sqlite.exposed(tmp_path / "opspor.db")) == 3
    open_database(f"sqlite:///{tmp_path}/opspor.db").close()
    assert sqlite.exposed(tmp_path / "opspor.db") == []
    database.close()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can own a file that another one opens")
def test_a_file_that_others_may_read_and_that_cannot_be_mended_is_refused_in_a_sentence(file: Path) -> None:
    migrate.migrate(f"sqlite:///{file}")
    for directory in (file.parent, *file.parent.parents):
        if directory != Path("/") and directory != Path("/tmp"):  # noqa: S108 - where pytest works
            directory.chmod(0o777)
    file.chmod(0o666)
    script = (
        "import os, sys; from bot.storage.database import open_database; from bot.errors import ConfigError\n"
        "os.setuid(65534)\n"
        "try: open_database(sys.argv[1])\n"
        "except ConfigError as refused: print(refused)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, f"sqlite:///{file}"],
        cwd=Path(bot.__file__).parents[1], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "can be read by others on this machine, and that cannot be changed" in run.stdout, run.stderr
    assert run.stdout.count("\n") == 1


async def test_a_connection_as_the_bot_opens_it_overwrites_checks_keys_and_trusts_no_schema(
    database: Database,
) -> None:
    wanted = {"secure_delete": 1, "foreign_keys": 1, "trusted_schema": 0, "temp_store": 2}
    for _ in range(2):
        found = await database.run(
            lambda c: {name: c.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
        )
        assert found == wanted
        await database.wipe()  # which must not leave another connection behind
