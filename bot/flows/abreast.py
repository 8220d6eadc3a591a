"""Goes through two versions of a flow abreast, with the same facts in both; what the differences mean is `against`'s.

One version leads: whatever can be answered in it is answered, each time as a fact of the situation. The other follows: it
is told each fact when it asks for it, and what it asks beyond them gets the answer of a situation in which nothing is
the matter. Pairs of conversations that nothing later tells apart, in either version, are taken as one.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot import derived, engine
from bot.flows.conditions import both, either
from bot.flows.relevance import Memory, Relevance, relevance, seen
from bot.flows.ticks import domain
from bot.flows.trees import Domain, Trees
from bot.flows.vocabulary import GIVEN
from bot.model import Answers, Event, Flow, Guard, Session, State

Codes = tuple[str, ...]  # what is pressed on one card: an answer, or any number of ticks
Told = Mapping[str, tuple[Codes, ...]]  # the facts by question, once for each time that it was asked

DUTY = "duty"
ROUND_FOR_EVER = "round"
_REFERENCE = "ab12cd"  # of whatever is handed over
_ENOUGH = 80  # cards; no conversation that comes to an end comes near it

# What is answered where the situation says nothing of it; the level is the proposed one.
_NOTHING_THE_MATTER: Mapping[str, str] = {
    "danger": "no", "child_danger": "no", "honour": "no", "children": "no", "safe_today": "yes", "gate": "ok",
    "exposure": "unknown", "suspected": "unknown", "who": "unknown", "wish": "later", "consent": "none",
    "next": "none",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Side:
    """Where one version is. `asked` counts each question, `new` are the cards that came with the last fact, `stuck` is a
    fact that its card does not take."""

    session: Session
    met_duty: bool = False
    does: tuple[str, ...] = ()
    asked: Mapping[str, int] = field(default_factory=dict)
    new: tuple[str, ...] = ()
    stuck: str = ""


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
class _Version:
    """A flow, what matters in it, when a card is a duty card, and the questions still to come from each card."""

    flow: Flow
    relevance: Relevance
    duty: Mapping[str, Guard]
    ahead: Mapping[str, frozenset[str]]


def walk(leader: Flow, follower: Flow, entry: str, given: Answers, ends: Sequence[Guard]) -> list[Reached]:
    """Every end, that of the shortest conversation first. `ends` are the conditions that outcomes differ by."""
    led, followed = _versions(leader, follower, ends)
    found: dict[object, int] = {}
    pairs: list[Abreast] = []
    onward: list[list[int]] = []

    def number(pair: Abreast) -> int:
        at = found.setdefault(_key(led, followed, pair), len(pairs))
        if at == len(pairs):
            pairs.append(pair)
        return at

    number(_begun(led, followed, entry, given))
    for here in _growing(pairs):
        onward.append([number(each) for each in _onward(led, followed, here)])
    counts = _counted(onward)
    return [Reached(pair, counts[at]) for at, pair in enumerate(pairs) if not onward[at]]


def _growing(pairs: list[Abreast]) -> Iterator[Abreast]:
    at = 0
    while at < len(pairs):
        yield pairs[at]
        at += 1


def _counted(onward: Sequence[Sequence[int]]) -> list[int]:
    """How many roads lead to each, from the first; one that goes round is counted once."""
    before = [0] * len(onward)
    for targets in onward:
        for target in targets:
            before[target] += 1
    counts = [1, *[0] * (len(onward) - 1)]
    ready = deque([0])
    while ready:
        here = ready.popleft()
        for target in onward[here]:
            counts[target] += counts[here]
            before[target] -= 1
            if not before[target]:
                ready.append(target)
    return [max(count, 1) for count in counts]


# --- what matters -----------------------------------------------------------------------------------


def _versions(leader: Flow, follower: Flow, ends: Sequence[Guard]) -> tuple[_Version, _Version]:
    """Nothing is answered aside here, so that every answer counts from where it is given; and the ticks that one version
    tells apart are told apart in both."""
    both_flows = [(flow, _relevance(replace(flow, views={}), ends)) for flow in (leader, follower)]
    read = {guard for _, each in both_flows for guards in each.watched.values() for guard in guards}
    shared = domain(read)
    first, second = (_version(flow, each, shared) for flow, each in both_flows)
    return first, second


def _relevance(flow: Flow, ends: Sequence[Guard]) -> Relevance:
    watched = {name: ends if state.ends else (_says_duty(state),) for name, state in flow.states.items()}
    return relevance(flow, watched, {})


def _version(flow: Flow, found: Relevance, shared: Domain) -> _Version:
    questions = {name: state.question for name, state in flow.states.items()}
    ahead = {name: frozenset(questions[card] for card in _ahead(found, name)) for name in flow.states}
    shares = replace(found, domain=shared, memory=Memory(Trees(shared)))
    return _Version(flow, shares, {name: _says_duty(state) for name, state in flow.states.items()}, ahead)


def _ahead(found: Relevance, state: str) -> set[str]:
    met, waiting = {state}, [state]
    while waiting:
        targets = {way.target for road in found.ways.get(waiting.pop(), ()) for way in road}
        waiting += targets - met
        met |= targets
    return met


def _says_duty(state: State) -> Guard:
    if DUTY in state.marks:
        return both(())
    return either([both(line.when) for line in state.lines if DUTY in line.marks])


def _key(led: _Version, followed: _Version, pair: Abreast) -> object:
    still_to_tell = tuple((q, pair.told[q][at:]) for q, at in _still_to_tell(followed, pair))
    sides = [_side_key(version, side) for version, side in ((led, pair.leader), (followed, pair.follower))]
    return (*sides, still_to_tell, pair.parted, pair.unasked)


def _side_key(version: _Version, side: Side) -> object:
    matters = seen(version.relevance, side.session.state, side.session.answers, frozenset()).key
    return matters, side.met_duty, side.does, side.stuck


def _still_to_tell(followed: _Version, pair: Abreast) -> Iterator[tuple[str, int]]:
    """Facts that the follower may yet ask for, and from which one on: the last is told again to whoever asks again."""
    asked = pair.follower.asked
    for question in sorted(pair.told.keys() & followed.ahead[pair.follower.session.state]):
        yield question, min(asked.get(question, 0), len(pair.told[question]) - 1)


# --- going on ---------------------------------------------------------------------------------------


def _begun(led: _Version, followed: _Version, entry: str, given: Answers) -> Abreast:
    leader, follower = (_begun_side(version, entry, given) for version in (led, followed))
    return _followed(led, followed, Abreast(leader, follower))


def _begun_side(version: _Version, entry: str, given: Answers) -> Side:
    session = engine.begin(version.flow, entry, 1, given, _REFERENCE if given else "")
    return _arrived(version, Side(session), session)


def _onward(led: _Version, followed: _Version, pair: Abreast) -> Iterator[Abreast]:
    """One more fact, in every way that the leader offers."""
    leader = pair.leader
    if _over(led, leader) or pair.follower.stuck:
        return
    question = led.flow.states[leader.session.state].question
    for codes in _offered(led, leader.session):
        told = {**pair.told, question: (*pair.told.get(question, ()), codes)}
        for route in GIVEN["route"] if _refers(led, leader.session, codes) else ("",):
            told_all = {**told, "route": ((route,),)} if route else told
            gone_on = replace(pair, leader=_pressed(led, leader, codes, route), told=told_all)
            yield _followed(led, followed, gone_on)


def _followed(led: _Version, followed: _Version, pair: Abreast) -> Abreast:
    """The follower, as far as it can come with what has been told; when the leader is through, to its end."""
    side, told, through = pair.follower, pair.told, _over(led, pair.leader)
    while not _over(followed, side):
        question = followed.flow.states[side.session.state].question
        at, facts = side.asked.get(question, 0), told.get(question, ())
        if at >= len(facts) and not through:
            break
        if sum(side.asked.values()) > _ENOUGH:
            side = replace(side, stuck=ROUND_FOR_EVER)
            break
        codes = facts[at] if at < len(facts) else _beyond(followed, side.session, facts)
        side = _pressed(followed, side, codes, told.get("route", (("open",),))[0][0])
    ahead = frozenset[str]() if _over(followed, side) else followed.ahead[side.session.state]
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


def _parted(leader: tuple[str, ...], follower: tuple[str, ...]) -> tuple[str, str]:
    for one, other in zip(leader, follower, strict=False):
        if one != other:
            return one, other
    return "", ""


def _over(version: _Version, side: Side) -> bool:
    return bool(side.stuck) or version.flow.states[side.session.state].ends


def _pressed(version: _Version, side: Side, codes: Codes, route: str) -> Side:
    """A fact is told; a card without answers is left by its only way."""
    state, session, does = version.flow.states[side.session.state], side.session, side.does
    if not state.many and len(codes) != 1:
        return replace(side, stuck=state.question)
    for code in (*codes, "done") if state.many else codes:
        step = engine.step(version.flow, session, Event("press", code, chat=1, turn=session.turn))
        if step.note == "not_offered":
            return replace(side, stuck=code)
        session, does = step.session, (*does, *step.does)
    if session.view:
        session = replace(session, view="")
    if "refer" in does[len(side.does) :]:
        session = replace(session, given={**session.given, "route": route or "open"}, reference=_REFERENCE)
    asked = {**side.asked, state.question: side.asked.get(state.question, 0) + 1}
    return _arrived(version, replace(side, does=does, asked=asked), session)


def _arrived(version: _Version, side: Side, session: Session) -> Side:
    new, met, state = side.new, side.met_duty, version.flow.states[session.state]
    while True:
        new, met = (*new, state.name), met or version.duty[state.name](session.answers)
        if state.ends or state.many or len(new) > _ENOUGH or any(_offered_codes(state, session)):
            break
        step = engine.step(version.flow, session, Event("press", "next", chat=1, turn=session.turn))
        session, state = step.session, version.flow.states[step.session.state]
    return replace(side, session=session, new=new, met_duty=met)


def _offered_codes(state: State, session: Session) -> Iterator[str]:
    answers = session.answers
    for choice in state.choices:
        if all(guard(answers) for guard in choice.when):
            yield choice.code


def _offered(version: _Version, session: Session) -> Iterator[Codes]:
    state = version.flow.states[session.state]
    if state.many:
        for ticks in version.relevance.domain[state.question]:
            if ticks is not None:
                yield tuple(f"{state.question}.{tick}" for tick in ticks)
        return
    yield from ((code,) for code in dict.fromkeys(_offered_codes(state, session)))
    if state.moves is not None:
        yield ("next",)


def _refers(version: _Version, session: Session, codes: Codes) -> bool:
    choices = version.flow.states[session.state].choices
    return any(choice.code in codes and choice.does == "refer" for choice in choices)


def _beyond(version: _Version, session: Session, facts: tuple[Codes, ...]) -> Codes:
    """The answer to what the situation says nothing of: what was said before, or that nothing is the matter."""
    state = version.flow.states[session.state]
    if state.many:
        return facts[-1] if facts else ()
    offered = list(_offered_codes(state, session))
    usual = _NOTHING_THE_MATTER.get(state.question, "")
    if state.question == "level":
        usual = derived.proposed_level(session.answers)
    wished = [*(facts[-1] if facts else ()), f"{state.question}.{usual}"]
    return (next((code for code in wished if code in offered), offered[0]),)
