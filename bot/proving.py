"""Proves the flows that the bot would run, and keeps the proof; it runs no bot and says nothing to anybody."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bot import proof
from bot.errors import Unproven
from bot.flows import loader
from bot.flows.properties.demands import Spoken
from bot.flows.verdicts import Broken, Report, Verdict
from bot.flows.verify import together
from bot.locales import reading
from bot.model import Flow, Session
from bot.storage.codes import (
    read_answers,
    read_ticks,
    read_trail,
    write_answers,
    write_ticks,
    write_trail,
)

# As a municipality sees them that approves what rests on professional memory, and as the others do: with fewer lines.
VARIANTS = {"all texts": True, "verified texts only": False}


@dataclass(frozen=True, slots=True)
class Proven:
    """What was found about one variant of the content."""

    variant: str
    content: loader.Content
    report: Report
    problems: tuple[str, ...]


Tell = Callable[[Flow, Broken, Verdict], str]  # a counterexample as text


def prove(directory: Path = loader.DIRECTORY) -> list[Proven]:
    """Every variant, every flow, every property. Raises FlowError for what cannot be loaded."""
    contents = [loader.load(directory, unverified=unverified) for unverified in VARIANTS.values()]
    said = [reading.load(needed=content.needed()) for content in contents]
    spoken = [
        Spoken(
            {language: each.untouched(language) for language in each.languages},
            {language: each.untouched_shown(language) for language in each.of_citizens},
        )
        for each in said
    ]
    flows = [content.flows for content in contents]
    reports = together(list(zip(flows, spoken, strict=True)), kept)
    return [
        Proven(variant, content, report, each.problems)
        for variant, content, report, each in zip(VARIANTS, contents, reports, said, strict=True)
    ]


def kept(session: Session) -> Session:
    """Saved and loaded again, as between any two presses."""
    return replace(
        session,
        given=read_answers(write_answers(session.given)),
        trail=read_trail(write_trail(session.trail)),
        ticks=read_ticks(write_ticks(session.ticks)),
    )


def passed(proven: Sequence[Proven]) -> bool:
    """Every variant there is, each property asked and none broken."""
    return [one.variant for one in proven] == list(VARIANTS) and all(one.report.passed for one in proven)


def must_hold(tell: Tell, say: Callable[[str], None]) -> None:
    """At start, where no stored proof holds: prove them now; `say` hears why that takes a moment. Raises FlowError, or
    Unproven with the conversations that break it."""
    say("the flows have no valid proof; proving them now, which takes some seconds")
    proven = prove()
    if not passed(proven):
        raise Unproven("\n\n".join(["the flows are not safe:", *counterexamples(proven, tell)]))
    store(proven)


def store(proven: Sequence[Proven]) -> bool:
    """Keep the proof; a proof is written by nothing else than a passing check. Raises Unproven."""
    if not passed(proven):
        raise Unproven("what did not pass cannot be stored as a proof")
    return proof.write({"proven": [_lasting(one) for one in proven]})


def _lasting(one: Proven) -> dict[str, Any]:
    """What is the same whenever it is proven again."""
    flows = [asdict(replace(walked, seconds=0.0)) for walked in one.report.walked]
    for walked in flows:
        del walked["seconds"]
    looks = {verdict.of.code: verdict.looks for verdict in one.report.verdicts}
    return {"variant": one.variant, "flows": flows, "looks": looks}


def counterexamples(proven: Sequence[Proven], tell: Tell) -> Iterator[str]:
    """Each broken property once, by the first variant that breaks it."""
    told: set[str] = set()
    for one in proven:
        for verdict in one.report.verdicts:
            if verdict.passed or verdict.of.code in told:
                continue
            told.add(verdict.of.code)
            broken = verdict.broken
            flow = one.content.flows[broken.flow] if broken else next(iter(one.content.flows.values()))
            nothing = Broken(verdict.of.code, flow.name, "intet blev undersøgt: en tom prøve er ikke bestået")
            yield tell(flow, broken or nothing, verdict)


def as_json(proven: Sequence[Proven], tell: Tell) -> dict[str, Any]:
    """For machines: what was explored, and each property's verdict."""
    return {
        "passed": passed(proven),
        "variants": [
            {
                "variant": one.variant,
                "left_out": one.problems,
                "flows": [asdict(walked) for walked in one.report.walked],
                "properties": [_verdict(one, verdict, tell) for verdict in one.report.verdicts],
            }
            for one in proven
        ],
    }


def _verdict(one: Proven, verdict: Verdict, tell: Tell) -> dict[str, Any]:
    broken = verdict.broken
    return {
        "code": verdict.of.code,
        "name": verdict.of.name,
        "english": verdict.of.english,
        "danish": verdict.of.danish,
        "passed": verdict.passed,
        "looks": verdict.looks,
        "seconds": round(verdict.seconds, 3),
        "broken": None if broken is None else {**asdict(broken), "answers": dict(broken.answers)},
        "told": None if broken is None else tell(one.content.flows[broken.flow], broken, verdict),
    }


def lines(proven: Sequence[Proven], tell: Tell) -> Iterator[str]:
    """For people: flows, pairs, longest and shortest road to each end, each property with its verdict and time."""
    for one in proven:
        yield from (f"{one.variant}: left out: {problem}" for problem in one.problems)
    for walked in proven[0].report.walked:
        yield (
            f"{walked.name}: {walked.states} states, {walked.pairs} pairs of card and relevant answers,"
            f" {walked.presses} presses tried, {walked.conversations:,} conversations, {walked.seconds:.1f} s"
        )
        ends = (f"{end.name} in {end.shortest} to {end.longest} presses" for end in walked.ends)
        yield f"  ends: {', '.join(ends)}"
    yield f"asked of {' and of '.join(one.variant for one in proven)}:"
    for verdicts in zip(*(one.report.verdicts for one in proven), strict=True):
        of, looks = verdicts[0].of, min(verdict.looks for verdict in verdicts)
        broken = any(verdict.broken for verdict in verdicts)
        said = "BROKEN" if broken else "holds" if looks else "ASKED NOTHING"
        seconds = sum(verdict.seconds for verdict in verdicts)
        yield f"{of.code:4} {of.name:17} {said:13} looked {looks:>7} times or more, {seconds:.2f} s"
    for told in counterexamples(proven, tell):
        yield from ("", told)
