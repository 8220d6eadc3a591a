"""Transactions of the same moment share a commit, and share nothing else."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from bot.errors import StorageFailed
from bot.storage.database import Database, open_database


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "o.db"


@pytest.fixture
async def database(file: Path) -> Database:
    database = open_database(f"sqlite:///{file}")
    await database.run(lambda c: c.exec_driver_sql("CREATE TABLE t (n INTEGER UNIQUE)"))
    return database


def adds(number: int, then: Exception | None = None) -> Callable[[Connection], int]:
    def work(c: Connection) -> int:
        c.exec_driver_sql(f"INSERT INTO t VALUES ({number})")  # noqa: S608
        if then is not None:
            raise then
        return number

    return work


def stored(file: Path) -> list[int]:
    """As another process sees it."""
    with sqlite3.connect(file) as other:
        return [number for (number,) in other.execute("SELECT n FROM t ORDER BY n")]


@pytest.fixture
def counted() -> Iterator[list[str]]:
    found: list[str] = []

    def one(_: Connection) -> None:
        found.append("commit")

    event.listen(Engine, "commit", one)
    yield found
    event.remove(Engine, "commit", one)


async def test_what_comes_in_one_moment_is_stored_by_one_commit(
    database: Database, file: Path, counted: list[str]
) -> None:
    counted.clear()
    assert await asyncio.gather(*(database.run(adds(number)) for number in range(9))) == [*range(9)]
    assert len(counted) == 1 and stored(file) == [*range(9)]


async def test_more_than_wait_for_each_other_are_stored_all_the_same(
    database: Database, file: Path, counted: list[str]
) -> None:
    counted.clear()
    await asyncio.gather(*(database.run(adds(number)) for number in range(150)))
    assert len(counted) == 3 and stored(file) == [*range(150)]


async def test_nobody_is_told_before_hers_is_in_the_file(database: Database, file: Path) -> None:
    async def told(number: int) -> bool:
        await database.run(adds(number))
        return number in stored(file)

    assert all(await asyncio.gather(*(told(number) for number in range(5))))


async def test_what_one_of_them_raises_takes_back_hers_alone(database: Database, file: Path) -> None:
    works = [adds(1), adds(2, KeyError("hers")), adds(3), adds(1)]
    results = await asyncio.gather(*(database.run(work) for work in works), return_exceptions=True)
    assert [type(one).__name__ for one in results] == ["int", "KeyError", "int", "IntegrityError"]
    assert stored(file) == [1, 3] and database.errors == 0


async def test_what_the_database_did_not_take_of_one_is_her_trouble_alone(
    database: Database, file: Path
) -> None:
    works = [adds(1), adds(2, sqlite3.OperationalError("her page is damaged")), adds(3)]
    results = await asyncio.gather(*(database.run(work) for work in works), return_exceptions=True)
    assert isinstance(results[1], StorageFailed) and stored(file) == [1, 3] and database.errors == 1


async def test_a_database_that_is_away_is_away_for_all_of_them(database: Database, file: Path) -> None:
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        results = await asyncio.gather(
            *(database.run(adds(number)) for number in range(3)),
            return_exceptions=True,
        )
        other.execute("ROLLBACK")
    assert all(isinstance(one, StorageFailed) for one in results) and stored(file) == []
    assert await database.run(adds(7)) == 7


async def test_whoever_gave_up_waiting_is_done_nothing_for(database: Database, file: Path) -> None:
    waiting = [asyncio.ensure_future(database.run(adds(number))) for number in range(3)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    _, hanging = await asyncio.wait(waiting, timeout=20)
    assert not hanging and stored(file) == [0, 2]


def test_a_loop_that_ended_with_somebody_waiting_holds_up_nobody_in_the_next(file: Path) -> None:
    database = open_database(f"sqlite:///{file}")

    loop = asyncio.new_event_loop()
    left = loop.create_task(database.run(lambda c: 1))
    loop.call_soon(loop.stop)
    loop.run_forever()  # it has asked, and the loop is closed before anything is stored
    left.get_coro().close()
    loop.close()
    assert asyncio.run(asyncio.wait_for(database.run(lambda c: 2), 20)) == 2
    database.close()
