"""The composition root: puts the rooms together and runs them until they are stopped; it knows no commands."""

import asyncio
import contextlib
import logging
import secrets
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import commands, config, conversation, handover, inviting, outbox, probing, terms
from bot.config import Settings
from bot.consequences import CHAT_KEPT
from bot.flows import loader
from bot.house import House
from bot.locales import words
from bot.model import Staff
from bot.municipality import LAW_CHECKED_WITHIN, Municipality
from bot.storage import entries, migrate, people, routes, sessions, traces
from bot.storage.cipher import Cipher
from bot.storage.database import Database, open_database
from bot.storage.purge import purge
from bot.transport import bot as transport
from bot.transport.receive import unless

SWEEP = 60.0  # seconds between looks for conversations that were left
PURGE_EVERY = timedelta(hours=1)
REFERENCE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are read as another
REFERENCE_LENGTH = 6

Clock = Callable[[], datetime]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that must be in order before anything is started."""

    settings: Settings
    municipality: Municipality
    content: loader.Content
    words: words.Words
    db: Database
    cipher: Cipher


def machine_clock() -> datetime:
    return datetime.now(UTC)


def prepare(settings: Settings, municipality: Municipality) -> Prepared:
    """Raises ConfigError or FlowError before anything is started; migrates the database where it needs it."""
    content = loader.load(unverified=bool(municipality.content.unverified_approved_by))
    spoken = words.load(zone=municipality.timezone, needed=content.texts())
    cipher = Cipher(settings.key)
    db = open_database(settings.database)
    asyncio.run(db.run(lambda c: _ready(c, cipher)))
    return Prepared(settings, municipality, content, spoken, db, cipher)


def _ready(c: Connection, cipher: Cipher) -> None:
    migrate.upgrade(c)
    people.check_key(c, cipher)


def house_of(
    prepared: Prepared, clock: Clock, wake: Callable[[], None], username: Callable[[], str] = lambda: ""
) -> House:
    """`username` is the bot's, "" until Telegram has said it."""
    municipality = prepared.municipality
    zone = ZoneInfo(municipality.timezone)

    def places(unit: str, language: str) -> Mapping[str, str]:
        return municipality.placeholders(unit, language, clock().astimezone(zone).date())

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
        term=municipality.admission.term,
        link=lambda code: f"https://t.me/{username()}?start={code}" if username() else "",
    )


def new_reference() -> str:
    """Opaque, short enough to say on the telephone, and never made from anything."""
    return "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(REFERENCE_LENGTH))


def warnings(prepared: Prepared, environment: Mapping[str, str], today: datetime) -> Iterator[str]:
    """What the log says at start, and `opspor doctor` prints: nothing that keeps the bot from running."""
    yield from (f"{name} is not a setting of Opspor's" for name in config.unknown(environment))
    yield from (f"{name} is not used by this version, which polls" for name in config.unused(environment))
    yield from prepared.municipality.warnings(today.date())
    yield from prepared.words.problems
    for code, law in prepared.content.laws.items():
        if today.date() - law.checked_on > LAW_CHECKED_WITHIN:
            yield f"the law reference {code} was last checked on {law.checked_on}"
    if prepared.content.drafts:
        yield f"{prepared.content.drafts} cards are drafts (udkast): no professional has signed them"


def rosters(c: Connection, prepared: Prepared, now: datetime) -> list[str]:
    """Units that cannot receive a referral, and people of units that the municipality's file does not have."""
    term, rules = prepared.municipality.admission.term, prepared.municipality.rules()
    everybody = people.everybody(c, prepared.cipher)
    over = {one.id for one in people.admitted_by(c, prepared.cipher, now - term)}
    staff = [one for one in everybody if one.id not in over or one.role == "coordinator"]
    found = [
        f"the admission of coordinator number {one.id} is over, and she stays because there is no other:"
        " let her renew it under /staff, or invite another"
        for one in staff
        if one.id in over and terms.is_last_coordinator(c, one)
    ]
    found += [
        f"{one.role} number {one.id} is of unit '{one.unit}', which the file lacks"
        for one in staff
        if one.unit not in rules.units
    ]
    for unit in rules.units:
        rings = handover.rings(unit, "", "standard", None, staff, rules, now)
        if not any(one.role == "key_person" for ring in rings for one in ring):
            found.append(f"unit '{unit}' has no key person who can be reached")
        if not rings:
            found.append(f"unit '{unit}' has nobody at all who could be asked")
    return found


