"""A house with people in it, for tests of the whole road: real rows in a file, the real Application, a fake wire.

    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.anna.press("Midt i et møde")       # as a thumb does: by what stands on the button
        await cast.outbox()                           # by hand: what is due now, until nothing is
        assert cast.bente.lock_screen == "Der er en ny opgave til dig."

Time stands still until `cast.later`. Whatever the house logs is read when the play ends: no typed word, no name,
no telephone number and no token may be in it. `kill` is a power cut; `start` puts the same rows on again.
"""

import asyncio
import io
import itertools
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, redirect_stderr
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, text

from bot import config, conversation, live, outbox, preparing, root
from bot.errors import StorageFailed
from bot.flows import loader
from bot.house import House
from bot.locales.words import Words
from bot.model import Role, Staff
from bot.municipality import EXAMPLE
from bot.municipality import read as read_municipality
from bot.post import Post
from bot.storage import migrate, notices, people, sessions, traces
from bot.storage.cipher import Cipher
from bot.storage.database import Database, open_store
from bot.storage.tables import metadata
from bot.transport import bot as transport
from bot.transport.log import set_up_logging
from tests import wire as raw
from tests.talk import DEFAULTS
from tests.wire import BASE, TOKEN, FakeWire

OPENED = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday, ten o'clock in Copenhagen
KEY = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="
CONTENT = loader.load(unverified=True)
TOWN = read_municipality(EXAMPLE)
DATABASE = ""  # where the rows are, while a test is about another kind than a file
NEUTRAL = "Der er en ny opgave til dig."
STRANGER = "Denne tjeneste er kun for inviterede medarbejdere."
TYPED = "Jeg har slettet det hos mig"
RESTING = "Skriv /new for at begynde en samtale."

# Words for the citizen that a test types; none may be found in a row or in the log.
CITIZEN = "Mette Hansen 010203-1234, Rosenvej 7, er bange for sin mand"


DEFAULTS_TO_THE_END = {**DEFAULTS, "duty": "notified", "level": "knowledge"}

T = TypeVar("T")


@dataclass
class Time:
    """Time that passes when a test says so, and when the transport rests."""

    seconds: float = 0.0
    set_back: float = 0.0  # seconds by which the clock on the wall was set back; what only counts on goes on

    def now(self) -> datetime:
        passed = self.seconds - self.set_back
        return OPENED + timedelta(milliseconds=int(passed * 1000))  # as exact as the rows are

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await asyncio.sleep(0)


class Rows(Database):
    """The real database; the next transactions can be made to fail after all their work, as on a full disk."""

    failures = 0
    failed = 0
    drawn = 0  # references
    bug: Exception | None = None  # what the next transactions raise instead, as only our own mistakes do

    def reference(self) -> str:
        self.drawn += 1
        return f"r{self.drawn}"

    async def run(self, work: Callable[[Connection], T], of: Sequence[bytes] = ()) -> T:
        return await super().run(self._played(work), of)

    async def claim(self, work: Callable[[Connection], T]) -> T:
        return await super().claim(self._played(work))

    def _played(self, work: Callable[[Connection], T]) -> Callable[[Connection], T]:
        if self.bug is not None:
            raise self.bug
        drawn, fails = self.drawn, bool(self.failures)
        self.failures -= fails
        self.failed += fails

        def begun(c: Connection) -> T:
            self.drawn = drawn  # a work that is begun again draws the same
            done = work(c)
            if fails:
                raise StorageFailed("the disk is full")
            return done

        return begun


