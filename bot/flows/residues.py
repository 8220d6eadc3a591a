"""What is left of a condition once the settled answers are filled in, remembered; it knows of no card."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter

from bot.flows.conditions import Joined, Shows
from bot.flows.trees import FALSE, TRUE, Domain, Residue, Trees, left
from bot.model import Answers, Guard, Value

# Found out anew by each press that hands over, and read on the card that comes with that press (P10): before it, what
# was found out earlier distinguishes nothing.
FRESH = frozenset({"route"})

Row = list[object]  # what each question is answered with, then whether it is answered at all
Part = Callable[[Row], object]  # the part of it that something depends on


@dataclass(frozen=True, slots=True)
class Told:
    """Answers, and the same in a row, to be looked up quickly."""

    answers: Answers
    row: Row


@dataclass(frozen=True, slots=True)
class Asked:
    """What a condition depends on while some questions are open, and what was left of it each time."""

    part: Part
    residues: dict[object, Residue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions that read the same, and what was left of them each time."""

    guards: tuple[Guard, ...]
    part: Part
    found: dict[object, tuple[Residue, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Memory:
    """What has been found about conditions, for as long as the same can be answered. `loose` are the questions that
    can be answered anew at any moment, with any choice; `places` is where a row has each question."""

    trees: Trees
    loose: frozenset[str]
    places: Mapping[str, int]
    asked: dict[tuple[Guard, frozenset[str]], Asked] = field(default_factory=dict)
    groups: dict[tuple[tuple[Guard, ...], frozenset[str]], Group] = field(default_factory=dict)


def group_of(memory: Memory, reads: frozenset[str], guards: tuple[Guard, ...], open: frozenset[str]) -> Group:
    open &= reads
    found = memory.groups.get((guards, open))
    if found is None:
        found = memory.groups[guards, open] = Group(guards, part_of(memory, reads, open))
    return found


def residue(memory: Memory, guard: Guard, told: Told, open: frozenset[str]) -> Residue:
    """The condition once all but the `open` questions are settled."""
    open &= guard.reads
    asked = memory.asked.get((guard, open))
    if asked is None:
        asked = memory.asked[guard, open] = Asked(part_of(memory, guard.reads, open))
    known = asked.part(told.row)
    left_of_it = asked.residues.get(known)
    if left_of_it is None:
        left_of_it = asked.residues[known] = _found(memory, guard, told, open)
    return left_of_it


def part_of(memory: Memory, reads: Iterable[str], open: frozenset[str]) -> Part:
    """What is read of a row. What is open and answered can be answered anew, and is never unanswered again: of it, only
    whether it is answered counts."""
    places, many = memory.places, len(memory.places)
    found = [places[each] + (many if each in open else 0) for each in reads if each in places]
    return itemgetter(*found) if found else lambda row: ()


def told_in(memory: Memory, answers: Answers) -> Told:
    get = answers.get
    return Told(
        answers, [*[get(each) for each in memory.places], *[each in answers for each in memory.places]]
    )


def _found(memory: Memory, guard: Guard, told: Told, open: frozenset[str]) -> Residue:
    if not guard.reads & open:
        return TRUE if guard(told.answers) else FALSE
    if isinstance(guard, Joined):
        return _of_parts(memory, guard, told, open)
    if isinstance(guard, Shows):
        return residue(memory, guard.says, told, open)
    trees = memory.trees
    return left(trees, trees.of(guard), told.answers, open, memory.loose | FRESH)


def _of_parts(memory: Memory, guard: Joined, told: Told, open: frozenset[str]) -> Residue:
    decides, passes = (FALSE, TRUE) if guard.all else (TRUE, FALSE)
    parts = [residue(memory, part, told, open) for part in guard.parts]
    if decides in parts:
        return decides
    undecided = [part for part in parts if part != passes]
    if len(undecided) < 2:
        return undecided[0] if undecided else passes
    return memory.trees.number(("all" if guard.all else "any", *undecided))


def memory_of(answerable: Domain, loose: frozenset[str]) -> Memory:
    """One for all flows in which the same can be answered."""
    return _remembered(tuple(sorted(answerable.items())), loose)


@cache  # the same conditions come out the same, whatever flow they stand in
def _remembered(
    answerable: tuple[tuple[str, tuple[Value | None, ...]], ...], loose: frozenset[str]
) -> Memory:
    return Memory(
        Trees(dict(answerable)), loose, {question: at for at, (question, _) in enumerate(answerable)}
    )
