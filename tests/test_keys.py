"""The key is replaced while the bot runs: nobody becomes a stranger, nobody two people, and nothing is half done."""

import asyncio
from base64 import urlsafe_b64encode
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select, update

from bot import checkup, config, preparing, upkeep
from bot.errors import ConfigError
from bot.storage import invitations, keys, people
from bot.storage.cipher import Cipher
from bot.storage.database import Database, open_database
from bot.storage.migrate import migrate
from bot.storage.sqlite import Sqlite, open_engine
from bot.storage.tables import invitation, staff
from tests.cast import KEY, on_stage, play, refer
from tests.test_storage import NOW

OTHER_KEY = urlsafe_b64encode(b"another key than the one before!").decode()
THIRD_KEY = urlsafe_b64encode(b"a third one, of long, long ago..").decode()
OLD, BOTH, NEW, THIRD = Cipher(KEY), Cipher(OTHER_KEY, KEY), Cipher(OTHER_KEY), Cipher(THIRD_KEY)
MANY = 45  # more than two batches


@pytest.fixture
def file(tmp_path: Path) -> Path:
    migrate(f"sqlite:///{tmp_path}/opspor.db")
    return tmp_path / "opspor.db"


def admit(
    c: Connection, cipher: Cipher, chat: int, name: str = "Ingeborg", phone: str = "00 00 00 81"
) -> int:
    return people.admit(
        c, cipher, chat=chat, role="frontline", unit="north", name=name, phone=phone, language="da", now=NOW
    ).id


def invite(c: Connection, cipher: Cipher, code: str = "letmein") -> None:
    invitations.invite(c, cipher, code=code, role="frontline", unit="north", name="Elin", phone="", now=NOW)


def fill(c: Connection) -> None:
    for chat in range(1, MANY + 1):
        admit(c, OLD, chat, f"Name {chat}")
        invite(c, OLD, f"code{chat}")


def seen(c: Connection, cipher: Cipher) -> list[tuple[int, str, str]]:
    """Everybody by her chat, as the bot meets her."""
    found = [people.by_chat(c, cipher, chat) for chat in range(1, MANY + 1)]
    return [(one.id, one.name, one.phone) for one in found if one is not None]


async def rekeyed(database: Database, cipher: Cipher = BOTH) -> tuple[dict[str, int], list[str]]:
    return await upkeep._renewed(database, cipher)


# --- while both keys are there ----------------------------------------------------------------------


async def test_whoever_was_admitted_under_either_key_is_known_and_is_one_person(database: Database) -> None:
    def work(c: Connection) -> None:
        before, after = admit(c, OLD, 1), admit(c, BOTH, 2)
        for cipher in (BOTH, BOTH):
            assert [people.by_chat(c, cipher, chat).id for chat in (1, 2)] == [before, after]  # type: ignore[union-attr]
        assert people.by_chat(c, NEW, 2) is not None
        assert people.by_chat(c, NEW, 1) is None
        assert admit(c, BOTH, 1) == before, "she would be two people"
        invite(c, OLD)
        code = invitations.redeem(c, BOTH, code="letmein", chat=1, language="da", now=NOW)
        assert code is not None and code.id == before

    await database.run(work)


async def test_a_row_that_is_under_the_old_key_in_part_needs_both(database: Database) -> None:
    """A new name is sealed with the new key, the chat beside it is not yet."""

    def work(c: Connection) -> None:
        admit(c, OLD, 1, phone="")
        admit(c, BOTH, 1, name="Astrid", phone="")
        keys.check(c, BOTH)
        assert keys.under_old(c, BOTH) == 1
        for cipher in (OLD, NEW):
            with pytest.raises(ConfigError, match="put the earlier key back, or give it as OPSPOR_KEY_OLD"):
                keys.check(c, cipher)

    await database.run(work)


async def test_a_row_that_neither_key_opens_is_said_before_anything_is_started(database: Database) -> None:
    await database.run(lambda c: [admit(c, NEW, 1), admit(c, THIRD, 2)])
    with pytest.raises(ConfigError, match=r"^Neither OPSPOR_KEY nor OPSPOR_KEY_OLD is the key"):
        await database.run(lambda c: keys.check(c, BOTH))


