"""What is stored, for how long, and who wins when two come at once: on real SQLite files."""

import asyncio
import os
import re
import sqlite3
import subprocess
import sys
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

import bot
from bot.errors import ConfigError, SessionConflict, StorageFailed
from bot.model import Answered, Notice, Referral, Session, Staff, Urgency
from bot.outcome import Outcome
from bot.storage import (
    attempts,
    duedates,
    entries,
    invitations,
    keys,
    leftovers,
    notices,
    outcomes,
    people,
    referrals,
    sendings,
    sessions,
    tables,
    traces,
    types,
)
from bot.storage.cipher import Cipher
from bot.storage.codes import read_answers, read_trail, write_answers, write_trail
from bot.storage.database import Database, open_database
from bot.storage.migrate import migrate
from bot.storage.purge import purge

T = TypeVar("T")
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CHAT, NAME, PHONE = 5550123456789, "Ingeborg Æbelø", "+45 70 10 20 30"
CIPHER = Cipher(urlsafe_b64encode(bytes(range(32))).decode())
PLACE = Session("detection", "moment", 1)


def admit(c: Connection, chat: int = CHAT, **other: Any) -> Staff:
    person: dict[str, Any] = {
        "role": "frontline", "unit": "north", "name": NAME, "phone": PHONE, "language": "da", "now": NOW,
    }  # fmt: skip
    return people.admit(c, CIPHER, chat=chat, **(person | other))


def told(reference: str = "r1", sender: int = 1, urgency: Urgency = "standard", **other: Any) -> Referral:
    return Referral(reference, sender, "north", urgency, "referral", NOW, **other)


async def _again(database: Database, work: Callable[[Connection], T]) -> T | Exception:
    while True:
        try:
            return await database.run(work)
        except SessionConflict as conflict:
            return conflict
        except StorageFailed:
            await asyncio.sleep(0)


def two_at_once(url: str, *works: Callable[[Connection], T]) -> list[T | Exception]:
    """Each work in a thread and on a connection of its own, all let go together."""
    gate = threading.Barrier(len(works))
    results: list[T | Exception] = [RuntimeError("never ran")] * len(works)

    def one(at: int, work: Callable[[Connection], T]) -> None:
        database = open_database(url)
        gate.wait(10)
        try:
            results[at] = asyncio.run(database.run(work))
        except SessionConflict as conflict:
            results[at] = conflict
        except (
            StorageFailed
        ):  # a slow disk keeps the lock for longer than it is waited for; the update comes again
            results[at] = asyncio.run(_again(database, work))
        finally:
            database.close()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


# --- there is no place to put a name ----------------------------------------------------------------


def test_every_column_is_of_a_closed_type() -> None:
    closed = {"Code", "Codes", "Key", "Week", "Moment", "Secret", "Digest", "Flag", "Integer", "BigInteger"}
    columns = [column for table in tables.metadata.tables.values() for column in table.c]
    assert len(columns) > 80
    assert {type(column.type).__name__ for column in columns} <= closed
    secrets = {str(column) for column in columns if isinstance(column.type, types.Secret)}
    assert secrets == {f"staff.{c}" for c in ("chat", "name", "phone")} | {
        "invitation.name",
        "invitation.phone",
        "entry.name",
        "freshness.read",
    }


def test_an_outcome_has_exactly_the_columns_of_the_model_and_no_tie_to_people() -> None:
    assert [c.name for c in tables.outcome.c] == ["id", *[field.name for field in fields(Outcome)]]
    assert not tables.outcome.foreign_keys


@pytest.mark.only_on("sqlite")  # it is our own types that refuse
@pytest.mark.parametrize(
    ("column", "value"),
    [
        (tables.session.c.flow, "Karen Hansen"),
        (tables.session.c.flow, "detection\n"),
        (tables.session.c.flow, "a" * 33),
        (tables.session.c.flow, 7),
        (tables.session.c.reference, "has-dash"),
        (tables.session.c.trail, "moment:moment=hun blev slået"),
        (tables.session.c.trail, "a" * 33),
        (tables.session.c.ticks, "throat+" * 1000),
        (tables.session.c.touched, datetime(2026, 1, 1)),  # noqa: DTZ001 - naive on purpose
        (tables.session.c.touched, 0),
        (tables.staff.c.name, b"Karen Hansen"),
        (tables.staff.c.name, "Karen Hansen"),
        (tables.staff.c.chat_digest, b"short"),
        (tables.staff.c.blocked, "no"),
        (tables.outcome.c.week, "2026-11-22"),
    ],
)
async def test_a_column_refuses_what_it_is_not_for_and_does_not_repeat_it(
    database: Database, column: Any, value: Any
) -> None:
    with pytest.raises(StatementError) as refused:
        await database.run(lambda c: c.execute(update(column.table), {column.name: value}))
    assert "may be stored here" in str(refused.value) or "characters of codes" in str(refused.value)
    assert "Karen" not in str(refused.value)
    assert "hun blev" not in str(refused.value)


async def test_the_database_itself_refuses_words_in_a_number_and_codes_without_end(
    database: Database,
) -> None:
    def put(c: Connection, column: str, value: str) -> None:
        c.execute(text(f"UPDATE outcome SET {column} = '{value}'"))  # noqa: S608 - columns of our own

    await database.run(lambda c: outcomes.record(c, Outcome("2026-W47", "north")))
    for column, value in (("accepted", "Karen"), ("unit", "k" * 33), ("week", "w" * 9)):
        with pytest.raises(DBAPIError):
            await database.run(partial(put, column=column, value=value))


