"""Until when somebody is sending a notice, apart from when it is due: what is queued anew meanwhile waits for that."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("notice", sa.Column("claimed", LONG))


def downgrade() -> None:
    op.drop_column("notice", "claimed")
