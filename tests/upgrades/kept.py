"""What an earlier version left, put back: its rows into a database at its revision, its messages into the chats."""

import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import Boolean, Connection, MetaData, Table, insert

from bot.storage import counters
from bot.storage.migrate import settings
from tests.cast import Before
from tests.wire import FakeWire

FILES = tuple(sorted(Path(__file__).parent.glob("*.json")))
assert FILES, "without a file nothing would be tried"
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Kept:
    version: str
    revision: str
    before: Before
    open_code: str
    tables: dict[str, list[dict[str, Any]]]
    counters: dict[str, int]


def read(file: Path) -> Kept:
    data = json.loads(file.read_text("utf-8"))
    tables = {
        name: [dict(zip(table["columns"], map(_value, row), strict=True)) for row in table["rows"]]
        for name, table in data["tables"].items()
    }
    people = {name: (chat, phone) for name, (chat, phone) in data["people"].items()}
    following = data["next"]
    before = Before(data["seconds"], _wire(data), people, following["reference"] - 1, following["own"] - 1)
    return Kept(data["version"], data["revision"], before, data["codes"]["open"], tables, data["counters"])


def put_back(c: Connection, kept: Kept) -> None:
    """By the tables as that version made them, and not as they are now."""
    command.upgrade(settings(c), kept.revision)
    then = tables_of(c)
    assert {table.name for table in then} == {*kept.tables}, "it is not of that version"
    for table in then:
        c.execute(insert(table), [_as_kept_here(table, row) for row in kept.tables[table.name]])
    counters.go_on_after(c, counters.given(c) | kept.counters)  # SQLite does not count every table


def tables_of(c: Connection) -> list[Table]:
    there = MetaData()
    there.reflect(c)
    return [table for table in there.sorted_tables if not table.name.startswith("alembic")]


def stored(c: Connection) -> dict[str, set[Row]]:
    """All rows, whatever version the tables are; each as pairs of column and value, without those that hold nothing."""
    return {
        table.name: {
            tuple(sorted((name, value) for name, value in row._mapping.items() if value is not None))
            for row in c.execute(table.select())
        }
        for table in tables_of(c)
    }


def _value(one: Any) -> Any:
    return bytes.fromhex(one["hex"]) if isinstance(one, dict) else one


def _as_kept_here(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """Yes and no are numbers in SQLite, where the rows come from."""
    return {
        name: bool(value) if isinstance(table.c[name].type, Boolean) else value for name, value in row.items()
    }


def _wire(data: dict[str, Any]) -> FakeWire:
    wire = FakeWire(first_message=data["next"]["message"])
    wire._numbers = itertools.count(data["next"]["update"])
    for chat, messages in data["chats"].items():
        for number, words, buttons in messages:
            wire.put(int(chat), number, words)
            if buttons:
                wire._cards[int(chat), number] = (words, buttons)
    return wire
