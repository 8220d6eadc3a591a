"""Receiving: the house's own getUpdates loop, which confirms an update after what it led to is stored."""

import asyncio
import logging
from asyncio import timeout as at_most
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from telegram import Bot
from telegram.error import BadRequest, Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.request import BaseRequest

from bot.transport.gate import Gate
from bot.transport.intake import Intake, number_of
from bot.transport.log import place_of
from bot.transport.refusals import seconds_of
from bot.transport.wire import call

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
POLL_SECONDS = 30
BATCH_SECONDS = 1.0  # a batch is waited for this long; then the next is fetched beside what still hangs
CLOSING_SECONDS = 3.0  # for updates that are being handled when the stop comes
CONFIRMING_SECONDS = 1.5  # for telling Telegram of them; what it is not told comes again, and is known
LONGEST_PAUSE_SECONDS = 30.0
LONGEST_STORAGE_PAUSE_SECONDS = 4.0

log = logging.getLogger(__name__)

_ANOTHER = "another process receives with the same token: stop one of the two, or give it a token of its own; trying on"
_WEBHOOK = "a webhook was set for this token: stop the process that uses it and start this one anew, or stop this one"

T = TypeVar("T")


class Receiver:
    """`updates` is a wire of its own, so that a long poll takes no connection from the replies, which wait at `gate`
    until it has gone out."""

    def __init__(
        self,
        bot: Bot,
        updates: BaseRequest,
        intake: Intake,
        gate: Gate,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        batch_seconds: float = BATCH_SECONDS,
    ) -> None:
        self._bot = bot
        self._updates = updates
        self._intake = intake
        self._gate = gate
        self._sleep = sleep
        self._batch_seconds = batch_seconds
        self._offset = 0
        self._open: dict[int, asyncio.Task[bool]] = {}  # being handled
        self._done: set[int] = set()  # handled, but an older one is not, so that they come once more
        self._webhook_checked = False
        self._trouble = ""
        self._pause = 0.0
        self._storage_pause = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; what was fetched by then is finished and confirmed."""
        while not stop.is_set():
            await self._handle(await unless(stop, self._fetch()) or [])
        await self._finish()

    async def _fetch(self) -> list[Any]:
        asyncio.get_running_loop().call_soon(self._gate.open)  # after what this does until it first waits
        if pause := max(self._pause, self._storage_pause):
            await self._sleep(pause)
        try:
            await self._take_down_webhook()
            raws = await self._get_updates(timeout=POLL_SECONDS, limit=100)
        except TelegramError as error:
            self._note(error)
            return []
        if self._trouble:
            log.info("event=telegram_reached_again")
        self._trouble, self._pause = "", 0.0
        return raws if isinstance(raws, list) else []

    async def _get_updates(self, *, timeout: int, limit: int) -> Any:
        return await call(
            self._bot,
            "getUpdates",
            {"offset": self._offset, "timeout": timeout, "limit": limit, "allowed_updates": ALLOWED_UPDATES},
            request=self._updates,
            read_timeout=timeout + 10.0,
        )

    async def _take_down_webhook(self) -> None:
        """Telegram refuses to be polled while one is set. What waits there is kept."""
        if self._webhook_checked:
            return
        try:
            if await webhook_of(self._bot):
                await call(self._bot, "deleteWebhook", {"drop_pending_updates": False})
        except (BadRequest, InvalidToken) as error:  # a server that does not know webhooks has none set
            log.info("event=webhook_not_checked error=%s", type(error).__name__)
        self._webhook_checked = True

    def _note(self, error: TelegramError) -> None:
        """Each trouble is logged once, not at each try."""
        self._pause = min(LONGEST_PAUSE_SECONDS, max(1.0, self._pause * 2))
        if isinstance(error, RetryAfter):
            self._pause = seconds_of(error)
        trouble = type(error).__name__
        if trouble == self._trouble:
            return
        self._trouble = trouble
        if isinstance(error, Conflict):
            log.error("event=polling_conflict meaning=%r", _WEBHOOK if _of_a_webhook(error) else _ANOTHER)
        else:
            log.warning("event=telegram_not_reached error=%s", trouble)

    async def _handle(self, raws: list[Any]) -> None:
        held: set[int] = set()
        if raws:
            self._gate.close()
        for raw in raws:
            number = number_of(raw)
            if number is None:
                log.error("event=update_without_number")
            elif number not in self._open and number not in self._done:
                self._open[number] = asyncio.create_task(self._intake.take(raw, held))
        await self._settle(self._batch_seconds)

    async def _settle(self, seconds: float) -> None:
        """The offset passes what is stored, up to the first that is not."""
        if not self._open:
            return
        finished, _ = await asyncio.wait(self._open.values(), timeout=seconds)
        ended = {number: _stored(task) for number, task in self._open.items() if task in finished}
        again = {number for number, stored in ended.items() if not stored}
        for number in ended:
            del self._open[number]
        self._done |= ended.keys() - again
        self._offset = min(self._open.keys() | again, default=max(self._done, default=self._offset - 1) + 1)
        self._done = {number for number in self._done if number >= self._offset}
        self._note_storage(len(again))

    def _note_storage(self, again: int) -> None:
        if again and not self._storage_pause:
            log.error("event=storage_failed updates=%d", again)
        elif self._storage_pause and not again:
            log.info("event=storage_works_again")
        longer = min(LONGEST_STORAGE_PAUSE_SECONDS, max(0.25, self._storage_pause * 2))
        self._storage_pause = longer if again else 0.0

    async def _finish(self) -> None:
        await self._settle(CLOSING_SECONDS)
        for task in self._open.values():
            task.cancel()
        await asyncio.gather(*self._open.values(), return_exceptions=True)
        try:
            async with at_most(CONFIRMING_SECONDS):
                await self._get_updates(timeout=0, limit=1)  # confirms; what it brings is not confirmed
        except (TimeoutError, TelegramError) as error:
            log.info("event=last_confirmation_lost error=%s", type(error).__name__)


async def webhook_of(bot: Bot) -> str:
    """The address that is set for the token; "" where there is none. Raises telegram.error.TelegramError."""
    info = await call(bot, "getWebhookInfo", {})
    return str(info.get("url") or "") if isinstance(info, dict) else ""


def _of_a_webhook(error: Conflict) -> bool:
    return "webhook" in error.message.lower()


def _stored(task: asyncio.Task[bool]) -> bool:
    if error := task.exception():  # a bug of this room's; what cannot be handled must not come for ever
        log.error("event=intake_bug error=%s place=%s", type(error).__name__, place_of(error))
        return True
    return task.result()


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """The result; None where the stop came first, and the work was given up."""
    task, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        task.cancel()
        stopping.cancel()
        await asyncio.gather(task, stopping, return_exceptions=True)
