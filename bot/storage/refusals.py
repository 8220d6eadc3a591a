"""What a PostgreSQL server says when it does not take something: which of it is the world's, and which our mistake."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from bot.errors import ConfigError, DatabaseAway, StorageFailed

# The first two signs of an SQLSTATE: connection, right to enter, no such database, run again, no room or too many,
# stopped or cancelled, the machine, damage. All others are our own mistakes, as a key that is there already is.
_WORLDS = frozenset({"08", "28", "3D", "40", "53", "57", "58", "XX"})
# Read-only after a fail-over, idle for too long, locked for too long, in use, a right that was taken away.
_WORLDS_TOO = frozenset({"25006", "25P03", "55P03", "55006", "42501"})
AGAIN = frozenset({"40001", "40P01"})  # serialization, deadlock: nothing is wrong with the work itself

_LOST = asyncpg.InternalClientError  # a connection that was cut in the middle of an answer
Raised = (
    DBAPIError,
    NoConnectionFree,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    _LOST,
    OSError,
    TimeoutError,
)


@contextmanager
def world_errors() -> Iterator[None]:
    """Turns a server that is away, full, too busy or damaged into StorageFailed; our own mistakes stay as they are."""
    try:
        yield
    except Raised as error:
        if is_worlds(error):
            raise StorageFailed(f"the database did not take it: {said(error)}") from error
        raise


def is_worlds(error: BaseException) -> bool:
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    cause = cause_of(error)
    if isinstance(cause, asyncpg.PostgresError):
        state = state_of(error)
        return state[:2] in _WORLDS or state in _WORLDS_TOO
    if isinstance(cause, asyncpg.InterfaceError):
        return "closed" in said(error)
    return isinstance(cause, OSError | TimeoutError | NoConnectionFree | _LOST)


def state_of(error: BaseException) -> str:
    """The SQLSTATE, "" where the server has not said any."""
    return str(getattr(cause_of(error), "sqlstate", None) or "")


def cause_of(error: BaseException) -> BaseException:
    """What the driver itself raised."""
    if not isinstance(error, DBAPIError):
        return error
    return getattr(error.orig, "__cause__", None) or error.orig or error


def said(error: BaseException) -> str:
    """Its first line; what a row holds stands only in the details after it, which are never repeated."""
    cause = cause_of(error)
    text = str(cause.args[0]) if isinstance(cause, asyncpg.PostgresError) and cause.args else str(cause)
    return text.splitlines()[0] if text else type(cause).__name__


def why_not(name: str, user: str, error: BaseException) -> ConfigError:
    """One sentence for whoever starts Opspor. `name` is of the database and its server."""
    state, reason, cause = state_of(error), said(error), cause_of(error)
    kind: type[ConfigError] = ConfigError
    if state[:2] == "28":
        who = f"'{user}'" if user else "this user"
        text = f"The server refuses {who} for {name}: correct the name or the password in OPSPOR_DATABASE."
    elif state == "3D000":
        text = f"There is no database {name}: make it (`createdb`), or correct OPSPOR_DATABASE."
    elif state == "42501":
        text = f"The rights at the database {name} do not suffice ({reason}): let it belong to that user."
    elif state[:2] in ("53", "57"):
        kind = DatabaseAway
        text = f"The database {name} takes nobody in now ({reason}): start again a little later."
    elif isinstance(cause, ssl.SSLError):
        text = f"The certificate of {name} is not accepted ({reason}): renew it, or correct OPSPOR_DATABASE."
    elif isinstance(cause, OSError | TimeoutError) or state[:2] == "08":
        kind = DatabaseAway
        text = (
            f"The database {name} does not answer ({reason}): start its server, or correct OPSPOR_DATABASE."
        )
    else:
        text = f"The database {name} cannot be used ({reason}): see what its server's log says."
    return kind(text)
