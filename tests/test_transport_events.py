"""Updates become events, and no word of what people write comes along."""

from typing import Any

import pytest
from telegram import Update

from bot.model import Event
from bot.transport.events import to_event
from tests.wire import blocked, edited, member, person, photo, place, press, sent, text, unblocked

CITIZEN = "Hansen 010203-1234"
FILE = {"file_id": "f", "file_unique_id": "u"}
SIZED = FILE | {"width": 1, "height": 1}


def event(raw: dict[str, Any]) -> Event | None:
    return to_event(Update.de_json({"update_id": 9} | raw))


def test_a_press_carries_its_turn_its_code_and_all_ids() -> None:
    assert event(press(7, "12:children.unborn", message=50)) == Event(
        "press",
        "children.unborn",
        7,
        turn=12,
        update=9,
        message=50,
        callback="7-50-12:children.unborn",
        language="da",
    )


def test_a_button_on_a_notice_carries_a_reference() -> None:
    found = event(press(7, "0:open.abc-12_X"))
    assert found and (found.turn, found.code) == (0, "open.abc-12_X")


@pytest.mark.parametrize(
    "data",
    [
        "", "12", "12:", ":back", "-1:back", "12:back ", "12:back\n", " 12:back", "12:åben", "1e3:back",
        "١٢:back", "12:a'; drop table staff", "9999999999:back", "12:" + "x" * 62, "12:12:back",
    ],
)  # fmt: skip
def test_a_press_with_malformed_data_is_still_an_event(data: str) -> None:
    found = event(press(7, data))
    assert found and (found.kind, found.turn, found.code) == ("press", -1, "")
    assert found.callback


def test_64_bytes_of_data_are_allowed() -> None:
    found = event(press(7, "12:" + "x" * 61))
    assert found and found.code == "x" * 61


def test_a_press_without_its_message_or_without_data_is_still_an_event() -> None:
    raw = press(7, "1:back")
    del raw["callback_query"]["message"], raw["callback_query"]["data"]
    found = event(raw)
    assert found and (found.kind, found.chat, found.message, found.turn) == ("press", 7, 0, -1)


def test_a_press_on_a_message_too_old_to_see_is_still_an_event() -> None:
    raw = press(7, "1:back")
    raw["callback_query"]["message"] = {"chat": place(7), "message_id": 50, "date": 0}
    found = event(raw)
    assert found and (found.chat, found.message, found.code) == (7, 50, "back")


@pytest.mark.parametrize(
    ("words", "code", "argument"),
    [
        ("/new", "new", ""),
        ("/NEW", "new", ""),
        ("/new@opspor_bot", "new", ""),
        ("/start abc-DEF_12", "start", "abc-DEF_12"),
        ("/start@opspor_bot   abc", "start", "abc"),
        ("/start\nabc", "start", "abc"),
        ("/start", "start", ""),
        ("/ny", "new", ""),
        ("/pligt", "duty", ""),
        ("/kort", "cards", ""),
        ("/indbakke", "inbox", ""),
        ("/fravaer", "away", ""),
        ("/fravær", "away", ""),
        ("/sprog", "language", ""),
        ("/ryd", "clear", ""),
        ("/hjaelp", "help", ""),
        ("/Hjælp", "help", ""),
        ("/whatever", "whatever", ""),
    ],
)
def test_commands_and_their_danish_names(words: str, code: str, argument: str) -> None:
    found = event(text(7, words, message=60))
    assert found and (found.kind, found.code, found.argument) == ("command", code, argument)
    assert (found.chat, found.message, found.update, found.language) == (7, 60, 9, "da")


@pytest.mark.parametrize("words", [f"/new {CITIZEN}", f"/start {CITIZEN}", f"/ny\n{CITIZEN}"])
def test_words_after_a_command_stay_behind(words: str) -> None:
    found = event(text(7, words))
    assert found and found.kind == "command" and found.argument == ""
    assert "Hansen" not in repr(found)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (text(7, CITIZEN), "identifying"),
        (text(7, "hej"), "text"),
        (text(7, "/"), "text"),
        (text(7, "/ " + CITIZEN), "identifying"),
        (text(7, "/010203-1234"), "identifying"),
        (text(7, "å" * 4000), "text"),
        (text(7, "å" * 5000), "unread"),
        (photo(7, caption=CITIZEN), "identifying"),
        (photo(7, caption="/new"), "photo"),
        (sent(7, voice=FILE | {"duration": 1}), "voice"),
        (sent(7, video=SIZED | {"duration": 1}), "video"),
        (sent(7, video_note=FILE | {"length": 1, "duration": 1}), "video_note"),
        (sent(7, audio=FILE | {"duration": 1}), "audio"),
        (sent(7, document=FILE), "document"),
        (sent(7, document=FILE, animation=SIZED | {"duration": 1}), "animation"),
        (sent(7, contact={"phone_number": "1", "first_name": CITIZEN}), "contact"),
        (sent(7, location={"longitude": 1.0, "latitude": 1.0}), "location"),
        (sent(7, dice={"emoji": "x", "value": 1}), "dice"),
        (
            sent(7, sticker=SIZED | {"type": "regular", "is_animated": False, "is_video": False}),
            "sticker",
        ),
        (sent(7, a_thing_of_next_year={"of": CITIZEN}), "other"),
        (edited(7, CITIZEN), "identifying"),
        (edited(7, "hej"), "edited"),
        (edited(7, "/new"), "edited"),
    ],
)
def test_what_is_typed_or_sent_is_only_a_kind_of_thing(raw: dict[str, Any], code: str) -> None:
    found = event(raw)
    assert found and (found.kind, found.code, found.argument) == ("typed", code, "")
    assert found.message == 60
    assert "Hansen" not in repr(found) and len(repr(found)) < 250


def test_blocking_and_unblocking_the_bot() -> None:
    assert event(blocked(7)) == Event("blocked", "", 7, update=9, language="da")
    assert event(unblocked(7)) == Event("unblocked", "", 7, update=9, language="da")


@pytest.mark.parametrize(
    "raw",
    [
        text(-5, "hej"),
        press(-5, "1:back"),
        member(-5, "left", "member"),
        edited(-5, "hej"),
        text(-5, "/start"),
    ],
)
def test_a_group_is_left_whatever_is_said_in_it(raw: dict[str, Any]) -> None:
    found = event(raw)
    assert found and (found.kind, found.chat, found.code) == ("left", -5, "")


def test_a_channel_is_left() -> None:
    channel = {"id": -7, "type": "channel", "title": "x"}
    found = event({"channel_post": {"message_id": 1, "date": 1, "chat": channel, "text": "x"}})
    assert found and (found.kind, found.chat) == ("left", -7)


def test_being_thrown_out_of_a_group_asks_for_nothing() -> None:
    assert event(member(-5, "member", "kicked")) is None
    assert event(member(-5, "member", "left")) is None


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"a_kind_of_next_year": {"x": 1}},
        {"inline_query": {"id": "1", "from": person(7), "query": CITIZEN, "offset": ""}},
        {"poll_answer": {"poll_id": "1", "user": person(7), "option_ids": [], "option_persistent_ids": []}},
    ],
)
def test_other_kinds_of_updates_are_no_events(raw: dict[str, Any]) -> None:
    assert event(raw) is None
