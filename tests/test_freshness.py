"""Staying fresh: an offer to practise now and then that can be declined for good, and what is new, shown once."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot import freshness, sweeping
from bot.model import Text
from bot.municipality import EXAMPLE
from bot.municipality import read as read_municipality
from bot.practice import News
from bot.storage import people
from tests.cast import NEUTRAL, Cast, Person, notices_of, on_stage

NEW = "Nyt: små kort"
EVERY = timedelta(days=60)


async def look(cast: Cast) -> None:
    await cast.outbox()  # a chat is cleaned long before what is known of its messages is purged
    await sweeping.Sweep(cast.house).look()
    await cast.outbox()


async def offered(cast: Cast, person: Person) -> bool:
    return bool(await notices_of(person, freshness.OFFER))


async def to_the_offer(cast: Cast, days: float = 62.0) -> None:
    await look(cast)
    cast.later(days=days)
    await look(cast)


# --- the offer --------------------------------------------------------------------------------------------------


async def test_after_a_while_a_practice_is_offered_silently_and_in_neutral_words(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await look(cast)
        assert not await offered(cast, cast.anna)
        await to_the_offer(cast)
        assert await offered(cast, cast.anna) and cast.anna.lock_screen == NEUTRAL
        assert cast.wire.of("sendMessage", cast.anna.chat)[-1].parameters["disable_notification"] is True
        await cast.anna.press("Åbn")
        assert "to minutter" in cast.anna.screen
        await cast.anna.press("Ja, lad os øve")
        assert "Øv dig på en opfundet situation" in cast.anna.screen


async def test_it_is_declined_for_good_with_one_press(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await to_the_offer(cast)
        await cast.anna.press("Åbn")
        await cast.anna.press("Spørg mig ikke igen")
        assert "spørger ikke igen" in cast.anna.screen
        for _ in range(3):
            await to_the_offer(cast)
        assert not await offered(cast, cast.anna) and await offered(cast, cast.bente)
        await cast.anna.say("/practice")  # what she does by herself is hers
        await cast.anna.press("Vælg en for mig")
        await cast.anna.press("Begynd")
        await to_the_offer(cast)
        assert not await offered(cast, cast.anna)


async def test_not_now_is_asked_again_after_as_long_a_while(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await to_the_offer(cast)
        await cast.anna.press("Åbn")
        await cast.anna.press("Ikke nu")
        await to_the_offer(cast, days=56)
        assert not await offered(cast, cast.anna)
        await to_the_offer(cast, days=8)  # the day after Easter Monday
        assert await offered(cast, cast.anna)


async def test_who_practises_by_herself_is_not_offered_it_soon(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await look(cast)
        cast.later(days=57)
        await cast.anna.say("/practice")
        await cast.anna.press("Vælg en for mig")
        await cast.anna.press("Begynd")
        await to_the_offer(cast, days=5)
        assert not await offered(cast, cast.anna) and await offered(cast, cast.bente)


async def test_an_offer_that_nobody_opens_goes_and_is_not_repeated(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await to_the_offer(cast)
        assert len(cast.anna.messages) == 1
        for _ in range(4):
            cast.later(hours=12)
            await cast.outbox()
        assert cast.anna.messages == {} and not await offered(cast, cast.anna)


async def test_nobody_who_is_away_is_offered_it_and_nobody_outside_opening_hours(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await look(cast)
        number = await cast.bente.id()
        await cast.ask(lambda c: people.set_away(c, number, cast.time.now() + timedelta(days=90)))
        cast.later(days=62, hours=11)  # ten in the evening
        await look(cast)
        assert not await offered(cast, cast.anna)
        cast.later(hours=13)
        await look(cast)
        assert await offered(cast, cast.anna) and not await offered(cast, cast.bente)


async def test_a_municipality_can_do_without_it(tmp_path: Path) -> None:
    town = read_municipality(EXAMPLE)
    none = town.model_copy(update={"practice": town.practice.model_copy(update={"offer_every_days": 0})})
    assert (town.practice.every, none.practice.every) == (EVERY, timedelta())
    async with on_stage(tmp_path) as cast:
        cast.house = replace(cast.house, offer_every=none.practice.every)
        for _ in range(3):
            await to_the_offer(cast)
        assert not await offered(cast, cast.anna) and cast.anna.messages == {}


# --- what is new ------------------------------------------------------------------------------------------------


async def test_what_is_new_stands_once_above_the_first_card_of_the_next_conversation(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        assert cast.anna.screen.startswith(NEW) and "Hvornår bruger du mig?" in cast.anna.screen
        assert len(cast.anna.screen) <= 700
        await cast.anna.press("moment.before")
        await cast.anna.say("/new")
        assert NEW not in cast.anna.screen
        await cast.karen.say("/new")
        assert cast.karen.screen.startswith(NEW)


async def test_whoever_is_admitted_later_is_told_of_nothing_that_was_there_before_her(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        cast.later(days=7)
        late = await cast.admit("late", 7400, "frontline")
        await late.say("/new")
        assert NEW not in late.screen


async def test_of_several_the_newest_is_shown_and_a_later_one_again(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        newer = News(date(2027, 3, 1), Text("Nyt: et kort mere.", ""))
        cast.house = replace(cast.house, news=(newer, *cast.house.news))
        await cast.stop()
        await cast.start()
        await cast.anna.say("/new")
        assert cast.anna.screen.startswith("Nyt: et kort mere.") and NEW not in cast.anna.screen
        await cast.karen.say("/new")
        assert cast.karen.screen.startswith("Nyt: et kort mere.") and NEW not in cast.karen.screen


async def test_over_a_hidden_conversation_nothing_new_is_told_and_it_is_not_taken_as_seen(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/duty")
        await cast.anna.press("Skjul")
        await cast.anna.say("/new")
        assert NEW not in cast.anna.screen
        await cast.anna.uncover()
        await cast.anna.say("/new")
        assert cast.anna.screen.startswith(NEW)


@pytest.mark.parametrize("days", [-1, 731, "often"])
def test_a_while_that_is_none_is_refused_when_the_file_is_read(tmp_path: Path, days: object) -> None:
    from bot.errors import ConfigError

    file = tmp_path / "town.toml"
    said = f'"{days}"' if isinstance(days, str) else days
    file.write_text(
        EXAMPLE.read_text("utf-8").replace("offer_every_days = 60", f"offer_every_days = {said}"), "utf-8"
    )
    with pytest.raises(ConfigError, match=r"practice\.offer_every_days"):
        read_municipality(file)
