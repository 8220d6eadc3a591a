"""What the clock of a hand-over lives on: the watch over it, absences, deputies, and each unit's proven route."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.Text()
NUMBER = sa.Integer()
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "watch",
        _has("reference", TEXT), _has("first", TEXT), _has("asked", LONG), _has("since", NUMBER),
        _has("steps", NUMBER), _has("exhausted", FLAG),
        sa.PrimaryKeyConstraint("reference", name="pk_watch"),
        sa.ForeignKeyConstraint(
            ["reference"], ["referral.reference"], name="fk_watch_reference", ondelete="CASCADE"
        ),
        *_at_most("watch", 32, "reference", "first"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_table("absence", *_hers("absence"), _has("back", LONG), sqlite_strict=True)
    op.create_table("deputy", *_hers("deputy"), sqlite_strict=True)
    op.create_table(
        "route",
        _has("unit", TEXT), _has("tried", LONG), sa.Column("proven", LONG),
        sa.PrimaryKeyConstraint("unit", name="pk_route"),
        *_at_most("route", 32, "unit"),
        sqlite_strict=True,
    )  # fmt: skip


def downgrade() -> None:
    for table in ("route", "deputy", "absence", "watch"):
        op.drop_table(table)


def _hers(table: str) -> tuple[Any, ...]:
    return (
        _has("staff", NUMBER),
        sa.PrimaryKeyConstraint("staff", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=f"fk_{table}_staff", ondelete="CASCADE"),
    )


def _has(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _at_most(table: str, length: int, *columns: str) -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint(f"length({column}) <= {length}", name=op.f(f"ck_{table}_{column}"))
        for column in columns
    ]
