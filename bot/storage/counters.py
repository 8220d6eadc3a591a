"""How far the counters that number rows have come, on both kinds of database: no number ever means another row."""

from collections.abc import Mapping

from sqlalchemy import Column, Connection, Table, func, select

from bot.storage.tables import metadata


def _numbered(table: Table) -> Column[int] | None:
    """The column that the database itself gives a number to."""
    return table.autoincrement_column


def given(c: Connection) -> dict[str, int]:
    """By table, the highest number that was ever given, also where that row is gone; 0 where none was."""
    found = {}
    for table in metadata.sorted_tables:
        if (column := _numbered(table)) is not None:
            highest = c.execute(select(func.max(column))).scalar() or 0
            found[table.name] = max(highest, _counted(c, column))
    return found


def go_on_after(c: Connection, numbers: Mapping[str, int]) -> None:
    """In the caller's transaction: undone with it, as `setval` would not be."""
    for name, number in numbers.items():
        table = metadata.tables[name]
        column = _numbered(table)
        if not number or column is None:
            continue
        if c.dialect.name == "postgresql":
            c.exec_driver_sql(f"ALTER SEQUENCE {_sequence(c, column)} RESTART WITH {number + 1:d}")
        elif _is_counted_in_file(table):
            c.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            c.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, number))


def _counted(c: Connection, column: Column[int]) -> int:
    table = column.table
    if c.dialect.name == "postgresql":
        last, is_given = c.exec_driver_sql(f"SELECT last_value, is_called FROM {_sequence(c, column)}").one()  # noqa: S608
        return int(last) if is_given else int(last) - 1
    if not _is_counted_in_file(table):
        return 0
    asked = "SELECT seq FROM sqlite_sequence WHERE name = ?"
    return int(c.exec_driver_sql(asked, (table.name,)).scalar() or 0)


def _is_counted_in_file(table: Table) -> bool:
    """Others get one more than the highest that is there: nobody holds their numbers after the row is gone."""
    return bool(table.dialect_options["sqlite"]["autoincrement"])


def _sequence(c: Connection, column: Column[int]) -> str:
    asked = "SELECT pg_get_serial_sequence($1::text, $2::text)"
    return str(c.exec_driver_sql(asked, (column.table.name, column.name)).scalar_one())
