"""What may stand in a log line: keys that we know, and for each an id, a code, a number, a place, or a sentence that
stands in our own source. `strange` says what is none of these."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

BOT = Path(__file__).parent.parent / "bot"

_PAIR = re.compile(r"""([a-z]+)=('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s'"]*)(?: |$)""")
_NUMBER = r"-?\d{1,19}"
_PLACE = r"[\w.<>-]+:\d+"

_SHAPES = {
    "at": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00",
    "level": r"debug|info|warning|error|critical",
    "room": r"[A-Za-z_][\w.]*",
    "error": r"[A-Z]\w*",
    "place": _PLACE,
    "trace": rf"-|{_PLACE}(<{_PLACE})*",
    "update": rf"{_NUMBER}|None",
    "updates": _NUMBER,
    "count": _NUMBER,
    "connections": _NUMBER,
    "notice": _NUMBER,
    "chat": r"[0-9a-f]{8}",  # an alias, never the chat's number
    "bot": r"\w{1,32}_?bot",
    "permanent": r"True|False",
    "kind": r"[a-z_]{1,20}",
}


def strange(line: str) -> str:
    """What there is in this line that must not be; "" where all is in order."""
    pairs, end = [], 0
    while found := _PAIR.match(line, end):
        pairs.append((found[1], found[2]))
        end = found.end()
    if end != len(line) or not pairs:
        return f"not key=value from {line[end : end + 40]!r} on"
    keys = [key for key, _ in pairs]
    if keys[:4] != ["at", "level", "room", "event"] or len(set(keys)) != len(keys):
        return f"the keys {keys}"
    return next((f"{key}={value}" for key, value in pairs if not _may_stand(key, value)), "")


def _may_stand(key: str, value: str) -> bool:
    if key in _SHAPES:
        return re.fullmatch(_SHAPES[key], value) is not None
    if key == "event":
        return value in events()
    if key == "reason":
        return value == "other" or value in {one.replace(" ", "_").replace("'", "") for one in constants()}
    if key in ("meaning", "what"):
        said = ast.literal_eval(value) if value[:1] in "'\"" else value
        return any(sentence.fullmatch(said) for sentence in sentences())
    return False


@functools.cache
def _parsed() -> tuple[ast.Module, ...]:
    return tuple(ast.parse(file.read_text("utf-8")) for file in sorted(BOT.rglob("*.py")))


@functools.cache
def constants() -> frozenset[str]:
    return frozenset(
        node.value
        for module in _parsed()
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


@functools.cache
def events() -> frozenset[str]:
    return frozenset(found[1] for one in constants() if (found := re.match(r"event=([a-z_]+)", one)))


@functools.cache
def sentences() -> tuple[re.Pattern[str], ...]:
    """Those of the source that are long enough to be one; what is filled in may be short."""
    return tuple(re.compile(one, re.DOTALL) for one in _sentences())


def _sentences() -> Iterator[str]:
    for one in constants():
        if quoted := re.search(r"meaning='([^']+)'", one):
            yield re.escape(quoted[1])
        elif one.count(" ") > 3 and "\n" not in one:
            yield re.escape(one)
    for module in _parsed():
        for node in ast.walk(module):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
                if sum(len(str(part)) for part in parts if part) > 12:
                    yield "".join(".{0,80}" if part is None else re.escape(str(part)) for part in parts)
