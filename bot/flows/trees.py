"""A condition as a decision tree, grown by asking it, and what is left of it once some answers are settled."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from bot.flows.conditions import Apart, Joined, Shows
from bot.model import Answers, Guard, Value

Domain = Mapping[str, tuple[Value | None, ...]]  # what an answer may be; None, always first, is not answered
Residue = int  # a tree by its number: equal trees have equal numbers

FALSE, TRUE = 0, 1


class Unanswered(Exception):
    """A condition asked for an answer that is open."""

    def __init__(self, question: str) -> None:
        self.question = question


@dataclass(slots=True, eq=False)
class Trees:
    """Every tree that has been met. A tree asks a question and has a branch for each answer to it, in the order of the
    domain; where every branch is the same there is no question."""

    domain: Domain
    nodes: list[tuple[object, ...]] = field(default_factory=lambda: [(False,), (True,)])
    numbers: dict[tuple[object, ...], Residue] = field(default_factory=dict)
    grown: dict[Guard, Residue] = field(default_factory=dict)
    places: dict[str, dict[Value | None, int]] = field(default_factory=dict)
    joined: dict[tuple[str, Residue, Residue], Residue] = field(default_factory=dict)
    settled: dict[tuple[Residue, str, int], Residue] = field(default_factory=dict)

    def number(self, node: tuple[object, ...]) -> Residue:
        found = self.numbers.get(node)
        if found is None:
            found = self.numbers[node] = len(self.nodes)
            self.nodes.append(node)
        return found

    def of(self, guard: Guard) -> Residue:
        """Raises KeyError where the condition asks for what it does not say that it reads."""
        if guard not in self.grown:
            made = self._of_parts(guard)
            self.grown[guard] = _grow(self, guard, {}) if made is None else made
        return self.grown[guard]

    def _of_parts(self, guard: Guard) -> Residue | None:
        """What is made of others is made of their trees, and not asked again for every answer."""
        if isinstance(guard, Apart):
            return _either_way(self, "but not", *(self.of(part) for part in guard.parts))
        if isinstance(guard, Joined):
            how = "and" if guard.all else "or"
            return reduce(
                lambda one, other: _either_way(self, how, one, other),
                map(self.of, guard.parts),
                TRUE if guard.all else FALSE,
            )
        return self.of(guard.says) if isinstance(guard, Shows) else None

    def place(self, question: str, value: Value | None) -> int:
        """Which branch an answer takes."""
        places = self.places.get(question)
        if places is None:
            places = self.places[question] = {each: at for at, each in enumerate(self.domain[question])}
        return places[value]


def left(
    trees: Trees, tree: Residue, answers: Answers, open: frozenset[str], loose: frozenset[str]
) -> Residue:
    """The tree with every settled answer filled in. An open question that is answered is never unanswered again; of a
    loose one, which can be answered in any way at any time, being unanswered is nothing of its own where some answer
    does the same."""
    known: dict[Residue, Residue] = {FALSE: FALSE, TRUE: TRUE}

    def fill(tree: Residue) -> Residue:
        found = known.get(tree)
        if found is None:
            question, *branches = trees.nodes[tree]
            assert isinstance(question, str)  # noqa: S101 - only a tree that was grown is filled in
            value = answers.get(question)
            if question not in open:
                found = fill(branches[trees.place(question, value)])  # type: ignore[arg-type]
            else:
                filled = [fill(branch) for branch in branches]  # type: ignore[arg-type]
                if value is not None or (question in loose and filled[0] in filled[1:]):
                    filled = filled[1:]
                same = all(each == filled[0] for each in filled)
                found = filled[0] if same else trees.number((question, *filled))
            known[tree] = found
        return found

    return fill(tree)


_JOINING: Mapping[str, Callable[[bool, bool], bool]] = {
    "and": lambda one, other: one and other,
    "or": lambda one, other: one or other,
    "but not": lambda one, other: one and not other,
}


def _either_way(trees: Trees, how: str, one: Residue, other: Residue) -> Residue:
    """The tree of two conditions together."""
    if one <= TRUE and other <= TRUE:
        return TRUE if _JOINING[how](bool(one), bool(other)) else FALSE
    known = (how, one, other)
    found = trees.joined.get(known)
    if found is None:
        question = str(trees.nodes[one if one > TRUE else other][0])
        branches = [
            _either_way(trees, how, _settled(trees, one, question, at), _settled(trees, other, question, at))
            for at in range(len(trees.domain[question]))
        ]
        same = all(branch == branches[0] for branch in branches)
        found = trees.joined[known] = branches[0] if same else trees.number((question, *branches))
    return found


def _settled(trees: Trees, tree: Residue, question: str, at: int) -> Residue:
    """The tree once one question is answered."""
    if tree <= TRUE:
        return tree
    known = (tree, question, at)
    found = trees.settled.get(known)
    if found is None:
        asks, *branches = trees.nodes[tree]
        if asks == question:
            found = int(branches[at])  # type: ignore[call-overload]
        else:
            each = [_settled(trees, int(branch), question, at) for branch in branches]  # type: ignore[call-overload]
            found = each[0] if all(one == each[0] for one in each) else trees.number((asks, *each))
        trees.settled[known] = found
    return found


def _grow(trees: Trees, guard: Guard, told: Mapping[str, Value | None]) -> Residue:
    try:
        return TRUE if guard.holds(_Told(told)) else FALSE  # type: ignore[arg-type]
    except Unanswered as unanswered:
        question = unanswered.question
    if question not in guard.reads:
        raise KeyError(f"the condition {guard.name} reads {question}, and does not say so")
    branches = [_grow(trees, guard, {**told, question: value}) for value in trees.domain[question]]
    if all(branch == branches[0] for branch in branches):
        return branches[0]
    return trees.number((question, *branches))


class _Told(dict[str, Value | None]):
    """Answers some of which are still open; None is settled, and not answered."""

    def __missing__(self, question: str) -> Value:
        raise Unanswered(question)

    def __getitem__(self, question: str) -> Value:
        value = super().__getitem__(question)
        if value is None:
            raise KeyError(question)
        return value

    def get(self, question: str, default: Any = None) -> Any:
        value = super().__getitem__(question)
        return default if value is None else value

    def __contains__(self, question: object) -> bool:
        return super().__getitem__(str(question)) is not None

    def __iter__(self) -> Iterator[str]:
        raise TypeError("a condition asks for answers by their names")
