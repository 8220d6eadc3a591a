"""Who made an invitation, tries with a code, and what a coordinator is awaited to type of a colleague."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TEXT = sa.Text()
NUMBER = sa.Integer()
BYTES = sa.LargeBinary()
# SQLite's INTEGER has 64 bits, and its STRICT tables know no BIGINT.
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "issued",
        _has("code_hash", BYTES), _has("staff", NUMBER),
        sa.PrimaryKeyConstraint("code_hash", name="pk_issued"),
        sa.ForeignKeyConstraint(
            ["code_hash"], ["invitation.code_hash"], name="fk_issued_code_hash", ondelete="CASCADE"
        ),
        _of_staff("issued", "staff"),
        *_at_most_32("issued", "code_hash"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_index("ix_issued_staff", "issued", ["staff"])
    op.create_table(
        "attempt",
        _has("id", NUMBER), _has("chat", BYTES), _has("at", LONG),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
        *_at_most_32("attempt", "chat"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_index("ix_attempt_chat", "attempt", ["chat"])
    op.create_index("ix_attempt_at", "attempt", ["at"])
    op.create_table(
        "entry",
        _has("staff", NUMBER), _has("what", TEXT), _has("role", TEXT), _has("unit", TEXT),
        sa.Column("about", NUMBER), _has("name", BYTES), _has("due", LONG),
        sa.PrimaryKeyConstraint("staff", name="pk_entry"),
        _of_staff("entry", "staff"), _of_staff("entry", "about"),
        *_at_most_32("entry", "what", "role", "unit"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_index("ix_staff_admitted", "staff", ["admitted"], sqlite_where=sa.text("removed IS NULL"))


def downgrade() -> None:
    op.drop_index("ix_staff_admitted", "staff")
    for table in ("entry", "attempt", "issued"):
        op.drop_table(table)


def _has(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _of_staff(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["staff.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")


def _at_most_32(table: str, *columns: str) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(f"length({c}) <= 32", name=op.f(f"ck_{table}_{c}")) for c in columns]