@pytest.mark.only_on("sqlite")
async def test_the_files_hold_no_name_no_telephone_no_chat_and_no_code(
    database: Database, file: Path
) -> None:
    def work(c: Connection) -> None:
        invitations.invite(
            c, CIPHER, code="letmein", role="key_person", unit="north", name=NAME, phone=PHONE, now=NOW
        )
        admit(c)

    await database.run(work)
    raw = b"".join(path.read_bytes() for path in file.parent.iterdir())
    assert b"north" in raw
    for secret in (NAME, "Ingeborg", PHONE, "70 10 20 30", str(CHAT), "letmein"):
        assert secret.encode() not in raw
    for size in (6, 8):
        assert CHAT.to_bytes(size, "big") not in raw
        assert CHAT.to_bytes(size, "little") not in raw


# --- the key ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", "short", "ø" * 44, "A" * 43, urlsafe_b64encode(b"x" * 31).decode()])
def test_a_malformed_key_is_one_clear_sentence(key: str) -> None:
    with pytest.raises(ConfigError, match=r"^OPSPOR_KEY must be 32 bytes in URL-safe base64"):
        Cipher(key)


def test_what_is_sealed_opens_again_and_never_looks_the_same_twice() -> None:
    assert CIPHER.open(CIPHER.seal(NAME)) == NAME
    assert CIPHER.seal(NAME) != CIPHER.seal(NAME)


def test_a_chat_has_one_digest_under_one_key() -> None:
    other = Cipher(urlsafe_b64encode(b"y" * 32).decode())
    assert CIPHER.digest(CHAT) == CIPHER.digest(CHAT)
    assert len({CIPHER.digest(CHAT), CIPHER.digest(CHAT + 1), other.digest(CHAT)}) == 3


async def test_another_key_than_the_rows_were_written_with_is_said_and_not_met_as_strangers(
    database: Database,
) -> None:
    other = Cipher(urlsafe_b64encode(b"y" * 32).decode())
    await database.run(lambda c: keys.check(c, other))
    await database.run(admit)
    await database.run(lambda c: keys.check(c, CIPHER))
    with pytest.raises(ConfigError, match="put the earlier key back"):
        await database.run(lambda c: keys.check(c, other))


# --- opening a database -----------------------------------------------------------------------------


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
async def test_the_files_are_for_their_owner_only_whatever_the_umask(file: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        migrate(f"sqlite:///{file}")
        database = open_database(f"sqlite:///{file}")
        await database.run(admit)
        modes = {path.name: path.stat().st_mode & 0o777 for path in file.parent.iterdir()}
        database.close()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("opspor.db", "opspor.db-wal", "opspor.db-shm"), 0o600)


@pytest.mark.only_on("sqlite")
async def test_every_connection_is_durable_strict_and_overwrites_what_it_deletes(database: Database) -> None:
    wanted = {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1,
        "busy_timeout": 500, "trusted_schema": 0,
    }  # fmt: skip
    found = await database.run(
        lambda c: {name: c.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    )
    assert found == wanted


@pytest.mark.parametrize("scheme", ["sqlite:///", "sqlite+aiosqlite:///", "sqlite+pysqlite:///"])
def test_the_usual_spellings_of_an_sqlite_address_are_one(file: Path, scheme: str) -> None:
    migrate(f"{scheme}{file}")
    open_database(f"{scheme}{file}").close()
    assert file.stat().st_size > 0


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("postgresql+psycopg://u:sesame@h/d", "only sqlite: and postgresql: are supported"),
        ("postgresql://u:sesame@h", "no database on it"),
        ("postgresql://u:open@sesame@h/d", "@ is written %40"),
        ("postgresql://u:sesame@h:70000000/d", "does not answer|cannot be read"),
        ("postgresql://u:p@h/d?sesame=1", "something after its question mark"),
        ("postgresql://u:p@h/d?ssl=sesame", "takes ssl=disable"),
        ("postgresql://u:p@h/d?ssl=require&sslrootcert=sesame", "certificates with the last two only"),
        ("postgresql://u:sesame@h/d?ssl=verify-full&sslrootcert=/nowhere", "certificate.*cannot be read"),
        ("mysql://u:sesame@h/d", "only sqlite: and postgresql: are supported"),
        ("opspor.db", "not a database address"),
        ("", "not a database address"),
        ("sqlite:///opspor.db?mode=ro", "takes a path and nothing else"),
        ("sqlite://opspor.db", "takes a path and nothing else"),
    ],
)
def test_an_address_that_is_not_understood_is_one_sentence_without_its_password(
    address: str, sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence) as refused:
        open_database(address)
    assert "sesame" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_directory_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"directory {tmp_path}/gone of the database does not exist: make"):
        open_database(f"sqlite:///{tmp_path}/gone/opspor.db")


def test_a_directory_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=rf"database {tmp_path} cannot be written \(Is a directory\)"):
        open_database(f"sqlite:///{tmp_path}")


