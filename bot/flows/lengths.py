"""How long the explored roads are, and whether each comes to an end; it walks nothing again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

from bot.flows.explore import Edge, Explored


@dataclass(frozen=True, slots=True)
class Lengths:
    """Presses to each pair that was reached, and by which edge; `circle` is a pair on a road that never ends."""

    presses: Mapping[int, int]
    last: Mapping[int, Edge]
    circle: int | None = None

    def road(self, pair: int) -> tuple[int, tuple[str, ...]]:
        """The pair it starts from, and the presses from there."""
        found: list[Edge] = []
        while pair in self.last:
            found.append(self.last[pair])
            pair = self.last[pair].source
        return pair, tuple(code for edge in reversed(found) for code in edge.codes)


def longest(explored: Explored, edges: Iterable[Edge]) -> Lengths:
    """Over these edges; a road that comes back to where it was has no length."""
    onward = _onward(edges)
    order, circle = _in_order(explored.starts, onward)
    presses, last = dict.fromkeys(explored.starts, 0), dict[int, Edge]()
    for source in order if circle is None else ():
        for edge in onward.get(source, ()):
            if presses[source] + edge.presses > presses.get(edge.target, -1):
                presses[edge.target] = presses[source] + edge.presses
                last[edge.target] = edge
    return Lengths(presses, last, circle)


def shortest(explored: Explored) -> Mapping[int, int]:
    """The fewest presses to each pair."""
    onward, presses = _onward(explored.edges), dict[int, int]()
    waiting = [(0, start) for start in explored.starts]
    while waiting:
        far, pair = heappop(waiting)
        if pair not in presses:
            presses[pair] = far
            for edge in onward.get(pair, ()):
                heappush(waiting, (far + edge.presses, edge.target))
    return presses


def without_an_end(explored: Explored, ends: frozenset[int]) -> int | None:
    """A pair from which no road leads to an end."""
    backwards: dict[int, list[int]] = {}
    for edge in explored.edges:
        backwards.setdefault(edge.target, []).append(edge.source)
    home, waiting = set(ends), list(ends)
    while waiting:
        for source in backwards.get(waiting.pop(), ()):
            if source not in home:
                home.add(source)
                waiting.append(source)
    return next((pair.number for pair in explored.pairs if pair.number not in home), None)


def conversations(explored: Explored, ends: frozenset[int]) -> int:
    """How many different conversations the pairs stand for: roads from a start to an end on which nothing is answered
    aside and nobody goes back, each press counted by its own code."""
    plain = [edge for edge in explored.edges if not edge.aside]
    onward = _onward(plain)
    order, circle = _in_order(explored.starts, onward)
    roads: dict[int, int] = dict.fromkeys(explored.starts, 1)
    for source in order if circle is None else ():
        for edge in onward.get(source, ()):
            roads[edge.target] = roads.get(edge.target, 0) + roads[source]
    return sum(roads.get(end, 0) for end in ends)


def _onward(edges: Iterable[Edge]) -> dict[int, list[Edge]]:
    onward: dict[int, list[Edge]] = {}
    for edge in edges:
        onward.setdefault(edge.source, []).append(edge)
    return onward


def _in_order(starts: Iterable[int], onward: Mapping[int, list[Edge]]) -> tuple[list[int], int | None]:
    """The pairs that are reached, each after all that lead to it; or one of a circle."""
    after: list[int] = []
    open, done = set[int](), set[int]()
    for start in starts:
        waiting = [(start, False)]
        while waiting:
            pair, leaving = waiting.pop()
            if leaving:
                open.discard(pair)
                done.add(pair)
                after.append(pair)
            elif pair in open:
                return [], pair
            elif pair not in done:
                open.add(pair)
                waiting.append((pair, True))
                waiting += [(edge.target, False) for edge in onward.get(pair, ())]
    return after[::-1], None
