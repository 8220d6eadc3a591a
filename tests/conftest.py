"""The one option of ours: rewrite the transcripts, so that the change can be read as a diff; and a database of each
kind, for the tests that run on both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.storage.database import Database, open_database
from bot.storage.migrate import migrate
from tests import cast
from tests.server import Server

# Of these files every test that asks for a database, or plays on a stage, runs on both.
ON_BOTH = {"test_storage", "test_retention", "test_reports", "test_keys"}
ON_STAGE = {
    "test_ledger", "test_outcome", "test_handing_over", "test_key_person", "test_admission", "test_inviting",
    "test_leaving", "test_sweeping", "test_gathering", "test_transcripts", "test_copying", "test_covering",
    "test_clock", "test_overview", "test_freshness", "test_weather",
}  # fmt: skip
KINDS = ("sqlite", "postgres")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite tests/transcripts from what is said now")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of these files that has rows runs on both, unless it is marked to be about one."""
    marked = metafunc.definition.get_closest_marker("only_on")
    module, fixtures = metafunc.module.__name__.rpartition(".")[2], {*metafunc.fixturenames}
    if marked or (module in ON_BOTH and "url" in fixtures) or (module in ON_STAGE and "tmp_path" in fixtures):
        metafunc.parametrize("kind", marked.args if marked else KINDS, indirect=True)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One for each process of a test run, from when a test first asks for it."""
    server = Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "opspor.db"


@pytest.fixture
def url(kind: str, file: Path, request: pytest.FixtureRequest) -> str:
    """Of a database at this version, and empty."""
    if kind == "postgres":
        server: Server = request.getfixturevalue("server")
        return server.clean()
    migrate(f"sqlite:///{file}")
    return f"sqlite:///{file}"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = open_database(url)
    yield database
    database.close()


@pytest.fixture(autouse=True)
def rows_there(kind: str, request: pytest.FixtureRequest) -> Iterator[None]:
    """Whoever is on stage has her rows in a database of this kind."""
    cast.DATABASE = request.getfixturevalue("url") if kind == "postgres" else ""
    yield
    cast.DATABASE = ""