@pytest.mark.parametrize("old", ["short", KEY[:-4]])
def test_a_malformed_old_key_is_named(old: str) -> None:
    with pytest.raises(ConfigError, match=r"^OPSPOR_KEY_OLD must be 32 bytes"):
        Cipher(OTHER_KEY, old)
    with pytest.raises(ConfigError, match=r"^OPSPOR_KEY_OLD is not 32 bytes"):
        config.settings({"OPSPOR_KEY": KEY, "OPSPOR_KEY_OLD": old})


def test_the_old_key_may_come_from_a_file_and_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "old").write_text(f"{KEY}\n")
    found = config.settings({"OPSPOR_KEY": OTHER_KEY, "OPSPOR_KEY_OLD_FILE": str(tmp_path / "old")})
    assert found.key_old == KEY
    assert KEY not in repr(found) and OTHER_KEY not in repr(found)


# --- sealing anew -----------------------------------------------------------------------------------


async def test_after_it_the_new_key_alone_opens_everything_and_the_old_one_nothing(
    database: Database,
) -> None:
    await database.run(fill)
    before = await database.run(lambda c: seen(c, OLD))
    assert len(before) == MANY
    assert await rekeyed(database) == ({"staff": MANY, "invitation": MANY, "entry": 0, "freshness": 0}, [])
    await database.run(lambda c: keys.check(c, NEW))
    assert await database.run(lambda c: seen(c, NEW)) == before
    assert await database.run(lambda c: seen(c, OLD)) == []
    assert await database.run(lambda c: keys.under_old(c, BOTH)) == 0
    assert await rekeyed(database) == ({"staff": 0, "invitation": 0, "entry": 0, "freshness": 0}, [])


async def test_whoever_is_blank_stays_so(database: Database) -> None:
    def gone(c: Connection) -> None:
        people.remove(c, admit(c, OLD, 1), NOW)
        people.blank_if_removed(c, 1)
        keys.check(c, NEW)

    await database.run(gone)
    assert await rekeyed(database) == ({"staff": 0, "invitation": 0, "entry": 0, "freshness": 0}, [])


class Killed(Exception):
    pass


