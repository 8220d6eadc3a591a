"""The dialogue itself, pure: (flow, session, event) -> step. No clock, no database, no Telegram, no words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bot import controls, showing
from bot.model import (
    START,
    Answered,
    Answers,
    Button,
    Card,
    Choice,
    Event,
    Flow,
    Guard,
    Session,
    State,
    Step,
)

STOPPED = "stopped"

_HIDDEN, _ROOM, _PAPERS, _EMERGENCY = "hide", "hide.room", "hide.papers", "hide.acute"


@dataclass(slots=True)
class _Cursor:
    """What `transitions` moves: thrown away after each move, so that a machine holds nobody."""

    state: str


def begin(flow: Flow, entry: str, turn: int, given: Answers | None = None, reference: str = "") -> Session:
    """A new session on the first card of an entry; `given` is known beforehand, as a referral's answers."""
    known = {**flow.entries[entry].sets, **(given or {})}
    first = _fire(flow, START, f"begin.{entry}", known)
    return Session(flow.name, first, turn, given=known, reference=reference)


def step(flow: Flow, session: Session, event: Event) -> Step:
    if event.turn != session.turn:
        return Step(session, note="stale")
    if "." in event.code:
        choice = _offered(flow, session, event.code)
        return Step(session, note="not_offered") if choice is None else _choose(flow, session, choice)
    if event.code not in controls.offered(flow, session):
        return Step(session, note="not_offered")
    return _CONTROLS[event.code](flow, session)


def stop(flow: Flow, session: Session) -> Step:
    """Leave where one is, by the control or by a command."""
    return Step(stopped(session), ended=True)


def stopped(session: Session) -> Session:
    """As it ends where nobody answers any more: also by being away too long, or in a newer version."""
    return _turned(session, state=STOPPED, view="", ticks=())


def card(flow: Flow, session: Session) -> Card:
    """The screen that a session is on, in codes and Danish msgids."""
    if session.view == "why" or showing.is_open(session.view):
        return _card_beside(flow, session)
    state, answers = _shown(flow, session), session.answers
    lines = tuple(line for line in state.lines if _all(line.when, answers))
    choices = tuple(
        Button(choice.code, choice.label, ticked=state.many and choice.key in session.ticks)
        for choice in state.choices
        if _all(choice.when, answers)
    )
    marks = state.marks.union(*(line.marks for line in lines))
    named = (controls.button(flow, name, state) for name in controls.offered(flow, session))
    return Card(lines, choices, tuple(named), marks)


def _shown(flow: Flow, session: Session) -> State:
    return flow.views.get(view_of(session)) or flow.states[session.state]


def view_of(session: Session) -> str:
    """The flow's view that is shown: the emergency card is one and the same, also over the hidden screen."""
    if showing.asks_for_a_language(session.view):
        return showing.LANGUAGES
    return "acute" if session.view == _EMERGENCY else session.view


def _card_beside(flow: Flow, session: Session) -> Card:
    state, answers = flow.states[session.state], session.answers
    shown, place = tuple(line for line in state.why if _all(line.when, answers)), None
    if showing.is_open(session.view):
        every = showing.words(state, answers)
        number = min(showing.number(session.view), len(every))
        shown, place = every[number - 1 : number], (number, len(every))
    marks = frozenset[str]().union(*(line.marks for line in shown))
    named = (controls.button(flow, name, state, beside=True) for name in controls.offered(flow, session))
    return Card(shown, (), tuple(named), marks, showing=place)


# --- answering --------------------------------------------------------------------------------------


def _offered(flow: Flow, session: Session, code: str) -> Choice | None:
    """The choice that a press names, if the card that is shown has it; what was forged or is old has none."""
    if session.view == "why" or showing.is_open(session.view):
        return None
    answers = session.answers
    for choice in _shown(flow, session).choices:
        if choice.code == code and _all(choice.when, answers):
            return choice
    return None


def _choose(flow: Flow, session: Session, choice: Choice) -> Step:
    state = flow.states[session.state]
    if session.view:
        return _aside(session, choice)
    if state.many:
        ticked = set(session.ticks) ^ {choice.key}
        in_order = tuple(each.key for each in state.choices if each.key in ticked)
        return Step(replace(session, ticks=in_order))
    return _answer(flow, session, choice.code, {choice.question: choice.key, **choice.sets}, choice)


def _aside(session: Session, choice: Choice) -> Step:
    """An answer given in a view: it counts, and the question that was interrupted is asked again. Of several to one
    question on one card only the last is kept; those before an earlier card stay, so that back forgets no more than
    what it goes back over."""
    answered = Answered(session.state, {choice.question: choice.key, **choice.sets}, aside=True)
    at = len(session.trail)
    while at > session.sealed and session.trail[at - 1].aside:
        at -= 1
    here = tuple(one for one in session.trail[at:] if choice.question not in one.answers)
    trail = (*session.trail[:at], *here, answered)
    return Step(_turned(session, trail=trail, view=choice.opens), note="aside")


