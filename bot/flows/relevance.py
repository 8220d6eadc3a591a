"""Which of the answers still matter on a card: those that a later road or a property reads. It walks nowhere itself."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.flows.conditions import Shows, Way, offers_of, ways_of
from bot.flows.residues import (
    FRESH,
    Group,
    Memory,
    Part,
    Told,
    group_of,
    memory_of,
    part_of,
    residue,
    told_in,
)
from bot.flows.ticks import domain
from bot.flows.trees import FALSE, TRUE, Domain, Residue
from bot.flows.vocabulary import QUESTIONS
from bot.model import Answers, Flow, Guard, State


@dataclass(frozen=True, slots=True)
class Future:
    """What can still come: the cards, the questions whose answers can still change, the conditions read there."""

    cards: frozenset[str]
    open: frozenset[str]
    groups: tuple[Group, ...]
    part: Part


@dataclass(frozen=True, slots=True)
class Seen:
    """Two conversations with one key are one. `may_hold` are the conditions that are not ruled out from here on."""

    key: tuple[object, ...]
    may_hold: frozenset[Guard]


@dataclass(frozen=True, slots=True, eq=False)
class Relevance:
    """A flow seen by what it reads. `watched` are the conditions read on a card: its roads', its choices', the
    properties'. `owed` are read at every end, `decided` by which card comes after one. `loose` are the questions that
    can be answered anew at any moment, with any choice: their present answer distinguishes nothing."""

    flow: Flow
    ways: Mapping[str, Sequence[Sequence[Way]]]
    opens: Mapping[str, frozenset[str]]
    watched: Mapping[str, tuple[Guard, ...]]
    owed: Mapping[str, Guard]
    domain: Domain
    loose: frozenset[str]
    memory: Memory
    decided: Mapping[str, frozenset[str]]
    _parts: Mapping[str, Part]
    _futures: dict[object, Future] = field(default_factory=dict)
    _alike: dict[tuple[frozenset[str], frozenset[str]], Future] = field(default_factory=dict)
    _seen: dict[object, Seen] = field(default_factory=dict)


def relevance(
    flow: Flow,
    watched: Mapping[str, Sequence[Guard]],
    owed: Mapping[str, Guard],
    answerable: Domain | None = None,
) -> Relevance:
    """`watched` are the properties' conditions by card, and under "" those of every card that is not an end;
    `answerable` is what an answer may be, where more is told apart than these conditions do."""
    ways = ways_of(flow)
    everywhere = (
        *watched.get("", ()),
        *(offer for view in flow.views.values() for offer in offers_of(view).values()),
    )
    read: dict[str, tuple[Guard, ...]] = {}
    for name, state in flow.states.items():
        here = [way.when for road in ways.get(name, ()) for way in road]
        mine = [
            *here,
            *offers_of(state).values(),
            *watched.get(name, ()),
            *(() if state.ends else everywhere),
        ]
        read[name] = tuple(dict.fromkeys(guard for guard in mine if guard.reads))
    aside = frozenset(choice.question for view in flow.views.values() for choice in view.choices)
    if "ask" in flow.views:  # what is handed over from over a card, and called back
        aside |= {"asked", "route", "consent"}
    answerable = answerable or domain(
        {guard for guards in read.values() for guard in guards} | set(owed.values()), told_apart=True
    )
    offered = {(choice.question, choice.key) for view in flow.views.values() for choice in view.choices}
    loose = frozenset(q for q in aside if q in QUESTIONS and all((q, key) in offered for key in QUESTIONS[q]))
    memory = memory_of(answerable, loose)
    return Relevance(
        flow, ways, {name: _opened(state) | aside for name, state in flow.states.items()}, read, owed,
        answerable, loose, memory,
        {name: _read_on_the_way(ways, name) for name in flow.states},
        {name: part_of(memory, _read_on_roads(ways, name, loose), loose) for name in flow.states},
    )  # fmt: skip


def seen(relevance: Relevance, state: str, answers: Answers, met: frozenset[str]) -> Seen:
    """What a conversation is on a card, to every later card and property; `met` are the marks on its way."""
    told = told_in(relevance.memory, answers)
    future = _future(relevance, state, told)
    met = frozenset(met & relevance.owed.keys())
    known = (state, met, future.part(told.row))
    found = relevance._seen.get(known)
    if found is None:
        found = relevance._seen[known] = _looked_at(relevance, state, future, told, met)
    return found


def _looked_at(relevance: Relevance, state: str, future: Future, told: Told, met: frozenset[str]) -> Seen:
    key: list[object] = [state]
    undecided: set[Guard] = set()
    still_read: set[str] = set()
    said: set[str] = set()  # what is owed no more: said before, or never owed
    owed = [(guard, residue(relevance.memory, guard, told, future.open)) for guard in relevance.owed.values()]
    for mark, (_, what) in zip(relevance.owed, owed, strict=True):
        if what == FALSE or mark in met:
            said.add(mark)
    quiet = {guard for mark, guard in relevance.owed.items() if mark in said}
    for guard, what in (*owed, *_residues(relevance, future, told)):
        if what != FALSE:
            undecided.add(guard)
        if what == FALSE or guard in quiet or (isinstance(guard, Shows) and guard.mark in said):
            key.append(FALSE)
            continue
        key.append(what)
        if what != TRUE:
            still_read |= guard.reads & future.open
    read_here = frozenset[str]().union(*(guard.reads for guard in relevance.watched[state]))
    still_read -= FRESH - read_here
    key += [(question, told.answers.get(question)) for question in sorted(still_read - relevance.loose)]
    return Seen(tuple(key), frozenset(undecided))


def _residues(relevance: Relevance, future: Future, told: Told) -> Iterator[tuple[Guard, Residue]]:
    """What is left of each condition that can still be read; those that read the same are looked up together."""
    for group in future.groups:
        known = group.part(told.row)
        found = group.found.get(known)
        if found is None:
            found = tuple(residue(relevance.memory, guard, told, future.open) for guard in group.guards)
            group.found[known] = found
        yield from zip(group.guards, found, strict=True)


def _future(relevance: Relevance, state: str, told: Told) -> Future:
    known = (state, relevance._parts[state](told.row))
    future = relevance._futures.get(known)
    if future is None:
        future = relevance._futures[known] = _explored(relevance, state, told)
    return future


def _explored(relevance: Relevance, state: str, told: Told) -> Future:
    """The least set of cards that may follow: an open question may be answered in any way, a settled one not."""
    if relevance.flow.states[state].ends:
        return _future_of(relevance, frozenset({state}), frozenset())
    cards, open = {state}, relevance.opens[state]
    waiting = [state]
    while waiting:
        card = waiting.pop()
        for road in relevance.ways.get(card, ()):
            for target in _possible(relevance, road, told, open):
                if target in cards:
                    continue
                cards.add(target)
                waiting.append(target)
                opened = frozenset() if relevance.flow.states[target].ends else relevance.opens[target] - open
                if opened:  # where one of them decides the road, more may be possible now
                    open |= opened
                    waiting += [each for each in cards if relevance.decided[each] & opened]
    return _future_of(relevance, frozenset(cards), open)


def _future_of(relevance: Relevance, cards: frozenset[str], open: frozenset[str]) -> Future:
    known = relevance._alike.get((cards, open))
    if known is not None:
        return known
    read = tuple(dict.fromkeys(guard for card in sorted(cards) for guard in relevance.watched[card]))
    reads = frozenset[str]().union(*(guard.reads for guard in (*read, *relevance.owed.values())))
    by_reads: dict[frozenset[str], list[Guard]] = {}
    for guard in read:
        by_reads.setdefault(guard.reads, []).append(guard)
    groups = tuple(group_of(relevance.memory, each, tuple(guards), open) for each, guards in by_reads.items())
    future = Future(cards, open, groups, part_of(relevance.memory, reads, relevance.loose & open))
    return relevance._alike.setdefault((cards, open), future)


def _possible(relevance: Relevance, road: Sequence[Way], told: Told, open: frozenset[str]) -> Iterable[str]:
    for way in road:
        what = residue(relevance.memory, way.when, told, open)
        if what != FALSE:
            yield way.target
        if what == TRUE:
            return


# --- what there is to read --------------------------------------------------------------------------


def _opened(state: State) -> frozenset[str]:
    found = {state.question} if state.many else set()
    for choice in state.choices:
        found |= {choice.question, *choice.sets}
    return frozenset(found | {"route"} if any(choice.does for choice in state.choices) else found)


def _read_on_the_way(ways: Mapping[str, Sequence[Sequence[Way]]], state: str) -> frozenset[str]:
    """The questions that decide which card comes next."""
    return frozenset[str]().union(*(way.when.reads for road in ways.get(state, ()) for way in road))


def _read_on_roads(
    ways: Mapping[str, Sequence[Sequence[Way]]], state: str, loose: frozenset[str]
) -> tuple[str, ...]:
    met, waiting = {state}, [state]
    reads: set[str] = set()
    while waiting:
        for road in ways.get(waiting.pop(), ()):
            for way in road:
                reads |= way.when.reads
                if way.target not in met:
                    met.add(way.target)
                    waiting.append(way.target)
    return tuple(sorted(reads | loose))
