"""What is counted: the closed list of measures, what each is a part of, and its place in the theory of change."""

from dataclasses import dataclass
from typing import Literal

Term = Literal["short", "middle", "long", ""]


@dataclass(frozen=True, slots=True)
class Measure:
    """`within` is the measure that this one is a part of, and so its denominator; `term` is when the theory of change
    expects a change of it (domain.md A11: S97 short, S98 middle, S99 long), "" where it is context. What is not told
    `by_unit` leaves no room in its unit for a small number of something else, which could be reckoned."""

    code: str
    within: str = ""
    term: Term = ""
    by_unit: bool = True


# Each after what it is a part of. Who was asked because of concern is not among them: with that number, those asked as
# routine and all who were asked, it could be reckoned who told by herself, and so how few have told at least.
MEASURES = (
    Measure("conversations", term="short"),
    Measure("could_not_ask", "conversations", "short", by_unit=False),
    Measure("asked", "conversations", "middle"),
    Measure("asked_routine", "asked", "middle"),
    Measure("not_confirmed", "asked", by_unit=False),
    Measure("identified", "asked", "middle"),
    Measure("identified_routine", "identified", "middle"),
    Measure("identified_concern", "identified", "middle", by_unit=False),
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
    Measure("child_only", "conversations", by_unit=False),
    Measure("own_violence", "conversations", by_unit=False),
    Measure("children", "conversations"),
    Measure("notified", "conversations", "short"),
    Measure("duty_left", "conversations", "short", by_unit=False),
)
# Of one conversation only one of these holds, and none is asked.
INSTEAD = frozenset({"could_not_ask", "child_only", "own_violence"})
WAY = ("asked", "identified", "handed_over", "opened", "accepted", "reached", "completed")
# What an external evaluator of the theory of change will ask for, and the bot cannot know.
NOT_KNOWN = ("competences", "groups", "network", "mastery", "without_violence")
