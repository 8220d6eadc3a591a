"""Conditions of the end: the proposed level and its reasons, and how the conversation went."""

from bot import derived
from bot.flows.guards.asking import gate_in_order, has_opened_up
from bot.flows.guards.registry import GATE, REASON, guard
from bot.model import Answers


@guard(*REASON)
def nothing_worries(answers: Answers) -> bool:
    return not derived.has_reason(answers)


@guard("risk", *REASON)
def level_to_decide(answers: Answers) -> bool:
    """Once, where she has weighed it on the ruler; elsewhere "none" is asked again when there is a reason."""
    undecided = answers.get("level", "none") == "none" and "risk" not in answers
    return derived.has_reason(answers) and undecided


@guard("response", *GATE, *REASON)
def asked_and_nothing_worries(answers: Answers) -> bool:
    return _asked(answers) and gate_in_order(answers) and not derived.has_reason(answers)


@guard("response", *GATE, *REASON)
def not_asked_and_nothing_worries(answers: Answers) -> bool:
    return not _asked(answers) and gate_in_order(answers) and not derived.has_reason(answers)


@guard("response", "private", "interpreter")
def rightly_not_asked(answers: Answers) -> bool:
    return _was_to_be_asked(answers) and not _asked(answers) and derived.could_not_ask(answers)


@guard("response", "private", "interpreter", "ready")
def not_ready(answers: Answers) -> bool:
    unready = answers.get("ready") == "no" and not derived.could_not_ask(answers)
    return _was_to_be_asked(answers) and not _asked(answers) and unready


@guard("response", *GATE)
def asked_though_unsafe(answers: Answers) -> bool:
    return _asked(answers) and not gate_in_order(answers)


@guard(*REASON)
def something_hard(answers: Answers) -> bool:
    return derived.has_reason(answers)


@guard("moment", *REASON)
def took_it_seriously(answers: Answers) -> bool:
    return derived.has_reason(answers) and not has_opened_up(answers)


@guard("danger", "child_danger")
def no_danger_now(answers: Answers) -> bool:
    return not danger_now(answers)


@guard("danger", "child_danger")
def danger_now(answers: Answers) -> bool:
    return "now" in (answers.get("danger"), answers.get("child_danger"))


@guard("mode", "response", "risk", "signs")
def proposes_none(answers: Answers) -> bool:
    return derived.proposed_level(answers) == "none"


@guard("mode", "response", "risk", "signs")
def proposes_concern(answers: Answers) -> bool:
    return derived.proposed_level(answers) == "concern"


@guard("mode", "response", "risk", "signs")
def proposes_suspicion(answers: Answers) -> bool:
    return derived.proposed_level(answers) == "suspicion"


@guard("mode", "response", "risk", "signs")
def proposes_knowledge(answers: Answers) -> bool:
    return derived.proposed_level(answers) == "knowledge"


@guard("signs")
def other_sign(answers: Answers) -> bool:
    return bool(derived.marked(answers, "signs") - {"injuries", "fear", "told_by_other", "child_told"})


def _asked(answers: Answers) -> bool:
    return answers.get("response") in {"says_no", "declined"}


def _was_to_be_asked(answers: Answers) -> bool:
    return answers.get("response") == "not_asked"
