"""Every conversation that a flow allows, by the real engine, those that nothing later tells apart taken as one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from bot import engine
from bot.flows.aside import Turned, turned_aside
from bot.flows.relevance import Relevance, Seen, seen
from bot.flows.trying import REFERENCE, ROUNDS, Codes, Press, again, left_view, stored, tried
from bot.model import Answers, Event, Flow, Session

# More pairs than any flow that comes to an end has; what grows past it goes round with more answered each time.
ENOUGH = 8000


class Endless(Exception):
    """The conversations do not come to an end; carries one that goes on and on."""

    def __init__(self, codes: Codes) -> None:
        self.codes = codes


@dataclass(frozen=True, slots=True)
class Pair:
    """A card together with the answers that still matter on it; `session` is the conversation that came here first.
    `answered` are the questions with a present answer that can be changed at any moment."""

    number: int
    session: Session
    seen: Seen
    met: frozenset[str]
    codes: Codes
    aside: bool
    answered: frozenset[str]
    came_from: Session | None


@dataclass(frozen=True, slots=True)
class Edge:
    """What led from one pair to another. `codes` are all that was pressed, `presses` those that count: answers, next
    and done, also on the emergency card. `aside` says that something was answered aside among them."""

    source: int
    target: int
    codes: Codes
    presses: int
    aside: bool


@dataclass(slots=True)
class Explored:
    pairs: list[Pair] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    presses: int = 0
    views: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who looks while it goes on: at each card that is met, and at each press."""

    card: Callable[[Pair, Session, Codes], None]
    press: Callable[[Press], None]


@dataclass(slots=True)
class _Search:
    relevance: Relevance
    eyes: Eyes
    keep: Callable[[Session], Session]
    found: Explored = field(default_factory=Explored)
    known: dict[tuple[object, ...], list[int]] = field(default_factory=dict)
    left: set[int] = field(default_factory=set)
    rounds: set[tuple[str, str]] = field(
        default_factory=set
    )  # the cards on which all behind a control was tried
    waiting: list[tuple[bool, int, int]] = field(default_factory=list)  # aside, presses so far, pair


def explore(
    relevance: Relevance, givens: Mapping[str, Sequence[Answers]], eyes: Eyes, keep: Callable[[Session], Session]
) -> Explored:  # fmt: skip
    """From every entry, with whatever is given there. `keep` saves a session and loads it again; each is taken
    through it before anything is pressed on it. Roads on which nothing is answered aside are gone first, so that a
    counterexample is as plain as it can be."""
    search = _Search(relevance, eyes, keep)
    flow = relevance.flow
    for entry in flow.entries:
        for given in givens.get(f"{flow.name}.{entry}", ({},)):
            session = engine.begin(flow, entry, turn=1, given=given, reference=REFERENCE if given else "")
            told = tuple(f"{question}={value}" for question, value in given.items())
            search.found.starts.append(
                _arrive(search, session, frozenset(), (entry, *told), False, None).number
            )
    while search.waiting:
        *_, number = heappop(search.waiting)
        if number not in search.left:
            search.left.add(number)
            _leave(search, search.found.pairs[number])
    return search.found


def _arrive(
    search: _Search, session: Session, met: frozenset[str], codes: Codes, aside: bool, came_from: Session | None
) -> Pair:  # fmt: skip
    """The pair that a conversation has come to. A new one waits to be gone on from, the shortest conversation first;
    one that still waits is come to by the shorter of two."""
    met |= engine.card(search.relevance.flow, session).marks & search.relevance.owed.keys()
    answers = session.answers
    found = seen(search.relevance, session.state, answers, met)
    answered = frozenset(question for question in search.relevance.loose if question in answers)
    for number in search.known.get(found.key, ()):
        pair = search.found.pairs[number]
        if pair.answered <= answered:
            shorter = (aside, len(codes)) < (pair.aside, len(pair.codes)) and number not in search.left
            if not (shorter and pair.answered == answered):
                return pair
            break
    else:
        number = len(search.found.pairs)
        search.known.setdefault(found.key, []).append(number)
    if number > ENOUGH:
        raise Endless(codes)
    pair = Pair(number, session, found, met, codes, aside, answered, came_from)
    search.found.pairs[number : number + 1] = [pair]
    heappush(search.waiting, (aside, len(codes), number))
    return pair