def test_a_file_that_may_not_be_written_is_named(file: Path) -> None:
    migrate(f"sqlite:///{file}")
    file.chmod(0o400)
    script = (
        "import os, sys; from bot.storage.database import open_database; from bot.errors import ConfigError\n"
        "os.getuid() or os.setuid(65534)\n"  # root may write anything
        "try: open_database(sys.argv[1])\n"
        "except ConfigError as refused: print(refused)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, f"sqlite:///{file}"],
        cwd=Path(bot.__file__).parents[1], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.stdout.startswith(f"The database {file} cannot be written (Permission denied)"), run.stderr


@pytest.mark.parametrize("garbage", [b"hello", b"not a database at all\n" * 500])
def test_a_file_that_is_no_database_is_named_and_left_as_it_is(file: Path, garbage: bytes) -> None:
    file.write_bytes(garbage)
    with pytest.raises(ConfigError, match=f"file {file} is not a database: move it away"):
        open_database(f"sqlite:///{file}")
    assert file.read_bytes() == garbage


@pytest.mark.only_on("sqlite")
async def test_a_locked_database_fails_clearly_and_works_again_once_it_is_free(
    database: Database, file: Path
) -> None:
    await database.run(lambda c: c.exec_driver_sql("PRAGMA busy_timeout = 20").close())
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageFailed, match="locked"):
        await database.run(admit)
    other.execute("ROLLBACK")
    other.close()
    assert (await database.run(admit)).name == NAME


@pytest.mark.only_on("sqlite")
async def test_a_transaction_that_only_reads_so_far_already_keeps_other_writers_out(
    database: Database, file: Path
) -> None:
    other = sqlite3.connect(file, isolation_level=None, timeout=0)

    def work(c: Connection) -> None:
        assert people.by_chat(c, CIPHER, CHAT) is None
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("DELETE FROM staff")
        admit(c)

    await database.run(work)
    other.close()


@pytest.mark.only_on("sqlite")
async def test_a_full_disk_fails_clearly_and_leaves_the_rows_as_they_were(database: Database) -> None:
    def fill(c: Connection) -> None:
        for number in range(500):
            outcomes.record(c, Outcome("2026-W47", f"unit{number}"))

    await database.run(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 1").close())
    with pytest.raises(StorageFailed, match="full"):
        await database.run(fill)
    assert await database.run(outcomes.all_of) == []


def damage(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))


@pytest.mark.only_on("sqlite")
async def test_a_database_damaged_while_running_fails_clearly(database: Database, file: Path) -> None:
    await database.run(admit)
    database.close()
    damage(file)
    with pytest.raises(StorageFailed):
        await database.run(lambda c: people.with_role(c, CIPHER, "frontline"))


async def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    def work(c: Connection) -> None:
        admit(c)
        raise KeyError

    with pytest.raises(KeyError):
        await database.run(work)
    assert await database.run(lambda c: people.by_chat(c, CIPHER, CHAT)) is None


# --- people -----------------------------------------------------------------------------------------


def invite(c: Connection, code: str = "letmein", **other: Any) -> None:
    person = {"role": "key_person", "unit": "north", "name": NAME, "phone": PHONE} | other
    invitations.invite(c, CIPHER, code=code, now=NOW, **person)


def redeem(c: Connection, chat: int = CHAT, code: str = "letmein", now: datetime = NOW) -> Staff | None:
    return invitations.redeem(c, CIPHER, code=code, chat=chat, language="en", now=now)


async def test_an_invitation_admits_one_person_once(database: Database) -> None:
    await database.run(invite)
    person = await database.run(redeem)
    assert person == Staff(1, CHAT, "key_person", "north", NAME, PHONE, "en", admitted=NOW)
    assert await database.run(lambda c: redeem(c, chat=2)) is None
    assert await database.run(lambda c: redeem(c, code="guess")) is None
    assert await database.run(lambda c: people.by_chat(c, CIPHER, CHAT)) == person
    assert await database.run(lambda c: people.by_id(c, CIPHER, 1)) == person


async def test_an_invitation_lasts_seven_days(database: Database) -> None:
    await database.run(invite)
    assert await database.run(lambda c: redeem(c, now=NOW + 7 * DAY)) is None
    assert await database.run(lambda c: redeem(c, now=NOW + 7 * DAY - MINUTE)) is not None


async def test_of_two_redeemers_at_once_one_is_admitted(database: Database, url: str) -> None:
    for attempt in range(8):
        code = f"code{attempt}"
        await database.run(partial(invite, code=code))
        first, second = two_at_once(
            url,
            partial(redeem, chat=1, code=code),
            partial(redeem, chat=2, code=code),
        )
        assert (first is None) != (second is None)


async def test_somebody_already_admitted_gets_the_new_role_and_keeps_what_she_chose(
    database: Database,
) -> None:
    before = await database.run(admit)
    await database.run(lambda c: invite(c, unit="south", name="", phone=""))
    assert await database.run(redeem) == replace(before, role="key_person", unit="south")


async def test_admitting_the_same_chat_twice_is_one_person(database: Database) -> None:
    assert await database.run(admit) == await database.run(admit)
    assert len(await database.run(lambda c: people.with_role(c, CIPHER, "frontline"))) == 1


async def test_people_are_found_by_role_in_the_order_they_came(database: Database) -> None:
    def work(c: Connection) -> list[int]:
        for chat in (9, 5, 7):
            admit(c, chat, role="key_person")
        admit(c, 3)
        return [p.chat for p in people.with_role(c, CIPHER, "key_person")]

    assert await database.run(work) == [9, 5, 7]


async def test_what_is_set_about_a_person_is_read_again(database: Database) -> None:
    def work(c: Connection) -> Staff | None:
        person = admit(c)
        people.set_language(c, person.id, "uk")
        people.set_live(c, person.id, 77)
        people.set_active(c, person.id, "ref1")
        people.set_blocked(c, person.id, True)
        return people.by_chat(c, CIPHER, CHAT)

    person = await database.run(work)
    her = Staff(1, CHAT, "frontline", "north", NAME, PHONE, "uk", 0, 77, "ref1", True, admitted=NOW)
    assert person == her


