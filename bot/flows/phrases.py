"""Reads the house's small sentences by name; a phrase is shown outside the flows, and no flow is read here."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.errors import FlowError
from bot.flows import wording
from bot.model import Text

FILE = Path(__file__).with_name("phrases.toml")


def load(file: Path = FILE) -> dict[str, Text]:
    """Raises FlowError with every problem."""
    problems: list[str] = []
    try:
        found = read(file.name, tomllib.loads(file.read_text("utf-8")), problems)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FlowError([f"{file.name}: is not readable TOML: {error}"]) from error
    if problems:
        raise FlowError(problems)
    return found


def read(name: str, data: Mapping[str, Any], problems: list[str]) -> dict[str, Text]:
    """What is wrong is added to `problems`."""
    found: dict[str, Text] = {}
    for key, said in flat(data):
        one, many = (said["one"], said["other"]) if isinstance(said, dict) else (said, "")
        text = found[key] = Text(str(one), f"phrases.{key}", str(many))
        for form in (text.msgid, text.many) if many else (text.msgid,):
            problems += [f"{name}: {key}: {problem}" for problem in wording.of_phrase(form)]
    return found


def flat(table: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """`[controls.beside] back = "…"` becomes `beside.back`; a sentence that counts has two forms."""
    found: list[tuple[str, Any]] = []
    for key, value in table.items():
        within = isinstance(value, dict) and value.keys() != {"one", "other"}
        found += flat(value, f"{before}{key}.") if within else [(f"{before}{key}", value)]
    return found
