"""What the key person does in a case she has taken, stored step by step: risk assessment, plan and its date, offer and
answer; and how the last step is undone. What becomes of the referral itself stands in `referring`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from bot import asking, days, referring
from bot.house import House
from bot.model import Answers, Referral, Session, Staff
from bot.storage import notices, referrals, works
from bot.storage.works import Work

FINAL = frozenset({"done", "declined"})  # after anything else the risk assessment is asked about again

Change = Callable[[House, Work, Answers, datetime], Work]
Undone = Literal["undone", "too_late", "gone"]


def _stored(what: str, change: Change) -> referring.Deed:
    """A step of hers; nothing is stored where the case is not hers any more."""

    def deed(c: Connection, house: House, staff: Staff, session: Session, now: datetime) -> Session:
        referral = referring.hers(c, session.reference, staff)
        if referral is None:
            return replace(session, state=referring.lost_to(c, session.reference))
        before = works.get(c, referral.reference)
        works.keep(c, referral, staff.id, what, now, now - referring.UNDO_WITHIN)
        after = change(house, before, session.answers, now)
        works.put(c, referral.reference, after)
        if after.review != before.review:
            remind_of_review(c, house, referral, now)
        referring.complete(c, house, referral.reference)
        return session

    return deed


def _assessed(house: House, before: Work, answers: Answers, now: datetime) -> Work:
    return replace(before, assessment=str(answers["assessment"]), tool="")


def _planned(house: House, before: Work, answers: Answers, now: datetime) -> Work:
    """A plan with its date, or none."""
    if answers["plan"] != "made":
        return replace(before, plan=str(answers["plan"]), span="", review=None)
    span = str(answers["review"])
    day = days.review_day(house.today(now), span)
    return replace(before, plan="made", span=span, review=house.rules.hours.opens(day))


def _offered(house: House, before: Work, answers: Answers, now: datetime) -> Work:
    return replace(before, offer=str(answers["offer"]), answer="")


def _answered(house: House, before: Work, answers: Answers, now: datetime) -> Work:
    return replace(before, answer=str(answers["answer"]))


def _named(house: House, before: Work, answers: Answers, now: datetime) -> Work:
    return replace(before, tool=str(answers["tool"]))


DEEDS: Mapping[str, referring.Deed] = {
    "assessment": _stored("assessment", _assessed),
    "tool": _stored("tool", _named),
    "plan": _stored("plan", _planned),
    "offer": _stored("offer", _offered),
    "answer": _stored("answer", _answered),
}


# --- the plan's date --------------------------------------------------------------------------------


def remind_of_review(c: Connection, house: House, referral: Referral, now: datetime) -> None:
    """One reminder, to whoever has the case, when work begins on the working day before; none without a date."""
    referring.drop_reviews(c, referral.reference, now)
    due = _reminded_at(house, works.get(c, referral.reference))
    if due is not None and due > now and referral.accepted_by is not None:
        notices.queue(c, "review", referral.accepted_by, referral.reference, due)


def _reminded_at(house: House, work: Work) -> datetime | None:
    return (
        None
        if work.review is None
        else house.rules.hours.opens(days.working_day_before(house.today(work.review)))
    )


# --- what is known when her card opens again --------------------------------------------------------


def known(c: Connection, house: House, reference: str, now: datetime) -> dict[str, str]:
    """So that it opens on the next unanswered question. A plan whose day has come is asked about again, and so is
    one that was not needed before the risk was assessed."""
    work = works.get(c, reference)
    told = {
        "assessment": work.assessment, "tool": work.tool, "plan": work.plan, "review": work.span,
        "offer": work.offer, "answer": work.answer,
    }  # fmt: skip
    due = _reminded_at(house, work)
    if due is not None and due <= now:
        told |= {"plan": "", "review": "", "due": "review"}
    elif work.plan == "not_needed" and work.assessment not in FINAL:
        told["plan"] = ""
    return {question: key for question, key in told.items() if key}


# --- undoing ----------------------------------------------------------------------------------------


def can_be_undone(c: Connection, reference: str, staff: Staff, now: datetime) -> int:
    """The number of her last step, while it is less than ten minutes old; 0 where there is none."""
    last = works.last(c, reference)
    mine = last is not None and last.staff == staff.id and now - last.made < referring.UNDO_WITHIN
    return last.id if last is not None and mine else 0


def undo(c: Connection, house: House, staff: Staff, number: int, now: datetime) -> tuple[Undone, str]:
    """Everything as it was before that step, and everybody told; and the case that it was in."""
    step = works.find(c, number)
    last = works.last(c, step.reference) if step is not None else None
    hers = step is not None and step.staff == staff.id and staff.role != "frontline"
    if step is None or last is None or last.id != step.id or not hers:
        return "gone", ""
    if now - step.made >= referring.UNDO_WITHIN:
        return "too_late", step.reference
    works.restore(c, step)
    referral = referrals.get(c, step.reference)
    assert referral is not None  # noqa: S101 - the step could not be there without it
    if step.what == "accept":
        ask_again(c, house, step.reference, now)
    if step.what == "close":
        _no_call_any_more(c, referral, now)
    # Her own notice went with the closing; she has the card before her, and is told if it becomes more urgent.
    notices.queue(c, "referral", staff.id, step.reference, now)
    notices.settle(c, "referral", staff.id, step.reference, "")
    remind_of_review(c, house, referral, now)
    asking.tell_sender(c, house, step.reference, now)
    referring.complete(c, house, step.reference)
    return "undone", step.reference


def ask_again(c: Connection, house: House, reference: str, now: datetime) -> None:
    """It is offered to those who were asked when it was taken."""
    for notice in notices.of(c, reference, "referral"):
        if notice.code == "taken":
            notices.queue(c, "referral", notice.staff, reference, now)
    asking.restart(c, house, reference, now)


def _no_call_any_more(c: Connection, referral: Referral, now: datetime) -> None:
    """That it was closed without contact is not so any more."""
    notice = notices.find(c, "failed", referral.sender, referral.reference)
    if notice is not None:
        notices.take_back(c, notice, now)
