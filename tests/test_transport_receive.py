"""Receiving: nothing is confirmed before it is stored, nothing that is stored is handled twice, no trouble
stops the rest."""

import asyncio
import logging

import pytest
from telegram.error import TimedOut

from bot.errors import ConfigError, StorageFailed
from bot.model import Event, Reply, Screen
from bot.transport.gate import Gate
from bot.transport.intake import Intake
from bot.transport.receive import Receiver
from tests.wire import (
    BUSY,
    CONFLICT,
    TROUBLE,
    UNAUTHORIZED,
    Clock,
    FakeWire,
    Held,
    Refusal,
    blocked,
    member,
    offline,
    press,
    running,
    text,
    too_many,
    transport,
)

UNREADABLE = {"poll_answer": {"poll_id": "1", "option_ids": []}}  # lacks what the library insists on


class Book:
    """Stands in for the conversation: writes down what it was given, and fails where it is told to."""

    def __init__(self, wire: FakeWire, *failures: Exception) -> None:
        self.wire = wire
        self.failures = list(failures)
        self.fails_for = 0
        self.seen: list[tuple[int, int]] = []
        self.confirmed_meanwhile: list[int] = []

    async def __call__(self, event: Event) -> Reply | None:
        self.confirmed_meanwhile.append(self.wire.confirmed)
        await asyncio.sleep(0)
        if self.failures and event.chat == (self.fails_for or event.chat):
            raise self.failures.pop(0)
        self.seen.append((event.chat, event.update))
        return None

    @property
    def updates(self) -> list[int]:
        return [update for _, update in self.seen]


async def test_updates_are_handled_and_then_confirmed() -> None:
    wire = FakeWire()
    book = Book(wire)
    wire.arrive(press(7, "1:back"), text(8, "hej"), blocked(9))
    async with running(wire, book):
        await wire.until(lambda: wire.confirmed == 4)
    assert sorted(book.updates) == [1, 2, 3]
    assert book.confirmed_meanwhile == [0, 0, 0]
    assert not wire.pending


