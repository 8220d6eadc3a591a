"""The one option of ours: rewrite the transcripts, so that the change can be read as a diff; and a database on file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.storage.database import Database, open_database
from bot.storage.migrate import migrate


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite tests/transcripts from what is said now")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "opspor.db"


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    """At this version, and empty."""
    migrate(f"sqlite:///{file}")
    database = open_database(f"sqlite:///{file}")
    yield database
    database.close()