async def test_a_removed_person_is_nobody_but_her_chat_can_still_be_cleaned(database: Database) -> None:
    def work(c: Connection) -> None:
        person = admit(c)
        sessions.save(c, person.id, "", PLACE, NOW)
        notices.queue(c, "status", person.id, "r1", NOW)
        traces.keep(c, person.id, 10, NOW, HOUR)
        assert people.remove(c, person.id, NOW)
        assert not people.remove(c, person.id, NOW)
        assert people.by_chat(c, CIPHER, CHAT) is None
        assert people.by_id(c, CIPHER, person.id) is None
        assert people.with_role(c, CIPHER, "frontline") == []
        assert sessions.open_of(c, person.id) == []
        assert notices.to(c, person.id) == []
        assert traces.due(c, NOW, 9) == [(person.id, 10)]
        cleaned = people.by_id(c, CIPHER, person.id, removed=True)
        assert cleaned is not None
        assert cleaned.chat == CHAT
        assert admit(c).id == person.id

    await database.run(work)


# --- conversations ----------------------------------------------------------------------------------

CODE = st.from_regex(r"[a-z0-9_.-]{1,32}", fullmatch=True)
VALUE = st.one_of(CODE, st.just(""), st.lists(CODE, max_size=4).map(tuple))
ANSWERS = st.dictionaries(CODE, VALUE, max_size=4)
TRAIL = st.lists(st.builds(Answered, CODE, ANSWERS, st.booleans()), max_size=5).map(tuple)
SMALL = st.integers(0, 2**31 - 1)


@settings(deadline=None)
@given(ANSWERS, TRAIL)
def test_answers_and_trails_come_back_as_they_went(answers: Any, trail: Any) -> None:
    assert read_answers(write_answers(answers)) == answers
    assert read_trail(write_trail(trail)) == trail


@pytest.mark.only_on("sqlite")  # sixty of them; of a few, what else is here shows the same on both
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    st.builds(Session, CODE, CODE, SMALL, ANSWERS, TRAIL, st.lists(CODE, max_size=5).map(tuple), CODE, SMALL)
)
def test_a_session_comes_back_from_the_file_as_it_went(database: Database, session: Session) -> None:
    def work(c: Connection) -> None:
        person = admit(c)
        sessions.end(c, person.id, "")
        saved = sessions.save(c, person.id, "", session, NOW)
        assert saved == replace(session, version=1)
        assert sessions.load(c, person.id, "") == saved

    asyncio.run(database.run(work))


def test_a_trail_reads_as_codes() -> None:
    trail = (
        Answered("moment", {"moment": "during"}),
        Answered("mode", {"mode": "told", "response": "disclosed"}),
        Answered("more", {"red_flags": ("throat", "weapon"), "signs": ()}, aside=True),
        Answered("card", {}),
    )
    written = (
        "moment:moment=during;mode:mode=told,response=disclosed;~more:red_flags=+throat+weapon,signs=+;card:"
    )
    assert write_trail(trail) == written


@pytest.mark.parametrize("word", ["to do", "a=b", "a+b", "a;b", "~a", "Æ", "", "a" * 33])
def test_a_separator_or_a_word_inside_a_code_is_refused(word: str) -> None:
    for trail in (Answered(word, {}), Answered("s", {word: "a"}), Answered("s", {"q": (word,)})):
        with pytest.raises(ValueError, match="this is not a code"):
            write_trail([trail])


def save(c: Connection, session: Session) -> Session:
    return sessions.save(c, 1, "", session, NOW)


async def test_of_two_who_save_the_same_version_the_slower_loses(database: Database, url: str) -> None:
    await database.run(admit)
    place = await database.run(lambda c: sessions.save(c, 1, "", PLACE, NOW))
    for turn in range(2, 10):
        results = two_at_once(
            url,
            *[partial(save, session=replace(place, turn=turn, state=state)) for state in ("left", "right")],
        )
        (won,) = [result for result in results if isinstance(result, Session)]
        assert sum(isinstance(result, SessionConflict) for result in results) == 1
        assert await database.run(lambda c: sessions.load(c, 1, "")) == won
        place = won


async def test_of_two_who_begin_the_same_session_the_slower_loses(database: Database, url: str) -> None:
    await database.run(admit)
    results = two_at_once(url, *[partial(save, session=PLACE)] * 2)
    assert sorted(type(result).__name__ for result in results) == ["Session", "SessionConflict"]


async def test_a_session_that_ended_meanwhile_is_not_brought_back(database: Database) -> None:
    await database.run(admit)
    place = await database.run(lambda c: sessions.save(c, 1, "", PLACE, NOW))
    await database.run(lambda c: sessions.end(c, 1, ""))
    with pytest.raises(SessionConflict):
        await database.run(lambda c: sessions.save(c, 1, "", place, NOW))
    assert await database.run(lambda c: sessions.load(c, 1, "")) is None


async def test_the_turn_of_a_person_rises_with_her_sessions_and_never_falls(database: Database) -> None:
    def turns(c: Connection) -> list[int]:
        person = admit(c)
        seen = []
        for about, turn in (("", 5), ("r1", 3), ("r2", 8)):
            sessions.save(c, person.id, about, replace(PLACE, turn=turn), NOW)
            seen.append(admit(c).turn)
        for turn in (7, 9):
            people.set_turn(c, person.id, turn)
            seen.append(admit(c).turn)
        return seen

    assert await database.run(turns) == [5, 5, 8, 8, 9]


