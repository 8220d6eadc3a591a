"""A telephone that lies on a table tells nothing: after five minutes without a press the details are covered."""

import asyncio
from pathlib import Path

import pytest

from bot import conversation
from bot.errors import SendFailed
from tests.cast import Cast, on_stage, session_of
from tests.test_clock import handed_over

OVERVIEW = "Mødeoverblik"


async def on_the_duty_card(cast: Cast) -> None:
    await cast.anna.say("/new")
    await cast.anna.answer(until="duty", moment="during", mode="told", gate="ok", children="yes")


async def test_five_minutes_without_a_press_cover_the_card_and_four_do_not(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await on_the_duty_card(cast)
        card, sent = cast.anna.screen, len(cast.wire.of("sendMessage"))
        cast.later(minutes=4, seconds=59)
        await cast.outbox()
        assert cast.anna.screen == card
        cast.later(seconds=1)
        await cast.outbox()
        assert cast.anna.screen.startswith(OVERVIEW)
        assert len(cast.wire.of("sendMessage")) == sent, "an edit rings nowhere"
        for code in ("Lokale", "Lokale"):
            await cast.anna.press(code)
        assert cast.anna.screen == card


async def test_each_press_begins_the_five_minutes_anew(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await on_the_duty_card(cast)
        for _ in range(4):
            cast.later(minutes=4)
            await cast.anna.press("Hvorfor")
            await cast.anna.press("Tilbage til spørgsmålet")
            await cast.outbox()
        assert not cast.anna.screen.startswith(OVERVIEW)


async def test_a_covered_talk_still_ends_after_two_hours_and_its_duty_is_asked_about(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await on_the_duty_card(cast)
        cast.later(minutes=30)
        await cast.outbox()
        cast.later(hours=1, minutes=31)
        assert await conversation.expire(cast.house) == 1
        assert [row["kind"] for row in await cast.rows("notice") if row["staff"] == await cast.anna.id()] == [
            "duty_open"
        ]


async def test_a_press_on_the_card_that_was_covered_a_moment_ago_uncovers_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await on_the_duty_card(cast)
        turn, live = (await session_of(cast.anna)).turn, await cast.anna.live()
        cast.later(minutes=5)
        await cast.outbox()
        for code in ("duty.notified", "hide", "back", "stop", "next"):
            await cast.anna.press_raw(f"{turn}:{code}", live)
            assert cast.anna.screen.startswith(OVERVIEW), code
        assert "duty" not in (await session_of(cast.anna)).answers


async def test_what_cannot_be_shown_for_a_moment_is_covered_in_the_rows_and_shown_later(
    tmp_path: Path,
) -> None:
    class Away:
        async def edit(self, *_: object) -> None:
            raise SendFailed("away", permanent=False)

    async with on_stage(tmp_path) as cast:
        await on_the_duty_card(cast)
        cast.later(minutes=5)
        await cast.outbox(Away())  # type: ignore[arg-type]
        assert not cast.anna.screen.startswith(OVERVIEW) and (await session_of(cast.anna)).is_hidden
        assert "event=delivery_failed error=SendFailed" not in cast.log.getvalue(), "it is nobody's mistake"
        await cast.kill()
        await cast.start()
        cast.later(seconds=31)
        await cast.outbox()
        assert cast.anna.screen.startswith(OVERVIEW)
        assert (await cast.row("session"))["cover"] is None


async def test_a_key_persons_case_is_covered_too_and_her_own_talk_beneath_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.bente.say("/new")
        await handed_over(cast)
        await cast.bente.press("Åbn")
        cast.later(minutes=6)
        await cast.outbox()
        assert cast.bente.screen.startswith(OVERVIEW)
        await cast.bente.press("Lokale")
        await cast.bente.press("Lokale")
        assert "Henvisning" in cast.bente.screen


@pytest.mark.parametrize("gap", [0, 1])
async def test_who_presses_while_it_is_being_covered_sees_what_is_stored(tmp_path: Path, gap: int) -> None:
    async with on_stage(tmp_path) as cast:
        await on_the_duty_card(cast)
        cast.later(minutes=5)
        covering = asyncio.create_task(cast.outbox())
        for _ in range(gap):
            await asyncio.sleep(0)
        await cast.anna.press_raw(f"{(await session_of(cast.anna)).turn}:why", await cast.anna.live())
        await covering
        await cast.outbox()
        assert cast.anna.screen.startswith(OVERVIEW) == (await session_of(cast.anna)).is_hidden
