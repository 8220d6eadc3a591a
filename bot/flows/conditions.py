"""Conditions taken together, and what a flow's roads and answers are conditional on; it asks them of nobody."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from bot.model import Flow, Guard, State


@dataclass(frozen=True, slots=True)
class Way:
    """An arrow of the machine, its conditions as one."""

    target: str
    when: Guard


@dataclass(frozen=True, slots=True, eq=False)
class Joined(Guard):
    """Several conditions as one: all of them, or any of them."""

    parts: tuple[Guard, ...]
    all: bool


@dataclass(frozen=True, slots=True, eq=False)
class Apart(Guard):
    """One condition made of two that are asked together; `parts` are read by nobody but who compares answers."""

    parts: tuple[Guard, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Shows(Guard):
    """When a card says something that is owed; of no interest where it was said before, or is not owed."""

    mark: str
    says: Guard

    @classmethod
    def of(cls, says: Guard, mark: str) -> "Shows":
        return cls(f"{mark}: {says.name}", says.reads, says.holds, mark, says)


def both(guards: Iterable[Guard]) -> Guard:
    """All of them; of none, a condition that always holds."""
    return _joined(tuple(dict.fromkeys(guards)), True)


def either(guards: Iterable[Guard]) -> Guard:
    return _joined(tuple(dict.fromkeys(guards)), False)


@cache  # the same conditions together are one condition, wherever they stand
def _joined(guards: tuple[Guard, ...], every: bool) -> Guard:
    if len(guards) == 1:
        return guards[0]
    reads = frozenset[str]().union(*(guard.reads for guard in guards))
    name = f"{'all' if every else 'any'}({', '.join(guard.name for guard in guards)})"
    how = all if every else any
    return Joined(name, reads, lambda answers: how(guard(answers) for guard in guards), guards, every)


def ways_of(flow: Flow) -> dict[str, list[tuple[Way, ...]]]:
    found: dict[str, dict[tuple[Way, ...], None]] = {}
    for name, event in flow.machine.events.items():
        for source, transitions in event.transitions.items():  # type: ignore[attr-defined]
            offers = offers_of(flow.states[source]) if source in flow.states else {}
            offered = [offers[name]] if name in offers and offers[name].reads else []
            road = tuple(
                Way(one.dest, both([*offered, *(each.func for each in one.conditions)]))
                for one in transitions
            )
            found.setdefault(source, {})[road] = None  # many answers lead on by the same road
    return {source: list(roads) for source, roads in found.items()}


def offers_of(state: State) -> dict[str, Guard]:
    """When each code is offered, by whichever of its labels."""
    codes: dict[str, list[Guard]] = {}
    for choice in state.choices:
        codes.setdefault(choice.code, []).append(both(choice.when))
    return {code: either(guards) for code, guards in codes.items()}


def single(guard: Guard) -> Iterable[Guard]:
    if isinstance(guard, Joined | Apart):
        for part in guard.parts:
            yield from single(part)
    elif isinstance(guard, Shows):
        yield from single(guard.says)
    else:
        yield guard
