"""From every version that was released to this one, with everybody in the middle of something: nobody is lost.

What each version left behind is a file in `tests/upgrades/`, made by that version's own code.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.storage.database import open_database
from bot.storage.migrate import downgrade, upgrade
from bot.storage.revisions import KNOWN, is_current
from bot.sweeping import Sweep
from tests import cast as stage
from tests import wire as raw
from tests.cast import NEUTRAL, STRANGER, Cast, on_stage, play
from tests.server import Server
from tests.upgrades.kept import FILES, Kept, put_back, read, stored

pytestmark = [
    pytest.mark.parametrize("kind", ("sqlite", "postgres"), indirect=True),
    pytest.mark.parametrize("kept", FILES, ids=lambda file: file.stem, indirect=True),
]
BANNER = "ØVELSE"


@pytest.fixture
def kept(request: pytest.FixtureRequest) -> Kept:
    return read(request.param)


@pytest.fixture
def left(kind: str, kept: Kept, file: Path, request: pytest.FixtureRequest) -> str:
    """The address of a database as that version left it."""
    url = f"sqlite:///{file}"
    if kind == "postgres":
        server: Server = request.getfixturevalue("server")
        url = server.empty()
    with closing(open_database(url)) as database:
        database.run_now(lambda c: put_back(c, kept))
    return url


@asynccontextmanager
async def going_on(url: str, kept: Kept, directory: Path) -> AsyncIterator[Cast]:
    """The new version is started on what the other one left."""
    stage.DATABASE = url
    async with on_stage(directory, before=kept.before) as cast:
        assert await cast.ask(is_current)
        yield cast


# --- rows -----------------------------------------------------------------------------------------------


def test_every_row_is_as_it_was_on_this_version_back_on_that_one_and_here_again(
    left: str, kept: Kept
) -> None:
    with closing(open_database(left)) as database:
        before = database.run_now(stored)
        assert {name: len(rows) for name, rows in before.items()} == {
            name: len(rows) for name, rows in kept.tables.items()
        }
        assert min(map(len, before.values())) > 0
        assert kept.revision in KNOWN[:-1] and not database.run_now(is_current)
        for _ in range(2):
            database.run_now(upgrade)
            after = database.run_now(stored)
            assert {name: rows for name, rows in after.items() if name in before} == before
            assert not any(rows for name, rows in after.items() if name not in before)
            database.run_now(lambda c: downgrade(c, kept.revision))
            assert database.run_now(stored) == before


# --- people ---------------------------------------------------------------------------------------------


async def test_whoever_was_in_the_middle_of_something_goes_on_where_she_was(
    left: str, kept: Kept, tmp_path: Path
) -> None:
    async with going_on(left, kept, tmp_path) as cast:
        anna, inge, helle, oda = (cast.people[name] for name in ("anna", "inge", "helle", "oda"))
        # A talk: with the very card that stands in her chat, and to its end.
        await anna.press("children.no")
        assert "wish." in str(anna.buttons(await anna.live()))
        await anna.answer()
        # One that is hidden stays so until the act that uncovers it.
        assert "Mødeoverblik" in inge.screen
        await inge.press("Bilag")
        assert "Er der børn" not in inge.transcript()
        await inge.uncover()
        await play(cast, "inge < Er der børn\ninge * children.unknown\ninge - Er der børn")
        # A practice stays one.
        await helle.press("duty.today")
        assert BANNER in helle.screen
        # A case, with the step that was its last undone.
        await play(
            cast,
            """
            bente * Fortryd det sidste
            bente * Ja, der er en plan
            bente * Om en måned
            bente * Gruppeforløb
            bente * Ja tak
            """,
        )
        work = await cast.row("work")
        assert (work["span"], work["offer"], work["answer"]) == ("1m", "group", "accepted")
        # A hand-over that was stored and whose talk had not ended.
        await oda.press("next")
        await oda.answer()
        assert {row["reference"] for row in await cast.rows("referral")} == {"r1", "r2", "r4"}
        assert len(await cast.rows("outcome")) == len(kept.tables["outcome"]) + 2
        # One who had blocked the bot comes back.
        await cast.arrive(raw.unblocked(cast.people["fatma"].chat))
        await play(cast, "fatma > /new\nfatma < Hvornår bruger du mig?")
        assert not (await cast.people["fatma"].staff()).blocked


async def test_a_hand_over_that_was_stored_rings_is_accepted_and_the_employee_is_told(
    left: str, kept: Kept, tmp_path: Path
) -> None:
    async with going_on(left, kept, tmp_path) as cast:
        rang = len(cast.wire.of("sendMessage", cast.bente.chat))
        await cast.outbox()
        assert cast.bente.lock_screen == NEUTRAL
        assert len(cast.wire.of("sendMessage", cast.bente.chat)) == rang + 1, "once"
        await play(cast, "bente * 0:open.r4\nbente < Henvisning r4\nbente * Jeg tager den")
        await cast.outbox()
        oda = cast.people["oda"]
        assert "Bente Bjerregaard har taget den" in oda.messages[oda.find("r4\n")]
        rows = {row["reference"]: row for row in await cast.rows("referral")}
        assert rows["r4"]["accepted_by"] == await cast.bente.id() and rows["r4"]["delivered"]
        cast.later(days=1)
        await cast.outbox()
        assert "Bente Bjerregaard har taget den" in oda.messages[oda.find("r4\n")]
        asked = [row["staff"] for row in await cast.rows("notice") if row["reference"] == "r4"]
        assert {*asked} == {await cast.bente.id(), await oda.id()}, "somebody else was asked after that"


async def test_the_clock_of_a_hand_over_that_nobody_had_taken_goes_on(
    left: str, kept: Kept, tmp_path: Path
) -> None:
    async with going_on(left, kept, tmp_path) as cast:
        kirsten = cast.people["kirsten"]
        assert "Afleveret, men ikke set endnu." in kirsten.messages[kirsten.find("r2\n")]
        await cast.outbox()
        assert "jeg har ikke flere at spørge. Ring selv" in kirsten.messages[kirsten.find("r2\n")]
        assert kirsten.lock_screen == cast.karen.lock_screen == NEUTRAL
        (clock,) = (
            row for row in await cast.rows("notice") if (row["kind"], row["reference"]) == ("clock", "r2")
        )
        assert clock["due"] > cast.time.now(), "it asks anew at every opening"
        await play(cast, "karen * 0:open.r2\nkaren * Jeg tager den")
        await cast.outbox()
        assert "Karen Bjerregaard har taget den" in kirsten.messages[kirsten.find("r2\n")]


async def test_what_was_due_comes_once_and_what_is_due_later_in_its_time(
    left: str, kept: Kept, tmp_path: Path
) -> None:
    async with going_on(left, kept, tmp_path) as cast:
        dorte = cast.people["dorte"]
        await cast.outbox()
        await cast.outbox()
        assert len(cast.wire.of("sendMessage", dorte.chat)) == 1 and dorte.lock_screen == NEUTRAL
        await dorte.press("Åbn")
        await dorte.press("Jeg har underrettet")
        assert "duty_open" not in {row["kind"] for row in await cast.rows("notice")}
        # The day before the plan is looked at again, and the day somebody is back at work.
        cast.time.seconds = (datetime(2026, 12, 8, 7, 0, tzinfo=UTC) - stage.OPENED).total_seconds() - 60
        await cast.outbox()
        rang = len(cast.wire.of("sendMessage", cast.bente.chat))
        cast.later(minutes=2)
        await cast.outbox()
        assert len(cast.wire.of("sendMessage", cast.bente.chat)) == rang + 1
        assert (await cast.people["gerda"].staff()).back is None


async def test_what_stood_in_the_chats_is_deleted_by_its_time_also_what_had_no_number(
    left: str, kept: Kept, tmp_path: Path
) -> None:
    async with going_on(left, kept, tmp_path) as cast:
        kirsten, elin = cast.people["kirsten"], cast.people["elin"]
        own = [number for number in kirsten.messages if number < 1000]
        (lost,) = {*kirsten.messages} - {*own} - {*await cast.traced(kirsten)}
        assert elin.messages and own
        await kirsten.say("/help")
        cast.later(minutes=2)
        await cast.outbox()
        assert lost not in kirsten.messages and not {*own} & {*kirsten.messages}
        assert elin.messages == {} and not await cast.rows("sending")
        await elin.say("/new")
        assert elin.screen.startswith(STRANGER)
        cast.later(hours=48)
        await Sweep(cast.house).look()
        await cast.quarter()
        name = next(row["name"] for row in kept.tables["staff"] if row["id"] == 5)
        assert name not in [row["name"] for row in await cast.rows("staff")]
        alone = {number: words for number, words in cast.anna.messages.items() if words != NEUTRAL}
        assert alone == {}, "her talk was left, and its chat cleaned"


async def test_whoever_was_on_her_way_in_comes_in_and_a_code_that_was_used_admits_nobody(
    left: str, kept: Kept, tmp_path: Path
) -> None:
    async with going_on(left, kept, tmp_path) as cast:
        mona, nanna = cast.stranger(7301), cast.stranger(7302)
        await nanna.say("/start the-code-of-a-deputy")
        assert nanna.screen.startswith(STRANGER)
        await mona.say(f"/start {kept.open_code}")
        her = await mona.staff()
        assert (her.role, her.unit, her.name) == ("frontline", "sundhed", "Mona Bjerregaard")
        assert her.id == kept.counters["staff"] + 1, "a number that nobody ever had"
        await play(cast, "jytte > 99999999\njytte < opspor_bot?start=")
        code = cast.people["jytte"].screen.partition("?start=")[2].split()[0]
        await nanna.say(f"/start {code}")
        her = await nanna.staff()
        assert (her.role, her.unit, her.name) == ("key_person", "sundhed", "Nanna Bjerregaard")
        assert {row["used"] is None for row in await cast.rows("invitation")} == {False}
