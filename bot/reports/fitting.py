"""Puts paragraphs into as few messages as Telegram's limits allow, and loses none; it neither words nor sends them."""

import textwrap
from collections.abc import Sequence

MESSAGE, CAPTION = 4096, 1024  # UTF-16 units that sendMessage and sendPhoto take
GAP = "\n\n"


def fitted(paragraphs: Sequence[str], first: int = MESSAGE) -> list[str]:
    """In their order, and parted between two of them; `first` is what the first message holds. A paragraph is parted
    between words only where it is longer than that by itself."""
    made: list[str] = []
    for piece in (piece for one in paragraphs for piece in _pieces(one, first)):
        longer = f"{made[-1]}{GAP}{piece}" if made else piece
        if made and units(longer) <= (first if len(made) == 1 else MESSAGE):
            made[-1] = longer
        else:
            made.append(piece)
    return made


def units(text: str) -> int:
    """As Telegram counts: of some signs, as 🌍, each is two."""
    return len(text.encode("utf-16-le")) // 2


def _pieces(paragraph: str, most: int) -> list[str]:
    return [paragraph] if units(paragraph) <= most else textwrap.wrap(paragraph, most // 2)
