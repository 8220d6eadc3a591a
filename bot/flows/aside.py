"""What can be answered aside on a card, through the buttons, as far as it makes a difference there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from bot import engine
from bot.flows.relevance import Relevance, Seen
from bot.flows.trying import Codes, left_view, stored
from bot.flows.vocabulary import QUESTIONS
from bot.model import Event, Guard, Session, Step


@dataclass(frozen=True, slots=True)
class Turned:
    """A conversation on the same card, with more answered; `codes` are all presses from the beginning."""

    session: Session
    met: frozenset[str]
    codes: Codes


def turned_aside(
    relevance: Relevance, session: Session, seen: Seen, met: frozenset[str], codes: Codes
) -> Iterator[Turned]:
    """The card as it is, and with everything that can be answered aside and makes a difference on it."""
    here = Turned(session, met, codes)
    yield here
    views = relevance.flow.views
    for question, choice in [(c.question, c.key) for view in views.values() for c in view.choices]:
        if question not in relevance.loose and session.answers.get(question) != choice:
            yield from _answered_aside(relevance, here, {question: choice})
    yield from _handed_over(relevance, here)
    answers, told = session.answers, set[object]()
    marks = {question: _marks_of_asking(relevance, question) - met for question in relevance.loose}
    read = [guard for guard in _read_here(relevance, session.state) if guard in seen.may_hold]
    for wished in _wishes(relevance.loose):
        new = frozenset(q for q in wished if marks[q])
        truths = (new, *(guard({**answers, **wished}) for guard in read))
        if truths not in told:
            told.add(truths)
            if wished:
                yield from _answered_aside(relevance, here, wished)


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


def _answered_aside(relevance: Relevance, here: Turned, wished: Mapping[str, str]) -> Iterator[Turned]:
    """Through the buttons, as a person does it; nothing where one of the answers is not offered."""
    for question, choice in wished.items():
        opened = _opened_for(relevance, here, f"{question}.{choice}")
        if opened is None:
            return
        here = opened
    yield here


def _opened_for(relevance: Relevance, here: Turned, code: str) -> Turned | None:
    flow = relevance.flow
    for name, view in flow.views.items():
        if code not in {choice.code for choice in view.choices}:
            continue
        for road in ((name, code), ("more", name, code)):
            for done in _pressed(relevance, here, road):
                if not done.session.view:
                    return done
                met = done.met | engine.card(flow, done.session).marks & relevance.owed.keys()
                session, leaving = left_view(flow, done.session)
                return Turned(session, met, (*done.codes, leaving))
    return None


# What hands something over, or calls it back, from over a card.
_DEEDS = (("ask", "done"), ("more", "ask", "done"), ("withdraw",), ("more", "withdraw"))


def _handed_over(relevance: Relevance, here: Turned) -> Iterator[Turned]:
    for road in _DEEDS:
        yield from _pressed(relevance, here, road)


def _pressed(relevance: Relevance, here: Turned, codes: Codes) -> Iterator[Turned]:
    """After these presses, with whatever the house makes of the last; nothing where one of them is not offered."""
    session, met, step = here.session, here.met, Step(here.session)
    for code in codes:
        step = engine.step(relevance.flow, session, Event("press", code, chat=1, turn=session.turn))
        if step.note == "not_offered":
            return
        session = step.session
        met |= engine.card(relevance.flow, session).marks & relevance.owed.keys()
    for last, told in stored(step):
        yield Turned(last, met, (*here.codes, *codes, *told))
