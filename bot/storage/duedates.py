"""When the first of what a transaction has written is due, noted by those who write it; looking for it among all rows,
with every press, would cost a statement."""

from datetime import datetime

from sqlalchemy import Connection

_KEY = "opspor_due"


def note(c: Connection, due: datetime) -> None:
    first: datetime | None = c.info.get(_KEY)
    c.info[_KEY] = due if first is None else min(first, due)


def noted(c: Connection) -> datetime | None:
    """Since it was last asked, on this connection: to be asked, in vain, before the transaction's work too."""
    found: datetime | None = c.info.pop(_KEY, None)
    return found
