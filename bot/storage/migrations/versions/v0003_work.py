"""What the key person has done in a case, and what it was before each of her last steps, so that one can be undone."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TEXT = sa.Text()
NUMBER = sa.Integer()
# SQLite's INTEGER has 64 bits, and its STRICT tables know no BIGINT.
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CODES = ("assessment", "tool", "plan", "span", "offer", "answer")


def upgrade() -> None:
    op.create_table(
        "work",
        _has("reference", TEXT), *_work(),
        sa.PrimaryKeyConstraint("reference", name="pk_work"),
        _of_the_referral("work"),
        *_at_most_32("work", "reference", *CODES),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "step",
        sa.Column("id", NUMBER, nullable=False),
        _has("reference", TEXT), _has("staff", NUMBER), _has("what", TEXT), _has("made", LONG),
        _has("contact", TEXT), sa.Column("reached", LONG), *_work(),
        sa.PrimaryKeyConstraint("id", name="pk_step"),
        _of_the_referral("step"),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_step_staff", ondelete="CASCADE"),
        *_at_most_32("step", "reference", "what", "contact", *CODES),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_index("ix_step_reference", "step", ["reference"])


def downgrade() -> None:
    for table in ("step", "work"):
        op.drop_table(table)


def _work() -> list[sa.Column[Any]]:
    return [*(_has(name, TEXT) for name in CODES), sa.Column("review", LONG)]


def _has(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _of_the_referral(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_reference"
    return sa.ForeignKeyConstraint(["reference"], ["referral.reference"], name=name, ondelete="CASCADE")


def _at_most_32(table: str, *columns: str) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(f"length({c}) <= 32", name=op.f(f"ck_{table}_{c}")) for c in columns]
