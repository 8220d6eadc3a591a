"""The commands that keep the database, as processes of their own on a real file: what they say and do."""

import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from bot.model import Referral, Role
from bot.municipality import EXAMPLE
from bot.outcome import Outcome
from bot.sandbox import TOKEN
from bot.storage import notices, outcomes, people, referrals, traces
from bot.storage.cipher import Cipher
from bot.storage.database import open_database
from bot.storage.migrate import migrate
from tests.cast import KEY
from tests.test_command_line import aside, bot_api, ended, logged, sees, types
from tests.test_keys import OTHER_KEY

ROOT = Path(__file__).parent.parent
GIVE_UP_SECONDS = 120  # only so that a broken test ends
NOW = datetime.now(UTC)
PEOPLE: tuple[tuple[Role, str], ...] = (
    ("frontline", "Anna Bjerregaard"),
    ("key_person", "Bente Bjerregaard"),
    ("coordinator", "Karen Bjerregaard"),
)


def surroundings(directory: Path, **changed: str) -> dict[str, str]:
    given = {
        "OPSPOR_DATABASE": f"sqlite:///{directory / 'opspor.db'}",
        "OPSPOR_MUNICIPALITY": str(EXAMPLE),
        "OPSPOR_KEY": KEY,
    } | changed
    known = {"PATH": os.environ["PATH"], "HOME": str(directory), "PYTHONPATH": str(ROOT)}
    return known | {name: value for name, value in given.items() if value}


def opspor(directory: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *words], cwd=directory, env=surroundings(directory, **settings),
        capture_output=True, text=True, timeout=GIVE_UP_SECONDS, check=False,
    )  # fmt: skip


def said(done: subprocess.CompletedProcess[str], status: int = 0) -> str:
    """What it said: on the way out where all is well, one sentence of complaint where not."""
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr and KEY not in done.stdout + done.stderr
    if status == 2:
        assert done.stderr.count("\n") == 1 and done.stderr.startswith("opspor: ") and not done.stdout
    return done.stdout + done.stderr


def house(directory: Path, chats: tuple[int, ...] = (7001, 7002, 7003)) -> Path:
    """Three people, and a hand-over of the first that the second has taken."""
    address = f"sqlite:///{directory / 'opspor.db'}"
    migrate(address)
    database = open_database(address)

    def fill(c: Connection) -> None:
        for chat, (role, name) in zip(chats, PEOPLE, strict=True):
            people.admit(
                c, Cipher(KEY), chat=chat, role=role, unit="jobcenter", name=name, phone="00 00 00 81",
                language="da", now=NOW,
            )  # fmt: skip
        referrals.store(c, Referral("r1", 1, "jobcenter", "standard", "referral", NOW))
        notices.queue(c, "referral", 2, "r1", NOW)
        referrals.accept(c, "r1", 2, NOW)
        traces.keep(c, 2, 10, NOW, traces.KEPT)

    asyncio.run(database.run(fill))
    database.close()
    return directory / "opspor.db"


def asked(file: Path, question: str) -> list[tuple[object, ...]]:
    c = sqlite3.connect(file)
    found = c.execute(question).fetchall()
    c.close()
    return found


# --- people -----------------------------------------------------------------------------------------


def test_staff_lists_everybody_with_number_role_unit_name_and_since_when(tmp_path: Path) -> None:
    file = house(tmp_path)
    with sqlite3.connect(file) as c:
        c.execute("UPDATE staff SET blocked = true WHERE id = 2")
        c.execute("INSERT INTO deputy VALUES (2)")
        c.execute("UPDATE staff SET removed = admitted WHERE id = 1")
    c.close()
    lines = said(opspor(tmp_path, "staff", OPSPOR_MUNICIPALITY="")).splitlines()
    today = f"{NOW:%Y-%m-%d}"
    assert lines == [
        f"1\tfrontline\tjobcenter\tAnna Bjerregaard\tadmitted {today}, removed {today}",
        f"2\tdeputy key_person\tjobcenter\tBente Bjerregaard\tadmitted {today}, has blocked the bot",
        f"3\tcoordinator\tjobcenter\tKaren Bjerregaard\tadmitted {today}",
    ]


