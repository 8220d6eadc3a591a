"""The chats clean up after themselves: every message has a deadline, also one that nobody knows the number of."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot import checkup, conversation, live, outbox, terms
from bot.errors import SendFailed
from bot.post import Post
from bot.storage import sendings, traces
from bot.storage.sendings import REPLY
from tests.cast import CITIZEN, NEUTRAL, Cast, on_stage, refer, session_of
from tests.test_clock import handed_over
from tests.wire import Held, bad

FORTY_HOURS = timedelta(hours=40)


class DiesAfterSending:
    """The process dies when Telegram has taken a message and before its number is stored."""

    def __init__(self, post: Post) -> None:
        self.post = post

    async def send(self, chat: int, screen: object) -> int:
        await self.post.send(chat, screen)  # type: ignore[arg-type]
        raise Killed

    async def picture(self, chat: int, png: bytes, caption: str) -> int:
        await self.post.picture(chat, png, caption)
        raise Killed

    async def edit(self, chat: int, message: int, screen: object) -> None:
        await self.post.edit(chat, message, screen)  # type: ignore[arg-type]

    async def delete(self, chat: int, messages: object) -> tuple[int, ...]:
        return await self.post.delete(chat, messages)  # type: ignore[arg-type]

    async def take_menu(self, chat: int) -> None:
        await self.post.take_menu(chat)


class Killed(Exception):
    pass


async def killed_before_the_number_is_stored(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is shown next is sent, and the process dies before anybody notes it."""

    def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(live, "_keep", dies)
        await cast.anna.say("/new")
    await cast.kill()
    await cast.start()


