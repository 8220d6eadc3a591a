"""What is counted: the closed list of measures, what each is a part of, and its place in the theory of change."""

from dataclasses import dataclass
from typing import Literal

Term = Literal["short", "middle", "long", ""]


@dataclass(frozen=True, slots=True)
class Measure:
    """`within` is the measure that this one is a part of, and so its denominator; `term` is when the theory of change
    expects a change of it (domain.md A11: S97 short, S98 middle, S99 long), "" where it is context. `beside` counts
    nobody whom this one counts, and both are a part of `within`, or of a part of it."""

    code: str
    within: str = ""
    term: Term = ""
    beside: str = ""


# Each after what it is a part of, and after what it is beside. No two overlap in a third: from all three of *asked*,
# *asked as routine* and *told* it can be reckoned how many told when they were asked as routine, at least. And who was
# asked because of concern is left out: with those asked as routine it would tell who came unasked.
MEASURES = (
    Measure("conversations", term="short"),
    Measure("could_not_ask", "conversations", "short"),
    Measure("asked", "conversations", "middle"),
    Measure("asked_routine", "asked", "middle"),
    Measure("identified", "asked", "middle"),
    Measure("not_confirmed", "asked", beside="identified"),
    Measure("identified_concern", "identified", "middle", beside="asked_routine"),
    Measure("handed_over", "identified", "middle"),
    Measure("opened", "handed_over", "middle"),
    Measure("accepted", "opened", "middle"),
    Measure("assessed", "accepted", "middle"),
    Measure("reached", "accepted", "middle"),
    Measure("offered", "reached", "middle"),
    Measure("took_offer", "offered", "middle"),
    Measure("completed", "reached", "middle"),
    Measure("shelter", "handed_over", "long"),
    Measure("advice", "conversations", "short"),
    Measure("own_violence", "conversations"),
    Measure("children", "conversations"),
    Measure("child_only", "children"),
    Measure("notified", "conversations", "short"),
    Measure("duty_left", "conversations", "short"),
)
# The one measure that is told of each unit. A second would be a part of it or around it, and what is hidden of the one
# could be reckoned from the other.
BY_UNIT = "asked"
WAY = ("asked", "identified", "handed_over", "opened", "accepted", "reached", "completed")
# What an external evaluator of the theory of change will ask for, and the bot cannot know.
NOT_KNOWN = ("competences", "groups", "network", "mastery", "without_violence")