def test_forget_hands_on_what_she_had_and_purge_blanks_her_after_48_hours(tmp_path: Path) -> None:
    file = house(tmp_path)
    done = said(opspor(tmp_path, "forget", "2"))
    assert "number 2 is removed; 1 referrals went on to others" in done
    assert asked(file, "SELECT accepted_by FROM referral") == [(None,)]
    assert asked(file, "SELECT staff FROM notice WHERE kind = 'referral'") == [(3,)], "the coordinator"
    assert asked(file, "SELECT due IS NOT NULL FROM trace WHERE staff = 2") == [(1,)]
    assert "number 2 was removed before" in said(opspor(tmp_path, "forget", "2"))
    said(opspor(tmp_path, "purge"))
    assert "Bente Bjerregaard" in said(opspor(tmp_path, "staff")), "her chat is not clean yet"
    (name,) = asked(file, "SELECT name FROM staff WHERE id = 2")[0]
    two_days_ago = int((datetime.now(UTC) - timedelta(hours=49)).timestamp() * 1000)
    with sqlite3.connect(file) as c:
        c.execute("UPDATE staff SET removed = ? WHERE id = 2", (two_days_ago,))
    c.close()
    said(opspor(tmp_path, "purge"))
    assert "2\tkey_person\tjobcenter\t(no name)" in said(opspor(tmp_path, "staff"))
    assert isinstance(name, bytes) and name not in b"".join(
        each.read_bytes() for each in tmp_path.glob("opspor*")
    )


def test_the_last_coordinator_and_nobody_cannot_be_forgotten(tmp_path: Path) -> None:
    file = house(tmp_path)
    assert "number 3 is the last coordinator: invite another" in said(opspor(tmp_path, "forget", "3"), 2)
    assert asked(file, "SELECT removed FROM staff WHERE id = 3") == [(None,)]
    assert "there is nobody with number 9" in said(opspor(tmp_path, "forget", "9"), 2)


# --- keys -------------------------------------------------------------------------------------------


def test_a_key_is_replaced_from_end_to_end(tmp_path: Path) -> None:
    file = house(tmp_path)
    both = {"OPSPOR_KEY": OTHER_KEY, "OPSPOR_KEY_OLD": KEY}
    before = said(opspor(tmp_path, "staff"))
    assert "OPSPOR_KEY_OLD is not set: give the key" in said(opspor(tmp_path, "rekey"), 2)
    assert "are the same" in said(opspor(tmp_path, "rekey", OPSPOR_KEY_OLD=KEY), 2)
    assert "give it as OPSPOR_KEY_OLD" in said(opspor(tmp_path, "staff", OPSPOR_KEY=OTHER_KEY), 2)
    assert said(opspor(tmp_path, "staff", **both)) == before
    sealed = [each for row in asked(file, "SELECT chat, name, phone, chat_digest FROM staff") for each in row]
    assert said(opspor(tmp_path, "rekey", **both)).splitlines() == [
        "sealed anew: staff 3, invitation 0, entry 0, freshness 0",
        "nothing is sealed with the earlier key any more: OPSPOR_KEY_OLD may be taken away",
    ]
    assert said(opspor(tmp_path, "staff", OPSPOR_KEY=OTHER_KEY)) == before
    assert "OPSPOR_KEY is not the key" in said(opspor(tmp_path, "staff"), 2)
    raw = b"".join(each.read_bytes() for each in tmp_path.glob("opspor.db*"))
    assert len(sealed) == 12 and not [each for each in sealed if isinstance(each, bytes) and each in raw]


def test_rekey_names_what_neither_key_opens_and_does_the_rest(tmp_path: Path) -> None:
    file = house(tmp_path)
    with sqlite3.connect(file) as c:
        c.execute("UPDATE staff SET phone = ? WHERE id = 2", (b"gAAAA".ljust(120, b"x"),))
    c.close()
    before = asked(file, "SELECT * FROM staff WHERE id = 2")
    both = {"OPSPOR_KEY": OTHER_KEY, "OPSPOR_KEY_OLD": KEY}
    complaint = said(opspor(tmp_path, "rekey", **both), 2)
    assert "staff number 2 opens with neither OPSPOR_KEY nor OPSPOR_KEY_OLD" in complaint
    assert "staff 2, invitation 0" in complaint
    assert asked(file, "SELECT * FROM staff WHERE id = 2") == before


