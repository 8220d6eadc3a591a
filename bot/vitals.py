"""Reads from the rows whether the bot delivers, deletes and reaches every unit; it changes nothing and says nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import handover
from bot.counting import Vitals
from bot.days import working_day_before
from bot.house import House
from bot.model import Staff
from bot.storage import notices, people, routes, sendings, traces, watches

PROVEN_WITHIN = 3  # working days; each unit's way is tried on every one of them


OVERDUE_AFTER = timedelta(hours=1)  # a deletion; what Telegram refuses for now is tried again until then
LATE_AFTER = timedelta(minutes=5)  # a notice; the longest pause between two tries


def read(c: Connection, house: House, now: datetime) -> Vitals:
    late, (overdue, overdue_since) = notices.late(c, now), traces.overdue(c, now)
    # Each try in vain moves a notice's time on: what it was first due at is reckoned back.
    since = [due - handover.waited(attempts) for attempts, _, due in late]
    staff = people.roster(c)
    units = _in_use(house, staff)
    proven = {unit: worked for unit, (_, worked) in routes.all_of(c).items()}
    unproven = tuple(unit for unit in units if _is_old(house, proven.get(unit), now))
    worked = [moment for unit in units if unit not in unproven if (moment := proven.get(unit)) is not None]
    return Vitals(
        at=now,
        due=sum(count for _, count, _ in late),
        due_since=min(since, default=None),
        ahead=notices.ahead(c, now),
        overdue=overdue,
        overdue_since=overdue_since,
        lost=sendings.lost(c, now),
        nobody_left=watches.nobody_left(c),
        unreached=tuple(unit for unit in units if not _has_key_person(house, unit, staff, now)),
        unproven=unproven,
        proven=min(worked, default=None),
    )


def _in_use(house: House, staff: Sequence[Staff]) -> list[str]:
    """As `probing` has it, asked of people whose names were not unsealed: this is read every few seconds."""
    of_people = {one.unit for one in staff if one.role != "coordinator"}
    return [unit for unit in house.rules.units if unit in of_people]


def _has_key_person(house: House, unit: str, staff: Sequence[Staff], now: datetime) -> bool:
    rings = handover.rings(unit, "", "standard", None, staff, house.rules, now)
    return any(one.role == "key_person" for ring in rings for one in ring)


def _is_old(house: House, proven: datetime | None, now: datetime) -> bool:
    if proven is None:
        return True
    day = house.today(now)
    for _ in range(PROVEN_WITHIN):
        day = working_day_before(day)
    return house.today(proven) < day
