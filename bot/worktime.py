"""Opening hours and Danish working days on the municipality's clock; pure, and nothing else about time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

Opening = Mapping[int, tuple[time, time]]

EARLIEST = time(8)
_FARTHEST = 400  # days; a week without any opening hours opens never


@dataclass(frozen=True, slots=True)
class Hours:
    """When the municipality works: from and to by weekday, Monday being 0, in its own `zone`."""

    opening: Opening
    zone: str

    def is_open(self, now: datetime) -> bool:
        """Inside opening hours of a Danish working day."""
        local = now.astimezone(ZoneInfo(self.zone))
        return any(start <= local < end for start, end in self._of(local.date()))

    def opens(self, day: date) -> datetime:
        """When work begins on a working day; at eight where the municipality gives no hours for it."""
        hours = self.opening.get(day.weekday())
        return datetime.combine(day, hours[0] if hours else EARLIEST, ZoneInfo(self.zone))

    def opens_next(self, after: datetime) -> datetime:
        """The first opening later than `after`; a day later where the municipality never opens."""
        return next((start for start, _ in self._from(after) if start > after), after + timedelta(days=1))

    def after(self, begun: datetime, minutes: int) -> datetime:
        """When so many minutes of opening hours have passed; plain minutes where the municipality never opens."""
        left = timedelta(minutes=minutes)
        for start, end in self._from(begun):
            now = max(start, begun)
            if end - now >= left:
                return now + left
            left -= end - now
        return begun + timedelta(minutes=minutes)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much of the time from one moment to another the municipality was open; all of it where it never opens."""
        if not self.opening or end <= start:  # the latter where the clock was set back in between
            return max(end - start, timedelta())
        passed = timedelta()
        for opened, closed in self._from(start):
            if opened >= end:
                break
            passed += min(closed, end) - max(opened, start)
        return passed

    def _from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open stretches that are not over at a moment, in UTC, so that a change of the clock costs nothing."""
        today = moment.astimezone(ZoneInfo(self.zone)).date()
        for days in range(_FARTHEST):
            for start, end in self._of(today + timedelta(days=days)):
                if end > moment:
                    yield start, end

    def _of(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        hours = self.opening.get(day.weekday())
        if hours is not None and not is_holiday(day):
            start, end = (datetime.combine(day, hour, ZoneInfo(self.zone)).astimezone(UTC) for hour in hours)
            yield start, end


@cache
def is_holiday(day: date) -> bool:
    import holidays  # slow to import, and most commands never ask

    return day in holidays.country_holidays("DK", years=day.year)
