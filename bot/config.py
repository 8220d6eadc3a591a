"""Settings from the environment, checked whole before anything is started."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bot.errors import ConfigError

TELEGRAM = "https://api.telegram.org"
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_FOR_A_WEBHOOK = ("WEBHOOK_URL", "WEBHOOK_SECRET", "LISTEN")
KNOWN = {
    *("TOKEN", "API_BASE", "DATABASE", "MUNICIPALITY", "KEY", "KEY_OLD", "LOG"),
    *_FOR_A_WEBHOOK,
}

Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


@dataclass(frozen=True, slots=True)
class Settings:
    """`token` and `key` may be empty where a command needs none; `key_old` is the earlier key while it is replaced."""

    token: str = field(repr=False)
    api_base: str
    database: str = field(repr=False)
    municipality: str
    key: str = field(repr=False)
    log: str
    key_old: str = field(default="", repr=False)


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
    return Settings(
        token=found["TOKEN"],
        api_base=base,
        database=found["DATABASE"] or "sqlite:///opspor.db",
        municipality=found["MUNICIPALITY"],
        key=found["KEY"],
        log=level,
        key_old=found["KEY_OLD"],
    )


_WHAT = {
    "TOKEN": "give the bot's token, or OPSPOR_TOKEN_FILE with a file that holds it",
    "KEY": "give 32 bytes in URL-safe base64, or OPSPOR_KEY_FILE; `opspor key` prints a new one",
    "KEY_OLD": "give the key that OPSPOR_KEY replaces, or OPSPOR_KEY_OLD_FILE with a file that holds it",
    "MUNICIPALITY": "give the path of the municipality's file; municipality.example.toml shows what is in it",
}


def unknown(environment: Mapping[str, str]) -> Iterator[str]:
    """Variables that begin like ours and mean nothing, as a misspelt one does."""
    for name in environment:
        if name.startswith("OPSPOR_") and name.removeprefix("OPSPOR_").removesuffix("_FILE") not in KNOWN:
            yield name


def unused(environment: Mapping[str, str]) -> Iterator[str]:
    """Settings of the webhook, which this version does not serve."""
    yield from (f"OPSPOR_{name}" for name in _FOR_A_WEBHOOK if environment.get(f"OPSPOR_{name}"))


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
