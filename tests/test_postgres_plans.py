"""With many rows no statement that somebody waits for reads a whole table, on PostgreSQL as on SQLite."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from bot import conversation
from bot.storage import figures
from bot.storage.database import open_database
from bot.storage.migrate import migrate
from bot.storage.types import EPOCH, MILLISECOND
from tests import cast
from tests.cast import OPENED, Cast, on_stage
from tests.server import Server

pytestmark = pytest.mark.only_on("postgres")

MANY = 20_000
LATER = (OPENED + timedelta(days=30) - EPOCH) // MILLISECOND
# In all of these there are more rows than a press may read. Of staff a hand-over looks at everybody, on SQLite too.
LARGE = (
    "session",
    "notice",
    "trace",
    "sending",
    "seen_update",
    "outcome",
    "course",
    "referral",
    "watch",
)
SEALED = "convert_to('gAAAA' || repeat('A', 95), 'UTF8')"
_FILL = (
    "INSERT INTO staff (chat_digest, chat, name, phone, role, unit, language, turn, live, active, blocked, admitted)"
    " SELECT decode(lpad(to_hex(n), 64, 'f'), 'hex'), {SEALED}, {SEALED}, {SEALED}, 'frontline', 'jobcenter', 'da',"
    " 1, 0, '', false, {LATER} FROM generate_series(10001, 10000 + {MANY}) n",
    "INSERT INTO session"
    " SELECT id, '', 'detection', 'moment', 1, '', '', '', '', 0, '', 1, {LATER}, {LATER} FROM staff",
    "INSERT INTO notice (kind, staff, reference, due, attempts, message, code)"
    " SELECT 'status', id, 'x' || id, {LATER}, 0, 0, '' FROM staff",
    "INSERT INTO trace SELECT id, 5, {LATER}, {LATER}, NULL FROM staff",
    "INSERT INTO sending SELECT id, 9, 0, 1, 0, {LATER} FROM staff",
    "INSERT INTO seen_update SELECT n + 1000000, {LATER} FROM generate_series(1, {MANY}) n",
    "INSERT INTO outcome SELECT n, (2005 + n % 20) || '-W' || (10 + n % 40), 'jobcenter', 'during', 'routine',"
    " 'disclosed', '', 'no', 'none', '', '', '', 'disclosed', 'standard', 'referral', 1, 1, 'advice', 'accepted',"
    " 'completed', n % 90, n % 90, n % 90 FROM generate_series(1, {MANY}) n",
    "INSERT INTO course SELECT id, week, unit, 'done', id % 9, id % 9, id % 9 FROM outcome",
    "INSERT INTO referral (reference, sender, unit, urgency, path, stored, contact, close)"
    " SELECT 'x' || id, id, 'jobcenter', 'standard', 'referral', 1, '', '' FROM staff",
    "INSERT INTO watch SELECT reference, '', 1, 0, 0, false FROM referral",
)


@pytest.fixture(scope="module")
def many(server: Server) -> str:
    """The address of a database with so many rows, in which no test takes any out."""
    address = server.empty()
    migrate(address)

    def fill(c: Connection) -> None:
        for statement in _FILL:
            c.execute(text(statement.format(LATER=LATER, MANY=MANY, SEALED=SEALED)))

    open_database(address).run_now(fill)
    server.admin("VACUUM ANALYZE", database=address.partition("@/")[2].partition("?")[0])
    return address


@pytest.fixture
def stage(many: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cast, "DATABASE", many)


@contextmanager
def asked() -> Iterator[dict[str, Any]]:
    """Every statement that is run meanwhile, with what it was run with last."""
    found: dict[str, Any] = {}

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
            found[statement] = parameters

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def whole(c: Connection, found: dict[str, Any]) -> list[str]:
    """Of the large tables those that a statement reads whole."""
    read = []
    for statement, parameters in found.items():
        plan = "\n".join(row[0] for row in c.exec_driver_sql(f"EXPLAIN {statement}", tuple(parameters)))
        read += [f"{statement}\n{plan}" for table in LARGE if f"Seq Scan on {table}" in plan]
    return read


async def test_a_press_and_a_round_of_the_outbox_read_no_large_table_whole(
    tmp_path: Path, stage: None
) -> None:
    async with on_stage(tmp_path) as scene:
        await scene.anna.say("/new")
        await scene.anna.press("Midt i et møde")
        with asked() as of_presses:
            await scene.anna.press("mode.told")
            await scene.anna.answer(until="consent", wish="help", children="no")
            await scene.anna.press("consent.named")
        with asked() as of_the_outbox:
            await scene.outbox()
        assert len(of_presses) > 6 and len(of_the_outbox) > 4
        assert await _whole(scene, of_presses) == []
        assert await _whole(scene, of_the_outbox) == []


async def test_the_looks_that_are_taken_each_minute_read_no_large_table_whole(
    tmp_path: Path, stage: None
) -> None:
    async with on_stage(tmp_path) as scene:
        await scene.anna.say("/new")
        scene.later(hours=3)
        with asked() as found:
            assert await conversation.expire(scene.house) == 1
        assert len(found) > 5
        assert await _whole(scene, found) == []


async def _whole(scene: Cast, found: dict[str, Any]) -> list[str]:
    plans: list[str] = await scene.ask(lambda c: whole(c, found))
    return plans


async def test_the_figures_of_a_quarter_are_made_from_an_index(many: str) -> None:
    database = open_database(many)
    with asked() as found:
        await database.read(
            lambda c: (figures.counts(c, "2024-W27", "2024-W39"), figures.waits(c, "2024-W27", "2024-W39"))
        )
    assert len(found) == 9
    assert await database.run(lambda c: whole(c, found)) == []


async def test_a_table_that_is_read_whole_would_be_noticed(many: str) -> None:
    database = open_database(many)
    found = {"SELECT count(*) FROM notice WHERE message > $1": (3,)}
    assert len(await database.run(lambda c: whole(c, found))) == 1
