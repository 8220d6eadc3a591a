"""Rows of every table by their columns alone: each column filled, and each that may be empty left so; for tests that
move rows about and do not ask what they mean."""

import hashlib
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Integer, Table, insert, inspect, text

from bot.storage.tables import metadata
from bot.storage.types import Code, Codes, Digest, Flag, Key, Moment, Secret, Week
from tests.test_storage import CIPHER, NOW

Rows = dict[str, list[tuple[Any, ...]]]
AT_ONCE = 3  # rows of a table: two that are full, one with nothing in it that may be missing


def write_all(c: Connection, first: int = 1) -> None:
    for table in metadata.sorted_tables:
        c.execute(insert(table), [_row(table, number) for number in range(first, first + AT_ONCE)])


def as_stored(c: Connection) -> Rows:
    """What the database itself holds, whatever our own types make of it; by table, in one order."""
    found = {}
    for table in metadata.sorted_tables:
        here = {
            column["name"] for column in inspect(c).get_columns(table.name)
        }  # perhaps of an earlier version
        names = ", ".join(f'"{column.name}"' for column in table.c if column.name in here)
        asked = text(f'SELECT {names} FROM "{table.name}"')  # noqa: S608
        found[table.name] = sorted((tuple(row) for row in c.execute(asked)), key=repr)
    return found


def _row(table: Table, number: int) -> dict[str, Any]:
    bare = number % AT_ONCE == 0
    return {column.name: None if bare and column.nullable else _value(column, number) for column in table.c}


def _value(column: Column[Any], number: int) -> Any:
    """The same for a column and the one it refers to, so that a row's parent is the one with its number."""
    while column.foreign_keys:
        (column,) = (key.column for key in column.foreign_keys)
    name, kind = f"{column.table.name}.{column.name}", column.type
    drawn = int.from_bytes(hashlib.sha256(f"{name}{number}".encode()).digest()[:4]) >> 1
    match kind:
        case Secret():
            return CIPHER.seal(f"{name} {number} æøå 😀")
        case Digest():
            return hashlib.sha256(f"{name}{number}".encode()).digest()
        case Moment():
            return NOW + timedelta(milliseconds=number)
        case Flag():
            return number % 2 == 0
        case Week():
            return f"2026-W{number % 50 + 1:02}"
        case Codes():
            return f"{'a-b_c.1,' * (kind.limit // 16)};=+~:{number}"
        case Key():
            return f"k{number}"
        case Code():
            return f"a_b-c.{number}"
        case BigInteger():
            return drawn * 0x1_0000_0001
        case Integer():
            return number if column.primary_key else drawn
    raise AssertionError(f"{name} is of a kind that nobody has foreseen here")
