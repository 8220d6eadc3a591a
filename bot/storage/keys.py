"""Which key each row is sealed with, and sealing it anew when the key is replaced; sealing itself is `cipher.py`.

A row is sealed anew whole, in one transaction with its digest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from bot.errors import ConfigError
from bot.storage import people
from bot.storage.cipher import Cipher
from bot.storage.tables import entry, freshness, invitation, staff

BATCH = 20  # some 30 ms: a running bot waits longer than that for its turn

_ROWS = {
    "staff": (staff.c.id, (staff.c.chat, staff.c.name, staff.c.phone)),
    "invitation": (invitation.c.code_hash, (invitation.c.name, invitation.c.phone)),
    "entry": (entry.c.staff, (entry.c.name,)),
    "freshness": (freshness.c.staff, (freshness.c.read,)),
}
TABLES = tuple(_ROWS)


@dataclass(frozen=True, slots=True)
class Renewed:
    """One batch: after which row the next one begins, None at the end; how many rows were sealed anew; which could
    not be, and why."""

    last: Any
    count: int
    problems: tuple[str, ...]


def check(c: Connection, cipher: Cipher) -> None:
    """Raises ConfigError when a row was sealed with another key, before everybody seems a stranger."""
    for sealed in _every_row(c):
        for each in sealed:
            cipher.open(each)


def under_old(c: Connection, cipher: Cipher) -> int:
    """How many rows the new key does not open."""
    return sum(not all(cipher.is_new(each) for each in sealed) for sealed in _every_row(c))


def _every_row(c: Connection) -> Iterator[tuple[bytes, ...]]:
    """What is sealed in it; a name or telephone that was given later may be under another key than the rest."""
    for _, columns in _ROWS.values():
        yield from (tuple(row) for row in c.execute(select(*columns)))


def renew(c: Connection, cipher: Cipher, table: str, after: Any = None) -> Renewed:
    """The next rows of a table. What is under the new key already is left as it is, so that this may be broken off
    at any moment and begun again; what cannot be sealed anew is left whole as it was."""
    key, sealed = _ROWS[table]
    following = select(key, *sealed).order_by(key).limit(BATCH)
    rows = c.execute(following if after is None else following.where(key > after)).all()
    count, problems = 0, []
    for number, *before in rows:
        if all(cipher.is_new(each) for each in before):
            continue
        try:
            opened = [cipher.open(each) for each in before]
        except ConfigError:
            name = "an invitation" if table == "invitation" else f"staff number {number}"
            problems.append(f"{name} opens with neither OPSPOR_KEY nor OPSPOR_KEY_OLD")
            continue
        columns = {column.name: cipher.seal(text) for column, text in zip(sealed, opened, strict=True)}
        if table == "staff":
            chat = int(opened[0])
            double = people.number_of(c, cipher, chat)
            if double not in (None, number):  # only where a bot ran meanwhile with one key alone
                gone = [one for one in (double, number) if people.blank_if_removed(c, one)]
                if not gone:
                    problems.append(
                        f"staff numbers {double} and {number} are one chat: `opspor forget` one of them"
                    )
                if double not in gone:
                    continue
            columns["chat_digest"] = cipher.digest(chat)
        c.execute(update(key.table).where(key == number).values(**columns))
        count += 1
    return Renewed(rows[-1][0] if len(rows) == BATCH else None, count, tuple(problems))
