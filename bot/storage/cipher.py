"""Seals what is known of the employees, and finds a chat without knowing it; it stores nothing."""

import hashlib
import hmac
from base64 import urlsafe_b64decode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.errors import ConfigError
from bot.storage.types import BLANK

KEPT_OPEN = 1024  # names and telephones; of a few hundred employees all

_ONE_KEY = (
    "OPSPOR_KEY is not the key that this database was written with: put the earlier key back,"
    " or give it as OPSPOR_KEY_OLD and run `opspor rekey`."
)
_TWO_KEYS = (
    "Neither OPSPOR_KEY nor OPSPOR_KEY_OLD is the key that this database, or some row of it, was written with:"
    " `opspor rekey` names the row; put its key back."
)


class Cipher:
    """Fernet with the key from the environment: 32 bytes in URL-safe base64. While `old` is given, what the earlier
    key sealed opens too; only the new one seals. `open` gives the text of what was sealed, and keeps it for a while in
    memory, where the key is too: each press reads who pressed."""

    def __init__(self, key: str, old: str = "") -> None:
        raw = [_key_bytes("OPSPOR_KEY", key)] + ([_key_bytes("OPSPOR_KEY_OLD", old)] if old else [])
        self._new = Fernet(key.strip())
        self._any = MultiFernet([self._new, Fernet(old.strip())] if old else [self._new])
        self.open = lru_cache(maxsize=KEPT_OPEN)(self._opened)
        # Keys of their own, so that the digests in the database say nothing of the ones that seal.
        self._chat_keys = [hmac.digest(each, b"opspor: digest of a chat id", hashlib.sha256) for each in raw]

    def seal(self, text: str) -> bytes:
        return self._new.encrypt(text.encode())

    def _opened(self, sealed: bytes) -> str:
        """For `open`. Raises ConfigError when the row was sealed with another key."""
        if sealed == BLANK:
            return ""
        try:
            return self._any.decrypt(sealed).decode()
        except InvalidToken:
            raise ConfigError(_ONE_KEY if len(self._chat_keys) == 1 else _TWO_KEYS) from None

    def is_new(self, sealed: bytes) -> bool:
        """The new key opens it, so that the old one is not needed."""
        if sealed == BLANK:
            return True
        try:
            self._new.decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def digest(self, chat: int) -> bytes:
        return self.digests(chat)[0]

    def digests(self, chat: int) -> tuple[bytes, ...]:
        """By the new key, and by the old one while there is one."""
        return tuple(hmac.digest(key, str(chat).encode(), hashlib.sha256) for key in self._chat_keys)


def _key_bytes(name: str, key: str) -> bytes:
    try:
        raw = urlsafe_b64decode(key.strip().encode("ascii"))
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise ConfigError(f"{name} must be 32 bytes in URL-safe base64 (44 characters).")
    return raw