async def test_killed_at_any_moment_and_begun_again_it_comes_to_the_same(tmp_path: Path) -> None:
    deaths = 0
    for statements in range(2, 140, 9):
        path = tmp_path / f"{statements}.db"
        migrate(f"sqlite:///{path}")
        engine = open_engine(f"sqlite:///{path}")
        database = Database(Sqlite(engine))
        await database.run(fill)
        before = await database.run(lambda c: seen(c, OLD))
        left = [statements]

        def count(*_: object, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise Killed

        event.listen(engine, "before_cursor_execute", count)
        try:
            await rekeyed(database)
        except Killed:
            deaths += 1
        event.remove(engine, "before_cursor_execute", count)
        assert await database.run(lambda c: seen(c, BOTH)) == before, "somebody is a stranger meanwhile"
        assert (await rekeyed(database))[1] == []
        assert await database.run(lambda c: seen(c, NEW)) == before
        await database.run(lambda c: keys.check(c, NEW))
        database.close()
    assert deaths > 10


async def test_a_row_that_neither_key_opens_is_left_whole_and_named_and_the_others_are_done(
    database: Database,
) -> None:
    def mixed(c: Connection) -> None:
        admit(c, OLD, 1), admit(c, THIRD, 2), admit(c, OLD, 3)
        admit(c, OLD, 4)
        c.execute(update(staff).where(staff.c.id == 4).values(phone=THIRD.seal("00 00 00 84")))
        invite(c, THIRD)

    def rows(c: Connection) -> list[tuple[object, ...]]:
        kept = [tuple(row) for row in c.execute(select(staff).where(staff.c.id.in_((2, 4))))]
        return kept + [tuple(row) for row in c.execute(select(invitation))]

    await database.run(mixed)
    before = await database.run(rows)
    counts, problems = await rekeyed(database)
    assert counts == {"staff": 2, "invitation": 0, "entry": 0, "freshness": 0}
    assert await database.run(rows) == before
    assert [said.partition(" opens")[0] for said in problems] == [
        "staff number 2", "staff number 4", "an invitation"
    ]  # fmt: skip
    counts, problems = await rekeyed(database, Cipher(OTHER_KEY, THIRD_KEY))
    assert counts == {"staff": 1, "invitation": 1, "entry": 0, "freshness": 0} and len(problems) == 1, (
        "number 4 needs all three"
    )


async def test_two_rows_of_one_chat_are_named_and_whoever_was_removed_gives_way(database: Database) -> None:
    """It takes a bot that ran with the new key alone meanwhile."""

    def twice(c: Connection) -> None:
        assert admit(c, OLD, 1) != admit(c, NEW, 1)

    await database.run(twice)
    _, problems = await rekeyed(database)
    assert problems == ["staff numbers 2 and 1 are one chat: `opspor forget` one of them"]
    assert await database.run(lambda c: keys.under_old(c, BOTH)) == 1
    await database.run(lambda c: people.remove(c, 2, NOW))
    assert await rekeyed(database) == ({"staff": 1, "invitation": 0, "entry": 0, "freshness": 0}, [])
    assert (await database.run(lambda c: people.by_chat(c, NEW, 1))).id == 1  # type: ignore[union-attr]


async def test_of_two_rows_of_one_chat_the_older_one_gives_way_where_it_was_removed(
    database: Database,
) -> None:
    def twice(c: Connection) -> None:
        admit(c, OLD, 1), admit(c, NEW, 1)
        people.remove(c, 1, NOW)

    await database.run(twice)
    assert await rekeyed(database) == ({"staff": 0, "invitation": 0, "entry": 0, "freshness": 0}, [])
    assert (await database.run(lambda c: people.by_chat(c, NEW, 1))).id == 2  # type: ignore[union-attr]


# --- beside a running bot ---------------------------------------------------------------------------


async def test_a_bot_with_both_keys_goes_on_between_any_two_batches(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        cast.house = replace(cast.house, cipher=BOTH)
        await cast.kill()
        await cast.start()
        await cast.ask(lambda c: [admit(c, OLD, chat) for chat in range(100, 130)])
        beside = open_database(f"sqlite:///{cast.path}")
        batch = await beside.run(partial(keys.renew, cipher=BOTH, table="staff"))
        assert batch.count == keys.BATCH
        await refer(cast.anna)
        await cast.outbox()
        await play(cast, "bente * Åbn\nbente * take.accept")
        await cast.admit("dorte", 7009, "key_person")
        await rekeyed(beside)
        beside.close()
        cast.house = replace(cast.house, cipher=NEW)
        await cast.kill()
        await cast.start()
        await play(cast, "bente > /inbox\nbente * open.r1")
        assert cast.anna.name in cast.bente.screen
        await cast.bente.press("contact.reached")
        assert (await cast.row("referral"))["contact"] == "reached"
        assert (await cast.people["dorte"].staff()).name == "Dorte Bjerregaard"


def test_doctor_says_what_is_left_to_do_while_a_key_is_replaced(tmp_path: Path) -> None:
    from tests.cast import TOWN

    address = f"sqlite:///{tmp_path}/opspor.db"
    migrate(address)
    database = open_database(address)
    asyncio.run(database.run(lambda c: admit(c, OLD, 1)))

    def said(key: str, old: str = "") -> list[str]:
        settings = config.settings({"OPSPOR_KEY": key, "OPSPOR_KEY_OLD": old, "OPSPOR_DATABASE": address})
        prepared = preparing.prepare(settings, TOWN)
        return asyncio.run(prepared.db.run(lambda c: checkup.keys_in_use(c, prepared)))

    assert said(KEY) == []
    assert said(OTHER_KEY, KEY) == ["1 rows are still sealed with OPSPOR_KEY_OLD: run `opspor rekey`"]
    with pytest.raises(ConfigError, match="put the earlier key back"):
        said(OTHER_KEY)
    asyncio.run(rekeyed(database))
    assert said(OTHER_KEY, KEY) == [
        "OPSPOR_KEY_OLD is set, and nothing is sealed with it any more: take it away"
    ]
    database.close()
