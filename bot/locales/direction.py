"""How lines stand that are written from right to left: where they begin, and what in them runs the other way."""

import re
from functools import cache

from babel import Locale

RIGHT_TO_LEFT = "\u200f"
_ISOLATE, _END = "\u2066", "\u2069"

# Numbers with their groups, which would change places ("116 111"), and names in Latin letters.
_WORD = r"[A-Za-z\u00c0-\u024f0-9]+(?:[-'\u2019.@/:][A-Za-z\u00c0-\u024f0-9]+)*"
_OTHER_WAY = re.compile(rf"/{_WORD}|\+?\d+(?:[ .]\d+)+|{_WORD}(?: {_WORD})*")


@cache
def is_right_to_left(language: str) -> bool:
    return Locale.parse(language).text_direction == "rtl"


def stand(said: str, language: str) -> str:
    """As it is sent. A message tells no direction of its own: a telephone takes that of a line's first letter, which
    may be a number or a name. Nothing is added where the language is written from left to right."""
    if not is_right_to_left(language):
        return said
    return "\n".join(_line(one) if one else one for one in said.split("\n"))


def _line(said: str) -> str:
    return RIGHT_TO_LEFT + _OTHER_WAY.sub(lambda found: f"{_ISOLATE}{found[0]}{_END}", said)
