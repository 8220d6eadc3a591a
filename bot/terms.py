"""How long an admission holds: whoever's time is over is nobody here from that moment on, and the coordinators hear of
it a fortnight before."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import leaving
from bot.house import House
from bot.model import Staff
from bot.storage import notices, people

TOLD_BEFORE = timedelta(days=14)
LAPSING = "lapsing"
MENU = "menu"


def lapse(c: Connection, house: House, now: datetime) -> None:
    """Asked at the beginning of whatever is done, so that no job need run for it. The last coordinator stays."""
    for one in people.admitted_by(c, house.cipher, now - house.term):
        remove(c, house, one, now)


def remove(c: Connection, house: House, staff: Staff, now: datetime) -> int | None:
    """How many referrals went on to others. None for the last coordinator, who stays: nobody could let anybody in."""
    if is_last_coordinator(c, staff):
        return None
    if staff.role == "coordinator":
        leaving.no_more_a_coordinator(c, staff, now)
    count = leaving.leave(c, house, staff, now)
    _forget_the_notices_about(c, staff, now)
    notices.queue(c, MENU, staff.id, MENU, now)
    return count


def renew(c: Connection, staff: Staff, now: datetime) -> None:
    people.renew(c, staff.id, now)
    _forget_the_notices_about(c, staff, now)


def is_last_coordinator(c: Connection, staff: Staff) -> bool:
    """Read in the transaction that acts on it, so that two cannot remove each other."""
    return staff.role == "coordinator" and people.coordinators(c) == [staff.id]


def until(house: House, staff: Staff) -> datetime:
    assert staff.admitted is not None  # noqa: S101 - a row has it; only a Staff made by hand has not
    return staff.admitted + house.term


def ends_soon(house: House, staff: Staff, now: datetime) -> bool:
    return until(house, staff) - TOLD_BEFORE <= now


# --- telling of it ----------------------------------------------------------------------------------


def tell_coordinators(c: Connection, house: House, now: datetime) -> None:
    """One colleague at a time to each: whoever was admitted on the same day as all others comes with the next."""
    ending = people.admitted_by(c, house.cipher, now - house.term + TOLD_BEFORE)
    if not ending:
        return
    for coordinator in people.with_role(c, house.cipher, "coordinator"):
        hers = [one for one in notices.to(c, coordinator.id) if one.kind == LAPSING]
        if any(one.due is not None or one.message for one in hers):
            continue
        known = {one.reference for one in hers}
        of_whom = (one for one in ending if may_renew(c, coordinator, one) and key_of(one) not in known)
        for one in list(of_whom)[:1]:
            notices.queue(c, LAPSING, coordinator.id, key_of(one), now)


def may_renew(c: Connection, coordinator: Staff, staff: Staff) -> bool:
    """Another one does it; only the last coordinator has none."""
    return coordinator.id != staff.id or is_last_coordinator(c, staff)


def key_of(staff: Staff) -> str:
    """A reference that stands for a person; no referral's has all of these letters."""
    return f"person{staff.id}"


def person_of(reference: str) -> int:
    return int(reference.removeprefix("person"))


def _forget_the_notices_about(c: Connection, staff: Staff, now: datetime) -> None:
    for notice in notices.of(c, key_of(staff), LAPSING):
        notices.take_back(c, notice, now)