def _leave(search: _Search, pair: Pair) -> None:
    flow = search.relevance.flow
    session = search.keep(pair.session)
    search.eyes.card(pair, session, pair.codes)
    if flow.states[session.state].ends:
        return
    # What the hidden screen does, and how sentences are leafed through, depends on nothing that lies beneath: once on
    # each card is enough.
    around = {code for code in ROUNDS if (session.state, code) not in search.rounds}
    offered = {button.code for button in engine.card(flow, session).controls}
    search.rounds |= {(session.state, code) for code in around & offered}
    for press in tried(flow, pair.session, session, pair.codes, pair.met, pair.came_from, around):
        search.found.presses += 1
        search.found.views.add(press.after.view)
        search.eyes.press(press)
    for turned in turned_aside(search.relevance, session, pair.seen, pair.met, pair.codes):
        search.found.presses += len(turned.codes) - len(pair.codes)
        search.found.views |= _opened_by(flow, turned.codes[len(pair.codes) :])
        if turned.codes == pair.codes:
            _answer(search, turned, pair)
            continue
        same_road = turned.session.trail[: len(session.trail)] == session.trail
        came_from = pair.came_from if same_road else None  # what is called back changes the cards before
        met = _arrive(search, turned.session, turned.met, turned.codes, True, came_from)
        if met.number == pair.number:
            search.eyes.card(pair, turned.session, turned.codes)
            _answer(search, turned, pair)
        else:
            search.found.edges.append(Edge(pair.number, met.number, turned.codes[len(pair.codes) :], 0, True))


def _answer(search: _Search, here: Turned, pair: Pair) -> None:
    """Every way on from a card; on the emergency card one goes on to what was interrupted."""
    flow = search.relevance.flow
    for codes in _onward(search, here.session):
        session, done = here.session, here.codes
        for code in codes:
            event = Event("press", code, chat=1, turn=session.turn)
            step = engine.step(flow, session, event)
            done = (*done, code)
            search.found.presses += 1
            pressed = Press(flow, session, event, step, done, here.met)
            search.eyes.press(pressed)
            search.found.views.add(step.session.view)
            if (
                step.session.turn != session.turn
            ):  # the same press again; a tick that is pressed again is taken off
                search.eyes.press(again(pressed))
            session = step.session
        for last, told in stored(step):
            met, presses = here.met, 1
            road = (*done, *told)
            if last.view:
                met |= engine.card(flow, last).marks & search.relevance.owed.keys()
                last, leaving = left_view(flow, last)
                road, presses = (*road, leaving), 2
            aside = pair.aside or here.codes != pair.codes
            target = _arrive(search, last, met, road, aside, here.session)
            since = road[len(pair.codes) :]
            search.found.edges.append(
                Edge(pair.number, target.number, since, presses, here.codes != pair.codes)
            )


def _opened_by(flow: Flow, codes: Codes) -> set[str]:
    choices = (choice for view in flow.views.values() for choice in view.choices)
    return {choice.opens for choice in choices if choice.opens and choice.code in codes}


def _onward(search: _Search, session: Session) -> Iterator[Codes]:
    state = search.relevance.flow.states[session.state]
    card = engine.card(search.relevance.flow, session)
    if state.many:
        offered = {button.code for button in card.choices}
        for ticks in search.relevance.domain[state.question]:
            codes = [f"{state.question}.{tick}" for tick in ticks or ()]
            if ticks is not None and offered.issuperset(codes):  # that one is missing, P8 says
                yield (*codes, "done")
        return
    yield from ((button.code,) for button in card.choices)
    if state.moves is not None:
        yield ("next",)
