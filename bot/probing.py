"""Shows every working day that each unit's way to its key persons works, and tells the coordinators where none does.

What is sent is the neutral notice, silently, and taken away at once; no referral is made, so that nothing is counted.
"""

from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import asking
from bot.house import House
from bot.storage import notices, people, routes

NOWHERE = "nowhere"  # the one notice to a coordinator, whichever units it is about


def key_of(unit: str) -> str:
    """A reference that stands for a unit; its id may have other signs than a reference."""
    return sha256(unit.encode()).hexdigest()[:16]


def try_routes(c: Connection, house: House, now: datetime) -> None:
    """Once in the opening hours of each working day, for each unit."""
    if not house.rules.hours.is_open(now):
        return
    zone, known = ZoneInfo(house.rules.hours.zone), routes.all_of(c)
    today = now.astimezone(zone).date()
    left = [
        unit
        for unit in _in_use(c, house)
        if unit not in known or known[unit][0].astimezone(zone).date() < today
    ]
    for unit in left:
        routes.tried(c, unit, now)
        try_route(c, house, unit, now)
    if left:
        _tell_of_outages(c, house, now)


def try_route(c: Connection, house: House, unit: str, now: datetime) -> None:
    """The first who would be asked is written to; nobody where there is none."""
    reachable = asking.key_persons(c, house, unit, now)
    if reachable:
        notices.queue(c, "probe", reachable[0].id, key_of(unit), now)


def worked(c: Connection, house: House, reference: str, now: datetime) -> None:
    for unit in house.rules.units:
        if key_of(unit) == reference:
            routes.proven(c, unit, now)


def failed(c: Connection, house: House, reference: str, now: datetime) -> None:
    """Somebody cannot be reached: the next one is written to."""
    for unit in house.rules.units:
        if key_of(unit) == reference:
            try_route(c, house, unit, now)
            _tell_of_outages(c, house, now)


def outages(c: Connection, house: House, now: datetime) -> list[str]:
    """The units in use in which no key person can be asked now."""
    return [unit for unit in _in_use(c, house) if not asking.key_persons(c, house, unit, now)]


def _in_use(c: Connection, house: House) -> list[str]:
    """Those with somebody in them; of a unit that nobody works in yet, `opspor doctor` tells."""
    people_of = {
        one.unit for role in ("frontline", "key_person") for one in people.with_role(c, house.cipher, role)
    }
    return [unit for unit in house.rules.units if unit in people_of]


def _tell_of_outages(c: Connection, house: House, now: datetime) -> None:
    """Each working day while it lasts; what was said of one that is over is taken back."""
    lasting = outages(c, house, now)
    for coordinator in people.with_role(c, house.cipher, "coordinator"):
        known = notices.find(c, NOWHERE, coordinator.id, NOWHERE)
        if lasting and (known is None or (known.due is None and not known.message)):
            notices.queue(c, NOWHERE, coordinator.id, NOWHERE, now)
        elif known is not None and not lasting and not known.message:
            notices.drop(c, known)


def nowhere_to_send(c: Connection, house: House, now: datetime) -> None:
    """Somebody begins where nobody can be asked: the coordinators hear of it at once, unless they have."""
    for coordinator in people.with_role(c, house.cipher, "coordinator"):
        if notices.find(c, NOWHERE, coordinator.id, NOWHERE) is None:
            notices.queue(c, NOWHERE, coordinator.id, NOWHERE, now)
