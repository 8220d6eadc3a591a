"""Sending: one live card a chat, answers that come at once, refusals that mean what they mean."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from telegram.error import TimedOut

from bot.errors import SendFailed, StorageFailed
from bot.model import Event, Reply, Screen
from bot.transport.bot import Transport
from bot.transport.log import alias_of
from tests.wire import (
    BLOCKED,
    GONE,
    UNAUTHORIZED,
    Clock,
    FakeWire,
    Held,
    Refusal,
    bad,
    offline,
    press,
    running,
    too_many,
    transport,
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 400  # all there can be in a file, line ends too
ROWS = ((("Ja", "12:children.yes"), ("Nej", "12:children.no")), (("Tilbage", "12:back"),))


class Room:
    """A started transport whose database is a dictionary."""

    def __init__(self, wire: FakeWire, clock: Clock) -> None:
        self.live: dict[int, int] = {}
        self.told: list[tuple[int, int]] = []
        self.failures: list[Exception] = []
        self.transport: Transport = transport(wire, self._ignore, on_live=self._on_live, clock=clock)
        self.sender = self.transport.sender

    async def _ignore(self, _: Event) -> None:
        pass

    async def _on_live(self, chat: int, message: int) -> None:
        self.told.append((chat, message))
        if self.failures:
            raise self.failures.pop(0)
        self.live[chat] = message


@pytest.fixture
def wire() -> FakeWire:
    return FakeWire()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def room(wire: FakeWire, clock: Clock) -> AsyncIterator[Room]:
    room = Room(wire, clock)
    await room.transport.start()
    yield room
    await room.transport.stop()


async def test_the_live_card_is_edited_and_the_press_answered_together(room: Room, wire: FakeWire) -> None:
    wire.put(7, 50)
    edit, answer = asyncio.Event(), asyncio.Event()
    wire.script("editMessageText", Held(edit))
    wire.script("answerCallbackQuery", Held(answer))
    replying = asyncio.create_task(
        room.sender.reply(Reply(7, Screen("Er der børn?", ROWS), toast="Gemt", live=50), "q1")
    )
    await wire.until(lambda: wire.of("editMessageText") and wire.of("answerCallbackQuery"))
    edit.set()
    answer.set()
    assert await replying == 50
    assert wire.chats[7] == {50: "Er der børn?"}
    edited, answered = wire.of("editMessageText")[0], wire.of("answerCallbackQuery")[0]
    assert edited.buttons == {"Ja": "12:children.yes", "Nej": "12:children.no", "Tilbage": "12:back"}
    assert [len(row) for row in edited.parameters["reply_markup"]["inline_keyboard"]] == [2, 1]
    assert answered.parameters == {"callback_query_id": "q1", "text": "Gemt"}
    assert room.told == []


async def test_where_there_is_no_card_one_is_sent_and_told_of(room: Room, wire: FakeWire) -> None:
    assert await room.sender.reply(Reply(7, Screen("kort", silent=True))) == 1000
    assert room.told == [(7, 1000)]
    assert wire.of("sendMessage")[0].parameters == {
        "chat_id": 7,
        "text": "kort",
        "link_preview_options": {"is_disabled": True},
        "protect_content": True,
        "disable_notification": True,
    }


async def test_what_is_not_protected_and_not_silent_is_sent_so(room: Room, wire: FakeWire) -> None:
    await room.sender.send(7, Screen("meddelelse", protected=False))
    asked = wire.of("sendMessage")[0].parameters
    assert asked["protect_content"] is False and asked["disable_notification"] is False


async def test_a_card_that_did_not_change_is_no_failure(room: Room, wire: FakeWire) -> None:
    wire.put(7, 50)
    for _ in range(2):
        assert await room.sender.reply(Reply(7, Screen("kort"), live=50), "q") == 50
    await room.sender.edit(7, 50, Screen("kort"))
    assert not wire.of("sendMessage")


@pytest.mark.parametrize(
    "refusal", [GONE, bad("message can't be edited"), bad("MESSAGE_ID_INVALID")], ids=lambda r: r.words
)
async def test_a_card_that_is_gone_is_replaced_by_a_new_one(
    room: Room, wire: FakeWire, refusal: Refusal
) -> None:
    wire.script("editMessageText", refusal)
    assert await room.sender.reply(Reply(7, Screen("kort"), live=50), "q") == 1000
    assert room.live == {7: 1000}


async def test_an_answer_that_comes_too_late_is_nobodys_trouble(room: Room, wire: FakeWire) -> None:
    wire.script("answerCallbackQuery", bad("query is too old and response timeout expired"), offline())
    wire.put(7, 50)
    assert await room.sender.reply(Reply(7, Screen("kort"), live=50), "q") == 50
    assert await room.sender.reply(Reply(7, toast="hej"), "q") is None


async def test_a_long_toast_is_cut_where_telegram_would_refuse_it(room: Room, wire: FakeWire) -> None:
    await room.sender.reply(Reply(7, toast="å" * 500), "q")
    assert wire.of("answerCallbackQuery")[0].text == "å" * 200


async def test_a_newer_screen_takes_the_place_of_one_that_waits(room: Room, wire: FakeWire) -> None:
    wire.put(7, 50)
    slow = asyncio.Event()
    wire.script("editMessageText", Held(slow))
    room.sender.post(Reply(7, Screen("1"), live=50), "q1")
    await wire.until(lambda: wire.of("editMessageText"))
    room.sender.post(Reply(7, Screen("2"), toast="to", live=50), "q2")
    room.sender.post(Reply(7, Screen("3"), live=50), "q3")
    await wire.until(lambda: len(wire.of("answerCallbackQuery")) == 3)
    slow.set()
    await wire.until(lambda: wire.chats[7] == {50: "3"})
    assert [call.text for call in wire.of("editMessageText")] == ["1", "3"]
    assert [call.text for call in wire.of("answerCallbackQuery")] == ["", "to", ""]


async def test_two_presses_before_the_new_card_is_known_share_it(room: Room, wire: FakeWire) -> None:
    slow = asyncio.Event()
    wire.script("sendMessage", Held(slow))
    known = room.sender.known(7)  # read before both transactions: neither knows of a card
    first = asyncio.create_task(room.sender.reply(Reply(7, Screen("1")), "q1", known))
    await wire.until(lambda: wire.of("sendMessage"))
    second = asyncio.create_task(room.sender.reply(Reply(7, Screen("2")), "q2", known))
    third = asyncio.create_task(room.sender.reply(Reply(7, Screen("3")), "q3", known))
    await wire.until(lambda: len(wire.of("answerCallbackQuery")) == 3)
    slow.set()
    assert (await first, await second, await third) == (1000, 1000, 1000)
    assert wire.chats[7] == {1000: "3"}
    assert await room.sender.reply(Reply(7, Screen("ny")), "", room.sender.known(7)) == 1001
    assert wire.chats[7] == {1000: "3", 1001: "ny"}
    assert await room.sender.reply(Reply(7, Screen("nok en"))) == 1002


async def test_a_card_that_could_not_be_noted_is_not_forgotten(room: Room, wire: FakeWire) -> None:
    room.failures = [StorageFailed("locked")]
    assert await room.sender.reply(Reply(7, Screen("1"))) == 1000
    assert room.live == {}
    assert await room.sender.reply(Reply(7, Screen("2"))) == 1000
    assert room.live == {7: 1000} and wire.chats[7] == {1000: "2"}


async def test_a_429_pauses_that_chat_only_and_the_newest_screen_follows(
    room: Room, wire: FakeWire, clock: Clock
) -> None:
    wire.put(7, 50)
    wire.put(8, 50)
    wire.script("editMessageText", too_many(5), chat=7)
    room.sender.post(Reply(7, Screen("1"), live=50), "q1")
    await wire.until(lambda: clock.slept == [5])
    room.sender.post(Reply(7, Screen("2"), live=50), "q2")
    assert await room.sender.reply(Reply(8, Screen("andet"), live=50)) == 50
    assert len(wire.of("editMessageText", 7)) == 1
    clock.advance(5)
    await wire.until(lambda: wire.chats[7] == {50: "2"})
    assert [call.text for call in wire.of("editMessageText", 7)] == ["1", "2"]


async def test_a_429_of_an_hour_is_not_waited_out(room: Room, wire: FakeWire) -> None:
    wire.put(7, 50)
    wire.script("editMessageText", too_many(3600))
    with pytest.raises(SendFailed) as raised:
        await room.sender.reply(Reply(7, Screen("1"), live=50))
    assert raised.value.retry_after == 3600 and not raised.value.permanent


async def test_an_edit_is_tried_again_when_the_network_fails(
    room: Room, wire: FakeWire, clock: Clock
) -> None:
    wire.put(7, 50)
    wire.script("editMessageText", offline(), TimedOut(), Refusal(502, "Bad Gateway"))
    replying = asyncio.create_task(room.sender.reply(Reply(7, Screen("kort"), live=50)))
    for tries in (1, 2, 3):
        await wire.until(lambda: len(clock.slept) == tries)  # noqa: B023
        clock.advance(10)
    assert await replying == 50


async def test_a_network_that_stays_away_is_given_up(room: Room, wire: FakeWire, clock: Clock) -> None:
    wire.script("editMessageText", *(offline() for _ in range(9)))
    replying = asyncio.create_task(room.sender.reply(Reply(7, Screen("kort"), live=50)))
    for tries in (1, 2, 3):
        await wire.until(lambda: len(clock.slept) == tries)  # noqa: B023
        clock.advance(10)
    with pytest.raises(SendFailed) as raised:
        await replying
    assert not raised.value.permanent


async def test_a_new_card_is_not_sent_twice_after_a_time_out(room: Room, wire: FakeWire) -> None:
    wire.script("sendMessage", TimedOut())
    with pytest.raises(SendFailed) as raised:
        await room.sender.reply(Reply(7, Screen("kort")))
    assert not raised.value.permanent and len(wire.of("sendMessage")) == 1


async def test_a_lost_card_is_replaced_once_even_when_the_new_one_times_out(
    room: Room, wire: FakeWire
) -> None:
    wire.script("sendMessage", TimedOut())
    with pytest.raises(SendFailed):
        await room.sender.reply(Reply(7, Screen("kort"), live=50))
    assert len(wire.of("sendMessage")) == 1


async def test_a_chat_stuck_on_a_slow_send_delays_no_other(room: Room, wire: FakeWire) -> None:
    never = asyncio.Event()
    wire.script("sendMessage", Held(never), chat=7)
    room.sender.post(Reply(7, Screen("1")))
    await wire.until(lambda: wire.of("sendMessage", 7))
    assert await room.sender.reply(Reply(8, Screen("2"))) == 1000
    never.set()


async def test_no_card_is_sent_while_the_database_is_away_and_that_is_no_bug(
    wire: FakeWire, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    async def away(_: int) -> None:
        raise StorageFailed("away")

    room = transport(wire, _nothing, on_sending=away, clock=clock)
    await room.start()
    room.sender.post(Reply(7, Screen("x")))
    await wire.until(lambda: "reply_failed" in caplog.text)
    await room.stop()
    assert "reason=storage" in caplog.text and "reply_bug" not in caplog.text
    assert not wire.of("sendMessage")


async def _nothing(_: Event) -> None:
    pass


async def test_a_failed_reply_is_logged_and_the_chats_next_one_is_shown(
    room: Room, wire: FakeWire, caplog: pytest.LogCaptureFixture
) -> None:
    wire.script("sendMessage", BLOCKED, {"an answer": "Hansen"})
    room.sender.post(Reply(7, Screen("1")))
    await wire.until(lambda: "reply_failed" in caplog.text)
    assert (
        f"event=reply_failed chat={alias_of(7)} permanent=True reason=bot_was_blocked_by_the_user"
        in caplog.text
    )
    room.sender.post(Reply(7, Screen("2")))
    await wire.until(lambda: caplog.text.count("reply_") == 2)
    assert await room.sender.reply(Reply(7, Screen("3"))) == 1000
    assert "Hansen" not in caplog.text


async def test_a_blocked_chat_with_a_held_answer_ends_with_the_room(room: Room, wire: FakeWire) -> None:
    room.sender.post(Reply(7, Screen("1")))
    await room.sender.close()
    assert wire.chats[7] == {1000: "1"}


# --- the outbox ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refusal", "permanent", "retry_after"),
    [
        (BLOCKED, True, None),
        (Refusal(403, "Forbidden: user is deactivated"), True, None),
        (bad("chat not found"), True, None),
        (bad("BUTTON_DATA_INVALID"), True, None),
        (bad("something of next year"), True, None),
        (too_many(17), False, 17),
        (Refusal(429, "Too Many Requests", {"retry_after": 0}), False, None),
        (Refusal(500, "Internal Server Error"), False, None),
        (UNAUTHORIZED, False, None),
        (TimedOut(), False, None),
        (offline(), False, None),
    ],
)
async def test_refusals_are_for_good_or_for_now(
    room: Room, wire: FakeWire, refusal: Refusal | Exception, permanent: bool, retry_after: float | None
) -> None:
    wire.script("sendMessage", refusal)
    with pytest.raises(SendFailed) as raised:
        await room.sender.send(7, Screen("meddelelse"))
    assert (raised.value.permanent, raised.value.retry_after) == (permanent, retry_after)


async def test_5000_characters_are_refused_for_good(room: Room) -> None:
    with pytest.raises(SendFailed, match="Message is too long") as raised:
        await room.sender.send(7, Screen("å" * 5000))
    assert raised.value.permanent


async def test_an_edit_of_a_notice_that_is_gone_fails_for_good(room: Room) -> None:
    with pytest.raises(SendFailed, match="Message to edit not found") as raised:
        await room.sender.edit(7, 50, Screen("status"))
    assert raised.value.permanent


async def test_a_resting_chat_is_not_waited_for_by_the_outbox(
    room: Room, wire: FakeWire, clock: Clock
) -> None:
    wire.script("sendMessage", too_many(9), chat=7)
    with pytest.raises(SendFailed):
        await room.sender.send(7, Screen("1"))
    clock.advance(4)
    with pytest.raises(SendFailed) as raised:
        await room.sender.send(7, Screen("1"))
    assert (raised.value.retry_after, raised.value.permanent) == (5, False)
    assert len(wire.of("sendMessage")) == 1
    clock.advance(5)
    assert await room.sender.send(7, Screen("1")) == 1000


async def test_a_picture_arrives_whole_and_silently_and_may_be_passed_on(room: Room, wire: FakeWire) -> None:
    words = "Uge 48: <b>3</b> & _2_ æøå"
    assert await room.sender.picture(7, PNG, words) == 1000
    (asked,) = wire.of("sendPhoto")
    assert asked.files == {"photo": ("figures.png", PNG, "image/png")}
    assert asked.parameters == {
        "chat_id": 7,
        "caption": words,
        "protect_content": False,
        "disable_notification": True,
    }
    assert wire.chats[7] == {1000: words} and room.told == []


@pytest.mark.parametrize(
    ("caption", "shown"),
    [
        ("å" * 1024, "å" * 1024),
        ("et to " + "å" * 1017 + " fire", "et to " + "å" * 1017 + "…"),
        ("et to\n" + "å" * 1018 + " fire", "et to…"),
        ("et to\n" + "å" * 2000, "et to…"),
        ("å" * 2000, "å" * 1023 + "…"),
        ("\U0001f4de" * 512, "\U0001f4de" * 512),
        ("\U0001f4de" * 513, "\U0001f4de" * 511 + "…"),
        ("", ""),
    ],
    ids=("fits", "at its end", "in a word", "long word", "one word", "pairs fit", "pairs", "none"),
)
async def test_a_caption_that_is_too_long_is_cut_at_a_word(
    room: Room, wire: FakeWire, caption: str, shown: str
) -> None:
    assert await room.sender.picture(7, PNG, caption) == 1000
    assert wire.chats[7] == {1000: shown}


async def test_a_picture_for_a_chat_that_got_a_429_fails_for_now_and_the_chat_rests(
    room: Room, wire: FakeWire, clock: Clock
) -> None:
    wire.script("sendPhoto", too_many(9), chat=7)
    with pytest.raises(SendFailed) as raised:
        await room.sender.picture(7, PNG, "uge 48")
    assert (raised.value.retry_after, raised.value.permanent) == (9, False)
    clock.advance(4)
    for again in (room.sender.picture(7, PNG, "uge 48"), room.sender.send(7, Screen("1"))):
        with pytest.raises(SendFailed) as raised:
            await again
        assert (raised.value.retry_after, raised.value.permanent) == (5, False)
    assert len(wire.of("sendPhoto")) == 1 and not wire.of("sendMessage")
    assert await room.sender.picture(8, PNG, "uge 48") == 1000
    clock.advance(5)
    assert await room.sender.picture(7, PNG, "uge 48") == 1001


@pytest.mark.parametrize(
    ("refusal", "permanent", "blocked"),
    [
        (BLOCKED, True, True),
        (bad("IMAGE_PROCESS_FAILED"), True, False),
        (TimedOut(), False, False),
        (offline(), False, False),
    ],
)
async def test_a_picture_is_refused_for_good_or_for_now(
    room: Room, wire: FakeWire, refusal: Refusal | Exception, permanent: bool, blocked: bool
) -> None:
    wire.script("sendPhoto", refusal)
    with pytest.raises(SendFailed) as raised:
        await room.sender.picture(7, PNG, "uge 48")
    assert (raised.value.permanent, raised.value.blocked) == (permanent, blocked)
    assert len(wire.of("sendPhoto")) == 1


async def test_a_picture_waits_its_turn_behind_a_notice(room: Room, wire: FakeWire, clock: Clock) -> None:
    assert await room.sender.send(7, Screen("1")) == 1000
    sending = asyncio.create_task(room.sender.picture(8, PNG, "uge 48"))
    await wire.until(lambda: clock.slept == [1 / 30])
    assert not wire.of("sendPhoto")
    clock.advance(0.04)
    assert await sending == 1001


async def test_a_picture_can_be_deleted_but_not_be_turned_into_words(
    room: Room, wire: FakeWire, clock: Clock
) -> None:
    message = await room.sender.picture(7, PNG, "uge 48")
    clock.advance(1)
    with pytest.raises(SendFailed, match="no text in the message") as raised:
        await room.sender.edit(7, message, Screen("kort"))
    assert raised.value.permanent
    clock.advance(1)
    assert await room.sender.delete(7, (message,)) == () and not wire.chats[7]


async def test_the_second_notice_waits_a_thirtieth_of_a_second(
    room: Room, wire: FakeWire, clock: Clock
) -> None:
    assert await room.sender.send(7, Screen("1")) == 1000
    sending = asyncio.create_task(room.sender.send(8, Screen("2")))
    await wire.until(lambda: clock.slept == [1 / 30])
    clock.advance(0.04)
    assert await sending == 1001


async def test_250_messages_are_deleted_in_batches_of_100(room: Room, wire: FakeWire) -> None:
    for message in range(250):
        wire.put(7, message)
    deleting = asyncio.create_task(room.sender.delete(7, range(250)))
    assert await deleting == ()
    assert [len(call.parameters["message_ids"]) for call in wire.of("deleteMessages")] == [100, 100, 50]
    assert not wire.chats[7]


async def test_of_a_refused_batch_the_refused_ones_are_found(room: Room, wire: FakeWire) -> None:
    for message in (1, 2):
        wire.put(7, message)
    wire.script("deleteMessages", bad("message can't be deleted"))
    wire.script("deleteMessage", bad("message can't be deleted"))
    assert await room.sender.delete(7, (1, 2, 3)) == (1,)
    assert wire.chats[7] == {1: "a card"}


async def test_deleting_for_someone_who_blocked_us_fails_for_good(room: Room, wire: FakeWire) -> None:
    wire.script("deleteMessages", BLOCKED)
    with pytest.raises(SendFailed) as raised:
        await room.sender.delete(7, (1, 2))
    assert raised.value.permanent


# --- the whole road -----------------------------------------------------------------------------------


async def test_a_press_goes_all_the_way_and_the_toast_comes_even_without_a_reply() -> None:
    wire = FakeWire()
    live: dict[int, int] = {}

    async def handle(event: Event) -> Reply | None:
        if event.code == "back":
            return None
        return Reply(event.chat, Screen(event.code), live=live.get(event.chat, 0), commands="frontline")

    async def on_live(chat: int, message: int) -> None:
        live[chat] = message

    async with running(wire, handle, on_live=on_live):
        wire.arrive(press(7, "1:children.no"))
        await wire.until(lambda: live)
        wire.arrive(press(7, "2:wish.help"), press(7, "3:back"))
        await wire.until(lambda: wire.chats[7] == {1000: "wish.help"})
        await wire.until(lambda: len(wire.of("answerCallbackQuery")) == 3)
        await wire.until(lambda: wire.of("setMyCommands"))
    assert len(wire.of("setMyCommands")) == 1


async def test_two_quick_presses_without_a_card_get_one_card_between_them() -> None:
    wire, slow = FakeWire(), asyncio.Event()
    live: dict[int, int] = {}
    seen: list[int] = []

    async def handle(event: Event) -> Reply:
        seen.append(event.update)
        return Reply(event.chat, Screen(event.code), live=live.get(event.chat, 0))

    async def on_live(chat: int, message: int) -> None:
        live[chat] = message

    wire.script("sendMessage", Held(slow))
    async with running(wire, handle, on_live=on_live):
        wire.arrive(press(7, "1:a"))
        await wire.until(lambda: wire.of("sendMessage"))
        wire.arrive(press(7, "2:b"))
        await wire.until(lambda: len(seen) == 2)
        slow.set()
        await wire.until(lambda: wire.chats[7] == {1000: "b"})


async def test_a_reply_made_before_the_database_knew_of_the_card_is_shown_on_that_card() -> None:
    wire, stored = FakeWire(), asyncio.Event()
    live: dict[int, int] = {}

    async def handle(event: Event) -> Reply:
        known_now = live.get(event.chat, 0)
        if event.code == "b":
            wire_may_answer.set()
            await stored.wait()
        return Reply(event.chat, Screen(event.code), live=known_now)

    async def on_live(chat: int, message: int) -> None:
        live[chat] = message
        stored.set()

    wire_may_answer = asyncio.Event()
    wire.script("sendMessage", Held(wire_may_answer))
    wire.arrive(press(7, "1:a"), press(7, "2:b"))
    async with running(wire, handle, on_live=on_live):
        await wire.until(lambda: wire.chats[7] == {1000: "b"})
    assert len(wire.of("sendMessage")) == 1
