"""Whoever has an employee's telephone in hand: nothing but the act itself brings back what the hidden screen lies over,
and nothing that was typed on it is anywhere."""

import asyncio
import itertools
import os
import random
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection, text

from bot import buttons, config, conversation, engine, outbox, root
from bot.locales.words import Words
from bot.model import Event, Reply, Screen, Session
from bot.storage import migrate, people, sessions
from bot.storage.cipher import Cipher
from bot.storage.database import Database
from bot.storage.sqlite import open_engine
from tests import wire as raw
from tests.attack import traces_of
from tests.cast import (
    CONTENT,
    DEFAULTS_TO_THE_END,
    KEY,
    OPENED,
    TOWN,
    Cast,
    Person,
    on_stage,
    play,
    refer,
    to_consent,
)
from tests.wire import BASE, TOKEN

EXAMPLES = int(os.environ.get("OPSPOR_ATTACKS", "1000"))
T = TypeVar("T")
FACTS = DEFAULTS_TO_THE_END | {"moment": "during", "mode": "told", "wish": "help", "consent": "named"}
WHOLE = ("Anna Bjerregaard", "00 00 00 71", "Ring til:")
COMMANDS = ("new", "duty", "help", "start", "inbox", "away", "language", "staff", "nonsense")
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

    chat: ClassVar[int] = 1
    about: ClassVar[str] = ""

    @initialize()
    def begin(self) -> None:
        self.db, self.now, self.numbers = Database(open_engine("sqlite://")), OPENED, itertools.count(1)
        self.shown: list[str] = []
        prepared = root.Prepared(
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
        assert session is None or session.is_hidden
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


# --- nothing of a citizen is kept -----------------------------------------------------------------------

WHO = ("Zenobia Kvistgaard", "Kvistgaard")
NUMBERS = (
    "010190-4321",
    "0101904321",
    "01 01 90 43 21",
    "٠١٠١٩٠-٤٣٢١",
    "010190–4321",
    "０１０１９０4321",
    "0 1 0 1 9 0 4 3 2 1",
)
PLACES = (
    "Tranebærstien 7",
    "zenobia@kvist.invalid",
    "+45 20 99 88 77",
    "bor Tranebærstien 7 med 3 børn, CPR 010190-4321",
)
# What is looked for; no other word in the house is one of these.
WORDS = (
    "Zenobia",
    "Kvistgaard",
    "Tranebær",
    "190-4321",
    "01904321",
    "20 99 88 77",
    "20998877",
    "kvist.invalid",
    "٩٠-٤٣٢١",
    "0 4 3 2 1",
)


def ways(chat: int, message: int, said: str) -> list[dict[str, Any]]:
    """All the ways in which it can be typed, sent, forwarded and quoted."""
    size = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}
    other = {"message_id": 1, "date": 1, "chat": raw.place(chat), "text": said}
    origin = {"type": "hidden_user", "sender_user_name": said, "date": 1}
    one = {"message_id": message}
    return [
        raw.text(chat, said, message), raw.text(chat, f"/{said}", message), raw.text(chat, f"/new {said}", message),
        raw.text(chat, f"/start {said}", message), raw.text(chat, f"/start {said.split()[0]}", message),
        raw.text(chat, f"/invite {said}", message), raw.text(chat, f"/duty@opspor_bot {said}", message),
        raw.edited(chat, said, message), raw.edited(chat, f"/start {said}", message), raw.photo(chat, message, caption=said),
        raw.sent(chat, contact={"phone_number": said, "first_name": said, "vcard": said}, **one),
        raw.sent(chat, location={"longitude": 1.0, "latitude": 1.0}, venue={"location": {"longitude": 1.0, "latitude": 1.0},
                 "title": said, "address": said}, **one),
        raw.sent(chat, text=f"{said} 1", reply_to_message=other, quote={"text": said, "position": 0}, **one),
        raw.sent(chat, text=f"{said} 1", forward_origin=origin, **one),
        raw.sent(chat, document={"file_id": "f", "file_unique_id": "u", "file_name": said}, caption=said, **one),
        raw.sent(chat, photo=[size], caption=said, **one), raw.sent(chat, text=f"1 {said}", via_bot=raw.person(9), **one),
        raw.press(chat, f"0:open.{said}", message, id="1"), raw.press(chat, f"1:{said}", message, id="2"),
    ]  # fmt: skip


async def one_thing(cast: Cast, person: Person, chance: random.Random) -> str:
    """A press on something that stands there, or something typed about a citizen."""
    offered = [(data, message) for message in person.messages for data in person.buttons(message).values()]
    offered = [one for one in offered if not one[0].startswith(("0:removed", "0:language"))]
    if offered and chance.random() < 0.5:
        await person.press_raw(*chance.choice(offered))
        return "pressed"
    if chance.random() < 0.15:
        await person.say(chance.choice(("/new", "/invite", "/staff", "/inbox", "/help", "/duty", "/clear")))
        return "commanded"
    said = chance.choice((*WHO, *NUMBERS, *PLACES))
    if person is cast.karen and await cast.rows("entry"):
        said = chance.choice(NUMBERS[:3]) + " " + WHO[0]  # a name alone she might mean for a colleague
    chat, message = person.chat, cast.number()
    await person.send(chance.choice(ways(chat, message, said)), message)
    return "typed"


def test_of_what_is_typed_of_a_citizen_nothing_is_in_a_file_a_log_or_a_message(tmp_path: Path) -> None:
    done: Counter[str] = Counter()

    async def all_of_it() -> None:
        async with on_stage(tmp_path) as cast:
            await refer(cast.anna)
            await cast.outbox()
            loop = asyncio.get_running_loop()
            crowd = [cast.anna, cast.bente, cast.karen, cast.stranger(8888)]

            async def a_while(chance: random.Random) -> None:
                for _ in range(12):
                    done[await one_thing(cast, chance.choice(crowd), chance)] += 1
                cast.later(minutes=chance.choice((0, 0, 1, 6, 20)))
                await cast.outbox()
                assert await traces_of(cast, *WORDS) == []

            @settings(
                max_examples=max(40, EXAMPLES // 25),
                deadline=None,
                suppress_health_check=list(HealthCheck),
                database=None,
            )
            @given(chance=st.randoms(use_true_random=True))
            def each(chance: random.Random) -> None:
                asyncio.run_coroutine_threadsafe(a_while(chance), loop).result(60)

            await asyncio.to_thread(each)
            log = cast.log.getvalue()
            assert "handling_failed" not in log and "intake_bug" not in log and "unreadable" not in log

    asyncio.run(all_of_it())
    print(f"\n{dict(done)}")  # noqa: T201
    assert done["typed"] > 100 and done["pressed"] > 100