async def test_idle_and_open_sessions_are_found(database: Database) -> None:
    def work(c: Connection) -> None:
        one, two = admit(c, 1).id, admit(c, 2).id
        sessions.save(c, one, "", PLACE, NOW)
        sessions.save(c, one, "r1", PLACE, NOW + HOUR)
        sessions.save(c, two, "r1", PLACE, NOW - HOUR)
        assert sessions.open_of(c, one) == ["r1", ""]
        assert sessions.idle(c, NOW) == [(two, "r1")]
        assert sessions.idle(c, NOW + MINUTE) == [(two, "r1"), (one, "")]
        assert sessions.load(c, one, "DROP TABLE staff") is None

    await database.run(work)


async def test_an_update_is_met_for_the_first_time_once(database: Database, url: str) -> None:
    for number in range(2**40, 2**40 + 8):
        results = two_at_once(url, *[partial(sessions.seen, update_id=number, now=NOW)] * 2)
        assert sorted(results, key=str) == [(False, None), (True, None)]
    assert await database.run(lambda c: sessions.seen(c, 2**40, NOW)) == (False, None)


async def test_with_an_update_comes_since_when_whoever_is_here_longest_is_admitted(
    database: Database,
) -> None:
    def work(c: Connection) -> None:
        assert sessions.seen(c, 1, NOW) == (True, None)
        gone, here = admit(c, 1, now=NOW - DAY), admit(c, 2, now=NOW - HOUR)
        admit(c, 3)
        people.remove(c, gone.id, NOW)
        assert sessions.seen(c, 2, NOW) == (True, here.admitted)

    await database.run(work)


# --- referrals --------------------------------------------------------------------------------------


async def test_a_referral_comes_back_as_it_went(database: Database) -> None:
    def work(c: Connection) -> None:
        admit(c)
        number = outcomes.record(c, Outcome("2026-W47", "north"))
        full = told(
            delivered=NOW, opened=NOW + MINUTE, accepted=NOW + HOUR, accepted_by=1, reached=NOW + DAY,
            contact="reached", close="completed", closed=NOW + 2 * DAY, outcome=number,
        )  # fmt: skip
        referrals.store(c, full)
        referrals.store(c, told("r2"))
        assert referrals.get(c, "r1") == full
        assert referrals.get(c, "r2") == told("r2")
        assert referrals.get(c, "r3") is None
        assert referrals.get(c, "no such; reference") is None

    await database.run(work)


async def test_moments_keep_their_milliseconds_in_any_zone(database: Database) -> None:
    summer = datetime(2026, 7, 1, 23, 59, 59, 123999, tzinfo=timezone(2 * HOUR))
    early = datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)

    def work(c: Connection) -> None:
        admit(c)
        referrals.store(c, replace(told(), stored=summer, opened=early))
        back = referrals.get(c, "r1")
        assert back is not None
        assert back.stored == summer.replace(microsecond=123000)
        assert back.stored.tzinfo is UTC
        assert back.opened == early

    await database.run(work)


async def test_of_two_who_accept_at_once_one_has_it(database: Database, url: str) -> None:
    await database.run(lambda c: [admit(c, chat) for chat in (1, 2, 3)])
    for number in range(8):
        reference = f"r{number}"
        await database.run(partial(referrals.store, told=told(reference)))
        won = two_at_once(
            url,
            partial(referrals.accept, reference=reference, staff_id=2, now=NOW),
            partial(referrals.accept, reference=reference, staff_id=3, now=NOW),
        )
        found = await database.run(partial(referrals.get, reference=reference))
        assert found is not None
        assert sorted(won, key=str) == [False, True]
        assert found.accepted_by == (2 if won[0] else 3)


async def test_a_closed_referral_changes_no_more(database: Database) -> None:
    def work(c: Connection) -> None:
        admit(c)
        referrals.store(c, told())
        assert referrals.close(c, "r1", "completed", NOW)
        closed = referrals.get(c, "r1")
        assert not referrals.close(c, "r1", "declined", NOW + HOUR)
        assert not referrals.accept(c, "r1", 1, NOW)
        assert not referrals.contact(c, "r1", "reached", NOW)
        assert not referrals.raise_urgency(c, "r1", "now")
        assert not referrals.set_path(c, "r1", "shelter")
        assert referrals.get(c, "r1") == closed

    await database.run(work)


async def test_delivered_opened_and_reached_count_the_first_time(database: Database) -> None:
    def work(c: Connection) -> None:
        admit(c)
        referrals.store(c, told())
        for first_time in (referrals.delivered, referrals.opened, referrals.reached):
            assert first_time(c, "r1", NOW)
            assert not first_time(c, "r1", NOW + HOUR)
        assert referrals.get(c, "r1") == told(delivered=NOW, opened=NOW, reached=NOW)

    await database.run(work)


async def test_the_last_contact_counts_and_the_first_reached_has_its_time(database: Database) -> None:
    def work(c: Connection) -> None:
        admit(c)
        referrals.store(c, told())
        assert referrals.contact(c, "r1", "not_reached", NOW)
        assert referrals.get(c, "r1") == told(contact="not_reached")
        for hours in (1, 2):
            referrals.contact(c, "r1", "reached", NOW + hours * HOUR)
        assert referrals.get(c, "r1") == told(contact="reached", reached=NOW + HOUR)

    await database.run(work)


