"""Who receives a referral, in which order and until when, how long to wait, and what the employee may be told."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.handover import NEEDS_A_CALL, Limits, Rules, after, deadline, pause, rings, status, whole_hours
from bot.model import Notice, Referral, Role, Staff, Urgency, Watch
from bot.worktime import Hours

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # a Monday
COPENHAGEN = "Europe/Copenhagen"
OPENING = {day: (time(8), time(15, 30)) for day in range(4)} | {4: (time(8), time(13))}
HOUR = timedelta(hours=1)


def staff(number: int, role: Role, unit: str = "north", *, blocked: bool = False) -> Staff:
    return Staff(number, 1000 + number, role, unit, f"Navn {number}", "00", "da", blocked=blocked)


SENDER = staff(1, "frontline")
KEY, OTHER_KEY = staff(2, "key_person"), staff(3, "key_person")
SOUTH = staff(4, "key_person", "south")
COORDINATOR = staff(5, "coordinator", "south")
EVERYBODY = [SENDER, KEY, OTHER_KEY, SOUTH, COORDINATOR]


# --- who receives it --------------------------------------------------------------------------------

RULES = Rules(
    hours=Hours(OPENING, COPENHAGEN),
    urgent=Limits(15, 60, 120),
    standard=Limits(60, 420, 840),
    neighbours={"north": "south"},
)
CLOSED_HOUSE = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)  # a Saturday
DEPUTY = replace(staff(6, "key_person"), deputy=True)
EVERYBODY = [SENDER, COORDINATOR, SOUTH, DEPUTY, OTHER_KEY, KEY]


def asked(
    people: list[Staff], urgency: Urgency = "standard", *, unit: str = "north", first: str = "", now: datetime = NOW,
    sender: Staff = SENDER,
) -> list[list[int]]:  # fmt: skip
    """By number, ring by ring."""
    return [[one.id for one in ring] for ring in rings(unit, first, urgency, sender, people, RULES, now)]


def test_the_units_key_persons_are_asked_then_their_deputies_the_neighbour_and_the_coordinators() -> None:
    assert asked(EVERYBODY) == [[2, 3], [6], [4], [5]]
    assert asked(EVERYBODY, unit="south") == [[4], [5]]
    assert asked(EVERYBODY, unit="west") == [[5]]


def test_danger_asks_all_key_persons_at_once() -> None:
    assert asked(EVERYBODY, "now") == [[2, 3, 4, 6], [5]]


def test_what_must_be_done_today_asks_the_deputies_too_where_the_house_is_closed() -> None:
    assert asked(EVERYBODY, "same_day") == [[2, 3], [6], [4], [5]]
    assert asked(EVERYBODY, "same_day", now=CLOSED_HOUSE) == [[2, 3, 6], [4], [5]]
    assert asked(EVERYBODY, "standard", now=CLOSED_HOUSE) == [[2, 3], [6], [4], [5]]


def test_the_unit_that_knows_most_of_such_cases_is_asked_along() -> None:
    assert asked(EVERYBODY, first="south") == [[2, 3, 4], [6], [5]]
    assert asked(EVERYBODY, unit="west", first="north") == [[2, 3], [6], [5]]


def test_those_who_speak_the_senders_language_come_first() -> None:
    english = replace(SENDER, language="en")
    people = [KEY, replace(OTHER_KEY, language="en"), COORDINATOR]
    assert asked(people, sender=english) == [[3, 2], [5]]
    assert asked(people) == [[2, 3], [5]]


@pytest.mark.parametrize(
    ("key_person", "is_asked"),
    [
        (KEY, True),
        (replace(KEY, blocked=True), False),
        (replace(KEY, back=NOW + HOUR), False),
        (replace(KEY, back=NOW), True),
        (replace(KEY, role="frontline"), False),
        (replace(KEY, unit="west"), False),
        (SENDER, False),
        (replace(KEY, id=SENDER.id), False),
    ],
)
def test_only_who_is_entitled_and_can_be_reached_is_asked(key_person: Staff, is_asked: bool) -> None:
    assert asked([key_person]) == ([[key_person.id]] if is_asked else [])


def test_the_next_ring_is_the_first_with_somebody_in_it_who_was_not_asked() -> None:
    every = rings("north", "", "standard", SENDER, EVERYBODY, RULES, NOW)
    assert after(every, frozenset()) == (KEY, OTHER_KEY)
    assert after(every, frozenset({2})) == (OTHER_KEY,)
    assert after(every, frozenset({2, 3})) == (DEPUTY,)
    assert after(every, frozenset({2, 3, 4, 6})) == (COORDINATOR,)
    assert after(every, frozenset({2, 3, 4, 5, 6})) == ()


# --- until when -------------------------------------------------------------------------------------

WATCH = Watch("ab12", "", NOW, since=10)
ON_ITS_WAY = Notice(11, "referral", 2, "ab12", NOW)
IN_HER_CHAT = replace(ON_ITS_WAY, due=None, message=77)
SEEN = replace(ON_ITS_WAY, due=None)


@pytest.mark.parametrize(
    ("urgency", "notice", "minutes"),
    [
        ("same_day", ON_ITS_WAY, 15), ("same_day", IN_HER_CHAT, 60), ("same_day", SEEN, 120), ("now", SEEN, 120),
        ("standard", ON_ITS_WAY, 60), ("standard", replace(SEEN, code="passed"), 60),
    ],
)  # fmt: skip
def test_how_long_somebody_has_depends_on_how_far_it_has_come(
    urgency: Urgency, notice: Notice, minutes: int
) -> None:
    assert deadline(urgency, WATCH, [notice], RULES) == NOW + timedelta(minutes=minutes)


def test_what_can_wait_waits_for_opening_hours_and_what_is_urgent_does_not() -> None:
    watch = replace(WATCH, asked=CLOSED_HOUSE)
    assert deadline("standard", watch, [ON_ITS_WAY], RULES) == datetime(2026, 11, 30, 8, tzinfo=UTC)
    assert deadline("same_day", watch, [ON_ITS_WAY], RULES) == CLOSED_HOUSE + timedelta(minutes=15)


def test_only_those_who_were_asked_last_count() -> None:
    earlier = replace(SEEN, id=9)
    assert deadline("same_day", WATCH, [earlier, ON_ITS_WAY], RULES) == NOW + timedelta(minutes=15)


def test_where_nobody_is_left_it_is_taken_up_again_when_the_house_opens() -> None:
    assert deadline("same_day", replace(WATCH, exhausted=True), [], RULES) == datetime(
        2026, 11, 24, 7, tzinfo=UTC
    )


# --- how long to wait -------------------------------------------------------------------------------


def test_the_pause_doubles_from_two_seconds_up_to_five_minutes() -> None:
    seconds = [pause(attempts).total_seconds() for attempts in range(12)]
    assert seconds == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]
    assert pause(10_000).total_seconds() == 300


def test_telegrams_own_wish_for_a_pause_is_followed_and_never_shortens_ours() -> None:
    assert pause(0, 600).total_seconds() == 600
    assert pause(0, 1).total_seconds() == 2
    assert pause(9, 3.5).total_seconds() == 300
    assert pause(1, None).total_seconds() == 4
    assert pause(0, 2.5).total_seconds() == 2.5


# --- what the employee may be told ------------------------------------------------------------------

STORED = Referral("ab12", SENDER.id, "north", "standard", "referral", NOW)


def notice(number: int, code: str = "") -> Notice:
    return Notice(number, "referral", number, "ab12", NOW, code=code)


WAITS, PASSED, FAILED = notice(2), notice(3, "passed"), notice(4, "failed")
DELIVERED = replace(STORED, delivered=NOW)
OPENED = replace(DELIVERED, opened=NOW)
ACCEPTED = replace(OPENED, accepted=NOW, accepted_by=KEY.id)
CLOSED = replace(ACCEPTED, close="completed", closed=NOW)

STATUS: list[tuple[Referral, list[Notice], str]] = [
    (STORED, [WAITS], "stored"),
    (DELIVERED, [WAITS], "delivered"),
    (OPENED, [WAITS], "opened"),
    (replace(STORED, opened=NOW), [WAITS], "opened"),
    (STORED, [], "no_receiver"),
    (STORED, [FAILED], "undeliverable"),
    (DELIVERED, [FAILED], "undeliverable"),
    (STORED, [FAILED, WAITS], "stored"),
    (DELIVERED, [PASSED, WAITS], "passed_on"),
    (OPENED, [PASSED, WAITS], "passed_on"),
    (OPENED, [PASSED], "passed_on"),
    (OPENED, [PASSED, FAILED], "passed_on"),
    (ACCEPTED, [WAITS], "accepted"),
    (ACCEPTED, [PASSED], "accepted"),
    (ACCEPTED, [], "accepted"),
    (CLOSED, [], "closed"),
    (replace(CLOSED, close="not_reached"), [], "closed"),
    (replace(CLOSED, close="not_reached", urgency="same_day"), [], "not_reached"),
    (replace(CLOSED, close="not_reached", urgency="now"), [], "not_reached"),
    (CLOSED, [PASSED, WAITS], "closed"),
    (replace(STORED, close="declined", closed=NOW), [WAITS], "closed"),
    (replace(CLOSED, close="sent_in_error"), [], "withdrawn"),
    (replace(STORED, close="sent_in_error", closed=NOW), [WAITS], "withdrawn"),
]


@pytest.mark.parametrize(("referral", "notices", "said"), STATUS)
def test_the_employee_is_told_what_has_happened_and_never_more(
    referral: Referral, notices: list[Notice], said: str
) -> None:
    assert status(referral, notices) == said


def test_it_is_told_that_more_were_asked_because_nobody_answered_and_that_nobody_is_left() -> None:
    assert status(DELIVERED, [WAITS], WATCH) == "delivered"
    assert status(OPENED, [WAITS], replace(WATCH, steps=1)) == "asked_more"
    assert status(OPENED, [WAITS], replace(WATCH, steps=3, exhausted=True)) == "nobody_answers"
    assert status(ACCEPTED, [WAITS], replace(WATCH, steps=3)) == "accepted"


def test_every_status_is_in_the_table() -> None:
    said = {said for _, _, said in STATUS} | {"asked_more", "nobody_answers"}
    assert len(said) == 12
    assert said >= NEEDS_A_CALL
    assert said - NEEDS_A_CALL == {"stored", "delivered", "opened", "accepted", "closed", "withdrawn"}


# --- hours ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "hours"), [(0, 0), (59, 0), (60, 1), (119, 1), (48 * 60, 48), (-5, 0), (-90, 0)]
)
def test_hours_are_whole_and_never_below_none(minutes: int, hours: int) -> None:
    assert whole_hours(NOW, NOW + timedelta(minutes=minutes)) == hours


def test_what_has_not_happened_took_no_hours() -> None:
    assert whole_hours(NOW, None) is None
