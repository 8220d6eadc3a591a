"""What reports need beside the outcomes: the course of a hand-over, the languages shown, and an index to count by."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

TEXT = sa.Text()
NUMBER = sa.Integer()
# SQLite's INTEGER has 64 bits, and its STRICT tables know no BIGINT.
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SPANS = ("to_open", "to_accept", "to_reach")
HANDED = "result IN ('disclosed', 'unsure') AND path IN ('referral', 'shelter', 'police')"
INDEXES = (  # by name: table, columns, and which rows alone
    ("results", "outcome", "week unit result mode children duty path", None),
    ("steps", "outcome", "week unit result path accepted reached offer answer close hours_to_open", HANDED),
    ("assessed", "course", "week unit assessment", "assessment = 'done'"),
    *((f"hours_{to}", "outcome", f"week hours_{to}", f"hours_{to} IS NOT NULL") for to in SPANS),
    *(
        (f"open_hours_{to}", "course", f"week open_hours_{to}", f"open_hours_{to} IS NOT NULL")
        for to in SPANS
    ),
)


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "course",
        sa.Column("outcome", LONG, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("week", "unit", "assessment")),
        *(sa.Column(f"open_hours_{to}", NUMBER) for to in SPANS),
        sa.PrimaryKeyConstraint("outcome", name="pk_course"),
        sa.ForeignKeyConstraint(["outcome"], ["outcome.id"], name="fk_course_outcome", ondelete="CASCADE"),
        _week("course", sqlite), *(_code("course", name, sqlite) for name in ("unit", "assessment")),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "spoken",
        *(sa.Column(name, TEXT, nullable=False) for name in ("quarter", "language")),
        sa.Column("count", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("quarter", "language", name="pk_spoken"),
        *(_code("spoken", name, sqlite) for name in ("quarter", "language")),
        sqlite_strict=True,
    )  # fmt: skip
    for name, table, columns, only in INDEXES:
        rows = None if only is None else sa.text(only)
        op.create_index(
            f"ix_{table}_{name}", table, columns.split(), sqlite_where=rows, postgresql_where=rows
        )


def downgrade() -> None:
    for name, table, _, _ in INDEXES:
        op.drop_index(f"ix_{table}_{name}", table)
    op.drop_table("spoken")
    op.drop_table("course")


def _code(table: str, name: str, sqlite: bool) -> sa.CheckConstraint:
    rule = (
        f"length({name}) <= 32 AND instr({name}, char(0)) = 0 AND {name} NOT GLOB '*[^a-z0-9_.-]*'"
        if sqlite
        else f"length({name}) <= 32 AND {name} ~ '^[a-z0-9_.-]*$'"
    )
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _week(table: str, sqlite: bool) -> sa.CheckConstraint:
    rule = (
        "length(week) <= 8 AND week GLOB '[0-9][0-9][0-9][0-9]-W[0-9][0-9]'"
        if sqlite
        else "week ~ '^[0-9]{4}-W[0-9]{2}$'"
    )
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_week"))
