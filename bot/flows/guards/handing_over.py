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
