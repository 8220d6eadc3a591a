"""Practising together, and staying fresh: what an employee is offered, has read and has seen of what is new."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

TEXT = sa.Text()
NUMBER = sa.Integer()
BYTES = sa.LargeBinary()
# SQLite's INTEGER has 64 bits, and its STRICT tables know no BIGINT.
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CODE = "a-z0-9_."


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "freshness",
        _has("staff", NUMBER), sa.Column("offer", LONG), _has("news", TEXT), _has("read", BYTES),
        sa.PrimaryKeyConstraint("staff", name="pk_freshness"),
        _of_staff("freshness"),
        _code("freshness", "news", sqlite), _sealed("freshness", "read", sqlite),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_index("ix_freshness_offer", "freshness", ["offer"])
    flag = NUMBER if sqlite else sa.Boolean()
    op.create_table(
        "round",
        _has("unit", TEXT), _has("situation", TEXT), _has("ended", flag), _has("due", LONG),
        sa.PrimaryKeyConstraint("unit", "situation", name="pk_round"),
        _code("round", "unit", sqlite), _code("round", "situation", sqlite),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "partaker",
        _has("unit", TEXT), _has("situation", TEXT), _has("staff", NUMBER),
        sa.PrimaryKeyConstraint("unit", "situation", "staff", name="pk_partaker"),
        _of_staff("partaker"), _of_round("partaker"),
        *(_code("partaker", name, sqlite) for name in ("unit", "situation")),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "share",
        _has("unit", TEXT), _has("situation", TEXT), _has("question", TEXT), _has("choice", TEXT),
        _has("count", NUMBER),
        sa.PrimaryKeyConstraint("unit", "situation", "question", "choice", name="pk_share"),
        _of_round("share"),
        *(_code("share", name, sqlite) for name in ("unit", "situation", "question", "choice")),
        sqlite_strict=True,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_freshness_offer", "freshness")
    for table in ("share", "partaker", "round", "freshness"):
        op.drop_table(table)


def _has(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _of_staff(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=f"fk_{table}_staff", ondelete="CASCADE")


def _of_round(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["unit", "situation"], ["round.unit", "round.situation"], name=f"fk_{table}_unit_situation",
        ondelete="CASCADE",
    )  # fmt: skip


def _code(table: str, name: str, sqlite: bool) -> sa.CheckConstraint:
    short = f"length({name}) <= 32"
    rule = (
        f"{short} AND instr({name}, char(0)) = 0 AND {name} NOT GLOB '*[^{_CODE}-]*'"
        if sqlite
        else f"{short} AND {name} ~ '^[{_CODE}-]*$'"
    )
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _sealed(table: str, name: str, sqlite: bool) -> sa.CheckConstraint:
    signs, long = "A-Za-z0-9_=-", f"length({name}) >= 100"
    text = f"CAST({name} AS TEXT)"
    rule = (
        f"{long} AND instr({name}, X'00') = 0 AND {text} GLOB 'gAAAA*' AND {text} NOT GLOB '*[^{signs}]*'"
        if sqlite
        else f"{long} AND encode({name}, 'escape') ~ '^gAAAA[{signs}]*$'"
    )
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))
