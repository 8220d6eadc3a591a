"""The conditions that flow files may name: a closed list of yes-or-no questions to the answers."""

from collections.abc import Callable

from bot import derived
from bot.model import Answers, Guard

GUARDS: dict[str, Guard] = {}

_LEVEL = ("level", "mode", "response", "signs")
_REASON = _LEVEL
_DUTY = ("children", *_REASON)


def guard(*reads: str) -> Callable[[Callable[[Answers], bool]], Guard]:
    """Register a condition under its function's name, with the only questions it may read."""

    def register(holds: Callable[[Answers], bool]) -> Guard:
        made = Guard(holds.__name__, frozenset(reads), holds)
        GUARDS[made.name] = made
        return made

    return register


def _is(name: str, question: str, *keys: str) -> None:
    GUARDS[name] = Guard(name, frozenset({question}), lambda answers: answers.get(question) in keys)


def _has(name: str, question: str, key: str) -> None:
    GUARDS[name] = Guard(
        name, frozenset({question}), lambda answers: key in derived.marked(answers, question)
    )


# --- one answer -------------------------------------------------------------------------------------

_is("before", "moment", "before")
_is("during", "moment", "during")
_is("after", "moment", "after")
_is("on_phone", "moment", "phone")
_is("face_to_face_or_phone", "moment", "during", "phone")
_is("routine", "mode", "routine")
_is("concern", "mode", "concern")
_is("child_only", "mode", "child")
_is("uses", "mode", "uses")
_is("not_child_only", "mode", "routine", "concern", "told", "uses")
_is("not_alone", "private", "no")
_is("no_safe_interpreter", "interpreter", "relative", "minor", "missing")
_is("disclosed", "response", "disclosed")
_is("unsure", "response", "unsure")
_is("says_no", "response", "says_no")
_is("declined_to_talk", "response", "declined")
_is("in_shelter", "safe_today", "shelter")
_is("honour_concern", "honour", "yes", "unknown")
_is("children_unknown", "children", "unknown")
_is("is_under_18", "children", "self")
_is("unborn_only", "children", "unborn")
_is("outside_the_home_or_nobody", "suspected", "other", "nobody")
_is("wants_help", "wish", "help", "shelter", "police", "advice")
_is("declines_help", "wish", "later", "declined")
_is("cannot_consent", "consent", "cannot")
_is("handed_over", "consent", "named", "anonymous")
_is("colleague_notified", "duty", "colleague")
_is("duty_later", "duty", "today", "advice_first")
_is("not_reached", "contact", "not_reached")
_is("urgency_now", "urgency", "now")
_is("urgency_same_day", "urgency", "same_day")
_is("urgency_standard", "urgency", "standard")
_is("path_advice", "path", "advice")
_is("path_referral", "path", "referral")
_is("path_police", "path", "police")
_is("taken", "take", "accept")
_is("no_route", "route", "none")
_is("child_not_only_unborn", "children", "yes", "both", "self")
_is("path_shelter", "path", "shelter")

_has("throat_marked", "red_flags", "throat")
_has("suicidal_marked", "red_flags", "suicidal")
_has("child_told", "signs", "child_told")


# --- several ----------------------------------------------------------------------------------------


@guard("moment", "mode")
def signs_come_first(answers: Answers) -> bool:
    """Where a worry brought her here, it is named before anybody is asked."""
    mode = answers.get("mode")
    return mode == "child" or (mode == "concern" and answers.get("moment") != "before")


@guard("moment", "mode", "response")
def signs_come_after(answers: Answers) -> bool:
    """Where everybody is asked, what she noticed is asked for after an answer that told nothing."""
    return (
        answers.get("mode") == "routine"
        and answers.get("moment") != "before"
        and answers.get("response") not in {"disclosed", "unsure"}
    )


@guard("moment", "mode", "gate")
def prepared(answers: Answers) -> bool:
    return _plans_to_ask(answers) and answers.get("gate") == "ok"


@guard("moment", "mode", "gate")
def not_yet_prepared(answers: Answers) -> bool:
    return _plans_to_ask(answers) and answers.get("gate") == "missing"


def _plans_to_ask(answers: Answers) -> bool:
    return answers.get("moment") == "before" and answers.get("mode") in {"routine", "concern"}


