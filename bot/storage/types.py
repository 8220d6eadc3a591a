"""Column types that refuse anything but what they are for; no words about anybody fit into one of them.

Refusals never repeat the refused value, because an error ends up in a log.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, Dialect, Integer, LargeBinary, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

CODE = re.compile(r"[a-z0-9_.-]{0,32}")
CODES = re.compile(r"(?:[a-z0-9_.-]{0,32}[,:;=+~])*[a-z0-9_.-]{0,32}")
KEY = re.compile(r"[a-z0-9]{0,32}")
WEEK = re.compile(r"[0-9]{4}-W[0-9]{2}")
FERNET = b"gAAAA"  # version 0x80 and the upper bytes of a time before the year 2106, in base64
# In place of what is known of somebody who is gone: as long as a seal, and written and read without a key.
BLANK = FERNET.ljust(100, b"A")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

# A whole number beyond 32 bits; SQLite's INTEGER holds it, and STRICT tables know no BIGINT.
Number = BigInteger().with_variant(Integer(), "sqlite")


class Code(TypeDecorator[str]):
    """One closed code, or none."""

    impl = Text
    cache_ok = True
    limit = 32
    pattern = CODE

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is not None and not (isinstance(value, str) and self.pattern.fullmatch(value)):
            raise ValueError(f"this is not a {type(self).__name__}, and nothing else may be stored here")
        return value


class Key(Code):
    """An opaque reference: lowercase letters and digits."""

    cache_ok = True
    pattern = KEY


class Week(Code):
    """An ISO week, as in 2026-W47."""

    cache_ok = True
    limit = 8
    pattern = WEEK


class Codes(Code):
    """Closed codes and the separators `codes.py` writes between them, `limit` characters at most."""

    cache_ok = True
    pattern = CODES

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is not None and len(value) > self.limit:
            raise ValueError(f"these are more than {self.limit} characters of codes")
        return super().process_bind_param(value, dialect)


class Secret(TypeDecorator[bytes]):
    """What `cipher.Cipher` has sealed, and never the words themselves."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        if value is not None and not (isinstance(value, bytes) and value.startswith(FERNET)):
            raise ValueError("this is not sealed, and nothing else may be stored here")
        return value


class Digest(TypeDecorator[bytes]):
    """The 32 bytes of a SHA-256 or an HMAC-SHA256."""

    impl = LargeBinary
    cache_ok = True
    limit = 32

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        if value is not None and not (isinstance(value, bytes) and len(value) == self.limit):
            raise ValueError("this is not a digest, and nothing else may be stored here")
        return value


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept as whole milliseconds since 1970 in UTC."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise ValueError("this is not an aware datetime, and nothing else may be stored here")
        return (value - EPOCH) // MILLISECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + value * MILLISECOND


class Flag(TypeDecorator[bool]):
    """Yes or no; a number in SQLite, whose STRICT tables know no BOOLEAN."""

    impl = Boolean
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else Boolean())

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> bool | None:
        if value is not None and not isinstance(value, bool):
            raise ValueError("this is neither yes nor no, and nothing else may be stored here")
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)
