"""Asks every property of every flow while all conversations are explored; it shows nothing and stores nothing."""

import time
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from itertools import product

from bot.flows.afterwards import afterwards, ends_of, plain
from bot.flows.conditions import Shows, either, ways_of
from bot.flows.explore import Endless, Explored, Eyes, Pair, explore
from bot.flows.lengths import conversations, longest, shortest
from bot.flows.properties import PROPERTIES
from bot.flows.properties.demands import (
    After,
    AtMost,
    Demand,
    Ground,
    Looked,
    Never,
    Owed,
    Rule,
    Spoken,
    Wrong,
    carries,
    shown,
)
from bot.flows.relevance import relevance
from bot.flows.trying import Codes, Press
from bot.flows.verdicts import Broken, End, Enough, Report, Verdict, Walked
from bot.flows.vocabulary import GIVEN, QUESTIONS
from bot.flows.watching import Watcher, read_on
from bot.model import Answers, Flow, Guard, Session, State

Keep = Callable[[Session], Session]

_TAKEN: tuple[Answers, ...] = (
    {},
    {"take": "accept"},
    *({"take": "accept", "contact": contact} for contact in QUESTIONS["contact"]),
)
_ASSESSED: tuple[Answers, ...] = (
    *({"assessment": key} for key in QUESTIONS["assessment"]),
    {"assessment": "done", "tool": QUESTIONS["tool"][0]},  # whichever it is, and however far off the date
)
_PLANNED: tuple[Answers, ...] = (
    {},
    {"due": "review"},
    {"plan": "not_needed"},
    {"plan": "made", "review": QUESTIONS["review"][0]},
)
_OFFERED: tuple[Answers, ...] = (
    {},
    *({"offer": key} for key in QUESTIONS["offer"]),
    *({"offer": "group", "answer": key} for key in QUESTIONS["answer"]),
)


def _worked() -> Iterator[Answers]:
    """What is known of a case about a citizen that is put away between any two steps."""
    yield {"take": "accept", "contact": "not_reached", "assessment": "not_reached"}
    for contact in ("reached", "declined"):
        for assessed, planned, offered in product(_ASSESSED, _PLANNED, _OFFERED):
            yield {"take": "accept", "contact": contact, **assessed, **planned, **offered}


# What the house knows beforehand, by flow and entry: a referral as it was stored, taken or not, and what is done.
GIVENS: Mapping[str, tuple[Answers, ...]] = {
    "referral.open": (
        *(
            {"urgency": urgency, "path": path, **taken}
            for urgency, path, taken in product(GIVEN["urgency"], GIVEN["path"], _TAKEN)
        ),
        *({"urgency": "same_day", "path": "referral", **worked} for worked in _worked()),
    )
}


def verify(
    flows: Mapping[str, Flow],
    spoken: Spoken,
    keep: Keep,
    stops: bool = False,
    only: Container[str] = PROPERTIES,
) -> Report:
    """All flows, all properties. `keep` saves a session and loads it again. With `stops` the first fault is enough,
    and is not always the shortest; `only` are the properties asked."""
    return together([(flows, spoken)], keep, stops, only)[0]


def together(
    variants: Sequence[tuple[Mapping[str, Flow], Spoken]],
    keep: Keep,
    stops: bool = False,
    only: Container[str] = PROPERTIES,
) -> list[Report]:
    """The same flows with more lines or fewer, all explored in one go, and each asked for itself. The last has the
    fewest lines: only what it says too counts as said on the way. Raises ValueError where they differ in more."""
    in_order = sorted(
        (code for code in PROPERTIES if code in only), key=lambda code: int(code.removeprefix("P"))
    )
    verdicts = [{code: Verdict(PROPERTIES[code], stops=stops) for code in in_order} for _ in variants]
    walked: list[Walked] = []
    with suppress(Enough):
        for name in variants[-1][0]:
            grounds = [Ground(flows[name], spoken) for flows, spoken in variants]
            walked.append(_walk(grounds, verdicts, keep))
    return [Report(tuple(walked), tuple(each.values())) for each in verdicts]


