"""Which version of the tables a database has, by plain SQL; changing that is `migrate.py`."""

from pathlib import Path

from sqlalchemy import Connection, inspect

from bot.errors import ConfigError

MIGRATIONS = Path(__file__).parent / "migrations"
# A version's file is named v<revision>_<words>.py, so that Alembic need not be imported to know them.
KNOWN = tuple(sorted(file.stem[1:5] for file in (MIGRATIONS / "versions").glob("v[0-9]*.py")))
LATEST = KNOWN[-1]


def revision_of(c: Connection) -> str:
    """Empty when the database has no version."""
    if not inspect(c).has_table("alembic_version"):
        return ""
    return c.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or ""


def is_current(c: Connection) -> bool:
    return revision_of(c) == LATEST


def refuse_strange(c: Connection, name: str) -> None:
    """Raises ConfigError for a database of a later version, or of something else than Opspor."""
    revision = revision_of(c)
    if revision and revision not in KNOWN:
        raise ConfigError(
            f"The database {name} was written by a newer version of Opspor"
            f" (its tables are version {revision}, this one knows {LATEST}):"
            " install the newer version, or restore an earlier copy."
        )
    if not revision and set(inspect(c).get_table_names()) - {"alembic_version"}:
        raise ConfigError(
            f"The database {name} holds the tables of something else:"
            " let OPSPOR_DATABASE name an empty one, or move this one away."
        )
