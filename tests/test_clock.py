"""What happens when nobody takes a hand-over: who is asked next, what the employee hears, and when people are away."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from bot import asking, probing
from bot.storage import invitations, people, watches
from tests.cast import NEUTRAL, Cast, Person, on_stage

KEY_PHONE = "00 00 00 12"


async def handed_over(cast: Cast, **facts: str) -> str:
    """Anna hands over with a name; the reference."""
    await cast.anna.say("/new")
    told = {
        "moment": "during",
        "mode": "told",
        "gate": "ok",
        "children": "no",
        "wish": "help",
        "consent": "named",
    }
    await cast.anna.answer(**(told | facts))
    await cast.outbox()
    return await cast.reference()


async def status_card(person: Person) -> str:
    rows = [row for row in await person.cast.rows("notice") if row["kind"] == "status"]
    return person.messages[rows[0]["message"]]


async def asked(cast: Cast) -> set[int]:
    return {row["staff"] for row in await cast.rows("notice") if row["kind"] == "referral"}


async def test_who_was_invited_as_a_deputy_is_asked_after_the_others(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.ask(
            lambda c: invitations.invite(
                c, cast.house.cipher, code="stand-in", role="key_person", unit="jobcenter", name="Dorte Bjerregaard",
                phone="00 00 00 78", now=cast.time.now(), is_deputy=True,
            )
        )  # fmt: skip
        dorte = Person(cast, 7009, "Dorte Bjerregaard", "00 00 00 78")
        await dorte.say("/start stand-in")
        assert (await dorte.staff()).role == "key_person"
        await handed_over(cast)
        assert await asked(cast) == {await cast.bente.id()}
        cast.later(days=3)
        await cast.outbox()
        assert await asked(cast) == {await cast.bente.id(), await dorte.id()}


async def test_a_time_that_passes_asks_the_next_and_the_employee_is_told_so(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        dorte = await cast.admit("dorte", 7009, "key_person", unit="sundhed")
        await handed_over(cast)
        assert await asked(cast) == {await cast.bente.id()}
        cast.later(hours=7)  # of opening hours: the next working day
        await cast.outbox()
        assert await asked(cast) == {await cast.bente.id()}
        cast.later(days=2)
        await cast.outbox()
        assert await dorte.id() not in await asked(cast), "another unit is no neighbour"
        assert await asked(cast) == {await cast.bente.id(), await cast.karen.id()}
        assert "jeg har spurgt flere" in await status_card(cast.anna)
        assert KEY_PHONE in await status_card(cast.anna)
        assert cast.anna.lock_screen == NEUTRAL


async def test_at_the_end_of_the_list_the_employee_gets_the_number_and_everybody_is_asked_once_more(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await handed_over(cast, danger="now", safe_today="no")
        for _ in range(4):
            cast.later(hours=2, minutes=1)
            await cast.outbox()
        assert "ikke flere at spørge" in await status_card(cast.anna)
        rung = len(cast.wire.of("sendMessage", cast.bente.chat))
        cast.later(days=1)
        await cast.outbox()
        assert len(cast.wire.of("sendMessage", cast.bente.chat)) > rung, "every working day anew"


async def test_what_is_urgent_passes_on_within_the_hour_also_at_night(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        cast.later(hours=12)
        await handed_over(cast, safe_today="no")
        assert {row["urgency"] for row in await cast.rows("referral")} == {"same_day"}
        cast.later(minutes=61)
        await cast.outbox()
        assert await cast.karen.id() in await asked(cast)


async def test_whoever_accepts_stops_the_clock(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await handed_over(cast)
        await cast.bente.press("Åbn")
        await cast.bente.press("Jeg tager den")
        cast.later(days=5)
        await cast.outbox()
        assert await asked(cast) == {await cast.bente.id()}
        assert "har taget den" in await status_card(cast.anna)
        assert not [row for row in await cast.rows("notice") if row["kind"] == "clock"]


async def test_what_somebody_handed_over_goes_on_when_she_is_no_longer_there(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await handed_over(cast)
        await cast.ask(lambda c: people.remove(c, 1, cast.time.now()))
        cast.later(days=3)
        await cast.outbox()
        assert await cast.karen.id() in await asked(cast)


async def test_the_clock_goes_on_after_a_kill(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await handed_over(cast)
        await cast.kill()
        cast.later(days=3)
        await cast.start()
        await cast.outbox()
        assert await cast.karen.id() in await asked(cast)


async def test_a_clock_without_its_watch_begins_anew_and_is_not_dropped(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        reference = await handed_over(cast)
        await cast.ask(lambda c: watches.end(c, reference))
        cast.later(hours=7)
        await cast.outbox()
        clocks = [row for row in await cast.rows("notice") if row["kind"] == "clock"]
        assert clocks[0]["due"] > cast.time.now()
        cast.later(days=3)
        await cast.outbox()
        assert len(await asked(cast)) > 1


@pytest.mark.parametrize(
    ("facts", "unit"),
    [
        ({"who": "parent", "honour": "yes", "wish": "shelter"}, "voksen"),
        ({"wish": "shelter", "children": "yes"}, "jobcenter"),
        ({"wish": "help", "children": "yes"}, "sundhed"),
        ({"wish": "help", "children": "no"}, ""),
    ],
)
def test_those_who_know_most_of_such_a_case_are_asked_along(facts: dict[str, str], unit: str) -> None:
    rules = SimpleNamespace(specialists={"honour": "voksen", "shelter": "jobcenter", "children": "sundhed"})
    answers = {"mode": "told", "consent": "named", **facts}
    assert asking.specialist(SimpleNamespace(rules=rules), answers) == unit  # type: ignore[arg-type]


async def test_who_is_away_is_not_asked_and_what_waits_for_her_goes_to_the_next(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await handed_over(cast)
        await cast.bente.say("/fravaer")
        assert "Hvornår er du på arbejde igen?" in cast.bente.screen
        await cast.bente.press("0:away.w1")
        await cast.outbox()
        assert await asked(cast) == {await cast.bente.id(), await cast.karen.id()}
        await cast.bente.say("/away")
        await cast.bente.press("Jeg er her igen")
        assert (await cast.bente.staff()).back is None


async def test_she_is_asked_again_from_the_day_she_is_back(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.bente.say("/away")
        await cast.bente.press("0:away.d1")
        await handed_over(cast)
        assert await cast.bente.id() not in await asked(cast)
        cast.later(days=1)
        await cast.outbox()
        assert (await cast.bente.staff()).back is None
        assert not [row for row in await cast.rows("notice") if row["kind"] == "return"]


async def test_what_an_absent_colleague_has_taken_stays_hers_and_she_is_told(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await handed_over(cast)
        await cast.bente.press("Åbn")
        await cast.bente.press("Jeg tager den")
        await cast.bente.say("/away")
        await cast.bente.press("0:away.w1")
        assert "er stadig dit" in cast.bente.screen


async def test_where_no_key_person_can_be_asked_it_is_said_before_the_first_question(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        assert "kan ikke nås" not in cast.anna.screen.replace(cast.anna.screen.split("\n")[0], "")
        await cast.ask(lambda c: people.set_blocked(c, 2, True))
        await cast.anna.say("/new")
        for number in (KEY_PHONE, "00 00 00 10", "114", "1888", "112"):
            assert number in cast.anna.screen
        assert "Hvornår bruger du mig?" in cast.anna.screen
        await cast.outbox()
        assert cast.karen.lock_screen == NEUTRAL
        await cast.karen.press("Åbn")
        assert "Jobcenter Eksempelby" in cast.karen.screen
        told = len(cast.wire.of("sendMessage", cast.karen.chat))
        await cast.anna.say("/new")
        await cast.outbox()
        assert len(cast.wire.of("sendMessage", cast.karen.chat)) == told, "never twice for the same thing"


async def test_each_units_route_is_shown_to_work_once_a_working_day_without_a_sound_or_a_trace(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        for _ in range(3):
            await cast.ask(lambda c: probing.try_routes(c, cast.house, cast.time.now()))
            await cast.outbox()
        (sent,) = cast.wire.of("sendMessage", cast.bente.chat)
        assert sent.parameters["disable_notification"]
        assert not cast.bente.messages
        (route,) = await cast.rows("route")
        assert route["unit"] == "jobcenter" and route["proven"] is not None
        assert not await cast.rows("referral") and not await cast.rows("outcome")
        assert not cast.karen.messages, "in every unit in use somebody can be asked"


async def test_the_coordinator_hears_every_working_day_of_a_unit_without_anybody_to_ask(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.admit("dorte", 7009, "frontline", unit="sundhed")
        await cast.ask(lambda c: probing.try_routes(c, cast.house, cast.time.now()))
        await cast.outbox()
        await cast.karen.press("Åbn")
        assert "Sundhedsplejen" in cast.karen.screen and "Jobcenter" not in cast.karen.screen
        cast.later(days=1)
        rung = len(cast.wire.of("sendMessage", cast.karen.chat))
        await cast.ask(lambda c: probing.try_routes(c, cast.house, cast.time.now()))
        await cast.outbox()
        assert len(cast.wire.of("sendMessage", cast.karen.chat)) > rung
        await cast.admit("else", 7010, "key_person", unit="sundhed")
        await cast.karen.press("Åbn")
        assert "I alle enheder" in cast.karen.screen


async def test_the_coordinator_hears_the_next_morning_that_a_duty_stands_open_in_a_unit_and_no_more(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/duty")
        await cast.anna.answer(until="duty", children="yes", signs=("child_told",))
        await cast.anna.say("/stop")
        await cast.outbox()
        assert not cast.karen.messages
        cast.later(days=1)
        await cast.outbox()
        await cast.karen.press("Åbn")
        assert "Jobcenter Eksempelby" in cast.karen.screen and "Anna" not in cast.karen.screen


async def test_the_coordinator_hears_nothing_where_the_duty_was_answered(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/duty")
        await cast.anna.answer(until="duty", children="yes", signs=("child_told",))
        await cast.anna.say("/stop")
        cast.later(hours=1, minutes=1)
        await cast.outbox()
        await cast.anna.press("Åbn")
        await cast.anna.press("Jeg har underrettet")
        cast.later(days=1)
        await cast.outbox()
        assert not cast.karen.messages
