"""The benchmark counts right: what is answered, what is not, and that what was answered stands in the file."""

import asyncio
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import bots, running
from benchmarks.stand_in.measuring import ANSWERED_LATE, Measuring
from benchmarks.stand_in.people import Person
from benchmarks.stand_in.plan import Figures, Plan
from benchmarks.stand_in.reading import buttons, parameters

SHORT = {"people": 2, "warm": 0.1, "seconds": 1.0}


def sound(figures: Figures) -> bool:
    return figures.presses > 0 and figures.cpu > 0 and 0 < figures.p50 <= figures.p99 and figures.memory > 1


def test_our_bot_is_pressed_by_its_own_buttons_and_answers_every_press(tmp_path: Path) -> None:
    bot = bots.opspor()
    bot.prepare(tmp_path)
    figures = running.measured_in(tmp_path, bot, replace(bot.plan, **SHORT))  # type: ignore[arg-type]
    assert sound(figures) and figures.errors == 0
    # The bot was killed in the middle of it: each press that ended a conversation has left its outcome all the same.
    with sqlite3.connect(tmp_path / "opspor.db") as db:
        (outcomes,) = db.execute("SELECT count(*) FROM outcome").fetchone()
        (last,) = db.execute("SELECT max(turn) FROM staff").fetchone()
    assert outcomes >= figures.conversations and last > len(bots.CODES) - 4


def test_another_bot_has_the_same_counted(tmp_path: Path) -> None:
    bot = bots.ptb("sql")
    figures = running.measured_in(tmp_path, bot, replace(bot.plan, **SHORT))  # type: ignore[arg-type]
    assert sound(figures) and figures.errors == 0
    with sqlite3.connect(tmp_path / "toy.db") as db:
        (outcomes,) = db.execute("SELECT count(*) FROM outcome").fetchone()
        (states,) = db.execute("SELECT count(*) FROM kept WHERE key LIKE 'state:%'").fetchone()
    assert outcomes >= figures.conversations and states == SHORT["people"]


def card(*codes: str) -> dict[str, Any]:
    return {
        "text": "x",
        "reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": one}] for one in codes]},
    }


async def a_person(plan: Plan) -> tuple[Person, Measuring, list[dict[str, Any]]]:
    """Her command is sent, and what counts from now on is counted."""
    said: list[dict[str, Any]] = []
    measuring = Measuring(people=1)
    person = Person(7, plan, lambda chat, update: said.append(update), measuring)
    measuring.open()
    person.begin()
    await asyncio.sleep(0.01)
    return person, measuring, said


async def test_a_button_that_is_not_there_is_an_error_and_no_press() -> None:
    person, measuring, said = await a_person(Plan(codes=("one.a", "two.b")))
    person.sent(5, card("1:one.a"))
    await asyncio.sleep(0.01)
    assert said[-1]["callback_query"]["data"] == "1:one.a"
    person.edited(5, card("2:other.c"))
    await asyncio.sleep(0.01)
    figures = measuring.close()
    assert (figures.presses, figures.missing, figures.errors, figures.conversations) == (1, 1, 1, 0)
    assert "message" in said[-1], "she begins anew"


async def test_a_press_that_leads_to_nothing_is_an_error_and_no_press() -> None:
    person, measuring, _ = await a_person(Plan(codes=("one.a",), patience=0.02))
    person.sent(5, card("1:one.a"))
    await asyncio.sleep(0.01)
    person.edited(6, card("1:one.a"))  # somebody else's message
    await asyncio.sleep(0.05)
    figures = measuring.close()
    assert figures.presses == 0 and figures.lost >= 1


async def test_presses_that_are_never_answered_are_errors() -> None:
    person, measuring, _ = await a_person(Plan())
    person.sent(5, card("q0:a"))
    for number in range(2 * ANSWERED_LATE + 3):
        await asyncio.sleep(0.001)
        person.edited(5, card(f"q{number}:a"))
    assert measuring.close().unanswered > 0


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (
            "application/json",
            b'{"chat_id": 7, "reply_markup": {"inline_keyboard": [[{"callback_data": "1:a"}]]}}',
        ),
        (
            "application/x-www-form-urlencoded",
            b"chat_id=7&reply_markup=%7B%22inline_keyboard%22%3A+%5B%5B%7B"
            b"%22callback_data%22%3A+%221%3Aa%22%7D%5D%5D%7D",
        ),
        (
            "multipart/form-data; boundary=xx",
            b'--xx\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\n7\r\n'
            b'--xx\r\nContent-Disposition: form-data; name="reply_markup"\r\n\r\n'
            b'{"inline_keyboard": [[{"callback_data": "1:a"}]]}\r\n--xx--\r\n',
        ),
    ],
)
def test_a_call_is_read_however_its_library_writes_it(kind: str, body: bytes) -> None:
    found = parameters(kind, body)
    assert int(found["chat_id"]) == 7 and buttons(found["reply_markup"]) == ["1:a"]
