"""Who receives a referral, in which order, and until when; pure: no clock, no database, no words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.model import Notice, Referral, Staff, Urgency, Watch
from bot.worktime import Hours

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=5)
REMIND_AFTER = timedelta(hours=1)

# What an employee may be told that she must not wait for: she is to ring somebody herself.
NEEDS_A_CALL = frozenset(
    {"undeliverable", "no_receiver", "passed_on", "not_reached", "asked_more", "nobody_answers"}
)

Ring = tuple[Staff, ...]  # those who are asked at once; the first to accept has it


@dataclass(frozen=True, slots=True)
class Limits:
    """Minutes within which a notice is delivered, opened, accepted: around the clock for what is urgent, of opening
    hours for the rest."""

    delivered: int
    opened: int
    accepted: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What the municipality's file says of hand-overs. `neighbours` is the unit that helps out, by unit;
    `specialists` the unit that knows most of honour-related conflicts, of
    places in a shelter or of children."""

    hours: Hours
    urgent: Limits
    standard: Limits
    units: tuple[str, ...] = ()
    neighbours: Mapping[str, str] = field(default_factory=dict)
    specialists: Mapping[str, str] = field(default_factory=dict)


def rings(
    unit: str, first: str, urgency: Urgency, sender: Staff | None, staff: Sequence[Staff], rules: Rules,
    now: datetime,
) -> tuple[Ring, ...]:  # fmt: skip
    """Who is asked, and who next where nobody answers: the key persons of the unit and of the one that knows most of
    such cases, their deputies, the neighbouring unit's, the coordinators. Danger asks all key persons at once; what
    must be done today asks the deputies too where the house is closed. In each ring those who speak the sender's
    language come first, since they will talk on the telephone. Never the sender, nobody of another role, nobody who
    is away or has blocked the bot."""
    but, language = (sender.id, sender.language) if sender else (0, "")
    here = [one for one in staff if one.id != but and is_present(one, now)]
    own, neighbour = {unit, first}, rules.neighbours.get(unit, "")

    def key_persons(units: set[str], *, deputies: bool) -> list[Staff]:
        chosen = (one for one in here if one.role == "key_person" and one.unit in units)
        return [one for one in chosen if one.deputy == deputies]

    around = {neighbour} - {""}
    found = [
        key_persons(own, deputies=False),
        key_persons(own, deputies=True),
        [*key_persons(around, deputies=False), *key_persons(around, deputies=True)],
        [one for one in here if one.role == "coordinator"],
    ]
    if urgency == "now":
        found[:3] = [[*found[0], *found[1], *found[2]]]
    elif urgency == "same_day" and not rules.hours.is_open(now):
        found[:2] = [[*found[0], *found[1]]]
    return tuple(ring for ring in _each_once(found, language) if ring)


def _each_once(found: Sequence[Sequence[Staff]], language: str) -> Iterator[Ring]:
    known: set[int] = set()
    for ring in found:
        new = {one.id: one for one in ring if one.id not in known}
        known |= new.keys()
        yield tuple(sorted(new.values(), key=lambda one: (one.language != language, one.id)))


def is_present(one: Staff, now: datetime) -> bool:
    return not one.blocked and (one.back is None or one.back <= now)


def after(rings: Sequence[Ring], asked: frozenset[int]) -> Ring:
    """The first ring with somebody in it who was not asked yet, without those who were; empty at the end."""
    left = (tuple(one for one in ring if one.id not in asked) for ring in rings)
    return next((ring for ring in left if ring), ())


# --- the clock --------------------------------------------------------------------------------------


def deadline(urgency: Urgency, watch: Watch, asked: Sequence[Notice], rules: Rules) -> datetime:
    """Until when the newest receivers have, as far as they have come. Where nobody is left to ask, the next opening."""
    if watch.exhausted:
        return rules.hours.opens_next(watch.asked)
    limits = rules.standard if urgency == "standard" else rules.urgent
    newest = [notice for notice in asked if notice.id >= watch.since and notice.code == ""]
    if any(is_opened(notice) for notice in newest):
        minutes = limits.accepted
    else:
        minutes = limits.opened if any(notice.message for notice in newest) else limits.delivered
    if urgency == "standard":
        return rules.hours.after(watch.asked, minutes)
    return watch.asked + timedelta(minutes=minutes)


def is_opened(notice: Notice) -> bool:
    """It stands on no message any more and need not ring."""
    return notice.code == "" and notice.due is None and not notice.message


def pause(attempts: int, retry_after: float | None = None) -> timedelta:
    """How long to wait after a try that failed for a while: doubling from 2 seconds up to 5 minutes, or what
    Telegram asked for (in seconds)."""
    grown = min(FIRST_PAUSE * int(2 ** min(attempts, 10)), LONGEST_PAUSE)
    return max(grown, timedelta(seconds=retry_after or 0))


def waited(attempts: int) -> timedelta:
    """How long something has been put off that was tried so often, where Telegram asked for no longer pauses."""
    return sum((pause(before) for before in range(attempts)), timedelta())


# --- what is said of it -----------------------------------------------------------------------------


def status(referral: Referral, notices: Sequence[Notice], watch: Watch | None = None) -> str:
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
    if watch is not None and watch.exhausted:
        return "nobody_answers"
    if any(notice.code == "passed" for notice in notices):
        return "passed_on"
    if watch is not None and watch.steps:
        return "asked_more"
    if referral.opened:
        return "opened"
    return "delivered" if referral.delivered else "stored"


def _nobody_left(notices: Sequence[Notice]) -> str:
    if not notices:
        return "no_receiver"
    return "passed_on" if any(notice.code == "passed" for notice in notices) else "undeliverable"


def whole_hours(start: datetime, end: datetime | None) -> int | None:
    return None if end is None else max(0, int((end - start) / timedelta(hours=1)))


def open_hours(hours: Hours, start: datetime, end: datetime | None) -> int | None:
    """As `whole_hours`, of the municipality's opening alone."""
    return None if end is None else max(0, int(hours.between(start, end) / timedelta(hours=1)))
