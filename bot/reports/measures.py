"""What is counted: the closed list of measures, what each is a part of, and its place in the theory of change."""

from dataclasses import dataclass
from typing import Literal

Term = Literal["short", "middle", "long", ""]


@dataclass(frozen=True, slots=True)
class Measure:
    """`within` is the measure that this one is a part of, and so its denominator; `term` is when the theory of change
    expects a change of it (domain.md A11: S97 short, S98 middle, S99 long), "" where it is context."""

    code: str
    within: str = ""
    term: Term = ""


# Each after what it is a part of.
MEASURES = (
    Measure("conversations", term="short"),
    Measure("could_not_ask", "conversations", "short"),
    Measure("asked", "conversations", "middle"),
    Measure("asked_routine", "asked", "middle"),
    Measure("asked_concern", "asked", "short"),
    Measure("not_confirmed", "asked"),
    Measure("identified", "asked", "middle"),
    Measure("identified_routine", "identified", "middle"),
    Measure("identified_concern", "identified", "middle"),
    Measure("handed_over", "identified", "middle"),
    Measure("opened", "handed_over", "middle"),
    Measure("accepted", "opened", "middle"),
    Measure("reached", "accepted", "middle"),
    Measure("assessed", term="middle"),
    Measure("offered", "reached", "middle"),
    Measure("took_offer", "offered", "middle"),
    Measure("completed", "reached", "middle"),
    Measure("shelter", "handed_over", "long"),
    Measure("advice", "conversations", "short"),
    Measure("child_only", "conversations"),
    Measure("own_violence", "conversations"),
    Measure("children", "conversations"),
    Measure("notified", "conversations", "short"),
    Measure("duty_left", "conversations", "short"),
)
WAY = ("asked", "identified", "handed_over", "opened", "accepted", "reached", "completed")
# What an external evaluator of the theory of change will ask for, and the bot cannot know.
NOT_KNOWN = ("competences", "groups", "network", "mastery", "without_violence")
