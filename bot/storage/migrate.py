"""Brings a database's tables to this version, or back; Alembic is imported only when there is work for it."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection

from bot.storage.database import open_database
from bot.storage.revisions import MIGRATIONS, is_current

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["downgrade", "is_current", "migrate", "settings", "upgrade"]


def migrate(url: str) -> None:
    """Raises ConfigError when the database cannot be opened, StorageFailed when it does not take it."""
    db = open_database(url)
    try:
        db.run_now(upgrade)
    finally:
        db.close()


def upgrade(c: Connection) -> None:
    """All or nothing, in the caller's transaction; does nothing to a database that is current."""
    if is_current(c):
        return
    from alembic import command

    command.upgrade(settings(c), "head")


def downgrade(c: Connection, revision: str) -> None:
    """`base` removes every table with all that is in it."""
    from alembic import command

    command.downgrade(settings(c), revision)


def settings(c: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    # Alembic's settings know %-interpolation; a directory's name may hold a percent sign.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = c
    return config
