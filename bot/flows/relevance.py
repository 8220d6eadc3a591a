"""Which of the answers still matter on a card: those that a later road or a property reads. It walks nowhere itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from math import prod

from bot.flows.trees import FALSE, TRUE, Domain, Residue, Trees, left
from bot.flows.vocabulary import GIVEN, MANY, QUESTIONS
from bot.model import Answers, Flow, Guard, State, Value

_CONTEXTS = 200


@dataclass(frozen=True, slots=True)
class Way:
    """An arrow of the machine, its conditions as one."""

    target: str
    when: Guard


@dataclass(frozen=True, slots=True)
class Future:
    """What can still come: the cards, the questions whose answers can still change, the conditions read there."""

    cards: frozenset[str]
    open: frozenset[str]
    read: tuple[Guard, ...]
    reads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """Two conversations with one key are one. `may_hold` are the conditions that are not ruled out from here on."""

    key: tuple[object, ...]
    may_hold: frozenset[Guard]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a condition reads of what is open and of what is settled, and what was left of it each time."""

    open: tuple[str, ...]
    settled: tuple[str, ...]
    residues: dict[tuple[object, ...], Residue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Memory:
    """What has been found about conditions, for as long as the same can be answered."""

    trees: Trees
    asked: dict[tuple[Guard, frozenset[str]], Asked] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Relevance:
    """A flow seen by what it reads. `watched` are the conditions read on a card: its roads', its choices', the
    properties'. `owed` are read at every end. `loose` are the questions that can be answered anew at any moment,
    with any choice: their present answer distinguishes nothing."""

    flow: Flow
    ways: Mapping[str, Sequence[Sequence[Way]]]
    opens: Mapping[str, frozenset[str]]
    watched: Mapping[str, tuple[Guard, ...]]
    owed: Mapping[str, Guard]
    domain: Domain
    loose: frozenset[str]
    memory: Memory
    _reads: Mapping[str, tuple[str, ...]]
    _futures: dict[object, Future] = field(default_factory=dict)
    _seen: dict[object, Seen] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Joined(Guard):
    """Several conditions as one: all of them, or any of them."""

    parts: tuple[Guard, ...]
    all: bool


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


def relevance(flow: Flow, watched: Mapping[str, Sequence[Guard]], owed: Mapping[str, Guard]) -> Relevance:
    """`watched` are the properties' conditions by card, and under "" those of every card that is not an end."""
    ways = ways_of(flow)
    everywhere = (
        *watched.get("", ()),
        *(offer for view in flow.views.values() for offer in _offers(view).values()),
    )
    read: dict[str, tuple[Guard, ...]] = {}
    for name, state in flow.states.items():
        here = [way.when for road in ways.get(name, ()) for way in road]
        mine = [*here, *_offers(state).values(), *watched.get(name, ()), *(() if state.ends else everywhere)]
        read[name] = tuple(dict.fromkeys(guard for guard in mine if guard.reads))
    aside = frozenset(choice.question for view in flow.views.values() for choice in view.choices)
    answerable = domain({guard for guards in read.values() for guard in guards} | set(owed.values()))
    offered = {(choice.question, choice.key) for view in flow.views.values() for choice in view.choices}
    loose = frozenset(q for q in aside if all((q, key) in offered for key in QUESTIONS[q]))
    return Relevance(
        flow, ways, {name: _opened(state) | aside for name, state in flow.states.items()}, read, owed,
        answerable, loose, _memory(answerable, loose), {name: _read_on_roads(ways, name, loose) for name in flow.states},
    )  # fmt: skip


def seen(relevance: Relevance, state: str, answers: Answers, met: frozenset[str]) -> Seen:
    """What a conversation is on a card, to every later card and property; `met` are the marks on its way."""
    future = _future(relevance, state, answers)
    met = frozenset(met & relevance.owed.keys())
    loose = relevance.loose & future.open
    told = (question in answers if question in loose else answers.get(question) for question in future.reads)
    known = (state, met, *told)
    found = relevance._seen.get(known)
    if found is None:
        found = relevance._seen[known] = _looked_at(relevance, state, future, answers, met)
    return found


def _looked_at(
    relevance: Relevance, state: str, future: Future, answers: Answers, met: frozenset[str]
) -> Seen:
    key: list[object] = [state]
    undecided: set[Guard] = set()
    still_read: set[str] = set()
    for mark, guard in [*((None, guard) for guard in future.read), *relevance.owed.items()]:
        residue = _residue(relevance, guard, answers, future.open)
        if residue == FALSE:
            key.append(FALSE)
            continue
        undecided.add(guard)
        if mark in met:  # what is owed and has been met is as good as not owed
            key.append(FALSE)
            continue
        key.append(residue)
        if residue != TRUE:
            still_read |= guard.reads & future.open
    key += [(question, answers.get(question)) for question in sorted(still_read - relevance.loose)]
    return Seen(tuple(key), frozenset(undecided))


def _future(relevance: Relevance, state: str, answers: Answers) -> Future:
    told = (question in answers for question in sorted(relevance.loose))
    known = (state, *told, *(answers.get(question) for question in relevance._reads[state]))
    future = relevance._futures.get(known)
    if future is None:
        future = relevance._futures[known] = _explored(relevance, state, answers)
    return future


def _explored(relevance: Relevance, state: str, answers: Answers) -> Future:
    """The least set of cards that may follow: an open question may be answered in any way, a settled one not."""
    if relevance.flow.states[state].ends:
        return _future_of(relevance, frozenset({state}), frozenset())
    cards, open = {state}, relevance.opens[state]
    while True:
        before = len(cards), len(open)
        for card in tuple(cards):
            for road in relevance.ways.get(card, ()):
                for target in _possible(relevance, road, answers, open):
                    cards.add(target)
                    if not relevance.flow.states[target].ends:
                        open |= relevance.opens[target]
        if before == (len(cards), len(open)):
            break
    return _future_of(relevance, frozenset(cards), open)


def _future_of(relevance: Relevance, cards: frozenset[str], open: frozenset[str]) -> Future:
    read = tuple(dict.fromkeys(guard for card in sorted(cards) for guard in relevance.watched[card]))
    reads = frozenset[str]().union(*(guard.reads for guard in (*read, *relevance.owed.values())))
    return Future(cards, open, read, tuple(sorted(reads)))


def _possible(
    relevance: Relevance, road: Sequence[Way], answers: Answers, open: frozenset[str]
) -> Iterable[str]:
    for way in road:
        residue = _residue(relevance, way.when, answers, open)
        if residue != FALSE:
            yield way.target
        if residue == TRUE:
            return


def _residue(relevance: Relevance, guard: Guard, answers: Answers, open: frozenset[str]) -> Residue:
    asked = relevance.memory.asked.get((guard, open))
    if asked is None:
        asked = relevance.memory.asked[guard, open] = Asked(
            tuple(guard.reads & open), tuple(guard.reads - open)
        )
    get = answers.get
    # What is open and answered can be answered anew, and is never unanswered again.
    known = (
        *[question in answers for question in asked.open],
        *[get(question) for question in asked.settled],
    )
    residue = asked.residues.get(known)
    if residue is None:
        residue = asked.residues[known] = _found(relevance, guard, answers, open)
    return residue


def _found(relevance: Relevance, guard: Guard, answers: Answers, open: frozenset[str]) -> Residue:
    if not guard.reads & open:
        return TRUE if guard(answers) else FALSE
    if isinstance(guard, Joined):
        return _of_parts(relevance, guard, answers, open)
    trees = relevance.memory.trees
    return left(trees, trees.of(guard), answers, open, relevance.loose)


def _of_parts(relevance: Relevance, guard: Joined, answers: Answers, open: frozenset[str]) -> Residue:
    decides, passes = (FALSE, TRUE) if guard.all else (TRUE, FALSE)
    parts = [_residue(relevance, part, answers, open) for part in guard.parts]
    if decides in parts:
        return decides
    undecided = [residue for residue in parts if residue != passes]
    if len(undecided) < 2:
        return undecided[0] if undecided else passes
    return relevance.memory.trees.number(("all" if guard.all else "any", *undecided))


def _memory(answerable: Domain, loose: frozenset[str]) -> Memory:
    return _memory_of(tuple(sorted(answerable.items())), loose)


@cache  # the same conditions come out the same, whatever flow they stand in
def _memory_of(answerable: tuple[tuple[str, tuple[Value | None, ...]], ...], loose: frozenset[str]) -> Memory:
    return Memory(Trees(dict(answerable)))


# --- what there is to read --------------------------------------------------------------------------


def ways_of(flow: Flow) -> dict[str, list[tuple[Way, ...]]]:
    found: dict[str, dict[tuple[Way, ...], None]] = {}
    for name, event in flow.machine.events.items():
        for source, transitions in event.transitions.items():  # type: ignore[attr-defined]
            offers = _offers(flow.states[source]) if source in flow.states else {}
            offered = [offers[name]] if name in offers and offers[name].reads else []
            road = tuple(
                Way(one.dest, both([*offered, *(each.func for each in one.conditions)]))
                for one in transitions
            )
            found.setdefault(source, {})[road] = None  # many answers lead on by the same road
    return {source: list(roads) for source, roads in found.items()}


def _offers(state: State) -> dict[str, Guard]:
    """When each code is offered, by whichever of its labels."""
    codes: dict[str, list[Guard]] = {}
    for choice in state.choices:
        codes.setdefault(choice.code, []).append(both(choice.when))
    return {code: either(guards) for code, guards in codes.items()}


def _opened(state: State) -> frozenset[str]:
    found = {state.question} if state.many else set()
    for choice in state.choices:
        found |= {choice.question, *choice.sets}
    return frozenset(found | {"route"} if any(choice.does for choice in state.choices) else found)


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
    return tuple(sorted(reads - loose))


def _single(guard: Guard) -> Iterable[Guard]:
    if isinstance(guard, Joined):
        for part in guard.parts:
            yield from _single(part)
    else:
        yield guard


def domain(guards: Iterable[Guard]) -> Domain:
    """What may be answered to each question; of a many-choice question the combinations that these can tell apart."""
    found: dict[str, tuple[Value | None, ...]] = {
        question: (None, *keys) for question, keys in {**QUESTIONS, **GIVEN}.items()
    }
    read = list({part for guard in guards for part in _single(guard)})
    found |= {question: (None,) for guard in read for question in guard.reads - found.keys()}
    for question in sorted(MANY):
        readers = [guard for guard in read if question in guard.reads]
        found[question] = (None, *_combinations(question, _alike(question, readers, found)))
    return found


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
    """What may be answered beside it; evenly thinned out where that is too much to try."""
    asked = sorted(others - MANY)
    count = prod(len(domain[question]) for question in asked)
    for number in range(0, count, max(1, count // _CONTEXTS) | 1):
        around: dict[str, Value] = {}
        for question in asked:
            number, at = divmod(number, len(domain[question]))
            value = domain[question][at]
            if value is not None:
                around[question] = value
        yield around
