"""Each bot that is measured: how its process is started, what it is asked, and why it may have to be left out."""

import asyncio
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from benchmarks.stand_in.plan import FIRST_CHAT, Plan
from bot.municipality import EXAMPLE
from bot.municipality import read as read_municipality
from bot.root import machine_clock
from bot.storage import migrate, people
from bot.storage.cipher import Cipher
from bot.storage.database import open_database

OTHERS = Path(__file__).parent / "others"
OPSPOR = Path(sys.executable).parent / "opspor"
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
TOKEN = "123456789:AAToyToyToyToyToyToyToyToyToyToyToyToy"  # noqa: S105 - nobody's
MOST = 400  # people who are admitted
# A conversation that hands over by name: the key person is told, and the outcome is recorded.
CODES = (
    *(
        "moment.during",
        "mode.concern",
        "signs.fear",
        "done",
        "gate.ok",
        "response.disclosed",
        "safe_today.yes",
    ),
    *("done", "who.partner", "children.yes", "child_danger.no", "wish.help", "consent.named", "next"),
    *("next.meeting", "exposure.witnessed", "suspected.parent", "duty.notified", "level.knowledge", "done"),
)
WHOLE = Plan(command="/new", codes=CODES)


@dataclass(frozen=True, slots=True)
class Bot:
    """`prepare` makes what must be there before the start, in the bot's own directory; `missing` says why it cannot be
    measured here, or ""."""

    name: str
    command: tuple[str, ...]
    plan: Plan
    environment: Callable[[Path, str], Mapping[str, str]]
    prepare: Callable[[Path], None]
    missing: str = ""


def url_of(directory: Path) -> str:
    return f"sqlite:///{directory / 'opspor.db'}"


def admit(url: str, count: int = MOST) -> None:
    """On a database that is there already, or is made: employees who press, and a key person who is told."""
    migrate.migrate(url)
    database = open_database(url)
    asyncio.run(database.run(partial(_admit, count=count)))
    database.close()


def _admit(c: Connection, count: int) -> None:
    cipher, unit, now = Cipher(KEY), read_municipality(EXAMPLE).unit[0].id, machine_clock()
    people.admit(
        c,
        cipher,
        chat=FIRST_CHAT - 1,
        role="key_person",
        unit=unit,
        name="n",
        phone="",
        language="da",
        now=now,
    )
    for chat in range(FIRST_CHAT, FIRST_CHAT + count):
        people.admit(
            c, cipher, chat=chat, role="frontline", unit=unit, name="n", phone="", language="da", now=now
        )


def opspor(*arguments: str, **settings: str) -> Bot:
    def environment(directory: Path, base: str) -> Mapping[str, str]:
        return {
            "OPSPOR_TOKEN": TOKEN,
            "OPSPOR_API_BASE": base,
            "OPSPOR_DATABASE": url_of(directory),
            "OPSPOR_MUNICIPALITY": str(EXAMPLE),
            "OPSPOR_KEY": KEY,
            "OPSPOR_LOG": "WARNING",
            **settings,
        }

    return Bot(
        "Opspor",
        (str(OPSPOR), "run", *arguments),
        WHOLE,
        environment,
        lambda directory: admit(url_of(directory)),
    )


def _other(name: str, command: tuple[str, ...], missing: str) -> Bot:
    def environment(directory: Path, base: str) -> Mapping[str, str]:
        return {"BASE": base, "FILE": str(directory / "toy.db")}

    return Bot(name, command, Plan(), environment, lambda directory: None, missing)


def ptb(way: str, python: str = sys.executable) -> Bot:
    names = {"sql": "SQL persistence each update", "pickle": "PicklePersistence (loses up to 60 s)"}
    return _other(f"PTB ConversationHandler, {names[way]}", (python, str(OTHERS / "ptb.py"), way), "")


def others(directory: Path) -> list[Bot]:
    """`directory` is where `make others` has put what they need."""
    python, node = directory / "bin" / "python", shutil.which("node")
    no_python = "" if python.exists() else "its environment is not there: make others"
    modules = directory / "node_modules"
    no_node = (
        "no node on this machine"
        if node is None
        else ""
        if modules.exists()
        else "its modules are not there: make others"
    )
    grammy = directory / "grammy.mjs"
    if not no_node:
        shutil.copy(OTHERS / "grammy.mjs", grammy)  # node looks for modules beside the file
    return [
        ptb("sql", str(python) if python.exists() else sys.executable),
        ptb("pickle", str(python) if python.exists() else sys.executable),
        _other("aiogram FSM, SQLite", (str(python), str(OTHERS / "aiogram_fsm.py")), no_python),
        _other("aiogram-dialog, SQLite", (str(python), str(OTHERS / "aiogram_talk.py")), no_python),
        _other("grammY conversations (Node), SQLite", (node or "node", str(grammy)), no_node),
    ]
