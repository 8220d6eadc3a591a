"""/health: one screen for the coordinator that says whether all works, and where it does not what to do about it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from telegram.error import NetworkError

from bot import commands, preparing, root, sweeping
from bot.counting import Vitals
from bot.health import _Screen
from bot.locales import reading
from bot.model import CARD_LENGTH, Staff
from bot.storage import people, traces
from bot.transport.events import ALIASES
from tests.cast import CONTENT, OPENED, TOWN, Cast, on_stage, play, refer

WELL = "Alt virker, som det skal."
NOT_WELL = "Ikke alt virker, som det skal."


async def in_order(cast: Cast) -> None:
    """The first look round of the day, and what it sends."""
    await sweeping.Sweep(cast.house).look()
    await cast.outbox()


async def asked(cast: Cast) -> str:
    await cast.karen.say("/health")
    return cast.karen.screen


async def test_when_all_is_well_the_first_line_says_so_and_every_other_says_what_works(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await in_order(cast)
        said = (await asked(cast)).split("\n")
        assert said == [
            WELL,
            "• Mine beskeder kommer frem.",
            "• Det, der skal slettes, bliver slettet til tiden.",
            "• I alle enheder kan nøglepersonen nås. Det er sidst vist tirs. 24. nov. 10.00, at mine beskeder"
            " kommer frem dér.",
            "• Databasen har ikke svigtet, siden jeg blev startet.",
            "• Lovhenvisninger, telefonnumre, beredskabsplan og tilbud er tjekket.",
            "",
            f"Udgave {cast.house.version}",
        ]


async def test_what_is_on_its_way_is_nothing_wrong(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await in_order(cast)
        await refer(cast.anna)
        said = await asked(cast)
        assert said.startswith(WELL)
        assert "beskeder er på vej, den første siden tirs. 24. nov. 10.00" in said


async def test_messages_that_do_not_arrive_are_told_with_since_when_and_that_one_should_ring(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await in_order(cast)
        await refer(cast.anna)
        for _ in range(12):
            for person in (cast.bente, cast.anna):
                cast.wire.script("sendMessage", NetworkError("away"), chat=person.chat)
            await cast.outbox()
            cast.later(minutes=1)
        said = await asked(cast)
        assert said.startswith(NOT_WELL)
        assert "er ikke kommet frem" in said and "siden tirs. 24. nov. 10" in said
        assert "ring til hinanden imens, og sig det til jeres it" in said
        assert "Mine beskeder kommer frem" not in said


async def test_messages_that_should_be_gone_are_told_after_an_hour(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await in_order(cast)
        number = await cast.anna.id()
        await cast.ask(lambda c: traces.keep(c, number, 77, cast.time.now()))
        cast.later(minutes=30)
        assert (await asked(cast)).startswith(WELL)
        cast.later(hours=1)
        said = await asked(cast)
        assert said.startswith(NOT_WELL)
        assert (
            "skulle have været slettet, den første tirs. 24. nov. 10.00" in said
            and "slette dem i sin chat" in said
        )


async def test_a_unit_where_nobody_can_be_reached_is_named_with_what_to_agree(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await in_order(cast)
        await cast.admit("dorte", 7004, "frontline", "sundhed")
        said = await asked(cast)
        assert said.split("\n")[1] == (
            "• Lige nu kan nøglepersonen ikke nås gennem mig i Sundhedsplejen. Aftal, hvem der tager over,"
            " eller giv en mere adgang med /invite."
        )
        assert "I alle enheder" not in said and "tre arbejdsdage" not in said


async def test_a_unit_whose_way_was_not_shown_for_three_working_days_is_named(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await in_order(cast)
        cast.later(days=7)
        said = await asked(cast)
        assert said.startswith(NOT_WELL)
        assert "I Jobcenter Eksempelby er det ikke vist i tre arbejdsdage" in said and "Ring, og hør" in said
        await in_order(cast)
        assert (await asked(cast)).startswith(WELL)


async def test_a_hand_over_with_nobody_left_to_ask_leads_to_the_inbox(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna, safe_today="no")
        for _ in range(3):
            await cast.outbox()
            cast.later(days=1)
        await in_order(cast)
        said = await asked(cast)
        assert "1 henvisning har ingen taget, og jeg har ikke flere at spørge. Se den i /inbox" in said


async def test_a_database_that_failed_is_told_with_what_to_do(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await in_order(cast)
        cast.db.failures = 1
        await cast.anna.say("/help")
        assert (
            "Databasen har svigtet 1 gang, siden jeg blev startet. Sker det igen, så sig det til jeres it"
            in (await asked(cast))
        )


@pytest.mark.parametrize(
    ("silence", "said"),
    [
        (None, ""),
        (40.0, "Telegram svarede sidst tirs. 24. nov. 09.59"),
        (600.0, "Telegram har ikke svaret mig siden tirs. 24. nov. 09.50"),
    ],
)
async def test_telegrams_last_answer_is_told_where_it_is_known(
    tmp_path: Path, silence: float | None, said: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.stop()
        cast.house = replace(cast.house, silence=lambda: silence)
        await cast.start()
        await in_order(cast)
        screen = await asked(cast)
        assert said in screen and ("Telegram" in screen) == bool(said)
        assert screen.startswith(NOT_WELL if silence == 600.0 else WELL)


async def test_what_has_grown_old_is_counted_and_says_who_finds_out_which(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await in_order(cast)
        cast.later(days=5 * 365)
        found = root.grown_old(
            preparing.Prepared(None, TOWN, CONTENT, cast.house.words, cast.db, cast.house.cipher),  # type: ignore[arg-type]
            cast.time.now().date(),
        )
        assert found["laws"] == len(CONTENT.laws) and found["numbers"] == 2 and found["plan"] == 1
        screen = _Screen(cast.house, await cast.karen.staff(), vitals())
        (said,) = [line for line in screen.lines() if "gammelt" in line]
        assert f"lovhenvisninger ({len(CONTENT.laws)})" in said and "beredskabsplanen" in said
        assert "opspor doctor" in said and "tilbud (" in said


# --- who sees it, and where ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["/health", "/helbred"])
async def test_to_everybody_else_there_is_no_such_command(tmp_path: Path, command: str) -> None:
    async with on_stage(tmp_path) as cast:
        for one in (cast.anna, cast.bente):
            await one.say(command)
            assert one.screen.startswith("Den kommando kender jeg ikke.")
        await cast.karen.say(command)
        assert "Udgave" in cast.karen.screen
        assert ALIASES["helbred"] == "health"


async def test_it_stands_in_the_coordinators_menu_and_help_and_in_nobody_elses(tmp_path: Path) -> None:
    assert "health" in commands.of_role("coordinator")
    assert "health" not in commands.of_role("key_person") + commands.of_role("frontline")
    async with on_stage(tmp_path) as cast:
        for one in (cast.anna, cast.bente, cast.karen):
            await one.say("/help")
            assert ("/health" in one.screen) == (one is cast.karen)


async def test_while_a_talk_is_hidden_the_hidden_screen_is_shown_again(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, "karen > /new\nkaren * Skjul")
        hidden = cast.karen.screen
        await cast.karen.say("/health")
        assert cast.karen.screen == hidden and "Udgave" not in cast.karen.transcript()
        await cast.karen.uncover()
        await cast.karen.say("/health")
        assert "Udgave" in cast.karen.screen


async def test_of_two_open_conversations_each_is_kept_hidden(tmp_path: Path) -> None:
    """A hand-over that was hidden while it was on the card, and her own talk that is hidden behind another."""
    async with on_stage(tmp_path) as cast:
        await cast.sql("UPDATE staff SET blocked = true WHERE role = 'key_person'")
        await refer(cast.anna)
        await cast.outbox()
        reference = await cast.reference()
        await cast.karen.press(f"open.{reference}")
        await cast.karen.press("Skjul")
        hidden = cast.karen.screen
        await cast.karen.say("/health")
        assert cast.karen.screen == hidden and "Udgave" not in cast.karen.transcript()
        await cast.karen.uncover()
        await play(cast, "karen > /new\nkaren * Skjul")
        number = await cast.karen.id()
        await cast.ask(lambda c: people.set_active(c, number, reference))
        await cast.karen.say("/health")
        assert "Udgave" not in cast.karen.transcript() and "Lokale" in cast.karen.transcript()


async def test_a_talk_that_is_open_comes_back_with_one_press(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(
            cast,
            "karen > /new\nkaren > /health\nkaren * Tilbage til samtalen\nkaren < Hvornår bruger du mig?",
        )


# --- on one screen ------------------------------------------------------------------------------------------------

LONG = "Specialenheden for Børn, Unge og Familier i Nordre Distrikt"  # near to the 60 that a name may have


def vitals(**changed: object) -> Vitals:
    well = Vitals(OPENED, 0, None, 0, 0, None, 0, 0, (), (), OPENED)
    return replace(well, **changed)  # type: ignore[arg-type]


def all_wrong() -> Vitals:
    since, units = OPENED - timedelta(days=2), tuple(f"u{number}" for number in range(12))
    return vitals(
        due=1234, due_since=since, overdue=1234, overdue_since=since, nobody_left=12, unreached=units[:6],
        unproven=units[6:], proven=None,
    )  # fmt: skip


@pytest.mark.parametrize("language", ["da", "de", "en"])
@pytest.mark.parametrize("read", [all_wrong, vitals], ids=["all wrong", "all well"])
async def test_it_is_one_screen_in_every_language_whatever_is_wrong(
    tmp_path: Path, language: str, read: Callable[[], Vitals]
) -> None:
    words = reading.load(
        zone=TOWN.timezone, needed=CONTENT.needed(), wanted=reading.Wanted(None, None, False)
    )
    async with on_stage(tmp_path, words=words) as cast:
        names = cast.house.places("jobcenter", language)
        house = replace(
            cast.house, places=lambda unit, language: {**names, "unit": LONG}, silence=lambda: 9999.0,
            grown_old=lambda: {"laws": 12, "numbers": 2, "plan": 1, "offers": 12},
        )  # fmt: skip
        cast.db.errors = 1234
        karen: Staff = replace(await cast.karen.staff(), language=language)
        lines = _Screen(house, karen, read()).lines()
        cast.db.errors = 0
    assert len("\n".join(lines)) + 1 <= CARD_LENGTH
    assert all(lines) and not [line for line in lines if "{" in line]
    if read is all_wrong:
        assert lines[1].count(LONG) == 3 and len(lines) > 4


async def test_the_gravest_stands_first_and_what_has_no_room_is_not_lost(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        house = replace(
            cast.house, places=lambda unit, language: {**cast.house.places("jobcenter", "da"), "unit": LONG}
        )
        lines = _Screen(house, await cast.karen.staff(), all_wrong()).lines()
    assert [line.partition(" ")[2][:9] for line in lines[1:3]] == ["Lige nu k", "12 henvis"]
    assert lines[-2].startswith("• Der er mere.")
