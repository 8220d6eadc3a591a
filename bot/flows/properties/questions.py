"""The property of asking what must be asked: no question that the answers call for is passed by before an end."""

from collections.abc import Callable, Iterator, Mapping

from bot.flows.properties import facts
from bot.flows.properties.demands import Demand, Ground, Never, proves
from bot.model import Answers, Guard

LIKELY = {"parent", "other_relative", "several_relatives", "unknown"}


def _met(answers: Answers) -> bool:
    return answers.get("moment") in {"during", "after", "phone"}


def _opened_up(answers: Answers) -> bool:
    return _met(answers) and answers.get("response") in {"disclosed", "unsure"}


def _wants_help(answers: Answers) -> bool:
    return answers.get("wish") in {"help", "shelter", "police", "advice"}


def _gate_apart(answers: Answers) -> bool:
    return _met(answers) and answers.get("gate") == "missing"


def _interpreted(answers: Answers) -> bool:
    return _gate_apart(answers) and answers.get("private") == "yes"


def _understood(answers: Answers) -> bool:
    return _interpreted(answers) and answers.get("interpreter") in {"none_needed", "professional"}


# When a question must have been asked before an end (design section 5), and what that reads.
MUST: Mapping[str, tuple[tuple[str, ...], Callable[[Answers], bool]]] = {
    "gate": (("mode",), lambda a: a.get("mode") in {"routine", "concern", "told", "uses"}),
    "private": (("moment", "gate"), _gate_apart),
    "interpreter": (("moment", "gate", "private"), _interpreted),
    "ready": (("moment", "gate", "private", "interpreter"), _understood),
    "response": (("moment", "mode"), lambda a: _met(a) and a.get("mode") in {"routine", "concern"}),
    "safe_today": (("moment", "response"), _opened_up),
    "red_flags": (("moment", "response"), _opened_up),
    "who": (("moment", "response"), _opened_up),
    "forms": (("moment", "response"), _opened_up),
    "honour": (("moment", "response", "who"), lambda a: _opened_up(a) and a.get("who") in LIKELY),
    "danger": (
        ("moment", *facts.REASON),
        lambda a: _met(a) and a.get("mode") != "child" and not _opened_up(a) and facts.reason(a),
    ),
    "children": (("moment", *facts.REASON), lambda a: _met(a) and facts.reason(a)),
    "child_danger": (("children",), lambda a: a.get("children") in {"yes", "both", "self", "unborn"}),
    "wish": (
        ("moment", "mode", "response"),
        lambda a: _opened_up(a) or (_met(a) and a.get("mode") == "uses"),
    ),
    "consent": (("wish",), _wants_help),
    "next": (("moment",), _met),
}


@proves("P17", "nothing passed by")
def nothing_passed_by(ground: Ground) -> Iterator[Demand]:
    """Every question that the answers call for has been asked before an end: whether there are children wherever
    anything gives concern, danger, the gate, safety today, the wish, the consent.

    Hvert spørgsmål, som svarene kalder på, er stillet før en slutning: om der er børn, hvor noget vækker bekymring,
    fare, rammerne, sikkerheden i dag, ønsket, samtykket.
    """
    asked = {card.question for _, card in ground.cards()}
    for name, state in ground.flow.states.items():
        if not state.ends or ground.can_come_anywhere(name):
            continue
        for question in MUST.keys() & asked:
            yield Never(name, _passed_by(question), f"der er ikke spurgt om: {question}")


def _passed_by(question: str) -> Guard:
    reads, must = MUST[question]
    return Guard(
        f"{question} was passed by",
        frozenset({question, *reads}),
        lambda answers: question not in answers and must(answers),
    )
