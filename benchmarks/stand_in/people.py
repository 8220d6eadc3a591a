"""People who press: each presses what her card offers, waits for its edit, and goes on; never two presses at once."""

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any

from benchmarks.stand_in.measuring import Measuring
from benchmarks.stand_in.plan import Plan
from benchmarks.stand_in.reading import Parameters, buttons

Post = Callable[[int, dict[str, Any]], None]


class Person:
    """One chat. `post` hands an update to the bot."""

    def __init__(self, chat: int, plan: Plan, post: Post, measuring: Measuring) -> None:
        self.chat = chat
        self._plan, self._post, self._measuring = plan, post, measuring
        self._user = {"id": chat, "is_bot": False, "first_name": "x", "language_code": "da"}
        self._place = {"id": chat, "type": "private", "first_name": "x"}
        self._card: Parameters = {}
        self._live = self._said = self._step = 0
        self._waiting = ""
        self._since = self._left = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Where people read, not all of them in the same moment, and each soon at another question than the others."""
        later = random.random() * self._plan.pause * (len(self._plan.codes) + 1)
        asyncio.get_running_loop().call_later(later, self._say)

    def handed_out(self, now: float) -> None:
        """Her update has left for the bot."""
        self._left = now

    def answered(self) -> None:
        self._measuring.answered(self._left if self._waiting == "edit" else None)
        self._left = 0.0

    def sent(self, message: int, card: Parameters) -> None:
        """A new message in her chat; only the card she waits for interests her, not a notice that comes beside it."""
        if self._waiting == "card" and self._begins(card):
            self._live, self._card = message, card
            self._go_on()

    def edited(self, message: int, card: Parameters) -> None:
        if self._waiting == "edit" and message == self._live:
            self._card = card
            if self._left:  # an edit that came before its answer
                self._measuring.shared(self._left)
                self._left = 0.0
            self._measuring.pressed(self._since)
            self._go_on()

    def _begins(self, card: Parameters) -> bool:
        offered = buttons(card.get("reply_markup"))
        return any(_is(one, self._plan.codes[0]) for one in offered) if self._plan.codes else bool(offered)

    def _go_on(self) -> None:
        self._waiting = ""
        if self._timer:
            self._timer.cancel()
        # People who were answered together do not press together again.
        asyncio.get_running_loop().call_later(self._plan.pause * random.uniform(0.5, 1.5), self._next)

    def _next(self) -> None:
        offered = buttons(self._card.get("reply_markup"))
        codes = self._plan.codes
        if self._step == len(codes) if codes else not offered:
            self._measuring.ended()
            self._say()
            return
        wanted = next((one for one in offered if _is(one, codes[self._step])), "") if codes else offered[0]
        if not wanted:
            self._measuring.missing()
            self._say()
            return
        self._step += 1
        self._measuring.number += 1
        message = {
            "message_id": self._live, "date": 1_700_000_000, "chat": self._place, "from": _BOT,
            "text": self._card.get("text", "x"), "reply_markup": self._card.get("reply_markup"),
        }  # fmt: skip
        callback = f"{self.chat}.{self._measuring.number}"
        self._do("edit", {
            "callback_query": {
                "id": callback, "from": self._user, "chat_instance": "1", "data": wanted, "message": message
            }
        })  # fmt: skip

    def _say(self) -> None:
        self._step = 0
        self._said += 1
        text = self._plan.command
        entity = {"type": "bot_command", "offset": 0, "length": len(text)}
        self._do("card", {
            "message": {
                "message_id": 500_000 + self._said, "date": 1_700_000_000, "chat": self._place,
                "from": self._user, "text": text, "entities": [entity],
            }
        })  # fmt: skip

    def _do(self, waiting: str, update: dict[str, Any]) -> None:
        self._waiting, self._since = waiting, time.perf_counter()
        self._timer = asyncio.get_running_loop().call_later(self._plan.patience, self._in_vain)
        self._post(self.chat, update)

    def _in_vain(self) -> None:
        self._measuring.lost()
        self._say()


_BOT = {"id": 1, "is_bot": True, "first_name": "b", "username": "b_bot"}


def _is(data: str, code: str) -> bool:
    return data.partition(":")[2] == code
