"""Bad weather: the database locked, Telegram away or angry, the plug pulled at every place; nothing is lost, nothing
that was stored is done twice, and what is not known is not told. The log is read after each (see `tests/cast.py`)."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from bot import outbox
from bot.errors import StorageFailed
from bot.house import House
from bot.model import Notice, Screen
from bot.storage import notices, referrals, traces
from tests import wire as raw
from tests.cast import CITIZEN, NEUTRAL, OPENED, TYPED, Cast, notices_of, on_stage, play, refer, session_of
from tests.wire import GONE, Held, offline, press


class Killed(BaseException):
    """The plug, pulled in the middle of the outbox."""


class Post:
    """The real post, with something that happens around each sending."""

    def __init__(self, cast: Cast, after: BaseException | None = None) -> None:
        self.real: Any = cast.post
        self.after = after

    async def send(self, chat: int, screen: Screen) -> int:
        message = int(await self.real.send(chat, screen))
        if self.after is not None:
            raise self.after
        return message

    async def picture(self, chat: int, png: bytes, caption: str) -> int:
        message = int(await self.real.picture(chat, png, caption))
        if self.after is not None:
            raise self.after
        return message

    async def edit(self, chat: int, message: int, screen: Screen) -> None:
        await self.real.edit(chat, message, screen)

    async def delete(self, chat: int, messages: Sequence[int]) -> tuple[int, ...]:
        found: tuple[int, ...] = await self.real.delete(chat, messages)
        return found

    async def take_menu(self, chat: int) -> None:
        await self.real.take_menu(chat)


# --- the database ---------------------------------------------------------------------------------------------


async def locked(cast: Cast) -> sqlite3.Connection:
    """Another program holds the file; the house does not wait for it, so that the test need not either."""
    await cast.sql("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(cast.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


@pytest.mark.only_on("sqlite")  # it locks the file
async def test_while_the_database_is_locked_nothing_is_confirmed_and_then_each_update_counts_once(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        live = await cast.anna.live()
        other = await locked(cast)
        numbers = cast.wire.arrive(
            press(cast.anna.chat, "1:moment.during", live),
            press(cast.anna.chat, "2:mode.routine", live),
            raw.text(cast.anna.chat, CITIZEN, 500),
        )
        tries = len(cast.wire.of("getUpdates"))
        await cast.wire.until(lambda: len(cast.wire.of("getUpdates")) > tries + 3)
        assert set(numbers) == cast.wire.pending.keys()
        assert cast.log.getvalue().count("event=storage_failed") == 1, "said once, not at each try"
        other.execute("ROLLBACK")
        other.close()
        await cast.wire.until(lambda: not cast.wire.pending)
        await cast.quiet()
        session = await session_of(cast.anna)
        assert session.answers == {"moment": "during", "mode": "routine"} and session.turn == 3
        assert TYPED in cast.anna.screen
        assert "event=storage_works_again" in cast.log.getvalue()


async def test_one_persons_trouble_with_the_database_does_not_hold_up_another(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        cast.db.failures = 1
        cast.wire.arrive(raw.text(cast.anna.chat, "/new", 1), raw.text(cast.bente.chat, "/new", 1))
        await cast.wire.until(lambda: not cast.wire.pending)
        await cast.quiet()
        assert "Hvornår bruger du mig?" in cast.anna.screen
        assert "Hvornår bruger du mig?" in cast.bente.screen
        assert len(cast.wire.of("sendMessage")) == 2


async def test_a_card_that_the_database_did_not_hear_of_is_still_the_one_card(tmp_path: Path) -> None:
    """The card is sent, and the disk is full when its number is to be kept."""
    async with on_stage(tmp_path) as cast:
        late = asyncio.Event()
        cast.wire.script("sendMessage", Held(late))
        cast.wire.arrive(raw.text(cast.anna.chat, "/new", 1))
        await cast.wire.until(lambda: cast.wire.of("sendMessage"))
        cast.db.failures = 1
        late.set()
        await cast.quiet()
        (card,) = [m for m in cast.anna.messages if m > 500]
        assert await cast.anna.live() == 0 and cast.db.failed == 1
        await cast.anna.press_raw("1:moment.during", card)
        await cast.outbox()
        assert "Hvad er anledningen?" in cast.anna.screen
        assert len(cast.anna.messages) == 1 and list(cast.anna.messages) == [await cast.anna.live()]


@pytest.mark.only_on("sqlite")  # it locks the file
async def test_the_outbox_waits_while_the_database_is_locked_and_loses_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        other = await locked(cast)
        with pytest.raises(StorageFailed):
            await cast.outbox()
        assert not [m for m in cast.bente.messages.values() if m == NEUTRAL]
        other.execute("ROLLBACK")
        other.close()
        await cast.outbox()
        assert list(cast.bente.messages.values()) == [NEUTRAL]


async def test_the_outbox_goes_on_by_itself_after_the_database_has_failed(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        cast.db.failures = 3
        wake, stop = asyncio.Event(), asyncio.Event()
        running = asyncio.create_task(outbox.run(cast.house, cast.post, wake, stop))

        def delivered() -> bool:
            wake.set()
            return NEUTRAL in cast.bente.messages.values()

        await cast.wire.until(delivered)
        stop.set()
        wake.set()
        await running
        assert cast.db.failed == 3


async def test_one_notice_that_is_broken_holds_up_no_other(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await refer(await cast.admit("gerda", 7011, "frontline", unit="sundhed"))
        cast.wire.script("sendMessage", {"no": "message"}, chat=cast.bente.chat)  # an answer nobody can read
        wake, stop = asyncio.Event(), asyncio.Event()
        running = asyncio.create_task(outbox.run(cast.house, cast.post, wake, stop))

        def delivered() -> bool:
            cast.time.seconds += 1
            wake.set()
            return NEUTRAL in cast.karen.messages.values() and NEUTRAL in cast.bente.messages.values()

        await cast.wire.until(lambda: running.done() or delivered())
        assert not running.done(), "the outbox has died of one notice"
        stop.set()
        wake.set()
        await running


async def test_what_is_still_on_its_way_when_the_database_fails_is_not_sent_a_second_time(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        bodil = await cast.admit("bodil", 7012, "key_person")
        await refer(cast.anna)
        late = asyncio.Event()
        cast.wire.script("sendMessage", Held(late), chat=cast.bente.chat)
        wake, stop = asyncio.Event(), asyncio.Event()
        running = asyncio.create_task(outbox.run(cast.house, cast.post, wake, stop))
        await cast.wire.until(lambda: cast.wire.of("sendMessage", bodil.chat))
        cast.db.failures = 1
        await cast.wire.until(lambda: cast.db.failed)
        for _ in range(200):
            wake.set()
            await asyncio.sleep(0)
        late.set()
        stop.set()
        wake.set()
        await running
        await cast.quiet()
        await cast.outbox()
        assert len(cast.wire.of("sendMessage", cast.bente.chat)) == 1


@pytest.mark.only_on("sqlite")  # elsewhere a round takes its time
async def test_no_more_is_claimed_than_can_go_out_before_the_claim_runs_out_and_each_is_sent_once(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        number, now = await cast.anna.id(), cast.time.now()
        await cast.ask(lambda c: [notices.queue(c, "probe", number, f"u{at}", now) for at in range(400)])
        begun, free = Counter[int](), asyncio.Event()

        async def slow(house: House, post: Any, notice: Notice) -> None:
            begun[notice.id] += 1
            await free.wait()
            await house.db.run(lambda c: notices.drop(c, notice))

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(outbox, "_deliver", slow)
            wake, stop = asyncio.Event(), asyncio.Event()
            running = asyncio.create_task(outbox.run(cast.house, cast.post, wake, stop))
            for _ in range(300):
                wake.set()
                await asyncio.sleep(0)
            assert 100 <= len(begun) <= outbox.UNDER_WAY_AT_MOST
            free.set()

            def all_begun() -> bool:
                wake.set()
                return len(begun) == 400

            await cast.wire.until(all_begun)
            stop.set()
            wake.set()
            await running
        assert {*begun.values()} == {1}


# --- Telegram ---------------------------------------------------------------------------------------------------


async def test_telegram_away_in_the_middle_of_a_talk_costs_nothing_but_time(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        live = await cast.anna.live()
        cast.wire.script("editMessageText", *[offline()] * 4)
        cast.wire.script("answerCallbackQuery", offline())
        cast.wire.script("getUpdates", offline(), offline())
        await cast.anna.press_raw("1:moment.during", live)
        assert "Hvornår bruger du mig?" in cast.anna.messages[live], "she has seen nothing yet"
        assert (await session_of(cast.anna)).state == "mode"
        await cast.anna.press_raw("1:moment.during", live)
        assert "Hvad er anledningen?" in cast.anna.messages[live]


async def test_a_short_outage_is_waited_out_without_a_press(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        cast.wire.script("editMessageText", offline(), raw.Refusal(502, "Bad Gateway"))
        await cast.anna.press("Midt i et møde")
        assert "Hvad er anledningen?" in cast.anna.screen


async def test_a_notice_that_is_put_off_rings_when_telegram_said_and_not_before(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        cast.wire.script("sendMessage", raw.too_many(600), chat=cast.bente.chat)
        await cast.outbox()
        cast.later(minutes=9)
        await cast.outbox()
        assert len(cast.wire.of("sendMessage", cast.bente.chat)) == 1
        cast.later(minutes=2)
        await cast.outbox()
        assert list(cast.bente.messages.values()) == [NEUTRAL]
        assert len(cast.wire.of("sendMessage", cast.bente.chat)) == 2


async def test_a_notice_is_tried_on_for_as_long_as_telegram_is_away(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.anna.answer()
        cast.wire.script("sendMessage", *[offline()] * 30, chat=cast.bente.chat)
        for _ in range(40):
            cast.later(minutes=5)
            await cast.outbox()
        assert list(cast.bente.messages.values()) == [NEUTRAL]


async def test_a_status_card_that_is_sent_and_not_yet_filled_in_is_not_sent_twice(tmp_path: Path) -> None:
    """The neutral words are there; the edit that says what it is about is put off."""
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        cast.wire.script("editMessageText", raw.too_many(5), offline(), chat=cast.anna.chat)
        for _ in range(4):
            await cast.outbox()
            cast.later(minutes=1)
        status = [m for m in cast.anna.messages.values() if m == NEUTRAL or m.startswith("r1\n")]
        assert len(status) == 1 and status[0].startswith("r1\n")


async def test_a_status_card_that_cannot_be_edited_any_more_is_sent_anew(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        old = cast.anna.find("r1\n")
        cast.wire.script("editMessageText", GONE, chat=cast.anna.chat)
        await cast.bente.press("Åbn")
        await cast.outbox()
        new = max(cast.anna.messages)
        assert new > old and "Set, men ikke taget endnu." in cast.anna.messages[new]


async def test_a_status_card_that_was_replaced_does_not_stay_behind(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        cast.wire.script("editMessageText", raw.bad("message can't be edited"), chat=cast.anna.chat)
        await cast.bente.press("Åbn")
        await cast.outbox()
        cast.later(hours=40)
        await cast.outbox()
        assert len([m for m in cast.anna.messages.values() if m.startswith("r1\n")]) == 1


@pytest.mark.parametrize(
    "refusal",
    [raw.bad("message text is empty"), raw.bad("BUTTON_DATA_INVALID"), raw.bad("chat not found"), raw.BLOCKED,
     raw.Refusal(500, "Internal Server Error"), raw.UNAUTHORIZED],
    ids=["empty", "button", "chat", "blocked", "500", "401"],
)  # fmt: skip
async def test_whatever_telegram_says_to_a_card_the_next_press_shows_what_is_stored(
    tmp_path: Path, refusal: raw.Refusal
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        live = await cast.anna.live()
        cast.wire.script("editMessageText", *[refusal] * 3)
        await cast.anna.press("Midt i et møde")
        await cast.arrive(press(cast.anna.chat, "1:moment.during", live))
        await cast.arrive(press(cast.anna.chat, "1:moment.during", live))
        await cast.arrive(press(cast.anna.chat, "1:moment.during", live))
        assert "Hvad er anledningen?" in cast.anna.screen


async def test_an_answer_to_a_press_that_comes_too_late_harms_nobody(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        cast.wire.script("answerCallbackQuery", raw.bad("query is too old and response timeout expired"))
        await cast.anna.press("Midt i et møde")
        assert "Hvad er anledningen?" in cast.anna.screen


async def test_a_menu_that_cannot_be_set_keeps_nobody_from_working(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        cast.wire.script("setMyCommands", raw.Refusal(500, "Internal Server Error"))
        await play(cast, "anna > /language\nanna * Dansk\nanna > /new\nanna < Hvornår bruger du mig?")


# --- the plug, pulled -----------------------------------------------------------------------------------------------


async def test_killed_between_commit_and_reply_the_next_press_shows_the_card_that_the_database_says(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        live = await cast.anna.live()
        cast.wire.script("editMessageText", Held(asyncio.Event()))
        cast.wire.arrive(press(cast.anna.chat, "1:moment.during", live))
        await cast.wire.until(lambda: cast.wire.of("editMessageText"))
        await cast.kill()
        assert "Hvornår bruger du mig?" in cast.anna.messages[live]
        await cast.start()
        await cast.anna.press_raw("1:moment.during", live)
        assert "Hvad er anledningen?" in cast.anna.messages[live]
        assert (await session_of(cast.anna)).answers == {"moment": "during"}


async def test_killed_before_a_first_card_was_sent_any_command_brings_the_talk_back(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        cast.wire.script("sendMessage", Held(asyncio.Event()))
        cast.wire.arrive(raw.text(cast.anna.chat, "/new", 1))
        await cast.wire.until(lambda: cast.wire.of("sendMessage"))
        await cast.kill()
        await cast.start()
        await play(cast, "anna > /help\nanna * Tilbage til samtalen\nanna < Hvornår bruger du mig?")


async def test_killed_between_sending_a_card_and_keeping_its_number_the_chat_has_one_live_card_again(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        first = await cast.anna.live()
        await cast.sql("UPDATE staff SET live = 0")
        await cast.sql(f"DELETE FROM trace WHERE message = {first}")  # noqa: S608
        await cast.kill()
        await cast.start()
        await cast.anna.press_raw("1:moment.during", first)
        await cast.outbox()
        assert "Hvad er anledningen?" in cast.anna.screen
        assert list(cast.anna.messages) == [await cast.anna.live()], (
            "the card that nobody knew of is gone too"
        )


async def test_killed_between_handling_and_confirming_it_comes_again_and_is_answered_once(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        live = await cast.anna.live()
        cast.wire.script("getUpdates", Held(asyncio.Event()))  # the confirmation, which is never made
        (number,) = cast.wire.arrive(press(cast.anna.chat, "1:moment.during", live))
        await cast.wire.until(lambda: cast.wire.of("editMessageText"))
        await cast.quiet()
        await cast.kill()
        assert number in cast.wire.pending
        await cast.start()
        await cast.wire.until(lambda: not cast.wire.pending)
        await cast.quiet()
        assert len(cast.wire.of("editMessageText")) == 1
        assert (await session_of(cast.anna)).turn == 2
        await cast.anna.press("Jeg spørger alle")
        assert "Er alt på plads?" in cast.anna.messages[live]


async def test_killed_between_sending_a_notice_and_recording_it_it_may_ring_twice_and_is_not_lost(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        with pytest.raises(Killed):
            await outbox.work_off(cast.house, Post(cast, after=Killed()))
        await cast.quiet()
        await cast.kill()
        await cast.start()
        await cast.outbox()
        assert set(cast.bente.messages.values()) == {NEUTRAL}
        assert len(cast.bente.messages) <= 2
        await cast.bente.press("Åbn", min(cast.bente.messages))
        await cast.outbox()
        assert list(cast.bente.messages) == [await cast.bente.live()]
        assert "Henvisning r1, gemt" in cast.bente.screen


async def test_a_notice_that_is_taken_away_while_it_is_on_its_way_is_taken_out_of_the_chat(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        late = asyncio.Event()
        cast.wire.script("sendMessage", Held(late), chat=cast.bente.chat)
        working = asyncio.create_task(outbox.work_off(cast.house, cast.post))
        await cast.wire.until(lambda: cast.wire.of("sendMessage", cast.bente.chat))
        await cast.anna.press("Træk tilbage", await cast.anna.live())
        late.set()
        await working
        await cast.outbox()
        assert cast.bente.messages == {} and not await notices_of(cast.bente)
        assert "Trukket tilbage." in cast.anna.transcript()


async def test_a_notice_of_a_case_that_another_takes_while_it_is_on_its_way_is_taken_out_of_the_chat(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        late, bente = asyncio.Event(), await cast.bente.id()

        def taken(c: Connection) -> None:
            (hers,) = notices.of(c, "r1", "referral")
            notices.opened(c, hers)
            notices.settle(c, "referral", bente, "r1", "taken")

        cast.wire.script("sendMessage", Held(late), chat=cast.bente.chat)
        working = asyncio.create_task(outbox.work_off(cast.house, cast.post))
        await cast.wire.until(lambda: cast.wire.of("sendMessage", cast.bente.chat))
        await cast.ask(taken)
        late.set()
        await working
        await cast.outbox()
        assert cast.bente.messages == {}
        assert [one.message for one in await notices_of(cast.bente, "referral")] == [0]


async def test_a_notice_that_another_takes_the_moment_it_is_due_is_kept_for_when_she_undoes_it(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        bente, karen = await cast.bente.id(), await cast.karen.id()
        (claimed,) = await cast.ask(lambda c: notices.of(c, "r1", "referral"))

        def taken(c: Connection) -> None:
            referrals.accept(c, "r1", karen, cast.time.now())
            notices.settle(c, "referral", bente, "r1", "taken")

        await cast.ask(taken)
        await cast.ask(lambda c: outbox._for_nobody(c, cast.house, claimed, cast.time.now()))
        assert [one.code for one in await notices_of(cast.bente, "referral")] == ["taken"]


async def test_a_notice_that_comes_to_be_for_nobody_is_taken_out_of_the_chat(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        assert list(cast.bente.messages.values()) == [NEUTRAL]
        bente, karen = await cast.bente.id(), await cast.karen.id()

        def taken(c: Connection) -> None:
            referrals.accept(c, "r1", karen, cast.time.now())
            notices.queue(c, "referral", bente, "r1", cast.time.now())

        await cast.ask(taken)
        await cast.outbox()
        assert cast.bente.messages == {} and not await notices_of(cast.bente, "referral")


async def test_a_status_card_that_is_taken_away_while_it_is_on_its_way_is_taken_out_of_the_chat(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        late, number = asyncio.Event(), await cast.anna.id()
        before = {*cast.anna.messages}

        def taken_away(c: Connection) -> None:
            for one in notices.to(c, number):
                if one.kind == "status":
                    notices.drop(c, one)

        cast.wire.script("sendMessage", Held(late), chat=cast.anna.chat)
        asked = len(cast.wire.of("sendMessage", cast.anna.chat))
        working = asyncio.create_task(outbox.work_off(cast.house, cast.post))
        await cast.wire.until(lambda: len(cast.wire.of("sendMessage", cast.anna.chat)) > asked)
        await cast.ask(taken_away)
        late.set()
        await working
        await cast.ask(taken_away)
        await cast.outbox()
        assert {*cast.anna.messages} <= before


@pytest.mark.parametrize("whose", ["anna", "bente"], ids=["a status card", "a notice"])
async def test_of_two_that_went_out_because_the_claim_ran_out_meanwhile_one_stays(
    tmp_path: Path, whose: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        person, late = cast.people[whose], asyncio.Event()
        before, asked = {*person.messages}, len(cast.wire.of("sendMessage", person.chat))
        cast.wire.script("sendMessage", Held(late), chat=person.chat)
        slow = asyncio.create_task(outbox.work_off(cast.house, cast.post))
        await cast.wire.until(lambda: len(cast.wire.of("sendMessage", person.chat)) > asked)
        cast.later(seconds=31)
        await cast.outbox()
        late.set()
        await slow
        await cast.outbox()
        cast.later(minutes=2)
        await cast.outbox()
        assert len({*person.messages} - before) == 1


async def test_a_status_that_comes_too_late_does_not_stand_over_a_newer_one(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        anna, bente = await cast.anna.id(), await cast.bente.id()
        await cast.ask(lambda c: notices.queue(c, "status", anna, "r1", cast.time.now()))
        late, asked = asyncio.Event(), len(cast.wire.of("editMessageText", cast.anna.chat))
        cast.wire.script("editMessageText", Held(late), chat=cast.anna.chat)
        slow = asyncio.create_task(outbox.work_off(cast.house, cast.post))
        await cast.wire.until(lambda: len(cast.wire.of("editMessageText", cast.anna.chat)) > asked)
        cast.later(seconds=31)
        await cast.ask(lambda c: referrals.accept(c, "r1", bente, cast.time.now()))
        await cast.outbox()
        late.set()
        await slow
        await cast.outbox()
        assert "har taget den" in cast.anna.transcript()


async def test_a_notice_that_is_raised_while_it_is_on_its_way_rings_again(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        late = asyncio.Event()
        cast.wire.script("sendMessage", Held(late), chat=cast.bente.chat)
        working = asyncio.create_task(outbox.work_off(cast.house, cast.post))
        await cast.wire.until(lambda: cast.wire.of("sendMessage", cast.bente.chat))
        cast.later(seconds=1)
        await play(cast, "anna * Mere\nanna * Ære eller social kontrol, også i tvivl")
        late.set()
        await working
        await cast.outbox()
        assert len(cast.wire.of("sendMessage", cast.bente.chat)) == 2
        assert list(cast.bente.messages.values()) == [NEUTRAL]


async def test_killed_between_deleting_and_recording_it_is_deleted_again_without_complaint(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say(CITIZEN)
        traced = await cast.rows("trace")
        await cast.outbox()
        for row in traced:
            await cast.ask(partial(traces.keep, staff_id=row["staff"], message=row["message"], now=OPENED))
        await cast.kill()
        await cast.start()
        await cast.outbox()
        assert not [row for row in await cast.rows("trace") if row["message"] == 1]


# --- updates that nobody foresaw -----------------------------------------------------------------------------------


async def test_an_update_that_cannot_be_read_holds_up_nothing_in_its_batch(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.arrive(
            {"message": {"message_id": "not a number", "text": CITIZEN}},
            {"poll_answer": {"poll_id": "1", "option_ids": []}},
            {"callback_query": {"id": "1", "data": CITIZEN}},
            raw.text(cast.anna.chat, "/new", 1),
        )
        assert "Hvornår bruger du mig?" in cast.anna.screen
        assert cast.log.getvalue().count("event=update_unreadable") == 3


async def test_an_update_of_a_kind_that_nobody_knows_is_passed_over(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.arrive(
            {"brand_new_thing": {"from": {"id": cast.anna.chat}, "text": CITIZEN}},
            {},
            {"channel_post": raw.text(cast.anna.chat, CITIZEN)["message"]},
            {"inline_query": {"id": "1", "from": raw.person(cast.anna.chat), "query": CITIZEN, "offset": ""}},
            raw.text(cast.anna.chat, "/new", 1),
        )
        assert "Hvornår bruger du mig?" in cast.anna.screen
        assert len(cast.wire.of("sendMessage")) == 1


async def test_a_press_on_a_message_that_telegram_does_not_show_any_more_is_a_press(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        gone = press(cast.anna.chat, "1:moment.during", 3)
        gone["callback_query"]["message"] = {"message_id": 3, "date": 0, "chat": raw.place(cast.anna.chat)}
        await cast.arrive(gone)
        assert "Hvad er anledningen?" in cast.anna.screen


async def test_a_press_with_no_message_at_all_is_a_press(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        bare = press(cast.anna.chat, "1:moment.during")
        del bare["callback_query"]["message"]
        await cast.arrive(bare)
        assert "Hvad er anledningen?" in cast.anna.screen


async def test_a_talk_on_a_card_that_a_newer_version_does_not_have_begins_again(
    tmp_path: Path,
) -> None:
    """After an upgrade a session may stand on a state that is gone: nothing must be in her way."""
    async with on_stage(tmp_path) as cast:
        await play(cast, "anna > /new\nanna * Midt i et møde")
        await cast.sql("UPDATE session SET state = 'long_gone'")
        await cast.anna.press_raw("2:mode.routine", await cast.anna.live())
        assert "Jeg er blevet opdateret" in cast.anna.screen, "she is told something"
        await cast.anna.press_raw("0:acute.0", await cast.anna.live())
        assert "Ring 112." in cast.anna.screen
        await cast.anna.say("/new")
        assert "Hvornår bruger du mig?" in cast.anna.screen


async def test_a_talk_of_a_flow_that_is_gone_stops_neither_the_cleaning_nor_her(tmp_path: Path) -> None:
    from bot import conversation

    async with on_stage(tmp_path) as cast:
        await play(cast, "anna > /new\nbente > /new")
        number = await cast.anna.id()
        await cast.sql(f"UPDATE session SET flow = 'long_gone' WHERE staff = {number}")  # noqa: S608
        cast.later(hours=3)
        await conversation.expire(cast.house)
        assert not await cast.rows("session")


async def test_a_flood_of_presses_by_one_delays_no_other(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        live = await cast.anna.live()
        flood = [press(cast.anna.chat, "1:acute", live, id=f"{cast.anna.chat}-{n}") for n in range(95)]
        await cast.arrive(*flood, raw.text(cast.bente.chat, "/new", 1))
        assert "Hvornår bruger du mig?" in cast.bente.screen
        assert len(cast.wire.of("answerCallbackQuery")) == 95
        assert (await session_of(cast.anna)).turn == 2


# --- what the log says ------------------------------------------------------------------------------------------------


async def test_the_log_does_not_retrace_a_conversation(tmp_path: Path) -> None:
    """Which cards were shown, and to the millisecond when, is more than the outcome is allowed to keep."""
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna, red_flags=["throat"], children="yes", child_danger="no")
        await cast.outbox()
        for told in ("red_flags", "child_danger", "consent", "throat", "safe_today"):
            assert told not in cast.log.getvalue(), told


async def test_a_bug_of_ours_is_logged_by_its_place_and_said_calmly(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")

        cast.db.bug = ValueError(f"{cast.anna.name} wrote {CITIZEN}")
        await cast.anna.press_raw("1:moment.during", 50)
        cast.db.bug = None
        assert cast.anna.toast.startswith("Noget gik galt hos mig, og det er ikke din fejl.")
        assert "event=handling_failed" in cast.log.getvalue() and "error=ValueError" in cast.log.getvalue()
