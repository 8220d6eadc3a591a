"""A practice for a unit's meeting: everybody the same situation, sums only, from five people on, shown once."""

from pathlib import Path
from typing import Any

import pytest

from bot import gathering, probing, sweeping
from bot.storage import people
from tests.cast import Cast, Person, on_stage
from tests.test_practice import begin, facts

KEY = "partnerinterprets"
UNIT = "jobcenter"


async def started(cast: Cast, key: str = KEY) -> None:
    place = list(cast.house.situations).index(key)
    await cast.karen.say("/practice")
    await cast.karen.press("0:rounds.0")
    await cast.karen.press_raw(f"0:roundin.{probing.key_of(UNIT)}", await cast.karen.live())
    await cast.karen.press_raw(f"0:roundon.{probing.key_of(UNIT)}{place:02}", await cast.karen.live())


async def colleagues(cast: Cast, count: int) -> list[Person]:
    names = ("dorte", "elin", "fatma", "gerda", "helle", "inge")
    return [
        cast.anna,
        *[await cast.admit(names[number], 7100 + number, "frontline") for number in range(count - 1)],
    ]


async def joins(person: Person, **other: Any) -> None:
    await person.say("/practice")
    await person.press("Fælles øvelse i din enhed")
    await person.press("Begynd")
    await person.answer(**(facts(KEY) | other))


async def ended(cast: Cast) -> str:
    await cast.karen.say("/practice")
    await cast.karen.press("0:rounds.0")
    await cast.karen.press(f"0:roundend.{probing.key_of(UNIT)}")
    return cast.karen.screen


