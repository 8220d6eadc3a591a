"""The order of handling: a chat's updates one after the other, the chats side by side."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

PRESSES_WAITING = 64  # of one chat; no thumb is that fast
SIDE_BY_SIDE = 1024


@dataclass(slots=True)
class _Lane:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # fair: first come, first served
    waiting: int = 0


class ChatsInOrder(BaseUpdateProcessor):
    """Beyond 64 waiting in a chat its presses are refused. What people write or send is not: each message
    has to be noted, or nobody would take it out of the chat again."""

    __slots__ = ("_lanes", "_refuse")

    def __init__(self, refuse: Callable[[Update], None]) -> None:
        super().__init__(SIDE_BY_SIDE)
        self._refuse = refuse
        self._lanes: dict[int, _Lane] = {}

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        try:
            await self._in_turn(update, coroutine)
        finally:
            if isinstance(coroutine, Coroutine):
                coroutine.close()  # where it was never begun, Python would warn

    async def _in_turn(self, update: object, coroutine: Awaitable[Any]) -> None:
        chat = chat_of(update)
        lane = self._lanes.setdefault(chat, _Lane())
        if lane.waiting >= PRESSES_WAITING and isinstance(update, Update) and update.callback_query:
            self._refuse(update)
            return
        lane.waiting += 1
        try:
            async with lane.turn:
                await coroutine
        finally:
            lane.waiting -= 1
            if not lane.waiting:
                del self._lanes[chat]


def chat_of(update: object) -> int:
    """The chat's id; the person's where there is none, 0 where there is nobody."""
    if not isinstance(update, Update):
        return 0
    place = update.effective_chat or update.effective_user
    return place.id if place else 0
