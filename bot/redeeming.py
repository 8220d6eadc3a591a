"""What becomes of a code that somebody sends: the same work for everybody who may not come in, and not too often."""

from datetime import datetime

from sqlalchemy import Connection

from bot import asking, handing_on, leaving, terms
from bot.house import House
from bot.model import Event, Staff
from bot.storage import attempts, invitations, people


def by_a_stranger(c: Connection, house: House, event: Event, language: str, now: datetime) -> Staff | None:
    """Whoever has no code, a wrong one, a used one, or has tried too often goes the same way, to its end."""
    code = event.argument if event.kind == "command" and event.code == "start" else ""
    allowed = attempts.may_try(c, house.cipher.digest(event.chat), now, counts=bool(code))
    good = code if allowed else ""  # no invitation was ever made for no code
    staff = invitations.redeem(c, house.cipher, code=good, chat=event.chat, language=language, now=now)
    if staff is not None:
        terms.renew(c, staff, now)
        asking.look_again(c, house, now)
    return staff


def by_a_colleague(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Staff:
    """A valid code gives her the role and unit that it was made for; what goes with the old ones goes on without
    her. The last coordinator stays one, and the code stays good."""
    allowed = attempts.may_try(c, house.cipher.digest(event.chat), now, counts=True)
    becomes = invitations.role_of(c, event.argument, now) if allowed else ""
    if not becomes or (becomes != "coordinator" and terms.is_last_coordinator(c, staff)):
        return staff
    invitations.redeem(
        c, house.cipher, code=event.argument, chat=event.chat, language=staff.language, now=now
    )
    terms.renew(c, staff, now)
    now_she_is = people.by_id(c, house.cipher, staff.id) or staff
    if (staff.role, staff.unit) != (now_she_is.role, now_she_is.unit):
        if staff.role == "coordinator" != now_she_is.role:
            leaving.no_more_a_coordinator(c, staff, now)
        if now_she_is.role == "frontline" != staff.role:
            leaving.step_down(c, house, now_she_is, now)
        handing_on.hand_on(c, house, now_she_is, now)
        asking.look_again(c, house, now)
    return people.by_id(c, house.cipher, staff.id) or staff
