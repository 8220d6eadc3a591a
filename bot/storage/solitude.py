"""Whether somebody else has a database open, or two addresses name one; both are asked before one is copied."""

import secrets
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection

from bot.storage.database import Store

_LOOKS, _LOOKS_EVERY = 20, 0.1  # a connection that was closed a moment ago is listed a little longer
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND application_name = 'opspor'"
)


def is_file_open(path: Path) -> bool:
    """By any program, this one included: whoever has it open holds a lock on it, also between two transactions."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=0)) as c:
        c.execute("PRAGMA locking_mode = EXCLUSIVE")
        try:
            c.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            return True
    return False


def is_server_used(c: Connection) -> bool:
    """By another connection of Opspor's; one of somebody else's user is not seen."""
    for _ in range(_LOOKS):
        c.exec_driver_sql("SELECT pg_stat_clear_snapshot()")
        if not c.exec_driver_sql(_OTHERS).scalar():
            return False
        time.sleep(_LOOKS_EVERY)
    return True


def is_same_file(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def is_same_server(one: Store, other: Store) -> bool:
    """A lock that the one holds is seen by the other, whatever names their server goes by."""
    number = secrets.randbits(62)

    def is_free(c: Connection) -> bool:
        return bool(c.exec_driver_sql(f"SELECT pg_try_advisory_xact_lock({number})").scalar_one())

    def is_seen(c: Connection) -> bool:
        c.exec_driver_sql(f"SELECT pg_advisory_xact_lock({number})")
        return not other.read_now(is_free)

    return one.read_now(is_seen)
