"""One version of a flow by itself: where a conversation is in it, what it can be told next, and what matters from there
on. Two of them are brought together in `abreast`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot import derived, engine
from bot.flows.conditions import both, either
from bot.flows.relevance import Relevance, relevance, seen
from bot.flows.ticks import domain
from bot.flows.trees import Domain
from bot.flows.vocabulary import MANY, QUESTIONS
from bot.model import START, Answers, Event, Flow, Guard, Session, State

Codes = tuple[str, ...]  # what is pressed on one card: an answer, or any number of ticks
Start = tuple[str, Answers]  # an entry, and what the house knows beforehand

DUTY = "duty"
ENOUGH = 80  # cards; no conversation that comes to an end comes near it
_REFERENCE = "ab12cd"  # of whatever is handed over

# What is answered where the situation says nothing of it; the level is the proposed one.
_NOTHING_THE_MATTER: Mapping[str, str] = {
    "danger": "no", "child_danger": "no", "honour": "no", "children": "no", "safe_today": "yes", "gate": "ok",
    "exposure": "unknown", "suspected": "unknown", "who": "unknown", "wish": "later", "consent": "none",
    "next": "none",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Side:
    """Where one version is. `asked` counts each question, `new` are the cards that came with the last fact, `stuck` is
    a fact that its card does not take."""

    session: Session
    met_duty: bool = False
    does: tuple[str, ...] = ()
    asked: Mapping[str, int] = field(default_factory=dict)
    new: tuple[str, ...] = ()
    stuck: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """A flow, what matters in it, when a card is a duty card, and the questions still to come from each card. From
    `unchanged` cards on the other version is the same in all but its words."""

    flow: Flow
    relevance: Relevance
    duty: Mapping[str, Guard]
    ahead: Mapping[str, frozenset[str]]
    unchanged: frozenset[str]


def begun(version: Version, start: Start) -> Side:
    entry, given = start
    session = engine.begin(version.flow, entry, 1, given, _REFERENCE if given else "")
    return _arrived(version, Side(session), session)


def is_over(version: Version, side: Side) -> bool:
    return bool(side.stuck) or version.flow.states[side.session.state].ends


def pressed(version: Version, side: Side, codes: Codes, route: str) -> Side:
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


def _arrived(version: Version, side: Side, session: Session) -> Side:
    new, met, state = side.new, side.met_duty, version.flow.states[session.state]
    while True:
        new, met = (*new, state.name), met or version.duty[state.name](session.answers)
        if state.ends or state.many or len(new) > ENOUGH or any(_offered_codes(state, session)):
            break
        step = engine.step(version.flow, session, Event("press", "next", chat=1, turn=session.turn))
        session, state = step.session, version.flow.states[step.session.state]
    return replace(side, session=session, new=new, met_duty=met)


def _offered_codes(state: State, session: Session) -> Iterator[str]:
    answers = session.answers
    for choice in state.choices:
        if all(guard(answers) for guard in choice.when):
            yield choice.code


def offered(version: Version, session: Session) -> Iterator[Codes]:
    """Each answer; of ticks each alone, and the combinations that a condition can tell apart."""
    state = version.flow.states[session.state]
    codes = dict.fromkeys(_offered_codes(state, session))
    if state.many:
        for ticks in version.relevance.domain[state.question]:
            if ticks is not None and {f"{state.question}.{tick}" for tick in ticks} <= codes.keys():
                yield tuple(f"{state.question}.{tick}" for tick in ticks)
        return
    yield from ((code,) for code in codes)
    if state.moves is not None:
        yield ("next",)


def refers(version: Version, session: Session, codes: Codes) -> bool:
    choices = version.flow.states[session.state].choices
    return any(choice.code in codes and choice.does == "refer" for choice in choices)


def beyond(version: Version, session: Session, facts: tuple[Codes, ...]) -> Codes:
    """The answer to what the situation says nothing of: what was said before, or that nothing is the matter."""
    state = version.flow.states[session.state]
    if state.many:
        return facts[-1] if facts else ()
    codes = list(_offered_codes(state, session))
    usual = _NOTHING_THE_MATTER.get(state.question, "")
    if state.question == "level":
        usual = derived.proposed_level(session.answers)
    wished = [*(facts[-1] if facts else ()), f"{state.question}.{usual}"]
    return (next((code for code in wished if code in codes), codes[0]),)


# --- what matters -----------------------------------------------------------------------------------


def versions(leader: Flow, follower: Flow, ends: Sequence[Guard]) -> tuple[Version, Version]:
    """Nothing is answered aside here, so that every answer counts from where it is given; and the ticks that one
    version tells apart are told apart in both. Each tick is made alone too: one version may not have it."""
    both_flows = [(flow, _relevance(flow, ends)) for flow in (leader, follower)]
    read = {guard for _, each in both_flows for guards in each.watched.values() for guard in guards}
    told = domain(read)
    alone = {question: tuple((key,) for key in QUESTIONS[question]) for question in MANY}
    shared = {**told, **{q: tuple(dict.fromkeys((*told[q], *ticks))) for q, ticks in alone.items()}}
    unchanged = _unchanged(leader, follower, both_flows[0][1])
    first, second = (_version(flow, ends, shared, unchanged) for flow in (leader, follower))
    return first, second


def _unchanged(one: Flow, other: Flow, found: Relevance) -> frozenset[str]:
    same = {name for name in one.states if name in other.states and _build(one, name) == _build(other, name)}
    return frozenset(name for name in one.states if _ahead(found, name) <= same)


def are_one(one: Flow, other: Flow) -> bool:
    """Whether they differ in words alone."""
    if (one.states.keys(), one.entries) != (other.states.keys(), other.entries):
        return False
    cards = all(_build(one, name) == _build(other, name) for name in one.states)
    return cards and _ways(one, START) == _ways(other, START)


def _build(flow: Flow, name: str) -> object:
    """All of a card that is not words: what it asks, when it offers what, what follows, and where it leads."""
    state = flow.states[name]
    choices = [
        (choice.code, dict(choice.sets), choice.does, bool(choice.opens), choice.when)
        for choice in state.choices
    ]
    kind = (state.question, state.many, state.ends, state.moves is None, _says_duty(state))
    return kind, choices, _ways(flow, name)


def _ways(flow: Flow, name: str) -> object:
    events: Mapping[str, Any] = flow.machine.events
    return {
        trigger: [(one.dest, [each.func for each in one.conditions]) for one in event.transitions[name]]
        for trigger, event in events.items()
        if name in event.transitions
    }


def _relevance(flow: Flow, ends: Sequence[Guard], shared: Domain | None = None) -> Relevance:
    watched = {name: ends if state.ends else (_says_duty(state),) for name, state in flow.states.items()}
    return relevance(replace(flow, views={}), watched, {}, shared)


def _version(flow: Flow, ends: Sequence[Guard], shared: Domain, unchanged: frozenset[str]) -> Version:
    found = _relevance(flow, ends, shared)
    questions = {name: state.question for name, state in flow.states.items()}
    ahead = {name: frozenset(questions[card] for card in _ahead(found, name)) for name in flow.states}
    duty = {name: _says_duty(state) for name, state in flow.states.items()}
    return Version(flow, found, duty, ahead, unchanged)


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


def key_of(version: Version, side: Side) -> object:
    matters = seen(version.relevance, side.session.state, side.session.answers, frozenset()).key
    return matters, side.met_duty, side.does, side.stuck
