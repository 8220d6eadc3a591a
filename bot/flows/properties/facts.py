"""What the properties mean by their words, in answers alone and apart from the flows' own conditions."""

from collections.abc import Iterator
from itertools import product

from bot.flows.properties.demands import on
from bot.flows.vocabulary import QUESTIONS
from bot.model import Answers, Guard, Value

GATE = ("gate", "private", "interpreter", "ready")
REASON = ("mode", "signs", "response", "level", "honour")
DUTY = ("children", *REASON)
OPEN_DUTY = ("duty", "exposure", "risk", *DUTY)
LEVELS = ("none", "concern", "suspicion", "knowledge")


def all_answers(*questions: str) -> Iterator[dict[str, Value]]:
    """Every way in which these may be answered, or not be."""
    for values in product(*((None, *QUESTIONS[question]) for question in questions)):
        yield {q: value for q, value in zip(questions, values, strict=True) if value is not None}


def gate_in_order(answers: Answers) -> bool:
    apart = (
        answers.get("private") == "yes"
        and answers.get("interpreter") in {"none_needed", "professional"}
        and answers.get("ready") == "yes"
    )
    return answers.get("gate") == "ok" or apart


def nobody_else_hears(answers: Answers) -> bool:
    """In a meeting or on the phone with the gate in order; before a meeting the words are read by oneself (P2)."""
    if answers.get("moment") == "before":
        return answers.get("gate") == "ok"
    return answers.get("moment") in {"during", "phone"} and gate_in_order(answers)


def gate_failed(answers: Answers) -> bool:
    """Something of the three was said not to be in order, where somebody is there to be asked, or was to be."""
    if answers.get("moment") == "before":
        return answers.get("gate") == "missing"
    failed = (
        answers.get("private") == "no"
        or answers.get("interpreter") in {"relative", "minor", "missing"}
        or answers.get("ready") == "no"
    )
    to_ask = answers.get("mode") in {"routine", "concern"} or answers.get("moment") in {"during", "phone"}
    return failed and to_ask


def reason(answers: Answers) -> bool:
    return (
        answers.get("mode") in {"concern", "told", "uses", "child"}
        or bool(answers.get("signs"))
        or answers.get("response") in {"disclosed", "unsure"}
        or answers.get("level") in {"concern", "suspicion", "knowledge"}
        or answers.get("honour") in {"yes", "unknown"}
    )


def duty(answers: Answers) -> bool:
    return answers.get("children") in {"yes", "both", "self", "unborn", "unknown"} and reason(answers)


def proposed(answers: Answers) -> str:
    if answers.get("mode") == "uses" or answers.get("response") == "disclosed":
        return "knowledge"
    signs = set(answers.get("signs", ()))
    risk = set(answers.get("risk", ())) if answers.get("mode") == "child" else set()
    if "child_told" in signs or risk & {"child_told", "seen", "adult_told"}:
        return "knowledge"
    suspected = signs & {"injuries", "fear", "told_by_other"} or risk & {
        "injuries",
        "afraid",
        "told_by_other",
    }
    if suspected or answers.get("response") == "unsure":
        return "suspicion"
    return "concern" if signs or risk else "none"


def level(answers: Answers) -> str:
    """The higher of what is proposed and what the employee decided."""
    return max(proposed(answers), str(answers.get("level") or "none"), key=LEVELS.index)


def duty_is_open(answers: Answers) -> bool:
    done = answers.get("duty")
    if done is None:
        return duty(answers)
    if done == "considered":
        return answers.get("exposure") in {"witnessed", "direct", "both"} or level(answers) in LEVELS[2:]
    return done in {"today", "colleague", "advice_first"}


def talked_with_an_exposed_parent(answers: Answers) -> bool:
    return (
        answers.get("moment") != "before"
        and answers.get("mode") != "uses"
        and answers.get("response") in {"disclosed", "unsure"}
        and answers.get("children") in {"yes", "both", "unborn"}
    )


def a_parent_may_be_the_one(answers: Answers) -> bool:
    return duty(answers) and answers.get("suspected") in {"parent", "several", "unknown", None}


HEARD: Guard = on("others may hear", *GATE, "moment")(lambda answers: not nobody_else_hears(answers))
NO_INTERPRETER: Guard = on("an interpreter is missing", "interpreter")(
    lambda answers: answers.get("interpreter") == "missing"
)
GATE_FAILED: Guard = on("the gate failed", *GATE, "moment", "mode")(gate_failed)
STANDS: Guard = on("the duty stands", *DUTY)(duty)
OPEN: Guard = on("the duty is open", *OPEN_DUTY)(duty_is_open)
LEFT_OPEN: Guard = on("the duty is open after a talk", "moment", *OPEN_DUTY)(
    lambda answers: answers.get("moment") != "before" and duty_is_open(answers)
)
UNKNOWN: Guard = on("children unknown", "children")(lambda answers: answers.get("children") == "unknown")
NOT_UNKNOWN: Guard = on("children not unknown", "children")(
    lambda answers: answers.get("children") != "unknown"
)
EXPOSED_PARENT: Guard = on("an exposed parent", "moment", "mode", "response", "children")(
    talked_with_an_exposed_parent
)
PARENT_MAY_BE: Guard = on("a parent may be the one", "suspected", *DUTY)(a_parent_may_be_the_one)
HONOUR: Guard = on("honour", "honour")(lambda answers: answers.get("honour") in {"yes", "unknown"})
ALWAYS: Guard = on("always")(lambda answers: True)
