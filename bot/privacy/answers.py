"""Which questions there are and what can be answered, from the flows; and which of the answers an outcome holds."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import product

from bot import derived
from bot.flows.declared import title
from bot.flows.vocabulary import GIVEN, QUESTIONS
from bot.model import Answers, Flow, Text
from bot.outcome import Outcome

Say = Callable[[Text], str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question by its code, as it is put, and each closed answer with every label that it has."""

    question: str
    put: str
    choices: Mapping[str, tuple[str, ...]]


def in_an_outcome(flows: Mapping[str, Flow], say: Say) -> Iterator[Asked]:
    kept = [field.name for field in fields(Outcome)]
    return (one for one in _asked(flows, say) if one.question in kept)


def only_while_talking(flows: Mapping[str, Flow], say: Say) -> Iterator[Asked]:
    kept = [field.name for field in fields(Outcome)]
    return (one for one in _asked(flows, say) if one.question not in kept)


def found_out() -> dict[str, tuple[str, ...]]:
    """What nobody is asked and an outcome holds all the same: every code that can come of it."""
    return {
        "result": _all(derived.result, "mode", "response", "private", "interpreter", "ready"),
        "urgency": GIVEN["urgency"],
        "path": _all(derived.path, "consent", "wish"),
    }


def _all(rule: Callable[[Answers], str], *questions: str) -> tuple[str, ...]:
    """Whatever the rule says to any answers to these questions, in the order it is first said."""
    keys = [("", *QUESTIONS[question]) for question in questions]
    every = (
        {question: key for question, key in zip(questions, answers, strict=True) if key}
        for answers in product(*keys)
    )
    return tuple(dict.fromkeys(rule(answers) for answers in every))


def _asked(flows: Mapping[str, Flow], say: Say) -> Iterator[Asked]:
    """Each question once, where it is first met; an answer that several cards word differently has every label."""
    labels: dict[str, dict[str, list[str]]] = {}
    put: dict[str, str] = {}
    for flow in flows.values():
        for state in (*flow.states.values(), *flow.views.values()):
            for choice in state.choices:
                said = say(choice.label)
                known = labels.setdefault(choice.question, {}).setdefault(choice.key, [])
                if said and said not in known:
                    known.append(said)
                if state.question == choice.question:
                    put.setdefault(choice.question, title(state, say))
    for question, keys in QUESTIONS.items():
        offered = labels.get(question, {})
        yield Asked(question, put.get(question, ""), {key: tuple(offered.get(key, ())) for key in keys})
