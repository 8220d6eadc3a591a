"""Who receives a referral, and when what is due; pure: no clock, no database, no words."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from bot.model import Notice, Referral, Staff

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=5)
REMIND_AFTER = timedelta(hours=1)

# What an employee may be told that she must not wait for: she is to ring somebody herself.
NEEDS_A_CALL = frozenset({"undeliverable", "no_receiver", "passed_on", "not_reached"})

Opening = Mapping[int, tuple[time, time]]


def receivers(unit: str, sender: int, staff: Sequence[Staff]) -> tuple[Staff, ...]:
    """The unit's key persons; where none can be reached, the coordinators. Never the sender, never somebody
    who has blocked the bot, never anybody of another role."""
    reachable = [one for one in staff if not one.blocked and one.id != sender]
    key_persons = tuple(one for one in reachable if one.role == "key_person" and one.unit == unit)
    return key_persons or tuple(one for one in reachable if one.role == "coordinator")


def is_open(now: datetime, opening: Opening, zone: str) -> bool:
    """Whether `now` is inside opening hours of a Danish working day, on the municipality's clock."""
    local = now.astimezone(ZoneInfo(zone))
    hours = opening.get(local.weekday())
    return hours is not None and hours[0] <= local.time() < hours[1] and not is_holiday(local.date())


@cache
def is_holiday(day: date) -> bool:
    import holidays  # slow to import, and most commands never ask

    return day in holidays.country_holidays("DK", years=day.year)


def pause(attempts: int, retry_after: float | None = None) -> timedelta:
    """How long to wait after a try that failed for a while: doubling from 2 seconds up to 5 minutes, or what
    Telegram asked for (in seconds)."""
    grown = min(FIRST_PAUSE * int(2 ** min(attempts, 10)), LONGEST_PAUSE)
    return max(grown, timedelta(seconds=retry_after or 0))


def status(referral: Referral, notices: Sequence[Notice]) -> str:
    """What the employee may be told, by name of a phrase: never more than has happened."""
    if referral.close == "sent_in_error":
        return "withdrawn"
    if referral.close == "not_reached" and referral.urgency != "standard":
        return "not_reached"
    if referral.closed:
        return "closed"
    if referral.accepted:
        return "accepted"
    waiting = [notice for notice in notices if notice.code == ""]
    if not waiting:
        return _nobody_left(notices)
    if any(notice.code == "passed" for notice in notices):
        return "passed_on"
    if referral.opened:
        return "opened"
    return "delivered" if referral.delivered else "stored"


def _nobody_left(notices: Sequence[Notice]) -> str:
    if not notices:
        return "no_receiver"
    return "passed_on" if any(notice.code == "passed" for notice in notices) else "undeliverable"


def whole_hours(start: datetime, end: datetime | None) -> int | None:
    return None if end is None else max(0, int((end - start) / timedelta(hours=1)))
