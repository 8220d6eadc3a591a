"""The report in the chat: for the coordinator, beside the presses, and with words where no picture can be made."""

import random
import sys
from pathlib import Path

import pytest

from bot import invented
from bot.outcome import week_of
from bot.quarter import of_day
from bot.reports import drawing
from bot.storage import outcomes
from tests.cast import OPENED, Cast, Person, on_stage
from tests.test_showing import SPOKEN
from tests.wire import Refusal

HALF_A_YEAR = [f"2026-W{week:02d}" for week in range(14, 40)]


async def filled(cast: Cast, count: int = 600) -> None:
    units = list(cast.house.rules.units)
    rows = list(invented.outcomes(count, HALF_A_YEAR, units, random.Random(7)))
    await cast.ask(lambda c: outcomes.record_all(c, rows))


def messages_of(person: Person, *words: str) -> list[str]:
    return [text for text in person.messages.values() if any(word in text for word in words)]


async def test_the_coordinator_gets_a_picture_with_five_lines_and_her_units(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await filled(cast)
        await cast.karen.say("/report")
        assert "Jeg tæller sammen" in cast.karen.messages[await cast.karen.live()]
        await cast.outbox()
        (sent,) = cast.wire.of("sendPhoto", cast.karen.chat)
        (picture,) = sent.files.values()
        assert bytes(picture[1] if isinstance(picture, tuple) else picture).startswith(b"\x89PNG")
        (caption,) = messages_of(cast.karen, "Spurgt ")
        assert caption.startswith("3. kvartal 2026 (i parentes: 2. kvartal 2026)")
        for part in (
            "→",
            "Åbningstimer",
            "Spurgt som rutine",
            "Lige nu:",
            "Vist for borgere",
            "hele femmere",
        ):
            assert part in caption, part
        (units,) = messages_of(cast.karen, "Enhed for enhed")
        assert "Jobcenter Eksempelby: spurgt" in units and "beviser ingenting" in units
        assert await cast.rows("notice") == [], "nothing is left to send"


async def test_the_danish_name_asks_for_it_too_and_what_the_figures_mean_is_one_press_away(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await filled(cast)
        await cast.karen.say("/rapport")
        await cast.karen.press("Hvad tallene betyder")
        said = cast.karen.messages[await cast.karen.live()]
        assert "tæller ikke som »ingen vold«" in said and "Øvelser tæller ikke med" in said
        assert "beviser ingenting" in said and "hele femmere" in said and len(said) < 700


@pytest.mark.parametrize("name", ["anna", "bente"])
async def test_to_everybody_else_there_is_no_such_command(tmp_path: Path, name: str) -> None:
    async with on_stage(tmp_path) as cast:
        person = cast.people[name]
        await person.say("/report")
        await cast.outbox()
        assert "Den kommando kender jeg ikke" in person.screen
        assert not cast.wire.of("sendPhoto")
        assert not [row for row in await cast.rows("notice") if row["kind"] == "report"]


async def test_a_forged_press_shows_nobody_but_a_coordinator_what_the_figures_mean(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/help")
        await cast.anna.press_raw("0:report.means", await cast.anna.live())
        assert "hele femmere" not in cast.anna.screen


async def test_over_a_hidden_conversation_nothing_is_asked_for_and_nothing_comes(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.karen.say("/new")
        await cast.karen.press("hide")
        await cast.karen.say("/report")
        await cast.outbox()
        assert not cast.wire.of("sendPhoto") and "Jeg tæller" not in cast.karen.transcript()


async def test_a_report_that_is_on_its_way_when_the_screen_is_hidden_does_not_come(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.karen.say("/new")
        await cast.karen.say("/report")
        await cast.karen.press("0:resume.0")
        await cast.karen.press("hide")
        await cast.outbox()
        assert not cast.wire.of("sendPhoto")
        assert not [row for row in await cast.rows("notice") if row["kind"] == "report"]


async def test_whoever_is_no_coordinator_any_more_gets_none(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.karen.say("/report")
        await cast.sql("UPDATE staff SET role = 'frontline' WHERE role = 'coordinator'")
        await cast.outbox()
        assert not cast.wire.of("sendPhoto")


@pytest.mark.parametrize("trouble", ["cannot draw", "breaks"])
async def test_where_nothing_can_be_drawn_the_figures_come_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    if trouble == "cannot draw":
        monkeypatch.setattr(drawing, "can_draw", lambda: False)
    else:
        monkeypatch.setattr(drawing, "COMMAND", (sys.executable, "-c", "raise SystemExit(1)"))
    async with on_stage(tmp_path) as cast:
        await filled(cast)
        await cast.karen.say("/report")
        await cast.outbox()
        assert not cast.wire.of("sendPhoto")
        (said,) = messages_of(cast.karen, "Spurgt ")
        assert "→" in said and len(messages_of(cast.karen, "Enhed for enhed")) == 1


async def test_what_was_sent_goes_from_the_chat_and_clear_takes_it_at_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await filled(cast)
        await cast.karen.say("/report")
        await cast.outbox()
        picture = cast.karen.find("Spurgt ")
        assert picture in await cast.traced(cast.karen)
        await cast.karen.say("/clear")
        await cast.outbox()
        assert picture not in cast.karen.messages and not messages_of(cast.karen, "Enhed for enhed")


async def test_telegram_that_does_not_take_it_now_gets_it_later(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await filled(cast)
        await cast.karen.say("/report")
        cast.wire.script("sendPhoto", Refusal(500, "Internal Server Error"))
        await cast.outbox()
        assert not messages_of(cast.karen, "Spurgt ")
        cast.later(minutes=1)
        await cast.outbox()
        assert (
            len(messages_of(cast.karen, "Spurgt ")) == 1
            and len(messages_of(cast.karen, "Enhed for enhed")) == 1
        )


async def test_a_whole_hand_over_is_in_the_figures_with_its_opening_hours_and_what_was_shown(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.anna.answer(
            until="duty", moment="during", mode="routine", gate="ok", response="disclosed", safe_today="yes",
            who="partner", children="no", wish="help", consent="named",
        )  # fmt: skip
        await cast.outbox()
        cast.later(hours=2)  # still open
        await cast.bente.press("open." + await cast.reference())
        cast.later(hours=20)  # closed over the night
        await cast.bente.press("take.accept")
        await cast.anna.answer()
        (course,) = await cast.rows("course")
        (outcome,) = await cast.rows("outcome")
        assert (course["open_hours_to_open"], outcome["hours_to_open"]) == (2, 2)
        assert outcome["hours_to_accept"] == 22
        assert course["open_hours_to_accept"] == 5  # ten till half past three, and eight till eight
        assert (course["outcome"], course["week"], course["unit"]) == (
            outcome["id"],
            outcome["week"],
            "jobcenter",
        )


async def test_the_language_that_words_were_shown_in_is_counted_by_quarter_and_by_nothing_else(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path, words=SPOKEN) as cast:
        for times in (1, 2):
            await cast.anna.say("/new")
            await cast.anna.answer(until="response", moment="during", mode="routine", gate="ok")
            for code in ("show", "more", "0:show.ar"):
                await cast.anna.press(code)
            await cast.anna.say("/stop")
            assert await cast.rows("spoken") == [
                {"quarter": str(of_day(OPENED.date())), "language": "ar", "count": times}
            ]
        assert week_of(OPENED.date()) not in str(await cast.rows("spoken"))
