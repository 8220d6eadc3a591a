"""A conversation's answers in the data of one button, since they are kept nowhere else once it has ended; closed codes
only, and what was made by other flows than these is not read."""

import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache

from bot.model import Answers, Flow, Value

LONGEST = 28  # letters and digits; a button's reference has 32
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_SEAL = 3  # letters that tell these flows from others
# What the house adds to the answers, and no card asks.
_OF_THE_HOUSE: Mapping[str, tuple[str, ...]] = {"asked": ("advice",), "route": ("open", "none")}


def pack(flow: Flow, answers: Answers) -> str:
    """At most LONGEST letters and digits; a code that the flow does not know is left out."""
    number = 0
    for question, (keys, many) in reversed(_order(flow)):
        number = number * _ways(keys, many) + _place(answers.get(question), keys, many)
    return _seal(flow) + _written(number)


def unpack(flow: Flow, packed: str) -> dict[str, Value] | None:
    """None for what `pack` has not made of this flow."""
    seal, digits = packed[:_SEAL], packed[_SEAL:]
    if seal != _seal(flow) or not digits or len(packed) > LONGEST or set(digits) - set(_DIGITS):
        return None
    number, answers = int(digits, 36), dict[str, Value]()
    for question, (keys, many) in _order(flow):
        number, place = divmod(number, _ways(keys, many))
        if place:
            answers[question] = _value(place - 1, keys, many)
    return None if number else answers


@lru_cache(maxsize=8)  # the flows of a house never change
def _order(flow: Flow) -> tuple[tuple[str, tuple[tuple[str, ...], bool]], ...]:
    """Every question with its answers, and whether several may be given."""
    found: dict[str, tuple[dict[str, None], bool]] = {}
    for state in (*flow.states.values(), *flow.views.values()):
        for choice in state.choices:
            found.setdefault(choice.question, ({}, state.many))[0][choice.key] = None
    for question, added in _OF_THE_HOUSE.items():
        found[question] = dict.fromkeys(added), False
    return tuple((question, (tuple(keys), many)) for question, (keys, many) in found.items())


@lru_cache(maxsize=8)
def _seal(flow: Flow) -> str:
    digest = hashlib.sha256(repr(_order(flow)).encode()).digest()
    return _written(int.from_bytes(digest[:4], "big")).rjust(_SEAL, "0")[:_SEAL]


def _ways(keys: tuple[str, ...], many: bool) -> int:
    return 1 + (1 << len(keys) if many else len(keys))


def _place(value: Value | None, keys: tuple[str, ...], many: bool) -> int:
    if value is None:
        return 0
    if many:
        return 1 + sum(1 << at for at, key in enumerate(keys) if key in value)
    return 1 + keys.index(value) if isinstance(value, str) and value in keys else 0


def _value(place: int, keys: tuple[str, ...], many: bool) -> Value:
    return tuple(_ticked(place, keys)) if many else keys[place]


def _ticked(place: int, keys: tuple[str, ...]) -> Iterator[str]:
    return (key for at, key in enumerate(keys) if place >> at & 1)


def _written(number: int) -> str:
    digits = ""
    while number or not digits:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits
