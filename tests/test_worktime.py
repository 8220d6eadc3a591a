"""When the house is open, and when so many minutes of opening hours have passed, on the municipality's clock."""

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.worktime import Hours

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # a Monday, half past ten in Copenhagen
COPENHAGEN = "Europe/Copenhagen"
OPENING = {day: (time(8), time(15, 30)) for day in range(4)} | {4: (time(8), time(13))}
HOUR = timedelta(hours=1)
HOURS = Hours(OPENING, COPENHAGEN)


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
    assert Hours(OPENING, COPENHAGEN).is_open(datetime.fromisoformat(moment)) == is_it


def test_another_municipalitys_clock_is_another() -> None:
    assert Hours(OPENING, COPENHAGEN).is_open(NOW)
    assert not Hours(OPENING, "America/Nuuk").is_open(NOW)
    assert Hours(OPENING, "America/Nuuk").is_open(NOW + 4 * HOUR)


def test_the_day_of_the_week_is_that_of_the_municipalitys_clock() -> None:
    monday_morning = datetime.fromisoformat("2026-11-22T19:30+00:00")  # a Sunday in Greenwich
    assert Hours(OPENING, "Pacific/Auckland").is_open(monday_morning)
    assert not Hours(OPENING, "Pacific/Auckland").is_open(monday_morning - 24 * HOUR)


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
    assert not Hours(OPENING, COPENHAGEN).is_open(datetime.fromisoformat(f"{day}T10:00+00:00"))


def test_great_prayer_day_has_been_a_working_day_since_2024() -> None:
    """Lov nr. 214 of 2023 did away with it."""
    assert Hours(OPENING, COPENHAGEN).is_open(datetime.fromisoformat("2026-05-01T10:00+00:00"))
    assert not Hours(OPENING, COPENHAGEN).is_open(datetime.fromisoformat("2023-05-05T10:00+00:00"))


def test_a_holiday_begins_at_midnight_on_the_municipalitys_wall() -> None:
    always = {day: (time(0), time(23, 59)) for day in range(7)}
    assert Hours(always, COPENHAGEN).is_open(datetime.fromisoformat("2026-12-24T22:30+00:00"))
    assert not Hours(always, COPENHAGEN).is_open(datetime.fromisoformat("2026-12-24T23:30+00:00"))


def test_a_house_without_hours_is_never_open() -> None:
    assert not Hours({}, COPENHAGEN).is_open(NOW)


# --- so many minutes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begun", "minutes", "over"),
    [
        ("2026-11-23T09:30+00:00", 60, "2026-11-23T10:30+00:00"),
        ("2026-11-23T14:00+00:00", 30, "2026-11-23T14:30+00:00"),  # to the very end of the day
        ("2026-11-23T14:00+00:00", 31, "2026-11-24T07:01+00:00"),
        ("2026-11-27T11:30+00:00", 60, "2026-11-30T07:30+00:00"),  # over a weekend
        ("2026-11-28T09:00+00:00", 60, "2026-11-30T08:00+00:00"),  # begun on a Saturday
        ("2026-04-01T13:00+00:00", 60, "2026-04-07T06:30+00:00"),  # over Easter
        ("2026-10-23T10:00+00:00", 120, "2026-10-26T08:00+00:00"),  # over the end of summer time
        ("2026-11-23T07:00+00:00", 5 * 450, "2026-11-30T09:30+00:00"),  # Friday is shorter
    ],
)
def test_minutes_are_counted_in_opening_hours_only(begun: str, minutes: int, over: str) -> None:
    assert HOURS.after(datetime.fromisoformat(begun), minutes) == datetime.fromisoformat(over)


def test_the_next_opening_is_later_than_now() -> None:
    assert HOURS.opens_next(NOW) == datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert HOURS.opens_next(datetime(2026, 11, 24, 6, 59, tzinfo=UTC)) == datetime(
        2026, 11, 24, 7, tzinfo=UTC
    )
    assert HOURS.opens_next(datetime(2026, 11, 24, 7, tzinfo=UTC)) == datetime(2026, 11, 25, 7, tzinfo=UTC)


def test_a_house_that_never_opens_counts_plain_time() -> None:
    assert Hours({}, COPENHAGEN).after(NOW, 90) == NOW + 1.5 * HOUR
    assert Hours({}, COPENHAGEN).opens_next(NOW) == NOW + 24 * HOUR
