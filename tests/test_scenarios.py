"""The open scenarios through the engine: what must come of each situation, and what never may."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot import derived
from bot.flows.loader import load
from bot.model import Flow
from tests.talk import Talk

SCENARIOS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent.parent / "bot/flows/scenarios/open.toml").read_text("utf-8")
)["scenario"]


@pytest.fixture(scope="module", params=[True, False], ids=["approved", "verified-only"])
def detection(request: pytest.FixtureRequest) -> Flow:
    return load(unverified=request.param).flows["detection"]


def test_there_are_scenarios() -> None:
    assert len(SCENARIOS) >= 14


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one["id"])
def test_the_situation_comes_out_right(scenario: dict[str, Any], detection: Flow) -> None:
    talk = Talk.on(detection).by_facts(scenario["facts"])
    expect = scenario["expect"]
    answers = talk.answers
    assert set(expect.get("marks", ())) <= talk.marks
    assert not set(expect.get("never", ())) & talk.marks
    for name, derive in (
        ("result", derived.result),
        ("level", derived.proposed_level),
        ("urgency", derived.urgency),
        ("path", derived.path),
    ):
        if name in expect:
            assert derive(answers) == expect[name], name
    if "reminder" in expect:
        assert derived.duty_is_open(answers) == expect["reminder"]
    assert talk.presses <= expect.get("presses", 24)
