"""The methods of a Bot API that the measured bots call, answered at once; updates by polling or by webhooks in turn."""

import asyncio
import json
import time
from itertools import cycle
from typing import Any

from benchmarks.stand_in.http import Answer
from benchmarks.stand_in.measuring import Measuring
from benchmarks.stand_in.people import Person
from benchmarks.stand_in.plan import FIRST_CHAT, Plan
from benchmarks.stand_in.posting import Door
from benchmarks.stand_in.reading import Parameters, parameters

BATCH = 100
_TRUE = b'{"ok":true,"result":true}'
_ME = {
    "id": 1, "is_bot": True, "first_name": "b", "username": "b_bot", "can_join_groups": True,
    "can_read_all_group_messages": False, "supports_inline_queries": False,
}  # fmt: skip


class Api:
    """`open` is set when the bot polls, or each of its processes has said where its door is."""

    def __init__(self, plan: Plan, measuring: Measuring) -> None:
        self._measuring = measuring
        self.people = {
            chat: Person(chat, plan, self._post, measuring)
            for chat in range(FIRST_CHAT, FIRST_CHAT + plan.people)
        }
        self.open = asyncio.Event()
        self._closed = len(plan.doors)
        doors = [Door(url, plan.secret, plan.wire, measuring.refused) for url in plan.doors]
        self._doors = cycle(doors) if doors else None
        self._waiting: dict[int, tuple[int, bytes]] = {}  # by update, with whose it is
        self._poll: Answer | None = None
        # A database may know the numbers of an earlier run.
        self._update, self._message = time.time_ns() // 1_000_000, int(time.time()) % 100_000_000 * 10
        self._woken = False

    def take(self, method: str, kind: str, body: bytes, answer: Answer) -> None:
        self._measuring.called(method)
        match method:
            case "getUpdates":
                self.open.set()
                self._polled(parameters(kind, body), answer)
            case "sendMessage" | "editMessageText":
                answer(self._shown(method, parameters(kind, body)))
            case "answerCallbackQuery":
                chat = str(parameters(kind, body)["callback_query_id"]).partition(".")[0]
                self.people[int(chat)].answered()
                answer(_TRUE)
            case "setWebhook":
                self._closed -= 1
                if self._closed <= 0:
                    self.open.set()
                answer(_TRUE)
            case "getMe":
                answer(_told(_ME))
            case "getWebhookInfo":
                answer(_told({"url": "", "has_custom_certificate": False, "pending_update_count": 0}))
            case _:
                answer(_TRUE)

    def _shown(self, method: str, card: Parameters) -> bytes:
        chat = int(card["chat_id"])
        person = self.people.get(chat)
        if method == "sendMessage":
            self._message += 1
            message = self._message
            if person is None:
                self._measuring.notice()
            else:
                person.sent(message, card)
        else:
            message = int(card["message_id"])
            if person is not None:
                person.edited(message, card)
        place = {"id": chat, "type": "private", "first_name": "x"}
        return _told({"message_id": message, "date": 1_700_000_000, "chat": place, "from": _ME, "text": "x"})

    def _post(self, chat: int, update: dict[str, Any]) -> None:
        self._update += 1
        body = json.dumps({"update_id": self._update, **update}).encode()
        if self._doors is not None:
            self.people[chat].handed_out(time.perf_counter())
            next(self._doors).post(body)
            return
        self._waiting[self._update] = (chat, body)
        if self._poll is not None and not self._woken:
            self._woken = True
            asyncio.get_running_loop().call_soon(self._hand_out)  # with what else comes in this moment

    def _polled(self, asked: Parameters, answer: Answer) -> None:
        offset = int(asked.get("offset") or 0)
        for number in [one for one in self._waiting if one < offset]:
            del self._waiting[number]
        if self._poll is not None:
            self._poll(_told([]))
        self._poll = answer
        if self._waiting or str(asked.get("timeout") or 0) == "0":
            self._hand_out()

    def _hand_out(self) -> None:
        self._woken = False
        if self._poll is None:
            return
        answer, self._poll = self._poll, None
        some = list(self._waiting.values())[:BATCH]
        now = time.perf_counter()
        for chat, _ in some:
            self.people[chat].handed_out(now)
        answer(b'{"ok":true,"result":[%b]}' % b",".join(body for _, body in some))


def _told(result: object) -> bytes:
    return json.dumps({"ok": True, "result": result}).encode()
