"""Conditions of a hand-over: on its way, taken, contact made."""

from bot.flows.guards.registry import guard
from bot.model import Answers


@guard("asked", "consent")
def something_sent(answers: Answers) -> bool:
    return "asked" in answers or answers.get("consent") in {"named", "anonymous"}


@guard("route")
def on_its_way(answers: Answers) -> bool:
    return answers.get("route") != "none"


@guard("consent", "route")
def named_and_on_its_way(answers: Answers) -> bool:
    return answers.get("consent") == "named" and answers.get("route") != "none"


@guard("consent", "route")
def anonymous_and_on_its_way(answers: Answers) -> bool:
    return answers.get("consent") == "anonymous" and answers.get("route") != "none"


@guard("path")
def about_a_citizen(answers: Answers) -> bool:
    return answers.get("path") != "advice"


@guard("contact")
def contact_to_make(answers: Answers) -> bool:
    """Also after a try that reached nobody."""
    return answers.get("contact") not in {"reached", "declined"}


@guard("take")
def not_taken(answers: Answers) -> bool:
    return answers.get("take") != "accept"


@guard("path", "contact", "assessment")
def assessment_to_make(answers: Answers) -> bool:
    """In every case about a citizen who was spoken with, until it is made or declined; never for advice."""
    met = answers.get("path") != "advice" and answers.get("contact") in {"reached", "declined"}
    return met and answers.get("assessment") not in {"done", "declined"}


@guard("assessment", "tool")
def tool_to_name(answers: Answers) -> bool:
    return answers.get("assessment") == "done" and "tool" not in answers


@guard("path", "contact", "assessment", "plan")
def plan_to_make(answers: Answers) -> bool:
    """With whoever is helped, and wherever the risk is assessed; a plan without a date is none."""
    if answers.get("path") == "advice" or "plan" in answers:
        return False
    return answers.get("contact") == "reached" or answers.get("assessment") == "done"


@guard("plan", "review")
def review_to_set(answers: Answers) -> bool:
    return answers.get("plan") == "made" and "review" not in answers


@guard("plan", "review")
def review_set(answers: Answers) -> bool:
    return answers.get("plan") == "made" and "review" in answers


@guard("path", "contact", "offer")
def offer_to_make(answers: Answers) -> bool:
    return answers.get("path") != "advice" and answers.get("contact") == "reached" and "offer" not in answers


@guard("offer", "answer")
def answer_to_ask(answers: Answers) -> bool:
    """Whoever wants to think it over is asked again."""
    return answers.get("offer", "none") != "none" and answers.get("answer") not in {"accepted", "declined"}


@guard("close", "urgency")
def closed_unreached(answers: Answers) -> bool:
    return answers.get("close") == "not_reached" and answers.get("urgency") in {"same_day", "now"}
