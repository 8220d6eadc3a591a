"""The printed paper's own small words; what the chat says stands in the flows."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.flows.declared import Say
from bot.model import Text

FILE = Path(__file__).parent / "captions.toml"
Captions = Mapping[str, str]


def texts() -> Iterator[tuple[str, Text]]:
    """Each as `table.name`, in Danish, with the context under which it is translated."""
    for table, names in tomllib.loads(FILE.read_text("utf-8")).items():
        yield from ((f"{table}.{name}", Text(said, f"paper.{table}.{name}")) for name, said in names.items())


def read(say: Say) -> Captions:
    """In the reader's language, their placeholders open: what fills them in is known where they are used."""
    return {name: say(text) for name, text in texts()}