async def test_from_five_people_on_the_coordinator_sees_how_many_gave_each_answer(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await started(cast)
        for number, one in enumerate(await colleagues(cast, 5)):
            await joins(one, duty="considered" if number == 0 else "notified")
        said = await ended(cast)
        assert (
            "5 i alt" in said
            and "Jeg har underrettet: 4" in said
            and "Jeg ser ingen grund til at antage det: 1" in said
        )
        assert not [one for one in cast.people.values() if one.name.split()[0] in said]


@pytest.mark.parametrize("count", [0, 1, 4])
async def test_of_fewer_than_five_nothing_is_shown(tmp_path: Path, count: int) -> None:
    async with on_stage(tmp_path) as cast:
        await started(cast)
        for one in (await colleagues(cast, count)) if count else []:
            await joins(one)
        said = await ended(cast)
        assert "mindst fem" in said and "underrettet:" not in said
        assert await cast.rows("share") == [] and await cast.rows("partaker") == []


async def test_it_is_shown_once_and_everything_of_it_is_gone(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await started(cast)
        for one in await colleagues(cast, 5):
            await joins(one)
        await ended(cast)
        for table in ("partaker", "share"):
            assert await cast.rows(table) == []
        assert (await cast.row("round"))["ended"]
        await cast.karen.press_raw(f"0:roundend.{probing.key_of(UNIT)}", await cast.karen.live())
        assert "er slut" in cast.karen.screen and "i alt" not in cast.karen.screen


async def test_nobody_is_counted_twice_nor_for_another_situation_nor_when_she_stops(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await started(cast)
        await joins(cast.anna)
        await cast.anna.press_raw("0:join.0", await cast.anna.live())
        assert "Du har været med" in cast.anna.screen
        await begin(cast.anna, "childonly")
        await cast.anna.answer(**facts("childonly"))
        (dorte,) = (await colleagues(cast, 2))[1:]
        await begin(dorte, KEY)
        await dorte.press("moment.during")
        await dorte.press("Stop")
        assert len(await cast.rows("partaker")) == 1
        assert {row["count"] for row in await cast.rows("share")} == {1}
        await cast.anna.say("/practice")
        assert "Du har været med" in cast.anna.screen


async def test_who_chooses_the_same_situation_by_herself_is_not_counted(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await begin(cast.anna, KEY)
        await started(cast)
        await cast.anna.answer(**facts(KEY))
        await begin(cast.anna, KEY)
        await cast.anna.answer(**facts(KEY))
        assert await cast.rows("partaker") == [] and await cast.rows("share") == []


async def test_whoever_ends_it_does_not_count_among_the_five(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await started(cast)
        for one in [cast.karen, *await colleagues(cast, 4)]:
            await joins(one)
        assert "mindst fem" in await ended(cast)


async def test_a_question_that_fewer_than_five_were_asked_is_left_out(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await started(cast)
        for number, one in enumerate(await colleagues(cast, 5)):
            await joins(one, gate="ok" if number == 0 else "missing")
        said = await ended(cast)
        assert "Alt på plads til at spørge" in said and "\nAlene" not in said


async def test_the_same_situation_is_not_begun_again_the_same_day(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await started(cast)
        for one in await colleagues(cast, 5):
            await joins(one)
        await ended(cast)
        await started(cast, "childonly")
        await started(cast)
        assert "for nylig" in cast.karen.screen
        assert [row["situation"] for row in await cast.rows("round") if not row["ended"]] == ["childonly"]
        cast.later(days=1, seconds=1)
        await started(cast)
        assert "er begyndt" in cast.karen.screen


async def test_who_is_removed_and_let_in_again_is_counted_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await started(cast)
        await joins(cast.anna)
        number = await cast.anna.id()
        await cast.ask(lambda c: people.remove(c, number, cast.time.now()))
        again = await cast.admit("anna", cast.anna.chat, "frontline")
        await again.say("/practice")
        assert "Du har været med" in again.screen
        assert len(await cast.rows("partaker")) == 1


async def test_over_a_hidden_conversation_no_button_of_a_round_does_anything(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await started(cast)
        await cast.karen.say("/new")
        await cast.karen.press("Skjul")
        for code in (
            "rounds.0",
            f"roundin.{probing.key_of(UNIT)}",
            f"roundend.{probing.key_of(UNIT)}",
            "together.0",
        ):
            await cast.karen.press_raw(f"0:{code}", await cast.karen.live())
            assert "Mødeoverblik" in cast.karen.screen
        assert not (await cast.row("round"))["ended"]


async def test_a_colleague_of_another_unit_neither_sees_it_nor_counts(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await started(cast)
        other = await cast.admit("mona", 7300, "frontline", unit="sundhed")
        await other.say("/practice")
        assert "Fælles øvelse i din enhed" not in other.buttons(await other.live())
        await begin(other, KEY)
        await other.answer(**facts(KEY))
        assert await cast.rows("partaker") == []


async def test_after_two_hours_it_is_over_and_deleted_unseen(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await started(cast)
        for one in await colleagues(cast, 5):
            await joins(one)
        cast.later(seconds=gathering.LASTS.total_seconds() + 1)
        assert "er slut" in await late(cast)
        await sweeping.Sweep(cast.house).look()
        for table in ("round", "partaker", "share"):
            assert await cast.rows(table) == []


async def late(cast: Cast) -> str:
    await cast.karen.say("/practice")
    await cast.karen.press_raw(f"0:roundend.{probing.key_of(UNIT)}", await cast.karen.live())
    return cast.karen.screen


async def test_only_a_coordinator_can_begin_or_end_one(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/practice")
        assert "Fælles øvelse i en enhed" not in cast.anna.buttons(await cast.anna.live())
        for code in ("rounds.0", f"roundin.{probing.key_of(UNIT)}", f"roundon.{probing.key_of(UNIT)}00"):
            await cast.anna.press_raw(f"0:{code}", await cast.anna.live())
        assert await cast.rows("round") == []
        await started(cast)
        await cast.anna.press_raw(f"0:roundend.{probing.key_of(UNIT)}", await cast.anna.live())
        assert len(await cast.rows("round")) == 1


async def test_a_new_one_takes_the_place_of_the_old_with_all_that_was_counted(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await started(cast)
        await joins(cast.anna)
        await started(cast, "childonly")
        assert await cast.rows("share") == [] and (await cast.row("round"))["situation"] == "childonly"


async def test_forged_units_and_situations_begin_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.karen.say("/practice")
        for code in (
            "roundin.x",
            "roundon.x",
            f"roundon.{probing.key_of(UNIT)}99",
            f"roundon.{probing.key_of(UNIT)}xx",
        ):
            await cast.karen.press_raw(f"0:{code}", await cast.karen.live())
            assert await cast.rows("round") == []


async def test_what_is_counted_names_nobody(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await started(cast)
        await joins(cast.anna)
        assert {frozenset(row) for row in await cast.rows("share")} == {
            frozenset({"unit", "situation", "question", "choice", "count"})
        }
        questions = {row["question"] for row in await cast.rows("share")}
        assert questions <= cast.house.situations[KEY].reasons.keys()
