"""The whole bot beside what a user would build instead: one machine, one conversation, runs that take turns."""

import statistics
import sys
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

from benchmarks import bots, running
from benchmarks.bots import Bot
from benchmarks.stand_in.plan import Figures, Plan

WIRE = 0.04  # seconds each way
ON_A_WIRE = {"wire": WIRE, "people": 64, "warm": 3.0, "seconds": 8.0}
HEADS = (
    "bot",
    "presses/s",
    "CPU ms a press",
    "p50 ms",
    "p99 ms",
    "MB",
    "errors",
    "40 ms wire: presses/s",
    "p50 ms",
)


def table(directory: Path, runs: int, **changes: object) -> str:
    """A row each, in Markdown; `directory` is where the others' libraries are, `changes` are of the plan."""
    compared = [bots.opspor(), *bots.others(directory)]
    here = [one for one in compared if not one.missing]
    fast = interleaved(here, runs, **changes)
    slow = interleaved(here, runs, **{**ON_A_WIRE, **changes})
    lines = [_row(HEADS), _row(["---"] * len(HEADS))]
    for number, one in enumerate(here):
        lines.append(_row(_cells(one.name, fast[number], slow[number])))
    lines += [f"\nNot measured: {one.name}: {one.missing}." for one in compared if one.missing]
    return "\n".join([*lines, "", *_ratios(here, fast)])


def interleaved(here: Sequence[Bot], runs: int, **changes: object) -> list[Figures]:
    """The median of each figure over the runs; each round has every bot once, so that a slow minute meets them all."""
    found: list[list[Figures]] = [[] for _ in here]
    for _ in range(runs):
        for number, one in enumerate(here):
            print(f"measuring: {one.name}", file=sys.stderr, flush=True)
            found[number].append(running.measured(one, changed(one.plan, **changes)))
    return [median(each) for each in found]


def changed(plan: Plan, **changes: object) -> Plan:
    return replace(plan, **changes)  # type: ignore[arg-type]


def median(runs: Sequence[Figures]) -> Figures:
    """Errors are not averaged away: their largest number counts."""
    whole = Figures(of=runs[-1].of)
    for one in fields(Figures):
        if one.name != "of":
            values = [getattr(run, one.name) for run in runs]
            is_error = one.name in ("lost", "missing", "unanswered", "refused")
            setattr(whole, one.name, max(values) if is_error else statistics.median(values))
    return whole


def _cells(name: str, fast: Figures, slow: Figures) -> list[str]:
    errors = fast.errors + slow.errors
    return [
        name, f"{fast.rate:.0f}", f"{fast.cpu:.2f}", f"{fast.p50:.0f}", f"{fast.p99:.0f}", f"{fast.memory:.0f}",
        str(errors), f"{slow.rate:.0f}", f"{slow.p50:.0f}",
    ]  # fmt: skip


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _ratios(here: Sequence[Bot], fast: Sequence[Figures]) -> list[str]:
    ours = fast[0].cpu
    return [
        f"Opspor's CPU a press is {ours / other.cpu:.2f} of that of {one.name}."
        for one, other in zip(here[1:], fast[1:], strict=True)
        if other.cpu
    ]
