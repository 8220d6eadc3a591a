"""Every message in a chat has a deadline within forty hours, also one whose number was lost; details are covered."""

import time
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TEXT = sa.Text()
NUMBER = sa.Integer()
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    known = _taken("trace")
    op.create_table(
        "trace",
        *_of_chat("message"),
        _has("sent", LONG), _has("due", LONG), sa.Column("again", LONG),
        sa.PrimaryKeyConstraint("staff", "message", name="pk_trace"),
        _hers("trace"),
        sa.CheckConstraint("due <= sent + 144000000", name=op.f("ck_trace_forty_hours")),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_index("ix_trace_due", "trace", ["due"])
    # Since when they stand is not known: those that nothing else says are due, and a live card among them is renewed.
    now = time.time_ns() // 1_000_000
    for row in known:
        due = now if row["due"] is None else min(row["due"], now + 39 * 3_600_000)
        _insert("trace", row | {"sent": now, "due": due})
    op.create_table(
        "sending",
        *_of_chat("notice"),
        *(_has(name, NUMBER) for name in ("after", "tries", "upto")), _has("due", LONG),
        sa.PrimaryKeyConstraint("staff", "notice", name="pk_sending"),
        _hers("sending"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_index("ix_sending_due", "sending", ["due"])
    op.create_table(
        "leftover",
        _has("week", TEXT), _has("count", NUMBER),
        sa.PrimaryKeyConstraint("week", name="pk_leftover"),
        sa.CheckConstraint("length(week) <= 8", name=op.f("ck_leftover_week")),
        sqlite_strict=True,
    )  # fmt: skip
    sessions = _taken("session")
    _session(sa.Column("cover", LONG))
    op.create_index("ix_session_cover", "session", ["cover"], sqlite_where=sa.text("cover IS NOT NULL"))
    for row in sessions:
        _insert("session", row | {"cover": None if row["view"] == "hide" else row["touched"] + 300_000})


def downgrade() -> None:
    sessions = _taken("session")
    _session()
    for row in sessions:
        view = "hide" if row["view"].startswith("hide") else row["view"]
        _insert("session", {name: value for name, value in row.items() if name != "cover"} | {"view": view})
    for table in ("leftover", "sending"):
        op.drop_table(table)
    known = _taken("trace")
    op.create_table(
        "trace",
        *_of_chat("message"),
        sa.Column("due", LONG),
        sa.PrimaryKeyConstraint("staff", "message", name="pk_trace"),
        _hers("trace"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_index("ix_trace_due", "trace", ["due"], sqlite_where=sa.text("due IS NOT NULL"))
    for row in known:
        _insert("trace", {name: row[name] for name in ("staff", "message", "due")})


def _taken(table: str) -> list[dict[str, Any]]:
    """All its rows, out of a table that is made anew: SQLite can neither forbid NULL later nor add between columns."""
    rows = op.get_bind().execute(sa.text(f"SELECT * FROM {table}")).mappings().all()  # noqa: S608 - our own names
    op.drop_table(table)
    return [dict(row) for row in rows]


def _insert(table: str, row: dict[str, Any]) -> None:
    named = sa.table(table, *(sa.column(name) for name in row))
    op.execute(named.insert().values(row))


def _session(*more: sa.Column[Any]) -> None:
    op.create_table(
        "session",
        sa.Column("staff", NUMBER, autoincrement=False, nullable=False), _has("about", TEXT), _has("flow", TEXT),
        _has("state", TEXT), _has("turn", NUMBER), _has("given", TEXT), _has("trail", TEXT), _has("ticks", TEXT),
        _has("view", TEXT), _has("sealed", NUMBER), _has("reference", TEXT), _has("version", NUMBER),
        _has("touched", LONG), *more,
        sa.PrimaryKeyConstraint("staff", "about", name="pk_session"),
        _hers("session"),
        *_at_most(32, "about", "flow", "state", "view", "reference"),
        *_at_most(4000, "given"), *_at_most(16000, "trail"), *_at_most(1000, "ticks"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_index("ix_session_touched", "session", ["touched"])


def _at_most(limit: int, *columns: str) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(f"length({c}) <= {limit}", name=op.f(f"ck_session_{c}")) for c in columns]


def _of_chat(name: str) -> tuple[Any, ...]:
    return (
        sa.Column("staff", NUMBER, autoincrement=False, nullable=False),
        sa.Column(name, NUMBER, autoincrement=False, nullable=False),
    )


def _has(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _hers(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=f"fk_{table}_staff", ondelete="CASCADE")