async def test_urgency_rises_and_never_falls(database: Database) -> None:
    steps: list[tuple[Urgency, bool]] = [
        ("standard", False), ("same_day", True), ("same_day", False), ("standard", False), ("now", True),
        ("same_day", False), ("now", False),
    ]  # fmt: skip

    def work(c: Connection) -> None:
        admit(c)
        referrals.store(c, told())
        assert [referrals.raise_urgency(c, "r1", urgency) for urgency, _ in steps] == [r for _, r in steps]
        assert referrals.get(c, "r1") == told(urgency="now")

    await database.run(work)


async def test_open_for_her_is_what_she_has_or_was_told_of_most_urgent_then_oldest(
    database: Database,
) -> None:
    def work(c: Connection) -> list[str]:
        her, other = admit(c, 1).id, admit(c, 2).id
        rows: list[tuple[str, Urgency, int]] = [
            ("young", "standard", 3), ("old", "standard", 1), ("day", "same_day", 2), ("now", "now", 9),
            ("taken", "now", 1), ("hers", "same_day", 1), ("closed", "now", 1), ("untold", "now", 1),
        ]  # fmt: skip
        for reference, urgency, hours in rows:
            referrals.store(c, replace(told(reference, other, urgency), stored=NOW + hours * HOUR))
            if reference not in ("hers", "untold"):
                notices.queue(c, "referral", her, reference, NOW)
        notices.queue(c, "status", her, "untold", NOW)
        notices.queue(c, "referral", other, "untold", NOW)
        referrals.accept(c, "taken", other, NOW)
        referrals.accept(c, "hers", her, NOW)
        referrals.close(c, "closed", "completed", NOW)
        return [each.reference for each in referrals.open_for(c, her)]

    assert await database.run(work) == ["now", "hers", "day", "old", "young"]


async def test_a_referral_of_nobody_cannot_be_stored(database: Database) -> None:
    with pytest.raises(IntegrityError):
        await database.run(lambda c: referrals.store(c, told(sender=99)))


# --- outcomes ---------------------------------------------------------------------------------------


async def test_an_outcome_is_written_once_and_completed_by_the_key_person_only(database: Database) -> None:
    first = Outcome(
        "2026-W47", "north", "during", "told", "disclosed", "physical,stalking", "both", "knowledge",
        "notified", "help", "meeting", "disclosed", "now", "referral",
    )  # fmt: skip

    def work(c: Connection) -> None:
        number = outcomes.record(c, first)
        outcomes.record(c, Outcome("2026-W48", "south"))
        assert outcomes.complete(c, number, accepted=1, close="completed", hours_to_open=3)
        assert not outcomes.complete(c, 99, accepted=1)
        with pytest.raises(ValueError, match="not the key person's to write: level"):
            outcomes.complete(c, number, level="none")
        completed = replace(first, accepted=1, close="completed", hours_to_open=3)
        kept = sorted(outcomes.all_of(c), key=lambda one: one.week)
        assert kept == [completed, Outcome("2026-W48", "south")]

    await database.run(work)


# --- the outbox's rows ------------------------------------------------------------------------------


def first_due(c: Connection) -> datetime | None:
    rows = (
        (tables.notice.c.due, tables.notice.c.due.is_not(None)),
        (tables.trace.c.due, tables.trace.c.again.is_(None)),
    )
    found = [c.execute(select(func.min(due)).where(which)).scalar() for due, which in rows]
    return min((one for one in found if one is not None), default=None)


async def test_what_is_written_and_is_due_first_is_noted_until_it_is_asked_for(database: Database) -> None:
    def work(c: Connection) -> None:
        her = admit(c).id
        duedates.noted(c)
        assert duedates.noted(c) is None
        notices.queue(c, "referral", her, "r1", NOW + HOUR)
        assert duedates.noted(c) == NOW + HOUR and duedates.noted(c) is None
        notices.queue(c, "referral", her, "r1", NOW + HOUR)
        traces.keep(c, her, 10, NOW, DAY)
        traces.expire(c, her, NOW)
        notices.queue(c, "referral", her, "r1", NOW + DAY)
        assert duedates.noted(c) == NOW

    await database.run(work)


async def test_a_notice_is_due_until_sent_and_comes_back_when_queued_anew(database: Database) -> None:
    def work(c: Connection) -> None:
        admit(c)
        number = notices.queue(c, "referral", 1, "r1", NOW + HOUR, "now")
        assert notices.due(c, NOW, 9) == []
        assert first_due(c) == NOW + HOUR
        (read,) = notices.due(c, NOW + HOUR, 9)
        assert read == Notice(number, "referral", 1, "r1", NOW + HOUR, 0, 0, "now")
        assert notices.later(c, read, NOW + 2 * HOUR)
        (read,) = notices.due(c, NOW + 2 * HOUR, 9)
        assert read.attempts == 1
        notices.stands_on(c, read, 70, NOW)
        assert notices.sent(c, read)
        assert first_due(c) is None
        assert notices.due(c, NOW + DAY, 9) == []
        assert notices.queue(c, "referral", 1, "r1", NOW + DAY) == number
        again = Notice(number, "referral", 1, "r1", NOW + DAY, 0, 70, "")
        assert notices.find(c, "referral", 1, "r1") == again

    await database.run(work)


async def test_a_notice_queued_anew_while_it_was_being_sent_stays_due(database: Database) -> None:
    def work(c: Connection) -> None:
        admit(c)
        notices.queue(c, "status", 1, "r1", NOW, "stored")
        (read,) = notices.due(c, NOW, 1)
        notices.queue(c, "status", 1, "r1", NOW, "accepted")
        notices.stands_on(c, read, 70, NOW)
        assert not notices.sent(c, read)
        assert not notices.later(c, read, NOW + HOUR)
        assert [(n.code, n.message) for n in notices.due(c, NOW, 1)] == [("accepted", 70)]
        (read,) = notices.due(c, NOW, 1)
        notices.queue(c, "status", 1, "r1", NOW + MINUTE, "accepted")
        assert not notices.sent(c, read)
        assert first_due(c) == NOW + MINUTE

    await database.run(work)


