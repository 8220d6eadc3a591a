"""The open scenarios and the transcripts, asked of flows with a fault; the tests of the same names keep them."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from bot import derived
from bot.flows.loader import Content
from bot.model import Flow
from tests import roads
from tests.mutants.behaviour import as_they_are
from tests.talk import Talk
from tests.test_scenarios import SCENARIOS
from tests.test_transcripts import transcript

MOST_PRESSES = 200


class _Ending(Talk):
    """A talk that gives up where a fault leads round in a circle."""

    def press(self, code: str, counted: bool = True) -> Talk:
        assert len(self.codes) < MOST_PRESSES, "no end"
        return super().press(code, counted)


def scenarios_pass(content: Content) -> bool:
    """As tests/test_scenarios.py asks it."""
    return all(_comes_out_right(scenario, content.flows["detection"]) for scenario in SCENARIOS)


def _comes_out_right(scenario: Mapping[str, Any], flow: Flow) -> bool:
    talk = _talk(scenario, flow)
    if talk is None:
        return False
    expect, answers = scenario["expect"], talk.answers
    told = {
        "result": derived.result(answers),
        "level": derived.proposed_level(answers),
        "urgency": derived.urgency(answers),
        "path": derived.path(answers),
        "reminder": derived.duty_is_open(answers),
    }
    return (
        set(expect.get("marks", ())) <= talk.marks
        and not set(expect.get("never", ())) & talk.marks
        and all(told[name] == expect[name] for name in told.keys() & expect.keys())
        and talk.presses <= expect.get("presses", 24)
    )


def _talk(scenario: Mapping[str, Any], flow: Flow) -> Talk | None:
    try:
        return _Ending.on(flow).by_facts(scenario["facts"])
    except (AssertionError, KeyError, AttributeError):  # what is needed is not offered, or there is no end
        return None


def transcripts_read_the_same(content: Content) -> bool:
    """As tests/test_transcripts.py asks it; that those kept are those of the flows as they are, it sees to itself."""
    flow, kept = content.flows["detection"], _transcripts()
    same = all(_talk(one, flow) is not None and transcript(one, flow) == kept[one["id"]] for one in SCENARIOS)
    return same and _roads_lead_as_they_did(content)


def _roads_lead_as_they_did(content: Content) -> bool:
    try:
        kept = roads.FILE.read_text("utf-8")
        return roads.told(roads.again(kept, content.flows)) == kept
    except (AssertionError, KeyError, AttributeError):
        return False


@cache
def _transcripts() -> Mapping[str, str]:
    return {one["id"]: transcript(one, as_they_are()["detection"]) for one in SCENARIOS}
