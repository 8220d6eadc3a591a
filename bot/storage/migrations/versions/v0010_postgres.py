"""What PostgreSQL had otherwise than SQLite: two indexes of whole tables, and a counter that numbers nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

PARTIAL = (("session", "cover", "cover IS NOT NULL"), ("staff", "admitted", "removed IS NULL"))


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column, only in PARTIAL:
        op.drop_index(f"ix_{table}_{column}", table)
        op.create_index(f"ix_{table}_{column}", table, [column], postgresql_where=sa.text(only))
    op.execute("DROP SEQUENCE IF EXISTS outcome_id_seq")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column, _ in PARTIAL:
        op.drop_index(f"ix_{table}_{column}", table)
        op.create_index(f"ix_{table}_{column}", table, [column])
