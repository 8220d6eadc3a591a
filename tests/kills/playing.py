"""One play: a town with its people, a bot that is killed and started again so many times, and what was found wrong."""

import asyncio
import logging
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Connection

from bot import preparing, root
from bot.config import settings
from bot.errors import StorageFailed
from bot.model import Role
from bot.municipality import read as read_municipality
from bot.sandbox import Clock, Phone, running
from bot.storage import people as staff
from bot.storage.cipher import Cipher
from bot.storage.database import Database, open_database
from bot.storage.migrate import migrate
from tests.cast import KEY
from tests.kills import checks
from tests.kills.balancing import balancing
from tests.kills.moments import LONGEST, Moment, Trap
from tests.kills.people import Frontline, Person, Receiver
from tests.kills.starting import Launcher, launcher
from tests.kills.storms import Storm
from tests.kills.witness import Shown, Witness
from tests.server import Server
from tests.test_command_line import surroundings
from tests.test_webhook import free_port
from tests.test_webhook_running import DOOR, at_the_door

CAST: tuple[tuple[int, Role, str], ...] = (
    (2001, "frontline", "jobcenter"), (2002, "frontline", "jobcenter"), (2003, "frontline", "sundhed"),
    (2004, "key_person", "jobcenter"), (2005, "key_person", "jobcenter"), (2006, "key_person", "sundhed"),
    (2007, "coordinator", "voksen"),
)  # fmt: skip
# What the log may never say, whatever happens outside: each is a mistake of ours.
BUGS = ("Traceback", "handling_failed", "intake_bug", "reply_bug", "update_unreadable", "expire_failed",
        "sweep_failed", "outbox_round_failed", "delivery_failed", "storage_failed")  # fmt: skip
OF_A_DATABASE_AWAY = ("outbox_round_failed", "delivery_failed", "storage_failed", "sweep_failed")
STEP = 31.0  # seconds; as long as a claim lasts
HOURS_LATER = (180, 20)  # minutes: what is idle has ended, and what that leaves is gone
PATIENCE = 60.0  # seconds for everybody to finish, so that a bot that is stuck is found
GIVE_UP = 300.0  # seconds, only so that a broken play ends

Tasks = list[asyncio.Task[None]]


@dataclass(frozen=True, slots=True)
class Way:
    """Where the rows are, how updates come, and to how many replicas; `cut_off` ends what connections there are to the
    database, where it is a server."""

    database: str
    webhook: bool = False
    replicas: int = 1
    cut_off: Callable[[], None] | None = None


def sqlite(directory: Path) -> str:
    """A file of its own; any other address of an empty database does as well."""
    return f"sqlite:///{directory / 'opspor.db'}"


def on_server(server: Server, *, webhook: bool = False, replicas: int = 1) -> Way:
    """A new database there, to which all connections are lost now and then."""
    url = server.empty()
    name = urlsplit(url).path.removeprefix("/")
    return Way(url, webhook, replicas, lambda: server.end_connections(name))


