"""Codes that admit somebody once; who is admitted is `people.py`."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, insert, select, update

from bot.model import Role, Staff
from bot.storage import people
from bot.storage.cipher import Cipher
from bot.storage.tables import invitation, issued

VALID = timedelta(days=7)
DEPUTY = "deputy"  # the role that an invitation keeps for a key person who is asked after the others

_REDEEM = (
    update(invitation)
    .where(
        invitation.c.code_hash == bindparam("hash"),
        invitation.c.used.is_(None),
        invitation.c.expires > bindparam("now"),
    )
    .values(used=bindparam("now"))
    .returning(invitation.c.role, invitation.c.unit, invitation.c.name, invitation.c.phone)
)


def invite(
    c: Connection, cipher: Cipher, *, code: str, role: Role, unit: str, name: str, phone: str, now: datetime,
    is_deputy: bool = False, by: int | None = None,
) -> None:  # fmt: skip
    """Keeps only the code's hash, so that whoever reads the rows can admit nobody. `by` is the coordinator."""
    c.execute(
        insert(invitation),
        {
            "code_hash": _hash(code), "role": DEPUTY if is_deputy else role, "unit": unit, "name": cipher.seal(name),
            "phone": cipher.seal(phone), "created": now, "expires": now + VALID, "used": None,
        },
    )  # fmt: skip
    if by is not None:
        c.execute(insert(issued), {"code_hash": _hash(code), "staff": by})


def role_of(c: Connection, code: str, now: datetime) -> str:
    """What an invitation that is still good makes of her; "" where there is none."""
    good = invitation.c.used.is_(None), invitation.c.expires > now
    found = c.execute(select(invitation.c.role).where(invitation.c.code_hash == _hash(code), *good)).scalar()
    return ("key_person" if found == DEPUTY else found) or ""


def redeem(
    c: Connection, cipher: Cipher, *, code: str, chat: int, language: str, now: datetime
) -> Staff | None:
    """None when there is no such code, it was used or it has expired."""
    found = c.execute(_REDEEM, {"hash": _hash(code), "now": now}).one_or_none()
    if found is None:
        return None
    role, unit, name, phone = found
    return people.admit(
        c, cipher, chat=chat, role="key_person" if role == DEPUTY else role, unit=unit, language=language, now=now,
        name=cipher.open(name), phone=cipher.open(phone), is_deputy=role == DEPUTY,
    )  # fmt: skip


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
