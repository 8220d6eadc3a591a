"""Every conversation that a flow allows, by the real engine, those that nothing later tells apart taken as one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from heapq import heappop, heappush
from itertools import product

from bot import engine
from bot.flows.relevance import Relevance, Seen, seen
from bot.flows.vocabulary import GIVEN, QUESTIONS
from bot.model import Answers, Card, Event, Flow, Guard, Session, Step

REFERENCE = "ab12cd"  # of whatever is handed over while exploring
Codes = tuple[str, ...]


@dataclass(frozen=True)
class Press:
    """One event on one card, and what came of it. `codes` are all presses from the beginning; `met` are the marks
    met on the road before it; `looks` says that it was tried and taken back, not gone on from; `came_from` is the
    card before this one, as it was left."""

    flow: Flow
    before: Session
    event: Event
    step: Step
    codes: Codes
    met: frozenset[str] = frozenset()
    looks: bool = False
    came_from: Session | None = None

    @property
    def code(self) -> str:
        return self.event.code

    @property
    def after(self) -> Session:
        return self.step.session

    @cached_property
    def card(self) -> Card:
        return engine.card(self.flow, self.after)

    @cached_property
    def card_before(self) -> Card:
        return engine.card(self.flow, self.before)


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
    """The pair that a conversation has come to. A new one waits to be gone on from, the shortest conversation first; one
    that still waits is come to by the shorter of two."""
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
    for tried in _tried(flow, pair, session):
        search.found.presses += 1
        search.eyes.press(tried)
    for turned in _turned_aside(search, session, pair):
        if turned.codes == pair.codes:
            _answer(search, turned, pair)
            continue
        met = _arrive(search, turned.session, turned.met, turned.codes, True, pair.came_from)
        if met.number == pair.number:
            search.eyes.card(pair, turned.session, turned.codes)
            _answer(search, turned, pair)
        else:
            search.found.edges.append(Edge(pair.number, met.number, turned.codes[len(pair.codes) :], 0, True))


def _answer(search: _Search, here: "_Aside", pair: Pair) -> None:
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
            session = step.session
        for last, told in _stored(step):
            met, presses = here.met, 1
            road = (*done, *told)
            if last.view:
                met |= engine.card(flow, last).marks & search.relevance.owed.keys()
                last = engine.step(flow, last, Event("press", "next", chat=1, turn=last.turn)).session
                road, presses = (*road, "next"), 2
            aside = pair.aside or here.codes != pair.codes
            target = _arrive(search, last, met, road, aside, here.session)
            since = road[len(pair.codes) :]
            search.found.edges.append(
                Edge(pair.number, target.number, since, presses, here.codes != pair.codes)
            )


def _onward(search: _Search, session: Session) -> Iterator[Codes]:
    state = search.relevance.flow.states[session.state]
    if state.many:
        for ticks in search.relevance.domain[state.question]:
            if ticks is not None:
                yield (*(f"{state.question}.{tick}" for tick in ticks), "done")
        return
    card = engine.card(search.relevance.flow, session)
    yield from ((button.code,) for button in card.choices)
    if state.moves is not None:
        yield ("next",)


def _stored(step: Step) -> Iterator[tuple[Session, Codes]]:
    """What the house makes of it: a referral has somebody to go to, or nobody."""
    if "refer" not in step.does:
        yield step.session, ()
        return
    for route in GIVEN["route"]:
        given = {**step.session.given, "route": route}
        yield replace(step.session, given=given, reference=REFERENCE), (f"route={route}",)


# --- answered aside ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Aside:
    session: Session
    met: frozenset[str]
    codes: Codes


def _turned_aside(search: _Search, session: Session, pair: Pair) -> Iterator[_Aside]:
    """The card as it is, and with everything that can be answered aside and makes a difference on it."""
    here = _Aside(session, pair.met, pair.codes)
    yield here
    relevance, views = search.relevance, search.relevance.flow.views
    for question, choice in [(c.question, c.key) for view in views.values() for c in view.choices]:
        if question not in relevance.loose and session.answers.get(question) != choice:
            yield from _answered_aside(search, here, {question: choice})
    answers, told = session.answers, set[object]()
    read = [guard for guard in _read_here(relevance, session.state) if guard in pair.seen.may_hold]
    for wished in _wishes(relevance.loose):
        new = frozenset(q for q in wished if _marks_of_asking(relevance, q) - pair.met)
        truths = (new, *(guard({**answers, **wished}) for guard in read))
        if truths not in told:
            told.add(truths)
            if wished:
                yield from _answered_aside(search, here, wished)


def _wishes(loose: frozenset[str]) -> Iterator[dict[str, str]]:
    questions = sorted(loose)
    for values in product(*((None, *QUESTIONS[question]) for question in questions)):
        yield {q: value for q, value in zip(questions, values, strict=True) if value is not None}


def _read_here(relevance: Relevance, state: str) -> list[Guard]:
    """What reads a loose answer on a card, on the way from it, and at an end that follows at once."""
    read = list(relevance.watched[state])
    for target in {way.target for road in relevance.ways.get(state, ()) for way in road}:
        if relevance.flow.states[target].ends:
            read += [*relevance.watched[target], *relevance.owed.values()]
    return [guard for guard in dict.fromkeys(read) if guard.reads & relevance.loose]


def _marks_of_asking(relevance: Relevance, question: str) -> frozenset[str]:
    """The marks that may be met in the view where a question is answered aside."""
    views = [
        view for view in relevance.flow.views.values() if any(c.question == question for c in view.choices)
    ]
    marks = (marks for view in views for marks in (view.marks, *(line.marks for line in view.lines)))
    return frozenset[str]().union(*marks) & relevance.owed.keys()


def _answered_aside(search: _Search, here: _Aside, wished: Mapping[str, str]) -> Iterator[_Aside]:
    """Through the buttons, as a person does it; nothing where one of the answers is not offered."""
    for question, choice in wished.items():
        opened = _opened_for(search, here, f"{question}.{choice}")
        if opened is None:
            return
        here = opened
    yield here


def _opened_for(search: _Search, here: _Aside, code: str) -> _Aside | None:
    flow = search.relevance.flow
    for name, view in flow.views.items():
        if code not in {choice.code for choice in view.choices}:
            continue
        for road in ((name, code), ("more", name, code)):
            done = _pressed(search, here, road)
            if done is not None:
                return done if not done.session.view else _pressed(search, done, ("next",))
    return None


def _pressed(search: _Search, here: _Aside, codes: Codes) -> _Aside | None:
    session, met = here.session, here.met
    for code in codes:
        step = engine.step(search.relevance.flow, session, Event("press", code, chat=1, turn=session.turn))
        if step.note == "not_offered":
            return None
        session = step.session
        met |= engine.card(search.relevance.flow, session).marks & search.relevance.owed.keys()
    search.found.presses += len(codes)
    return _Aside(session, met, (*here.codes, *codes))


# --- tried, and taken back --------------------------------------------------------------------------

STILL = ("stale", "typed", "twice", "save-and-load", "hidden")  # events after which everything is as it was


def _tried(flow: Flow, pair: Pair, kept: Session) -> Iterator[Press]:
    """On every card: each control and each view, a press of an old card, the same press again, typed words."""
    session, road, met = pair.session, pair.codes, pair.met

    def tried(before: Session, event: Event, *codes: str) -> Press:
        return Press(
            flow, before, event, engine.step(flow, before, event), (*road, *codes), met, True, pair.came_from
        )

    def press(before: Session, code: str, *codes: str) -> Press:
        return tried(before, Event("press", code, chat=1, turn=before.turn), *codes, code)

    def still(before: Session, event: Event, named: str, *codes: str) -> Press:
        done = tried(before, event, *codes, named)
        return replace(done, event=replace(event, code=named))

    yield Press(flow, session, Event("command", "save-and-load", chat=1), Step(kept), road, met, looks=True)
    yield still(session, Event("typed", "text", chat=1), "typed")
    card = engine.card(flow, session)
    for button in (*card.choices, *card.controls):
        yield still(session, Event("press", button.code, chat=1, turn=session.turn - 1), "stale")
    for button in card.controls:
        if button.code in ("next", "done"):
            continue
        pressed = press(session, button.code)
        yield pressed
        yield still(pressed.after, pressed.event, "twice", button.code)
        yield from _within(pressed, press, still)


def _within(opened: Press, press: Callable[..., Press], still: Callable[..., Press]) -> Iterator[Press]:
    """A view, what can be opened from it, and the way back to the card."""
    if not opened.after.view:
        return
    here, code = opened.after, opened.code
    for button in opened.card.controls:
        if code == "hide" and button.code in ("back", "more"):
            yield still(here, Event("press", button.code, chat=1, turn=here.turn), "hidden", code)
        elif button.code in ("next", "back", "hide", "acute", "stop"):
            yield press(here, button.code, code)
        elif button.code in ("notify", "ask"):
            further = press(here, button.code, code)
            yield further
            for leaving in further.card.controls:
                yield press(further.after, leaving.code, code, button.code)