@dataclass
class Play:
    way: Way
    directory: Path
    world: Witness
    clock: Clock
    launcher: Launcher
    trap: Trap
    db: Database
    people: list[Person]
    settings: list[dict[str, str]]  # of each replica
    chance: random.Random
    processes: dict[int, int] = field(default_factory=dict)
    held: asyncio.Lock = field(default_factory=asyncio.Lock)
    kills: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    referrals: int = 0
    outcomes: int = 0
    wrongs: list[str] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return self.directory / "log"

    async def start(self, number: int) -> None:
        self.trap.at_work.clear()
        words = ["--webhook"] if self.way.webhook else []
        self.processes[number] = await self.launcher.start(self.settings[number], self.log, *words)

    async def at_work(self) -> None:
        """The one that was started last."""
        try:
            await asyncio.wait_for(self.trap.at_work.wait(), PATIENCE)
        except TimeoutError:
            raise AssertionError(f"it does not begin: {self.log.read_text()[-3000:]}") from None

    async def killed(self, moment: Moment, *, again: bool = True) -> None:
        """One of them killed at that moment, all looked at, and that one started again."""
        number = self.chance.choice(list(self.processes))
        process = self.processes[number]
        if not moment.at_once:
            await self.at_work()
        self.trap.strike = lambda: os.kill(process, signal.SIGKILL)
        self.trap.set(moment)
        await self.trap.sprung.wait()
        status = await self.launcher.ended(process)
        del self.processes[number]
        assert status == -signal.SIGKILL, f"it had ended with {status}: {self.log.read_text()[-2000:]}"
        self.kills += 1
        self.struck[f"{moment.method or 'at any time'} {moment.stage}".strip()] += 1
        async with self._held():
            await self.look(f"after kill {self.kills}, {moment}")
        if self.world.confirmed and self.chance.random() < 0.3:
            self.world.bring_again(self.chance.choice(list(self.world.confirmed)))
        if again:
            await self.start(number)

    @asynccontextmanager
    async def _held(self) -> AsyncIterator[None]:
        """The others do nothing meanwhile, or what was shown would be more than what was read."""
        async with self.held:
            for process in self.processes.values():
                os.kill(process, signal.SIGSTOP)
            try:
                yield
            finally:
                for process in self.processes.values():
                    os.kill(process, signal.SIGCONT)

    async def look(self, when: str, *, over: bool = False) -> None:
        rows = await self._rows()
        self.referrals, self.outcomes = len(rows.referrals), len(rows.outcomes)
        self.wrongs += [
            f"{when}: {wrong}" for wrong in checks.wrongs(self.world, self.people, rows, over=over)
        ]

    async def _rows(self) -> checks.Rows:
        """Waits for nobody: one that is held may hold a lock. The connection may be one of those that are lost."""
        while True:
            with suppress(StorageFailed):
                return await self.db.read(checks.Rows.read)

    async def goes_on(self, talks: Tasks, work: Tasks, over: asyncio.Event) -> None:
        """Killed once more, and the rest is done by a bot in this process, whose clock can be moved: until nothing is
        due to anybody and each hand-over has been brought to its end, and then until the chats have been cleaned."""
        while self.processes:
            await self.killed(Moment(seconds=0.0), again=False)
        logged = logging.FileHandler(self.log)
        logging.getLogger("bot").addHandler(logged)
        try:
            async with self._in_this_process():
                await asyncio.wait(talks, timeout=PATIENCE)
                await self._until(lambda rows: not checks.unfinished(rows, self.clock.now()))
                over.set()
                await asyncio.wait(work, timeout=PATIENCE)
                await self._until(lambda rows: True)
                await self.look("in the end", over=True)
                for minutes in HOURS_LATER:
                    self.clock.forward(minutes * 60)
                    await self._until(lambda rows: not checks.overdue(rows, self.clock.now()))
                self.wrongs += await self._left_behind()
        finally:
            logging.getLogger("bot").removeHandler(logged)
            logged.close()
        bugs = [bug for bug in BUGS if not self.way.cut_off or bug not in OF_A_DATABASE_AWAY]
        said = self.log.read_text().splitlines()
        self.wrongs += [f"the log says {line}" for line in said if any(bug in line for bug in bugs)]

    async def _left_behind(self) -> list[str]:
        """What is found twice: while the rows are read the bot may be sending."""
        first = list(checks.leftovers(self.world, self.people, await self._rows()))
        await asyncio.sleep(1.0)
        again = list(checks.leftovers(self.world, self.people, await self._rows()))
        return [wrong for wrong in first if wrong in again]

    @asynccontextmanager
    async def _in_this_process(self) -> AsyncIterator[None]:
        given = settings(self.settings[0], need=())
        ready = partial(preparing.prepare, given, read_municipality(given.municipality))
        prepared = await asyncio.to_thread(preparing.once_it_answers, ready)
        stop = asyncio.Event()
        bot = asyncio.create_task(
            root.run(
                prepared, self.clock.now, lambda name: None, stop, self.clock.when_forwarded,
                by_webhook=self.way.webhook,
            )
        )  # fmt: skip
        try:
            yield
        finally:
            stop.set()
            await bot
            prepared.db.close()

    async def _until(self, holds: Callable[[checks.Rows], bool]) -> None:
        """What is claimed by one that was killed, or put off, is waited for by moving the clock a little."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for _ in range(5):
                if not self.world.updates and holds(await self._rows()):
                    return
                await asyncio.sleep(0.1)
            self.clock.forward(STEP)
        self.wrongs.append("it does not come to rest")


async def play(way: Way, directory: Path, kills: int, seed: int) -> Play:
    async with asyncio.timeout(GIVE_UP + kills * LONGEST * 3), _stage(way, directory, seed) as stage:
        for number in range(way.replicas):
            await stage.start(number)
            await stage.at_work()
        enough, over = asyncio.Event(), asyncio.Event()
        talks = [asyncio.create_task(one.live(enough)) for one in stage.people if isinstance(one, Frontline)]
        work = [asyncio.create_task(one.live(over)) for one in stage.people if isinstance(one, Receiver)]
        storm = Storm(stage.world, stage.trap, stage.chance, stage.processes, way.cut_off, stage.held)
        blowing = asyncio.create_task(storm.blow())
        try:
            while stage.kills < kills and not stage.wrongs:
                await stage.killed(Moment.by_chance(stage.chance))
            blowing.cancel()
            storm.calm()
            if not stage.wrongs:
                enough.set()
                await stage.goes_on(talks, work, over)
                tasks = zip(stage.people, talks + work, strict=True)
                stage.wrongs += [f"{one.chat} cannot go on" for one, task in tasks if not task.done()]
        finally:
            for task in (*talks, *work, blowing):
                task.cancel()
            ends = await asyncio.gather(*talks, *work, blowing, return_exceptions=True)
        stage.wrongs += [f"a mistake of the play: {end!r}" for end in ends if isinstance(end, Exception)]
        return stage


@asynccontextmanager
async def _stage(way: Way, directory: Path, seed: int) -> AsyncIterator[Play]:
    chance = random.Random(seed)
    phones = [Phone(chat, role, "Medarbejder") for chat, role, _ in CAST]
    migrate(way.database)
    db = open_database(way.database)
    numbers = await db.run(_admit)
    world = Witness.open(directory / "sandbox", phones=phones)
    clock, trap = Clock(world), Trap()
    people: list[Person] = [
        (Frontline if role == "frontline" else Receiver)(
            world, clock, phone, random.Random(chance.random()), number
        )
        for phone, number, (_, role, _) in zip(phones, numbers, CAST, strict=True)
    ]
    by_chat = {one.chat: one for one in people}

    def shown(card: Shown) -> None:
        by_chat[card.chat].sees(card)

    world.on_shown, world.on_pressed = shown, trap.pressed
    try:
        async with AsyncExitStack() as stack:
            starts = await stack.enter_async_context(launcher())
            base = await stack.enter_async_context(running(world, clock, around=trap.around))
            changed = [{"OPSPOR_API_BASE": base}]
            if way.webhook:
                port, ports = free_port(), [free_port() for _ in range(way.replicas)]
                changed = [{**at_the_door(port, base), "OPSPOR_LISTEN": f"127.0.0.1:{own}"} for own in ports]
                doors = [f"http://127.0.0.1:{own}{DOOR}" for own in ports]
                await stack.enter_async_context(balancing(port, doors, random.Random(seed)))
            given = [
                surroundings(directory, **{**each, "OPSPOR_DATABASE": way.database, "OPSPOR_LOG": "INFO"})
                for each in changed
            ]
            yield Play(way, directory, world, clock, starts, trap, db, people, given, chance)
    finally:
        world.close()
        db.close()


def _admit(c: Connection) -> list[int]:
    now = datetime.now(UTC)
    return [
        staff.admit(
            c, Cipher(KEY), chat=chat, role=role, unit=unit, name="", phone="", language="da", now=now
        ).id
        for chat, role, unit in CAST
    ]
