"""States that nobody reaches, circles without a way out, cards too long: what shows once a flow is built."""

from collections.abc import Iterator, Mapping, Sequence

from bot.flows.build import Merged
from bot.model import CARD_LENGTH, START, Flow, Line, State


def of_roads(merged: Merged, flow: Flow) -> Iterator[str]:
    """States that nobody reaches, and circles from which there is no way to an end."""
    ways = _ways(flow)
    met = _from([START], ways)
    for state, (file, shape) in merged.states.items():
        if state not in met and not shape.outside:
            yield f"{file}.toml: {state}: is never reached"
    backwards: dict[str, set[str]] = {}
    for source, targets in ways.items():
        for target in targets:
            backwards.setdefault(target, set()).add(source)
    home = _from([state.name for state in flow.states.values() if state.ends], backwards)
    for state in sorted(met - home - {START}):
        yield f"{merged.states[state][0]}.toml: {state}: has no way to an end"
    yield from (f"{merged.name}.toml: {problem}" for problem in _too_long(flow))


def _ways(flow: Flow) -> dict[str, set[str]]:
    ways: dict[str, set[str]] = {}
    for event in flow.machine.events.values():
        for source, transitions in event.transitions.items():  # type: ignore[attr-defined]
            ways.setdefault(source, set()).update(one.dest for one in transitions)
    return ways


def _from(start: Sequence[str], ways: Mapping[str, set[str]]) -> set[str]:
    met = set(start)
    waiting = list(start)
    while waiting:
        for target in ways.get(waiting.pop(), ()):
            if target not in met:
                met.add(target)
                waiting.append(target)
    return met


def _too_long(flow: Flow) -> Iterator[str]:
    for state in flow.states.values():
        length = sum(len(line.text.msgid) + 2 for line in _unguarded(state))
        if length > CARD_LENGTH:
            yield f"{state.name}: card of {length} characters; a screen holds {CARD_LENGTH}"


def _unguarded(state: State) -> Sequence[Line]:
    return [line for line in state.lines if not line.when]
