"""Whether a conversation that began in an earlier version of the flows makes sense in this one; it ends none."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from bot import engine, practice, showing
from bot.model import Answered, Answers, Flow, Guard, Line, Session, State, Value

# What the house tells a conversation about its referral; no card has to offer it.
_OF_THE_HOUSE = frozenset(
    {
        *(
            "urgency",
            "path",
            "route",
            "take",
            "contact",
            showing.SHOWN_IN,
            practice.SITUATION,
            practice.TOGETHER,
        ),
        *("assessment", "tool", "plan", "review", "offer", "answer", "due"),
    }
)
# What the engine answers by itself: when advice is asked for, and when a hand-over is called back.
_BY_ITSELF = (("asked", "advice", False), ("consent", "none", False))

Code = tuple[str, str, bool]  # a question, an answer to it, and whether it is one of several ticks


def going_on(flow: Flow | None, session: Session) -> Session | None:
    """The session as it goes on in this version of its flow: a view that is gone is closed, and back passes by the
    cards that are gone. None where the card cannot be answered, or an answer is none that the flow knows."""
    state = flow.states.get(session.state) if flow else None
    if flow is None or state is None or not (_can_be_answered(state, session) and _is_known(flow, session)):
        return None
    trail = tuple(_passed_by(flow, one) for one in session.trail)
    if "sent" in state.marks and not _leads_back_to_consent(trail):
        return None
    closed = bool(session.view) and not _is_there(flow, state, session)
    if not closed and trail == session.trail:
        return session
    # With a view its buttons go: one of them, pressed now, must not answer the card behind it. What is hidden stays so.
    turn = session.turn + closed
    left = "hide" if session.is_hidden else ""
    return replace(session, trail=trail, turn=turn, view=left if closed else session.view)


def entry_of(flow: Flow, session: Session) -> str:
    """The entry by which it began, told by what is known from the beginning; otherwise the flow's first."""
    fits = [name for name, entry in flow.entries.items() if entry.sets.keys() <= session.given.keys()]
    return max(fits or [next(iter(flow.entries))], key=lambda name: len(flow.entries[name].sets))


def _can_be_answered(state: State, session: Session) -> bool:
    answers = session.answers
    offered = state.moves is not None or any(_all(choice.when, answers) for choice in state.choices)
    ticked = set(session.ticks) <= {choice.key for choice in state.choices if state.many}
    return not state.ends and offered and ticked and _visible(state.lines, answers)


def _is_known(flow: Flow, session: Session) -> bool:
    given = {question: value for question, value in session.given.items() if question not in _OF_THE_HOUSE}
    return all(
        one in _known(flow)
        for answers in (given, *(answered.answers for answered in session.trail))
        for question, value in answers.items()
        for one in _single(question, value)
    )


def _single(question: str, value: Value) -> Iterator[Code]:
    """One of several ticks is not the same as the only answer, even with the same code."""
    if isinstance(value, str):
        yield question, value, False
    else:
        yield question, "", True
        yield from ((question, tick, True) for tick in value)


@lru_cache(maxsize=16)  # it is asked at every press, and the flows of a house never change
def _known(flow: Flow) -> frozenset[Code]:
    return frozenset((*_BY_ITSELF, *_offered(flow)))


def _offered(flow: Flow) -> Iterator[Code]:
    for entry in flow.entries.values():
        yield from _answered(entry.sets)
    for state in (*flow.states.values(), *flow.views.values()):
        if state.many:
            yield from _single(state.question, tuple(choice.key for choice in state.choices))
        else:
            for choice in state.choices:
                yield from _answered({choice.question: choice.key, **choice.sets})


def _answered(answers: Answers) -> Iterator[Code]:
    return (one for question, value in answers.items() for one in _single(question, value))


def _passed_by(flow: Flow, answered: Answered) -> Answered:
    """What was answered on a card that is gone counts on, as what is answered aside does: nobody returns to it."""
    gone = answered.state not in flow.states
    return replace(answered, aside=True) if gone and not answered.aside else answered


def _leads_back_to_consent(trail: tuple[Answered, ...]) -> bool:
    """Calling a hand-over back on its own card asks for the consent again."""
    given = [one for one in trail if "consent" in one.answers]
    return bool(given) and not given[-1].aside


def _is_there(flow: Flow, state: State, session: Session) -> bool:
    """What is shown over the card."""
    view, answers = engine.view_of(session), session.answers
    if showing.is_open(view) or showing.asks_for_a_language(view):
        return bool(showing.words(state, answers))
    lines = flow.views[view].lines if view in flow.views else state.why if view == "why" else ()
    return _visible(lines, answers)


def _visible(lines: Iterable[Line], answers: Answers) -> bool:
    return any(_all(line.when, answers) for line in lines)


def _all(guards: Iterable[Guard], answers: Answers) -> bool:
    return all(guard(answers) for guard in guards)