def test_rekey_that_is_killed_is_begun_again(tmp_path: Path) -> None:
    file = house(tmp_path)
    database = open_database(f"sqlite:///{file}")

    def crowd(c: Connection) -> None:
        for chat in range(1, 400):
            people.admit(
                c, Cipher(KEY), chat=chat, role="frontline", unit="jobcenter", name=f"N{chat}", phone="",
                language="da", now=NOW,
            )  # fmt: skip

    asyncio.run(database.run(crowd))
    database.close()
    before = said(opspor(tmp_path, "staff"))
    digest = "SELECT hex(chat_digest) FROM staff WHERE id = 1"
    first = asked(file, digest)
    both = {"OPSPOR_KEY": OTHER_KEY, "OPSPOR_KEY_OLD": KEY}
    rekey = subprocess.Popen(
        [sys.executable, "-m", "bot", "rekey"], cwd=tmp_path, env=surroundings(tmp_path, **both),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    while rekey.poll() is None and asked(file, digest) == first:
        time.sleep(0.001)
    rekey.kill()
    rekey.communicate()
    assert said(opspor(tmp_path, "staff", **both)) == before
    again = said(opspor(tmp_path, "rekey", **both))
    (left,) = re.findall(r"staff (\d+)", again)
    assert 0 < int(left) < 402, "it was killed before anything, or after everything"
    assert said(opspor(tmp_path, "staff", OPSPOR_KEY=OTHER_KEY)) == before


# --- copies and what has lived long enough ------------------------------------------------------------


def test_backup_says_what_it_made_and_needs_neither_key_nor_municipality(tmp_path: Path) -> None:
    house(tmp_path)
    bare = {"OPSPOR_KEY": "", "OPSPOR_MUNICIPALITY": ""}
    assert re.fullmatch(
        r"monday\.db: \d+ bytes, checked, tables of version \d{4}\n",
        said(opspor(tmp_path, "backup", "monday.db", **bare)),
    )
    assert asked(tmp_path / "monday.db", "SELECT count(*) FROM staff") == [(3,)]
    assert "is there already" in said(opspor(tmp_path, "backup", "monday.db", **bare), 2)
    nothing = {"OPSPOR_DATABASE": f"sqlite:///{tmp_path}/other.db"}
    assert "There is no database" in said(opspor(tmp_path, "backup", "tuesday.db", **nothing), 2)
    assert {each.name for each in tmp_path.iterdir()} == {"opspor.db", "monday.db"}


def test_a_backup_that_is_ended_leaves_nothing_under_its_name(tmp_path: Path) -> None:
    """Ended as a service is: what was begun is taken away. Killed outright it leaves a file that ends with .part."""
    house(tmp_path)
    for ending in (signal.SIGTERM, signal.SIGKILL):
        target = tmp_path / f"copy{ending}.db"
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "backup", str(target)], cwd=tmp_path, env=surroundings(tmp_path)
        )
        while process.poll() is None and not list(tmp_path.glob(f"{target.name}*")):
            time.sleep(0.0005)
        process.send_signal(ending)
        status = process.wait(GIVE_UP_SECONDS)
        parts = list(tmp_path.glob("*.part*"))
        if target.exists():  # it was faster
            assert asked(target, "PRAGMA integrity_check") == [("ok",)]
        if ending == signal.SIGTERM:
            assert status in (0, 128 + signal.SIGTERM) and not parts
            assert status == 0 or not target.exists()
        for part in parts:
            assert part.stat().st_mode & 0o077 == 0
            part.unlink()


