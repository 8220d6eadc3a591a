"""Conditions about children: whom the duty is about, who must be left out, when it stands."""

from bot import derived
from bot.flows.guards.asking import gate_in_order, has_opened_up
from bot.flows.guards.registry import DUTY, GATE, LEVEL, REASON, guard
from bot.model import Answers


@guard(*REASON)
def children_to_ask(answers: Answers) -> bool:
    return answers.get("mode") != "child" and derived.has_reason(answers)


@guard("children")
def children_not_asked(answers: Answers) -> bool:
    return "children" not in answers


@guard("children")
def child_known(answers: Answers) -> bool:
    return derived.is_known_child(answers)


@guard("children")
def no_child_asked_or_known(answers: Answers) -> bool:
    """The plain duty card: for a known child, and for one who opens it before children were asked."""
    return answers.get("children") != "unknown"


@guard("children", "mode", "risk", "signs")
def parents_to_leave_out(answers: Answers) -> bool:
    return answers.get("children") != "self" and not derived.child_has_told(answers)


@guard("children", "mode", "risk", "signs")
def child_has_told(answers: Answers) -> bool:
    return answers.get("children") != "self" and derived.child_has_told(answers)


@guard("moment", "response", "mode", "children")
def talks_with_exposed_parent(answers: Answers) -> bool:
    return (
        has_opened_up(answers)
        and answers.get("mode") != "uses"
        and answers.get("children") in {"yes", "both", "unborn"}
    )


@guard(*DUTY)
def child_to_look_at(answers: Answers) -> bool:
    return derived.is_known_child(answers) and derived.duty_stands(answers)


@guard("duty", "exposure", "risk", *DUTY)
def duty_open(answers: Answers) -> bool:
    return derived.duty_is_open(answers)


@guard("duty", "exposure", *LEVEL)
def considered_against_marks(answers: Answers) -> bool:
    return answers.get("duty") == "considered" and derived.duty_is_open(answers)


@guard("children")
def not_children_unknown(answers: Answers) -> bool:
    return answers.get("children") != "unknown"


@guard("children")
def citizen_is_adult(answers: Answers) -> bool:
    return answers.get("children") != "self"


@guard("signs", "red_flags", "who")
def child_marked(answers: Answers) -> bool:
    """Something that was marked speaks of a child, so that a *no* would be a slip."""
    signs, flags = derived.marked(answers, "signs"), derived.marked(answers, "red_flags")
    marked = signs & {"child_told", "child_signs"} or flags & {"pregnancy", "child_threats"}
    return bool(marked) or answers.get("who") == "child"


@guard(*GATE, "children", "mode", "moment", "response")
def young_person_told(answers: Answers) -> bool:
    """The words to a young person who told, where nobody else hears them."""
    told = has_opened_up(answers) and answers.get("mode") != "uses"
    return answers.get("children") == "self" and told and gate_in_order(answers)


@guard(*GATE, "children", "mode", "moment", "response")
def young_person_unheard(answers: Answers) -> bool:
    return answers.get("children") == "self" and not young_person_told(answers)


@guard("children", "moment", *REASON)
def exposure_to_ask(answers: Answers) -> bool:
    """Not of a child that is not born, nor of a young person who has told."""
    told_it = answers.get("children") == "self" and has_opened_up(answers)
    return answers.get("children") != "unborn" and not told_it and child_to_look_at(answers)


@guard("suspected", "exposure", "honour", "children", "mode", "response", "risk", "signs")
def parents_as_usual(answers: Answers) -> bool:
    """The rare road on which parents are gone through it with first: nobody at home may be the one, no
    honour, no young person of her own, no adult or child who told, and nothing seen of violence."""
    if answers.get("suspected") not in {"other", "nobody"}:
        return False
    return not (
        answers.get("honour") in {"yes", "unknown"}
        or answers.get("children") == "self"
        or answers.get("mode") == "uses"
        or answers.get("response") in {"disclosed", "unsure"}
        or derived.child_has_told(answers)
        or derived.on_the_ruler(answers) & derived.KNOWN_OF_THE_CHILD
        or (
            answers.get("suspected") == "nobody"
            and answers.get("exposure") in {"witnessed", "direct", "both"}
        )
    )


@guard("suspected", "exposure", "honour", "children", "mode", "response", "risk", "signs")
def parents_may_be_suspected(answers: Answers) -> bool:
    """In every other case: tell the parents neither of the suspicion nor of the notification."""
    return not parents_as_usual(answers)


@guard("risk", "duty", "exposure", *LEVEL)
def weighed_and_considered(answers: Answers) -> bool:
    """Where the level was decided on the ruler, before the duty: what its answer calls for is said on the next card."""
    return "risk" in answers and considered_against_marks(answers)


@guard("risk", "duty")
def weighed_and_by_a_colleague(answers: Answers) -> bool:
    return "risk" in answers and answers.get("duty") == "colleague"


@guard("risk", "duty")
def weighed_and_later(answers: Answers) -> bool:
    return "risk" in answers and answers.get("duty") in {"today", "advice_first"}


@guard("duty", *DUTY)
def duty_unanswered(answers: Answers) -> bool:
    """It came to stand after its card was passed by, because the employee judged anew."""
    return "duty" not in answers and derived.duty_stands(answers)


@guard("duty", *DUTY)
def duty_to_ask(answers: Answers) -> bool:
    """The duty stands, and she has not already said, in an aside, that she acts on it; whether there are
    children at all is hers to find out in any case."""
    acts = answers.get("duty") in {"notified", "earlier", "today", "advice_first"}
    return derived.duty_stands(answers) and not (acts and derived.is_known_child(answers))
