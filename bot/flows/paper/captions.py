"""The printed paper's own small words, one file a language; what the chat says stands in the flows and catalogues."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from bot.errors import FlowError

DIRECTORY = Path(__file__).parent
Captions = Mapping[str, str]


def languages(directory: Path = DIRECTORY) -> tuple[str, ...]:
    return tuple(path.stem for path in sorted(directory.glob("*.toml")))


def read(language: str, directory: Path = DIRECTORY) -> Captions:
    """The captions as `table.name`. Raises FlowError where the language has none."""
    if language not in languages(directory):
        known = ", ".join(languages(directory))
        raise FlowError([f"the paper has no words of its own in '{language}'; it has them in {known}"])
    tables = tomllib.loads((directory / f"{language}.toml").read_text("utf-8"))
    return {f"{table}.{name}": said for table, names in tables.items() for name, said in names.items()}
