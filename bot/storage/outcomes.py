"""The minimal record of a conversation, written once and completed by the key person; tied to nobody.

Its number is drawn by lot, so that neither the numbers nor the rows' order tells which came first.
"""

import secrets
from collections.abc import Iterable
from dataclasses import asdict, fields
from itertools import islice

from sqlalchemy import Connection, bindparam, insert, select, update

from bot.outcome import Outcome
from bot.storage.courses import Course
from bot.storage.tables import course, outcome

# What the key person's side adds; everything else is written once, when the conversation ends.
LATER = frozenset(
    ("accepted", "reached", "offer", "answer", "close", "hours_to_open", "hours_to_accept", "hours_to_reach")
)

NUMBER_BITS = 62  # two alike among a million: one in ten million times

_RECORD = insert(outcome)
_COMPLETE = update(outcome).where(outcome.c.id == bindparam("of_outcome"))
_PLACE = select(outcome.c.week, outcome.c.unit).where(outcome.c.id == bindparam("of_outcome"))
_ALL = select(*[outcome.c[field.name] for field in fields(Outcome)]).order_by(outcome.c.id)


def record(c: Connection, what: Outcome) -> int:
    number = secrets.randbits(NUMBER_BITS)
    c.execute(_RECORD, {"id": number, **asdict(what)})
    return number


def record_all(c: Connection, many: Iterable[tuple[Outcome, Course | None]]) -> None:
    """Of more than one at a time, for what is invented or moved; a million take no more memory than a thousand."""
    left = iter(many)
    while batch := list(islice(left, 1000)):
        rows = [{"id": secrets.randbits(NUMBER_BITS), **asdict(what)} for what, _ in batch]
        c.execute(_RECORD, rows)
        beside = [
            {"outcome": row["id"], **asdict(one)} for row, (_, one) in zip(rows, batch, strict=True) if one
        ]
        if beside:
            c.execute(insert(course), beside)


def place_of(c: Connection, outcome_id: int) -> tuple[str, str] | None:
    """Its week and unit; None when it is gone."""
    found = c.execute(_PLACE, {"of_outcome": outcome_id}).one_or_none()
    return (found[0], found[1]) if found else None


def complete(c: Connection, outcome_id: int, **columns: str | int | None) -> bool:
    """False when it is gone. Raises ValueError for a column that is not the key person's to write."""
    if columns.keys() - LATER:
        raise ValueError(f"not the key person's to write: {', '.join(sorted(columns.keys() - LATER))}")
    if not columns:
        return False
    return c.execute(_COMPLETE, {"of_outcome": outcome_id, **columns}).rowcount == 1


def all_of(c: Connection) -> list[Outcome]:
    """In no order that means anything."""
    return [Outcome(*row) for row in c.execute(_ALL)]