async def test_whoever_sent_too_slowly_leaves_the_claim_of_the_next_alone(database: Database) -> None:
    def work(c: Connection) -> None:
        admit(c)
        notices.queue(c, "status", 1, "r1", NOW)
        (read,) = notices.due(c, NOW, 1)
        slow = notices.claim(c, read, NOW + MINUTE)
        (read,) = notices.due(c, NOW + MINUTE, 1)
        next_one = notices.claim(c, read, NOW + 2 * MINUTE)
        assert slow is not None and next_one is not None
        assert not notices.sent(c, slow)
        assert notices.due(c, NOW + MINUTE, 1) == [], "the next one is sending it"
        assert notices.sent(c, next_one)

    await database.run(work)


async def test_the_message_that_a_notice_stood_on_goes_when_another_stands_there(database: Database) -> None:
    def work(c: Connection) -> None:
        admit(c)
        notices.queue(c, "status", 1, "r1", NOW)
        (read,) = notices.due(c, NOW, 1)
        for message in (70, 71, 71):
            assert notices.stands_on(c, read, message, NOW)
        assert traces.due(c, NOW, 9) == [(1, 70)]
        assert notices.sent(c, read)
        assert not notices.stands_on(c, read, 72, NOW), "nobody waits for another"
        assert [one.message for one in notices.to(c, 1)] == [71]
        notices.take_back(c, read, NOW)
        assert not notices.stands_on(c, read, 73, NOW)
        assert traces.due(c, NOW, 9) == [(1, message) for message in (70, 71, 72, 73)]

    await database.run(work)


async def test_a_notice_that_was_opened_or_settled_rings_no_more_and_stays_to_be_read(
    database: Database,
) -> None:
    def work(c: Connection) -> None:
        admit(c, 1), admit(c, 2)
        first = notices.queue(c, "referral", 1, "r1", NOW)
        notices.queue(c, "referral", 2, "r1", NOW)
        (read, _) = notices.due(c, NOW, 9)
        notices.stands_on(c, read, 70, NOW)
        notices.sent(c, read)
        notices.queue(c, "referral", 1, "r1", NOW + HOUR)
        notices.opened(c, read)
        assert notices.settle(c, "referral", 2, "r1", "passed")
        assert not notices.settle(c, "referral", 2, "r2", "passed")
        assert first_due(c) is None
        assert notices.to(c, 1) == [Notice(first, "referral", 1, "r1", None)]
        assert [(n.staff, n.code) for n in notices.of(c, "r1")] == [(1, ""), (2, "passed")]

    await database.run(work)


async def test_notices_are_found_oldest_first_by_referral_and_by_kind(database: Database) -> None:
    def work(c: Connection) -> None:
        admit(c, 1), admit(c, 2)
        late = notices.queue(c, "referral", 1, "r1", NOW)
        early = notices.queue(c, "referral", 2, "r1", NOW - HOUR)
        status = notices.queue(c, "status", 1, "r1", NOW - MINUTE)
        notices.queue(c, "status", 1, "r2", NOW + DAY)
        assert [n.id for n in notices.due(c, NOW, 9)] == [early, status, late]
        assert [n.id for n in notices.due(c, NOW, 2)] == [early, status]
        assert [n.id for n in notices.of(c, "r1")] == [late, early, status]
        assert [n.id for n in notices.of(c, "r1", "referral")] == [late, early]
        notices.drop(c, notices.of(c, "r1")[1])
        assert notices.find(c, "referral", 2, "r1") is None
        assert first_due(c) == NOW - MINUTE

    await database.run(work)


async def test_the_number_of_a_dropped_notice_is_never_used_again(database: Database) -> None:
    def work(c: Connection) -> None:
        admit(c)
        number = notices.queue(c, "status", 1, "r1", NOW)
        notices.drop(c, *notices.to(c, 1))
        assert notices.queue(c, "status", 1, "r2", NOW) > number

    await database.run(work)


async def test_messages_are_due_at_their_deadline_and_gone_once_settled(database: Database) -> None:
    def work(c: Connection) -> None:
        her, other = admit(c, 1).id, admit(c, 2).id
        traces.keep(c, her, 10, NOW, DAY)
        traces.keep(c, her, 11, NOW, HOUR)
        traces.keep(c, her, 12, NOW - HOUR)
        traces.keep(c, her, 13, NOW, DAY)
        traces.keep(c, other, 10, NOW, DAY + HOUR)
        assert first_due(c) == NOW - HOUR
        traces.expire(c, her, NOW, keep=[13])
        assert traces.due(c, NOW, 9) == [(her, 12), (her, 10), (her, 11)]
        assert traces.due(c, NOW, 1) == [(her, 12)]
        traces.settle(c, her, [10, 11, 12])
        traces.settle(c, her, [])
        assert traces.due(c, NOW + DAY, 9) == [(her, 13)]
        traces.expire(c, her, NOW)
        assert traces.due(c, NOW, 9) == [(her, 13)]
        traces.keep(c, her, 13, NOW, DAY)
        assert first_due(c) == NOW + DAY

    await database.run(work)