@dataclass
class Person:
    cast: "Cast"
    chat: int
    name: str
    phone: str

    # --- what she sees ---

    @property
    def messages(self) -> dict[int, str]:
        """What stands in her chat now, by message."""
        return dict(self.cast.wire.chats[self.chat])

    def buttons(self, message: int) -> dict[str, str]:
        shown = self.cast.wire._cards.get((self.chat, message))
        return dict(shown[1]) if shown else {}

    @property
    def screen(self) -> str:
        """The text of her lowest message."""
        return self.messages[max(self.messages)]

    @property
    def lock_screen(self) -> str:
        """The last words that rang: an edit rings nowhere."""
        return self.cast.wire.of("sendMessage", self.chat)[-1].text

    @property
    def toast(self) -> str:
        mine = [c for c in self.cast.wire.of("answerCallbackQuery") if self._mine(c.parameters)]
        return mine[-1].text if mine else ""

    def _mine(self, parameters: Mapping[str, Any]) -> bool:
        return str(parameters["callback_query_id"]).startswith(f"{self.chat}-")

    def find(self, text: str) -> int:
        """The one message with these words in it."""
        found = [message for message, words in self.messages.items() if text in words]
        assert len(found) == 1, f"{text!r} stands {len(found)} times in {self.transcript()}"
        return found[0]

    def transcript(self) -> str:
        """Her chat as it stands now, for reading."""
        lines = []
        for message, words in sorted(self.messages.items()):
            lines.append(words)
            if labels := self.buttons(message):
                lines.append(" ".join(f"[{label}]" for label in labels))
        return "\n".join(lines)

    # --- what she does ---

    async def say(self, words: str) -> int:
        return await self.send(raw.text(self.chat, words, message := self.cast.number()), message)

    async def send(self, update: dict[str, Any], message: int = 0) -> int:
        """Any update; a message of hers stands in the chat, as her own words do, until it is deleted."""
        if message:
            self.cast.wire.put(self.chat, message, "(hendes egen besked)")
        await self.cast.arrive(update)
        return message

    async def press(self, what: str, message: int | None = None) -> None:
        """A button by its label or by its code without the turn: on the live card, or the newest that has it."""
        person: Staff | None = await self.cast.ask(
            lambda c: people.by_chat(c, self.cast.house.cipher, self.chat)
        )
        live = person.live if person else 0
        offered = [
            (number, data)
            for number in sorted(self.messages, key=lambda number: (number == live, number), reverse=True)
            for label, data in self.buttons(number).items()
            if what in (label, label.removeprefix("✓ "), data, data.partition(":")[2])
            if message in (None, number)
        ]
        assert offered, f"{what!r} is not offered in:\n{self.transcript()}"
        await self.press_raw(offered[0][1], offered[0][0])

    async def uncover(self) -> None:
        """The act that brings back what the hidden screen lies over."""
        await self.press("Lokale")
        await self.press("Lokale")

    async def press_raw(self, data: str, message: int) -> None:
        """Whatever data, from whatever message: forged, stale, twice."""
        await self.cast.arrive(raw.press(self.chat, data, message))

    async def answer(self, until: str = "", **facts: Any) -> None:
        """Answer what is asked from the facts until the question `until` is asked, or until the end."""
        for _ in range(60):
            codes = [data.partition(":")[2] for data in self.buttons(await self.live()).values()]
            choices = [code for code in codes if "." in code]
            question = choices[0].partition(".")[0] if choices else ""
            if "back" not in codes and "next" not in codes:
                return
            if until and until == (question or codes[0]):
                return
            if "done" in codes:
                for key in facts.get(question, ()):
                    await self.press(f"{question}.{key}")
                await self.press("done")
            elif not question or "next" in codes:
                await self.press("next")
            else:
                await self.press(f"{question}.{(DEFAULTS_TO_THE_END | facts)[question]}")
        raise AssertionError(f"no end in sight:\n{self.transcript()}")

    # --- what the rows say of her ---

    async def staff(self) -> Staff:
        found: Staff | None = await self.cast.ask(
            lambda c: people.by_chat(c, self.cast.house.cipher, self.chat)
        )
        assert found is not None, f"{self.name} is not admitted"
        return found

    async def live(self) -> int:
        return (await self.staff()).live

    async def id(self) -> int:
        return (await self.staff()).id


