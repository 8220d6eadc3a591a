"""The papers' own words, one file a language: sentences by name, and spans of time said as people say them."""

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from bot.errors import ConfigError

DIRECTORY = Path(__file__).parent
Sentences = Mapping[str, str]

_UNITS = (("year", timedelta(days=365)), ("day", timedelta(days=1)), ("hour", timedelta(hours=1)))
_MINUTE = timedelta(minutes=1)
_IN_HOURS = timedelta(days=3)  # up to here people count hours, where the days are whole too


def languages(directory: Path = DIRECTORY) -> tuple[str, ...]:
    return tuple(path.stem for path in sorted(directory.glob("*.toml")))


def read(language: str, directory: Path = DIRECTORY) -> Sentences:
    """Every sentence as `table.name`, however deep; those of a list as `table.name.0`. Raises ConfigError where
    the papers are not written in the language."""
    if language not in languages(directory):
        known = ", ".join(languages(directory))
        raise ConfigError(f"the papers on data protection are not written in '{language}'; there is {known}")
    return dict(_flat(tomllib.loads((directory / f"{language}.toml").read_text("utf-8"))))


def _flat(found: object, name: str = "") -> list[tuple[str, str]]:
    if isinstance(found, dict):
        return [pair for key, value in found.items() for pair in _flat(value, f"{name}.{key}".lstrip("."))]
    if isinstance(found, list):
        return [pair for number, value in enumerate(found) for pair in _flat(value, f"{name}.{number}")]
    return [(name, str(found))]


def group(said: Sentences, name: str) -> list[str]:
    """The sentences of a list, in the order they are written."""
    return [sentence for key, sentence in said.items() if key.startswith(f"{name}.")]


def span(said: Sentences, length: timedelta) -> str:
    """In the largest unit that it is a whole number of; a leap day more or less is not said."""
    for name, unit in _UNITS:
        count, left = divmod(length, unit)
        short = name == "day" and length < _IN_HOURS
        if count and not short and (not left or (name == "year" and left <= timedelta(days=count))):
            return _counted(said, name, count)
    return _counted(said, "minute", length // _MINUTE)


def _counted(said: Sentences, name: str, count: int) -> str:
    return said[f"count.{name}.{0 if count == 1 else 1}"].format(count=count)
