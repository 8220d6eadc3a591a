"""Goes through two versions of a flow abreast, with the same facts in both; what the differences mean is `against`'s.

One version leads: all that can be answered in it is answered, each time as a fact of the situation. The other follows: it
is told each fact when it asks for it, and what it asks beyond them gets the answer of a situation in which nothing is
the matter. Two pairs of conversations that nothing later tells apart, in either version, are taken as one.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot import derived, engine
from bot.flows.relevance import Memory, Relevance, Trees, both, domain, either, relevance, seen
from bot.flows.vocabulary import GIVEN
from bot.model import Answers, Event, Flow, Guard, Session, State

Codes = tuple[str, ...]  # what is pressed on one card: an answer, several ticks, or none
Facts = Mapping[str, tuple[Codes, ...]]  # by question, each time that it was asked

DUTY = "duty"
_REFERENCE = "ab12cd"
_ENOUGH = 80  # cards; no conversation of a proven flow comes near it

# What is answered where the situation says nothing of it; the level is the proposed one.
_NOTHING_THE_MATTER: Mapping[str, str] = {
    "danger": "no", "child_danger": "no", "honour": "no", "children": "no", "safe_today": "yes", "gate": "ok",
    "exposure": "unknown", "suspected": "unknown", "who": "unknown", "wish": "later", "consent": "none",
    "next": "none",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Side:
    """Where one version is: its conversation, whether it met the duty card, what was stored, and how often each
    question was asked. `stuck` is a fact that its card cannot take."""

    session: Session
    met: bool = False
    does: tuple[str, ...] = ()
    asked: Mapping[str, int] = field(default_factory=dict)
    ended: bool = False
    stuck: str = ""


@dataclass(frozen=True, slots=True)
class Abreast:
    """Both sides after some facts. `parted` are the cards on which they first were where they are not the same;
    `unasked` says that the follower has not asked for all that the leader was told."""

    leader: Side
    follower: Side
    facts: Facts
    route: str
    parted: tuple[str, str] = ("", "")
    unasked: bool = False

    @property
    def is_over(self) -> bool:
        return bool(self.follower.stuck) or (self.leader.ended and self.follower.ended)


@dataclass(frozen=True, slots=True)
class Reached:
    """The end of a pair of conversations, first met in this way, and in how many ways it can be met."""

    pair: Abreast
    count: int


def walk(leader: Flow, follower: Flow, entry: str, given: Answers, ends: Sequence[Guard]) -> list[Reached]:
    """Every end, those of the shortest conversations first. `ends` are the conditions that outcomes differ by."""
    led, followed = _relevances(leader, follower, ends)
    found: dict[object, int] = {}
    pairs: list[Abreast] = []
    onward: dict[int, list[int]] = {}
    starts: list[int] = []
    waiting: deque[int] = deque()

    def number(pair: Abreast) -> int:
        key = _key(led, followed, pair)
        if key not in found:
            found[key] = len(pairs)
            waiting.append(len(pairs))
            pairs.append(pair)
        return found[key]

    for route in GIVEN["route"]:
        starts.append(number(_begun(leader, follower, entry, given, route)))
    while waiting:
        here = waiting.popleft()
        onward[here] = [number(each) for each in _onward(led, followed, pairs[here])]
    counts = _counted(starts, onward)
    return [Reached(pair, counts[at]) for at, pair in enumerate(pairs) if pair.is_over]


def _relevances(leader: Flow, follower: Flow, ends: Sequence[Guard]) -> tuple[Relevance, Relevance]:
    """Nothing is answered aside here, so that every answer counts from where it was given; and what one version tells
    apart among several ticks, both do."""
    plain = [_relevance(replace(flow, views={}), ends) for flow in (leader, follower)]
    read = {guard for each in plain for guards in each.watched.values() for guard in guards}
    shared = domain(read)
    first, second = (replace(each, domain=shared, memory=Memory(Trees(dict(shared)))) for each in plain)
    return first, second


def _relevance(flow: Flow, ends: Sequence[Guard]) -> Relevance:
    watched = {name: ends if state.ends else (_says_duty(state),) for name, state in flow.states.items()}
    return relevance(flow, watched, {})


def _says_duty(state: State) -> Guard:
    if DUTY in state.marks:
        return both(())
    return either([both(line.when) for line in state.lines if DUTY in line.marks])


def _key(led: Relevance, followed: Relevance, pair: Abreast) -> object:
    leader, follower = pair.leader, pair.follower
    seen_by_leader = seen(led, leader.session.state, leader.session.answers, frozenset()).key
    seen_by_follower = seen(followed, follower.session.state, follower.session.answers, frozenset()).key
    told = tuple(sorted(_still_to_tell(followed, pair)))
    sides = tuple((side.met, side.does, side.ended, side.stuck) for side in (leader, follower))
    route = "" if leader.ended and follower.ended else pair.route
    return seen_by_leader, seen_by_follower, told, sides, route, pair.parted, pair.unasked


def _still_to_tell(followed: Relevance, pair: Abreast) -> Iterator[tuple[str, tuple[Codes, ...]]]:
    """Facts that the follower may yet ask for, and the last one again where it may ask once more."""
    if pair.follower.ended or pair.follower.stuck:
        return
    cards = _ahead(followed, pair.follower.session.state)
    asks = {followed.flow.states[card].question for card in cards}
    for question in asks & pair.facts.keys():
        told = pair.facts[question]
        yield question, told[min(pair.follower.asked.get(question, 0), len(told) - 1) :]


def _ahead(followed: Relevance, state: str) -> set[str]:
    met, waiting = {state}, [state]
    while waiting:
        for road in followed.ways.get(waiting.pop(), ()):
            for way in road:
                if way.target not in met:
                    met.add(way.target)
                    waiting.append(way.target)
    return met
