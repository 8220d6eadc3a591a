"""What is asked of a flow when all of it is explored: lengths, ends, and whether anything was never reached."""

from collections.abc import Iterator

from bot.flows.conditions import ways_of
from bot.flows.explore import Edge, Explored
from bot.flows.lengths import longest, without_an_end
from bot.flows.properties.demands import AtMost, Demand, EveryRoadEnds, EverythingIsReached
from bot.flows.trying import Codes
from bot.flows.verdicts import Broken, Verdict
from bot.model import Flow

LENGTHY = 1000  # presses of a road that goes round for ever


def afterwards(verdict: Verdict, demand: Demand, flow: Flow, explored: Explored) -> None:
    def broken(why: str, codes: Codes = (), where: str = "") -> None:
        verdict.found(Broken(verdict.of.code, flow.name, why, codes, where))

    if isinstance(demand, AtMost):
        for pair, length, codes in _too_long(demand, flow, explored):
            verdict.looks += 1
            if length > demand.presses:
                broken(f"{length} tryk, hvor {demand.presses} er det højeste", codes, pair)
    elif isinstance(demand, EveryRoadEnds):
        verdict.looks += len(explored.pairs)
        circle = longest(explored, plain(explored)).circle
        if circle is not None:
            broken("vejen går i ring uden ende", explored.pairs[circle].codes)
        lost = without_an_end(explored, ends_of(flow, explored))
        if lost is not None:
            broken("herfra fører ingen vej til en slutning", explored.pairs[lost].codes)
    elif isinstance(demand, EverythingIsReached):
        for where, what in _never_reached(flow, explored):
            broken(f"{what} nås aldrig", where=where)
        verdict.looks += len(flow.states)


def _too_long(demand: AtMost, flow: Flow, explored: Explored) -> Iterator[tuple[str, int, Codes]]:
    avoided = {*demand.avoids, "withdraw"}  # who calls back and consents again has a road of her own
    edges = [edge for edge in explored.edges if avoided.isdisjoint(edge.codes)]
    if not demand.emergency:
        edges = [edge for edge in edges if edge.presses < 2]
    if demand.ends is not None:  # what was answered aside and taken back again is a road of its own
        edges = [edge for edge in edges if not edge.aside]
    lengths = longest(explored, edges)
    if lengths.circle is not None:
        yield "", LENGTHY, explored.pairs[lengths.circle].codes
    for number in ends_of(flow, explored):
        pair = explored.pairs[number]
        if number in lengths.presses and (demand.ends is None or demand.ends(pair.session.answers)):
            start, codes = lengths.road(number)
            yield pair.session.state, lengths.presses[number], (*explored.pairs[start].codes, *codes)


def plain(explored: Explored) -> Iterator[Edge]:
    return (edge for edge in explored.edges if not edge.aside)


def ends_of(flow: Flow, explored: Explored) -> frozenset[int]:
    return frozenset(pair.number for pair in explored.pairs if flow.states[pair.session.state].ends)


def _never_reached(flow: Flow, explored: Explored) -> Iterator[tuple[str, str]]:
    reached = {pair.session.state for pair in explored.pairs}
    taken = {
        (explored.pairs[edge.source].session.state, code) for edge in plain(explored) for code in edge.codes
    }
    left = _left_for(flow)
    yield from ((name, "denne visning") for name in flow.views.keys() - explored.views)
    for name, state in flow.states.items():
        if name not in reached | left:
            yield name, "dette kort"
        elif name in reached and not state.ends:
            codes = () if state.many else [choice.code for choice in state.choices]
            yield from ((name, f"svaret {code}") for code in codes if (name, code) not in taken)


def _left_for(flow: Flow) -> frozenset[str]:
    """Ends to which the house leads, and no answer: no road of the machine goes there."""
    led = {way.target for roads in ways_of(flow).values() for road in roads for way in road}
    return frozenset(name for name, state in flow.states.items() if state.ends and name not in led)
