"""Who receives a referral, when the house is open, how long to wait, and what the employee may be told."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.handover import NEEDS_A_CALL, is_open, pause, receivers, status, whole_hours
from bot.model import Notice, Referral, Role, Staff

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


def test_the_key_persons_of_the_unit_receive_it_and_nobody_else() -> None:
    assert receivers("north", SENDER.id, EVERYBODY) == (KEY, OTHER_KEY)
    assert receivers("south", SENDER.id, EVERYBODY) == (SOUTH,)


@pytest.mark.parametrize(
    "people",
    [
        [SENDER, SOUTH, COORDINATOR],
        [SENDER, replace(KEY, blocked=True), SOUTH, COORDINATOR],
        [KEY, replace(SENDER, role="frontline"), COORDINATOR],
    ],
)
def test_where_no_key_person_of_the_unit_can_be_reached_the_coordinators_receive_it(
    people: list[Staff],
) -> None:
    sender = KEY.id if people[0] is KEY else SENDER.id
    assert receivers("north", sender, people) == (COORDINATOR,)


def test_nobody_is_asked_to_take_her_own_referral() -> None:
    assert receivers("north", KEY.id, EVERYBODY) == (OTHER_KEY,)
    assert receivers("west", COORDINATOR.id, EVERYBODY) == ()


def test_somebody_who_has_blocked_the_bot_is_passed_by() -> None:
    people = [replace(KEY, blocked=True), OTHER_KEY, replace(COORDINATOR, blocked=True)]
    assert receivers("north", SENDER.id, people) == (OTHER_KEY,)
    assert receivers("north", OTHER_KEY.id, people) == ()


def test_a_frontline_employee_never_receives_one() -> None:
    assert receivers("north", 99, [SENDER, staff(6, "frontline")]) == ()
    assert receivers("north", 99, []) == ()


# --- when the house is open -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "is_it"),
    [
        ("2026-11-23T07:00+00:00", True),  # Monday 08:00
        ("2026-11-23T06:59+00:00", False),
        ("2026-11-23T14:29+00:00", True),
        ("2026-11-23T14:30+00:00", False),  # 15:30 is closed
        ("2026-11-27T11:59+00:00", True),  # Friday
        ("2026-11-27T12:00+00:00", False),
        ("2026-11-28T09:00+00:00", False),  # Saturday
        ("2026-11-29T09:00+00:00", False),
        ("2026-07-06T06:00+00:00", True),  # summer: 08:00 is two hours ahead
        ("2026-07-06T05:59+00:00", False),
        ("2026-11-23T02:00-05:00", True),  # whatever clock the moment was written by
        ("2026-11-22T23:30+00:00", False),  # Monday in Copenhagen, half past midnight
    ],
)
def test_opening_hours_are_on_the_municipalitys_clock(moment: str, is_it: bool) -> None:
    assert is_open(datetime.fromisoformat(moment), OPENING, COPENHAGEN) == is_it


def test_another_municipalitys_clock_is_another() -> None:
    assert is_open(NOW, OPENING, COPENHAGEN)
    assert not is_open(NOW, OPENING, "America/Nuuk")
    assert is_open(NOW + 4 * HOUR, OPENING, "America/Nuuk")


def test_the_day_of_the_week_is_that_of_the_municipalitys_clock() -> None:
    monday_morning = datetime.fromisoformat("2026-11-22T19:30+00:00")  # a Sunday in Greenwich
    assert is_open(monday_morning, OPENING, "Pacific/Auckland")
    assert not is_open(monday_morning - 24 * HOUR, OPENING, "Pacific/Auckland")


@pytest.mark.parametrize(
    "day",
    [
        "2026-01-01",  # New Year's Day
        "2026-04-02",  # Maundy Thursday
        "2026-04-03",  # Good Friday
        "2026-04-06",  # Easter Monday
        "2026-05-14",  # Ascension Day
        "2026-05-25",  # Whit Monday
        "2026-12-25",
        "2025-12-26",
    ],
)
def test_a_danish_holiday_is_closed(day: str) -> None:
    assert not is_open(datetime.fromisoformat(f"{day}T10:00+00:00"), OPENING, COPENHAGEN)


def test_great_prayer_day_has_been_a_working_day_since_2024() -> None:
    """Lov nr. 214 of 2023 did away with it."""
    assert is_open(datetime.fromisoformat("2026-05-01T10:00+00:00"), OPENING, COPENHAGEN)
    assert not is_open(datetime.fromisoformat("2023-05-05T10:00+00:00"), OPENING, COPENHAGEN)


def test_a_holiday_begins_at_midnight_on_the_municipalitys_wall() -> None:
    always = {day: (time(0), time(23, 59)) for day in range(7)}
    assert is_open(datetime.fromisoformat("2026-12-24T22:30+00:00"), always, COPENHAGEN)
    assert not is_open(datetime.fromisoformat("2026-12-24T23:30+00:00"), always, COPENHAGEN)


def test_a_house_without_hours_is_never_open() -> None:
    assert not is_open(NOW, {}, COPENHAGEN)


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


def test_every_status_is_in_the_table() -> None:
    said = {said for _, _, said in STATUS}
    assert len(said) == 9
    assert said >= NEEDS_A_CALL == {"undeliverable", "no_receiver", "passed_on"}


# --- hours ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "hours"), [(0, 0), (59, 0), (60, 1), (119, 1), (48 * 60, 48), (-5, 0), (-90, 0)]
)
def test_hours_are_whole_and_never_below_none(minutes: int, hours: int) -> None:
    assert whole_hours(NOW, NOW + timedelta(minutes=minutes)) == hours


def test_what_has_not_happened_took_no_hours() -> None:
    assert whole_hours(NOW, None) is None
