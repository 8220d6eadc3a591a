"""Deletes what has outlived its purpose, by the table in the design; sessions end elsewhere, with a reminder.

A closed referral is deleted whole rather than robbed of its people: what statistics need of it stands in its
outcome already, so that a row without people would serve nobody.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, delete, exists, or_, select

from bot.outcome import week_of
from bot.quarter import of_day
from bot.storage.attempts import HOUR
from bot.storage.people import blank_if_removed
from bot.storage.tables import (
    absence,
    attempt,
    entry,
    invitation,
    leftover,
    notice,
    outcome,
    referral,
    round_,
    route,
    seen_update,
    sending,
    session,
    spoken,
    staff,
    step,
    trace,
    watch,
)
from bot.storage.types import BLANK, Moment

UPDATES = timedelta(hours=48)
UNDELETABLE = timedelta(hours=48)  # Telegram lets a bot delete nothing older
ON_ITS_WAY = timedelta(minutes=1)  # longer than any message takes that was being sent when she was removed
UNDO = timedelta(hours=1)  # it can be undone for ten minutes; a little longer it is said to be too late
TIES = timedelta(days=30)  # to people: of a referral since it was closed, of a person since she was removed
OUTCOMES = timedelta(days=5 * 365 + 2)
LEFTOVERS = timedelta(days=365)

_before = bindparam("before", type_=Moment)
_OVER = select(referral.c.reference).where(referral.c.closed <= _before)
_TIED = exists().where(or_(referral.c.sender == staff.c.id, referral.c.accepted_by == staff.c.id))
# She is to be rung about a citizen whom nobody else knows.
_AWAITED = exists().where(
    referral.c.sender == staff.c.id, referral.c.closed.is_(None), referral.c.reached.is_(None)
)
_LEFT_BEHIND = exists().where(trace.c.staff == staff.c.id)

_UPDATES = delete(seen_update).where(seen_update.c.seen <= _before)
_INVITATIONS = delete(invitation).where(or_(invitation.c.expires <= _before, invitation.c.used.is_not(None)))
_ATTEMPTS = delete(attempt).where(attempt.c.at <= _before)
_ENTRIES = delete(entry).where(entry.c.due <= _before)
_NOTICES = delete(notice).where(notice.c.reference.in_(_OVER))
_SESSIONS = delete(session).where(or_(session.c.about.in_(_OVER), session.c.touched <= _before))
_WATCHES = delete(watch).where(watch.c.reference.in_(_OVER))
_ABSENCES = delete(absence).where(absence.c.back <= _before)
_ROUTES = delete(route).where(route.c.tried <= _before)
_ROUNDS = delete(round_).where(round_.c.due <= _before)
_STEPS = delete(step).where(step.c.made <= _before)
_TRACES = delete(trace).where(trace.c.due <= _before)
_SENDINGS = delete(sending).where(sending.c.due <= _before)
_REFERRALS = delete(referral).where(referral.c.closed <= _before)
_STAFF = delete(staff).where(staff.c.removed <= _before, ~_TIED)
_LEFTOVERS = delete(leftover).where(leftover.c.week < bindparam("week"))
_SPOKEN = delete(spoken).where(spoken.c.quarter < bindparam("quarter"))
_OUTCOMES = delete(outcome).where(outcome.c.week < bindparam("week"))
_GONE = select(staff.c.id).where(
    staff.c.chat != BLANK,
    or_(
        staff.c.removed <= bindparam("too_late", type_=Moment),
        and_(staff.c.removed <= bindparam("settled", type_=Moment), ~_LEFT_BEHIND, ~_AWAITED),
    ),
)


def blank(c: Connection, now: datetime) -> int:
    """Of whoever was removed nothing is known any more once her chat is cleaned and nobody has to ring her about what
    she has handed over, or when 48 hours are over; how many it was done to."""
    gone = c.execute(_GONE, {"too_late": now - UNDELETABLE, "settled": now - ON_ITS_WAY}).scalars().all()
    return sum(blank_if_removed(c, number) for number in gone)


def purge(c: Connection, now: datetime) -> dict[str, int]:
    """How many rows went, by table. Wipe the file afterwards: old pages still hold them, and so does the log."""
    ties, undone = {"before": now - TIES}, {"before": now - UNDO}
    counts = {
        "seen_update": c.execute(_UPDATES, {"before": now - UPDATES}).rowcount,
        "invitation": c.execute(_INVITATIONS, {"before": now}).rowcount,
        "round": c.execute(_ROUNDS, {"before": now}).rowcount,
        "step": c.execute(_STEPS, undone).rowcount,
        "watch": c.execute(_WATCHES, undone).rowcount,
        "absence": c.execute(_ABSENCES, undone).rowcount,
        "route": c.execute(_ROUTES, ties).rowcount,
        "trace": c.execute(_TRACES, ties).rowcount,
        "sending": c.execute(_SENDINGS, ties).rowcount,
        "attempt": c.execute(_ATTEMPTS, {"before": now - HOUR}).rowcount,
        "entry": c.execute(_ENTRIES, {"before": now}).rowcount,
        "notice": c.execute(_NOTICES, ties).rowcount,
        "session": c.execute(_SESSIONS, ties).rowcount,
        "referral": c.execute(_REFERRALS, ties).rowcount,
        "staff": c.execute(_STAFF, ties).rowcount,
        "leftover": c.execute(_LEFTOVERS, {"week": week_of((now - LEFTOVERS).date())}).rowcount,
        "spoken": c.execute(_SPOKEN, {"quarter": str(of_day((now - OUTCOMES).date()))}).rowcount,
        "outcome": c.execute(_OUTCOMES, {"week": week_of((now - OUTCOMES).date())}).rowcount,
    }
    blank(c, now)
    return counts
