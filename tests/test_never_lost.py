"""No hand-over is ever neither taken, closed nor due for somebody, whatever people do and wherever the process dies."""

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Connection, event, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import config, conversation, engine, outbox, preparing, root, terms
from bot.errors import SendFailed
from bot.locales.words import Words
from bot.model import Event, Role, Screen
from bot.storage import migrate, people, referrals, sessions
from bot.storage.address import server_of
from bot.storage.cipher import Cipher
from bot.storage.database import Database
from bot.storage.postgres import Postgres
from bot.storage.purge import purge
from bot.storage.sqlite import Sqlite, open_engine
from bot.storage.tables import notice, referral, staff
from tests.cast import CONTENT, DEFAULTS_TO_THE_END, KEY, OPENED, TOWN
from tests.server import Server
from tests.wire import BASE, TOKEN

T = TypeVar("T")

STAFF: tuple[tuple[int, Role, str], ...] = (
    (1, "frontline", "jobcenter"), (2, "key_person", "jobcenter"), (3, "key_person", "jobcenter"),
    (4, "key_person", "sundhed"), (5, "coordinator", "voksen"),
)  # fmt: skip
CHATS = st.sampled_from([chat for chat, _, _ in STAFF])
RECEIVERS = st.sampled_from([2, 3, 4, 5])
CONSENT = {
    "moment": "during",
    "mode": "told",
    "gate": "ok",
    "children": "no",
    "wish": "help",
    "consent": "named",
}


class Death(Exception):
    """The process is killed between two statements."""


class Mortal(Database):
    """Dies after so many statements, where it is told to."""

    left: int | None = None

    @classmethod
    def of_a_file(cls) -> "Mortal":
        file = open_engine("sqlite://")
        mortal = cls(Sqlite(file))
        event.listen(file, "before_cursor_execute", mortal.count)
        return mortal

    @classmethod
    def of_a_server(cls, url: str) -> "Mortal":
        server = Counted(server_of(url))
        server.count = (mortal := cls(server)).count
        return mortal

    def count(self, *_: Any) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise Death


class Counted(Postgres):
    """Tells of each statement."""

    count: Callable[..., None]

    async def _engine(self, limits: Mapping[str, int]) -> AsyncEngine:
        engine = await super()._engine(limits)
        if not event.contains(engine.sync_engine, "before_cursor_execute", self.count):
            event.listen(engine.sync_engine, "before_cursor_execute", self.count)
        return engine


