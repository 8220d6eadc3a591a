"""Plainly invented outcomes, to look at a report before half a year has passed; never in a real database."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.outcome import Outcome
from bot.storage.courses import Course

_RESPONSES = {"disclosed": 14, "unsure": 10, "says_no": 66, "declined": 4, "not_asked": 6}
_RESULTS = {
    "disclosed": "disclosed", "unsure": "unsure", "says_no": "asked_not_confirmed", "declined": "declined_to_talk",
    "not_asked": "could_not_ask_safely",
}  # fmt: skip
_MODES = {"routine": 55, "concern": 27, "told": 10, "child": 6, "uses": 2}
_CHILDREN = {"yes": 45, "no": 45, "unborn": 4, "unknown": 6}
_DUTIES = {"notified": 60, "today": 25, "colleague": 5, "considered": 10}
_WISHES = {"help": 55, "shelter": 6, "police": 4, "advice": 12, "later": 13, "declined": 10}
_CLOSES = {"completed": 70, "declined": 12, "not_reached": 10, "handled_elsewhere": 8}
_PATHS = {"help": "referral", "shelter": "shelter", "police": "police", "advice": "advice"}


def outcomes(
    count: int, weeks: Sequence[str], units: Sequence[str], lot: random.Random
) -> Iterator[tuple[Outcome, Course | None]]:
    """So many, spread over weeks and units, the first units larger than the last."""
    sizes = [1 / (number + 1) for number in range(len(units))]
    for _ in range(count):
        yield _one(lot.choice(weeks), lot.choices(units, sizes)[0], lot)


def _one(week: str, unit: str, lot: random.Random) -> tuple[Outcome, Course | None]:
    mode = _drawn(_MODES, lot)
    response = (
        "disclosed" if mode == "told" else _drawn(_RESPONSES, lot) if mode in ("routine", "concern") else ""
    )
    result = {"child": "child_only", "uses": "own_violence"}.get(mode) or _RESULTS[response]
    children = "yes" if mode == "child" else _drawn(_CHILDREN, lot)
    reason = response in ("disclosed", "unsure") or mode in ("concern", "child")
    wish = _drawn(_WISHES, lot) if response in ("disclosed", "unsure") else ""
    path = _PATHS.get(wish, "none")
    told = Outcome(
        week, unit, "during", mode, response, "psychological" if response == "disclosed" else "", children,
        "suspicion" if reason else "none", _drawn(_DUTIES, lot) if reason and children != "no" else "", wish,
        "meeting", result, "standard", path,
    )  # fmt: skip
    return (told, None) if path == "none" else _handed_over(told, lot)


def _handed_over(told: Outcome, lot: random.Random) -> tuple[Outcome, Course]:
    """Opened, taken, reached: each later than the one before, and not always."""
    opened = int(lot.expovariate(1 / 3))
    accepted = opened + int(lot.expovariate(1 / 5))
    reached = accepted + int(lot.expovariate(1 / 20)) if lot.random() < 0.85 else None
    offered = reached is not None and lot.random() < 0.8
    done = replace(
        told, accepted=1, reached=int(reached is not None), offer="individual" if offered else "none",
        answer=lot.choice(("accepted", "accepted", "later", "declined")) if offered else "", close=_drawn(_CLOSES, lot),
        hours_to_open=opened, hours_to_accept=accepted, hours_to_reach=reached,
    )  # fmt: skip
    assessment = "done" if reached is not None and lot.random() < 0.7 else "planned"
    working = (opened // 4, accepted // 4, None if reached is None else reached // 4)
    return done, Course(told.week, told.unit, assessment, *working)


def _drawn(weights: dict[str, int], lot: random.Random) -> str:
    return lot.choices(list(weights), list(weights.values()))[0]
