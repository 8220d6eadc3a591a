"""Nothing outlives its purpose: each table says how long, and what is gone is gone from the file too."""

import asyncio
import hashlib
import random
import sqlite3
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from bot import quarter, sweeping
from bot.model import Answered, Referral, Session, Watch
from bot.outcome import Outcome
from bot.storage import (
    attempts,
    courses,
    entries,
    habits,
    leftovers,
    notices,
    outcomes,
    people,
    referrals,
    rounds,
    routes,
    sendings,
    sessions,
    spoken,
    tables,
    traces,
    watches,
    works,
)
from bot.storage.courses import Course
from bot.storage.database import Database
from bot.storage.entries import Entry
from bot.storage.habits import Habits
from bot.storage.purge import LEFTOVERS, OUTCOMES, purge
from bot.storage.rounds import Round
from bot.storage.types import EPOCH, MILLISECOND
from bot.storage.works import Work
from tests.cast import on_stage
from tests.test_storage import CIPHER, HOUR, MINUTE, NAME, NOW, admit, invite

DAY = 24 * HOUR
NUMBER = 0x5A5B5C5D  # of a person
MESSAGE, LOST, UPDATE = 0x6A7B8C9D, 0x5B6C7D8E, 0x7E8F9AABBCCD
BACK = NOW + timedelta(days=3, milliseconds=777)


def fill(c: Connection) -> None:
    """A row in every table, each to be recognised; the referral is closed at once."""
    if c.dialect.name == "sqlite":
        c.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = 'staff'")
        c.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES ('staff', ?)", (NUMBER - 1,))
    else:
        c.exec_driver_sql(f"SELECT setval('staff_id_seq', {NUMBER}, false)")
    her = admit(c, unit="markstaff", role="key_person", is_deputy=True).id
    assert her == NUMBER
    admit(c, 2)  # the counter of people stands on another number
    invite(c, unit="markinvitation")
    trail = tuple(Answered(f"marktrail{number}", {"q": "a"}) for number in range(300))
    sessions.save(c, her, "", Session("detection", "marksession", 1, trail=trail), NOW)
    number = outcomes.record(c, Outcome("2026-W47", "markoutcome"))
    courses.put(c, number, Course("2026-W47", "markcourse", "done"))
    spoken.add(c, str(quarter.of_day(NOW.date())), "markspoken")
    told = Referral("markreferral", her, "north", "standard", "referral", NOW, outcome=number)
    referrals.store(c, told)
    watches.keep(c, Watch("markreferral", "markwatch", NOW, 1))
    people.set_away(c, her, BACK)
    routes.tried(c, "markroute", NOW)
    works.put(c, "markreferral", Work(tool="markwork"))
    works.keep(c, told, her, "markstep", NOW, NOW - HOUR)
    notices.queue(c, "referral", her, "markreferral", NOW, "marknotice")
    traces.keep(c, her, MESSAGE, NOW)
    sendings.begin(c, her, LOST, NOW)
    leftovers.add(c, "2026-W46", 1)
    attempts.may_try(c, hashlib.sha256(b"markattempt").digest(), NOW, counts=True)
    c.exec_driver_sql(f"INSERT INTO issued SELECT code_hash, {her} FROM invitation")  # noqa: S608
    entries.keep(c, CIPHER, Entry(her, "name", NOW + 10 * MINUTE, "frontline", "markentry", None, NAME))
    habits.keep(c, CIPHER, her, Habits(NOW, "markfreshness", {"card": "read"}))
    together = Round("markround", "marksituation", NOW + 2 * HOUR)
    rounds.begin(c, together)
    rounds.count(c, together, her, [("markquestion", "markchoice")])
    sessions.seen(c, UPDATE, NOW)
    referrals.close(c, "markreferral", "completed", NOW)


def count(c: Connection, table: str) -> int:
    return len(c.execute(select(tables.metadata.tables[table])).all())


# --- how long ---------------------------------------------------------------------------------------


NEXT_QUARTER = datetime.combine(quarter.of_day(NOW.date()).after.first_day, time(), UTC)

