"""Deletes what has outlived its purpose, by the table in the design; sessions end elsewhere, with a reminder.

A closed referral is deleted whole rather than robbed of its people: what statistics need of it stands in its
outcome already, so that a row without people would serve nobody.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, exists, or_, select

from bot.outcome import week_of
from bot.storage.attempts import HOUR
from bot.storage.tables import (
    attempt,
    entry,
    invitation,
    notice,
    outcome,
    referral,
    seen_update,
    session,
    staff,
)
from bot.storage.types import Moment

UPDATES = timedelta(hours=48)
TIES = timedelta(days=30)  # to people: of a referral since it was closed, of a person since she was removed
OUTCOMES = timedelta(days=5 * 365 + 2)

_before = bindparam("before", type_=Moment)
_OVER = select(referral.c.reference).where(referral.c.closed <= _before)
_TIED = exists().where(or_(referral.c.sender == staff.c.id, referral.c.accepted_by == staff.c.id))

_UPDATES = delete(seen_update).where(seen_update.c.seen <= _before)
_INVITATIONS = delete(invitation).where(or_(invitation.c.expires <= _before, invitation.c.used.is_not(None)))
_ATTEMPTS = delete(attempt).where(attempt.c.at <= _before)
_ENTRIES = delete(entry).where(entry.c.due <= _before)
_NOTICES = delete(notice).where(notice.c.reference.in_(_OVER))
_SESSIONS = delete(session).where(session.c.about.in_(_OVER))
_REFERRALS = delete(referral).where(referral.c.closed <= _before)
_STAFF = delete(staff).where(staff.c.removed <= _before, ~_TIED)
_OUTCOMES = delete(outcome).where(outcome.c.week < bindparam("week"))


def purge(c: Connection, now: datetime) -> dict[str, int]:
    """How many rows went, by table. Truncate the log afterwards: the old pages are still in it."""
    ties = {"before": now - TIES}
    return {
        "seen_update": c.execute(_UPDATES, {"before": now - UPDATES}).rowcount,
        "invitation": c.execute(_INVITATIONS, {"before": now}).rowcount,
        "attempt": c.execute(_ATTEMPTS, {"before": now - HOUR}).rowcount,
        "entry": c.execute(_ENTRIES, {"before": now}).rowcount,
        "notice": c.execute(_NOTICES, ties).rowcount,
        "session": c.execute(_SESSIONS, ties).rowcount,
        "referral": c.execute(_REFERRALS, ties).rowcount,
        "staff": c.execute(_STAFF, ties).rowcount,
        "outcome": c.execute(_OUTCOMES, {"week": week_of((now - OUTCOMES).date())}).rowcount,
    }
