"""Whoever has an employee's telephone in hand: nothing but the act itself uncovers the hidden screen."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection, text

from bot import buttons, config, conversation, engine, outbox, preparing, root
from bot.locales.words import Words
from bot.model import Event, Reply, Screen, Session
from bot.storage import migrate, people, sessions
from bot.storage.cipher import Cipher
from bot.storage.database import open_database
from tests.attack import ALL, EXAMPLES
from tests.cast import (
    CONTENT,
    DEFAULTS_TO_THE_END,
    KEY,
    OPENED,
    TOWN,
    on_stage,
    play,
    refer,
    to_consent,
)
from tests.wire import BASE, TOKEN

T = TypeVar("T")
FACTS = DEFAULTS_TO_THE_END | {"moment": "during", "mode": "told", "wish": "help", "consent": "named"}
WHOLE = ("Anna Bjerregaard", "00 00 00 71", "Ring til:")
COMMANDS = ("new", "duty", "help", "start", "inbox", "away", "language", "staff", "health", "nonsense")
ENDING = ("stop", "clear")
REFERENCES = ("r1", "0", "1", "2", "da", "en", "overview", "notification", "d1", "present")
ANY_CODE = sorted(
    {
        choice.code
        for flow in CONTENT.flows.values()
        for state in flow.states.values()
        for choice in state.choices
    }
) + list(engine._CONTROLS)


def _on_her_road(codes: list[str]) -> str:
    """Up to the hand-over, which the card of that says is stored."""
    question = codes[0].partition(".")[0] if "." in codes[0] else ""
    if "withdraw" in codes:
        return ""
    return next((one for one in ("next", "done") if one in codes), f"{question}.{FACTS.get(question)}")


class OnTheTable(RuleBasedStateMachine):
    """Anna has handed over and Bente has taken it; the telephone of one of them lies hidden on the table."""

    over = False
    chat: ClassVar[int] = 1
    about: ClassVar[str] = ""

    @initialize()
    def begin(self) -> None:
        self.db, self.now, self.numbers = open_database("sqlite://"), OPENED, itertools.count(1)
        self.shown: list[str] = []
        prepared = preparing.Prepared(
            config.Settings(TOKEN, BASE, "", "", KEY, "WARNING"), TOWN, CONTENT, Words({"da": {}, "en": {}}), self.db,
            Cipher(KEY),
        )  # fmt: skip
        names = (f"r{number}" for number in itertools.count(1))
        self.house = replace(
            root.house_of(prepared, lambda: self.now, lambda: None), reference=lambda: next(names)
        )
        self.ask(migrate.upgrade)
        self.ask(self._admit)
        self.arrives(1, "command", "new")
        self._answer(1, _on_her_road)
        self.act(2, "open.r1", 0)
        self._answer(2, lambda codes: next((one for one in codes if one == "take.accept"), ""))
        opened = self.session()
        assert (
            opened is not None
            and not opened.is_hidden
            and "consent" in opened.answers | {"consent": self.chat == 2}
        )
        self.secret = self.shown[-1] if self.chat == 2 else engine.card(
            self.house.flows[opened.flow], opened
        ).lines[0].text.msgid  # fmt: skip
        self.act(self.chat, "hide", opened.turn)
        self.trail, self.shown = opened.trail, []

    def _admit(self, c: Connection) -> None:
        for chat, role, name in (
            (1, "frontline", "Anna"),
            (2, "key_person", "Bente"),
            (3, "coordinator", "Karen"),
        ):
            people.admit(
                c, self.house.cipher, chat=chat, role=role, unit="jobcenter", name=f"{name} Bjerregaard",  # type: ignore[arg-type]
                phone=f"00 00 00 7{chat}", language="da", now=self.now,
            )  # fmt: skip

    def _answer(self, chat: int, choose: Callable[[list[str]], str]) -> None:
        for _ in range(20):
            session = self.ask(lambda c: self._active(c, chat))
            if session is None:
                return
            card = engine.card(self.house.flows[session.flow], session)
            codes = [button.code for button in (*card.choices, *card.controls)]
            if not (code := choose(codes)):
                return
            self.act(chat, code, session.turn)

    def _active(self, c: Connection, chat: int) -> Session | None:
        staff = people.by_chat(c, self.house.cipher, chat)
        return sessions.load(c, staff.id, staff.active) if staff else None

    def ask(self, work: Callable[[Connection], T]) -> T:
        return self.run(self.db.run(work))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(work)

    def arrives(self, chat: int, kind: Any, code: str, turn: int = -1, message: int = 0) -> None:
        one = Event(kind, code, chat, turn=turn, update=next(self.numbers), message=message, language="da")
        reply: Reply | None = self.run(conversation.handle(self.house, one))
        if reply is not None and reply.screen is not None:
            self.shown.append(reply.screen.text)

    def act(self, chat: int, code: str, turn: int, message: int = 0) -> None:
        self.arrives(chat, "press", code, turn, message)

    def session(self) -> Session | None:
        return self.ask(lambda c: sessions.load(c, self.chat, self.about))

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.db.close()

    # --- all that can be done with it but the act -------------------------------------------------------

    def _still_there(self) -> bool:
        return self.session() is not None

    @rule(
        code=st.sampled_from(["back", "more", "acute", "next", "hide", "hide"]),
        message=st.sampled_from([0, 7, 8]),
    )
    def presses_what_stands_there(self, code: str, message: int) -> None:
        """From either telephone of hers; the second press on the room would be the act."""
        session = self.session()
        if session is not None and (code != "hide" or session.view != "hide.room"):
            self.act(self.chat, code, session.turn, message)

    @rule(code=st.sampled_from(ANY_CODE), back=st.integers(0, 5))
    def presses_what_once_stood_there(self, code: str, back: int) -> None:
        session = self.session()
        if session is not None and code != "hide":
            self.act(self.chat, code, session.turn - back, 7)

    @rule(command=st.sampled_from(COMMANDS))
    def commands(self, command: str) -> None:
        self.arrives(self.chat, "command", command, message=next(self.numbers))

    @rule(kind=st.sampled_from(["text", "identifying", "photo", "contact"]))
    def types(self, kind: str) -> None:
        self.arrives(self.chat, "typed", kind, message=next(self.numbers))

    @precondition(_still_there)
    @rule(
        action=st.sampled_from(sorted(set(buttons._ACTIONS) - {"withdraw"})), one=st.sampled_from(REFERENCES)
    )
    def presses_a_button_that_is_always_valid(self, action: str, one: str) -> None:
        self.act(self.chat, f"{action}.{one}", 0, 7)

    @precondition(_still_there)
    @rule()
    def opens_the_case_from_the_inbox(self) -> None:
        self.arrives(self.chat, "command", "inbox", message=next(self.numbers))
        self.act(self.chat, "open.r1", 0)

    @rule(minutes=st.sampled_from([1, 4, 6, 20]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.run(conversation.expire(self.house))
        for _ in range(3):
            self.run(outbox.work_off(self.house, self))

    @rule()
    def another_version_without_that_card_is_put_on(self) -> None:
        self.ask(lambda c: c.execute(text("UPDATE session SET state = 'long_gone' WHERE view != ''")))

    @rule(command=st.sampled_from(ENDING), chance=st.integers(0, 9))
    def ends_it(self, command: str, chance: int) -> None:
        if not chance:
            self.arrives(self.chat, "command", command, message=next(self.numbers))

    async def send(self, chat: int, screen: Screen) -> int:
        self._sees(chat, screen)
        return next(self.numbers)

    async def picture(self, chat: int, png: bytes, caption: str) -> int:
        self._sees(chat, Screen(caption))
        return next(self.numbers)

    async def edit(self, chat: int, message: int, screen: Screen) -> None:
        self._sees(chat, screen)

    def _sees(self, chat: int, screen: Screen) -> None:
        if chat == self.chat:
            self.shown.append(screen.text)

    async def delete(self, chat: int, messages: Sequence[int]) -> tuple[int, ...]:
        return ()

    async def take_menu(self, chat: int) -> None:
        """She stays."""

    # --- what must always be true -----------------------------------------------------------------------

    @invariant()
    def it_is_hidden_or_over_and_was_not_seen(self) -> None:
        if not hasattr(self, "secret"):
            return
        session = self.session()
        self.over = (
            self.over or session is None
        )  # after two hours, or by /stop: a later one is the bystander's own
        assert self.over or (session is not None and session.is_hidden)
        counted["steps"] += 1
        for said in self.shown:
            assert self.secret not in said
            assert self.chat == 1 or not any(word in said for word in WHOLE), said


class HerCase(OnTheTable):
    chat, about = 2, "r1"


counted: Counter[str] = Counter()
_OFTEN = settings(
    max_examples=max(12, EXAMPLES // 80),
    stateful_step_count=25,
    derandomize=not ALL,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
    database=None,
)
OnTheTable.TestCase.settings = HerCase.TestCase.settings = _OFTEN
TestHerTalkStaysHidden = OnTheTable.TestCase
TestHerCaseStaysHidden = HerCase.TestCase


def test_that_it_was_tried_often() -> None:
    print(f"\n{counted['steps']} things done with a telephone that lies hidden")  # noqa: T201


async def test_with_the_card_goes_what_she_was_about_to_copy(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await to_consent(cast.anna)
        await play(cast, "anna * Mere\nanna * Kopiér mine svar\npost\nanna < Mine svar\nanna * Skjul\npost")
        assert len(cast.anna.messages) == 1 and cast.anna.screen.startswith("Mødeoverblik")
        await play(
            cast, "anna * Lokale\nanna * Lokale\nanna * Mere\nanna * Kopiér mine svar\nanna * Skjul\npost"
        )
        assert len(cast.anna.messages) == 1 and cast.anna.screen.startswith("Mødeoverblik")


async def test_a_case_that_is_opened_while_it_is_hidden_comes_back_by_the_act(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await play(
            cast,
            """
            bente * Åbn
            bente * Jeg tager den
            bente * Skjul
            bente > /inbox
            bente * open.r1
            bente < Mødeoverblik
            bente - Anna
            bente * Lokale
            bente * Lokale
            bente < Ring til: Anna
            """,
        )


async def test_duty_uncovers_no_hidden_talk_and_ends_none(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await to_consent(cast.anna)
        await play(
            cast,
            "anna * Skjul\nanna > /duty\nanna < Mødeoverblik\npost\nanna * Lokale\nanna * Lokale\nanna - Mødeoverblik",
        )
        assert not await cast.rows("outcome")
