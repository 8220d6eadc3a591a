"""The report in the chat: for the coordinator, beside the presses, and with words where no picture can be made."""

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from bot import invented, outbox, reporting, sweeping
from bot.errors import StorageFailed
from bot.outcome import week_of
from bot.post import LEASE
from bot.quarter import of_day
from bot.reports import drawing, fitting, telling
from bot.storage import outcomes
from tests.cast import OPENED, Cast, Person, on_stage
from tests.test_showing import SPOKEN
from tests.wire import BLOCKED, GIVE_UP_SECONDS, Held, Refusal, bad

T = TypeVar("T")

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
            "Spurgt, fordi alle spørges",
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


# --- once, and one at a time ------------------------------------------------------------------------


class Drawers:
    """In place of the processes that draw: each picture waits until it may be finished."""

    def __init__(self) -> None:
        self.begun, self.at_once, self.most_at_once = 0, 0, 0
        self.drawing, self.may_finish = asyncio.Event(), asyncio.Event()

    async def png(self, what: object) -> bytes:
        self.begun += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.drawing.set()
        try:
            await self.may_finish.wait()
        finally:
            self.at_once -= 1
        return b"\x89PNG"


@pytest.fixture
def drawers(monkeypatch: pytest.MonkeyPatch) -> Drawers:
    made = Drawers()
    monkeypatch.setattr(drawing, "png", made.png)
    return made


async def read_inline(cast: Cast, work: Callable[[Connection], T]) -> T:
    """Without a thread, so that some turns of the loop are enough for whoever does not wait for anything else."""
    return cast.db.read_now(work)


@asynccontextmanager
async def at_work(cast: Cast, drawers: Drawers) -> AsyncIterator[None]:
    """The outbox, with a picture that is finished when the block ends; then until nothing is due."""
    working = asyncio.create_task(cast.outbox())
    async with asyncio.timeout(GIVE_UP_SECONDS):
        await drawers.drawing.wait()
        yield
        drawers.may_finish.set()
        await working


async def test_asking_again_while_it_is_made_begins_no_second_one_and_says_that_it_comes(
    tmp_path: Path, drawers: Drawers
) -> None:
    async with on_stage(tmp_path) as cast:
        await filled(cast)
        await cast.karen.say("/report")
        async with at_work(cast, drawers):
            for _ in range(3):
                await cast.karen.say("/report")
                assert "Jeg tæller sammen" in cast.karen.messages[await cast.karen.live()]
                await outbox.work_off(cast.house, cast.post)
        assert drawers.begun == 1 and len(cast.wire.of("sendPhoto")) == 1
        assert await cast.rows("notice") == []
        await cast.karen.say("/report")
        await cast.outbox()
        assert len(cast.wire.of("sendPhoto")) == 2, "when it has come, it can be asked for again"


async def test_what_takes_longer_than_a_message_is_not_begun_a_second_time(
    tmp_path: Path, drawers: Drawers
) -> None:
    async with on_stage(tmp_path) as cast:
        await filled(cast)
        await cast.karen.say("/report")
        async with at_work(cast, drawers):
            cast.later(seconds=reporting.LONGEST)
            await outbox.work_off(cast.house, cast.post)
        assert drawers.begun == 1 and len(cast.wire.of("sendPhoto")) == 1


async def test_of_two_tries_that_a_moved_clock_began_one_is_sent(tmp_path: Path, drawers: Drawers) -> None:
    async with on_stage(tmp_path) as cast:
        await filled(cast)
        await cast.karen.say("/report")
        async with at_work(cast, drawers):
            cast.later(hours=1)
            second = asyncio.create_task(outbox.work_off(cast.house, cast.post))
        await second
        assert drawers.most_at_once == 1 and len(cast.wire.of("sendPhoto")) == 1
        assert len(messages_of(cast.karen, "Enhed for enhed")) == 1 and await cast.rows("notice") == []


async def test_for_two_coordinators_one_is_drawn_after_the_other(tmp_path: Path, drawers: Drawers) -> None:
    async with on_stage(tmp_path) as cast:
        await filled(cast)
        cast.db.read = partial(read_inline, cast)  # type: ignore[method-assign]
        ida = await cast.admit("ida", 7005, "coordinator")
        for person in (cast.karen, ida):
            await person.say("/report")
        async with at_work(cast, drawers):
            for _ in range(100):
                await asyncio.sleep(0)
        assert drawers.begun == 2 and drawers.most_at_once == 1
        for person in (cast.karen, ida):
            assert len(cast.wire.of("sendPhoto", person.chat)) == 1


