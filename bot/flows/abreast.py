"""Goes through two versions of a flow abreast, with the same facts in both; what the differences mean is `against`'s.

One version leads: whatever can be answered in it is answered, each time as a fact of the situation. The other follows:
it is told each fact when it asks for it, and what it asks beyond them gets the answer of a situation in which nothing
is the matter. Pairs of conversations that nothing later tells apart, in either version, are taken as one.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.flows.sides import (
    ENOUGH,
    Codes,
    Side,
    Start,
    Version,
    are_one,
    begun,
    beyond,
    is_over,
    key_of,
    offered,
    pressed,
    refers,
    versions,
)
from bot.flows.vocabulary import GIVEN
from bot.model import Flow, Guard

Told = Mapping[str, tuple[Codes, ...]]  # the facts by question, once for each time that it was asked

ROUND_FOR_EVER = "round"
_MOST = 60_000  # pairs; two versions of one flow have a few thousand, those with nothing in common any number


@dataclass(frozen=True, slots=True)
class Abreast:
    """Both sides after some facts. `parted` are the cards with which they first came apart; `unasked` says that the
    follower never asks for all that the leader was told."""

    leader: Side
    follower: Side
    told: Told = field(default_factory=dict)
    parted: tuple[str, str] = ("", "")
    unasked: bool = False


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a pair of conversations comes to its end: the first that did, and how many do."""

    pair: Abreast
    count: int


@dataclass(frozen=True, slots=True)
class Walked:
    """Not `complete` where the versions are so unlike that only the shortest conversations were gone through."""

    ends: tuple[Reached, ...]
    complete: bool


def walk(leader: Flow, follower: Flow, starts: Iterable[Start], ends: Sequence[Guard]) -> Walked:
    """Every end, that of the shortest conversation first; none where only words differ. `ends` are the conditions that
    outcomes differ by."""
    if are_one(leader, follower):
        return Walked((), True)
    led, followed = versions(leader, follower, ends)
    found: dict[object, int] = {}
    pairs: list[Abreast] = []

    def number(pair: Abreast) -> int:
        at = found.setdefault(_key(led, followed, pair), len(pairs))
        if at == len(pairs):
            pairs.append(pair)
        return at

    first = {number(_begun(led, followed, start)) for start in starts}
    onward: list[list[int]] = []
    for here in _growing(pairs):
        ahead = _onward(led, followed, here) if len(pairs) < _MOST else ()
        onward.append([number(each) for each in ahead])
    counts = _counted(onward, first)
    ends_met = (at for at, pair in enumerate(pairs) if _is_through(led, followed, pair))
    return Walked(tuple(Reached(pairs[at], counts[at]) for at in ends_met), len(pairs) < _MOST)


def _is_through(led: Version, followed: Version, pair: Abreast) -> bool:
    return bool(pair.follower.stuck) or (is_over(led, pair.leader) and is_over(followed, pair.follower))


def _growing(pairs: list[Abreast]) -> Iterator[Abreast]:
    at = 0
    while at < len(pairs):
        yield pairs[at]
        at += 1


def _counted(onward: Sequence[Sequence[int]], first: Iterable[int]) -> list[int]:
    """How many roads lead to each; one that goes round is counted once."""
    before = [0] * len(onward)
    for targets in onward:
        for target in targets:
            before[target] += 1
    counts = [0] * len(onward)
    for start in first:
        counts[start] = 1
    ready = deque(start for start in first if not before[start])
    while ready:
        here = ready.popleft()
        for target in onward[here]:
            counts[target] += counts[here]
            before[target] -= 1
            if not before[target]:
                ready.append(target)
    return [max(count, 1) for count in counts]


def _key(led: Version, followed: Version, pair: Abreast) -> object:
    still_to_tell = tuple((q, pair.told[q][at:]) for q, at in _still_to_tell(followed, pair))
    sides = [key_of(version, side) for version, side in ((led, pair.leader), (followed, pair.follower))]
    return (*sides, still_to_tell, pair.parted, pair.unasked)


def _still_to_tell(followed: Version, pair: Abreast) -> Iterator[tuple[str, int]]:
    """Facts that the follower may yet ask for, and from which one on."""
    for question in sorted(pair.told.keys() & followed.ahead[pair.follower.session.state]):
        at = pair.follower.asked.get(question, 0)
        if at < len(pair.told[question]):
            yield question, at


# --- going on ---------------------------------------------------------------------------------------


def _begun(led: Version, followed: Version, start: Start) -> Abreast:
    leader, follower = (begun(version, start) for version in (led, followed))
    return _followed(led, followed, Abreast(leader, follower))


def _onward(led: Version, followed: Version, pair: Abreast) -> Iterator[Abreast]:
    """One more fact, in every way that the leader offers."""
    leader = pair.leader
    if is_over(led, leader) or pair.follower.stuck or _is_the_same_to_the_end(led, pair):
        return
    question = led.flow.states[leader.session.state].question
    for codes in offered(led, leader.session):
        told = {**pair.told, question: (*pair.told.get(question, ()), codes)}
        for route in GIVEN["route"] if refers(led, leader.session, codes) else ("",):
            told_all = {**told, "route": ((route,),)} if route else told
            gone_on = replace(pair, leader=pressed(led, leader, codes, route), told=told_all)
            yield _followed(led, followed, gone_on)


def _followed(led: Version, followed: Version, pair: Abreast) -> Abreast:
    """The follower, as far as it can come with what has been told, and with what nobody is going to tell."""
    side, told = pair.follower, pair.told
    to_come = frozenset[str]() if is_over(led, pair.leader) else led.ahead[pair.leader.session.state]
    while not is_over(followed, side):
        question = followed.flow.states[side.session.state].question
        at, facts = side.asked.get(question, 0), told.get(question, ())
        if at >= len(facts) and question in to_come:
            break
        if sum(side.asked.values()) > ENOUGH:
            side = replace(side, stuck=ROUND_FOR_EVER)
            break
        codes = facts[at] if at < len(facts) else beyond(followed, side.session, facts)
        side = pressed(followed, side, codes, told.get("route", (("open",),))[0][0])
    ahead = frozenset[str]() if is_over(followed, side) else followed.ahead[side.session.state]
    unasked = any(
        side.asked.get(question, 0) < len(facts) and question not in ahead
        for question, facts in told.items()
        if question != "route"
    )
    parted = pair.parted if any(pair.parted) else _parted(pair.leader.new, side.new)
    return replace(
        pair,
        leader=replace(pair.leader, new=()),
        follower=replace(side, new=()),
        parted=parted,
        unasked=unasked and not side.stuck,
    )


def _is_the_same_to_the_end(led: Version, pair: Abreast) -> bool:
    return pair.leader == pair.follower and pair.leader.session.state in led.unchanged


def _parted(leader: tuple[str, ...], follower: tuple[str, ...]) -> tuple[str, str]:
    for one, other in zip(leader, follower, strict=False):
        if one != other:
            return one, other
    return "", ""
