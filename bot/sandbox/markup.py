"""Text as Telegram reads it: HTML into text and entities, lengths in UTF-16 units; nothing of messages."""

import re
from html import unescape
from typing import Any

from bot.sandbox.wire import refusal
from bot.sandbox.world import JSON

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024

_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "pre": "pre",
    "a": "text_link", "tg-spoiler": "spoiler", "span": "spoiler", "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}  # fmt: skip
_TYPES = {*_TAGS.values(), "expandable_blockquote", "text_mention"}
_TYPES |= {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "date_time"}
_FOUND = re.compile(r"(?<![\w/<])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?!\w)|https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
# Telegram knows these four by name, besides numbers; another name stays as it was written.
_REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
_PIECE = re.compile(r"<(?P<tag>[^>]*)>|(?P<open><)|(?P<text>[^<]+)")
_ATTRIBUTE = re.compile(r"""([a-z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")


def units(text: str) -> int:
    """How long Telegram says that a text is."""
    return len(text.encode("utf-16-le")) // 2


def read_text(
    text: str, parse_mode: str, entities: Any, longest: int, too_long: str
) -> tuple[str, list[JSON]]:
    """The text as it is shown, with its entities; refused when it cannot be read or is too long."""
    if parse_mode.lower() == "html":
        text, found = _read_html(text)
    elif parse_mode and parse_mode.lower() != "none":
        raise refusal(400, "unsupported parse_mode")
    else:
        found = _checked(entities or [], text)
    text, found = _trimmed(text, found)
    if units(text) > longest:
        raise refusal(400, too_long)
    return text, sorted([*found, *_found_by_itself(text, found)], key=lambda e: (e["offset"], -e["length"]))


def _read_html(source: str) -> tuple[str, list[JSON]]:
    text, place = "", 0
    entities: list[JSON] = []
    opened: list[tuple[str, JSON]] = []
    for piece in _PIECE.finditer(source):
        at = len(source[: piece.start()].encode())
        if piece["text"] is not None:
            plain = _REFERENCE.sub(lambda reference: unescape(reference[0]), piece["text"])
            text, place = text + plain, place + units(plain)
        elif piece["open"] is not None:
            raise _unreadable(f"Unclosed start tag at byte offset {at}")
        elif piece["tag"].startswith("/"):
            entity = _close(piece["tag"][1:].strip().lower(), opened, at)
            entity["length"] = place - entity["offset"]
            entities += [entity] if entity["length"] else []
        else:
            opened.append(_open(piece["tag"], place, at))
    if opened:
        raise _unreadable(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')
    return text, entities


def _open(tag: str, place: int, at: int) -> tuple[str, JSON]:
    name, _, rest = tag.strip().partition(" ")
    name = name.lower()
    attributes = {match[1]: match[2] or match[3] or match[4] or "" for match in _ATTRIBUTE.finditer(rest)}
    if name not in _TAGS:
        raise _unreadable(f'Unsupported start tag "{name}" at byte offset {at}')
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _unreadable(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
    entity: JSON = {"type": _TAGS[name], "offset": place, "length": 0}
    if name == "a":
        entity["url"] = unescape(attributes.get("href", ""))
    if name == "blockquote" and "expandable" in attributes:
        entity["type"] = "expandable_blockquote"
    return name, entity


def _close(name: str, opened: list[tuple[str, JSON]], at: int) -> JSON:
    if not opened:
        raise _unreadable(f"Unexpected end tag at byte offset {at}")
    expected, entity = opened.pop()
    if name and name != expected:
        raise _unreadable(
            f'Unmatched end tag at byte offset {at}, expected "</{expected}>", found "</{name}>"'
        )
    return entity


def _checked(entities: Any, text: str) -> list[JSON]:
    if not isinstance(entities, list):
        raise _unreadable("Expected an Array of MessageEntity")
    end = units(text)
    for entity in entities:
        if not isinstance(entity, dict) or entity.get("type") not in _TYPES:
            raise _unreadable("Unsupported type specified")
        offset, length = entity.get("offset"), entity.get("length")
        if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length < 0:
            raise _unreadable("Receive an entity with incorrect offset or length")
        if offset + length > end:
            raise _unreadable("Entity beginning or end is outside of the text")
    return [entity for entity in entities if entity["length"]]


def _trimmed(text: str, entities: list[JSON]) -> tuple[str, list[JSON]]:
    """Telegram cuts white space at both ends after reading the entities, so their places move."""
    before = units(text) - units(text.lstrip())
    text = text.strip()
    end = units(text)
    kept = []
    for entity in entities:
        first = max(entity["offset"] - before, 0)
        last = min(entity["offset"] + entity["length"] - before, end)
        if last > first:
            kept.append({**entity, "offset": first, "length": last - first})
    return text, kept


def _found_by_itself(text: str, entities: list[JSON]) -> list[JSON]:
    found = []
    taken = [e for e in entities if e["type"] in {"code", "pre", "text_link", "bot_command", "url"}]
    for match in _FOUND.finditer(text):
        offset, length = units(text[: match.start()]), units(match[0])
        if not any(e["offset"] < offset + length and offset < e["offset"] + e["length"] for e in taken):
            kind = "bot_command" if match[0].startswith("/") else "url"
            found.append({"type": kind, "offset": offset, "length": length})
    return found


def _unreadable(words: str) -> Exception:
    return refusal(400, f"can't parse entities: {words}")
