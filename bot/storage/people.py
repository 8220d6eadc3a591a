"""Who is admitted, as what and where; names, telephones and chats are sealed on the way in.

A removed person is nobody here, except to `by_id(..., removed=True)`, which the cleaning of her chat needs.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.model import Role, Staff
from bot.storage.cipher import Cipher
from bot.storage.tables import (
    absence,
    deputy,
    freshness,
    notice,
    session,
    staff,
    trace,
)
from bot.storage.types import BLANK, Digest, Moment

NOWHERE = 0  # the chat of somebody who is gone, and whose chat has been forgotten

_PERSON = select(
    staff.c.id, staff.c.chat, staff.c.role, staff.c.unit, staff.c.name, staff.c.phone, staff.c.language,
    staff.c.turn, staff.c.live, staff.c.active, staff.c.blocked, absence.c.back, deputy.c.staff.is_not(None),
    staff.c.admitted,
).select_from(staff.outerjoin(absence).outerjoin(deputy, deputy.c.staff == staff.c.id))  # fmt: skip
BY_CHAT = _PERSON.where(staff.c.chat_digest == bindparam("digest"), staff.c.removed.is_(None))
_NUMBER = select(staff.c.id).where(staff.c.chat_digest == bindparam("digest"))
_BY_ID = _PERSON.where(staff.c.id == bindparam("person"))
_BY_ID_NOW = _BY_ID.where(staff.c.removed.is_(None))
_BY_ROLE = _PERSON.where(staff.c.role == bindparam("as_role"), staff.c.removed.is_(None)).order_by(staff.c.id)
_ALL = _PERSON.where(staff.c.removed.is_(None)).order_by(staff.c.id)
_SINCE = (
    _PERSON.where(staff.c.removed.is_(None), staff.c.admitted <= bindparam("by", type_=Moment))
    .order_by(None)
    .order_by(staff.c.admitted, staff.c.id)
)
_COORDINATORS = (
    select(staff.c.id).where(staff.c.role == "coordinator", staff.c.removed.is_(None)).order_by(staff.c.id)
)
_CHANGE = update(staff).where(staff.c.id == bindparam("person"))
_RAISE_TURN = (
    update(staff)
    .where(staff.c.id == bindparam("person"), staff.c.turn < bindparam("to_turn"))
    .values(turn=bindparam("to_turn"))
)


def admit(
    c: Connection, cipher: Cipher, *, chat: int, role: Role, unit: str, name: str, phone: str, language: str,
    now: datetime, is_deputy: bool = False,
) -> Staff:  # fmt: skip
    """Somebody already here gets the role and unit, and a name or telephone if one is given.

    Her language stays the one she chose, and her turn goes on from where it was.
    """
    person = number_of(c, cipher, chat)
    columns: dict[str, Any] = {"role": role, "unit": unit, "blocked": False, "admitted": now, "removed": None}
    given = {column: cipher.seal(text) for column, text in (("name", name), ("phone", phone)) if text}
    if person is not None:
        _change(c, person, **columns, **given)
        return _admitted(c, cipher, person, is_deputy)
    nothing = cipher.seal("")
    columns |= {"name": nothing, "phone": nothing, **given}
    columns |= {"chat_digest": cipher.digest(chat), "chat": cipher.seal(str(chat)), "language": language}
    new = insert(staff).returning(staff.c.id)
    number = c.execute(new, columns | {"turn": 0, "live": 0, "active": ""}).scalar_one()
    return _admitted(c, cipher, number, is_deputy)


def number_of(c: Connection, cipher: Cipher, chat: int) -> int | None:
    """Removed or not, by either key: one chat is never two people."""
    for digest in cipher.digests(chat):
        number = c.execute(_NUMBER, {"digest": digest}).scalar()
        if number is not None:
            return int(number)
    return None


def _admitted(c: Connection, cipher: Cipher, number: int, is_deputy: bool) -> Staff:
    """Present, and a deputy or none, whatever she was before."""
    set_away(c, number, None)
    c.execute(delete(deputy).where(deputy.c.staff == number))
    if is_deputy:
        c.execute(insert(deputy), {"staff": number})
    person = by_id(c, cipher, number)
    assert person is not None  # noqa: S101 - written a moment ago, in this very transaction
    return person


def remove(c: Connection, staff_id: int, now: datetime) -> bool:
    """False when she was removed already. Her sessions and notices go at once, what is in her chat is due.

    Referrals that she accepted stay hers: release them first.
    """
    here = staff.c.id == staff_id, staff.c.removed.is_(None)
    if c.execute(update(staff).where(*here).values(removed=now, live=0, active="")).rowcount != 1:
        return False
    c.execute(delete(session).where(session.c.staff == staff_id))
    # What she has handed over goes on without her: its clock is nobody's message. That a duty stands open is not
    # told to her any more, but stays, so that the coordinators hear of it.
    hers = notice.c.staff == staff_id
    c.execute(delete(notice).where(hers, notice.c.kind.not_in(("clock", "duty_open"))))
    c.execute(update(notice).where(hers, notice.c.kind == "duty_open").values(due=None, message=0))
    c.execute(update(trace).where(trace.c.staff == staff_id, trace.c.due > now).values(due=now))
    for table in (absence, deputy, freshness):
        c.execute(delete(table).where(table.c.staff == staff_id))
    return True


def blank_if_removed(c: Connection, staff_id: int) -> bool:
    """Nothing is known of her any more but a number; False where she is still here, and nothing is done. What stands
    in her chat can be deleted no more."""
    columns = {"chat": BLANK, "name": BLANK, "phone": BLANK, "chat_digest": secrets.token_bytes(Digest.limit)}
    gone = staff.c.id == staff_id, staff.c.removed.is_not(None)
    if c.execute(update(staff).where(*gone).values(**columns)).rowcount != 1:
        return False
    c.execute(delete(trace).where(trace.c.staff == staff_id))
    return True


def by_chat(c: Connection, cipher: Cipher, chat: int) -> Staff | None:
    for digest in cipher.digests(chat):
        row = c.execute(BY_CHAT, {"digest": digest}).one_or_none()
        if row:
            return of_row(cipher, row, chat)
    return None


def by_id(c: Connection, cipher: Cipher, staff_id: int, *, removed: bool = False) -> Staff | None:
    row = c.execute(_BY_ID if removed else _BY_ID_NOW, {"person": staff_id}).one_or_none()
    return of_row(cipher, row) if row else None


def ever_admitted(c: Connection, cipher: Cipher) -> list[tuple[Staff, datetime, datetime | None]]:
    """Removed or not, with when she was admitted and when removed."""
    numbers = c.execute(select(staff.c.id, staff.c.admitted, staff.c.removed).order_by(staff.c.id)).all()
    found = [(by_id(c, cipher, number, removed=True), since, until) for number, since, until in numbers]
    return [(one, since, until) for one, since, until in found if one is not None]


def with_role(c: Connection, cipher: Cipher, role: Role) -> list[Staff]:
    return [of_row(cipher, row) for row in c.execute(_BY_ROLE, {"as_role": role})]


def everybody(c: Connection, cipher: Cipher) -> list[Staff]:
    return [of_row(cipher, row) for row in c.execute(_ALL)]


def roster(c: Connection) -> list[Staff]:
    """Everybody, for whom a name, a telephone and a chat are not needed: nothing is unsealed."""
    return [_unnamed(row) for row in c.execute(_ALL)]


def admitted_by(c: Connection, cipher: Cipher, moment: datetime) -> list[Staff]:
    """Those who were admitted, or renewed, by then; the longest ago first."""
    return [of_row(cipher, row) for row in c.execute(_SINCE, {"by": moment})]


def coordinators(c: Connection) -> list[int]:
    return list(c.execute(_COORDINATORS).scalars())


def renew(c: Connection, staff_id: int, now: datetime) -> None:
    _change(c, staff_id, admitted=now)


def correct(c: Connection, cipher: Cipher, staff_id: int, *, name: str = "", phone: str = "") -> None:
    """Whichever of the two is given."""
    given = {column: cipher.seal(text) for column, text in (("name", name), ("phone", phone)) if text}
    _change(c, staff_id, **given)


def set_turn(c: Connection, staff_id: int, turn: int) -> None:
    """Never lowers it: a button of an earlier turn must not become valid again."""
    c.execute(_RAISE_TURN, {"person": staff_id, "to_turn": turn})


def set_language(c: Connection, staff_id: int, language: str) -> None:
    _change(c, staff_id, language=language)


def set_live(c: Connection, staff_id: int, message: int) -> None:
    _change(c, staff_id, live=message)


def set_active(c: Connection, staff_id: int, about: str) -> None:
    _change(c, staff_id, active=about)


def set_away(c: Connection, staff_id: int, back: datetime | None) -> None:
    """Until when nothing new is asked of her; None where she is at work."""
    c.execute(delete(absence).where(absence.c.staff == staff_id))
    if back is not None:
        c.execute(insert(absence), {"staff": staff_id, "back": back})


def set_blocked(c: Connection, staff_id: int, blocked: bool) -> None:
    _change(c, staff_id, blocked=blocked)


def _change(c: Connection, staff_id: int, **columns: Any) -> None:
    c.execute(_CHANGE, {"person": staff_id, **columns})


def of_row(cipher: Cipher, row: Sequence[Any], chat: int | None = None) -> Staff:
    """`row` as `BY_CHAT` finds it. Without `chat` the sealed one is opened."""
    number, sealed, role, unit, name, phone, *rest = row
    where = int(cipher.open(sealed) or NOWHERE) if chat is None else chat
    return Staff(number, where, cast(Role, role), unit, cipher.open(name), cipher.open(phone), *rest)


def _unnamed(row: Sequence[Any]) -> Staff:
    number, _, role, unit, _, _, *rest = row
    return Staff(number, NOWHERE, cast(Role, role), unit, "", "", *rest)
