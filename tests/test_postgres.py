"""What only a server can do: replicas side by side, connections that are lost, and what it says at the start."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest
from sqlalchemy import Connection, Engine, delete, event, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

import bot
from bot import asking, conversation, copying, live, outbox
from bot.errors import ConfigError, StorageFailed
from bot.house import House
from bot.model import Event, Screen
from bot.storage import notices, people, referrals, sendings, sessions, sharing, tables, traces
from bot.storage.backup import backup
from bot.storage.database import Database, open_database
from bot.storage.migrate import downgrade, is_current, migrate, upgrade
from bot.storage.sharing import Shared
from tests.cast import NEUTRAL, Cast, Person, finish, on_stage, refer, to_consent
from tests.server import Server, described
from tests.test_command_line import bot_api, ended, logged, started
from tests.test_retention import fill
from tests.test_storage import HOUR, NOW, PLACE, admit
from tests.wire import Held

T = TypeVar("T")
ROOT = Path(bot.__file__).parents[1]
pytestmark = pytest.mark.only_on("postgres")


@pytest.fixture
def empty(server: Server) -> str:
    return server.empty()


# --- the tables -------------------------------------------------------------------------------------


def test_the_migrated_tables_are_those_of_the_metadata_to_the_last_check_index_and_counter(
    empty: str, server: Server
) -> None:
    migrate(empty)
    migrated, plain = open_database(empty), open_database(server.empty())
    plain.run_now(tables.metadata.create_all)
    made = plain.run_now(described)
    assert any("WHERE (removed IS NULL)" in what for _, what in made) and len(made) > 200
    assert migrated.run_now(described) == made


def test_with_rows_in_every_table_it_goes_down_and_up_again(empty: str) -> None:
    migrate(empty)
    database = open_database(empty)
    before = database.run_now(described)
    database.run_now(fill)
    for revision in ("0008", "0005", "0004", "0001"):
        database.run_now(lambda c, revision=revision: downgrade(c, revision))  # type: ignore[misc]
        count = database.run_now(lambda c: c.execute(text("SELECT count(*) FROM session")).scalar_one())
        assert count == 1, "what a version knows is kept"
        assert not database.run_now(is_current)
    database.run_now(upgrade)
    assert database.run_now(described) == before
    database.run_now(lambda c: downgrade(c, "base"))
    assert database.run_now(described) == set()


def test_replicas_that_start_at_once_on_an_empty_database_all_find_it_ready(empty: str) -> None:
    script = "import sys; from bot.storage.migrate import migrate; migrate(sys.argv[1])"
    command = [sys.executable, "-W", "error", "-c", script, empty]
    started = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [one.communicate() for one in started]
    assert [one.returncode for one in started] == [0, 0, 0], said
    assert open_database(empty).run_now(is_current)


def test_a_migration_that_breaks_half_way_leaves_nothing_of_itself(empty: str) -> None:
    def breaks(c: Connection) -> None:
        upgrade(c)
        raise RuntimeError("the power is gone")

    database = open_database(empty)
    with pytest.raises(RuntimeError):
        database.run_now(breaks)
    assert database.run_now(described) == set()


# --- replicas ---------------------------------------------------------------------------------------


@asynccontextmanager
async def two_replicas(directory: Path, url: str) -> AsyncIterator[tuple[Cast, House, House]]:
    async with on_stage(directory) as cast:
        other = replace(cast.house, db=open_database(url), copies={})
        yield cast, cast.house, other


async def answer_of(cast: Cast, person: Person, choice: str, update: int) -> Event:
    """A press of hers on what stands in her chat, as Telegram brings it."""
    live = await person.live()
    data = next(data for data in person.buttons(live).values() if data.partition(":")[2] == choice)
    turn = int(data.partition(":")[0])
    return Event("press", choice, person.chat, turn=turn, update=update, message=live, language="da")


async def test_one_update_at_two_replicas_is_handled_once(tmp_path: Path, url: str) -> None:
    async with two_replicas(tmp_path, url) as (cast, one, other):
        await cast.anna.say("/new")
        press = await answer_of(cast, cast.anna, "moment.during", 900_001)
        replies = await asyncio.gather(
            *(conversation.handle(house, press) for house in (one, other, one, other))
        )
        assert [reply for reply in replies if reply is not None] == [
            next(reply for reply in replies if reply is not None)
        ]
        (row,) = await cast.rows("session")
        assert row["trail"] == "moment:moment=during"


async def test_two_presses_of_one_person_at_two_replicas_come_one_after_the_other(
    tmp_path: Path, url: str
) -> None:
    async with two_replicas(tmp_path, url) as (cast, one, other):
        await cast.anna.say("/new")
        during = await answer_of(cast, cast.anna, "moment.during", 900_001)
        before = await answer_of(cast, cast.anna, "moment.before", 900_002)
        await asyncio.gather(conversation.handle(one, during), conversation.handle(other, before))
        (row,) = await cast.rows("session")
        assert row["trail"].count("moment:") == 1, "the second finds that the card has been answered"


async def test_of_two_key_persons_who_accept_at_once_at_two_replicas_one_has_it(
    tmp_path: Path, url: str
) -> None:
    async with two_replicas(tmp_path, url) as (cast, one, other):
        dorte = await cast.admit("dorte", 7004, "key_person")
        await refer(cast.anna)
        await finish(cast.anna)
        await cast.outbox()
        for person in (cast.bente, dorte):
            await person.press("Åbn")
        presses = [
            await answer_of(cast, person, "take.accept", number)
            for number, person in ((900_001, cast.bente), (900_002, dorte))
        ]
        await asyncio.gather(conversation.handle(one, presses[0]), conversation.handle(other, presses[1]))
        referral = await cast.row("referral")
        assert referral["accepted_by"] in (await cast.bente.id(), await dorte.id())
        going_on = [(row["staff"], row["state"]) for row in await cast.rows("session")]
        assert going_on == [(referral["accepted_by"], "contact")], "the other's ended: it is somebody else's"
        assert len(await cast.rows("step")) == 1


async def test_of_rounds_at_two_replicas_each_notice_is_claimed_by_one(tmp_path: Path, url: str) -> None:
    async with two_replicas(tmp_path, url) as (cast, one, other):
        number, now = await cast.bente.id(), cast.time.now()
        await cast.ask(lambda c: [notices.queue(c, "referral", number, f"n{at}", now) for at in range(40)])
        claimed = await asyncio.gather(
            *(
                house.db.run(partial(outbox._claimed, house=house, now=now))
                for house in (one, other, one, other)
            )
        )
        assert sorted(len(some) for some in claimed) == [0, 0, 0, 40]


async def test_what_is_queued_anew_while_one_replica_sends_it_is_not_sent_beside_itself_by_the_other(
    tmp_path: Path, url: str
) -> None:
    async with two_replicas(tmp_path, url) as (cast, one, other):
        await refer(cast.anna)
        before, late = len(cast.wire.of("sendMessage", cast.anna.chat)), asyncio.Event()
        cast.wire.script("sendMessage", Held(late), chat=cast.anna.chat)
        sending = asyncio.create_task(outbox.work_off(one, cast.post))
        await cast.wire.until(lambda: len(cast.wire.of("sendMessage", cast.anna.chat)) > before)
        (row,) = await cast.rows("referral")
        await cast.ask(lambda c: asking.tell_sender(c, other, row["reference"], cast.time.now()))
        assert await outbox.work_off(other, cast.post) == 0
        late.set()
        await sending
        assert await outbox.work_off(other, cast.post) == 1, "it has news, and is edited"
        assert len(cast.wire.of("sendMessage", cast.anna.chat)) == before + 1


async def test_a_notice_whose_replica_died_while_it_sent_it_is_sent_by_the_other_half_a_minute_later(
    tmp_path: Path, url: str
) -> None:
    async with two_replicas(tmp_path, url) as (cast, one, other):
        await refer(cast.anna)
        await one.db.run(lambda c: outbox._claimed(c, one, cast.time.now()))
        await outbox.work_off(other, cast.post)
        assert NEUTRAL not in cast.bente.messages.values()
        cast.later(seconds=31)
        await outbox.work_off(other, cast.post)
        assert NEUTRAL in cast.bente.messages.values()


async def on_a_card_below(cast: Cast) -> Event:
    """Her press on a message of which no row knows, seven numbers after her live card."""
    press = await answer_of(cast, cast.anna, "moment.during", 900_001)
    return replace(press, message=press.message + 7)


async def test_a_card_is_edited_where_it_is_pressed_before_the_replica_that_sent_it_has_said_its_number(
    tmp_path: Path, url: str
) -> None:
    async with two_replicas(tmp_path, url) as (cast, one, other):
        anna = cast.anna
        await anna.say("/new")
        older = await anna.live()
        await live.sending(one, anna.chat)
        press = await on_a_card_below(cast)
        reply = await conversation.handle(other, press)
        assert reply is not None and reply.live == older + 7
        assert older in {row["message"] for row in await cast.rows("trace") if row["due"] <= cast.time.now()}
        await live.sent(one, anna.chat, older + 7)
        assert await anna.live() == older + 7 and not await cast.rows("sending")


async def test_of_two_cards_that_went_out_and_were_lost_the_one_that_she_presses_hides_the_other_from_nobody(
    tmp_path: Path, url: str
) -> None:
    async with two_replicas(tmp_path, url) as (cast, one, other):
        anna = cast.anna
        await anna.say("/new")
        older = await anna.live()
        for _ in range(9):  # all chats are numbered together
            await cast.post.send(cast.bente.chat, Screen("x"))
        for message in (older + 7, older + 8):
            cast.wire.put(anna.chat, message)
            await live.sending(one, anna.chat)
        press = await on_a_card_below(cast)
        await conversation.handle(other, press)
        for _ in range(4):
            cast.later(minutes=1, seconds=1)
            await cast.outbox()
        assert older + 8 not in anna.messages and not await cast.rows("sending")


async def test_a_newer_message_that_is_no_card_of_hers_does_not_become_one(tmp_path: Path, url: str) -> None:
    async with two_replicas(tmp_path, url) as (cast, _, other):
        await cast.anna.say("/new")
        reply = await conversation.handle(other, await on_a_card_below(cast))
        assert reply is not None and reply.live == 0, "a new one is sent"


async def asks_for_a_copy(cast: Cast) -> None:
    await to_consent(cast.anna)
    await cast.anna.press("consent.none")
    await cast.anna.answer()
    await cast.outbox()
    await cast.anna.press("Overblik")
    await cast.anna.press("Kopiér overblikket")


async def test_the_overview_of_a_conversation_that_is_over_is_copied_by_the_replica_that_was_pressed(
    tmp_path: Path, url: str
) -> None:
    async with two_replicas(tmp_path, url) as (cast, one, other):
        await asks_for_a_copy(cast)
        assert await outbox.work_off(other, cast.post) == 0
        assert await outbox.work_off(one, cast.post) == 1
        assert cast.anna.find("kun til fagsystemet")


async def test_the_overview_that_nobody_remembers_any_more_is_waited_for_half_a_minute(
    tmp_path: Path, url: str
) -> None:
    async with two_replicas(tmp_path, url) as (cast, one, other):
        await asks_for_a_copy(cast)
        one.copies.clear()  # as if it had been killed
        assert await outbox.work_off(other, cast.post) == 0
        cast.later(seconds=30)
        assert await outbox.work_off(other, cast.post) == 1
        assert [row for row in await cast.rows("notice") if row["kind"] == "copy"] == []


async def test_what_another_replica_remembers_of_an_earlier_conversation_is_not_copied(
    tmp_path: Path, url: str
) -> None:
    async with two_replicas(tmp_path, url) as (cast, one, other):
        await asks_for_a_copy(cast)
        anna, (_, packed) = await cast.anna.staff(), one.copies[await cast.anna.id()]
        await cast.ask(lambda c: copying.ask_for_sum(c, other, anna, packed, cast.time.now()))
        assert await outbox.work_off(one, cast.post) == 0, "it holds the copy that was asked for before"
        assert await outbox.work_off(other, cast.post) == 1
        assert cast.anna.find("kun til fagsystemet")


async def test_what_somebody_else_is_claiming_is_passed_over_and_not_waited_for(
    database: Database, server: Server
) -> None:
    def queue(c: Connection) -> None:
        her = admit(c).id
        for at in range(4):
            notices.queue(c, "referral", her, f"n{at}", NOW)

    await database.run(queue)
    holding = await _beside(server)
    await holding.execute("BEGIN; SELECT * FROM notice WHERE reference IN ('n0', 'n2') FOR UPDATE")
    found = await database.run(lambda c: [one.reference for one in notices.due(c, NOW, 9)])
    await holding.close()
    assert found == ["n1", "n3"]


async def _beside(server: Server) -> Any:
    return await asyncpg.connect(user="postgres", host=str(server.directory), database="used_again")


# --- side by side -----------------------------------------------------------------------------------


PERSON = (b"a person's digest, 32 bytes long",)
OTHER = (b"another person's digest, 32 byte",)
RE_KEYED = (b"her digest by the new key, 32 by", *PERSON)


async def _come_together(
    first: Database, second: Database, of: tuple[tuple[bytes, ...], tuple[bytes, ...]], server: Server
) -> bool:
    """Whether the second is done while the first has not ended; otherwise it is seen to wait for a lock."""
    begun, may_end = asyncio.Event(), asyncio.Event()

    def hold(c: Connection) -> None:
        begun.set()
        _wait(c, may_end.wait())

    holding = asyncio.create_task(first.run(hold, of[0]))
    await begun.wait()
    following = asyncio.create_task(second.run(people.roster, of[1]))
    beside = await _beside(server)
    waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    while not following.done() and not await beside.fetchval(waits):
        await asyncio.wait({following}, timeout=0.05)
    together = following.done()
    may_end.set()
    await asyncio.gather(holding, following)
    await beside.close()
    return together


def _wait(c: Connection, what: Awaitable[T]) -> T:
    """From within a work, for something outside of its transaction."""
    adapted: Any = c.connection.dbapi_connection
    found: T = adapted.run_async(lambda _: what)
    return found


@pytest.mark.parametrize(
    ("of", "together"),
    [
        ((PERSON, OTHER), True),
        ((PERSON, PERSON), False),
        ((PERSON, RE_KEYED), False),
        ((RE_KEYED[:1], RE_KEYED), False),
        (((), PERSON), False),
        ((PERSON, ()), False),
        (((), ()), False),
    ],
)
async def test_only_presses_of_two_people_stand_side_by_side(
    database: Database,
    url: str,
    server: Server,
    of: tuple[tuple[bytes, ...], tuple[bytes, ...]],
    together: bool,
) -> None:
    assert await _come_together(database, open_database(url), of, server) is together


async def test_a_press_that_writes_what_is_others_too_begins_again_alone_and_is_stored_once(
    database: Database,
) -> None:
    held: list[str] = []

    def work(c: Connection) -> None:
        held.append(_lock(c))
        sessions.seen(c, 7, NOW)
        notices.queue(c, "referral", 1, "r1", NOW)

    await database.run(admit)
    await database.run(work, PERSON)
    assert held == ["ShareLock", "ExclusiveLock"]
    assert await database.run(lambda c: len(notices.of(c, "r1"))) == 1


def _lock(c: Connection) -> str:
    """How the house's lock is held by this transaction: the one that is made of two numbers."""
    adapted: Any = c.connection.dbapi_connection
    asked = (
        "SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND objsubid = 2"
    )
    return str(adapted.run_async(lambda driver: driver.fetchval(asked)))


WRITES: dict[str, Callable[[Connection], object]] = {
    "a notice": lambda c: notices.queue(c, "referral", 1, "r2", NOW),
    "what she says to a notice": lambda c: notices.settle(c, "referral", 1, "r1", "passed"),
    "a notice that goes": lambda c: notices.drop(c, *notices.to(c, 1)),
    "a notice that is tried again": lambda c: notices.later(c, notices.to(c, 1)[0], NOW),
    "two people's messages": lambda c: (
        notices.opened(c, *notices.to(c, 1)),  # type: ignore[func-returns-value]
        notices.opened(c, *notices.to(c, 2)),  # type: ignore[func-returns-value]
    ),
    "somebody's role": lambda c: people.set_language(c, 1, "en"),
    "two people": lambda c: (sessions.save(c, 1, "", PLACE, NOW), sessions.save(c, 2, "", PLACE, NOW)),
    "everybody's sessions": lambda c: c.execute(delete(tables.session)),
    "a hand-over": lambda c: referrals.accept(c, "r1", 1, NOW),
    "what cannot be looked into": lambda c: c.execute(text("UPDATE staff SET live = 5")),
    "what the driver is told": lambda c: c.exec_driver_sql("UPDATE staff SET live = 5"),
}


@pytest.mark.parametrize("what", WRITES)
async def test_what_is_not_one_persons_is_noticed_before_it_is_run(database: Database, what: str) -> None:
    await database.run(lambda c: [admit(c, chat) for chat in (1, 2)])
    await database.run(lambda c: [notices.queue(c, "referral", one, "r1", NOW) for one in (1, 2)])
    attempts: list[str] = []

    def work(c: Connection) -> None:
        attempts.append(_lock(c))
        WRITES[what](c)

    await database.run(work, PERSON)
    assert attempts == ["ShareLock", "ExclusiveLock"]


async def test_what_is_hers_alone_is_written_beside_others(database: Database) -> None:
    await database.run(admit)
    attempts: list[str] = []

    def work(c: Connection) -> None:
        attempts.append(_lock(c))
        sessions.seen(c, 8, NOW)
        saved = sessions.save(c, 1, "", PLACE, NOW)
        sessions.save(c, 1, "", replace(saved, turn=2), NOW)
        people.set_live(c, 1, 5)
        people.set_active(c, 1, "")
        (hers,) = notices.to(c, 1)
        notices.stands_on(c, hers, 5, NOW)
        assert notices.sent(c, hers)

    await database.run(lambda c: notices.queue(c, "status", 1, "r1", NOW))
    await database.run(work, PERSON)
    assert attempts == ["ShareLock"]


async def test_what_is_due_is_claimed_beside_presses(database: Database) -> None:
    attempts: list[str] = []

    def due(c: Connection) -> None:
        admit(c)
        notices.queue(c, "status", 1, "r1", NOW)
        sendings.begin(c, 1, sendings.REPLY, NOW - HOUR)
        traces.keep(c, 1, 5, NOW)
        traces.keep(c, 1, 6, NOW)

    def claim(c: Connection) -> tuple[int, int, int]:
        attempts.append(_lock(c))
        hers = [notices.claim(c, one, NOW + HOUR) for one in notices.due(c, NOW, 9)]
        lost = list(sendings.due(c, NOW, 9))
        for one in lost:
            sendings.put_off(c, one, NOW + HOUR)
        stand = traces.due(c, NOW, 9)
        for staff, message in stand:
            traces.put_off(c, staff, [message], NOW + HOUR)
        return len(hers), len(lost), len(stand)

    await database.run(due)
    assert await database.claim(claim) == (1, 1, 2)
    assert await database.claim(claim) == (0, 0, 0)
    assert attempts == ["ShareLock", "ShareLock"]


MORE_THAN_A_CLAIM: dict[str, Callable[[Connection], object]] = {
    "sent": lambda c: notices.sent(c, notices.to(c, 1)[0]),
    "queued": lambda c: notices.queue(c, "status", 1, "r2", NOW),
    "opened": lambda c: notices.opened(c, notices.to(c, 1)[0]),
    "dropped": lambda c: notices.drop(c, notices.to(c, 1)[0]),
    "begun": lambda c: sendings.begin(c, 1, sendings.REPLY, NOW),
    "pressed": lambda c: people.set_live(c, 1, 5),
}


@pytest.mark.parametrize("what", MORE_THAN_A_CLAIM)
async def test_whoever_claims_and_does_more_has_the_house_alone(database: Database, what: str) -> None:
    await database.run(lambda c: (admit(c), notices.queue(c, "status", 1, "r1", NOW)))
    attempts: list[str] = []

    def work(c: Connection) -> None:
        attempts.append(_lock(c))
        MORE_THAN_A_CLAIM[what](c)

    await database.claim(work)
    assert attempts == ["ShareLock", "ExclusiveLock"]


async def test_a_refusal_that_the_work_passes_over_is_not_stored_either(database: Database) -> None:
    attempts: list[str] = []

    def work(c: Connection) -> None:
        attempts.append(_lock(c))
        sessions.seen(c, 9, NOW)
        try:
            notices.queue(c, "referral", 1, "r1", NOW)
        except Shared:
            return

    await database.run(admit)
    await database.run(work, PERSON)
    assert attempts == ["ShareLock", "ExclusiveLock"]


async def test_nearly_every_press_of_a_conversation_stands_beside_others(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone: list[str] = []
    refuse = sharing.OnePerson.refuse

    def counted(one: sharing.OnePerson) -> None:
        alone.append("refused")
        refuse(one)

    monkeypatch.setattr(sharing.OnePerson, "refuse", counted)
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.anna.answer(moment="during", mode="routine", response="says_no")
        assert [row["mode"] for row in await cast.rows("outcome")] == ["routine"]
    assert len(alone) == 1, "the one that ends it"


# --- when the server is not there -------------------------------------------------------------------


async def test_a_connection_that_is_cut_in_the_middle_leaves_nothing_and_the_next_one_works(
    database: Database, server: Server
) -> None:
    def cut(c: Connection) -> None:
        sessions.seen(c, 1, NOW)
        _cut(c, server)
        sessions.seen(c, 2, NOW)

    with pytest.raises(StorageFailed):
        await database.run(cut)
    assert database.errors == 1
    assert await database.run(lambda c: [sessions.seen(c, number, NOW)[0] for number in (1, 2)]) == [
        True,
        True,
    ]


def _cut(c: Connection, server: Server) -> None:
    adapted: Any = c.connection.dbapi_connection
    pid = adapted.driver_connection.get_server_pid()

    async def end() -> None:
        beside = await _beside(server)
        await beside.execute(f"SELECT pg_terminate_backend({pid}, 1000)")
        await beside.close()

    _wait(c, end())


async def test_connections_that_were_lost_while_nobody_used_them_are_nobodys_trouble(
    database: Database, server: Server
) -> None:
    await asyncio.gather(*(database.run(is_current, (bytes([number]) * 8,)) for number in range(5)))
    beside = await _beside(server)
    await beside.execute(
        "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity"
        " WHERE application_name = 'opspor' AND datname = current_database()"
    )
    await beside.close()
    assert await database.run(is_current)
    assert database.errors == 0


async def test_while_the_server_is_down_it_is_said_and_when_it_is_back_it_works(
    url: str, server: Server
) -> None:
    database = open_database(url)
    assert await database.run(lambda c: sessions.seen(c, 1, NOW))
    await asyncio.to_thread(server.go_down)
    try:
        for _ in range(2):
            with pytest.raises(StorageFailed, match="did not take it"):
                await database.run(lambda c: sessions.seen(c, 2, NOW))
        with pytest.raises(ConfigError, match=r"does not answer.*start its server"):
            open_database(url)
    finally:
        await asyncio.to_thread(server.come_up)
    assert await database.run(lambda c: [sessions.seen(c, number, NOW)[0] for number in (1, 2)]) == [
        False,
        True,
    ]
    assert database.errors == 2


async def test_a_connection_that_is_cut_in_the_middle_of_an_answer_is_the_worlds(database: Database) -> None:
    def cut(_: Connection) -> None:
        raise asyncpg.InternalClientError("cannot switch to state 10; another operation (2) is in progress")

    with pytest.raises(StorageFailed):
        await database.run(cut)
    assert await database.run(is_current)


async def test_a_bot_that_is_started_before_its_database_waits_for_it(
    tmp_path: Path, empty: str, server: Server
) -> None:
    async with bot_api(tmp_path) as (_, base):
        await asyncio.to_thread(server.go_down)
        try:
            away = started(tmp_path, OPSPOR_API_BASE=base, OPSPOR_DATABASE=empty)
            process = await away.__aenter__()
            said = await logged(process, "event=database_not_reached")
            assert "start its server" in said and "trying on" in said
        finally:
            await asyncio.to_thread(server.come_up)
        assert "event=database_not_reached" not in await logged(process, "event=ready"), "it is said once"
        await ended(process)
        await away.__aexit__(None, None, None)


async def test_a_lock_that_is_held_for_too_long_is_not_waited_for(database: Database, server: Server) -> None:
    beside = await _beside(server)
    await beside.execute(f"BEGIN; {sharing.ALONE}")
    with pytest.raises(StorageFailed, match="lock timeout"):
        await database.run(is_current)
    await beside.close()
    assert await database.run(is_current)


FREEZES = """
import asyncio, os, signal, sys
from bot.errors import StorageFailed
from bot.storage import sessions
from bot.storage.database import open_database
from tests.test_storage import NOW

def work(c):
    sessions.seen(c, 77, NOW)
    print("holds it", flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)

try:
    asyncio.run(open_database(sys.argv[1]).run(work))
except StorageFailed as failed:
    print(failed)
"""


async def test_a_replica_that_is_frozen_with_the_houses_lock_loses_it_and_stores_nothing_when_it_wakes(
    database: Database, url: str
) -> None:
    frozen = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FREEZES, url, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert frozen.stdout is not None and await frozen.stdout.readline() == b"holds it\n"
    refused = 0
    while True:
        try:
            assert await database.run(is_current)
            break
        except StorageFailed:  # what was pressed comes again
            refused += 1
    assert refused, "it did hold the lock"
    frozen.send_signal(signal.SIGCONT)
    said, _ = await frozen.communicate()
    assert b"the database did not take it" in said
    assert await database.run(lambda c: sessions.seen(c, 77, NOW)[0]), "it was not stored, and comes again"


async def test_our_own_mistakes_stay_what_they_are_and_leave_nothing(database: Database) -> None:
    def twice(c: Connection) -> None:
        admit(c, 1)
        c.execute(tables.seen_update.insert(), [{"id": 5, "seen": NOW}, {"id": 5, "seen": NOW}])

    with pytest.raises(IntegrityError):
        await database.run(twice)
    with pytest.raises(DBAPIError, match="no_such_table"):
        await database.run(lambda c: c.execute(text("SELECT * FROM no_such_table")))
    assert database.errors == 0
    assert await database.run(people.roster) == []


async def test_an_error_that_a_work_passes_over_is_never_taken_for_a_commit(database: Database) -> None:
    def passes_over(c: Connection) -> None:
        admit(c, 1)
        with pytest.raises(DBAPIError):
            c.execute(text("SELECT 1 / 0"))

    with pytest.raises(RuntimeError, match="a statement had failed"):
        await database.run(passes_over)
    assert await database.run(people.roster) == []


async def test_two_who_wait_for_each_other_are_both_done(database: Database, url: str) -> None:
    await database.run(lambda c: [admit(c, chat) for chat in (1, 2)])
    times = []

    def crossing(first: int, second: int, meet: asyncio.Barrier) -> Callable[[Connection], None]:
        def work(c: Connection) -> None:
            times.append(first)
            people.set_live(c, first, times.count(first))
            if times.count(first) == 1:
                _wait(c, meet.wait())
            c.execute(tables.staff.select().where(tables.staff.c.id == second).with_for_update())

        return work

    meet = asyncio.Barrier(2)
    await asyncio.gather(
        database.run(crossing(1, 2, meet), PERSON), open_database(url).run(crossing(2, 1, meet), OTHER)
    )
    assert sorted(set(times)) == [1, 2] and len(times) == 3, "one of them began again"


async def test_a_work_that_is_cancelled_leaves_nothing_and_no_lock(database: Database) -> None:
    begun = asyncio.Event()

    def waits(c: Connection) -> None:
        sessions.seen(c, 1, NOW)
        begun.set()
        c.execute(text("SELECT pg_sleep(600)"))

    task = asyncio.create_task(database.run(waits))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await database.run(lambda c: sessions.seen(c, 1, NOW))


# --- at the start -----------------------------------------------------------------------------------


def test_a_database_that_is_not_there_is_named(server: Server) -> None:
    with pytest.raises(ConfigError, match=r"no database nowhere at /.*createdb"):
        open_database(server.url("nowhere"))


def test_a_database_of_something_else_is_refused_and_left_alone(empty: str, server: Server) -> None:
    server.admin("CREATE TABLE recipe (id int)", database=empty.partition("@/")[2].partition("?")[0])
    with pytest.raises(ConfigError, match=r"tables of something else.*name an empty one"):
        open_database(empty)


def test_a_database_of_a_newer_version_is_refused(empty: str) -> None:
    migrate(empty)
    open_database(empty).run_now(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(ConfigError, match=r"newer version of Opspor.*9999"):
        open_database(empty)


@pytest.fixture
def guarded(server: Server) -> Iterator[str]:
    """A user who needs a password, and hers."""
    rules = server.directory / "pg_hba.conf"
    before = rules.read_text()
    rules.write_text("local all guarded scram-sha-256\n" + before)
    server.admin("CREATE ROLE guarded LOGIN PASSWORD 'se:sa/me'", "SELECT pg_reload_conf()")
    yield "se%3Asa%2Fme"
    rules.write_text(before)
    server.admin(
        "DROP OWNED BY guarded", "DROP ROLE guarded", "SELECT pg_reload_conf()", database="used_again"
    )


def test_a_wrong_password_is_one_sentence_that_does_not_show_it(
    guarded: str, url: str, server: Server
) -> None:
    server.admin("GRANT SELECT ON alembic_version TO guarded", database="used_again")
    right = f"postgres://guarded:{guarded}@/used_again?host={server.directory}"
    with pytest.raises(ConfigError, match=r"refuses 'guarded'.*the name or the password") as refused:
        open_database(right.replace(guarded, "sesame"))
    assert "sesame" not in str(refused.value)
    assert "\n" not in str(refused.value)
    open_database(right)


def test_a_right_that_is_missing_is_said(guarded: str, url: str, server: Server) -> None:
    with pytest.raises(ConfigError, match=r"rights at the database used_again.*permission denied"):
        open_database(f"postgresql+asyncpg://guarded:{guarded}@/used_again?host={server.directory}")


def test_a_server_that_takes_no_more_connections_says_so(url: str, server: Server) -> None:
    server.admin("ALTER DATABASE used_again CONNECTION LIMIT 0", "CREATE ROLE third LOGIN")
    try:
        with pytest.raises(ConfigError, match=r"takes nobody in now.*too many connections"):
            open_database(url.replace("postgres@", "third@"))
    finally:
        server.admin("ALTER DATABASE used_again CONNECTION LIMIT -1", "DROP ROLE third")


def test_a_copy_is_the_servers_own_affair(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="pg_dump"):
        backup(url, tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


def test_a_dump_that_is_put_back_has_every_row_and_goes_on_counting(
    empty: str, server: Server, tmp_path: Path
) -> None:
    migrate(empty)
    before = open_database(empty)
    before.run_now(fill)
    dump, restored = tmp_path / "opspor.dump", server.empty()
    for tool, *words in (
        ("pg_dump", "--format=custom", f"--file={dump}", empty),
        ("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={restored}", str(dump)),
    ):
        subprocess.run([server.programs / tool, *words], check=True, capture_output=True)
    after = open_database(restored)
    assert after.run_now(is_current)
    assert after.run_now(described) == before.run_now(described)
    assert after.run_now(_every_row) == before.run_now(_every_row)
    ids = before.run_now(lambda c: c.execute(select(tables.notice.c.id)).scalars().all())
    last = after.run_now(lambda c: c.execute(select(tables.notice.c.staff)).scalars().first())
    assert last is not None
    assert after.run_now(lambda c: notices.queue(c, "status", last, "r99", NOW)) > max(ids)


def _every_row(c: Connection) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table.name: sorted(map(tuple, c.execute(select(table))), key=repr)
        for table in tables.metadata.sorted_tables
    }


# --- what is deleted --------------------------------------------------------------------------------


async def test_a_wipe_takes_deleted_rows_out_of_the_tables(database: Database, server: Server) -> None:
    await database.run(lambda c: [sessions.seen(c, number, NOW) for number in range(50)])
    await database.run(lambda c: c.execute(delete(tables.seen_update)))
    pages = "SELECT relpages FROM pg_class WHERE relname = 'seen_update'"
    assert await database.wipe()
    assert await asyncio.to_thread(server.ask, pages, "used_again") == 0


async def test_while_somebody_has_been_reading_since_before_it_is_said_that_it_is_not_gone(
    database: Database, server: Server
) -> None:
    beside = await _beside(server)
    await beside.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM staff")
    assert not await database.wipe()
    await beside.close()
    assert await database.wipe()


# --- as fast with many rows -------------------------------------------------------------------------


async def test_reading_for_a_report_waits_for_no_press_and_sees_one_moment(database: Database) -> None:
    loop = asyncio.get_running_loop()

    def read_twice(c: Connection) -> tuple[int, int]:
        asked = text("SELECT count(*) FROM seen_update")
        first = c.execute(asked).scalar_one()
        press = database.run(lambda c: sessions.seen(c, 1, NOW))
        asyncio.run_coroutine_threadsafe(press, loop).result(20)
        return first, c.execute(asked).scalar_one()

    assert await database.read(read_twice) == (0, 0)
    assert await database.run(lambda c: sessions.seen(c, 1, NOW)) == (False, None)


async def test_what_only_reads_cannot_write(database: Database) -> None:
    with pytest.raises(StorageFailed, match="read-only"):
        await database.read(lambda c: sessions.seen(c, 1, NOW))


# --- never lost -------------------------------------------------------------------------------------


class Death(Exception):
    """The process is killed between two statements."""


@pytest.mark.parametrize("survives", [0, 4, 9, 15, 21])
async def test_killed_between_any_two_statements_a_hand_over_is_stored_whole_once_it_comes_again(
    tmp_path: Path, url: str, survives: int
) -> None:
    async with on_stage(tmp_path) as cast:
        await to_consent(cast.anna)
        consent = await answer_of(cast, cast.anna, "consent.named", 900_001)
        left = [survives]

        def dies(*_: object) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise Death

        event.listen(Engine, "before_cursor_execute", dies)
        try:
            with pytest.raises(Death):
                await conversation.handle(cast.house, consent)
        finally:
            event.remove(Engine, "before_cursor_execute", dies)
        assert await cast.rows("referral") == await cast.rows("notice") == []
        assert await conversation.handle(cast.house, consent) is not None
        assert len(await cast.rows("referral")) == 1
        assert {row["kind"] for row in await cast.rows("notice")} == {"status", "referral", "clock"}
        assert await conversation.handle(cast.house, consent) is None
