"""The flow files as data that can be changed and written again; what the words in them mean is the loader's."""

import copy
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from bot.flows.loader import DIRECTORY

Table = dict[str, Any]
Path_ = tuple[str | int, ...]
Change = Callable[[Table], None]

REFERENCES = frozenset({"law", "sources", "phrases"})  # what flows refer to; there is nothing to go wrong in


@cache
def texts() -> dict[str, str]:
    """Every file's text by its name without the ending, read once: somebody may be writing on while the mutants run."""
    return {
        path.stem: path.read_text("utf-8") for path in sorted(DIRECTORY.glob("*.toml")) if path.stem != "news"
    }


@cache
def files() -> dict[str, Table]:
    """Each flow file by its name, as data."""
    return {name: tomllib.loads(text) for name, text in texts().items() if name not in REFERENCES}


@cache
def flow_of(file: str) -> str:
    """The flow that a file is, or is a part of and of no other; else nothing."""
    owners = [name for name, table in files().items() if file in (name, *table["flow"].get("parts", ()))]
    owners = [name for name in owners if not files()[name]["flow"].get("part")]
    return owners[0] if len(owners) == 1 else ""


@cache
def states_of(flow: str) -> dict[str, Table]:
    """Every state with its parts' ones, in the order of the files."""
    found: dict[str, Table] = {}
    for name in (flow, *files()[flow]["flow"].get("parts", ())):
        found |= files()[name].get("state", {})
    return found


def tables(node: object, path: Path_ = ()) -> Iterator[tuple[Path_, Table]]:
    """Every table in a file with the way to it, from the outside in."""
    if isinstance(node, dict):
        yield path, node
        for key, inner in node.items():
            yield from tables(inner, (*path, key))
    elif isinstance(node, list):
        for number, inner in enumerate(node):
            yield from tables(inner, (*path, number))


def at(table: Table, path: Path_) -> Any:
    node: Any = table
    for step in path:
        node = node[step]
    return node


def many(value: str | Sequence[str]) -> list[str]:
    """What may stand alone or in a list."""
    return [value] if isinstance(value, str) else list(value)


def write(into: Path, file: str, change: Change | None) -> None:
    """All files as they stand, except the one that is changed."""
    for name, text in texts().items():
        (into / f"{name}.toml").write_text(text, "utf-8")
    if change is not None:
        changed = copy.deepcopy(files()[file])
        change(changed)
        (into / f"{file}.toml").write_text(toml(changed), "utf-8")


def toml(table: Mapping[str, Any]) -> str:
    """Plain enough to need no library: one line a top-level key, everything in it inline."""
    return "".join(f"{json.dumps(key)} = {_value(value)}\n" for key, value in table.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    if isinstance(value, date):
        return value.isoformat()
    # JSON's strings, numbers and truths are TOML's too.
    return json.dumps(value, ensure_ascii=False)
