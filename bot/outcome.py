"""The minimal record of one conversation; what is counted of it is for reports, and nobody is in it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Outcome:
    """The minimal record of one conversation: closed codes and numbers, a week and a unit, no person.

    `week` is ISO, as in 2026-W47; the hours are whole and counted from when the referral was stored.
    """

    week: str
    unit: str
    moment: str = ""
    mode: str = ""
    response: str = ""
    forms: str = ""
    children: str = ""
    level: str = ""
    duty: str = ""
    wish: str = ""
    next: str = ""
    result: str = ""
    urgency: str = ""
    path: str = ""
    accepted: int = 0
    reached: int = 0
    offer: str = ""
    answer: str = ""
    close: str = ""
    hours_to_open: int | None = None
    hours_to_accept: int | None = None
    hours_to_reach: int | None = None


def week_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
