"""Which sums may be seen, so that small numbers are hidden; the one place where that is decided.

A number under five is hidden. What is shown of a unit is rounded down to a multiple of five, so that `20` stands for 20
to 24. Where one unit alone would be hidden, the smallest of the others is hidden with it. The sum of all, and whatever
is a part of it, is lowered where it would otherwise tell that a hidden number is not nought. Nothing is ever added up
over quarters, and every quarter is the same thirteen weeks, so that no two periods overlap.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

SMALLEST = 5
_SLACK = SMALLEST - 1  # what a number that is shown may stand for besides itself

Shown = int | None  # None is hidden


@dataclass(frozen=True, slots=True)
class Sums:
    """One measure: what is shown of each unit, and of all together. `room` is how much may be shown of what is a part
    of it, so that nothing hidden is told by that; None where its own sum is all there is to heed."""

    parts: Mapping[str, Shown] = field(default_factory=dict)
    total: Shown = None
    room: int | None = field(default=None, compare=False)


def protected(parts: Mapping[str, int]) -> Sums:
    """A measure that is told of each unit. No part may be one that everybody knows to be empty: it would be taken for
    one that hides another."""
    shown = {name: alone(count) for name, count in parts.items()}
    hidden = [name for name, one in shown.items() if one is None]
    if len(hidden) == 1 and len(shown) > 1:
        hidden.append(min((one, name) for name, one in shown.items() if one is not None)[1])
        shown[hidden[1]] = None
    most = {name: _most(name, one, shown, len(hidden) == 2) for name, one in shown.items()}
    bounds = list(_bounds(shown, most))
    total = alone(min([sum(parts.values()), *bounds]))
    known = [one for one in most.values() if one is not None]
    whole = [sum(known) - _SLACK] if len(known) == len(most) and most else []
    return Sums(shown, total, min([*bounds, *whole], default=None))


def part(count: int, within: Sums, beside: int = 0) -> Sums:
    """A measure that is told of no unit. `beside` is what is shown of another that is a part of `within` too and counts
    nobody whom this one counts."""
    bounds = [within.total or 0] if within.room is None else [within.total or 0, within.room - beside]
    return Sums(total=alone(min([count, *bounds])), room=within.room)


def alone(count: int) -> Shown:
    """A number of which no parts are shown and which is no part of one."""
    return None if count < SMALLEST else count - count % SMALLEST


def _bounds(shown: Mapping[str, Shown], most: Mapping[str, int | None]) -> Iterator[int]:
    """What the sum may be shown as at most: what the others can be where a hidden one is nought."""
    for name, one in shown.items():
        others = [most[other] for other in shown if other != name]
        if one is None and None not in others:
            yield sum(other for other in others if other is not None)


def _most(name: str, one: Shown, shown: Mapping[str, Shown], in_pair: bool) -> int | None:
    """What a reader can take a part to be at most; None where she cannot tell. Of two that are hidden she cannot tell
    which is the small one: the other came first among those that could be shown."""
    if one is not None:
        return one + _SLACK
    if not in_pair:
        return _SLACK
    first = min(((other, part) for part, other in shown.items() if other is not None), default=None)
    return None if first is None else (first[0] if name < first[1] else first[0] - SMALLEST) + _SLACK
