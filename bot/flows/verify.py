"""Asks every property of every flow while all conversations are explored; it shows nothing and stores nothing."""

import time
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import product

from bot import engine
from bot.flows.explore import Codes, Edge, Explored, Eyes, Pair, Press, explore
from bot.flows.lengths import conversations, longest, shortest, without_an_end
from bot.flows.properties import PROPERTIES
from bot.flows.properties.demands import (
    ANYWHERE,
    SAID,
    After,
    AtMost,
    Demand,
    Each,
    EveryRoadEnds,
    EverythingIsReached,
    Ground,
    Looked,
    Never,
    Owed,
    Property,
    Rule,
    Wrong,
)
from bot.flows.relevance import either, relevance, ways_of
from bot.flows.vocabulary import GIVEN, QUESTIONS
from bot.model import Answers, Card, Flow, Guard, Session, Text

Spoken = Mapping[str, Callable[[Text], str | None]]
Keep = Callable[[Session], Session]

_TAKEN: tuple[Answers, ...] = (
    {},
    {"take": "accept"},
    *({"take": "accept", "contact": contact} for contact in QUESTIONS["contact"]),
)
# What the house knows beforehand, by flow and entry: a referral as it was stored, taken or not, reached or not.
GIVENS: Mapping[str, tuple[Answers, ...]] = {
    "referral.open": tuple(
        {"urgency": urgency, "path": path, **taken}
        for urgency, path, taken in product(GIVEN["urgency"], GIVEN["path"], _TAKEN)
    )
}


@dataclass(frozen=True, slots=True)
class Broken:
    """A counterexample: the presses from the entry on, and what is wrong after them. Without presses it is seen by
    looking at the flow, or, with `answers`, in what follows from them."""

    code: str
    flow: str
    why: str
    codes: Codes = ()
    where: str = ""
    answers: Answers = field(default_factory=dict)


class Enough(Exception):
    """Something is broken, and nobody asked what else is."""


@dataclass(slots=True)
class Verdict:
    """One property over all flows. `looks` counts where it was asked: a property that was never asked is no pass."""

    of: Property
    looks: int = 0
    seconds: float = 0.0
    broken: Broken | None = None

    @property
    def passed(self) -> bool:
        return self.broken is None and self.looks > 0

    stops: bool = False

    def found(self, broken: Broken) -> None:
        """Of several the shortest is kept."""
        if self.broken is None or len(broken.codes) < len(self.broken.codes):
            self.broken = broken
        if self.stops:
            raise Enough


@dataclass(frozen=True, slots=True)
class End:
    name: str
    shortest: int
    longest: int


