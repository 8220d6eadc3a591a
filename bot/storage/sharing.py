"""Which transactions may run side by side on PostgreSQL; on SQLite none do.

The house was written for transactions that come one after the other, as SQLite has them. So on PostgreSQL each takes
one lock of the whole house, whichever replica it runs on, and is given back with its end. What only reads takes none.
Two kinds take that lock shared:

- What most likely writes one person's own rows: a press in her conversation, by far the most frequent, and that a
  message goes out to her or has its number. It takes a lock of hers as well. All that is then written is what nobody
  but she writes meanwhile: that her update was met, her session, her messages' deadlines and numbers, that a notice of
  hers has gone and where it stands, and of her staff row the turn, the live message and the open conversation. What
  she answers to a notice is not among them: of two who pass on a case, the second has to see that she is the last.
- What claims work that is due: it writes until when nobody else takes it, in rows that it has locked and that others
  pass over. It waits for no row, so that nobody can wait for it in a circle; beside a press it is as if it had come
  before or after.

Everything else is read only, and cannot change while the lock is shared, since whoever writes it has the lock alone.
Each statement is looked at before it is run; one that writes anything else, or a second person's rows, ends the
transaction before it is stored, and the work begins again with the lock alone. What is not listed here is never shared:
the outcome and the sums could be, and are not, because they come once in a conversation and it would have to be argued
for each.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine.default import DefaultExecutionContext

_MEMBER = re.compile(r"_\d+$")
_HOUSE = "0x6F707370, 0"  # two numbers, which no lock of a person's (one number) can ever be
ALONE = f"SELECT pg_advisory_xact_lock({_HOUSE})"
BESIDE_ALL = f"SELECT pg_advisory_xact_lock_shared({_HOUSE})"
OPTION = "opspor_watch"

# What is hers, by the names under which statements say whose row it is; None stands for all columns.
_HERS: Mapping[str, frozenset[str] | None] = {
    "session": None,
    "trace": None,
    "sending": None,
    "notice": frozenset({"of_notice", "of_staff", "read_due", "read_code", "message", "due", "claimed"}),
    "staff": frozenset({"person", "turn", "to_turn", "live", "active"}),
}
_OF_NOBODY = frozenset({"seen_update"})  # an update is one chat's, and her own lock is taken by that chat
_WHOSE = ("of_staff", "staff", "person")
# What claims, by the names in its statements: all of them, and no others.
_CLAIMS: Mapping[str, frozenset[str]] = {
    "notice": frozenset({"of_notice", "of_staff", "read_due", "read_code", "due", "claimed"}),
    "sending": frozenset({"of_staff", "of_notice", "due"}),
    "trace": frozenset({"of_staff", "messages", "at"}),
}


class Shared(Exception):
    """The work writes what is not one person's alone: it begins again, with nobody beside it."""


def beside_others(person: Sequence[bytes]) -> str:
    """Her own lock, and the house's shared with others. `person` are her digests, since the server shows the numbers
    of locks to whoever administrates it: by each key, so that of two replicas, one of which has a new key already, each
    waits for the other."""
    numbers = [int.from_bytes(one[:8], "big", signed=True) for one in person]
    own = "".join(f", pg_advisory_xact_lock({number})" for number in numbers)
    return f"SELECT pg_advisory_xact_lock_shared({_HOUSE}){own}"


class Watch:
    """Of one transaction, which writes nothing but what its kind may."""

    def __init__(self) -> None:
        self.is_refused = False

    def look(self, context: DefaultExecutionContext) -> None:
        """Raises Shared. What is no statement of SQLAlchemy's own cannot be looked into."""
        if context.compiled is None or context.is_text:
            self.refuse()
        elif context.isinsert or context.isupdate or context.isdelete:
            table = context.compiled.statement.table.name  # type: ignore[union-attr]
            self.look_at(table, context.compiled_parameters, is_update=context.isupdate)

    def look_at(self, table: str, rows: Sequence[Mapping[str, Any]], *, is_update: bool) -> None:
        raise NotImplementedError

    def refuse(self) -> None:
        self.is_refused = True
        raise Shared


class OnePerson(Watch):
    """Whose rows it has written."""

    def __init__(self) -> None:
        super().__init__()
        self._staff: Any = None

    def look_at(self, table: str, rows: Sequence[Mapping[str, Any]], *, is_update: bool) -> None:
        if table in _OF_NOBODY:
            return
        if table not in _HERS:
            self.refuse()
        columns = _HERS[table]
        for row in rows:
            whose = next((row[name] for name in _WHOSE if name in row), None)
            if columns is not None and not (is_update and columns >= row.keys()):
                self.refuse()
            if whose is None or self._staff not in (None, whose):
                self.refuse()
            self._staff = whose


class Claiming(Watch):
    """It has locked the rows that it writes, and only puts off when they are due."""

    def look_at(self, table: str, rows: Sequence[Mapping[str, Any]], *, is_update: bool) -> None:
        if not is_update or any(_names(row) != _CLAIMS.get(table) or None in row.values() for row in rows):
            self.refuse()


def _names(row: Mapping[str, Any]) -> frozenset[str]:
    """Without the numbers of a list's members."""
    return frozenset(_MEMBER.sub("", name) for name in row)


def look(
    c: Connection,
    _cursor: Any,
    _statement: str,
    _parameters: Any,
    context: DefaultExecutionContext,
    _many: bool,
) -> None:
    """As SQLAlchemy calls it before each statement."""
    watch: Watch | None = c.get_execution_options().get(OPTION)
    if watch is not None:
        watch.look(context)
