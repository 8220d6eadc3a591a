"""What can be wrong with a text: its length, its placeholders, its marks, a paragraph in the wrong place."""

import re
from collections.abc import Container, Iterator, Sequence

from bot.flows.build import Merged
from bot.flows.guards import GUARDS
from bot.flows.shape import LineShape, StateShape
from bot.flows.vocabulary import MARKS, OF_PHRASES, PLACEHOLDERS
from bot.model import CARD_LENGTH, LABEL_LENGTH, SHOWN_LENGTH

FOR_THE_CITIZEN = frozenset({"aloud", "check", "reply"})

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def of_texts(shape: StateShape) -> Iterator[str]:
    for line in (*shape.line, *shape.why, *shape.words):
        if (
            "§" in line.say + line.aloud
            and not {"duty"} & {*shape.marks, *line.marks}
            and line not in shape.why
        ):
            yield f"names a paragraph outside a duty card: '{_short(line.say or line.aloud)}'"
    if shape.aloud and not FOR_THE_CITIZEN & set(shape.marks):
        yield "has words for the citizen and needs one of the marks aloud, check, reply"
    if "§" in shape.say and "duty" not in shape.marks:
        yield f"names a paragraph outside a duty card: '{_short(shape.say)}'"
    always = [*shape.aloud, shape.say, *(one.say or one.aloud for one in shape.line if not one.when)]
    if sum(map(len, always)) > CARD_LENGTH:
        yield f"card of {sum(map(len, always))} characters; a screen holds {CARD_LENGTH}"
    for text in (*shape.aloud, shape.say, shape.moves, *(choice.label for choice in shape.choices)):
        yield from of_placeholders(text)
    if not any(always) and not shape.line and not shape.as_state:
        yield "says nothing"


def of_phrase(text: str) -> Iterator[str]:
    """A small sentence of the house's: what it may be filled in with, and that there is one."""
    if not text.strip():
        yield "is empty"
    if len(text) > CARD_LENGTH:
        yield f"of {len(text)} characters; a screen holds {CARD_LENGTH}"
    yield from of_placeholders(text, PLACEHOLDERS | OF_PHRASES)


def of_label(text: str) -> Iterator[str]:
    if not text.strip() or len(text) > LABEL_LENGTH:
        yield f"label of {len(text)} characters; a button holds 1 to {LABEL_LENGTH}"
    yield from of_placeholders(text)


def of_line(merged: Merged, line: LineShape) -> Iterator[str]:
    if sum(map(bool, (line.say, line.aloud, line.use))) != 1:
        yield "a line needs exactly one of say, aloud and use"
    if line.use and line.use not in merged.texts:
        yield f"uses unknown text '{line.use}'"
    if line.aloud and not FOR_THE_CITIZEN & set(line.marks):
        yield f"words for the citizen need one of the marks aloud, check, reply: '{_short(line.aloud)}'"
    if len(line.say or line.aloud) > CARD_LENGTH:
        yield f"line of {len(line.say or line.aloud)} characters; a screen holds {CARD_LENGTH}"
    elif len(line.aloud) > SHOWN_LENGTH:
        yield f"words for the citizen of {len(line.aloud)} characters; where they are shown {SHOWN_LENGTH} have room"
    if PLACEHOLDERS & set(_PLACEHOLDER.findall(line.aloud)):  # an unknown one is named below
        yield f"words for the citizen have no placeholder: '{_short(line.aloud)}'"
    yield from unknown("guard", line.when, GUARDS)
    yield from unknown("mark", line.marks, MARKS)
    yield from of_placeholders(line.say or line.aloud)


def of_placeholders(text: str, known: Container[str] = PLACEHOLDERS) -> Iterator[str]:
    for name in _PLACEHOLDER.findall(text):
        if name not in known:
            yield f"unknown placeholder '{{{name}}}'"
    if set("{}") & set(_PLACEHOLDER.sub("", text)):
        yield f"has a brace that is not closed: '{_short(text)}'"


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def unknown(kind: str, names: Sequence[str], known: Container[str]) -> Iterator[str]:
    yield from (f"unknown {kind} '{name}'" for name in names if name not in known)