@dataclass
class Cast:
    house: House
    db: "Rows"
    wire: FakeWire
    time: Time
    log: io.StringIO
    path: Path
    room: transport.Transport | None = None
    polling: "asyncio.Task[None] | None" = None
    people: dict[str, Person] = field(default_factory=dict)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def anna(self) -> Person:
        """Frontline, at the job centre."""
        return self.people["anna"]

    @property
    def bente(self) -> Person:
        """The job centre's key person."""
        return self.people["bente"]

    @property
    def karen(self) -> Person:
        """The coordinator."""
        return self.people["karen"]

    async def admit(
        self, name: str, chat: int, role: Role, unit: str = "jobcenter", phone: str = "00 00 00 99"
    ) -> Person:
        full = full_name(name)
        await self.ask(
            lambda c: people.admit(
                c, self.house.cipher, chat=chat, role=role, unit=unit, name=full, phone=phone, language="da",
                now=self.time.now(),
            )
        )  # fmt: skip
        self.people[name] = Person(self, chat, full, phone)
        return self.people[name]

    def stranger(self, chat: int) -> Person:
        return Person(self, chat, "", "")

    def number(self) -> int:
        """Of the next message of somebody's own."""
        return next(self.numbers)

    # --- time and post ---

    def later(self, **time: float) -> None:
        self.time.seconds += timedelta(**time).total_seconds()

    async def outbox(self, post: Post | None = None) -> None:
        """Works off what is due until nothing is."""
        for _ in range(50):
            if not await outbox.work_off(self.house, post or self.post):
                return
        raise AssertionError("the outbox never comes to rest")

    @property
    def post(self) -> Any:
        assert self.room is not None
        return self.room.sender

    async def quarter(self) -> None:
        """A quarter of an hour and a little passes, and what is due then is done."""
        self.later(minutes=15, seconds=1)
        await self.outbox()

    # --- updates ---

    async def arrive(self, *updates: dict[str, Any]) -> None:
        """Until they are confirmed and answered."""
        numbers = set(self.wire.arrive(*updates))
        await self.wire.until(lambda: not numbers & self.wire.pending.keys())
        await self.quiet()

    async def quiet(self) -> None:
        """Until everything that was on its way to somebody has been sent."""
        await self.wire.until(lambda: not self.post._tasks)

    # --- rows ---

    async def ask(self, question: Any) -> Any:
        return await self.house.db.run(question)

    async def rows(self, table: str) -> list[dict[str, Any]]:
        def read(c: Connection) -> list[dict[str, Any]]:
            asked = metadata.tables[table].select()
            if c.dialect.name != "sqlite":  # which has them in the order in which they came
                asked = asked.order_by(*metadata.tables[table].primary_key)
            return [dict(row._mapping) for row in c.execute(asked)]

        found: list[dict[str, Any]] = await self.ask(read)
        return found

    async def row(self, table: str) -> dict[str, Any]:
        (only,) = await self.rows(table)
        return only

    async def reference(self) -> str:
        return str((await self.row("referral"))["reference"])

    async def traced(self, person: Person) -> dict[int, datetime | None]:
        """Her messages that are to be deleted, and by when."""
        number = await person.id()
        return {row["message"]: row["due"] for row in await self.rows("trace") if row["staff"] == number}

    async def everything(self) -> str:
        """All that is stored, as text, with the seals broken: to look for what must not be there."""
        found = []
        for table in metadata.sorted_tables:
            for row in await self.rows(table.name):
                found += [self._opened(value) for value in row.values()]
        return "\n".join(found)

    def _opened(self, value: Any) -> str:
        sealed = isinstance(value, bytes) and value.startswith(b"gAAAA")
        return self.house.cipher.open(value) if sealed else str(value)

    async def sql(self, statement: str) -> None:
        await self.ask(lambda c: c.execute(text(statement)))

    # --- on and off ---

    async def start(self) -> None:
        """As `root.line_of`, with a clock that does not tick."""
        self.room = transport.build(
            TOKEN,
            BASE,
            partial(conversation.handle, self.house),
            on_sending=partial(live.sending, self.house),
            on_live=partial(live.sent, self.house),
            words=root._toasts(self.house),
            menu=partial(root._menu, self.house),
            on_taken=self.house.counts.took,
            wire=self.wire,
            clock=self.time.monotonic,
            sleep=self.time.sleep,
        )
        self._stop = asyncio.Event()
        await self.room.start()
        self.polling = asyncio.create_task(self.room.run(self._stop))

    async def stop(self) -> None:
        assert self.room is not None and self.polling is not None
        self._stop.set()
        await self.polling
        await self.room.stop()

    async def kill(self) -> None:
        """The plug is pulled: whatever was not on the wire never is. The rows stay as they are."""
        assert self.polling is not None
        cut: list[asyncio.Task[Any]] = [self.polling, *self.post._tasks]
        for task in cut:
            task.cancel()
        await asyncio.gather(*cut, return_exceptions=True)
        self.polling = self.room = None


@dataclass
class Before:
    """A play that was broken off: its rows are in the database, and nobody needs to be admitted."""

    seconds: float  # since it began
    wire: FakeWire  # with what stands in the chats
    people: Mapping[str, tuple[int, str]]  # chat and telephone
    references: int  # that were drawn
    messages: int  # of people's own


