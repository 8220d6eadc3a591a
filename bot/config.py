"""Settings from the environment, checked whole before anything is started."""

import base64
import binascii
import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from bot.errors import ConfigError

TELEGRAM = "https://api.telegram.org"
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")  # Telegram's own letters; it would take one letter, too
_ADDRESS = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\[\]:]+):(\d{1,5})")
_OTHER_DOORS = ("/healthz", "/readyz")
KNOWN = {
    *("TOKEN", "API_BASE", "DATABASE", "MUNICIPALITY", "KEY", "KEY_OLD", "LOG"),
    *("WEBHOOK_URL", "WEBHOOK_SECRET", "LISTEN", "METRICS"),
}

Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a command does not need may be empty; `key_old` is the earlier key while it is replaced."""

    token: str = field(repr=False)
    api_base: str
    database: str = field(repr=False)
    municipality: str
    key: str = field(repr=False)
    log: str
    key_old: str = field(default="", repr=False)
    webhook_url: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)
    listen: tuple[str, int] = ("127.0.0.1", 8443)
    metrics: tuple[str, int] | None = None


def settings(environment: Mapping[str, str], *, need: tuple[str, ...] = ()) -> Settings:
    """`need` names settings that must be there, as TOKEN. Raises ConfigError with one clear sentence."""
    found = {name: _setting(environment, name) for name in KNOWN}
    for name in need:
        if not found[name]:
            raise ConfigError(f"OPSPOR_{name} is not set: {_WHAT[name]}")
    level = (found["LOG"] or "INFO").upper()
    if level not in Level.__args__:  # type: ignore[attr-defined]
        raise ConfigError(f"OPSPOR_LOG is '{found['LOG']}'; it takes DEBUG, INFO, WARNING or ERROR")
    for name in ("KEY", "KEY_OLD"):
        if found[name]:
            _check_key(name, found[name])
    if found["TOKEN"] and not _TOKEN.fullmatch(found["TOKEN"]):
        raise ConfigError(
            "OPSPOR_TOKEN does not look like a bot token (digits, a colon, letters): copy it again"
        )
    base = (found["API_BASE"] or TELEGRAM).rstrip("/")
    if not base.startswith(("http://", "https://")):
        raise ConfigError(f"OPSPOR_API_BASE is '{base}'; it must begin with http:// or https://")
    if found["WEBHOOK_URL"]:
        _check_webhook_url(found["WEBHOOK_URL"])
    if found["WEBHOOK_SECRET"] and not _SECRET.fullmatch(found["WEBHOOK_SECRET"]):
        raise ConfigError("OPSPOR_WEBHOOK_SECRET takes 16 to 256 characters, each of A-Z, a-z, 0-9, _ and -")
    return Settings(
        token=found["TOKEN"],
        api_base=base,
        database=found["DATABASE"] or "sqlite:///opspor.db",
        municipality=found["MUNICIPALITY"],
        key=found["KEY"],
        log=level,
        key_old=found["KEY_OLD"],
        webhook_url=found["WEBHOOK_URL"],
        webhook_secret=found["WEBHOOK_SECRET"],
        listen=_address("LISTEN", found["LISTEN"] or "127.0.0.1:8443"),
        metrics=_address("METRICS", found["METRICS"], "127.0.0.1:9464") if found["METRICS"] else None,
    )


_WHAT = {
    "TOKEN": "give the bot's token, or OPSPOR_TOKEN_FILE with a file that holds it",
    "KEY": "give 32 bytes in URL-safe base64, or OPSPOR_KEY_FILE; `opspor key` prints a new one",
    "KEY_OLD": "give the key that OPSPOR_KEY replaces, or OPSPOR_KEY_OLD_FILE with a file that holds it",
    "MUNICIPALITY": "give the path of the municipality's file; municipality.example.toml shows what is in it",
    "WEBHOOK_URL": "give the https address at which Telegram reaches this bot, with a path of its own",
    "WEBHOOK_SECRET": "give 16 to 256 letters and digits that nobody can guess, or OPSPOR_WEBHOOK_SECRET_FILE",
}


def unknown(environment: Mapping[str, str]) -> Iterator[str]:
    """Variables that begin like ours and mean nothing, as a misspelt one does."""
    for name in environment:
        if name.startswith("OPSPOR_") and name.removeprefix("OPSPOR_").removesuffix("_FILE") not in KNOWN:
            yield name


def _check_webhook_url(url: str) -> None:
    """Says nothing of the address itself, since its path may be meant as a secret."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigError(
            "OPSPOR_WEBHOOK_URL is not an address, as https://bot.example.dk/telegram is"
        ) from None
    if parts.scheme != "https" and not (parts.scheme == "http" and is_this_machine(url)):
        raise ConfigError(
            "OPSPOR_WEBHOOK_URL must begin with https://: Telegram posts what people write there"
        )
    if not parts.hostname or port == 0 or parts.username is not None or parts.query or parts.fragment:
        raise ConfigError(
            "OPSPOR_WEBHOOK_URL takes a host and a path and nothing else, as https://bot.example.dk/telegram"
        )
    if parts.path in _OTHER_DOORS:
        raise ConfigError(
            f"OPSPOR_WEBHOOK_URL has the path {parts.path}, which is for the load balancer: give another"
        )


def is_this_machine(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _address(name: str, address: str, example: str = "127.0.0.1:8443") -> tuple[str, int]:
    found = _ADDRESS.fullmatch(address)
    if found is None or not 0 < int(found[2]) < 65536:
        raise ConfigError(f"OPSPOR_{name} is '{address}'; it takes a host and a port, as {example}")
    return found[1].strip("[]"), int(found[2])


def _setting(environment: Mapping[str, str], name: str) -> str:
    file = environment.get(f"OPSPOR_{name}_FILE", "")
    if not file:
        return environment.get(f"OPSPOR_{name}", "").strip()
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"OPSPOR_{name}_FILE names '{file}', which cannot be read: {error}") from error


def _check_key(name: str, key: str) -> None:
    try:
        raw = base64.urlsafe_b64decode(key.encode())
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32 or base64.urlsafe_b64encode(raw).decode() != key:  # a key pasted twice decodes too
        raise ConfigError(f"OPSPOR_{name} is not 32 bytes in URL-safe base64; `opspor key` prints a new one")
