"""Every open scenario as a conversation that a professional can read: what is shown, what is pressed, what it led to.

`make test ARGS=--update` rewrites them; the diff is then read by somebody who knows the field.
"""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot import derived
from bot.flows.loader import load
from bot.locales import words
from bot.locales.screen import screen
from bot.model import Card, Flow
from bot.municipality import EXAMPLE
from bot.municipality import read as read_municipality
from tests import roads
from tests.talk import Talk
from tests.test_scenarios import SCENARIOS

DIRECTORY = Path(__file__).parent / "transcripts"
TOWN = read_municipality(EXAMPLE)
TODAY = date(2026, 11, 22)

OUTSIDE = {"taken_by_other", "gone"}  # ends to which the house leads, and no answer


@pytest.fixture(scope="module")
def detection() -> Flow:
    return load(unverified=True).flows["detection"]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one["id"])
def test_the_conversation_reads_as_it_was_last_read(
    scenario: dict[str, Any], detection: Flow, request: pytest.FixtureRequest
) -> None:
    path = DIRECTORY / f"{scenario['id']}.txt"
    told = transcript(scenario, detection)
    if request.config.getoption("--update"):
        DIRECTORY.mkdir(exist_ok=True)
        path.write_text(told, "utf-8")
    assert told == path.read_text("utf-8"), "read the change, then rewrite with --update"


def test_every_transcript_belongs_to_a_scenario() -> None:
    kept = {path.stem for path in DIRECTORY.glob("*.txt")}
    assert kept == {one["id"] for one in SCENARIOS}


def test_the_kept_roads_look_and_lead_as_they_did(request: pytest.FixtureRequest) -> None:
    """They show every line, choice and road of the flows, and each condition of each both ways."""
    flows = load(unverified=True).flows
    kept = roads.FILE.read_text("utf-8")
    now = roads.told(roads.again(kept, flows))
    if request.config.getoption("--update"):
        roads.FILE.write_text(now, "utf-8")
        kept = now
    assert now == kept, "read the change, then rewrite with --update; `python -m tests.roads` chooses anew"
    shown = {each[1:4] for walk in roads.again(kept, flows) for each in walk.seen if each[0] == "line"}  # type: ignore[index]
    cards = {("", state.name): state.lines for flow in flows.values() for state in flow.states.values()}
    unseen = [
        (*card, number)
        for card, lines in cards.items()
        for number in range(len(lines))
        if (*card, number) not in shown
    ]
    assert len(shown) > 200
    assert [each for each in unseen if each[1] not in OUTSIDE] == []


def transcript(scenario: dict[str, Any], flow: Flow) -> str:
    """`<` is shown, `[ ]` can be pressed, `*` was pressed, `=` is what follows."""
    talk = Talk.on(flow).by_facts(scenario["facts"])
    lines = [f"# {scenario['situation']}", ""]
    for card, code in zip(talk.cards, [*talk.codes, ""], strict=True):
        lines += _shown(card)
        if code:
            lines += [f"* {code}", ""]
    lines += ["", *_follows(talk)]
    return "\n".join(lines) + "\n"


def _shown(card: Card) -> list[str]:
    spoken = words.Words({"da": {}})
    values = TOWN.placeholders(TOWN.unit[0].id, "da", TODAY)
    shown = screen(spoken, card, "da", values)
    text = [f"< {line}" if line else "<" for line in shown.text.split("\n")]
    return [*text, *("  " + " ".join(f"[{label}]" for label, _ in row) for row in shown.rows)]


def _follows(talk: Talk) -> list[str]:
    answers = talk.answers
    return [
        f"= marks {', '.join(sorted(talk.marks))}",
        f"= result {derived.result(answers)}, level {derived.proposed_level(answers)},"
        f" urgency {derived.urgency(answers)}, path {derived.path(answers)},"
        f" reminder {'yes' if derived.duty_is_open(answers) else 'no'}, presses {talk.presses}",
    ]