def test_copy_says_what_it_copied_and_what_to_do_next_and_needs_no_settings(tmp_path: Path) -> None:
    house(tmp_path)
    addresses = "sqlite:///opspor.db", "sqlite:///new.db"
    bare = {"OPSPOR_DATABASE": "", "OPSPOR_KEY": "", "OPSPOR_MUNICIPALITY": ""}
    done = said(opspor(tmp_path, "copy", *addresses, **bare))
    assert "staff: 3\n" in done and "referral: 1\n" in done and "outcome: 0\n" in done
    assert "copied 6 rows from opspor.db to new.db, counted on both sides; the first is as it was" in done
    assert "then destroy the first as docs/restore.md says" in done
    assert (tmp_path / "new.db").stat().st_mode & 0o777 == 0o600
    there = said(opspor(tmp_path, "staff", OPSPOR_DATABASE="sqlite:///new.db"))
    assert there == said(opspor(tmp_path, "staff")) and "Bente Bjerregaard" in there
    assert "new.db is not empty" in said(opspor(tmp_path, "copy", *addresses, **bare), 2)


def test_a_copy_to_another_database_that_is_ended_leaves_nothing_there(tmp_path: Path) -> None:
    file, target = house(tmp_path), tmp_path / "new.db"
    database = open_database(f"sqlite:///{file}")  # more than is held in memory before it is written
    database.run_now(lambda c: outcomes.record_all(c, [(Outcome("2026-W47", "north"), None)] * 30_000))
    database.close()
    migrate(f"sqlite:///{target}")
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "copy", f"sqlite:///{file}", f"sqlite:///{target}"], cwd=tmp_path,
        env=surroundings(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    log = target.with_name("new.db-wal")
    while process.poll() is None and not (log.exists() and log.stat().st_size > 0):
        time.sleep(0.001)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=GIVE_UP_SECONDS)
    assert process.returncode == 128 + signal.SIGTERM, "it was faster"
    assert asked(target, "SELECT count(*) FROM outcome") == [(0,)]
    assert asked(file, "SELECT count(*) FROM outcome") == [(30_000,)]


def test_purge_that_cannot_wipe_says_so_with_status_1_and_does_it_the_next_time(tmp_path: Path) -> None:
    file = house(tmp_path)
    with sqlite3.connect(file) as c:
        c.execute("UPDATE referral SET close = 'completed', closed = 0")
    c.close()
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM staff").fetchall()
    done = said(opspor(tmp_path, "purge"), 1)
    assert "referral: 1" in done and "still stands in the file or in its log" in done
    reader.close()
    assert "still stands" not in said(opspor(tmp_path, "purge"))


def test_doctor_names_files_that_others_could_read_once(tmp_path: Path) -> None:
    house(tmp_path).chmod(0o644)
    assert "could be read by others on this machine" in opspor(tmp_path, "doctor").stdout
    assert "could be read by others" not in opspor(tmp_path, "doctor").stdout


# --- beside a running bot -----------------------------------------------------------------------------


async def test_a_running_bot_answers_before_and_after_its_key_was_replaced_and_a_copy_made(
    tmp_path: Path,
) -> None:
    async with bot_api(tmp_path) as (world, base):
        both = {
            "OPSPOR_KEY": OTHER_KEY,
            "OPSPOR_KEY_OLD": KEY,
            "OPSPOR_API_BASE": base,
            "OPSPOR_TOKEN": TOKEN,
        }
        await asyncio.to_thread(house, tmp_path, (1001, 7002, 7003))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"), cwd=tmp_path, env=surroundings(tmp_path, **both),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(GIVE_UP_SECONDS):
                await logged(process, "event=ready")
                await types(base, 1001, "/new")
                await sees(world, 1001, "Hvornår bruger du mig?")
                done = await aside(opspor, tmp_path, "rekey", **both)
                assert "sealed anew: staff 3" in said(done)
                assert "checked" in said(await aside(opspor, tmp_path, "backup", "copy.db", **both))
                await types(base, 1001, "/help")
                await sees(world, 1001, "/clear")
                log = await ended(process)
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()
        assert KEY not in log and OTHER_KEY not in log and TOKEN not in log
    assert "Anna Bjerregaard" in said(await aside(opspor, tmp_path, "staff", OPSPOR_KEY=OTHER_KEY))
