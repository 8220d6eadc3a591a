"""The cost of a notice from the outbox, and of looking for what is due among very many open referrals."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, insert

from bot import config, outbox, preparing, root
from bot.flows import loader
from bot.house import House
from bot.locales.words import Words
from bot.model import Screen
from bot.municipality import EXAMPLE
from bot.municipality import read as read_municipality
from bot.storage import migrate, notices, people
from bot.storage.cipher import Cipher
from bot.storage.database import Database, open_database
from bot.storage.tables import notice, referral

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
KEY = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="
BACKLOG = 2000
OPEN = 100_000
TRIED = 100
A_SECOND = 30  # notices that Telegram takes from one bot


class Post:
    """Takes everything at once; what is left is our own work."""

    def __init__(self) -> None:
        self.message = 0
        self.came = asyncio.Event()

    async def send(self, chat: int, screen: Screen) -> int:
        self.message += 1
        self.came.set()
        return self.message

    async def picture(self, chat: int, png: bytes, caption: str) -> int:
        self.message += 1
        return self.message

    async def edit(self, chat: int, message: int, screen: Screen) -> None: ...

    async def delete(self, chat: int, messages: Sequence[int]) -> tuple[int, ...]:
        return ()

    async def take_menu(self, chat: int) -> None: ...


def measured(directory: Path) -> tuple[float, float, float]:
    """Percent of one core that notices take at the rate Telegram permits; milliseconds for the next due look-up; the
    slowest of some notices from its commit to the wire, in milliseconds."""
    db = open_database(f"sqlite:///{directory / 'opspor.db'}")
    try:
        return asyncio.run(_measured(db))
    finally:
        db.close()


async def _measured(db: Database) -> tuple[float, float, float]:
    await db.run(migrate.upgrade)
    content = loader.load(unverified=True)
    settings = config.Settings("1:bench", "http://127.0.0.1", "", "", KEY, "ERROR")
    town, cipher = read_municipality(EXAMPLE), Cipher(KEY)
    prepared = preparing.Prepared(settings, town, content, Words({"da": {}}), db, cipher)
    house = root.house_of(prepared, lambda: NOW, lambda: None)
    await db.run(lambda c: _fill(c, cipher))
    started = time.perf_counter()
    for _ in range(100):
        await db.run(lambda c: notices.due(c, NOW - timedelta(days=1), 100))
    look = (time.perf_counter() - started) / 100 * 1000
    begun, sent, post = time.process_time(), 0, Post()
    while count := await outbox.work_off(house, post):
        sent += count
    each = (time.process_time() - begun) / sent
    return each * A_SECOND * 100, look, await _slowest(house, post)


async def _slowest(house: House, post: Post) -> float:
    """The outbox rests, a notice is committed, and it is waited for."""
    wake, stop = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(outbox.run(house, post, wake, stop))
    slowest = 0.0
    for number in range(TRIED):
        await asyncio.sleep(0.02)
        post.came.clear()
        await house.db.run(partial(_queue, f"r{BACKLOG + number}"))
        committed = time.perf_counter()
        wake.set()
        await post.came.wait()
        slowest = max(slowest, time.perf_counter() - committed)
    stop.set()
    wake.set()
    await running
    return slowest * 1000


def _queue(reference: str, c: Connection) -> None:
    notices.queue(c, "referral", 2, reference, NOW)


def _fill(c: Connection, cipher: Cipher) -> None:
    """Many referrals that wait, each with its clock, and a backlog of notices that are due now."""
    for chat, role in ((1, "frontline"), (2, "key_person")):
        people.admit(
            c, cipher, chat=chat, role=role, unit="jobcenter", name="", phone="", language="da", now=NOW  # type: ignore[arg-type]
        )  # fmt: skip
    references = [f"r{number}" for number in range(OPEN)]
    empty = {
        "unit": "jobcenter",
        "urgency": "standard",
        "path": "referral",
        "stored": NOW,
        "contact": "",
        "close": "",
    }
    c.execute(insert(referral), [{"reference": one, "sender": 1, **empty} for one in references])
    row = {"attempts": 0, "message": 0, "code": ""}
    later = NOW + timedelta(days=1)
    c.execute(
        insert(notice),
        [{"kind": "clock", "staff": 1, "reference": one, "due": later, **row} for one in references],
    )
    c.execute(
        insert(notice),
        [
            {"kind": "referral", "staff": 2, "reference": one, "due": NOW, **row}
            for one in references[:BACKLOG]
        ],
    )
