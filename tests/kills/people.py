"""People who press what stands on their newest card, as thumbs do: also twice, and again where nothing happens. Each
keeps in mind what she was shown; comparing it with what is stored is `checks`."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox import TOKEN, Clock, Phone, acts
from bot.sandbox.wire import Call
from tests.cast import RESTING
from tests.kills.witness import Shown, Witness

STORED = ("Gemt. Jeg beder", "Gemt, men lige nu")
TAKEN = "Du har taget henvisning "
CLOSED = "Henvisningen er afsluttet. Tak for din hjælp."

# What is answered mostly, so that most conversations come to a hand-over, and each case to its end.
MOSTLY: Mapping[str, Sequence[str]] = {
    "moment": ("during", "after", "phone"),
    "mode": ("told",),
    "danger": ("no",),
    "gate": ("ok",),
    "children": ("no", "no", "yes"),
    "child_danger": ("no",),
    "duty": ("notified",),
    "wish": ("help", "help", "shelter"),
    "consent": ("named", "named", "named", "anonymous", "none"),
    "take": ("accept", "accept", "accept", "pass_on"),
    "contact": ("reached", "reached", "not_reached"),
    "assessment": ("done", "declined"),
    "close": ("completed", "declined"),
}
NEVER = {"danger.now", "child_danger.now", "close.sent_in_error"}  # they lead elsewhere, and to no end
STORES = ("consent.", "next.", "take.", "close.")
IMPATIENT = 0.6  # seconds without anything happening, and it is pressed again


@dataclass
class Talk:
    """A conversation as the employee has seen it."""

    began: int  # the turn of its first card
    past_mode: bool = False
    said_yes: bool = False
    stored: bool = False  # a card said so
    ended: bool = False


@dataclass
class Person:
    world: Witness
    clock: Clock
    phone: Phone
    chance: random.Random
    staff: int  # the number that she has in the rows
    turn: int = 0  # the highest that a card has shown her
    pressed: int = 0
    patience: float = IMPATIENT
    happened: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def chat(self) -> int:
        return self.phone.id

    @property
    def done(self) -> bool:
        """Nothing is left that she would press."""
        raise NotImplementedError

    def sees(self, shown: Shown) -> None:
        self.turn = max(self.turn, shown.turn)
        self.happened.set()

    async def live(self, end: asyncio.Event) -> None:
        """Goes on until `end`, and until nothing is left."""
        while not (end.is_set() and self.done):
            await asyncio.sleep(self.chance.expovariate(1 / 0.03))
            if self.world.waiting(self.chat) > 1:
                continue  # her button shows that it is on its way
            self.happened.clear()
            self.patience = IMPATIENT
            self.act(hurry=end.is_set())
            with suppress(TimeoutError):
                await asyncio.wait_for(self.happened.wait(), self.chance.uniform(0.5, 1.5) * self.patience)

    def act(self, hurry: bool) -> None:
        raise NotImplementedError

    # --- what a thumb can do ---

    def press(self, card: Shown, code: str) -> None:
        for _ in range(2 if self.chance.random() < 0.1 else 1):
            self.pressed += 1
            acts.press(self._call(message_id=card.message, data=code), self.phone)

    def type(self, words: str) -> None:
        self.patience *= 4  # whoever has to type does not type it again so soon
        acts.write(self._call(text=words), self.phone)

    def block(self, blocked: bool) -> None:
        acts.block(self._call(blocked=blocked), self.world.phones[self.chat])

    def _call(self, **parameters: Any) -> Call:
        return Call(self.world, self.clock, TOKEN, parameters)

    def answer(self, card: Shown) -> None:
        """One of its answers, or on it goes."""
        of_turn = {code.partition(":")[2]: code for code in card.codes if not code.startswith("0:")}
        choices = [code for code in of_turn if "." in code and code not in NEVER]
        onwards: list[str] = [code for code in ("done", "next") if code in of_turn]
        if onwards and (not choices or self.chance.random() < 0.7):
            chosen: str = onwards[0]
        elif choices:
            question = choices[0].partition(".")[0]
            usual = [f"{question}.{key}" for key in MOSTLY.get(question, ())]
            offered = [code for code in usual if code in choices]
            mostly = offered if offered and self.chance.random() < 0.9 else choices
            chosen = self.chance.choice(mostly)
        else:
            chosen = next(code for code in ["back", "hide", *of_turn] if code in of_turn)
        self.chooses(chosen)
        self.press(card, of_turn[chosen])
        if chosen.startswith(STORES):
            self.world.on_pressed()

    def chooses(self, code: str) -> None:
        """For whoever keeps in mind what she has said."""


@dataclass
class Frontline(Person):
    talks: list[Talk] = field(default_factory=list)

    @property
    def done(self) -> bool:
        return bool(self.talks) and self.talks[-1].ended

    def sees(self, shown: Shown) -> None:
        first = any(code.partition(":")[2].startswith("moment.") for code in shown.codes)
        if first and shown.turn > self.turn and not (self.talks and self._talking):
            self.talks = [*(talk for talk in self.talks if talk.ended), Talk(shown.turn)]
        super().sees(shown)
        if not self.talks or (shown.turn and shown.turn < self.talks[-1].began):
            return
        talk = self.talks[-1]
        asks = {code.partition(":")[2].partition(".")[0] for code in shown.codes if not code.startswith("0:")}
        if shown.turn and not asks & {"moment", "mode"} and asks & {"back", "next", "done"}:
            talk.past_mode = True
        talk.stored |= shown.text.startswith(STORED) or any(f"\n{one}" in shown.text for one in STORED)
        talk.ended |= not shown.turn and (RESTING in shown.text or bool(shown.orders("sum")))

    @property
    def _talking(self) -> bool:
        """In a conversation that leaves something behind; one in which nothing was said may begin anew."""
        return self.talks[-1].past_mode and not self.talks[-1].ended

    def chooses(self, code: str) -> None:
        if code in ("consent.named", "consent.anonymous") and self.talks:
            self.talks[-1].said_yes = True

    def act(self, hurry: bool) -> None:
        cards = self.world.standing(self.chat)
        for card in cards:
            if card.orders("open") and self.chance.random() < 0.3:
                self.press(card, next(code for code in card.codes if code.startswith("0:open.")))
                return
        if not self.talks or (self.done and not hurry):
            self.type("/new")
            return
        for card in cards:
            if card.turn:
                self.answer(card)
                return
            if "0:resume.0" in card.codes:
                self.press(card, "0:resume.0")
                return
        self.type("/help")


@dataclass
class Receiver(Person):
    """A key person, or a coordinator who is asked when nobody else is left."""

    taken: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    blocks: bool = False
    _about: str = ""
    _looked: int = 0

    @property
    def done(self) -> bool:
        return True

    @property
    def _waiting(self) -> list[tuple[Shown, str]]:
        cards = self.world.standing(self.chat)
        return [(card, f"0:open.{name}") for card in cards for name in card.orders("open")]

    def sees(self, shown: Shown) -> None:
        super().sees(shown)
        for line in shown.text.splitlines():
            if line.startswith(TAKEN):
                self._about = line.removeprefix(TAKEN).partition(".")[0]
                self.taken.add(self._about)
            elif line.startswith("Henvisning "):
                self._about = line.removeprefix("Henvisning ").partition(",")[0].strip()
        if shown.text.startswith(CLOSED):
            self.closed.add(self._about)

    def act(self, hurry: bool) -> None:
        if self.blocks and not hurry and self.chance.random() < 0.02:
            self.block(True)
            asyncio.get_running_loop().call_later(0.3, self.block, False)
            return
        cards = self.world.standing(self.chat)
        at_work = [card for card in cards if card.turn]
        if at_work and self.chance.random() < 0.95:
            self.answer(at_work[0])
        elif waiting := self._waiting:
            self.press(*self.chance.choice(waiting))
        elif self.clock.unix() > self._looked:
            self._looked = self.clock.unix() + 1
            self.type("/inbox")