async def test_one_that_is_never_finished_is_given_up_before_its_claim_runs_out_and_comes_at_the_next_try(
    tmp_path: Path, drawers: Drawers, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert timedelta(seconds=reporting.LONGEST) + LEASE <= reporting.LEASE
    usual = reporting.LONGEST
    monkeypatch.setattr(reporting, "LONGEST", 0.5)
    async with on_stage(tmp_path) as cast:
        await filled(cast)
        await cast.karen.say("/report")
        async with asyncio.timeout(GIVE_UP_SECONDS):
            await cast.outbox()
        assert drawers.at_once == 0 and not cast.wire.of("sendPhoto")
        monkeypatch.setattr(reporting, "LONGEST", usual)
        drawers.may_finish.set()
        cast.later(minutes=3)
        await cast.outbox()
        assert len(cast.wire.of("sendPhoto")) == 1


async def test_a_database_that_was_away_is_asked_at_the_next_try(tmp_path: Path, drawers: Drawers) -> None:
    drawers.may_finish.set()
    async with on_stage(tmp_path) as cast:
        await filled(cast)
        await cast.karen.say("/report")

        async def away(work: object) -> None:
            raise StorageFailed("away")

        usual, cast.db.read = cast.db.read, away  # type: ignore[method-assign, assignment]
        await cast.outbox()
        assert not cast.wire.of("sendPhoto")
        cast.db.read = usual  # type: ignore[method-assign]
        cast.later(minutes=3)
        await cast.outbox()
        assert len(cast.wire.of("sendPhoto")) == 1 and await cast.rows("notice") == []


async def test_one_that_was_refused_for_good_can_be_asked_for_again(tmp_path: Path, drawers: Drawers) -> None:
    drawers.may_finish.set()
    async with on_stage(tmp_path) as cast:
        await filled(cast)
        await cast.karen.say("/report")
        cast.wire.script("sendPhoto", BLOCKED)
        await cast.outbox()
        cast.later(hours=1)
        await cast.outbox()
        assert len(cast.wire.of("sendPhoto")) == 1 and not messages_of(cast.karen, "Spurgt ")
        await cast.karen.say("/report")
        await cast.outbox()
        assert len(messages_of(cast.karen, "Spurgt ")) == 1 and await cast.rows("notice") == []


async def test_a_screen_that_is_hidden_while_it_is_made_keeps_it_away(
    tmp_path: Path, drawers: Drawers
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.karen.say("/new")
        await cast.karen.say("/report")
        await cast.karen.press("0:resume.0")
        async with at_work(cast, drawers):
            await cast.karen.press("hide")
        assert not cast.wire.of("sendPhoto") and await cast.rows("notice") == []


# --- message by message -----------------------------------------------------------------------------


async def test_a_try_after_the_picture_was_sent_sends_only_what_is_missing(
    tmp_path: Path, drawers: Drawers
) -> None:
    drawers.may_finish.set()
    async with on_stage(tmp_path) as cast:
        await filled(cast)
        await cast.karen.say("/report")
        for _ in range(2):
            cast.wire.script("sendMessage", Refusal(500, "Internal Server Error"), chat=cast.karen.chat)
        for _ in range(3):
            await cast.outbox()
            cast.later(minutes=1)
        assert len(cast.wire.of("sendPhoto")) == 1 and drawers.begun == 1
        assert len(messages_of(cast.karen, "Enhed for enhed")) == 1 and await cast.rows("notice") == []


async def test_a_power_cut_between_the_picture_and_the_units_loses_nothing_and_sends_nothing_twice(
    tmp_path: Path, drawers: Drawers
) -> None:
    drawers.may_finish.set()
    async with on_stage(tmp_path) as cast:
        await filled(cast)
        await cast.karen.say("/report")
        cast.wire.script("sendMessage", Held(asyncio.Event()), chat=cast.karen.chat)
        before = len(cast.wire.of("sendMessage", cast.karen.chat))
        working = asyncio.create_task(cast.outbox())
        await cast.wire.until(lambda: len(cast.wire.of("sendMessage", cast.karen.chat)) > before)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await cast.kill()
        await cast.start()
        cast.later(minutes=1)
        await cast.outbox()
        assert len(messages_of(cast.karen, "Spurgt ")) == 1 == len(cast.wire.of("sendPhoto"))
        assert len(messages_of(cast.karen, "Enhed for enhed")) == 1 and await cast.rows("notice") == []


async def test_a_picture_that_telegram_never_takes_is_told_in_words(tmp_path: Path, drawers: Drawers) -> None:
    drawers.may_finish.set()
    async with on_stage(tmp_path) as cast:
        await filled(cast)
        await cast.karen.say("/report")
        cast.wire.script("sendPhoto", bad("PHOTO_INVALID_DIMENSIONS"))
        await cast.outbox()
        (said,) = messages_of(cast.karen, "Spurgt ")
        assert "→" in said and len(messages_of(cast.karen, "Enhed for enhed")) == 1
        assert await cast.rows("notice") == [] and await cast.rows("sending") == []


async def test_more_units_than_a_message_holds_come_in_more_messages_and_each_is_told(
    tmp_path: Path, drawers: Drawers
) -> None:
    drawers.may_finish.set()
    async with on_stage(tmp_path) as cast:
        units = {
            f"u{number}": f"{number}. Specialenhed for Børn og Unge i Nordre Distrikt" for number in range(70)
        }
        places = cast.house.places
        cast.house = replace(
            cast.house,
            rules=replace(cast.house.rules, units=tuple(units)),
            places=lambda unit, language: {**places("jobcenter", language), "unit": units.get(unit, "")},
        )
        await filled(cast, 20_000)
        await cast.karen.say("/report")
        await cast.outbox()
        _, *told = [call.text for call in cast.wire.of("sendMessage", cast.karen.chat)]
        assert len(told) > 1 and all(fitting.units(text) <= fitting.MESSAGE for text in told)
        lines = [line for text in told for line in text.split(fitting.GAP)]
        assert all(any(line.startswith(f"{name}: ") for line in lines) for name in units.values())
        assert {*list(cast.karen.messages)[-len(told) :]} <= {*await cast.traced(cast.karen)}


async def test_lines_that_a_caption_does_not_hold_come_as_a_message_and_no_word_is_lost(
    tmp_path: Path, drawers: Drawers, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawers.may_finish.set()
    lines = [f"Linje {number}: {'ord ' * 100}slut" for number in range(5)]
    monkeypatch.setattr(telling, "lines", lambda report, tell: lines)
    async with on_stage(tmp_path) as cast:
        await filled(cast)
        await cast.karen.say("/report")
        await cast.outbox()
        (photo,) = cast.wire.of("sendPhoto", cast.karen.chat)
        caption = str(photo.parameters["caption"])
        assert caption.startswith("3. kvartal 2026") and caption.endswith(lines[1])
        (rest,) = messages_of(cast.karen, "Linje 4")
        assert rest.startswith(lines[2]) and "hele femmere" in rest


@given(st.lists(st.text(alphabet="ab 🌍", min_size=1).map(str.strip).filter(bool)), st.integers(8, 60))
def test_however_long_the_paragraphs_no_message_is_too_long_and_no_word_is_lost(
    paragraphs: list[str], first: int
) -> None:
    made = fitting.fitted(paragraphs, first)
    assert not made or len(made[0].encode("utf-16-le")) <= 2 * first  # two bytes for each of Telegram's units
    assert "".join("".join(made).split()) == "".join("".join(paragraphs).split())
    assert all(made), "Telegram refuses a message without words"


# --- and /health ------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [0, 1, 3, 6, 8])
async def test_it_says_of_the_ways_to_the_key_persons_what_health_says(
    tmp_path: Path, drawers: Drawers, days: int
) -> None:
    drawers.may_finish.set()
    async with on_stage(tmp_path) as cast:
        await filled(cast)
        await sweeping.Sweep(cast.house).look()
        await cast.outbox()
        cast.later(days=days)
        await cast.karen.say("/health")
        healthy = "I Jobcenter Eksempelby er det ikke vist i tre arbejdsdage" not in cast.karen.screen
        assert healthy == (days < 6), "a Tuesday, and the Monday after it"
        await cast.karen.say("/report")
        await cast.outbox()
        (caption,) = messages_of(cast.karen, "Lige nu: ")
        assert ("er vist at virke." in caption) == healthy
        assert (
            "Ikke vist at virke i tre arbejdsdage: Jobcenter Eksempelby. Se /health." in caption
        ) != healthy
        assert "Sundhedsplejen" not in caption, "a unit that nobody works in yet"