@guard("moment", "gate")
def gate_to_look_into(answers: Answers) -> bool:
    return answers.get("gate") == "missing" and answers.get("moment") != "before"


@guard("moment", "mode")
def may_be_asked(answers: Answers) -> bool:
    return answers.get("moment") != "before" and answers.get("mode") in {"routine", "concern"}


@guard("gate", "private", "interpreter", "ready")
def gate_failed(answers: Answers) -> bool:
    return not _gate_in_order(answers)


@guard("gate", "private", "interpreter", "ready", "moment", "mode")
def may_speak(answers: Answers) -> bool:
    """The words that raise the subject may be shown: a meeting or a call, and the gate in order (P2)."""
    return _gate_in_order(answers) and answers.get("moment") in {"during", "phone"}


@guard("gate", "private", "interpreter", "ready", "moment", "mode")
def may_speak_routine(answers: Answers) -> bool:
    return may_speak(answers) and answers.get("mode") == "routine"


@guard("gate", "private", "interpreter", "ready", "moment", "mode")
def may_speak_concern(answers: Answers) -> bool:
    return may_speak(answers) and answers.get("mode") == "concern"


def _gate_in_order(answers: Answers) -> bool:
    if answers.get("gate") == "ok":
        return True
    return (
        answers.get("private") == "yes"
        and answers.get("interpreter") in {"none_needed", "professional"}
        and answers.get("ready") == "yes"
    )


@guard("moment", "response")
def has_opened_up(answers: Answers) -> bool:
    """The citizen told or hinted, in a conversation that has taken place."""
    return answers.get("moment") != "before" and answers.get("response") in {"disclosed", "unsure"}


@guard("moment", "response", "mode")
def talks_with_one_who_told(answers: Answers) -> bool:
    return answers.get("moment") in {"during", "phone"} and answers.get("response") == "disclosed"


@guard("moment", "response")
def talks_with_one_in_doubt(answers: Answers) -> bool:
    return answers.get("moment") in {"during", "phone"} and answers.get("response") == "unsure"


@guard("moment", "mode")
def talks_with_one_who_uses(answers: Answers) -> bool:
    return answers.get("moment") in {"during", "phone"} and answers.get("mode") == "uses"


@guard("mode", "response")
def says_no_after_concern(answers: Answers) -> bool:
    return answers.get("mode") == "concern" and answers.get("response") == "says_no"


@guard("mode", "response")
def declines_after_concern(answers: Answers) -> bool:
    return answers.get("mode") == "concern" and answers.get("response") == "declined"


@guard("moment", *_REASON)
def danger_to_ask(answers: Answers) -> bool:
    """Danger is asked once, in the form that fits; not at all where nothing worries."""
    if answers.get("mode") == "uses":
        return True
    return answers.get("mode") != "child" and not has_opened_up(answers) and derived.has_reason(answers)


@guard(*_REASON)
def children_to_ask(answers: Answers) -> bool:
    return answers.get("mode") != "child" and derived.has_reason(answers)


@guard("who", "moment", "response")
def honour_to_ask(answers: Answers) -> bool:
    """Because of what is done to the person, never because of a name or an origin."""
    likely = answers.get("who") in {"parent", "other_relative", "several_relatives", "unknown"}
    return likely and has_opened_up(answers)


@guard("children")
def child_known(answers: Answers) -> bool:
    return derived.is_known_child(answers)


@guard("children")
def no_child_asked_or_known(answers: Answers) -> bool:
    """The plain duty card: for a known child, and for one who opens it before children were asked."""
    return answers.get("children") != "unknown"


@guard("children", "signs")
def parents_to_leave_out(answers: Answers) -> bool:
    return answers.get("children") != "self" and "child_told" not in derived.marked(answers, "signs")


@guard("children", "signs")
def child_has_told(answers: Answers) -> bool:
    return answers.get("children") != "self" and "child_told" in derived.marked(answers, "signs")


@guard("suspected")
def parents_may_be_suspected(answers: Answers) -> bool:
    """A parent, several, not known or not yet asked: tell the parents neither suspicion nor notification."""
    return answers.get("suspected") not in {"other", "nobody"}


