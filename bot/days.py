"""Days on the municipality's calendar: working days, what is due when; pure."""

from datetime import date, timedelta

from bot.worktime import is_holiday

ASSESSED_WITHIN = timedelta(hours=24)  # the authority's deadline from receipt, never the employee's
RECEIPT_WITHIN = 6  # working days, the authority's too
WEEKDAYS = 5

# How far off a safety plan's review may be set: months, and days beyond them.
SPANS = {"1w": (0, 7), "2w": (0, 14), "1m": (1, 0), "3m": (3, 0)}


def is_working_day(day: date) -> bool:
    return day.weekday() < WEEKDAYS and not is_holiday(day)


def working_day_from(day: date) -> date:
    """The day itself, or the next working day."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def working_day_before(day: date) -> date:
    day -= timedelta(days=1)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def working_days_after(day: date, count: int) -> date:
    """The last of the `count` working days that follow a day."""
    for _ in range(count):
        day = working_day_from(day + timedelta(days=1))
    return day


def review_day(today: date, span: str) -> date:
    """When a plan is to be looked at again; never on a day on which nobody works."""
    months, days = SPANS[span]
    return working_day_from(_months_after(today, months) + timedelta(days=days))


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, day.day)
