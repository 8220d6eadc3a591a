"""Conditions of asking: the gate, who has opened up, what is asked of whom."""

from bot import derived
from bot.flows.guards.registry import GATE, REASON, guard
from bot.model import Answers


def _gate_in_order(answers: Answers) -> bool:
    if answers.get("gate") == "ok":
        return True
    return (
        answers.get("private") == "yes"
        and answers.get("interpreter") in {"none_needed", "professional"}
        and answers.get("ready") == "yes"
    )


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


@guard("moment", "mode")
def may_be_asked(answers: Answers) -> bool:
    return answers.get("moment") != "before" and answers.get("mode") in {"routine", "concern"}


@guard(*GATE)
def gate_failed(answers: Answers) -> bool:
    return not _gate_in_order(answers)


@guard(*GATE, "moment")
def may_speak(answers: Answers) -> bool:
    """The words that raise the subject may be shown: a meeting or a call, and the gate in order (P2)."""
    return _gate_in_order(answers) and answers.get("moment") in {"during", "phone"}


@guard("moment", "response")
def has_opened_up(answers: Answers) -> bool:
    """The citizen told or hinted, in a conversation that has taken place."""
    return answers.get("moment") != "before" and answers.get("response") in {"disclosed", "unsure"}


@guard("mode", "response")
def says_no_after_concern(answers: Answers) -> bool:
    return answers.get("mode") == "concern" and answers.get("response") == "says_no"


@guard("mode", "response")
def declines_after_concern(answers: Answers) -> bool:
    return answers.get("mode") == "concern" and answers.get("response") == "declined"


@guard("moment")
def not_in_meeting(answers: Answers) -> bool:
    return answers.get("moment") not in {"during", "phone"}


@guard("safe_today")
def not_in_shelter(answers: Answers) -> bool:
    return answers.get("safe_today") != "shelter"


@guard("mode")
def not_uses(answers: Answers) -> bool:
    return answers.get("mode") != "uses"


@guard("mode", "response")
def told_when_asked(answers: Answers) -> bool:
    return answers.get("response") == "disclosed" and answers.get("mode") != "told"


@guard("mode", "response")
def answered_no_more_after_concern(answers: Answers) -> bool:
    return answers.get("mode") == "concern" and answers.get("response") in {"says_no", "declined"}


@guard("mode")
def asks_the_question(answers: Answers) -> bool:
    return answers.get("mode") in {"routine", "concern"}


@guard("moment", "mode", "gate")
def prepared(answers: Answers) -> bool:
    return _prepares(answers) and answers.get("gate") == "ok"


@guard("moment", "mode", "gate")
def not_yet_prepared(answers: Answers) -> bool:
    return _prepares(answers) and answers.get("gate") == "missing"


def _prepares(answers: Answers) -> bool:
    return answers.get("moment") == "before" and answers.get("mode") != "child"


@guard(*GATE)
def gate_in_order(answers: Answers) -> bool:
    return _gate_in_order(answers)


@guard(*GATE, "moment")
def gate_failed_in_meeting(answers: Answers) -> bool:
    return not _gate_in_order(answers) and answers.get("moment") in {"during", "phone"}


@guard(*GATE, "moment")
def gate_failed_after(answers: Answers) -> bool:
    return not _gate_in_order(answers) and answers.get("moment") == "after"


@guard(*GATE, "moment", "mode")
def may_speak_routine(answers: Answers) -> bool:
    return may_speak(answers) and answers.get("mode") == "routine"


@guard(*GATE, "moment", "mode")
def may_speak_concern(answers: Answers) -> bool:
    return may_speak(answers) and answers.get("mode") == "concern"


@guard("danger", "moment", *REASON)
def danger_to_ask(answers: Answers) -> bool:
    """Danger is asked once, in the form that fits; not at all where nothing worries."""
    if "danger" in answers:
        return False
    if answers.get("mode") == "uses":
        return True
    return answers.get("mode") != "child" and not has_opened_up(answers) and derived.has_reason(answers)


@guard("who", "moment", "response")
def honour_to_ask(answers: Answers) -> bool:
    """Because of what is done to the person, never because of a name or an origin."""
    likely = answers.get("who") in {"parent", "other_relative", "several_relatives", "unknown"}
    return likely and has_opened_up(answers)


@guard("moment", "mode", "response")
def wish_to_ask(answers: Answers) -> bool:
    return has_opened_up(answers) or answers.get("mode") == "uses"
