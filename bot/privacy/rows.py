"""What the tables themselves say of each column: its kind, whether it is sealed, what it refers to; no words."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.storage.tables import metadata
from bot.storage.types import Code, Codes, Digest, Flag, Key, Moment, Secret, Week

# The narrower kind before the one that it is made of; what is none of them is a number.
_KINDS = (
    (Week, "week"), (Key, "key"), (Codes, "codes"), (Code, "code"), (Secret, "sealed"), (Digest, "digest"),
    (Moment, "moment"), (Flag, "flag"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """A column as the database has it. `limit` is in characters or bytes, 0 where a number has none."""

    table: str
    name: str
    kind: str
    limit: int
    optional: bool
    refers_to: str


def tables() -> tuple[str, ...]:
    return tuple(metadata.tables)


def columns(table: str) -> Iterator[Held]:
    for column in metadata.tables[table].c:
        kind = next((name for type_, name in _KINDS if isinstance(column.type, type_)), "number")
        refers_to = next((key.column.table.name for key in column.foreign_keys), "")
        limit = int(getattr(column.type, "limit", 0))
        yield Held(table, column.name, kind, limit, bool(column.nullable), refers_to)
