"""The sandbox's bot: three people already admitted, on the stand-in Bot API, with a clock that can be moved."""

import asyncio
import base64
import os
import secrets
import shutil
from pathlib import Path

import typer
from sqlalchemy import Connection

from bot import root
from bot.config import Settings
from bot.model import Role
from bot.municipality import EXAMPLE
from bot.municipality import read as read_municipality
from bot.sandbox.app import running
from bot.sandbox.clock import Clock
from bot.sandbox.phones import PHONES
from bot.sandbox.wire import TOKEN
from bot.sandbox.world import World
from bot.storage import people
from bot.storage.cipher import Cipher

__all__ = ["TOKEN", "run"]

# What the invented colleagues see of each other; nobody is invented with a name, and no number rings.
_PEOPLE: dict[str, tuple[Role, str, str]] = {
    "frontline": ("frontline", "Medarbejderen i jobcentret", "00 00 00 21"),
    "key_person": ("key_person", "Nøglepersonen", "00 00 00 12"),
    "coordinator": ("coordinator", "Koordinatoren", "00 00 00 22"),
}


async def run(directory: Path, port: int, fresh: bool, municipality: str) -> None:
    """Until it is stopped. Begins where it was, or anew with `fresh`. Raises ConfigError or FlowError."""
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
            prepared = await asyncio.to_thread(root.prepare, settings, town)
            await prepared.db.run(lambda c: _admit(c, prepared.cipher, town.unit[0].id, clock))
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


def _key(path: Path) -> str:
    """A key of the sandbox's own, so that what it keeps is sealed like the real thing."""
    if not path.exists():
        made = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(made)
    return path.read_text("utf-8").strip()