@dataclass(frozen=True, slots=True)
class Walked:
    """A flow as it was explored."""

    name: str
    states: int
    pairs: int
    presses: int
    conversations: int
    ends: tuple[End, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Report:
    walked: tuple[Walked, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> bool:
        return all(verdict.passed for verdict in self.verdicts)


def verify(
    flows: Mapping[str, Flow],
    spoken: Spoken,
    keep: Keep,
    stops: bool = False,
    only: Container[str] = PROPERTIES,
) -> Report:
    """All flows, all properties. `keep` saves a session and loads it again. With `stops` the first fault is enough,
    and is not always the shortest; `only` are the properties asked."""
    in_order = sorted(
        (code for code in PROPERTIES if code in only), key=lambda code: int(code.removeprefix("P"))
    )
    verdicts = {code: Verdict(PROPERTIES[code], stops=stops) for code in in_order}
    walked: list[Walked] = []
    with suppress(Enough):
        walked += (_walk(Ground(flow, spoken), verdicts, keep) for flow in flows.values())
    return Report(tuple(walked), tuple(verdicts.values()))


def _walk(ground: Ground, verdicts: Mapping[str, Verdict], keep: Keep) -> Walked:
    begun = time.perf_counter()
    flow = ground.flow
    asked = [(verdict, demand) for verdict in verdicts.values() for demand in _demands(verdict, ground)]
    watcher = _Watcher(flow, asked)
    owed = watcher.owed
    seen = relevance(
        flow,
        {card: _read_on(card, asked, flow) for card in ("", *flow.states)},
        {mark: either(d.when for _, d in owed if d.mark == mark) for mark in {d.mark for _, d in owed}},
    )
    explored = explore(seen, GIVENS, Eyes(watcher.card, watcher.press), keep)
    for verdict, demand in asked:
        begun_now = time.perf_counter()
        _afterwards(verdict, demand, flow, explored)
        verdict.seconds += time.perf_counter() - begun_now
    return _summary(flow, explored, time.perf_counter() - begun)


def _demands(verdict: Verdict, ground: Ground) -> list[Demand]:
    """Those that are settled by looking are settled here, and the others are left."""
    left: list[Demand] = []
    begun = time.perf_counter()
    for demand in verdict.of.demands(ground):
        if isinstance(demand, Wrong):
            verdict.found(Broken(verdict.of.code, ground.flow.name, demand.why, where=demand.where))
        elif isinstance(demand, Looked):
            verdict.looks += demand.count
        elif isinstance(demand, Rule):
            _rule(verdict, demand, ground.flow.name)
        else:
            left.append(demand)
    verdict.seconds += time.perf_counter() - begun
    return left


def _rule(verdict: Verdict, rule: Rule, flow: str) -> None:
    looks, wrong = tried(rule.cases)
    verdict.looks += looks
    if wrong is not None:
        verdict.found(Broken(verdict.of.code, flow, rule.why, answers=wrong))


@cache  # a rule is about the derived codes, which are the same whatever the flow
def tried(cases: Callable[[], Iterator[tuple[Answers, bool]]]) -> tuple[int, Answers | None]:
    tried = 0
    for answers, right in cases():
        tried += 1
        if not right:
            return tried, answers
    return tried, None


def _read_on(card: str, asked: Sequence[tuple[Verdict, Demand]], flow: Flow) -> list[Guard]:
    """The properties' conditions on a card; on an end also what a limit on the road to it reads."""
    read = [demand.when for _, demand in asked if isinstance(demand, Never) and _on(demand) == card]
    if card and flow.states[card].ends:
        read += [demand.ends for _, demand in asked if isinstance(demand, AtMost) and demand.ends is not None]
    return read


# --- while it is explored ---------------------------------------------------------------------------


class _Watcher:
    """Sees every card and every press, and asks each property that has something to say about it."""

    def __init__(self, flow: Flow, asked: Sequence[tuple[Verdict, Demand]]) -> None:
        self.flow = flow
        self.owed = [(verdict, demand) for verdict, demand in asked if isinstance(demand, Owed)]
        self.eaches = [(verdict, demand) for verdict, demand in asked if isinstance(demand, Each)]
        self.afters = [(verdict, demand) for verdict, demand in asked if isinstance(demand, After)]
        self.nevers: dict[str, list[tuple[Verdict, Never]]] = {}
        for verdict, demand in asked:
            if isinstance(demand, Never):
                self.nevers.setdefault(_on(demand), []).append((verdict, demand))

    def card(self, pair: Pair, session: Session, codes: Codes) -> None:
        state, answers = self.flow.states[session.state], session.answers
        anywhere = () if state.ends else self.nevers.get("", ())
        for verdict, never in (*self.nevers.get(session.state, ()), *anywhere):
            begun = time.perf_counter()
            right = never.when not in pair.seen.may_hold or not never.when(answers)
            road = codes if right else (*codes, *_opening(self.flow, session, never))
            self._judge(verdict, right, never.why, road, begun)
        for verdict, owed in self.owed if state.ends else ():
            begun = time.perf_counter()
            met = owed.mark in pair.met if owed.when(answers) else None
            missed = f"intet kort på vejen sagde: {SAID.get(owed.mark, owed.mark)}"
            self._judge(verdict, met, missed, codes, begun)
        self._each(session, engine.card(self.flow, session), codes)

    def press(self, press: Press) -> None:
        for verdict, after in self.afters:
            begun = time.perf_counter()
            self._judge(verdict, after.right(press), after.why, press.codes, begun)
        if press.looks and press.after.view:
            self._each(press.after, press.card, press.codes)

    def _each(self, session: Session, card: Card, codes: Codes) -> None:
        for verdict, each in self.eaches:
            begun = time.perf_counter()
            self._judge(verdict, each.right(session, card), each.why, codes, begun)

    def _judge(self, verdict: Verdict, right: bool | None, why: str, codes: Codes, begun: float) -> None:
        if right is not None:
            verdict.looks += 1
            if not right:
                verdict.found(Broken(verdict.of.code, self.flow.name, why, codes))
        verdict.seconds += time.perf_counter() - begun


def _on(never: Never) -> str:
    """The card it is read on; "" is every card of a conversation that goes on."""
    return "" if never.card.startswith(ANYWHERE) else never.card


def _opening(flow: Flow, session: Session, never: Never) -> Codes:
    """The presses that bring the card up, where it is not the present one."""
    if not never.card.startswith(ANYWHERE):
        return ()
    name = never.card.removeprefix(ANYWHERE)
    if name == engine.STOPPED:
        return ("stop",)
    offered = {button.code for button in engine.card(flow, session).controls}
    return (name,) if name in offered else ("more", name)


# --- when all is explored ---------------------------------------------------------------------------


def _afterwards(verdict: Verdict, demand: Demand, flow: Flow, explored: Explored) -> None:
    def broken(why: str, codes: Codes = (), where: str = "") -> None:
        verdict.found(Broken(verdict.of.code, flow.name, why, codes, where))

    if isinstance(demand, AtMost):
        for pair, length, codes in _too_long(demand, flow, explored):
            verdict.looks += 1
            if length > demand.presses:
                broken(f"{length} tryk, hvor {demand.presses} er det højeste", codes, pair)
    elif isinstance(demand, EveryRoadEnds):
        verdict.looks += len(explored.pairs)
        circle = longest(explored, _plain(explored)).circle
        if circle is not None:
            broken("vejen går i ring uden ende", explored.pairs[circle].codes)
        lost = without_an_end(explored, _ends(flow, explored))
        if lost is not None:
            broken("herfra fører ingen vej til en slutning", explored.pairs[lost].codes)
    elif isinstance(demand, EverythingIsReached):
        for where, what in _never_reached(flow, explored):
            broken(f"{what} nås aldrig", where=where)
        verdict.looks += len(flow.states)


def _too_long(demand: AtMost, flow: Flow, explored: Explored) -> Iterator[tuple[str, int, Codes]]:
    edges = [edge for edge in explored.edges if demand.avoids.isdisjoint(edge.codes)]
    if not demand.emergency:
        edges = [edge for edge in edges if edge.presses < 2]
    if demand.ends is not None:  # what was answered aside and taken back again is a road of its own
        edges = [edge for edge in edges if not edge.aside]
    lengths = longest(explored, edges)
    for number in _ends(flow, explored):
        pair = explored.pairs[number]
        if number in lengths.presses and (demand.ends is None or demand.ends(pair.session.answers)):
            start, codes = lengths.road(number)
            yield pair.session.state, lengths.presses[number], (*explored.pairs[start].codes, *codes)


def _plain(explored: Explored) -> Iterator[Edge]:
    return (edge for edge in explored.edges if not edge.aside)


def _ends(flow: Flow, explored: Explored) -> frozenset[int]:
    return frozenset(pair.number for pair in explored.pairs if flow.states[pair.session.state].ends)


def _never_reached(flow: Flow, explored: Explored) -> Iterator[tuple[str, str]]:
    reached = {pair.session.state for pair in explored.pairs}
    taken = {
        (explored.pairs[edge.source].session.state, code) for edge in explored.edges for code in edge.codes
    }
    left = _left_for(flow)
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


def _summary(flow: Flow, explored: Explored, seconds: float) -> Walked:
    most, least = longest(explored, _plain(explored)), shortest(explored)
    ends: dict[str, End] = {}
    for number in sorted(_ends(flow, explored)):
        name = explored.pairs[number].session.state
        known = ends.get(name, End(name, least[number], 0))
        few = min(known.shortest, least[number])
        ends[name] = End(name, few, max(known.longest, most.presses.get(number, 0)))
    count = conversations(explored, _ends(flow, explored))
    return Walked(
        flow.name,
        len(flow.states),
        len(explored.pairs),
        explored.presses,
        count,
        tuple(ends.values()),
        seconds,
    )
