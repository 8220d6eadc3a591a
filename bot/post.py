"""What the outbox needs of the transport, and sending so that no message is ever lost sight of; it decides nothing."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Protocol

from sqlalchemy import Connection

from bot.errors import SendFailed
from bot.house import House
from bot.locales.screen import screen
from bot.model import Button, Card, Line, Screen, Staff
from bot.storage import sendings

LEASE = timedelta(seconds=30)  # for which what is to be sent is claimed: longer than any send may take


class Post(Protocol):
    """What the outbox needs of the transport; each may raise SendFailed."""

    async def send(self, chat: int, screen: Screen) -> int: ...
    async def picture(self, chat: int, png: bytes, caption: str) -> int: ...
    async def edit(self, chat: int, message: int, screen: Screen) -> None: ...
    async def delete(self, chat: int, messages: Sequence[int]) -> tuple[int, ...]: ...
    async def take_menu(self, chat: int) -> None: ...


async def send(
    house: House,
    post: Post,
    staff: Staff,
    notice: int,
    shown: Screen,
    noted: Callable[[Connection, int], None],
) -> int:
    """As `sent`, of a card or a notice."""
    return await sent(house, staff, notice, lambda: post.send(staff.chat, shown), noted)


async def sent(
    house: House,
    staff: Staff,
    notice: int,
    deliver: Callable[[], Awaitable[int]],
    noted: Callable[[Connection, int], None],
) -> int:
    """The new message's id. It is written down before it is sent, and `noted` with its number in one transaction
    afterwards; should the process die in between, it is found by what was written. Raises SendFailed."""
    hers = house.cipher.digests(staff.chat)
    await house.db.run(lambda c: sendings.begin(c, staff.id, notice, house.clock()), hers)
    message = await deliver()

    def written(c: Connection) -> None:
        sendings.settle(c, staff.id, notice, message, house.clock())
        noted(c, message)

    await house.db.run(written, hers)
    return message


async def edited(post: Post, chat: int, message: int, shown: Screen) -> bool:
    """False where the message cannot be edited any more. Raises SendFailed where it can be tried again."""
    try:
        await post.edit(chat, message, shown)
    except SendFailed as failure:
        if not failure.permanent:
            raise
        return False
    return True


def neutral(house: House, staff: Staff, code: str = "", silent: bool = True) -> Screen:
    """The one sentence that any lock screen may show, whatever it is about; `code` is what its button does."""
    choices = (Button(code, house.phrases["lock.open"]),) if code else ()
    card = Card((Line(house.phrases["lock.screen"]),), choices)
    return screen(house.words, card, staff.language, {}, silent=silent)
