"""Whom a notice is still for when it is due, as everything is then: what became of it, and what she is now."""

from sqlalchemy import Connection

from bot import asking
from bot.handover import NEEDS_A_CALL
from bot.house import House
from bot.model import Notice, Staff
from bot.storage import notices, people, referrals


def still(c: Connection, house: House, notice: Notice) -> Staff | None:
    """Whom the notice is still for: nobody, where the referral is closed or somebody else has it."""
    staff = people.by_id(c, house.cipher, notice.staff)
    if staff is None or notice.kind in {"duty_open", "probe", "fresh"}:
        return staff
    if notice.kind in notices.OF_COORDINATORS and staff.role != "coordinator":
        return None
    if notice.kind in {"nowhere", "lapsing"}:
        return staff
    if notice.kind == "duty_unit":  # only while it stands open
        return staff if notices.of(c, notice.reference, "duty_open") else None
    referral = referrals.get(c, notice.reference)
    if referral is None or (notice.kind in {"referral", "review"} and staff.role == "frontline"):
        return None
    if notice.kind == "failed":
        said = asking.status(c, referral)
        unanswered = not referral.closed and referral.accepted is None
        return staff if unanswered or said in NEEDS_A_CALL else None
    if notice.kind == "review":
        return staff if not referral.closed and referral.accepted_by == staff.id else None
    if referral.accepted_by == staff.id:
        return staff
    return staff if not referral.closed and referral.accepted is None else None
