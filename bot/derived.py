"""What follows from the answers: level, urgency, result, path and the duty, by reasons and never by points."""

from collections.abc import Callable

from bot.model import URGENCIES, Answers, Guard, Urgency

KNOWN_CHILD = frozenset({"yes", "both", "self", "unborn"})
LEVELS = ("none", "concern", "suspicion", "knowledge")

_UNSAFE_INTERPRETERS = frozenset({"relative", "minor", "missing"})
_SUSPICIOUS_SIGNS = frozenset({"injuries", "fear", "told_by_other"})
# On the ruler, each observation of a child has its step; what protects never takes one away.
KNOWN_OF_THE_CHILD = frozenset({"child_told", "seen", "adult_told"})
SUSPICIOUS_OF_THE_CHILD = frozenset({"injuries", "afraid", "told_by_other"})
_WITHIN_THE_HOME = frozenset({"parent", "several", "unknown"})
_SENT_OR_DUE = frozenset({"notified", "today", "earlier", "colleague", "advice_first"})
_STILL_TO_DO = frozenset({"today", "colleague", "advice_first"})


def marked(answers: Answers, question: str) -> frozenset[str]:
    """The ticked choices of a many-choice question; none where it was not asked."""
    return frozenset(answers.get(question, ()))


def on_the_ruler(answers: Answers) -> frozenset[str]:
    """What was marked of a child there; it is asked only of whoever is worried about one."""
    return marked(answers, "risk") if answers.get("mode") == "child" else frozenset()


def child_has_told(answers: Answers) -> bool:
    return "child_told" in marked(answers, "signs") or "child_told" in on_the_ruler(answers)


def proposed_level(answers: Answers) -> str:
    if answers.get("mode") == "uses" or answers.get("response") == "disclosed":
        return "knowledge"
    signs, risk = marked(answers, "signs"), on_the_ruler(answers)
    if "child_told" in signs or risk & KNOWN_OF_THE_CHILD:
        return "knowledge"
    if answers.get("response") == "unsure" or signs & _SUSPICIOUS_SIGNS or risk & SUSPICIOUS_OF_THE_CHILD:
        return "suspicion"
    return "concern" if signs or risk else "none"


def level(answers: Answers) -> str:
    """The level as the employee decided it, or as proposed where she was not asked, or where an earlier version of
    the flows had a level that is not one any more."""
    decided = str(answers.get("level"))
    return decided if decided in LEVELS else proposed_level(answers)


def highest_level(answers: Answers) -> str:
    """The higher of proposed and decided: her own "none" does not undo what a person has told."""
    return max(level(answers), proposed_level(answers), key=LEVELS.index)


def is_known_child(answers: Answers) -> bool:
    return answers.get("children") in KNOWN_CHILD


def has_reason(answers: Answers) -> bool:
    """Whether anything at all gives reason to think of a child, or of asking further (P3)."""
    return (
        answers.get("mode") in {"concern", "told", "uses", "child"}
        or bool(marked(answers, "signs"))
        or answers.get("response") in {"disclosed", "unsure"}
        or level(answers) != "none"
        or answers.get("honour") in {"yes", "unknown"}
    )


def duty_stands(answers: Answers) -> bool:
    """Children, a pregnancy or not knowing, together with a reason (barnets lov section 133; P3)."""
    return (is_known_child(answers) or answers.get("children") == "unknown") and has_reason(answers)


def duty_is_open(answers: Answers) -> bool:
    """Whether something about the duty remains to be done, so that a reminder must stay behind (P4, P12)."""
    duty = answers.get("duty")
    if duty is None:
        return duty_stands(answers)
    if duty == "considered":
        exposed = answers.get("exposure") in {"witnessed", "direct", "both"}
        return exposed or highest_level(answers) in {"suspicion", "knowledge"}
    return duty in _STILL_TO_DO


def urgency(answers: Answers) -> Urgency:
    if any(reason(answers) for reason in NOW):
        return "now"
    return "same_day" if any(reason(answers) for reason in SAME_DAY) else "standard"


def _reason(*reads: str) -> Callable[[Callable[[Answers], bool]], Guard]:
    def named(holds: Callable[[Answers], bool]) -> Guard:
        return Guard(holds.__name__, frozenset(reads), holds)

    return named


@_reason("danger", "child_danger")
def _danger_now(answers: Answers) -> bool:
    return "now" in (answers.get("danger"), answers.get("child_danger"))


@_reason("red_flags")
def _red_flag(answers: Answers) -> bool:
    return bool(marked(answers, "red_flags"))


@_reason("safe_today", "response")
def _not_safe(answers: Answers) -> bool:
    opened = answers.get("response") in {"disclosed", "unsure"}
    safe = answers.get("safe_today")
    return safe == "no" or (safe == "unknown" and opened)


@_reason("honour")
def _honour(answers: Answers) -> bool:
    return answers.get("honour") in {"yes", "unknown"}


@_reason("child_danger", "children")
def _child_perhaps_in_danger(answers: Answers) -> bool:
    return answers.get("child_danger") == "unknown" and is_known_child(answers)


@_reason("children", "red_flags", "level", "mode", "response", "risk", "signs")
def _pregnant(answers: Answers) -> bool:
    pregnant = answers.get("children") in {"unborn", "both"} or "pregnancy" in marked(answers, "red_flags")
    return pregnant and highest_level(answers) in {"suspicion", "knowledge"}


@_reason("response", "suspected", "duty")
def _notification_may_be_learnt_of(answers: Answers) -> bool:
    """A notification can set off violence at home when it reaches the one it is about."""
    return (
        answers.get("response") == "disclosed"
        and answers.get("suspected") in _WITHIN_THE_HOME
        and answers.get("duty") in _SENT_OR_DUE
    )


# Any one of them is enough; none weighs more, and nothing is added up.
NOW: tuple[Guard, ...] = (_danger_now,)
SAME_DAY: tuple[Guard, ...] = (
    _red_flag,
    _not_safe,
    _honour,
    _child_perhaps_in_danger,
    _pregnant,
    _notification_may_be_learnt_of,
)


def higher(one: Urgency, other: Urgency) -> Urgency:
    return max(one, other, key=URGENCIES.index)


def could_not_ask(answers: Answers) -> bool:
    """Whether privacy or the interpreter failed; relatives and under-18s never interpret (P2)."""
    return answers.get("private") == "no" or answers.get("interpreter") in _UNSAFE_INTERPRETERS


def result(answers: Answers) -> str:
    """What happened (P9). There is no result that says "no violence"."""
    response = answers.get("response")
    if answers.get("mode") == "child":
        return "child_only"
    if answers.get("mode") == "uses":
        return "own_violence"
    if response in {"disclosed", "unsure"}:
        return str(response)
    if could_not_ask(answers):
        return "could_not_ask_safely"
    if answers.get("ready") == "no":
        return "not_asked"
    return {"says_no": "asked_not_confirmed", "declined": "declined_to_talk"}.get(str(response), "not_asked")


def path(answers: Answers) -> str:
    """What was handed over. Without a named consent nothing but advice without a name is (P6)."""
    named = answers.get("consent") == "named"
    if named and answers.get("wish") == "shelter":
        return "shelter"
    if answers.get("wish") == "police":
        return "police"
    if named:
        return "referral"
    asked = answers.get("consent") == "anonymous" or answers.get("asked") == "advice"
    return "advice" if asked else "none"
