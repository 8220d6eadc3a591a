"""Asks every check about one mutant, the cheapest first: the loader, the scenarios, the transcripts, the properties."""

import signal
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from types import FrameType
from typing import Any

from bot import derived
from bot.errors import FlowError
from bot.flows.loader import Content
from bot.flows.verify import Report, verify
from bot.model import Flow, Session
from bot.storage.codes import read_answers, read_ticks, read_trail, write_answers, write_ticks, write_trail
from tests.mutants.behaviour import as_they_are, differs
from tests.mutants.mutant import Made, Mutant, made
from tests.talk import Talk
from tests.test_scenarios import SCENARIOS
from tests.test_transcripts import DIRECTORY, transcript

CHECKS = ("loader", "scenarios", "transcripts", "properties")
LIMIT = 240  # seconds; no check of a mutant that ends at all comes near it
MOST_PRESSES = 200


@dataclass(frozen=True, slots=True)
class Judged:
    """`by` are the checks that refused it; `broken` the property that did; `crash` what the checks died of."""

    changes: bool
    by: tuple[str, ...] = ()
    broken: str = ""
    crash: str = ""
    seconds: float = 0.0

    @property
    def caught(self) -> bool:
        return bool(self.by)

    @property
    def proved(self) -> bool:
        """By what `opspor flows check` computes alone, without any example."""
        return bool({"loader", "properties"} & set(self.by))


def judge(mutant: Mutant, thorough: bool = True) -> Judged:
    """With `thorough` every check is asked, else only until one has caught it."""
    begun = time.perf_counter()
    try:
        with _limited(), made(mutant) as contents:
            judged = _judged(mutant, contents, thorough)
    except FlowError:
        judged = Judged(True, ("loader",))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        judged = Judged(True, crash=f"{type(error).__name__}: {error}"[:200])
    return replace(judged, seconds=time.perf_counter() - begun)


def _judged(mutant: Mutant, contents: Made, thorough: bool) -> Judged:
    if not differs(contents.approved.flows, mutant.flows):
        return Judged(False)
    by: list[str] = []
    if not all(scenarios_pass(content) for content in (contents.approved, contents.verified)):
        by.append("scenarios")
    if (thorough or not by) and not transcripts_read_the_same(contents.approved):
        by.append("transcripts")
    if by and not thorough:
        return Judged(True, tuple(by))
    try:
        broken = broken_property(contents.approved.flows, mutant.flows)
    except Exception as error:  # noqa: BLE001 - what the other checks found stands
        return Judged(True, tuple(by), crash=f"{type(error).__name__}: {error}"[:200])
    return Judged(True, (*by, "properties") if broken else tuple(by), broken)


def broken_property(flows: Mapping[str, Flow], where: Collection[str]) -> str:
    """Which one, and what it said; nothing where all hold. Only the flows named can have changed, so that the
    others are asked once and for all: a property looks at one flow at a time."""
    elsewhere = looks(frozenset(flows) - frozenset(where))
    report = _verified({name: flow for name, flow in flows.items() if name in where})
    for verdict in report.verdicts:
        if verdict.broken is not None:
            return f"{verdict.of.code}: {verdict.broken.why}"
    asked = {verdict.of.code: verdict.looks + elsewhere.get(verdict.of.code, 0) for verdict in report.verdicts}
    return next((f"{code}: never asked" for code, looks in asked.items() if not looks), "")


@cache
def looks(flows: frozenset[str]) -> Mapping[str, int]:
    """How often each property was asked of flows as they are."""
    report = _verified({name: flow for name, flow in as_they_are().items() if name in flows})
    return {verdict.of.code: verdict.looks for verdict in report.verdicts}


def _verified(flows: Mapping[str, Flow]) -> Report:
    return verify(flows, {"da": lambda text: text.msgid}, _keep, stops=True)


def _keep(session: Session) -> Session:
    return replace(
        session,
        given=read_answers(write_answers(session.given)),
        trail=read_trail(write_trail(session.trail)),
        ticks=read_ticks(write_ticks(session.ticks)),
    )


# --- the examples ------------------------------------------------------------------------------------


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
    """As tests/test_transcripts.py asks it."""
    flow = content.flows["detection"]
    for scenario in SCENARIOS:
        if _talk(scenario, flow) is None:
            return False
        if transcript(scenario, flow) != (DIRECTORY / f"{scenario['id']}.txt").read_text("utf-8"):
            return False
    return True


@contextmanager
def _limited() -> Iterator[None]:
    """A fault may send the checks round for ever; that is no answer."""

    def over(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"no answer in {LIMIT} seconds")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(LIMIT)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
