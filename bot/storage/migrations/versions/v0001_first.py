"""The first version of every table, written out: a version must not change when `tables.py` does."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT = sa.Text()
BYTES = sa.LargeBinary()
NUMBER = sa.Integer()
# SQLite's INTEGER has 64 bits, and its STRICT tables know neither BIGINT nor BOOLEAN.
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _staff()
    _invitation()
    _session()
    _outcome()
    _referral()
    _notice()
    _trace()
    op.create_table(
        "seen_update", _key("id", LONG), _has("seen", LONG), _pk("seen_update", "id"), sqlite_strict=True
    )


def downgrade() -> None:
    for table in ("seen_update", "trace", "notice", "referral", "outcome", "session", "invitation", "staff"):
        op.drop_table(table)


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", NUMBER, nullable=False),
        _has("chat_digest", BYTES), _has("chat", BYTES), _has("name", BYTES), _has("phone", BYTES),
        _has("role", TEXT), _has("unit", TEXT), _has("language", TEXT),
        _has("turn", NUMBER), _has("live", NUMBER), _has("active", TEXT), _has("blocked", FLAG),
        _has("admitted", LONG), sa.Column("removed", LONG),
        _pk("staff", "id"),
        sa.UniqueConstraint("chat_digest", name="uq_staff_chat_digest"),
        *_at_most("staff", 32, "chat_digest", "role", "unit", "language", "active"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )  # fmt: skip


def _invitation() -> None:
    op.create_table(
        "invitation",
        _has("code_hash", BYTES), _has("role", TEXT), _has("unit", TEXT), _has("name", BYTES),
        _has("phone", BYTES), _has("created", LONG), _has("expires", LONG), sa.Column("used", LONG),
        _pk("invitation", "code_hash"),
        *_at_most("invitation", 32, "code_hash", "role", "unit"),
        sqlite_strict=True,
    )  # fmt: skip


def _session() -> None:
    op.create_table(
        "session",
        _key("staff", NUMBER), _has("about", TEXT), _has("flow", TEXT), _has("state", TEXT),
        _has("turn", NUMBER), _has("given", TEXT), _has("trail", TEXT), _has("ticks", TEXT),
        _has("view", TEXT), _has("sealed", NUMBER), _has("reference", TEXT), _has("version", NUMBER),
        _has("touched", LONG),
        _pk("session", "staff", "about"),
        _to("session", "staff", "staff.id", ondelete="CASCADE"),
        *_at_most("session", 32, "about", "flow", "state", "view", "reference"),
        *_at_most("session", 4000, "given"),
        *_at_most("session", 16000, "trail"),
        *_at_most("session", 1000, "ticks"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_index("ix_session_touched", "session", ["touched"])


def _outcome() -> None:
    codes = (
        "unit", "moment", "mode", "response", "children", "level", "duty", "wish", "next", "result",
        "urgency", "path", "offer", "answer", "close",
    )  # fmt: skip
    op.create_table(
        "outcome",
        sa.Column("id", NUMBER, nullable=False),
        _has("week", TEXT), _has("unit", TEXT), _has("moment", TEXT), _has("mode", TEXT),
        _has("response", TEXT), _has("forms", TEXT), _has("children", TEXT), _has("level", TEXT),
        _has("duty", TEXT), _has("wish", TEXT), _has("next", TEXT), _has("result", TEXT),
        _has("urgency", TEXT), _has("path", TEXT), _has("accepted", NUMBER), _has("reached", NUMBER),
        _has("offer", TEXT), _has("answer", TEXT), _has("close", TEXT),
        sa.Column("hours_to_open", NUMBER), sa.Column("hours_to_accept", NUMBER),
        sa.Column("hours_to_reach", NUMBER),
        _pk("outcome", "id"),
        *_at_most("outcome", 8, "week"),
        *_at_most("outcome", 128, "forms"),
        *_at_most("outcome", 32, *codes),
        sqlite_strict=True,
    )  # fmt: skip


def _referral() -> None:
    op.create_table(
        "referral",
        _has("reference", TEXT), _has("sender", NUMBER), _has("unit", TEXT), _has("urgency", TEXT),
        _has("path", TEXT), _has("stored", LONG), sa.Column("delivered", LONG), sa.Column("opened", LONG),
        sa.Column("accepted", LONG), sa.Column("accepted_by", NUMBER), sa.Column("reached", LONG),
        _has("contact", TEXT), _has("close", TEXT), sa.Column("closed", LONG), sa.Column("outcome", NUMBER),
        _pk("referral", "reference"),
        _to("referral", "sender", "staff.id"),
        _to("referral", "accepted_by", "staff.id"),
        _to("referral", "outcome", "outcome.id", ondelete="SET NULL"),
        *_at_most("referral", 32, "reference", "unit", "urgency", "path", "contact", "close"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_index("ix_referral_accepted_by", "referral", ["accepted_by"])


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", NUMBER, nullable=False),
        _has("kind", TEXT), _has("staff", NUMBER), _has("reference", TEXT), sa.Column("due", LONG),
        _has("attempts", NUMBER), _has("message", NUMBER), _has("code", TEXT),
        _pk("notice", "id"),
        sa.UniqueConstraint("staff", "kind", "reference", name="uq_notice_staff_kind_reference"),
        _to("notice", "staff", "staff.id", ondelete="CASCADE"),
        *_at_most("notice", 32, "kind", "reference", "code"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_index("ix_notice_reference", "notice", ["reference"])
    _index_due("notice")


def _trace() -> None:
    op.create_table(
        "trace",
        _key("staff", NUMBER), _key("message", NUMBER), sa.Column("due", LONG),
        _pk("trace", "staff", "message"),
        _to("trace", "staff", "staff.id", ondelete="CASCADE"),
        sqlite_strict=True,
    )  # fmt: skip
    _index_due("trace")


def _seen_update() -> None:
    op.create_table(
        "seen_update",
        _key("id", LONG), _has("seen", LONG),
        _pk("seen_update", "id"),
        sqlite_strict=True,
    )  # fmt: skip


def _has(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _key(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    """A key that is given, not counted."""
    return sa.Column(name, kind, nullable=False, autoincrement=False)


def _pk(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _to(table: str, column: str, other: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [other], name=f"fk_{table}_{column}", ondelete=ondelete)


def _at_most(table: str, length: int, *columns: str) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(f"length({c}) <= {length}", name=op.f(f"ck_{table}_{c}")) for c in columns]


def _index_due(table: str) -> None:
    due = sa.text("due IS NOT NULL")
    op.create_index(f"ix_{table}_due", table, ["due"], sqlite_where=due, postgresql_where=due)
