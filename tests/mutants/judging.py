"""Asks every check about one mutant, the cheapest first: the loader, the scenarios, the transcripts, the properties."""

import signal
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from types import FrameType

from bot.errors import FlowError
from bot.flows.properties.demands import Spoken
from bot.flows.verdicts import Report
from bot.flows.verify import verify
from bot.model import Flow
from bot.proving import kept
from tests.mutants.behaviour import as_they_are, differs
from tests.mutants.examples import scenarios_pass, transcripts_read_the_same
from tests.mutants.mutant import Made, Mutant, made

CHECKS = ("loader", "scenarios", "transcripts", "properties")
LIMIT = 120  # seconds of processor; what takes so long is a fault of the check


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
    except Exception as error:  # whatever it is, it is told
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
    except Exception as error:  # what the other checks have found stands
        return Judged(True, tuple(by), crash=f"{type(error).__name__}: {error}"[:200])
    return Judged(True, (*by, "properties") if broken else tuple(by), broken)


def broken_property(flows: Mapping[str, Flow], where: Collection[str]) -> str:
    """Which one, and what it said; nothing where all hold. Only the flows named can have changed, so that the
    others are asked once and for all: a property looks at one flow at a time."""
    report = _verified({name: flow for name, flow in flows.items() if name in where})
    for verdict in report.verdicts:
        if verdict.broken is not None:
            return f"{verdict.of.code}: {verdict.broken.why}"
    elsewhere = looks(frozenset(flows) - frozenset(where))
    asked = {
        verdict.of.code: verdict.looks + elsewhere.get(verdict.of.code, 0) for verdict in report.verdicts
    }
    return next((f"{code}: never asked" for code, looks in asked.items() if not looks), "")


@cache
def looks(flows: frozenset[str]) -> Mapping[str, int]:
    """How often each property was asked of flows as they are."""
    report = _verified({name: flow for name, flow in as_they_are().items() if name in flows})
    return {verdict.of.code: verdict.looks for verdict in report.verdicts}


def _verified(flows: Mapping[str, Flow]) -> Report:
    return verify(flows, Spoken({"da": lambda text: text.msgid}), kept, stops=True)


@contextmanager
def _limited() -> Iterator[None]:
    """A fault may send the checks round for ever; that is no answer."""

    def over(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"no answer in {LIMIT} seconds of processor")

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