class Town(RuleBasedStateMachine):
    """A house with five people, some of whom block it, leave, press anything, and press it twice."""

    @initialize(danger=st.booleans())
    def begin(self, danger: bool) -> None:
        self.loop = asyncio.Runner()
        self.db, self.now, self.numbers = self.database(), OPENED, itertools.count(1)
        self.blocked: set[int] = set()
        self.bad_weather = False
        prepared = preparing.Prepared(
            config.Settings(TOKEN, BASE, "", "", KEY, "WARNING"), TOWN, CONTENT, Words({"da": {}}), self.db, Cipher(KEY)
        )  # fmt: skip
        names = (f"r{number}" for number in itertools.count(1))
        self.house = replace(
            root.house_of(prepared, lambda: self.now, lambda: None), reference=lambda: next(names)
        )
        self.run(self.db.run(migrate.upgrade))
        for chat, role, unit in STAFF:
            self.ask(partial(self._admit, chat, role, unit))
        self.anna_hands_over(None, danger)

    def database(self) -> Mortal:
        return Mortal.of_a_file()

    def _admit(self, chat: int, role: Role, unit: str, c: Connection) -> None:
        people.admit(
            c,
            self.house.cipher,
            chat=chat,
            role=role,
            unit=unit,
            name="",
            phone="",
            language="da",
            now=self.now,
        )

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run(work)

    def ask(self, work: Callable[[Connection], T]) -> T:
        return self.run(self.db.run(work))

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.loop.close()
            self.db.close()

    # --- what people do ---

    def arrives(self, chat: int, kind: Any, code: str, turn: int = -1) -> None:
        """What was not stored comes again, as Telegram does."""
        one = Event(kind, code, chat, turn=turn, update=next(self.numbers), language="da")
        try:
            self.run(conversation.handle(self.house, one))
        except Death:
            self.run(conversation.handle(self.house, one))

    def offered(self, chat: int) -> tuple[list[str], int]:
        def look(c: Connection) -> tuple[list[str], int]:
            staff = people.by_chat(c, self.house.cipher, chat)
            session = sessions.load(c, staff.id, staff.active) if staff else None
            if session is None:
                return [], -1
            card = engine.card(self.house.flows[session.flow], session)
            return [button.code for button in (*card.choices, *card.controls)], session.turn

        return self.ask(look)

    @rule(dies=st.none() | st.integers(0, 60), danger=st.booleans())
    def anna_hands_over(self, dies: int | None, danger: bool) -> None:
        self.arrives(1, "command", "new")
        facts = DEFAULTS_TO_THE_END | CONSENT | ({"safe_today": "no"} if danger else {})
        for _ in range(40):
            codes, turn = self.offered(1)
            question = codes[0].partition(".")[0] if codes and "." in codes[0] else ""
            code = next(
                (one for one in ("next", "done") if one in codes), f"{question}.{facts.get(question, '')}"
            )
            if code not in codes:
                return
            if question == "consent":
                self.db.left = dies
            self.arrives(1, "press", code, turn)
            self.db.left = None

    @rule(chat=CHATS, at=st.integers(0, 20), twice=st.booleans(), dies=st.none() | st.integers(0, 40))
    def somebody_presses(self, chat: int, at: int, twice: bool, dies: int | None) -> None:
        codes, turn = self.offered(chat)
        if codes:
            self.db.left = dies
            for _ in range(1 + twice):
                self.arrives(chat, "press", codes[at % len(codes)], turn)
            self.db.left = None

    @rule(chat=CHATS, what=st.sampled_from(["open", "open", "withdraw"]), at=st.integers(0, 5))
    def somebody_presses_on_a_notice(self, chat: int, what: str, at: int) -> None:
        known = self.ask(lambda c: list(c.execute(select(referral.c.reference)).scalars()))
        if known:
            self.arrives(chat, "press", f"{what}.{known[at % len(known)]}", 0)

    @rule(chat=RECEIVERS, choice=st.sampled_from(["take.accept", "take.pass_on"]))
    def somebody_opens_and_answers(self, chat: int, choice: str) -> None:
        waiting = self.ask(lambda c: [one.reference for one in referrals.open_for(c, chat)])
        if waiting:
            self.arrives(chat, "press", f"open.{waiting[0]}", 0)
            codes, turn = self.offered(chat)
            if choice in codes:
                self.arrives(chat, "press", choice, turn)

    @rule(chat=RECEIVERS, key=st.sampled_from(["d1", "w1", "w3", "present"]))
    def somebody_is_away(self, chat: int, key: str) -> None:
        self.arrives(chat, "press", f"away.{key}", 0)

    @rule(chat=RECEIVERS)
    def somebody_blocks_or_comes_back(self, chat: int) -> None:
        self.blocked ^= {chat}
        self.arrives(chat, "blocked" if chat in self.blocked else "unblocked", "")

    @rule(chat=CHATS, dies=st.none() | st.integers(0, 40))
    def somebody_is_removed(self, chat: int, dies: int | None) -> None:
        def remove(c: Connection) -> None:
            staff = people.by_chat(c, self.house.cipher, chat)
            if staff is not None:
                terms.remove(c, self.house, staff, self.now)

        self.db.left = dies
        with suppress(Death):
            self.ask(remove)
        self.db.left = None

    @rule(chat=RECEIVERS)
    def somebody_takes_one_and_is_removed(self, chat: int) -> None:
        self.somebody_opens_and_answers(chat, "take.accept")
        self.somebody_is_removed(chat, None)

    # --- what the world does ---

    @rule(minutes=st.sampled_from([1, 20, 90, 600, 3 * 1440]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def the_weather_changes(self) -> None:
        self.bad_weather = not self.bad_weather

    @rule(dies=st.none() | st.integers(0, 80))
    def what_is_due_is_done(self, dies: int | None) -> None:
        self.db.left = dies
        try:
            for _ in range(5):
                self.run(outbox.work_off(self.house, self))
        except Death:
            pass
        self.db.left = None

    @rule()
    def nobody_answers_for_weeks(self) -> None:
        for _ in range(6):
            self.now += timedelta(days=4)
            self.what_is_due_is_done(None)
            self.ask(lambda c: purge(c, self.now))

    async def send(self, chat: int, screen: Screen) -> int:
        self._may_fail(chat)
        return next(self.numbers)

    async def picture(self, chat: int, png: bytes, caption: str) -> int:
        self._may_fail(chat)
        return next(self.numbers)

    async def edit(self, chat: int, message: int, screen: Screen) -> None:
        self._may_fail(chat)

    async def delete(self, chat: int, messages: Sequence[int]) -> tuple[int, ...]:
        self._may_fail(chat)
        return ()

    async def take_menu(self, chat: int) -> None:
        self._may_fail(chat)

    def _may_fail(self, chat: int) -> None:
        if chat in self.blocked:
            raise SendFailed("blocked", permanent=True, blocked=True)
        if self.bad_weather:
            raise SendFailed("later", permanent=False)

    # --- what must always be true ---

    @invariant()
    def each_is_taken_closed_or_due_for_somebody(self) -> None:
        if not hasattr(self, "house"):
            return
        gone = select(staff.c.id).where(staff.c.removed.is_not(None))
        nobodys = or_(referral.c.accepted_by.is_(None), referral.c.accepted_by.in_(gone))
        is_open = referral.c.closed.is_(None), nobodys
        due = select(notice.c.reference).where(notice.c.kind == "clock", notice.c.due.is_not(None))
        lost = select(referral.c.reference).where(*is_open, referral.c.reference.not_in(due))
        assert not self.ask(lambda c: list(c.execute(lost).scalars()))


class TownWithAServer(Town):
    """Where some of what is done is begun anew, with the house alone."""

    server: Server

    def database(self) -> Mortal:
        return Mortal.of_a_server(self.server.clean())


@pytest.fixture(scope="module")
def with_a_server(server: Server) -> None:
    TownWithAServer.server = server


Town.TestCase.settings = settings(
    max_examples=20, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
TownWithAServer.TestCase.settings = settings(Town.TestCase.settings, max_examples=8)
TestNoHandOverIsEverLost = Town.TestCase
TestNoHandOverIsEverLostOnAServer = pytest.mark.usefixtures("with_a_server")(TownWithAServer.TestCase)
