"""Seals what is known of the employees, and finds a chat without knowing it; it stores nothing."""

import hashlib
import hmac
from base64 import urlsafe_b64decode

from cryptography.fernet import Fernet, InvalidToken

from bot.errors import ConfigError


class Cipher:
    """Fernet with the key from the environment: 32 bytes in URL-safe base64."""

    def __init__(self, key: str) -> None:
        raw = _key_bytes(key)
        self._fernet = Fernet(key.strip())
        # A key of its own, so that the digests in the database say nothing of the one that seals.
        self._chat_key = hmac.digest(raw, b"opspor: digest of a chat id", hashlib.sha256)

    def seal(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """Raises ConfigError when the row was sealed with another key."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise ConfigError(
                "OPSPOR_KEY is not the key that this database was written with: put the earlier key back."
            ) from None

    def digest(self, chat: int) -> bytes:
        return hmac.digest(self._chat_key, str(chat).encode(), hashlib.sha256)


def _key_bytes(key: str) -> bytes:
    try:
        raw = urlsafe_b64decode(key.strip().encode("ascii"))
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise ConfigError("OPSPOR_KEY must be 32 bytes in URL-safe base64 (44 characters).")
    return raw
