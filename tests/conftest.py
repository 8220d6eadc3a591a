"""The one option of ours: rewrite the transcripts, so that the change can be read as a diff."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite tests/transcripts from what is said now")