@asynccontextmanager
async def on_stage(
    directory: Path, *, words: Words | None = None, before: Before | None = None
) -> AsyncIterator[Cast]:
    """Anna, Bente and Karen, each in her chat, and nothing happening yet; or whoever was there before."""
    log, time, wire = io.StringIO(), Time(), before.wire if before else FakeWire()
    restore = _logging_to(log)
    path = directory / "opspor.db"
    url = DATABASE or f"sqlite:///{path}"
    db = Rows(open_store(url))
    await db.run(migrate.upgrade)
    settings = config.Settings(TOKEN, BASE, url, "", KEY, "DEBUG")
    spoken = words or Words({"da": {}})
    prepared = preparing.Prepared(settings, TOWN, CONTENT, spoken, db, Cipher(KEY))
    house = replace(root.house_of(prepared, time.now, lambda: None), reference=db.reference)
    house = replace(house, link=lambda code: f"https://t.me/opspor_bot?start={code}")
    cast = Cast(house, db, wire, time, log, path)
    if before is None:
        await cast.admit("anna", 7001, "frontline", phone="00 00 00 71")
        await cast.admit("bente", 7002, "key_person", phone="00 00 00 72")
        await cast.admit("karen", 7003, "coordinator", phone="00 00 00 73")
    else:
        time.seconds, db.drawn = before.seconds, before.references
        cast.numbers = itertools.count(before.messages + 1)
        cast.people |= {
            name: Person(cast, chat, full_name(name), phone) for name, (chat, phone) in before.people.items()
        }
    await cast.start()
    try:
        yield cast
    finally:
        if cast.room is not None:
            await cast.stop()
        db.close()
        restore()
    nothing_sensitive(log.getvalue(), cast)


def full_name(name: str) -> str:
    return f"{name.capitalize()} Bjerregaard"


def nothing_sensitive(log: str, cast: Cast) -> None:
    words = [TOKEN, TOKEN.partition(":")[2], KEY, *CITIZEN.split(), CITIZEN]
    names = [each for one in cast.people.values() for each in (one.name, *one.name.split(), one.phone)]
    for secret in (*words, *names):
        assert len(secret) < 4 or secret.lower() not in log.lower(), f"{secret!r} is in the log:\n{log}"


def _logging_to(log: io.StringIO) -> Any:
    """The product's own logging at its most talkative, into a string; gives back how to undo it."""
    chief, own = logging.getLogger(), logging.getLogger("bot")
    before = (chief.level, own.level, tuple(chief.handlers))
    with redirect_stderr(log):
        set_up_logging("DEBUG", TOKEN)

    def restore() -> None:
        chief.setLevel(before[0])
        own.setLevel(before[1])
        for handler in tuple(chief.handlers):
            if handler not in before[2]:
                chief.removeHandler(handler)

    return restore


async def play(cast: Cast, script: str) -> None:
    """A conversation written down, for reading aloud.

    anna  > /new            she types            anna  * Akut     she presses
    anna  < Ring 112        it stands in her chat   anna  - Ring 112    it does not
    bente ! Der er en ny    what rang last       post             the outbox works
    """
    for line in filter(None, map(str.strip, script.splitlines())):
        if line == "post":
            await cast.outbox()
            continue
        name, sign, words = line.split(maxsplit=2)
        person = cast.people[name]
        match sign:
            case ">":
                await person.say(words)
            case "*":
                await person.press(words)
            case "!":
                assert words in person.lock_screen, f"{line}\n{person.lock_screen}"
            case "<":
                assert words in person.transcript(), f"{line}\n{person.transcript()}"
            case "-":
                assert words not in person.transcript(), f"{line}\n{person.transcript()}"
            case _:
                raise AssertionError(f"not a line of a script: {line}")


# --- the roads that many tests begin with ------------------------------------------------------------------


async def to_consent(person: Person, **facts: Any) -> None:
    """A talk in which somebody has told, up to the question of consent."""
    await person.say("/new")
    told = {"moment": "during", "mode": "told", "wish": "help", "children": "no"}
    await person.answer(until="consent", **(told | facts))


async def refer(person: Person, consent: str = "named", **facts: Any) -> None:
    """... and the consent given; the card says that it is stored."""
    await to_consent(person, **facts)
    await person.press(f"consent.{consent}")


async def finish(person: Person, **facts: Any) -> None:
    await person.answer(**facts)


# The shortest way that a key person can go from having talked with the citizen to the closing, as lines of a script.
NOTHING_MORE = "bente * Borgeren vil ikke\nbente * Nej, ikke nødvendig nu\nbente * Ikke noget nu"


async def session_of(person: Person, about: str = "") -> Any:
    number = await person.id()
    return await person.cast.ask(lambda c: sessions.load(c, number, about))


async def notices_of(person: Person, kind: str | None = None) -> list[Any]:
    number = await person.id()
    return [n for n in await person.cast.ask(lambda c: notices.to(c, number)) if kind in (None, n.kind)]


async def due_now(cast: Cast) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = await cast.ask(lambda c: traces.due(c, cast.time.now(), 100))
    return found
