"""The Babel extractor for the flow files: every Danish sentence with what a translator must know of it."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, BinaryIO

from bot.locales.catalogue import Domain
from bot.model import CARD_LENGTH, LABEL_LENGTH, SHOWN_LENGTH

Table = Mapping[str, Any]
Message = tuple[int, str, tuple[str, ...], list[str]]

FLOWS = Path(__file__).parent.parent / "flows"


@dataclass(frozen=True, slots=True)
class Sentence:
    """`where` is the card it stands on, `who` says it to whom; `room` is the number of characters that it may take, 0
    where the whole card is measured; `many` its form for more than one."""

    context: str
    msgid: str
    where: str
    who: str
    domain: Domain = "staff"
    room: int = 0
    many: str = ""

    @property
    def comments(self) -> list[str]:
        room = (
            f"at most {self.room} characters"
            if self.room
            else f"the whole card holds {CARD_LENGTH} characters"
        )
        return [f"{self.where}: {self.who}; {room}"]


def extract_toml(file: BinaryIO, keywords: object, comment_tags: object, options: Table) -> Iterator[Message]:
    """As Babel calls it: (line, function, (context, msgid), comments). The option `domain` chooses one of the two."""
    raw = file.read().decode("utf-8")
    name = PurePath(str(getattr(file, "name", "flow.toml")))
    lines = raw.split("\n")
    for one in sentences(name.name, tomllib.loads(raw)):
        if options.get("domain", one.domain) == one.domain:
            said = (one.context, one.msgid, one.many) if one.many else (one.context, one.msgid)
            yield _line_of(lines, one.msgid), "npgettext" if one.many else "pgettext", said, one.comments


def every() -> Iterator[Sentence]:
    """Of all flow files, in their order."""
    for path in sorted(FLOWS.rglob("*.toml")):
        yield from sentences(path.name, tomllib.loads(path.read_text("utf-8")))


def sentences(file: str, data: Table) -> Iterator[Sentence]:
    """The sentences of one parsed file, in its own order; contexts as the flows' loader gives them."""
    stem = PurePath(file).stem
    match file:
        case "law.toml":
            for law in data.get("law", {}).values():
                yield Sentence("law", law["text"], "behind Why", "the law, to the employee")
        case "phrases.toml":
            yield from _flat("phrases", data, _PHRASE)
        case "captions.toml":
            yield from _flat("paper", data, "the printed paper, to whoever reads it")
        case _ if "card" in data:
            yield Sentence(
                f"cards.{stem}", data["shelf"]["title"], f"shelf {stem}", _BUTTON, room=LABEL_LENGTH
            )
            for name, card in data["card"].items():
                yield from _library_card(f"cards.{name}", f"library card {name}", card)
        case _ if "scenario" in data:
            for one in data["scenario"]:
                yield Sentence(
                    f"practice.{one['id']}", one["situation"], f"situation {one['id']}", _SITUATION
                )
        case _ if "practice" in data:
            for name, one in data["practice"].items():
                where = f"situation {name}"
                yield Sentence(f"practice.{name}", one["title"], where, _BUTTON, room=LABEL_LENGTH)
                for question, why in one["why"].items():
                    yield Sentence(f"practice.{name}", why, f"{where}, {question}", _REASON)
        case "news.toml":
            for one in data["news"]:
                yield Sentence("news", one["say"], f"news of {one['on']}", _STAFF)
        case _ if "flow" in data:
            for name, label in _named("controls", data.get("controls", {})):
                yield Sentence(name, label, "every card", _BUTTON, room=LABEL_LENGTH)
            for name, text in data.get("text", {}).items():
                yield from _said(f"{stem}.{name}", f"text {name}", text)
            for kind in ("view", "state"):
                for name, table in data.get(kind, {}).items():
                    yield from _card(f"{stem}.{name}", f"{kind} {name}", table)


_PHRASE = "a small sentence of the house, to the employee; it may be a button"
_BUTTON = "a button that the employee presses, as short as it can be"
_CITIZEN = "said by the employee to the citizen, or shown to her or him: plain, warm, gender-neutral"
_STAFF = "guidance, to the employee only"
_SITUATION = "an invented situation to practise on, to the employee"
_REASON = "why the professional answers so in the situation, kindly, to the employee"
# What the parts of a library card are; `find` are words to search by, not a sentence.
_LIBRARY = {
    "title": _BUTTON,
    "find": "words that a colleague may type to find the card: yours, separated by commas, not a translation",
    "what": _STAFF,
    "why": _STAFF,
    "how": _STAFF,
    "words": "what the employee may say to the citizen, in quotation marks that are added: plain, warm, gender-neutral",
    "memory": _STAFF,
}


def _named(context: str, table: Table) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, str) or value.keys() == {"one", "other"}:
            yield f"{context}.{key}", value
        else:
            yield from _named(f"{context}.{key}", value)


def _flat(context: str, table: Table, who: str) -> Iterator[Sentence]:
    for name, value in _named(context, table):
        one, many = (value, "") if isinstance(value, str) else (value["one"], value["other"])
        yield Sentence(name, one, name, who, many=many)


def _card(context: str, where: str, table: Table) -> Iterator[Sentence]:
    aloud = table.get("aloud", [])
    for one in [aloud] if isinstance(aloud, str) else aloud:
        yield Sentence(context, one, where, _CITIZEN, "citizen", SHOWN_LENGTH)
    for line in table.get("line", []):
        yield from _said(context, where, line)
    for line in table.get("words", []):
        yield from _said(context, where, line)
    if "say" in table:
        yield Sentence(context, table["say"], where, _STAFF)
    why = table.get("why", [])
    for line in [{"say": why}] if isinstance(why, str) else why:
        yield from _said(context, f"{where}, behind Why", line)
    if "moves" in table:
        yield Sentence(context, table["moves"], where, _BUTTON, room=LABEL_LENGTH)
    for choice in table.get("choices", []):
        yield Sentence(context, choice["label"], where, _BUTTON, room=LABEL_LENGTH)


def _library_card(context: str, where: str, card: Table) -> Iterator[Sentence]:
    for part, who in _LIBRARY.items():
        if card.get(part):
            room = LABEL_LENGTH if part == "title" else 0
            yield Sentence(context, card[part], f"{where}, {part}", who, room=room)


def _said(context: str, where: str, line: Table) -> Iterator[Sentence]:
    if "aloud" in line:
        when = line.get("when", [])
        told = f" ({', '.join([when] if isinstance(when, str) else when)})" if when else ""
        yield Sentence(context, line["aloud"], f"{where}{told}", _CITIZEN, "citizen", SHOWN_LENGTH)
    if "say" in line:
        yield Sentence(context, line["say"], where, _STAFF)


def _line_of(lines: list[str], msgid: str) -> int:
    start = msgid.split("\n")[0][:60]
    return next((number for number, line in enumerate(lines, 1) if start in line), 1)
