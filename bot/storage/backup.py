"""A copy of the database in one file, whole or not there at all; putting it back is told in docs/restore.md."""

import os
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.errors import ConfigError
from bot.storage.address import is_server, path_of
from bot.storage.revisions import KNOWN


def backup(url: str, target: Path) -> str:
    """The version of the copy's tables. Raises ConfigError with one sentence; nothing is left of a copy that failed.

    It is written beside its place and checked before it gets its name. An interrupted one ends with `.part`.
    """
    if is_server(url):
        raise ConfigError(
            "OPSPOR_DATABASE names a PostgreSQL server, whose copies are made with its own `pg_dump`: docs/restore.md"
            " says how."
        )
    path = path_of(url)
    if path is None or not path.exists():
        raise ConfigError(f"There is no database {path or 'in a file'} to copy: correct OPSPOR_DATABASE.")
    if os.path.lexists(target):
        raise _taken(target)
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        _make(part)
        _copy(path, part)
        revision = _checked(part)
        _name(part, target)
    except OSError as error:
        raise ConfigError(
            f"The copy {target} cannot be written ({error.strerror}): name another place."
        ) from None
    except sqlite3.Error as error:
        raise ConfigError(f"The copy {target} was not made: {error}.") from None
    finally:
        for end in ("", "-journal", "-wal", "-shm"):
            part.with_name(part.name + end).unlink(missing_ok=True)
    return revision


def _make(part: Path) -> None:
    """For its owner only from the first moment."""
    os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _copy(path: Path, part: Path) -> None:
    """As it is at one moment: reading waits for no writer, and no writer for it."""
    there = f"{path.resolve().as_uri()}?mode=rw"  # which makes no file; ro could not read the log of a bot that is off
    with closing(sqlite3.connect(there, uri=True)) as source, closing(sqlite3.connect(part)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA temp_store = MEMORY")
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
        copy.execute("VACUUM")  # what was deleted and stands in a page still is not copied along


def _checked(part: Path) -> str:
    with closing(sqlite3.connect(part)) as copy:
        said = [row[0] for row in copy.execute("PRAGMA integrity_check")]
        torn = copy.execute("PRAGMA foreign_key_check").fetchall()
        if not copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            raise ConfigError(
                "The database holds nothing yet that could be copied: run `opspor migrate` first."
            )
        revision = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    if said != ["ok"] or torn or revision is None or revision[0] not in KNOWN:
        raise ConfigError(
            "The copy is not whole, or not Opspor's: see what OPSPOR_DATABASE names, and keep it as it is."
        )
    return str(revision[0])


def _name(part: Path, target: Path) -> None:
    """On the disk before it has its name; never in place of another file."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    try:
        os.link(part, target)
    except FileExistsError:
        raise _taken(target) from None
    except OSError:  # a file system without links
        if os.path.lexists(target):
            raise _taken(target) from None
        part.rename(target)
    directory = os.open(target.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _taken(target: Path) -> ConfigError:
    return ConfigError(f"{target} is there already: name a new file, an earlier copy is never written over.")
