"""The composition root: puts the rooms together and runs them until they are stopped; it knows no commands."""

import asyncio
import contextlib
import logging
import secrets
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from importlib.metadata import version
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot import commands, conversation, live, outbox, sweeping, vitals
from bot.config import Settings
from bot.counting import Vitals
from bot.errors import StorageFailed
from bot.house import House
from bot.municipality import LAW_CHECKED_WITHIN
from bot.preparing import Prepared
from bot.storage import migrate
from bot.transport import bot as transport
from bot.transport.receive import unless
from bot.worktime import is_holiday

if TYPE_CHECKING:
    from bot.transport.listening import Listener

ENDING = 1.5  # seconds for what the outbox is sending when the stop comes; what it cannot end comes again
PLACES_KEPT = 256  # units by languages, of one day
REFERENCE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are read as another
REFERENCE_LENGTH = 6

Clock = Callable[[], datetime]

log = logging.getLogger(__name__)


def machine_clock() -> datetime:
    return datetime.now(UTC)


def house_of(
    prepared: Prepared,
    clock: Clock,
    wake: Callable[[], None],
    username: Callable[[], str] = lambda: "",
    silence: Callable[[], float | None] = lambda: None,
) -> House:
    """`username` is the bot's, "" until Telegram has said it; `silence` for how long it has said nothing."""
    municipality = prepared.municipality
    zone = ZoneInfo(municipality.timezone)

    of_day = lru_cache(maxsize=PLACES_KEPT)(municipality.placeholders)

    def places(unit: str, language: str) -> Mapping[str, str]:
        return of_day(unit, language, clock().astimezone(zone).date())

    return House(
        db=prepared.db,
        cipher=prepared.cipher,
        flows=prepared.content.flows,
        phrases=prepared.content.phrases,
        words=prepared.words,
        places=places,
        rules=municipality.rules(),
        clock=clock,
        reference=new_reference,
        wake=wake,
        library=prepared.content.library,
        links=municipality.pages(),
        situations=prepared.content.situations,
        news=prepared.content.news,
        offer_every=municipality.practice.every,
        offers=lambda: municipality.offers_on(clock().astimezone(zone).date()),
        term=municipality.admission.term,
        link=lambda code: f"https://t.me/{username()}?start={code}" if username() else "",
        silence=silence,
        grown_old=lambda: grown_old(prepared, clock().astimezone(zone).date()),
        version=version("opspor"),
    )


def grown_old(prepared: Prepared, today: date) -> dict[str, int]:
    """How many laws, numbers, plans and offers need a check; which ones `opspor doctor` says."""
    laws = sum(today - law.checked_on > LAW_CHECKED_WITHIN for law in prepared.content.laws.values())
    return {"laws": laws, **prepared.municipality.grown_old(today)}


def new_reference() -> str:
    """Opaque, short enough to say on the telephone, and never made from anything."""
    return "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(REFERENCE_LENGTH))


# --- running ----------------------------------------------------------------------------------------


async def run(
    prepared: Prepared,
    clock: Clock,
    ready: Callable[[str], None],
    stop: asyncio.Event,
    when_moved: Callable[[Callable[[], None]], None] = lambda wake: None,
    *,
    by_webhook: bool = False,
) -> None:
    """The whole bot until `stop`; `ready` is told the bot's user name when it receives. Whoever moves the
    clock is given, through `when_moved`, what wakes those who sleep by it."""
    wake, moved = asyncio.Event(), asyncio.Event()
    when_moved(wake.set)
    when_moved(moved.set)
    called = [""]
    house = house_of(prepared, clock, wake.set, lambda: called[0], lambda: line.silence())
    line = line_of(house, prepared.settings)
    listener = line.listener(door_of(prepared.settings), partial(_stored, house)) if by_webhook else None
    try:
        async with _exported(house, prepared.settings):
            username = await unless(stop, line.start())
            if username is not None:
                called[0] = username
                await _receive(house, line, listener, stop, wake, moved, partial(ready, username))
    finally:
        if listener is not None:
            listener.close()


def _exported(house: House, settings: Settings) -> AbstractAsyncContextManager[None]:
    """The metrics at their port for as long, where that is asked for. Entering it raises ConfigError."""
    if settings.metrics is None:
        return contextlib.nullcontext()
    from bot import (
        metrics,
    )  # only now: whoever does not ask for them needs neither their library nor a web server

    async def read() -> Vitals:
        return await house.db.run(lambda c: vitals.read(c, house, house.clock()))

    shown = metrics.Shown(house.counts, lambda: house.db.errors, house.silence, house.version)
    return metrics.exported(settings.metrics, shown, read)


async def _receive(
    house: House,
    line: transport.Transport,
    listener: "Listener | None",
    stop: asyncio.Event,
    wake: asyncio.Event,
    moved: asyncio.Event,
    ready: Callable[[], None],
) -> None:
    beside = [
        asyncio.create_task(outbox.run(house, line.sender, wake, stop)),
        asyncio.create_task(sweeping.run(house, moved, stop)),
    ]
    # The first hand-over would wait for it: the calendars take a seventh of a second to read.
    asyncio.get_running_loop().run_in_executor(None, is_holiday, house.today(house.clock()))
    for task in beside:  # without them nothing is delivered: better to stop and be started again
        task.add_done_callback(lambda _: stop.set())
    try:
        if listener is None:
            ready()
            await line.run(stop)
        else:
            await listener.run(stop, ready)
    finally:
        stop.set()
        wake.set()
        moved.set()
        _, late = await asyncio.wait(beside, timeout=ENDING)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        await line.stop()
    await asyncio.gather(*(task for task in beside if task not in late))  # what one of them died of


def line_of(house: House, settings: Settings, wire: transport.Wire | None = None) -> transport.Transport:
    """The transport, with the conversation behind it; `wire` stands in for the network."""
    return transport.build(
        settings.token,
        settings.api_base,
        partial(conversation.handle, house),
        on_sending=partial(live.sending, house),
        on_live=partial(live.sent, house),
        words=_toasts(house),
        menu=partial(_menu, house),
        on_taken=house.counts.took,
        wire=wire,
    )


def door_of(settings: Settings) -> transport.Door:
    host, port = settings.listen
    return transport.Door(settings.webhook_url, settings.webhook_secret, host, port)


async def _stored(house: House) -> bool:
    """For the load balancer: the database answers, and its tables are this version's."""
    try:
        return await house.db.run(migrate.is_current)
    except StorageFailed:
        return False


def _toasts(house: House) -> transport.Words:
    def toast(name: str) -> Callable[[str], str]:
        return lambda code: house.words.say(house.phrases[name], house.words.nearest(code), {})

    return transport.Words(busy=toast("note.busy"), trouble=toast("trouble"))


def _menu(house: House, named: str) -> tuple[tuple[str, str], ...]:
    """A chat's commands in its language; `named` is role and language."""
    role, _, language = named.partition(".")
    return tuple(
        (name, house.words.say(house.phrases[f"command.{name}"], language, {}))
        for name in commands.of_role(role)
    )


@contextlib.contextmanager
def stopped_by_signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