# After how long a row is gone; a moment before that it is still there.
GONE_AFTER = {
    "seen_update": 48 * HOUR,
    "invitation": 7 * DAY,
    "session": 30 * DAY,
    "outcome": OUTCOMES + 7 * DAY,  # whole weeks
    "course": OUTCOMES + 7 * DAY,
    "spoken": OUTCOMES + (NEXT_QUARTER - NOW),
    "referral": 30 * DAY,
    "watch": HOUR,
    "absence": BACK - NOW + HOUR,
    "route": 30 * DAY,
    "work": 30 * DAY,
    "step": HOUR,
    "notice": 30 * DAY,
    "trace": 30 * DAY,
    "sending": 30 * DAY + MINUTE,
    "attempt": HOUR,
    "entry": 10 * MINUTE,
    "issued": 7 * DAY,
    "round": 2 * HOUR,
    "partaker": 2 * HOUR,
    "share": 2 * HOUR,
    "leftover": LEFTOVERS,  # whole weeks, and it is of the week before
}
ONLY_WITH_HER = {"staff", "deputy", "freshness"}  # they stay while she is admitted


def test_each_table_has_its_time_in_this_test_too() -> None:
    assert set(GONE_AFTER) | ONLY_WITH_HER == set(tables.metadata.tables)


@pytest.mark.parametrize("table", GONE_AFTER)
async def test_a_row_is_kept_as_long_as_it_serves_and_no_longer(database: Database, table: str) -> None:
    def work(c: Connection) -> None:
        fill(c)
        assert count(c, table) >= 1
        margin = 8 * DAY if table in ("outcome", "course", "leftover") else MINUTE
        purge(c, NOW + GONE_AFTER[table] - margin)
        assert count(c, table) >= 1, "it goes too early"
        purge(c, NOW + GONE_AFTER[table])
        assert count(c, table) == 0, "it stays too long"

    await database.run(work)


async def test_nothing_is_left_of_somebody_who_was_removed_and_of_her_cases(database: Database) -> None:
    def work(c: Connection) -> None:
        fill(c)
        people.remove(c, NUMBER, NOW)
        assert count(c, "deputy") == count(c, "absence") == count(c, "session") == count(c, "notice") == 0
        purge(c, NOW + 30 * DAY)
        left = {table: count(c, table) for table in tables.metadata.tables}
        assert {table for table, rows in left.items() if rows} == {
            "staff",
            "outcome",
            "course",
            "spoken",
            "leftover",
        }
        assert left["staff"] == 1, "only the other one"

    await database.run(work)


async def test_a_case_that_is_closed_and_opened_again_still_has_its_watch(database: Database) -> None:
    """Closing can be undone for ten minutes, and so can taking it before that."""

    def work(c: Connection) -> None:
        fill(c)
        purge(c, NOW + 10 * MINUTE)
        assert watches.get(c, "markreferral") is not None

    await database.run(work)


# --- gone from the file too -------------------------------------------------------------------------


def varint(number: int) -> bytes:
    """As SQLite writes the number of a row."""
    parts = [number & 0x7F]
    while number := number >> 7:
        parts.append(number & 0x7F | 0x80)
    return bytes(reversed(parts))


