"""Which transactions may run side by side on PostgreSQL; on SQLite none do.

The house was written for transactions that come one after the other, as SQLite has them. So on PostgreSQL each takes
one lock of the whole house, whichever replica it runs on, and is given back with its end. What only reads takes none.
The other exception is what most likely writes a person's own rows: a press in her conversation, by far the most
frequent, and that a message goes out to her or has its number. It takes that lock shared, and one of her own. All that
is then written is what nobody but she writes meanwhile: that her update was met, her session, her messages' deadlines
and numbers, and of her staff row the turn, the live message and the open conversation. Everything else is read only,
and cannot change while the lock is shared, since whoever writes it has the lock alone. `OnePerson` looks at each
statement before it is run; one that writes anything else, or a second person's rows, ends the transaction before it is
stored, and the work begins again with the lock alone. What is not listed here is never shared: the outcome, the notices
and the sums could be, and are not, because they come once in a conversation and it would have to be argued for each.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine.default import DefaultExecutionContext

_HOUSE = "0x6F707370, 0"  # two numbers, which no lock of a person's (one number) can ever be
ALONE = f"SELECT pg_advisory_xact_lock({_HOUSE})"
OPTION = "opspor_one_person"

# What is hers, by the names under which statements say whose row it is; None stands for all columns.
_HERS: Mapping[str, frozenset[str] | None] = {
    "session": None,
    "trace": None,
    "sending": None,
    "staff": frozenset({"person", "turn", "to_turn", "live", "active"}),
}
_OF_NOBODY = frozenset({"seen_update"})  # an update is one chat's, and her own lock is taken by that chat
_WHOSE = ("of_staff", "staff", "person")


class Shared(Exception):
    """The work writes what is not one person's alone: it begins again, with nobody beside it."""


def beside_others(person: bytes) -> str:
    """Her own lock, and the house's shared with others. `person` is a digest: the server shows the numbers of locks to
    whoever administrates it."""
    number = int.from_bytes(person[:8], "big", signed=True)
    return f"SELECT pg_advisory_xact_lock_shared({_HOUSE}), pg_advisory_xact_lock({number})"


class OnePerson:
    """Of one transaction: whose rows it has written."""

    def __init__(self) -> None:
        self.is_refused = False
        self._staff: Any = None

    def look(self, context: DefaultExecutionContext) -> None:
        """Raises Shared. What is no statement of SQLAlchemy's own cannot be looked into."""
        if context.compiled is None or context.is_text:
            self._refuse()
        elif context.isinsert or context.isupdate or context.isdelete:
            table = context.compiled.statement.table.name  # type: ignore[union-attr]
            self._look_at(table, context.compiled_parameters)

    def _look_at(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        if table in _OF_NOBODY:
            return
        if table not in _HERS:
            self._refuse()
        columns = _HERS[table]
        for row in rows:
            whose = next((row[name] for name in _WHOSE if name in row), None)
            if columns is not None and not columns >= row.keys():
                self._refuse()
            if whose is None or self._staff not in (None, whose):
                self._refuse()
            self._staff = whose

    def _refuse(self) -> None:
        self.is_refused = True
        raise Shared


def look(
    c: Connection,
    _cursor: Any,
    _statement: str,
    _parameters: Any,
    context: DefaultExecutionContext,
    _many: bool,
) -> None:
    """As SQLAlchemy calls it before each statement."""
    one: OnePerson | None = c.get_execution_options().get(OPTION)
    if one is not None:
        one.look(context)
