"""Why something follows from the answers, and which single other answer would have changed it; pure, without words."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from bot import derived
from bot.model import Answers, Guard, Value

T = TypeVar("T")
Given = tuple[str, Value]  # a question and what was answered, of several ticks those that count

_REASONS = ("mode", "signs", "response", "honour", "level")
_OF_THE_DUTY = ("children", *_REASONS)
_OF_THE_LEVEL = ("mode", "response", "risk", "signs")


@dataclass(frozen=True, slots=True)
class Turn:
    """Answered so instead, and nothing else changed, it would have come out otherwise."""

    question: str
    keys: tuple[str, ...]  # any one of them; none ticked where it is empty


def duty(answers: Answers) -> str:
    """must: a child is known, and there is a reason; find_out: nobody knows whether there is one; otherwise none."""
    if not derived.duty_stands(answers):
        return "none"
    return "must" if derived.is_known_child(answers) else "find_out"


def duty_because(answers: Answers) -> list[Given]:
    """The child, and each answer that is a reason by itself."""
    if duty(answers) == "none":
        return []
    child = [("children", answers["children"])] if "children" in answers else []
    return [*child, *_alone(answers, _REASONS, derived.has_reason)]


def duty_turns(answers: Answers, offered: Mapping[str, Iterable[str]]) -> list[Turn]:
    """What would have removed the duty, or brought it about where it does not stand."""
    stands = derived.duty_stands(answers)
    asked = [question for question in _OF_THE_DUTY if question in answers]
    return list(_turns(answers, asked, offered, lambda other: derived.duty_stands(other) != stands))


def level_because(answers: Answers) -> list[Given]:
    """The answers that lead to the proposed level by themselves; what leads to a lower one stands beside it."""
    proposed = derived.proposed_level(answers)
    if proposed == "none":
        return []
    return list(
        _alone(answers, _OF_THE_LEVEL, lambda one: derived.proposed_level(_of_a_child(one)) == proposed)
    )


def urgency_because(answers: Answers) -> list[Given]:
    """The answers without which one of the reasons for haste would not hold; where two are each enough, both."""
    reasons = derived.NOW if derived.urgency(answers) == "now" else derived.SAME_DAY
    found = [
        given
        for reason in reasons
        if reason(answers)
        for given in (*_needed(answers, reason),) or (*_alone(answers, sorted(reason.reads), reason),)
    ]
    return [given for at, given in enumerate(found) if given not in found[:at]]


def _of_a_child(answers: Answers) -> Answers:
    """What stands on the ruler is about a child, which its answer alone does not say."""
    return {"mode": "child", **answers} if "risk" in answers else answers


def _alone(answers: Answers, questions: Iterable[str], holds: Callable[[Answers], bool]) -> Iterator[Given]:
    for question in questions:
        value = answers.get(question)
        if isinstance(value, tuple):
            value = tuple(key for key in value if holds({question: (key,)}))
        if value and holds({question: value}):
            yield question, value


def _needed(answers: Answers, reason: Guard) -> Iterator[Given]:
    for question in sorted(reason.reads & answers.keys()):
        if not reason({name: value for name, value in answers.items() if name != question}):
            yield question, answers[question]


def _turns(
    answers: Answers, questions: Iterable[str], offered: Mapping[str, Iterable[str]], changes: Callable[[Answers], bool]
) -> Iterator[Turn]:  # fmt: skip
    for question in questions:
        value = answers[question]
        if isinstance(value, tuple):
            if value and changes({**answers, question: ()}):
                yield Turn(question, ())
            continue
        others = [key for key in offered.get(question, ()) if key != value]
        keys = tuple(key for key in others if changes({**answers, question: key}))
        if keys:
            yield Turn(question, keys)