def marks(c: Connection) -> dict[str, list[bytes]]:
    """By table, what is to be looked for."""
    found = {table: [f"mark{table}".encode()] for table in tables.metadata.tables}
    found["session"] += [b"marktrail1", b"marktrail299"]
    found["absence"] = [((BACK - EPOCH) // MILLISECOND).to_bytes(6, "big")]
    found["deputy"] = [varint(NUMBER)]
    found["trace"] = [MESSAGE.to_bytes(4, "big")]
    found["issued"] = found["invitation"][:1]
    found["attempt"] = [hashlib.sha256(b"markattempt").digest()]
    found["sending"] = [LOST.to_bytes(4, "big")]
    found["leftover"] = [b"2026-W46"]
    found["partaker"], found["share"] = found["round"], [b"markquestion"]
    found["seen_update"] = [varint(UPDATE)]
    t = tables.staff.c
    found["staff"] += c.execute(select(t.chat, t.name, t.phone, t.chat_digest).where(t.id == NUMBER)).one()
    t = tables.invitation.c
    found["invitation"] += c.execute(select(t.code_hash, t.name, t.phone)).one()
    return found


def bytes_of(file: Path) -> bytes:
    """All that stands beside the database under its name."""
    return b"".join(each.read_bytes() for each in sorted(file.parent.glob(f"{file.name}*")))


def remembered(file: Path, looked_for: dict[str, list[bytes]]) -> set[str]:
    raw = bytes_of(file)
    return {table for table, each in looked_for.items() if any(mark in raw for mark in each)}


def forget_all(c: Connection) -> None:
    people.remove(c, NUMBER, NOW)
    purge(c, NOW + max(GONE_AFTER.values()) + DAY)


@pytest.mark.only_on("sqlite")
async def test_after_a_purge_neither_the_file_nor_its_log_remembers_any_row(
    database: Database, file: Path
) -> None:
    await database.run(fill)
    looked_for = await database.run(marks)
    assert remembered(file, looked_for) == set(tables.metadata.tables)
    assert await database.wipe()
    assert remembered(file, looked_for) == set(tables.metadata.tables), "what serves is still there"
    await database.run(forget_all)
    assert remembered(file, looked_for) == set(tables.metadata.tables), "deleting alone is not enough"
    assert await database.wipe()
    assert remembered(file, looked_for) == set()
    assert file.with_name("opspor.db-wal").stat().st_size == 0


@pytest.mark.only_on("sqlite")
async def test_while_somebody_reads_it_is_said_that_it_is_not_gone_and_later_it_goes(
    database: Database, file: Path
) -> None:
    await database.run(lambda c: c.exec_driver_sql("PRAGMA busy_timeout = 20").close())
    await database.run(fill)
    looked_for = await database.run(marks)
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM staff").fetchall()
    await database.run(forget_all)
    assert not await database.wipe()
    assert remembered(file, looked_for)
    reader.close()
    assert await database.wipe()
    assert remembered(file, looked_for) == set()


@pytest.mark.only_on("sqlite")
async def test_while_somebody_writes_nothing_is_wiped_and_nothing_is_claimed(
    database: Database, file: Path
) -> None:
    await database.run(lambda c: c.exec_driver_sql("PRAGMA busy_timeout = 20").close())
    writer = sqlite3.connect(file, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert not await database.wipe()
    writer.close()
    assert await database.wipe()


@pytest.mark.only_on("sqlite")
async def test_what_a_page_held_before_its_rows_moved_to_another_is_gone_too(
    database: Database, file: Path
) -> None:
    """Overwriting rows where they stood is not enough: pages that were split keep old bytes."""
    chance = random.Random(2)

    def come_and_go(c: Connection) -> set[bytes]:
        admit(c)
        t, living, dead = tables.session, list[str](), set[bytes]()
        empty = dict.fromkeys(("flow", "state", "given", "ticks", "view", "reference"), "")
        zeros = dict.fromkeys(("turn", "sealed", "version"), 0)
        for number in range(3000):
            if chance.random() < 0.5 or len(living) < 20:
                about = f"{chance.getrandbits(40):010x}mark{number:06d}"
                trail = ";".join([f"mark{number:06d}:"] * chance.randint(1, 60))
                living.append(about)
                row = empty | zeros | {"staff": 1, "about": about, "trail": trail, "touched": NOW}
                c.execute(insert(t), row)
            else:
                gone = living.pop(chance.randrange(len(living)))
                c.execute(t.delete().where(t.c.about == gone))
                dead.add(gone[10:].encode())
        return dead

    dead = await database.run(come_and_go)
    assert len(dead) > 1000
    assert await database.wipe()
    raw = bytes_of(file)
    assert [each for each in dead if each in raw] == []


@pytest.mark.only_on("sqlite")
async def test_the_running_bot_wipes_when_it_can_and_says_so_until_then(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.ask(lambda c: c.exec_driver_sql("PRAGMA busy_timeout = 20").close())
        await cast.ask(lambda c: outcomes.record(c, Outcome("2011-W01", "markoutcome")))
        moved, stop = asyncio.Event(), asyncio.Event()
        reader = sqlite3.connect(cast.path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM outcome").fetchall()
        sweep = asyncio.create_task(sweeping.run(cast.house, moved, stop))
        await asyncio.sleep(0.2)
        assert await cast.rows("outcome") == []
        assert "event=deleted_rows_left_in_file" in cast.log.getvalue()
        assert b"markoutcome" in bytes_of(cast.path)
        reader.close()
        moved.set()
        await asyncio.sleep(0.2)
        assert b"markoutcome" not in bytes_of(cast.path)
        stop.set()
        moved.set()
        await sweep


@pytest.mark.only_on("sqlite")
async def test_the_running_bot_blanks_whoever_was_removed_without_waiting_for_the_hour(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        moved, stop = asyncio.Event(), asyncio.Event()
        sweep = asyncio.create_task(sweeping.run(cast.house, moved, stop))
        await asyncio.sleep(0.1)
        sealed = (await cast.rows("staff"))[0]["name"]
        await cast.ask(lambda c: people.remove(c, 1, cast.time.now()))
        cast.later(minutes=2)
        assert sealed in bytes_of(cast.path)
        moved.set()
        await asyncio.sleep(0.2)
        assert sealed not in bytes_of(cast.path)
        stop.set()
        moved.set()
        await sweep