async def test_only_the_wanted_kinds_are_asked_for_and_nobody_drops_what_waits() -> None:
    wire = FakeWire()
    wire.arrive(text(7, "hej"))
    async with running(wire, Book(wire)):
        await wire.until(lambda: wire.confirmed)
    asked = wire.of("getUpdates")[0].parameters
    assert asked["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]
    assert not wire.of("deleteWebhook")


async def test_a_webhook_that_is_set_is_taken_down_without_dropping_what_waits() -> None:
    wire = FakeWire()
    wire.script(
        "getWebhookInfo", {"url": "https://x", "has_custom_certificate": False, "pending_update_count": 1}
    )
    wire.arrive(text(7, "hej"))
    async with running(wire, Book(wire)):
        await wire.until(lambda: wire.confirmed == 2)
    assert [call.parameters for call in wire.of("deleteWebhook")] == [{"drop_pending_updates": False}]


async def test_a_server_that_knows_no_webhooks_is_polled_all_the_same() -> None:
    wire = FakeWire()
    wire.script("getWebhookInfo", Refusal(404, "Not Found"))
    wire.arrive(text(7, "hej"))
    async with running(wire, Book(wire)):
        await wire.until(lambda: wire.confirmed == 2)


async def test_an_unreadable_update_in_the_middle_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    wire = FakeWire()
    book = Book(wire)
    wire.arrive(text(7, "hej"), dict(UNREADABLE), {"message": "no message"}, press(8, "1:back"))
    async with running(wire, book):
        await wire.until(lambda: wire.confirmed == 5)
    assert book.updates == [1, 4]
    told = [record.getMessage() for record in caplog.records if "unreadable" in record.getMessage()]
    assert told == [
        "event=update_unreadable update=2 error=TypeError",
        "event=update_unreadable update=3 error=AttributeError",
    ]


async def test_an_unknown_kind_of_update_is_passed_in_silence() -> None:
    wire = FakeWire()
    book = Book(wire)
    wire.arrive({"a_kind_of_next_year": {"x": 1}}, text(7, "hej"))
    async with running(wire, book):
        await wire.until(lambda: wire.confirmed == 3)
    assert book.updates == [2]


async def test_what_has_no_number_is_passed_over() -> None:
    wire = FakeWire()
    book = Book(wire)
    wire.script(
        "getUpdates", ["nonsense", {"message": {}}, {"update_id": "x"}, text(7, "hej") | {"update_id": 5}]
    )
    async with running(wire, book):
        await wire.until(lambda: wire.confirmed == 6)
    assert book.updates == [5]


async def test_where_storing_failed_the_update_comes_again_and_is_handled_once() -> None:
    wire, clock = FakeWire(), Clock()
    book = Book(wire, StorageFailed("locked"))
    book.fails_for = 7
    wire.arrive(text(8, "a"), text(7, "b"), text(7, "c"), text(9, "d"))
    async with running(wire, book, clock=clock):
        await wire.until(lambda: clock.slept)
        assert sorted(book.updates) == [1, 4]
        assert wire.confirmed == 0
        clock.advance(1)
        await wire.until(lambda: wire.confirmed == 5)
    assert sorted(book.updates) == [1, 2, 3, 4]
    assert [update for chat, update in book.seen if chat == 7] == [2, 3]


async def test_while_storing_fails_the_pauses_grow_and_it_is_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    wire, clock = FakeWire(), Clock()
    book = Book(wire, *(StorageFailed("full") for _ in range(6)))
    wire.arrive(text(7, "a"))
    caplog.set_level(logging.INFO)
    async with running(wire, book, clock=clock):
        for pauses in range(1, 7):
            await wire.until(lambda: len(clock.slept) == pauses)  # noqa: B023
            clock.advance(5)
        await wire.until(lambda: wire.confirmed == 2)
    assert clock.slept == [0.25, 0.5, 1.0, 2.0, 4.0, 4.0]
    assert book.updates == [1]
    assert caplog.text.count("storage_failed") == 1 and caplog.text.count("storage_works_again") == 1


async def test_a_process_that_dies_before_confirming_leaves_the_update_to_the_next() -> None:
    wire = FakeWire()
    wire.arrive(text(7, "a"), text(7, "b"))
    first, second = Book(wire), Book(wire)
    room = transport(wire, first)
    await room.start()
    polling = asyncio.create_task(room.run(asyncio.Event()))
    await wire.until(lambda: len(first.seen) == 2)
    polling.cancel()
    await asyncio.gather(polling, return_exceptions=True)
    await room.stop()
    assert wire.confirmed == 0
    async with running(wire, second):
        await wire.until(lambda: wire.confirmed == 3)
    assert second.updates == [1, 2]


async def test_a_stop_confirms_what_was_handled() -> None:
    wire = FakeWire()
    book = Book(wire)
    async with running(wire, book):
        wire.arrive(text(7, "a"))
        await wire.until(lambda: book.seen)
    assert wire.confirmed == 2
    assert wire.of("getUpdates")[-1].parameters["timeout"] == 0


async def test_a_stop_lets_a_handling_finish_and_confirms_it() -> None:
    wire, gate, begun = FakeWire(), asyncio.Event(), asyncio.Event()

    async def handle(_: Event) -> None:
        begun.set()
        await gate.wait()

    room, stop = transport(wire, handle), asyncio.Event()
    receiver = Receiver(room.application.bot, wire, room.intake, Gate(), batch_seconds=0.0)
    await room.start()
    polling = asyncio.create_task(receiver.run(stop))
    wire.arrive(text(7, "a"))
    await begun.wait()
    stop.set()
    await asyncio.sleep(0)
    gate.set()
    await polling
    await room.stop()
    assert wire.confirmed == 2


async def test_a_press_on_a_card_of_any_shape_is_taken() -> None:
    """The card comes along with the press; the library need not be able to read it."""
    wire = FakeWire()
    seen: list[Event] = []

    async def handle(event: Event) -> None:
        seen.append(event)

    raw = press(7, "12:back")
    raw["callback_query"]["message"]["poll"] = {"of": "next year"}
    bare = press(7, "13:back")
    bare["callback_query"]["message"] = "nonsense"
    wire.arrive(raw, bare)
    async with running(wire, handle):
        await wire.until(lambda: wire.confirmed == 3)
    assert [(event.turn, event.message) for event in seen] == [(12, 50)]


async def test_a_bug_of_ours_passes_the_update_and_is_logged_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    wire = FakeWire()
    book = Book(wire, KeyError("Hansen"), ValueError("Hansen"))
    wire.arrive(press(7, "1:back"), text(7, "Hansen"), press(7, "2:back"))
    async with running(wire, book):
        await wire.until(lambda: wire.confirmed == 4)
        await wire.until(lambda: len(wire.of("answerCallbackQuery")) == 2)
    assert book.updates == [3]
    assert [call.text for call in wire.of("answerCallbackQuery")] == [TROUBLE, ""]
    assert "event=handling_failed update=1 error=KeyError place=test_transport_receive.py:" in caplog.text
    assert "Hansen" not in caplog.text


async def test_a_handling_that_hangs_holds_up_no_other_chat() -> None:
    wire = FakeWire()
    for_ever = asyncio.Event()
    seen = []

    async def handle(event: Event) -> None:
        if event.chat == 7:
            await for_ever.wait()
        seen.append(event.update)

    room = transport(wire, handle)
    receiver = Receiver(room.application.bot, wire, room.intake, Gate(), batch_seconds=0.0)
    stop = asyncio.Event()
    await room.start()
    polling = asyncio.create_task(receiver.run(stop))
    wire.arrive(text(7, "a"), text(8, "b"))
    await wire.until(lambda: seen == [2])
    wire.arrive(text(8, "c"))
    await wire.until(lambda: seen == [2, 3])
    assert wire.confirmed == 1
    for_ever.set()
    await wire.until(lambda: wire.confirmed == 4)
    assert seen == [2, 3, 1]
    stop.set()
    await polling
    await room.stop()


async def test_the_next_updates_are_asked_for_before_a_batch_is_replied_to() -> None:
    wire = FakeWire()

    async def handle(event: Event) -> Reply:
        await asyncio.sleep(0)
        return Reply(event.chat, Screen("x"), live=50)

    async with running(wire, handle):
        await wire.until(lambda: wire.of("getUpdates"))
        before = len(wire.calls)
        wire.arrive(*(press(chat, "1:back") for chat in range(20, 40)))
        await wire.until(lambda: len(wire.of("editMessageText")) == 20)
    said = [call.method for call in wire.calls[before:]]
    assert said[0] == "getUpdates" and said.count("answerCallbackQuery") == 20


async def test_a_reply_waits_only_a_moment_for_an_update_that_takes_long() -> None:
    wire, for_ever = FakeWire(), asyncio.Event()

    async def handle(event: Event) -> Reply:
        if event.chat == 7:
            await for_ever.wait()
        return Reply(event.chat, Screen("x"), live=50)

    async with running(wire, handle):
        wire.arrive(press(7, "1:back"), press(8, "1:back"))
        await wire.until(lambda: wire.of("editMessageText", 8))
        assert not wire.of("editMessageText", 7)
        for_ever.set()
        await wire.until(lambda: wire.of("editMessageText", 7))


async def test_a_handling_that_never_ends_is_given_up() -> None:
    async def handle(_: Event) -> None:
        await asyncio.Event().wait()

    room = transport(FakeWire(), handle)
    sorry: list[int] = []
    intake = Intake(room.application, lambda update: sorry.append(update.update_id), seconds=0.0)
    await room.start()
    assert await intake.take(press(7, "1:back") | {"update_id": 5}) is True
    assert sorry == [5]
    await room.stop()


async def test_network_troubles_are_said_once_and_the_pauses_grow_to_half_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    wire, clock = FakeWire(), Clock()
    book = Book(wire)
    wire.script("getUpdates", *(offline() for _ in range(7)), "no list")
    wire.arrive(text(7, "a"))
    async with running(wire, book, clock=clock):
        for pauses in range(1, 8):
            await wire.until(lambda: len(clock.slept) == pauses)  # noqa: B023
            clock.advance(30)
        await wire.until(lambda: wire.confirmed == 2)
    assert clock.slept == [1, 2, 4, 8, 16, 30, 30]
    assert caplog.text.count("telegram_not_reached") == 1
    assert caplog.text.count("telegram_reached_again") == 1
    assert book.updates == [1]


async def test_another_process_with_the_same_token_is_said_in_one_clear_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    wire, clock = FakeWire(), Clock()
    wire.script("getUpdates", CONFLICT, CONFLICT, too_many(7), TimedOut())
    wire.arrive(text(7, "a"))
    async with running(wire, Book(wire), clock=clock):
        for pauses in range(1, 5):
            await wire.until(lambda: len(clock.slept) == pauses)  # noqa: B023
            clock.advance(30)
        await wire.until(lambda: wire.confirmed == 2)
    assert caplog.text.count("another process receives with the same token") == 1
    assert clock.slept == [1, 2, 7, 14]


async def test_a_refused_token_is_a_setting_to_correct() -> None:
    wire = FakeWire()
    wire.script("getMe", UNAUTHORIZED)
    with pytest.raises(ConfigError, match=r"^Telegram refuses the token: check OPSPOR_TOKEN$") as raised:
        await transport(wire, Book(wire)).start()
    assert raised.value.__suppress_context__


async def test_the_start_waits_until_telegram_is_reached(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    wire, clock = FakeWire(), Clock()
    wire.script("getMe", offline(), TimedOut(), Refusal(502, "Bad Gateway"))
    room = transport(wire, Book(wire), clock=clock)
    starting = asyncio.create_task(room.start())
    for pauses in (1, 2, 3):
        await wire.until(lambda: len(clock.slept) == pauses)  # noqa: B023
        clock.advance(30)
    assert await starting == "opspor_bot"
    await room.stop()
    assert clock.slept == [1, 2, 4]
    assert caplog.text.count("telegram_not_reached") == 1 and caplog.text.count("telegram_reached") == 1


async def test_a_start_that_is_given_up_closes_the_wire() -> None:
    wire, clock = FakeWire(), Clock()
    wire.script("getMe", *(offline() for _ in range(3)))
    room = transport(wire, Book(wire), clock=clock)
    starting = asyncio.create_task(room.start())
    await wire.until(lambda: clock.slept)
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    assert starting.cancelled()


async def test_a_stop_interrupts_a_pause_and_a_poll() -> None:
    wire, clock = FakeWire(), Clock()
    wire.script("getUpdates", offline())
    async with running(wire, Book(wire), clock=clock):
        await wire.until(lambda: clock.slept)
    async with running(wire, Book(wire), clock=clock):
        await wire.until(lambda: len(wire.of("getUpdates")) > 2)


async def test_groups_are_left_and_reach_nobody() -> None:
    wire = FakeWire()
    book = Book(wire)
    wire.script("leaveChat", offline())
    wire.arrive(member(-5, "left", "member"), text(-5, "hej"), press(-5, "1:back"), text(7, "hej"))
    async with running(wire, book):
        await wire.until(lambda: len(wire.of("leaveChat", -5)) == 3)
    assert book.updates == [4]


async def test_in_a_chat_the_order_is_kept_and_chats_go_side_by_side() -> None:
    wire = FakeWire()
    held = {7: asyncio.Event(), 8: asyncio.Event()}
    begun: list[int] = []
    ended: list[int] = []

    async def handle(event: Event) -> None:
        begun.append(event.update)
        await held[event.chat].wait()
        ended.append(event.update)

    wire.arrive(text(7, "1"), text(7, "2"), text(8, "3"), text(8, "4"))
    async with running(wire, handle):
        await wire.until(lambda: begun == [1, 3])
        held[8].set()
        await wire.until(lambda: ended == [3, 4])
        held[7].set()
        await wire.until(lambda: wire.confirmed == 5)
    assert ended == [3, 4, 1, 2]


async def test_one_who_presses_200_times_is_handled_in_order_and_gets_a_calm_toast_beyond_the_queue() -> None:
    wire = FakeWire()
    gate, seen = asyncio.Event(), []

    async def handle(event: Event) -> Reply:
        if event.chat == 7:
            await gate.wait()
            seen.append(event.update)
        return Reply(event.chat, Screen(f"turn {event.update}"), live=50)

    wire.put(7, 50)
    wire.put(8, 50)
    wire.arrive(*(press(7, f"{n}:back") for n in range(99)), press(8, "1:back"))
    async with running(wire, handle):
        await wire.until(lambda: wire.of("editMessageText", 8))
        await wire.until(lambda: len(wire.of("answerCallbackQuery")) == 99 - 64 + 1)
        gate.set()
        await wire.until(lambda: wire.confirmed == 101)
        wire.arrive(*(press(7, f"{n}:back") for n in range(101)))
        await wire.until(lambda: wire.confirmed == 202)
        await wire.until(lambda: len(wire.of("answerCallbackQuery")) == 201)
        await wire.until(lambda: wire.chats[7] == {50: f"turn {seen[-1]}"})
    assert seen == sorted(seen)
    toasts = [call.text for call in wire.of("answerCallbackQuery")]
    assert toasts.count(BUSY) == 200 - len(seen) and set(toasts) == {"", BUSY}


async def test_of_what_is_written_in_a_burst_nothing_is_dropped() -> None:
    wire = FakeWire()
    book = Book(wire)
    wire.arrive(*(text(7, "x") for _ in range(100)))
    async with running(wire, book):
        await wire.until(lambda: wire.confirmed == 101)
    assert book.updates == list(range(1, 101))


async def test_a_webhook_may_use_the_intake_alone() -> None:
    wire = FakeWire()
    room = transport(wire, Book(wire, StorageFailed("locked")))
    await room.start()
    update = text(7, "hej") | {"update_id": 5}
    assert await room.intake.take(update) is False
    assert await room.intake.take(update) is True
    assert await room.intake.take("nonsense") is True
    await room.stop()


async def test_a_slow_answer_to_one_chat_holds_up_no_polling() -> None:
    wire = FakeWire()
    never = asyncio.Event()
    wire.script("sendMessage", Held(never), chat=7)

    async def handle(event: Event) -> Reply:
        return Reply(event.chat, Screen("a card"))

    wire.arrive(text(7, "a"), text(8, "b"))
    async with running(wire, handle):
        await wire.until(lambda: wire.chats[8] and wire.confirmed == 3)
        assert not wire.chats[7]
        never.set()
    assert len(wire.chats[7]) == 1
