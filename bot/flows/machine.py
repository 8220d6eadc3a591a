"""From a flow's questions to one shared `transitions` machine; it moves cursors and remembers nobody."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from transitions import Machine

from bot import model
from bot.model import START, Answers, Guard

# At debug level it retraces every conversation, state by state.
logging.getLogger("transitions").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Arrow:
    """One way from a state: where to, if every guard holds and no earlier arrow was taken."""

    target: str
    when: tuple[Guard, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """What the arrows need to know of a state: when it is asked, and where the road goes on after it."""

    when: tuple[Guard, ...]
    then: tuple[Arrow, ...]


Stops = Mapping[str, Stop]


class CircleError(Exception):
    """Questions that are skipped for ever; carries the state where the circle closes."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is settled on a road: `held` guards are conditions of its arrows; `sure` and `denied` ones need not
    be asked, because the answer just given, or an arrow that was not taken, has settled them."""

    held: tuple[Guard, ...] = ()
    sure: frozenset[Guard] = frozenset()
    denied: frozenset[Guard] = frozenset()

    def open(self, guards: Sequence[Guard]) -> tuple[Guard, ...]:
        return tuple(guard for guard in guards if guard not in self.sure and guard not in self.held)

    def holding(self, guards: tuple[Guard, ...]) -> "Known":
        return replace(self, held=(*self.held, *guards))

    def without(self, guards: tuple[Guard, ...]) -> "Known":
        """After an arrow was not taken for the sake of these; of several nobody knows which it was."""
        return replace(self, denied=self.denied | {guards[0]}) if len(guards) == 1 else self


def settled(answers: Answers, guards: Iterable[Guard]) -> Known:
    """What the answer of a press settles by itself, whatever was answered before."""
    decided = [guard for guard in guards if guard.reads <= answers.keys()]
    true = frozenset(guard for guard in decided if guard(answers))
    return Known(sure=true, denied=frozenset(decided) - true)


def arrows(
    stops: Stops, ways: Sequence[Arrow], known: Known, passed: tuple[str, ...] = ()
) -> Iterator[Arrow]:
    """The ordered arrows that ways lead to, a question that is not asked being passed by on its own road.
    What is known to be ruled out is left out, which keeps the lists short."""
    for way in ways:
        new = known.open(way.when)
        if known.denied.isdisjoint(new):
            yield from _through(stops, way.target, known.holding(new), passed)
        if not new:
            return  # nothing that follows an unguarded way is ever reached
        known = known.without(new)


def _through(stops: Stops, target: str, known: Known, passed: tuple[str, ...]) -> Iterator[Arrow]:
    if target in passed:
        raise CircleError(target)
    stop = stops[target]
    asked = known.open(stop.when)
    if known.denied.isdisjoint(asked):
        yield Arrow(target, (*known.held, *asked))
        if not asked:
            return
    yield from arrows(stops, stop.then, known.without(asked), (*passed, target))


def machine(roads: Mapping[tuple[str, str], Sequence[Arrow]]) -> model.Machine:
    """One machine for (state, trigger) -> ordered arrows. No model, no automatic transitions, no
    callbacks; conditions are guards, never names that the library would import."""
    names = {state for state, _ in roads} | {arrow.target for arrows in roads.values() for arrow in arrows}
    made = Machine(
        model=None,
        states=sorted(names),
        initial=START,
        auto_transitions=False,
        queued=False,
        send_event=False,
    )
    for (state, trigger), ordered in roads.items():
        for arrow in ordered:
            made.add_transition(trigger, state, arrow.target, conditions=list(arrow.when))
    return cast("model.Machine", made)
