"""There is no place to put a name: every table and column is walked, and words are pushed at each of them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, Connection, Integer, Table, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.schema import CreateTable
from sqlalchemy.types import TypeEngine

from bot.flows import loader
from bot.flows.vocabulary import GIVEN, QUESTIONS
from bot.model import Notice, Referral
from bot.outcome import Outcome
from bot.storage import outcomes, people, purge, referrals
from bot.storage.cipher import Cipher
from bot.storage.codes import read_answers
from bot.storage.database import open_database
from bot.storage.migrate import downgrade, migrate, settings, upgrade
from bot.storage.sqlite import open_engine
from bot.storage.tables import metadata
from bot.storage.types import Code, Codes, Digest, Flag, Key, Moment, Secret, Week
from tests.cast import CITIZEN, KEY, TOWN, finish, on_stage, to_consent

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
CIPHER = Cipher(KEY)
TABLES = list(metadata.tables.values())
COLUMNS = [(table, column) for table in TABLES for column in table.c]
SEALED = {
    "staff.chat",
    "staff.name",
    "staff.phone",
    "invitation.name",
    "invitation.phone",
    "entry.name",
    "freshness.read",
}

# Words about a person in every dress in which they could slip past a check on length or signs.
WORDS = (
    "Karen Hansen",
    "KAREN",
    "hun blev slået",
    "karen hansen",
    "bor på rosenvej 7",
    "010203 1234",
    "+45 70 10 20 30",
    "karen@eksempel",
    "karen\n",
    "karen\0 Hansen blev slået",
    "Ｋａｒｅｎ",
    "карен",
    "\0karen hansen",
    "kar\u200ben",
    "hun fortalte, at han tog kvælertag på hende; børnene så det. " * 400,
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/opspor.db"
    migrate(url)
    return url


@pytest.fixture
def raw(url: str, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """As anybody meets the file who has a database tool and none of our code."""
    with closing(sqlite3.connect(tmp_path / "opspor.db", isolation_level=None)) as connection:
        yield connection


def in_order(column: Column[Any]) -> Any:
    """Something that the column is for."""
    match column.type:
        case Week():
            return "2026-W47"
        case Code():
            return "abc"
        case Secret():
            return CIPHER.seal("")
        case Digest():
            return bytes(32)
        case Moment():
            return NOW
        case Flag():
            return False
        case _:
            return 7


def in_bytes(table: Table) -> dict[str, Any]:
    """A whole row, as the file itself has it."""
    plain = {column.name: in_order(column) for column in table.c}
    return {name: 1 if isinstance(value, datetime) else value for name, value in plain.items()}


def put(raw: sqlite3.Connection, table: Table, row: dict[str, Any]) -> None:
    """Raises what the file says; what it took is taken back."""
    marks = ", ".join("?" for _ in row)
    raw.execute("BEGIN")
    try:
        raw.execute(f"INSERT INTO {table.name} ({', '.join(row)}) VALUES ({marks})", list(row.values()))  # noqa: S608
    finally:
        raw.execute("ROLLBACK")


# --- what a column is for ----------------------------------------------------------------------------


def test_every_column_is_a_closed_code_a_number_a_moment_a_key_a_digest_or_a_sealed_field_of_an_employee() -> (
    None
):
    kinds: tuple[type[TypeEngine[Any]], ...] = (Code, Codes, Key, Week, Moment, Flag, Digest, Secret)
    other = {str(column): column.type for _, column in COLUMNS if not isinstance(column.type, kinds)}
    assert len(COLUMNS) > 110
    assert {name for name, kind in other.items() if type(kind) not in (Integer, BigInteger)} == set()
    assert {str(column) for _, column in COLUMNS if isinstance(column.type, Secret)} == SEALED
    assert {column.name for _, column in COLUMNS} & {"text", "note", "comment", "citizen", "cpr"} == set()


def test_the_file_itself_is_strict_and_has_a_check_for_every_column_that_is_not_a_number(
    raw: sqlite3.Connection,
) -> None:
    strict = {name: bool(flag) for _, name, *_, flag in raw.execute("PRAGMA table_list").fetchall()}
    checked = 0
    for table in TABLES:
        assert strict[table.name], table.name
        ((made,),) = raw.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table.name,)).fetchall()
        kinds = {name: kind for _, name, kind, *_ in raw.execute(f"PRAGMA table_info({table.name})")}
        assert set(kinds) == {column.name for column in table.c}
        assert set(kinds.values()) <= {"TEXT", "BLOB", "INTEGER"}
        for name, kind in kinds.items():
            if kind != "INTEGER":
                checked += 1
                assert f"CONSTRAINT ck_{table.name}_{name} CHECK (length({name})" in made, (table.name, name)
    assert checked > 60


def test_words_are_refused_by_every_column_through_our_own_types(url: str) -> None:
    engine = open_engine(url)
    tried = refused = 0
    for table, column in COLUMNS:
        row = {one.name: in_order(one) for one in table.c}
        for word in WORDS:
            for value in (word, word.encode()):
                tried += 1
                with engine.connect() as c, pytest.raises((StatementError, DBAPIError)) as error:
                    c.execute(insert(table), {**row, column.name: value})
                refused += 1
                assert "Hansen" not in str(error.value)
    engine.dispose()
    print(f"through the types: {tried} tried, {refused} refused")  # noqa: T201
    assert tried == refused == 2 * len(WORDS) * len(COLUMNS)


def test_words_are_refused_by_every_column_through_raw_sql(raw: sqlite3.Connection) -> None:
    tried = refused = 0
    for table in TABLES:
        row = in_bytes(table)
        put(raw, table, row)  # what is in order is taken, or the rest would show nothing
        for column in table.c:
            for word in WORDS:
                for value in (word, word.encode()):
                    tried += 1
                    with pytest.raises(sqlite3.Error):
                        put(raw, table, {**row, column.name: value})
                    refused += 1
    print(f"through raw SQL: {tried} tried, {refused} refused")  # noqa: T201
    assert tried == refused == 2 * len(WORDS) * len(COLUMNS)


def test_what_no_check_can_tell_apart_is_one_short_word_a_number_or_a_digest(raw: sqlite3.Connection) -> None:
    """The limit of what a schema can promise; that the bot writes only its own lists is shown below."""
    taken: dict[str, set[str]] = {}
    for table in TABLES:
        row = in_bytes(table)
        for column in table.c:
            for value in ("karen", "010203-1234", 102031234, b"k" * 32, b"k" * 33):
                try:
                    put(raw, table, {**row, column.name: value})
                except sqlite3.Error:
                    continue
                taken.setdefault(repr(value), set()).add(type(column.type).__name__)
    assert taken == {
        "'karen'": {"Code", "Codes", "Key"},
        "'010203-1234'": {"Code", "Codes", "Key"},
        "102031234": {"Code", "Codes", "Key", "Integer", "BigInteger", "Moment", "Flag"},
        repr(b"k" * 32): {"Digest"},
    }


def test_postgresql_gets_a_rule_of_its_own_for_each_of_these_columns() -> None:
    rules = 0
    for table in TABLES:
        made = str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
        assert "GLOB" not in made
        for column in table.c:
            if isinstance(column.type, Code | Secret | Digest):
                rules += 1
                assert f"CONSTRAINT ck_{table.name}_{column.name} CHECK (" in made, (table.name, column.name)
    assert rules > 60


# --- what the bot itself writes ----------------------------------------------------------------------


def closed_list() -> set[str]:
    """Every code of the house: what may stand in a column of codes besides opaque references."""
    flows = loader.load(unverified=True).flows
    codes = {*QUESTIONS, *GIVEN, *flows, "", "da", "en"}
    codes |= {key for keys in (*QUESTIONS.values(), *GIVEN.values()) for key in keys}
    codes |= {name for flow in flows.values() for name in (*flow.states, *flow.views)}
    codes |= {unit.id for unit in TOWN.unit} | {"frontline", "key_person", "coordinator", "deputy"}
    codes |= set(str(Notice.__annotations__["kind"]).replace("'", "").replace('"', "")[8:-1].split(", "))
    codes |= {one.on.isoformat() for one in loader.load(unverified=True).news}
    codes |= {"none", "disclosed", "asked_not_confirmed", "declined_to_talk", "could_not_ask_safely"}
    return codes | {"not_asked", "child_only", "own_violence", "passed", "failed", "taken"}


def test_the_lists_of_notices_are_found() -> None:
    assert {"referral", "duty_open", "probe", "review"} <= closed_list()


async def test_after_conversations_with_typed_words_every_code_in_the_rows_is_of_a_closed_list(
    tmp_path: Path,
) -> None:
    known, looked, strange = closed_list(), 0, list[tuple[str, str, str]]()

    async def look() -> int:
        seen = 0
        for table in metadata.tables.values():
            codes = [column.name for column in table.c if type(column.type) in (Code, Codes)]
            for row in await cast.rows(table.name):
                values = [(name, row[name]) for name in codes]
                seen += sum(len(split(value)) for _, value in values)
                strange.extend(
                    (table.name, name, one)
                    for name, value in values
                    for one in split(value)
                    if one not in known
                )
        return seen

    async with on_stage(tmp_path) as cast:
        await to_consent(cast.anna)
        await cast.anna.say(CITIZEN)
        looked += await look()
        await cast.anna.press("consent.named")
        await cast.anna.say(CITIZEN)
        await cast.outbox()
        await cast.bente.press("Åbn")
        await cast.bente.say(CITIZEN)
        await cast.bente.press("take.accept")
        looked += await look()
        await finish(cast.anna)
        await cast.outbox()
        looked += await look()
    print(f"{looked} codes read in the rows of three moments")  # noqa: T201
    assert looked > 150
    assert strange == []


def split(value: str) -> list[str]:
    for sign in ",:;=+~":
        value = value.replace(sign, " ")
    return value.split()


def test_what_is_split_is_what_the_codes_are() -> None:
    assert split("mode=told,red_flags=+throat+weapon") == ["mode", "told", "red_flags", "throat", "weapon"]
    assert list(read_answers("mode=told")) == ["mode"]


# --- an outcome is nobody's --------------------------------------------------------------------------


def test_only_a_hand_over_leads_from_an_outcome_to_anything_else() -> None:
    ties = {frozenset((table.name, key.column.table.name)) for table in TABLES for key in table.foreign_keys}
    assert len(ties) > 8
    assert {tie for tie in ties if "outcome" in tie} == {
        frozenset(("referral", "outcome")),
        frozenset(("course", "outcome")),
    }
    reached, waiting = set[str](), {"outcome"}
    while waiting:
        reached |= waiting
        near = {name for tie in ties if tie & waiting and "referral" not in tie for name in tie}
        waiting = near - reached
    assert reached == {"outcome", "course"}, "which leads no further"


def test_nothing_in_an_outcome_is_finer_than_a_week() -> None:
    columns = {column.name: column for column in metadata.tables["outcome"].c}
    assert not [name for name, column in columns.items() if isinstance(column.type, Moment)]
    assert isinstance(columns["week"].type, Week)
    numbers = {name for name, column in columns.items() if type(column.type) in (Integer, BigInteger)}
    spans = {"hours_to_open", "hours_to_accept", "hours_to_reach"}  # between two moments that are not kept
    assert numbers == {"id", "accepted", "reached"} | spans


async def test_neither_the_numbers_of_outcomes_nor_their_order_tell_which_came_first(url: str) -> None:
    database = open_database(url)

    def record(c: Connection) -> list[int]:
        return [outcomes.record(c, Outcome("2026-W47", f"u{count}")) for count in range(200)]

    numbers = await database.run(record)
    told = [int(one.unit[1:]) for one in await database.run(outcomes.all_of)]
    database.close()
    for order in (numbers, told):
        rises = sum(one < other for one, other in pairwise(order))
        assert 60 < rises < 140  # by lot about 100 of 199; in order all, backwards none
    assert sorted(told) == list(range(200))


async def test_thirty_days_after_closing_nothing_refers_to_the_outcome_any_more(url: str) -> None:
    database = open_database(url)

    def work(c: Connection) -> tuple[int, int]:
        her = people.admit(
            c, CIPHER, chat=5, role="frontline", unit="north", name="", phone="", language="da", now=NOW
        ).id
        number = outcomes.record(c, Outcome("2026-W47", "north"))
        over = NOW - purge.TIES
        referrals.store(c, Referral("r1", her, "north", "standard", "referral", over, closed=over))
        referrals.tie(c, "r1", number)
        referral = metadata.tables["referral"]
        count = select(referral.c.reference).where(referral.c.outcome == number)
        before = len(c.execute(count).all())
        purge.purge(c, NOW)
        return before, len(c.execute(count).all()) + len(outcomes.all_of(c))

    assert await database.run(work) == (1, 1)
    database.close()


# --- a database of before ----------------------------------------------------------------------------


def revision_before() -> str:
    from alembic.script import ScriptDirectory

    engine = open_engine("sqlite://")
    with engine.connect() as c:
        script = ScriptDirectory.from_config(settings(c)).get_revision("0006")
    engine.dispose()
    assert script is not None and isinstance(script.down_revision, str)
    return script.down_revision


def made(c: Connection) -> list[tuple[str, str]]:
    rows = c.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").all()
    return [(name, " ".join(sql.split())) for name, sql in rows]


async def test_the_rows_of_before_are_kept_and_their_outcomes_get_numbers_by_lot(
    url: str,
) -> None:
    engine = open_engine(url)
    with engine.begin() as c:
        downgrade(c, revision_before())
        before = made(c)
        person = {"chat": 5, "role": "frontline", "unit": "north", "name": "", "phone": "", "language": "da"}
        her = people.admit(c, CIPHER, **person, now=NOW).id  # type: ignore[arg-type]
        c.exec_driver_sql("UPDATE sqlite_sequence SET seq = 41 WHERE name = 'staff'")
        columns = metadata.tables["outcome"].c
        for number in (1, 2, 3):
            row = {column.name: in_order(column) for column in columns} | {"id": number, "unit": f"u{number}"}
            c.execute(insert(metadata.tables["outcome"]), row)
        referrals.store(c, Referral("r1", her, "north", "standard", "referral", NOW, outcome=2))
        referrals.store(c, Referral("r2", her, "north", "standard", "referral", NOW))
    with engine.begin() as c:
        upgrade(c)
        found = {unit: number for unit, number in c.exec_driver_sql("SELECT unit, id FROM outcome")}  # noqa: C416
        tied = referrals.get(c, "r1")
        assert tied is not None and tied.outcome == found["u2"]
        assert set(found) == {"u1", "u2", "u3"} and min(found.values()) > 1000
        assert people.by_id(c, CIPHER, her) is not None
        assert c.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'staff'").scalar() == 41
        assert c.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert c.exec_driver_sql("SELECT name FROM sqlite_temp_master").all() == []
        downgrade(c, revision_before())
        assert made(c) == before
    engine.dispose()
