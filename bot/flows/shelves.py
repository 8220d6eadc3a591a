"""Reads the library's cards, one file a shelf, and reports every problem in one go; it shows nothing."""

import hashlib
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from bot.flows.build import Register, cited
from bot.flows.shape import Names, Shape
from bot.flows.wording import of_label, of_placeholders, unknown
from bot.library import Library, LibraryCard, Shelf
from bot.model import CARD_LENGTH, Text

FOLDER = "cards"
MEMORY = "PRAKSIS"  # the source of what rests on professional memory alone
CITED_AT_MOST = 4
NAME_LENGTH = 20  # with `0:card.` well within what a button can carry


class CardShape(Shape):
    title: str
    find: str
    what: str
    why: str
    how: str
    words: str = ""
    memory: str = ""
    source: Names
    law: Names = Field(default_factory=list)
    review: str


class ShelfShape(Shape):
    title: str
    place: int


def load(directory: Path, register: Register, problems: list[str]) -> Library:
    """The cards of all files in `directory`/cards; what is wrong is added to `problems`."""
    shelves: list[tuple[int, Shelf]] = []
    for path in sorted((directory / FOLDER).glob("*.toml")):
        placed = _shelf(path, register, problems)
        if placed is not None:
            shelves.append(placed)
    in_order = tuple(shelf for _, shelf in sorted(shelves, key=lambda one: (one[0], one[1].name)))
    cards: dict[str, LibraryCard] = {}
    for shelf in in_order:
        for card in shelf.cards:
            if card.name in cards:
                problems.append(f"cards/{shelf.name}.toml: {card.name}: this card stands on two shelves")
            cards[card.name] = card
    return Library(in_order, cards)


def _shelf(path: Path, register: Register, problems: list[str]) -> tuple[int, Shelf] | None:
    file = f"{FOLDER}/{path.name}"
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        shelf = ShelfShape.model_validate(data.pop("shelf", {}))
        shapes = {name: CardShape.model_validate(table) for name, table in data.pop("card", {}).items()}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{file}: is not readable TOML: {error}")
        return None
    except ValidationError as error:
        problems += [f"{file}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        return None
    problems += [f"{file}: {key}: is not a key that is known here" for key in data]
    problems += [f"{file}: shelf: {problem}" for problem in of_label(shelf.title)]
    if not shapes:
        problems.append(f"{file}: has no card")
    for name, shape in shapes.items():
        problems += [f"{file}: {name}: {problem}" for problem in _of_card(name, shape, register)]
    cards = tuple(_card(name, shape, register) for name, shape in shapes.items())
    return shelf.place, Shelf(path.stem, Text(shelf.title, f"cards.{path.stem}"), cards)


def _of_card(name: str, shape: CardShape, register: Register) -> Iterator[str]:
    if not (name.isascii() and name.isalnum() and name == name.lower() and len(name) <= NAME_LENGTH):
        yield f"a card's name has small letters and digits only, {NAME_LENGTH} at most"
    yield from of_label(shape.title)
    said = (shape.what, shape.why, shape.how, shape.words, shape.memory)
    for key in ("find", "what", "why", "how", "review"):
        if not getattr(shape, key).strip():
            yield f"{key} is empty"
    if "§" in "".join(said):
        yield "names a paragraph; that belongs into `law`"
    if "{" in shape.words:
        yield "words for the citizen have no placeholder"
    for text in said:
        yield from of_placeholders(text)
    if sum(map(len, (shape.title, *said))) > CARD_LENGTH:
        yield f"card of {sum(map(len, said))} characters; a screen holds {CARD_LENGTH}"
    if not set(shape.source) - {MEMORY}:
        yield "names no source"
    if bool(shape.memory) != (MEMORY in shape.source):
        yield f"what rests on memory needs the source {MEMORY}, and nothing else may name it"
    yield from unknown("source", [one.split(" ")[0] for one in shape.source], register.names)
    yield from unknown("law reference", shape.law, register.names)


def _card(name: str, shape: CardShape, register: Register) -> LibraryCard:
    def text(said: str) -> Text:
        return Text(said, f"cards.{name}")

    memory = shape.memory if register.unverified else ""
    # Who says so and when, the first of them; all, with the places, stand in the file: a screen has no room.
    sources = [one.split(" ")[0] for one in shape.source if register.unverified or one != MEMORY]
    laws = [register.laws[code].short for code in shape.law if code in register.laws]
    said = (shape.title, shape.what, shape.why, shape.how, shape.words, memory, *laws)
    return LibraryCard(
        name=name,
        title=text(shape.title),
        find=text(shape.find),
        what=text(shape.what),
        why=text(shape.why),
        how=text(shape.how),
        words=text(shape.words) if shape.words else None,
        memory=text(memory) if memory else None,
        cited="; ".join(list(dict.fromkeys((*laws, *cited(register, sources))))[:CITED_AT_MOST]),
        digest=_digest(said),
        review=shape.review,
    )


def _digest(said: Sequence[str]) -> str:
    """Changes with what the reader is told, and not with how it is found or who has reviewed it."""
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:8]
