"""Which sums may be seen, so that small numbers are hidden; the one place where that is decided.

A number under five is hidden. What is shown is rounded down to a multiple of five, so that `20` stands for 20 to 24.
Where one part alone of a sum would be hidden, the smallest of the others is hidden with it. The sum itself is lowered
by another five where the parts that are shown would otherwise tell that a hidden one cannot be nought. Nothing is ever
added up over quarters, and every quarter is the same thirteen weeks, so that no two periods overlap.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

SMALLEST = 5
_SLACK = SMALLEST - 1  # what a number that is shown may stand for besides itself

Shown = int | None  # None is hidden


@dataclass(frozen=True, slots=True)
class Sums:
    """One measure: what is shown of each part, and of all together. `pair` are two hidden parts of which a reader
    cannot tell which is the small one; `most` is what she can take each part to be at most, None where nobody can
    tell."""

    parts: Mapping[str, Shown] = field(default_factory=dict)
    total: Shown = None
    pair: frozenset[str] = frozenset()
    most: Mapping[str, int | None] = field(default_factory=dict, compare=False)


def protected(parts: Mapping[str, int], within: Sums | None = None, at_least: int = 0) -> Sums:
    """The sums of one measure that may be seen. `within` is what is shown of the measure that it is a part of: what
    is hidden there is hidden here, and nothing is shown as more than it. `at_least` is what everybody knows every part
    to be: the sum leaves it out of the parts that are hidden. No part may be one that everybody knows to be empty: it
    would be taken for one that hides another."""
    shown = {name: alone(count) for name, count in parts.items()}
    if within is not None:
        shown = {name: None if within.parts[name] is None else one for name, one in shown.items()}
    hidden = [name for name, one in shown.items() if one is None]
    if len(hidden) == 1 and len(shown) > 1:
        hidden.append(min((one, name) for name, one in shown.items() if one is not None)[1])
        shown[hidden[1]] = None
    pair = frozenset(hidden) if len(hidden) == 2 else within.pair if within else frozenset()
    most = {name: _most(name, one, shown, pair, within) for name, one in shown.items()}
    total = min([sum(parts.values()), *_bounds(shown, most, within)])
    return Sums(shown, alone(total - at_least * len(hidden)), pair, most)


def whole(count: int, within: Sums, beside: int = 0) -> Sums:
    """A measure that is told of no part. `beside` is what is shown of others that are a part of `within` too and count
    nothing that this one counts: there must be room for a small number beside all of them."""
    return Sums(total=alone(min([count, *(bound - beside for bound in _around(within))])))


def alone(count: int) -> Shown:
    """A number of which no parts are shown and which is no part of one."""
    return None if count < SMALLEST else count - count % SMALLEST


def _bounds(shown: Mapping[str, Shown], most: Mapping[str, int | None], within: Sums | None) -> Iterator[int]:
    """What the sum may be shown as at most: what the others can be where a hidden one is nought, and what there is room
    for in the sum that this one is a part of."""
    if within is not None:
        yield from _around(within)
    for name, one in shown.items():
        others = [most[other] for other in shown if other != name]
        if one is None and None not in others:
            yield sum(other for other in others if other is not None)


def _around(within: Sums) -> Iterator[int]:
    """Of a part's sum, so that whatever else is a part can be any small number."""
    yield within.total or 0
    most = list(within.most.values())
    if most and None not in most:
        yield sum(one for one in most if one is not None) - _SLACK


def _most(
    name: str, one: Shown, shown: Mapping[str, Shown], pair: frozenset[str], within: Sums | None
) -> int | None:
    """What a reader can take a part to be at most; None where she cannot tell."""
    if one is not None:
        return one + _SLACK
    if name not in pair:
        return _SLACK
    if within is not None and within.parts[name] is None:
        return within.most[name]  # it was hidden there, and is no larger here
    # The one that is hidden with it came first among those that could be shown, and is no larger than what it is in.
    first = min(((other, part) for part, other in shown.items() if other is not None), default=None)
    known = [] if first is None else [first[0] if name < first[1] else first[0] - SMALLEST]
    if within is not None and (around := within.parts[name]) is not None:
        known.append(around)
    return min(known) + _SLACK if known else None
