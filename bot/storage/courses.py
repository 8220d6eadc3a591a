"""What became of a hand-over beside its outcome's columns: counted for reports, tied to the outcome and to nobody."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import Connection

from bot.storage.tables import course
from bot.storage.upsert import spelt


@dataclass(frozen=True, slots=True)
class Course:
    """`week` and `unit` are the outcome's; `assessment` is what the key person said last; the hours are whole, of the
    municipality's opening, from when the hand-over was stored."""

    week: str
    unit: str
    assessment: str = ""
    open_hours_to_open: int | None = None
    open_hours_to_accept: int | None = None
    open_hours_to_reach: int | None = None


def _put(insert: Any) -> Any:
    new = insert(course)
    changed = {field.name: new.excluded[field.name] for field in fields(Course)}
    return new.on_conflict_do_update(index_elements=[course.c.outcome], set_=changed)


_PUT = spelt(_put)


def put(c: Connection, outcome_id: int, what: Course) -> None:
    """The outcome must be there."""
    c.execute(_PUT(c), {"outcome": outcome_id, **asdict(what)})