def _walk(grounds: Sequence[Ground], verdicts: Sequence[Mapping[str, Verdict]], keep: Keep) -> Walked:
    begun = time.perf_counter()
    flow = grounds[-1].flow
    if not all(differ_in_lines_alone(ground.flow, flow) for ground in grounds):
        raise ValueError(f"the variants of {flow.name} have different roads")
    watchers = [
        Watcher(ground.flow, [(one, demand) for one in mine.values() for demand in _demands(one, ground)])
        for ground, mine in zip(grounds, verdicts, strict=True)
    ]
    asked = [each for watcher in watchers for each in watcher.asked]
    owed = [demand for _, demand in asked if isinstance(demand, Owed)]
    seen = relevance(
        flow,
        {card: [guard for each in watchers for guard in _read_on(card, each)] for card in ("", *flow.states)},
        {mark: either(d.when for d in owed if d.mark == mark) for mark in {d.mark for d in owed}},
    )
    try:
        explored = explore(seen, GIVENS, _eyes(watchers), keep)
    except Endless as endless:
        for verdict in (verdict for mine in verdicts for verdict in mine.values()):
            why = "samtalerne når aldrig til en slutning, der kan undersøges"  # nothing holds of what goes on for ever
            verdict.found(Broken(verdict.of.code, flow.name, why, endless.codes))
        return Walked(flow.name, len(flow.states), 0, 0, 0, (), time.perf_counter() - begun)
    for verdict, demand in asked:
        begun_now = time.perf_counter()
        afterwards(verdict, demand, flow, explored)
        verdict.seconds += time.perf_counter() - begun_now
    return _summary(flow, explored, time.perf_counter() - begun)


def _eyes(watchers: Sequence[Watcher]) -> Eyes:
    def card(pair: Pair, session: Session, codes: Codes) -> None:
        for watcher in watchers:
            watcher.card(pair, session, codes)

    def press(press: Press) -> None:
        for watcher in watchers:
            watcher.press(press if press.flow is watcher.flow else replace(press, flow=watcher.flow))

    return Eyes(card, press)


def differ_in_lines_alone(one: Flow, other: Flow) -> bool:
    """Whether every card asks the same and leads on the same way, whatever it says."""

    def cards(flow: Flow) -> dict[str, State]:
        both = {**flow.states, **{f"*{name}": view for name, view in flow.views.items()}}
        return {name: replace(state, lines=(), why=(), words=(), cards=()) for name, state in both.items()}

    same = (one.entries, one.controls, cards(one)) == (other.entries, other.controls, cards(other))
    return same and ways_of(one) == ways_of(other)


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
    verdict.tried += looks
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


def _read_on(card: str, watcher: Watcher) -> list[Guard]:
    """The properties' conditions on a card; on an end also what a limit on the road to it reads."""
    flow, demands = watcher.flow, [demand for _, demand in watcher.asked]
    read = [demand.when for demand in demands if isinstance(demand, Never) and read_on(demand) == card]
    read += [guard for demand in demands if isinstance(demand, After) and not card for guard in demand.reads]
    owed = {demand.mark for demand in demands if isinstance(demand, Owed)}
    shows = [flow.states[card]] if card else list(flow.views.values())
    read += [Shows.of(shown(state, mark), mark) for state in shows for mark in owed if carries(state, mark)]
    if card and flow.states[card].ends:
        read += [demand.ends for demand in demands if isinstance(demand, AtMost) and demand.ends is not None]
    return read


def _summary(flow: Flow, explored: Explored, seconds: float) -> Walked:
    most, least = longest(explored, plain(explored)), shortest(explored)
    ends: dict[str, End] = {}
    for number in sorted(ends_of(flow, explored)):
        name = explored.pairs[number].session.state
        known = ends.get(name, End(name, least[number], 0))
        few = min(known.shortest, least[number])
        ends[name] = End(name, few, max(known.longest, most.presses.get(number, 0)))
    count = conversations(explored, ends_of(flow, explored))
    return Walked(
        flow.name,
        len(flow.states),
        len(explored.pairs),
        explored.presses,
        count,
        tuple(ends.values()),
        seconds,
    )