def routes_of(c: Connection, prepared: Prepared) -> list[str]:
    """When each unit's way to its key persons was last shown to work."""
    known, zone = routes.all_of(c), ZoneInfo(prepared.municipality.timezone)
    proven = {unit: known[unit][1] if unit in known else None for unit in prepared.municipality.rules().units}
    said = {
        unit: f"{when.astimezone(zone):%Y-%m-%d %H:%M}" if when else "never" for unit, when in proven.items()
    }
    return [f"the route of unit '{unit}' was last shown to work: {when}" for unit, when in said.items()]


# --- running ----------------------------------------------------------------------------------------


async def run(
    prepared: Prepared,
    clock: Clock,
    ready: Callable[[str], None],
    stop: asyncio.Event,
    when_moved: Callable[[Callable[[], None]], None] = lambda wake: None,
) -> None:
    """The whole bot until `stop`; `ready` is told the bot's user name when it receives. Whoever moves the
    clock is given, through `when_moved`, what wakes those who sleep by it."""
    wake, moved = asyncio.Event(), asyncio.Event()
    when_moved(wake.set)
    when_moved(moved.set)
    called = [""]
    house = house_of(prepared, clock, wake.set, lambda: called[0])
    line = line_of(house, prepared.settings)
    username = await unless(stop, line.start())
    if username is None:
        return
    called[0] = username
    ready(username)
    beside = [
        asyncio.create_task(outbox.run(house, line.sender, wake, stop)),
        asyncio.create_task(_sweep(house, moved, stop)),
    ]
    for task in beside:  # without them nothing is delivered: better to stop and be started again
        task.add_done_callback(lambda _: stop.set())
    try:
        await line.run(stop)
    finally:
        stop.set()
        wake.set()
        moved.set()
        await asyncio.gather(*beside)
        await line.stop()


def line_of(house: House, settings: Settings, wire: transport.Wire | None = None) -> transport.Transport:
    """The transport, with the conversation behind it; `wire` stands in for the network."""
    return transport.build(
        settings.token,
        settings.api_base,
        partial(conversation.handle, house),
        on_live=partial(_live, house),
        words=_toasts(house),
        menu=partial(_menu, house),
        wire=wire,
    )


async def _live(house: House, chat: int, message: int) -> None:
    await house.db.run(lambda c: _keep_live(c, house, chat, message))


def _keep_live(c: Connection, house: House, chat: int, message: int) -> None:
    """The new live card is remembered, and cleaned up after a quarter where no conversation is open."""
    staff = people.by_chat(c, house.cipher, chat)
    if staff is None:
        return
    if staff.live and staff.live != message:
        traces.keep(c, staff.id, staff.live, house.clock())
    people.set_live(c, staff.id, message)
    traces.keep(c, staff.id, message, _gone_by(c, house, staff))


def _gone_by(c: Connection, house: House, staff: Staff) -> datetime | None:
    """None: it stands until the conversation ends. A code that admits somebody stands for five minutes in any case."""
    entry = entries.of(c, house.cipher, staff.id) if staff.role == "coordinator" else None
    if entry is not None and entry.what == inviting.CODE:
        return entry.due
    return None if sessions.open_of(c, staff.id) else house.clock() + CHAT_KEPT


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


async def _sweep(house: House, moved: asyncio.Event, stop: asyncio.Event) -> None:
    """Ends what was left, and deletes what has lived long enough."""
    purged = house.clock() - PURGE_EVERY
    while not stop.is_set():
        moved.clear()
        try:
            await conversation.expire(house)
            await house.db.run(lambda c: _look_round(c, house))
            if house.clock() - purged >= PURGE_EVERY:
                await house.db.run(lambda c: purge(c, house.clock()))
                house.db.truncate_log()
                purged = house.clock()
        except Exception as error:  # it is tried again; a sweep that died would leave everything standing
            log.error("event=sweep_failed error=%s", type(error).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(moved.wait(), SWEEP)


def _look_round(c: Connection, house: House) -> None:
    now = house.clock()
    terms.lapse(c, house, now)
    terms.tell_coordinators(c, house, now)
    probing.try_routes(c, house, now)


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
