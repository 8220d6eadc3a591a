"""The database itself refuses words in every column of codes, and the numbers of outcomes tell no order.

SQLite cannot add a check to a table: each is written anew, under the rules that its own DDL had before. So this
version need not know which tables there are, only what a check looked like until now.
"""

import re
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_LENGTH = re.compile(r"CHECK \(length\((\w+)\) <= (\d+)\)")
_CLOSED = re.compile(r"CHECK \(length\((\w+)\) (?:<= (\d+) AND|= 32\)).*")
_SEALED = re.compile(r", *\n\tCONSTRAINT ck_\w+ CHECK \(length\(\w+\) >= 100[^\n]*?(?=,? *\n)")
_CODE = "a-z0-9_."
_CODES = "a-z0-9_.,:;=+~"
_TOKEN = "A-Za-z0-9_="  # noqa: S105 - the signs that one is made of


def upgrade() -> None:
    c = op.get_bind()
    if c.dialect.name == "sqlite":
        _rewrite(c, _closed)
    else:  # no version before this one ran on anything else, so that there are no outcomes to renumber
        _alter(c)


def downgrade() -> None:
    """In SQLite the checks become what they were, elsewhere the stricter ones may stay; the numbers need not."""
    c = op.get_bind()
    if c.dialect.name == "sqlite":
        _rewrite(c, _as_before)


# --- SQLite ------------------------------------------------------------------------------------------


def _rewrite(c: sa.Connection, changed: Callable[[str, str], str]) -> None:
    """Children first out, parents first in: nothing that refers to a row is there while the row is not."""
    tables = [name for name, _ in sa.inspect(c).get_sorted_table_and_fkc_names() if name]
    tables = [name for name in tables if not name.startswith("alembic")]
    made = {name: [sql for (sql,) in c.exec_driver_sql(_MADE_OF, (name,))] for name in tables}
    counted = c.exec_driver_sql("SELECT name, seq FROM sqlite_sequence").all()
    for name in tables:
        c.exec_driver_sql(f"CREATE TEMP TABLE kept_{name} AS SELECT * FROM main.{name}")  # noqa: S608
    _renumber(c)
    for name in reversed(tables):
        c.exec_driver_sql(f"DROP TABLE main.{name}")
    for name in tables:
        for sql in made[name]:
            c.exec_driver_sql(changed(name, sql))
        c.exec_driver_sql(f"INSERT INTO main.{name} SELECT * FROM kept_{name} ORDER BY 1")  # noqa: S608
        c.exec_driver_sql(f"DROP TABLE temp.kept_{name}")
    for name, number in counted:  # a number that was used is never used again, also after this
        c.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
        c.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, number))


def _renumber(c: sa.Connection) -> None:
    """Every outcome gets a number drawn by lot, and its hand-over with it, where there still is one."""
    c.exec_driver_sql("CREATE TEMP TABLE lot (old INTEGER PRIMARY KEY, number INTEGER)")
    c.exec_driver_sql("INSERT INTO lot SELECT id, abs(random()) >> 1 FROM kept_outcome")
    c.exec_driver_sql("UPDATE kept_referral SET outcome = (SELECT number FROM lot WHERE old = outcome)")
    c.exec_driver_sql("UPDATE kept_outcome SET id = (SELECT number FROM lot WHERE old = id)")
    c.exec_driver_sql("DROP TABLE temp.lot")


# The table itself before its indexes.
_MADE_OF = (
    "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type <> 'table', name"
)


def _closed(table: str, sql: str) -> str:
    if not sql.startswith("CREATE TABLE"):
        return sql
    bytes_of = re.findall(r"^\s*(\w+) BLOB", sql, re.MULTILINE)
    hashed = [name for name, _ in _LENGTH.findall(sql) if name in bytes_of]

    def check(found: re.Match[str]) -> str:
        name, limit = found[1], int(found[2])
        return f"CHECK ({_sqlite(name, limit, is_hash=name in hashed)})"

    sealed = "".join(
        f", \n\tCONSTRAINT ck_{table}_{name} CHECK ({_sealed(name)})"
        for name in bytes_of
        if name not in hashed
    )
    head, closing, tail = _LENGTH.sub(check, sql).rpartition("\n)")
    return head + sealed + closing + tail


def _sqlite(name: str, limit: int, *, is_hash: bool) -> str:
    if is_hash:
        return f"length({name}) = {limit}"
    short = f"length({name}) <= {limit}"
    if limit == 8:
        return f"{short} AND {name} GLOB '[0-9][0-9][0-9][0-9]-W[0-9][0-9]'"
    signs = _CODE if limit == 32 else _CODES
    return f"{short} AND instr({name}, char(0)) = 0 AND {name} NOT GLOB '*[^{signs}-]*'"


def _sealed(name: str) -> str:
    text = f"CAST({name} AS TEXT)"
    return (
        f"length({name}) >= 100 AND instr({name}, X'00') = 0 AND {text} GLOB 'gAAAA*'"
        f" AND {text} NOT GLOB '*[^{_TOKEN}-]*'"
    )


def _as_before(table: str, sql: str) -> str:
    if not sql.startswith("CREATE TABLE"):
        return sql
    lines = _SEALED.sub("", sql).splitlines()
    return "\n".join(_CLOSED.sub(_only_length, line) for line in lines)


def _only_length(found: re.Match[str]) -> str:
    comma = ", " if found[0].rstrip().endswith(",") else ""
    return f"CHECK (length({found[1]}) <= {found[2] or 32}){comma}"


# --- PostgreSQL --------------------------------------------------------------------------------------


def _alter(c: sa.Connection) -> None:
    op.alter_column("outcome", "id", type_=sa.BigInteger(), server_default=None)
    op.alter_column("referral", "outcome", type_=sa.BigInteger())
    inspector = sa.inspect(c)
    for table in inspector.get_table_names():
        checks = inspector.get_check_constraints(table)
        limits = {
            found[1]: int(found[2])
            for check in checks
            if (found := re.search(r"length\((\w+)\) <?= (\d+)", check["sqltext"]))
        }
        for column in inspector.get_columns(table):
            rule = _postgresql(column["name"], column["type"], limits.get(column["name"]))
            if rule and not table.startswith("alembic"):
                name = op.f(f"ck_{table}_{column['name']}")
                if name in {check["name"] for check in checks}:
                    op.drop_constraint(name, table, type_="check")
                op.create_check_constraint(name, table, sa.text(rule))


def _postgresql(name: str, kind: object, limit: int | None) -> str:
    if isinstance(kind, sa.LargeBinary):
        token = f"length({name}) >= 100 AND encode({name}, 'escape') ~ '^gAAAA[{_TOKEN}-]*$'"
        return f"length({name}) = {limit}" if limit else token
    if limit is None:
        return ""
    if limit == 8:
        return f"{name} ~ '^[0-9]{{4}}-W[0-9]{{2}}$'"
    return f"length({name}) <= {limit} AND {name} ~ '^[{_CODE if limit == 32 else _CODES}-]*$'"
