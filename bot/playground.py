"""The sandbox's bot: three people already admitted, on the stand-in Bot API, with a clock that can be moved."""

import asyncio
import base64
import os
import random
import secrets
import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import typer
from sqlalchemy import Connection

from bot import invented, preparing, quarter, root
from bot.config import Settings
from bot.model import Role
from bot.municipality import EXAMPLE
from bot.municipality import read as read_municipality
from bot.outcome import week_of
from bot.sandbox.app import running
from bot.sandbox.clock import Clock
from bot.sandbox.phones import PHONES
from bot.sandbox.wire import TOKEN
from bot.sandbox.world import World
from bot.storage import outcomes, people, spoken
from bot.storage.cipher import Cipher
from bot.storage.figures import oldest_week

__all__ = ["TOKEN", "run"]

INVENTED = 900  # conversations in a year
_SHOWN = {"ar": 14, "uk": 9, "pl": 3}  # invented: in how many conversations of a quarter

# What the invented colleagues see of each other; nobody is invented with a name, and no number rings.
_PEOPLE: dict[str, tuple[Role, str, str]] = {
    "frontline": ("frontline", "Medarbejderen i jobcentret", "00 00 00 21"),
    "key_person": ("key_person", "Nøglepersonen", "00 00 00 12"),
    "coordinator": ("coordinator", "Koordinatoren", "00 00 00 22"),
}


async def run(directory: Path, port: int, fresh: bool, municipality: str, *, figures: bool = False) -> None:
    """Until it is stopped. Begins where it was, or anew with `fresh`; with `figures` a year of invented outcomes lies
    behind it, where none is stored yet. Raises ConfigError or FlowError."""
    await asyncio.to_thread(_make_room, directory, fresh)
    world = World.open(directory)
    clock = Clock(world)
    try:
        async with running(world, clock, port=port) as base_url:
            town = read_municipality(municipality or EXAMPLE)
            settings = Settings(
                token=TOKEN,
                api_base=base_url,
                database=f"sqlite:///{directory / 'opspor.db'}",
                municipality=municipality,
                key=_key(directory / "key"),
                log="WARNING",
            )
            prepared = await asyncio.to_thread(preparing.prepare, settings, town)
            await prepared.db.run(lambda c: _admit(c, prepared.cipher, town.unit[0].id, clock))
            if figures:
                units = [unit.id for unit in town.unit]
                await prepared.db.run(lambda c: _invent(c, units, clock))
            stop = asyncio.Event()
            with root.stopped_by_signals(stop):
                await root.run(
                    prepared, clock.now, lambda _: typer.echo(f"Opspor's sandbox: {base_url}"), stop,
                    when_moved=clock.when_forwarded,
                )  # fmt: skip
    finally:
        world.close()


def _make_room(directory: Path, fresh: bool) -> None:
    if fresh and directory.exists():
        shutil.rmtree(directory)
    directory.mkdir(parents=True, exist_ok=True)


def _admit(c: Connection, cipher: Cipher, unit: str, clock: Clock) -> None:
    for phone in PHONES:
        role, name, number = _PEOPLE[phone.role]
        if people.by_chat(c, cipher, phone.id) is None:
            people.admit(
                c, cipher, chat=phone.id, role=role, unit=unit, name=name, phone=number,
                language=phone.language, now=clock.now(),
            )  # fmt: skip


def _invent(c: Connection, units: Sequence[str], clock: Clock) -> None:
    """A year that is over, so that /report has something to show."""
    if oldest_week(c) is not None:
        return
    last = quarter.of_day(clock.now().date()).before
    first = last.before.before.before
    weeks = sorted(
        {
            week_of(one.first_day + timedelta(weeks=n))
            for one in quarter.from_to(first, last)
            for n in range(13)
        }
    )
    outcomes.record_all(c, invented.outcomes(INVENTED, weeks, units, random.Random(1)))  # noqa: S311 - not a secret
    for one in quarter.from_to(first, last):
        for language, count in _SHOWN.items():
            for _ in range(count):
                spoken.add(c, str(one), language)


def _key(path: Path) -> str:
    """A key of the sandbox's own, so that what it keeps is sealed like the real thing."""
    if not path.exists():
        made = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(made)
    return path.read_text("utf-8").strip()