async def test_a_card_sent_just_before_a_kill_is_found_and_deleted_with_the_next_press(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(tmp_path) as cast:
        await killed_before_the_number_is_stored(cast, monkeypatch)
        (lost,) = (one for one in cast.anna.messages if one >= 1000)
        assert lost not in await cast.traced(cast.anna)
        await cast.anna.say("/help")
        cast.later(minutes=2)
        await cast.outbox()
        assert lost not in cast.anna.messages
        assert list(cast.anna.messages) == [await cast.anna.live()]
        assert not await cast.rows("sending")


async def test_a_card_sent_just_before_a_kill_is_found_and_deleted_though_nobody_presses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(tmp_path) as cast:
        await killed_before_the_number_is_stored(cast, monkeypatch)
        (lost,) = (one for one in cast.anna.messages if one >= 1000)
        for _ in range(3):
            cast.later(minutes=1, seconds=1)
            await cast.outbox()
        assert lost not in cast.anna.messages
        assert list(cast.anna.messages) == [await cast.anna.live()]
        assert (
            cast.anna.lock_screen == NEUTRAL
            and cast.wire.of("sendMessage")[-1].parameters["disable_notification"]
        )
        await cast.anna.press("Åbn")
        assert "Hvornår bruger du mig?" in cast.anna.screen


async def test_a_notice_that_was_sent_twice_because_of_a_kill_stands_there_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.anna.answer(
            moment="during", mode="told", gate="ok", children="no", wish="help", consent="named", next="none"
        )
        await cast.outbox(DiesAfterSending(cast.post))
        assert list(cast.bente.messages.values()) == [NEUTRAL]
        await cast.kill()
        await cast.start()
        for _ in range(3):
            cast.later(seconds=31)
            await cast.outbox()
        assert len(cast.wire.of("sendMessage", cast.bente.chat)) == 2
        assert list(cast.bente.messages.values()) == [NEUTRAL]
        await cast.bente.press("Åbn")
        assert "Henvisning" in cast.bente.screen


async def test_the_search_for_a_lost_message_waits_while_another_is_on_its_way_to_the_same_chat(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        anna = await cast.anna.id()
        for message in (1500, 1501, 1502):
            cast.wire.put(cast.anna.chat, message)

        def two_tries(c: Connection) -> None:
            sendings.begin(c, anna, REPLY, cast.time.now())
            sendings.begin(c, anna, REPLY, cast.time.now())
            sendings.begin(c, anna, 7, cast.time.now() + timedelta(hours=1))
            sendings.settle(c, anna, REPLY, 1502, cast.time.now())

        await cast.ask(two_tries)
        cast.later(minutes=2)
        await cast.outbox()
        assert len(cast.anna.messages) == 3
        await cast.ask(lambda c: sendings.settle(c, anna, 7, 1501, cast.time.now()))
        await cast.ask(lambda c: traces.keep(c, anna, 1501, cast.time.now(), traces.KEPT))
        cast.later(minutes=2)
        await cast.outbox()
        assert 1500 not in cast.anna.messages
        assert 1501 in cast.anna.messages, "it was known before the search began"


async def test_a_message_that_goes_out_while_a_lost_one_is_looked_for_hides_neither(tmp_path: Path) -> None:
    """The first is lost, the second tells where to look for it, and the process dies over the third."""
    async with on_stage(tmp_path) as cast:
        anna = await cast.anna.id()
        for message in (900, 901, 902):
            cast.wire.put(cast.anna.chat, message)

        def three(c: Connection) -> None:
            sendings.begin(c, anna, REPLY, cast.time.now())
            sendings.begin(c, anna, REPLY, cast.time.now())
            sendings.settle(c, anna, REPLY, 901, cast.time.now())
            traces.keep(c, anna, 901, cast.time.now(), traces.KEPT)
            sendings.begin(c, anna, REPLY, cast.time.now())

        await cast.ask(three)
        cast.later(seconds=31)
        await cast.outbox()
        assert list(cast.anna.messages) == [901, 902], "the first is found, the third is not given up"
        for _ in range(3):
            cast.later(minutes=1, seconds=1)
            await cast.outbox()
        assert 902 not in cast.anna.messages and not await cast.rows("sending")


async def test_a_message_that_arrived_while_a_lost_one_is_looked_for_puts_the_search_off_no_further(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        anna = await cast.anna.id()
        cast.wire.put(cast.anna.chat, 1500)

        def looked_for(c: Connection) -> None:
            sendings.begin(c, anna, REPLY, cast.time.now())
            sendings.begin(c, anna, REPLY, cast.time.now())
            sendings.settle(c, anna, REPLY, 1501, cast.time.now())

        def another(c: Connection, message: int) -> None:
            sendings.begin(c, anna, REPLY, cast.time.now())
            sendings.settle(c, anna, REPLY, message, cast.time.now())

        await cast.ask(looked_for)
        for message in (5000, 9000):  # too far on for what came before them to be looked through
            cast.later(seconds=16)
            await cast.ask(lambda c, message=message: another(c, message))
        await cast.outbox()
        assert 1500 not in cast.anna.messages and not await cast.rows("sending")


async def test_a_lost_message_is_found_when_hundreds_went_to_others_since(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        anna = await cast.anna.id()
        for message in (1500, 2900):
            cast.wire.put(cast.anna.chat, message)

        def lost_and_then_known(c: Connection) -> None:
            sendings.begin(c, anna, REPLY, cast.time.now())
            sendings.begin(c, anna, REPLY, cast.time.now())
            sendings.settle(c, anna, REPLY, 2900, cast.time.now())
            traces.keep(c, anna, 2900, cast.time.now(), traces.KEPT)

        await cast.ask(lost_and_then_known)
        cast.later(seconds=31)
        await cast.outbox()
        assert list(cast.anna.messages) == [2900] and not await cast.rows("sending")


async def test_a_status_card_that_has_news_while_it_is_on_its_way_is_not_sent_beside_itself(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        late = asyncio.Event()
        before = len(cast.wire.of("sendMessage", cast.anna.chat))
        cast.wire.script("sendMessage", Held(late), chat=cast.anna.chat)
        wake, stop = asyncio.Event(), asyncio.Event()
        running = asyncio.create_task(outbox.run(cast.house, cast.post, wake, stop))
        await cast.wire.until(lambda: NEUTRAL in cast.bente.messages.values())
        await cast.bente.press("Åbn")
        for _ in range(200):
            wake.set()
            await asyncio.sleep(0)
        assert len(cast.wire.of("sendMessage", cast.anna.chat)) == before + 1
        late.set()

        def told() -> bool:
            wake.set()
            return "Set, men ikke taget endnu." in cast.anna.transcript()

        await cast.wire.until(told)
        stop.set()
        wake.set()
        await running
        assert len(cast.wire.of("sendMessage", cast.anna.chat)) == before + 1


async def test_the_card_of_a_talk_that_goes_on_for_two_days_is_replaced_in_silence_before_it_is_forty_hours_old(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        first, before = await cast.anna.live(), len(cast.wire.of("sendMessage"))
        for _ in range(40):
            cast.later(hours=1)
            await cast.outbox()
            await cast.anna.press_raw("1:junk", await cast.anna.live())
        assert first not in cast.anna.messages and await cast.anna.live() in cast.anna.messages
        new = cast.wire.of("sendMessage")[before:]
        assert len(new) == 1 and new[0].text == NEUTRAL and new[0].parameters["disable_notification"]
        assert "Mødeoverblik" in cast.anna.screen and (await session_of(cast.anna)).state == "moment"


async def test_whoever_was_removed_meanwhile_is_sent_nothing_to_find_a_lost_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(tmp_path) as cast:
        await killed_before_the_number_is_stored(cast, monkeypatch)
        anna = await cast.anna.staff()
        await cast.ask(lambda c: terms.remove(c, cast.house, anna, cast.time.now()))
        before = len(cast.wire.of("sendMessage", cast.anna.chat))
        for _ in range(3):
            cast.later(minutes=1, seconds=1)
            await cast.outbox()
        assert len(cast.wire.of("sendMessage", cast.anna.chat)) == before
        assert not await cast.rows("sending")


async def test_what_telegram_refuses_to_delete_is_blanked_and_counted_and_shown_to_whoever_runs_it(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.outbox()
        live = await cast.anna.live()
        typed = await cast.anna.say(CITIZEN)
        cast.wire.script("deleteMessages", bad("message can't be deleted"))
        cast.wire.script("deleteMessage", bad("message can't be deleted"), bad("message can't be deleted"))
        await cast.outbox()
        assert cast.anna.messages[live] == "Denne besked er ryddet."
        assert typed in cast.anna.messages, "nobody can take her own words out of the chat now"
        assert (await cast.row("leftover"))["count"] == 2
        said = await cast.ask(lambda c: list(checkup.leftovers_of(c, cast.time.now())))
        assert said == ["2026-W48: 2 messages could not be deleted any more"]
        assert not {live, typed} & set(await cast.traced(cast.anna))


async def test_what_telegram_does_not_delete_for_now_stays_due(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        typed = await cast.anna.say(CITIZEN)

        class Away:
            async def delete(self, *_: object) -> tuple[int, ...]:
                raise SendFailed("away", permanent=False)

        await cast.outbox(Away())  # type: ignore[arg-type]
        assert typed in cast.anna.messages
        cast.later(minutes=6)
        await cast.outbox()
        assert typed not in cast.anna.messages and not await cast.rows("leftover")


async def test_a_day_without_the_process_loses_no_message_of_the_ledger(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        reference = await handed_over(cast)
        await cast.anna.say(CITIZEN)
        await cast.sql("DELETE FROM notice WHERE kind = 'clock'")
        await cast.kill()
        cast.later(days=1)
        await cast.start()
        await conversation.expire(cast.house)
        cast.later(minutes=16)
        await cast.outbox()
        kept = {row["message"] for row in await cast.rows("notice") if row["reference"] == reference}
        for person in (cast.anna, cast.bente):
            assert set(person.messages) <= kept


async def test_every_message_that_anybody_sees_is_in_the_ledger_with_a_deadline_within_forty_hours(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await handed_over(cast)
        await cast.bente.press("Åbn")
        await cast.bente.press("Jeg tager den")
        await cast.outbox()
        await cast.anna.say("/help")
        await cast.bente.say("/inbox")
        for person in cast.people.values():
            traced = await cast.traced(person)
            assert set(person.messages) <= set(traced), person.transcript()
        for row in await cast.rows("trace"):
            assert row["due"] - row["sent"] <= FORTY_HOURS
