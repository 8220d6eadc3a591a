"""What can be answered to each question, and of many choices only the combinations that somebody can tell apart."""

import random
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import prod

from bot.flows.conditions import single
from bot.flows.trees import Domain
from bot.flows.vocabulary import GIVEN, MANY, QUESTIONS
from bot.model import Answers, Guard, Value

_CONTEXTS = 300


def domain(guards: Iterable[Guard], *, told_apart: bool = False) -> Domain:
    """What may be answered to each question; of a many-choice question one choice of each kind, in every combination.
    With `told_apart`, of the combinations that all of these conditions take for the same only the first: enough for
    whoever asks only what follows from one, and not for whoever compares one with more (P7)."""
    found: dict[str, tuple[Value | None, ...]] = {
        question: (None, *keys) for question, keys in {**QUESTIONS, **GIVEN}.items()
    }
    read = list({part for guard in guards for part in single(guard)})
    found |= {question: (None,) for guard in read for question in guard.reads - found.keys()}
    for question in sorted(MANY):
        readers = [guard for guard in read if question in guard.reads]
        combined = _combinations(question, _alike(question, readers, found))
        found[question] = (
            None,
            *(_told_apart(question, combined, readers, found) if told_apart else combined),
        )
    return found


def _told_apart(
    question: str, combined: Iterable[tuple[str, ...]], readers: Sequence[Guard], domain: Domain
) -> Iterable[tuple[str, ...]]:
    around = [(guard, tuple(_contexts(guard.reads - {question}, domain))) for guard in readers]
    found: dict[tuple[bool, ...], tuple[str, ...]] = {}
    for some in combined:
        found.setdefault(_truths(question, frozenset(some), around), some)
    return found.values()


def _combinations(question: str, alike: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Each combination that somebody can tell from the others: one of each kind of choice, or none of it."""
    kinds = [kind[0] for kind in alike]
    chosen = (set(some) for count in range(len(kinds) + 1) for some in combinations(kinds, count))
    return [tuple(key for key in QUESTIONS[question] if key in some) for some in chosen]


def _alike(question: str, readers: Sequence[Guard], domain: Domain) -> list[list[str]]:
    """The choices that no condition tells apart, alone or beside another: ticking one, the other, or both of them is
    the same to each."""
    around = [(guard, tuple(_contexts(guard.reads - {question}, domain))) for guard in readers]
    seen = {some: _truths(question, some, around) for some in _few(QUESTIONS[question])}
    kinds: list[list[str]] = []
    for choice in QUESTIONS[question]:
        for kind in kinds:
            if _same(kind[0], choice, QUESTIONS[question], seen):
                kind.append(choice)
                break
        else:
            kinds.append([choice])
    return kinds


def _few(choices: Sequence[str]) -> Iterable[frozenset[str]]:
    return (frozenset(some) for count in range(3) for some in combinations(choices, count))


def _same(
    one: str, other: str, choices: Sequence[str], seen: Mapping[frozenset[str], tuple[bool, ...]]
) -> bool:
    if not seen[frozenset({one})] == seen[frozenset({other})] == seen[frozenset({one, other})]:
        return False
    return all(seen[frozenset({one, beside})] == seen[frozenset({other, beside})] for beside in choices)


def _truths(
    question: str, some: frozenset[str], readers: Sequence[tuple[Guard, Sequence[Answers]]]
) -> tuple[bool, ...]:
    ticks = tuple(key for key in QUESTIONS[question] if key in some)
    return tuple(guard({**around, question: ticks}) for guard, contexts in readers for around in contexts)


def _contexts(others: frozenset[str], domain: Domain) -> Iterable[dict[str, Value]]:
    """What may be answered beside it: everything, or by chance as much as can be tried."""
    asked = sorted(others - MANY)
    count = prod(len(domain[question]) for question in asked)
    tried = range(count) if count <= _CONTEXTS else random.Random(count).sample(range(count), _CONTEXTS)  # noqa: S311
    for number in tried:
        around: dict[str, Value] = {}
        for question in asked:
            number, at = divmod(number, len(domain[question]))
            value = domain[question][at]
            if value is not None:
                around[question] = value
        yield around