async def test_no_message_is_given_more_than_forty_hours_however_often_its_deadline_is_moved(
    database: Database,
) -> None:
    def work(c: Connection) -> None:
        her = admit(c, 1).id
        traces.keep(c, her, 10, NOW, DAY * 5)
        for hour in range(1, 60):
            traces.keep(c, her, 10, NOW + HOUR * hour, DAY * 5)
        assert traces.due(c, NOW + HOUR * 39, 9) == [(her, 10)]

    await database.run(work)
    with pytest.raises(IntegrityError):
        await database.run(lambda c: c.exec_driver_sql("UPDATE trace SET due = sent + 144000001"))


async def test_a_message_that_could_not_be_deleted_is_tried_again_later_and_stays_overdue(
    database: Database,
) -> None:
    def work(c: Connection) -> None:
        her = admit(c, 1).id
        traces.keep(c, her, 10, NOW)
        traces.put_off(c, her, [10], NOW + HOUR)
        assert traces.due(c, NOW, 9) == [] and first_due(c) is None
        assert traces.due(c, NOW + HOUR, 9) == [(her, 10)]
        traces.keep(c, her, 10, NOW)
        assert traces.due(c, NOW, 9) == [(her, 10)]

    await database.run(work)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("query", [notices._DUE, traces._DUE, sendings._DUE, sessions._TO_COVER])
async def test_what_is_due_is_looked_up_in_the_small_index(database: Database, query: Any) -> None:
    def plan(c: Connection) -> str:
        compiled = query.compile(c)
        zeros = (0,) * len(compiled.positiontup or ())
        return str(c.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", zeros).all())

    assert re.findall("ix_([a-z]+)_(?:due|cover)", await database.run(plan))


# --- what has outlived its purpose ------------------------------------------------------------------


async def test_each_row_is_kept_as_long_as_the_design_says_and_no_longer(database: Database) -> None:
    def rows(c: Connection) -> dict[str, int]:
        names = purge(c, NOW)
        return {t: c.exec_driver_sql(f"SELECT count(*) FROM {t}").scalar_one() for t in names}  # noqa: S608

    def work(c: Connection) -> None:
        her, gone = admit(c, 1).id, admit(c, 2).id
        sessions.seen(c, 1, NOW)
        leftovers.add(c, "2026-W47", 2)
        invite(c)
        number = outcomes.record(c, Outcome("2026-W47", "north"))
        referrals.store(c, told("closed", gone, accepted_by=her, outcome=number))
        referrals.store(c, told("open", her))
        for reference in ("closed", "open"):
            notices.queue(c, "referral", her, reference, NOW)
            sessions.save(c, her, reference, PLACE, NOW)
        sessions.save(c, her, "", PLACE, NOW)
        referrals.close(c, "closed", "completed", NOW)
        people.remove(c, gone, NOW)
        attempts.may_try(c, CIPHER.digest(9), NOW, counts=True)
        entries.keep(c, CIPHER, entries.Entry(her, "name", NOW + MINUTE, name="Karen Bjerre"))
        kept = dict.fromkeys(rows(c), 0)
        assert purge(c, NOW + MINUTE) == kept | {"entry": 1}
        assert purge(c, NOW + HOUR) == kept | {"attempt": 1}
        assert purge(c, NOW + 48 * HOUR - MINUTE) == kept
        assert purge(c, NOW + 48 * HOUR) == kept | {"seen_update": 1}
        assert purge(c, NOW + 7 * DAY) == kept | {"invitation": 1}
        assert purge(c, NOW + 30 * DAY - MINUTE) == kept
        ties = {"notice": 1, "session": 3, "referral": 1, "staff": 1}
        assert purge(c, NOW + 30 * DAY) == kept | ties
        assert purge(c, datetime(2031, 11, 22, tzinfo=UTC)) == kept | {"leftover": 1}
        assert purge(c, datetime(2031, 12, 1, tzinfo=UTC)) == kept | {"outcome": 1}
        left = {"notice": 1, "referral": 1, "staff": 1}
        assert rows(c) == dict.fromkeys(rows(c), 0) | left

    await database.run(work)


async def test_a_removed_person_stays_while_an_open_referral_needs_her(database: Database) -> None:
    def work(c: Connection) -> None:
        person = admit(c)
        referrals.store(c, told())
        people.remove(c, person.id, NOW)
        assert purge(c, NOW + 60 * DAY)["staff"] == 0
        referrals.close(c, "r1", "completed", NOW + 60 * DAY)
        assert purge(c, NOW + 90 * DAY)["staff"] == 1

    await database.run(work)


async def test_an_invitation_once_used_goes_at_the_next_purge(database: Database) -> None:
    await database.run(invite)
    await database.run(redeem)
    assert (await database.run(lambda c: purge(c, NOW)))["invitation"] == 1


# --- the house --------------------------------------------------------------------------------------


def test_only_what_has_not_happened_yet_may_be_missing() -> None:
    optional = {str(c) for t in tables.metadata.tables.values() for c in t.c if c.nullable}
    times = {f"referral.{c}" for c in ("delivered", "opened", "accepted", "accepted_by", "reached", "closed")}
    hours = {f"outcome.hours_to_{c}" for c in ("open", "accept", "reach")}
    hours |= {f"course.open_hours_to_{c}" for c in ("open", "accept", "reach")}
    hours |= {"work.review", "step.review", "step.reached"}
    others = {
        "referral.outcome",
        "staff.removed",
        "invitation.used",
        "notice.due",
        "notice.claimed",
        "trace.again",
        "session.cover",
        "route.proven",
        "entry.about",
        "freshness.offer",
    }
    assert optional == times | hours | others
