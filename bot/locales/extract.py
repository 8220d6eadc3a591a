"""The Babel extractor for the flow files: every Danish sentence with its context and a hint for the translator."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, BinaryIO

Sentence = tuple[str, str, str]  # context, msgid, hint
Message = tuple[int, str, tuple[str, str], list[str]]

_NOT_WORDS = {"sources.toml"}


def extract_toml(
    file: BinaryIO, keywords: object, comment_tags: object, options: object
) -> Iterator[Message]:
    """As Babel calls it: (line, function, (context, msgid), comments)."""
    raw = file.read().decode("utf-8")
    name = PurePath(str(getattr(file, "name", "flow.toml")))
    lines = raw.split("\n")
    for context, msgid, hint in sentences(name.name, tomllib.loads(raw)):
        yield _line_of(lines, msgid), "pgettext", (context, msgid), [hint]


def sentences(file: str, data: Mapping[str, Any]) -> Iterator[Sentence]:
    """The sentences of one parsed file, in its own order; contexts as the flows' loader gives them."""
    stem = PurePath(file).stem
    if file in _NOT_WORDS:
        return
    if file == "law.toml":
        yield from (("law", law["text"], "shown behind the Why button") for law in data["law"].values())
    elif file == "phrases.toml":
        yield from _flat("phrases", data)
    else:
        yield from _flat("controls", data.get("controls", {}), "button, as short as it can be")
        for name, text in data.get("text", {}).items():
            yield from _said(f"{stem}.{name}", text)
        for name, table in (*data.get("view", {}).items(), *data.get("state", {}).items()):
            yield from _card(f"{stem}.{name}", table)


def _flat(context: str, table: Mapping[str, Any], hint: str = "") -> Iterator[Sentence]:
    for key, value in table.items():
        if isinstance(value, str):
            yield f"{context}.{key}", value, hint
        else:
            yield from _flat(f"{context}.{key}", value, hint)


def _card(context: str, table: Mapping[str, Any]) -> Iterator[Sentence]:
    aloud = table.get("aloud", [])
    for one in [aloud] if isinstance(aloud, str) else aloud:
        yield context, one, _CITIZEN
    for line in table.get("line", []):
        yield from _said(context, line)
    if "say" in table:
        yield context, table["say"], _STAFF
    why = table.get("why", [])
    for line in [{"say": why}] if isinstance(why, str) else why:
        yield from _said(context, line)
    if "moves" in table:
        yield context, table["moves"], "button that goes on"
    for choice in table.get("choices", []):
        yield context, choice["label"], "button, at most 48 characters"


_CITIZEN = "spoken to the citizen, or shown to her or him: plain, warm, gender-neutral"
_STAFF = "guidance for the employee; the whole card holds 700 characters"


def _said(context: str, line: Mapping[str, Any]) -> Iterator[Sentence]:
    if "aloud" in line:
        yield context, line["aloud"], _CITIZEN
    if "say" in line:
        yield context, line["say"], _STAFF


def _line_of(lines: list[str], msgid: str) -> int:
    start = msgid.split("\n")[0][:60]
    return next((number for number, line in enumerate(lines, 1) if start in line), 1)