@guard("moment", "response", "mode", "children")
def talks_with_exposed_parent(answers: Answers) -> bool:
    return (
        has_opened_up(answers)
        and answers.get("mode") != "uses"
        and answers.get("children") in {"yes", "both", "unborn"}
    )


@guard(*_DUTY)
def child_to_look_at(answers: Answers) -> bool:
    return derived.is_known_child(answers) and derived.duty_stands(answers)


@guard("duty", *_DUTY)
def duty_to_ask(answers: Answers) -> bool:
    """The duty stands, and she has not already said, in an aside, that she acts on it."""
    settled = answers.get("duty") in {"notified", "earlier", "today", "advice_first"}
    return derived.duty_stands(answers) and not settled


@guard("duty", "exposure", *_DUTY)
def duty_open(answers: Answers) -> bool:
    return derived.duty_is_open(answers)


@guard("duty", "exposure", *_LEVEL)
def considered_against_marks(answers: Answers) -> bool:
    return answers.get("duty") == "considered" and derived.duty_is_open(answers)


@guard("moment", "mode", "response")
def wish_to_ask(answers: Answers) -> bool:
    return has_opened_up(answers) or (answers.get("mode") == "uses" and answers.get("moment") != "before")


@guard(*_REASON)
def level_to_decide(answers: Answers) -> bool:
    return derived.has_reason(answers)


@guard("children", *_REASON)
def worry_not_looked_into(answers: Answers) -> bool:
    return "children" not in answers and derived.has_reason(answers)


@guard(*_REASON)
def nothing_worries(answers: Answers) -> bool:
    return not derived.has_reason(answers)


@guard("gate", "private", "interpreter", "ready", *_REASON)
def could_ask_and_nothing_worries(answers: Answers) -> bool:
    return _gate_in_order(answers) and not derived.has_reason(answers)


@guard("gate", "private", "interpreter", "ready", "response", "mode")
def could_not_ask(answers: Answers) -> bool:
    told = answers.get("response") in {"disclosed", "unsure"} or answers.get("mode") in {"child", "uses"}
    return not _gate_in_order(answers) and not told


@guard("gate", "private", "interpreter", "ready", *_REASON)
def something_hard_was_heard(answers: Answers) -> bool:
    """Neither nothing found nor nobody asked: the closing that looks after the employee too."""
    return not could_ask_and_nothing_worries(answers) and not could_not_ask(answers)


@guard("asked", "consent")
def something_sent(answers: Answers) -> bool:
    return "asked" in answers or answers.get("consent") in {"named", "anonymous"}


@guard("danger", "child_danger")
def danger_now(answers: Answers) -> bool:
    return "now" in (answers.get("danger"), answers.get("child_danger"))


@guard("consent", "route")
def named_and_on_its_way(answers: Answers) -> bool:
    return answers.get("consent") == "named" and answers.get("route") != "none"


@guard("consent", "route")
def anonymous_and_on_its_way(answers: Answers) -> bool:
    return answers.get("consent") == "anonymous" and answers.get("route") != "none"


@guard("contact")
def contact_to_make(answers: Answers) -> bool:
    """Also after a try that reached nobody."""
    return answers.get("contact") not in {"reached", "declined"}


@guard("take")
def not_taken(answers: Answers) -> bool:
    return answers.get("take") != "accept"


# --- the reasons for the proposed level --------------------------------------------------------------


@guard("mode", "response", "signs")
def proposes_none(answers: Answers) -> bool:
    return derived.proposed_level(answers) == "none"


@guard("mode", "response", "signs")
def proposes_concern(answers: Answers) -> bool:
    return derived.proposed_level(answers) == "concern"


@guard("mode", "response", "signs")
def proposes_suspicion(answers: Answers) -> bool:
    return derived.proposed_level(answers) == "suspicion"


@guard("mode", "response", "signs")
def proposes_knowledge(answers: Answers) -> bool:
    return derived.proposed_level(answers) == "knowledge"


@guard("signs")
def weighty_sign(answers: Answers) -> bool:
    return bool(derived.marked(answers, "signs") & {"injuries", "fear", "told_by_other"})


@guard("signs")
def other_sign(answers: Answers) -> bool:
    return bool(derived.marked(answers, "signs") - {"injuries", "fear", "told_by_other", "child_told"})
