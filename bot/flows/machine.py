"""From a flow's questions to one shared `transitions` machine; it moves cursors and remembers nobody."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from transitions import Machine

from bot import model
from bot.model import Guard

START = "start"


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


class Circle(Exception):
    """Questions that are skipped for ever; carries the state where the circle closes."""


def arrows(
    stops: Stops, ways: Sequence[Arrow], given: tuple[Guard, ...] = (), on_the_way: tuple[str, ...] = ()
) -> Iterator[Arrow]:
    """The ordered arrows that ways lead to, a question that is not asked being passed by on its own road."""
    for way in ways:
        stop = stops[way.target]
        if way.target in on_the_way:
            raise Circle(way.target)
        held = (*given, *(guard for guard in way.when if guard not in given))
        asked = tuple(guard for guard in stop.when if guard not in held)
        yield Arrow(way.target, (*held, *asked))
        if asked:
            yield from arrows(stops, stop.then, held, (*on_the_way, way.target))
        if not held[len(given) :]:
            return  # nothing that follows an unguarded way is ever reached


def machine(roads: Mapping[tuple[str, str], Sequence[Arrow]]) -> model.Machine:
    """One machine for (state, trigger) -> ordered arrows. No model, no automatic transitions, no
    callbacks; conditions are guards, never names that the library would import."""
    names = {state for state, _ in roads} | {arrow.target for arrows in roads.values() for arrow in arrows}
    made = Machine(
        model=None, states=sorted(names), initial=START, auto_transitions=False, queued=False, send_event=False
    )
    for (state, trigger), ordered in roads.items():
        for arrow in ordered:
            made.add_transition(trigger, state, arrow.target, conditions=list(arrow.when))
    return cast("model.Machine", made)