def _answer(
    flow: Flow, session: Session, trigger: str, answers: Answers, choice: Choice | None = None
) -> Step:
    trail = (*session.trail, Answered(session.state, answers))
    merged = {**session.answers, **answers}
    target = _fire(flow, session.state, trigger, merged)
    does = (choice.does,) if choice is not None and choice.does else ()
    moved = _turned(
        session,
        state=target,
        trail=trail,
        ticks=(),
        view=choice.opens if choice is not None else "",
        sealed=len(trail) if does else session.sealed,
    )
    return Step(moved, does=does, ended=flow.states[target].ends)


# --- controls ---------------------------------------------------------------------------------------


def _back(flow: Flow, session: Session) -> Step:
    if showing.asks_for_a_language(session.view):
        return Step(_turned(session, view=showing.as_words(session.view)))
    if session.view:
        return Step(_turned(session, view=_HIDDEN if session.is_hidden else ""))
    if all(one.aside for one in session.trail[session.sealed :]):
        return Step(session, note="sealed" if session.sealed else "first")
    at = max(i for i, one in enumerate(session.trail) if i >= session.sealed and not one.aside)
    return Step(_turned(session, state=session.trail[at].state, trail=session.trail[:at], ticks=()))


def _next(flow: Flow, session: Session) -> Step:
    if session.view:
        return Step(_turned(session, view=_HIDDEN if session.is_hidden else ""))
    return _answer(flow, session, "next", {})


def _done(flow: Flow, session: Session) -> Step:
    if session.view == "ask":
        asked = Answered(session.state, {"asked": "advice"}, aside=True)
        trail = (*session.trail, asked)
        sealed = _turned(session, trail=trail, view="", sealed=len(trail))
        return Step(sealed, does=("refer",), note="asked")
    return _answer(flow, session, "done", {flow.states[session.state].question: session.ticks})


def withdraw(flow: Flow, session: Session) -> Step:
    """The hand-over is called back. On its own card the question of consent is asked again; later, the
    answers given since stay, and the consent becomes none."""
    trail = session.trail
    state = session.state
    if "sent" in flow.states[state].marks:
        at = max(i for i, one in enumerate(trail) if "consent" in one.answers)
        state, trail = trail[at].state, trail[:at]
    still = (
        _without_consent(one)
        for one in trail
        if one.aside
        or "sent" not in flow.states[one.state].marks  # that card would say what is not so any more
    )
    kept = tuple(one for one in still if one.answers or not one.aside)
    view = session.view if session.is_hidden else ""
    asked_again = _turned(session, state=state, trail=kept, ticks=(), view=view, sealed=0)
    return Step(asked_again, does=("withdraw",), note="withdrawn")


def _without_consent(answered: Answered) -> Answered:
    kept = {q: v for q, v in answered.answers.items() if q != "asked"}
    if "consent" in kept:
        kept["consent"] = "none"
    return replace(answered, answers=kept)


def _view(name: str) -> Callable[[Flow, Session], Step]:
    def show(flow: Flow, session: Session) -> Step:
        return Step(_turned(session, view=name))

    return show


def _show(flow: Flow, session: Session) -> Step:
    """From a card its first sentence; from a sentence the next one."""
    every = showing.words(flow.states[session.state], session.answers)
    return Step(_turned(session, view=showing.next_after(session.view, every)))


def shown_in(flow: Flow, session: Session, language: str) -> Step:
    """The citizen's language is chosen, where it is asked for: the same sentence, in that one, as all others from now
    on in this conversation."""
    if not showing.asks_for_a_language(session.view):
        return Step(session, note="not_offered")
    given = {**session.given, showing.SHOWN_IN: language}
    return Step(_turned(session, given=given, view=showing.as_words(session.view)))


def _hide(flow: Flow, session: Session) -> Step:
    """Over a card the hidden screen; on that first the room, and pressed there again the card."""
    following = {_HIDDEN: _ROOM, _PAPERS: _ROOM, _ROOM: ""}
    return Step(_turned(session, view=following.get(session.view, _HIDDEN)))


def covered(session: Session) -> Session:
    """As after `hide`, without a press."""
    return _turned(session, view=_HIDDEN)


def _more(flow: Flow, session: Session) -> Step:
    if showing.is_open(session.view):
        return Step(_turned(session, view=showing.as_languages(session.view)))
    return Step(_turned(session, view=_PAPERS if session.is_hidden else "more"))


def _acute(flow: Flow, session: Session) -> Step:
    return Step(_turned(session, view=_EMERGENCY if session.is_hidden else "acute"))


_CONTROLS: dict[str, Callable[[Flow, Session], Step]] = {
    "back": _back,
    "next": _next,
    "done": _done,
    "why": _view("why"),
    "show": _show,
    "acute": _acute,
    "hide": _hide,
    "more": _more,
    "notify": _view("notify"),
    "ask": _view("ask"),
    "stop": stop,
    "withdraw": withdraw,
}


# --- moving -----------------------------------------------------------------------------------------


def _fire(flow: Flow, state: str, trigger: str, answers: Answers) -> str:
    cursor = _Cursor(state)
    flow.machine.events[trigger].trigger(cursor, answers)
    return cursor.state


def _turned(session: Session, **changes: object) -> Session:
    """The session after a press that counts."""
    return replace(session, turn=session.turn + 1, **changes)  # type: ignore[arg-type]


def _all(guards: Iterable[Guard], answers: Answers) -> bool:
    return all(guard(answers) for guard in guards)
