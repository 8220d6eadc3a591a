"""What must be stored with a step and with the end of a conversation: deeds, the outcome, the reminder."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from bot import derived, handing_on, practice, quarter, referring, showing, working
from bot.handover import REMIND_AFTER
from bot.house import House
from bot.model import Answers, Session, Staff, Step, Urgency
from bot.outcome import Outcome, week_of
from bot.storage import notices, outcomes, people, referrals, rounds, sessions, spoken, traces

CHAT_KEPT = timedelta(minutes=15)


def carry_out(c: Connection, house: House, staff: Staff, before: Session, step: Step, now: datetime) -> Step:
    """Store what a step asks for; the step may come back on another state, where somebody was faster, or as if
    it had not been taken, where what it calls back is over already."""
    session = step.session
    if practice.is_practice(before):
        return _as_if(house, step)
    if "withdraw" in step.does and not referring.can_be_withdrawn(c, before.reference):
        return Step(replace(before, turn=session.turn, view=""), note="closed_already")
    for deed in step.does:
        session = _DEEDS[deed](c, house, staff, session, now)
    if session.flow == "detection" and session.reference and not step.does:
        referring.raise_urgency(c, house, staff, session, now)
    ended = step.ended or house.flows[session.flow].states[session.state].ends
    nobody = step.note == "asked" and session.given.get("route") == "none"
    return replace(step, session=session, ended=ended, note="asked_nobody" if nobody else step.note)


def _as_if(house: House, step: Step) -> Step:
    """A practised step: it leads where it would, nothing is stored or sent, and the note says so."""
    session = step.session
    if step.does:
        session = replace(session, given={**session.given, "route": "open"})
    ended = step.ended or house.flows[session.flow].states[session.state].ends
    return replace(step, session=session, ended=ended, does=(), note="practised" if step.does else step.note)


def end(
    c: Connection, house: House, staff: Staff, about: str, session: Session, now: datetime,
    remind: datetime | None = None,
) -> None:  # fmt: skip
    """However a conversation ends: its outcome, the reminder of a duty that stands open, and the clean-up of the
    chat, unless the person has another conversation open in it. `about` is the place it was open in."""
    answers = session.answers
    if practice.is_practice(session):
        _count_in_the_round(c, house, staff, session, now)
    elif session.flow == "detection":
        if "mode" in answers and session.trail:
            if session.reference:
                referring.raise_urgency(c, house, staff, replace(session, given=_closed(answers)), now)
            referral = referrals.get(c, session.reference) if session.reference else None
            today, at_least = house.today(now), referral.urgency if referral else "standard"
            outcome = outcome_of(answers, staff.unit, today, at_least)
            number = outcomes.record(c, outcome)
            if language := showing.language_of(session.given):
                spoken.add(c, str(quarter.of_day(today)), language)
            if referral is not None:
                referrals.tie(c, referral.reference, number)
                referring.complete(c, house, referral.reference)
        if derived.duty_is_open(answers) and (session.trail or not _is_reminded(c, staff.id)):
            _remind_of_the_duty(c, house, staff, remind or now + REMIND_AFTER, now)
    sessions.end(c, staff.id, about)
    if sessions.open_of(c, staff.id):
        if staff.live:
            traces.keep(c, staff.id, staff.live, now, CHAT_KEPT)
    else:
        # Notices that wait to be opened, and status cards, outlive a conversation.
        kept = [notice.message for notice in notices.to(c, staff.id) if notice.message]
        traces.expire(c, staff.id, now + CHAT_KEPT, keep=kept)


def _count_in_the_round(c: Connection, house: House, staff: Staff, session: Session, now: datetime) -> None:
    """Where she has joined her unit's round and been through it to the end: her answers to the questions that it is
    about, as one more of each."""
    together = rounds.of(c, staff.unit, now)
    key = str(session.given.get(practice.SITUATION))
    situation, flow = house.situations.get(key), house.flows.get(session.flow)
    if together is None or together.situation != key or practice.TOGETHER not in session.given:
        return
    state = flow.states.get(session.state) if flow else None
    if situation is not None and state is not None and state.ends and session.state != "stopped":
        rounds.count(c, together, staff.id, practice.choices(situation, session.answers))


def _remind_of_the_duty(c: Connection, house: House, staff: Staff, due: datetime, now: datetime) -> None:
    """Her, the same day; the coordinators, the next morning, that one stands open in the unit, if it still does."""
    reference = house.reference()
    notices.queue(c, "duty_open", staff.id, reference, due)
    for coordinator in people.with_role(c, house.cipher, "coordinator"):
        if coordinator.id != staff.id:
            notices.queue(c, "duty_unit", coordinator.id, reference, house.rules.hours.opens_next(now))


def _is_reminded(c: Connection, staff_id: int) -> bool:
    """A check that was opened and left untouched says nothing that a waiting reminder does not say."""
    return any(notice.kind == "duty_open" for notice in notices.to(c, staff_id))


def outcome_of(answers: Answers, unit: str, today: date, at_least: Urgency = "standard") -> Outcome:
    """The minimal record: codes, a week and a unit. Red flags, honour and danger are never in it. `at_least`
    is what the referral was already stored with, which no later answer lowers."""
    plain = ("moment", "mode", "response", "children", "duty", "wish", "next")
    return Outcome(
        week=week_of(today),
        unit=unit,
        forms=",".join(answers.get("forms", ())),
        level=derived.level(answers),
        result=derived.result(answers),
        urgency=derived.higher(derived.urgency(_closed(answers)), at_least),
        path=derived.path(answers),
        **{name: str(answers.get(name, "")) for name in plain},  # type: ignore[arg-type]
    )


def _closed(answers: Answers) -> Answers:
    """A duty that stands unanswered when a conversation ends is due, as far as urgency goes."""
    if "duty" not in answers and derived.duty_stands(answers):
        return {**answers, "duty": "today"}
    return answers


def _accept(c: Connection, house: House, staff: Staff, session: Session, now: datetime) -> Session:
    """Whoever had it before may have set the date of a plan; its reminder is the new one's."""
    session = referring.accept(c, house, staff, session, now)
    referral = referring.hers(c, session.reference, staff)
    if referral is not None:
        working.remind_of_review(c, house, referral, now)
    return session


_DEEDS: dict[str, referring.Deed] = {
    **working.DEEDS,
    "refer": referring.refer,
    "withdraw": referring.call_back,
    "accept": _accept,
    "pass_on": handing_on.pass_on,
    "contact": referring.contact,
    "close": referring.close,
}
