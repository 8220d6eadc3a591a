"""Reads from the rows whether the bot delivers, deletes and reaches every unit; it changes nothing and says nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import handover, reach
from bot.counting import Vitals
from bot.house import House
from bot.model import Staff
from bot.storage import notices, people, sendings, traces, watches

OVERDUE_AFTER = timedelta(hours=1)  # a deletion; what Telegram refuses for now is tried again until then
LATE_AFTER = timedelta(minutes=5)  # a notice; the longest pause between two tries


def read(c: Connection, house: House, now: datetime) -> Vitals:
    late, (overdue, overdue_since) = notices.late(c, now), traces.overdue(c, now)
    # Each try in vain moves a notice's time on: what it was first due at is reckoned back.
    since = [due - handover.waited(attempts) for attempts, _, due in late]
    staff = people.roster(c)
    ways = reach.read(c, house.rules.units, staff, house.words.zone, now)
    return Vitals(
        at=now,
        due=sum(count for _, count, _ in late),
        due_since=min(since, default=None),
        ahead=notices.ahead(c, now),
        overdue=overdue,
        overdue_since=overdue_since,
        lost=sendings.lost(c, now),
        nobody_left=watches.nobody_left(c),
        unreached=tuple(unit for unit in ways.in_use if not _has_key_person(house, unit, staff, now)),
        unproven=ways.unproven,
        proven=ways.proven,
    )


def _has_key_person(house: House, unit: str, staff: Sequence[Staff], now: datetime) -> bool:
    rings = handover.rings(unit, "", "standard", None, staff, house.rules, now)
    return any(one.role == "key_person" for ring in rings for one in ring)
