"""Invented situations to practise on, and where an employee's way parts from the professional's; pure, and nothing of
it is kept: a practised conversation is told from a real one by the place it is open in."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from bot import derived, engine, packing
from bot.model import Answers, Event, Flow, Session, Text, Value

PLACE = "practice"  # where a practised conversation is open; no referral is ever called so
SITUATION = "situation"  # which one it is, known before the first question
TOGETHER = "together"  # that it is her unit's round
ALL = "all"  # in place of an answer: how many were asked

# As the scenarios' README says: how a question is answered that a situation does not speak of.
UNSAID: Mapping[str, Value] = {
    "danger": "no", "child_danger": "no", "honour": "no", "children": "no", "safe_today": "yes", "gate": "ok",
    "exposure": "unknown", "suspected": "unknown", "who": "unknown", "wish": "later", "consent": "none", "next": "none",
}  # fmt: skip
_ACTS = frozenset({"notified", "today", "earlier", "advice_first"})  # each of them acts on the duty
_LONGEST = 80  # presses; more than any conversation takes


@dataclass(frozen=True, slots=True)
class Situation:
    """`facts` are the professional's answers; `leaves_at` the question at which she has to stop; `reasons` why she
    answers so, by question; `cited` is shown as it stands."""

    id: str
    title: Text
    told: Text
    facts: Mapping[str, Value]
    leaves_at: str = ""
    reasons: Mapping[str, Text] = field(default_factory=dict)
    cited: str = ""

    @property
    def key(self) -> str:
        """The id as a button can carry it."""
        return self.id.replace("-", "")


@dataclass(frozen=True, slots=True)
class News:
    """What is new for those who were admitted before that day."""

    on: date
    said: Text


@dataclass(frozen=True, slots=True)
class Walked:
    """A practice that is over, and the page of the comparison, 0 being the first. `stopped`: she left it on the way."""

    situation: Situation
    answers: Answers
    stopped: bool = False
    page: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    question: str
    hers: Value
    professionals: Value


def is_practice(session: Session) -> bool:
    return session.reference == PLACE


def written(flow: Flow, walked: Walked) -> str:
    """As a button can carry it, because it is kept nowhere."""
    return f"{walked.page}{int(walked.stopped)}{_sign(walked.situation)}{packing.pack(flow, walked.answers)}"


def read(flow: Flow, situations: Mapping[str, Situation], text: str) -> Walked | None:
    """None for what `written` has not made of this flow and these situations."""
    page, stopped, sign = text[:1], text[1:2], text[2:5]
    answers = packing.unpack(flow, text[5:])
    situation = next((one for one in situations.values() if _sign(one) == sign), None)
    if not page.isdecimal() or stopped not in ("0", "1") or situation is None or answers is None:
        return None
    return Walked(situation, answers, stopped == "1", int(page))


def _sign(situation: Situation) -> str:
    """Three letters that tell a situation from the others, also when another version has more of them."""
    return hashlib.sha256(situation.key.encode()).hexdigest()[:3]


def professional(flow: Flow, situation: Situation) -> Answers:
    """The answers on the professional's way, by the flow itself."""
    session = engine.begin(flow, next(iter(flow.entries)), 1)
    for _ in range(_LONGEST):
        state = flow.states[session.state]
        if state.ends or (state.question == situation.leaves_at and not session.view):
            break
        for code in _pressed(flow, session, situation):
            session = engine.step(flow, session, Event("press", code, 0, turn=session.turn)).session
    return session.answers


def _pressed(flow: Flow, session: Session, situation: Situation) -> Iterator[str]:
    state = flow.states[session.state]
    if session.view:
        yield "next"
    elif state.many:
        ticked = situation.facts.get(state.question, ())
        yield from (f"{state.question}.{key}" for key in ticked)
        yield "done"
    elif state.choices:
        said = situation.facts.get(state.question, UNSAID.get(state.question, ""))
        yield f"{state.question}.{said or derived.proposed_level(session.answers)}"
    else:
        yield "next"


def differences(flow: Flow, situation: Situation, hers: Answers) -> list[Difference]:
    """In the order of the professional's way: the questions that both were asked and answered otherwise, where it
    matters here, which is where the situation has a reason to give. What one of them was never asked follows from an
    earlier answer, and is not told a second time."""
    way = professional(flow, situation)
    asked = [question for question in way if question in situation.reasons and question in hers]
    found = (Difference(question, hers[question], way[question]) for question in asked)
    return [one for one in found if not _agree(one)]


def choices(situation: Situation, answers: Answers) -> Iterator[tuple[str, str]]:
    """What was answered to the questions that the situation is about, tick by tick; "" where nothing was ticked."""
    for question in situation.reasons:
        value = answers.get(question)
        if value is not None:
            yield question, ALL
        if isinstance(value, str):
            yield question, value
        elif value is not None:
            yield from ((question, key) for key in value or ("",))


def leaves_less(flow: Flow, situation: Situation, hers: Answers) -> bool:
    """The professional's way leaves a reminder of the duty, and hers would not, although she has not notified."""
    way = professional(flow, situation)
    return derived.duty_is_open(way) and not derived.duty_is_open(hers) and hers.get("duty") not in _ACTS


def _agree(one: Difference) -> bool:
    if isinstance(one.hers, tuple):
        return set(one.hers) == set(one.professionals)
    both_act = one.question == "duty" and {one.hers, one.professionals} <= _ACTS
    return one.hers == one.professionals or both_act
