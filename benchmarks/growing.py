"""What a press costs while more and more conversations of others are stored beside it."""

import asyncio
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from benchmarks import bots, running
from benchmarks.side_by_side import median
from benchmarks.stand_in.plan import FIRST_CHAT, Figures
from bot.model import Session
from bot.root import machine_clock
from bot.storage import people, sessions
from bot.storage.cipher import Cipher
from bot.storage.database import open_database

STORED = (10, 1_000, 100_000)
PRESSING = 10  # these have no conversation but the one they press in
AT_ONCE = 2_000  # rows a transaction


def measured(runs: int, stored: tuple[int, ...] = STORED) -> dict[int, Figures]:
    """By the number of conversations that are stored, the median of runs that take turns."""
    plan = replace(bots.WHOLE, people=PRESSING)
    found: dict[int, list[Figures]] = {count: [] for count in stored}
    with tempfile.TemporaryDirectory() as name:
        for count in stored:
            directory = Path(name) / str(count)
            directory.mkdir()
            bots.admit(bots.url_of(directory))
            fill(bots.url_of(directory), count)
        for _ in range(runs):
            for count in stored:
                figures = running.measured_in(Path(name) / str(count), bots.opspor(), plan)
                found[count].append(figures)
    return {count: median(each) for count, each in found.items()}


def fill(url: str, count: int) -> None:
    """Through the storage's own code, under way since a moment ago, among the employees who do not press."""
    database = open_database(url)
    for begin in range(0, count, AT_ONCE):
        asyncio.run(database.run(partial(_fill, first=begin, after=min(begin + AT_ONCE, count))))
    database.close()


def _fill(c: Connection, first: int, after: int) -> None:
    cipher, now = Cipher(bots.KEY), machine_clock()
    numbers = range(FIRST_CHAT + PRESSING, FIRST_CHAT + bots.MOST)
    others = [people.number_of(c, cipher, chat) for chat in numbers]
    begun = Session("detection", "mode", 1, {"moment": "during"})
    for number in range(first, after):
        staff = others[number % len(others)]
        assert staff is not None
        sessions.save(c, staff, f"r{number // len(others)}", begun, now)
