"""Quarters of a year as thirteen ISO weeks, since an outcome has a week and no day; pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from bot.outcome import week_of

WEEKS = 13
LAST = 4  # has the 53rd week, too, where the year has one


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Weeks 1 to 13, 14 to 26, 27 to 39, and 40 to the last of an ISO year; at most three days from the calendar's."""

    year: int
    number: int

    def __str__(self) -> str:
        """As it stands in tables and is stored: 2026-q3."""
        return f"{self.year}-q{self.number}"

    @property
    def first_day(self) -> date:
        return date.fromisocalendar(self.year, (self.number - 1) * WEEKS + 1, 1)

    @property
    def last_day(self) -> date:
        return self.after.first_day - timedelta(days=1)

    @property
    def middle(self) -> date:
        """In the calendar's quarter of the same number, whose first day may be another."""
        return self.first_day + timedelta(weeks=WEEKS // 2)

    @property
    def first_week(self) -> str:
        return week_of(self.first_day)

    @property
    def last_week(self) -> str:
        return week_of(self.last_day)

    @property
    def after(self) -> "Quarter":
        return Quarter(self.year + 1, 1) if self.number == LAST else Quarter(self.year, self.number + 1)

    @property
    def before(self) -> "Quarter":
        return Quarter(self.year - 1, LAST) if self.number == 1 else Quarter(self.year, self.number - 1)


def of_week(week: str) -> Quarter:
    """Of an ISO week, as in 2026-W47."""
    year, _, number = week.partition("-W")
    return Quarter(int(year), min((int(number) - 1) // WEEKS + 1, LAST))


def of_day(day: date) -> Quarter:
    return of_week(week_of(day))


def from_to(first: Quarter, last: Quarter) -> list[Quarter]:
    """Both included, the oldest first; none where the last comes before the first."""
    found = []
    while first <= last:
        found.append(first)
        first = first.after
    return found
