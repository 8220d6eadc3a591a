"""The index of hand-overs leaves out those that were called back as sent in error."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

NAME, TABLE = "ix_outcome_steps", "outcome"
COLUMNS = [
    "week",
    "unit",
    "result",
    "path",
    "accepted",
    "reached",
    "offer",
    "answer",
    "close",
    "hours_to_open",
]
BEFORE = "result IN ('disclosed', 'unsure') AND path IN ('referral', 'shelter', 'police')"
NOW = f"{BEFORE} AND close <> 'sent_in_error'"


def upgrade() -> None:
    _rebuild(NOW)


def downgrade() -> None:
    _rebuild(BEFORE)


def _rebuild(rows: str) -> None:
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, COLUMNS, sqlite_where=sa.text(rows), postgresql_where=sa.text(rows))
