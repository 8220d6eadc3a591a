"""Which mutants are taken, and what is told of them: a table, and each survivor in one line."""

import random
from collections.abc import Iterator, Sequence

from tests.mutants.judging import CHECKS, Judged
from tests.mutants.making import mutants
from tests.mutants.mutant import Mutant

Result = tuple[Mutant, Judged]

# Those that change something and are caught by no check, and why each is harmless.
HARMLESS = {
    "detection: next why 1: not marked help_info": "a mark behind *why*, which no condition and no scenario reads",
    "duty: child_told_hush: not marked parents_not_first": "the sentence stays; the proof only asks for more",
    "referral: stop: is not there": "the button has the label of the other flows; the words' own check misses it",
}


def sample(count: int, seed: int, only: str = "") -> list[int]:
    """The numbers of so many mutants by chance; of all where the count is 0."""
    numbers = [number for number, mutant in enumerate(mutants()) if only in f"{mutant.kind}: {mutant}"]
    random.Random(seed).shuffle(numbers)
    return numbers[:count] if count else numbers


def table(results: Sequence[Result], thorough: bool) -> Iterator[str]:
    """What the proof alone would have caught is known only where each check was asked."""
    columns = ("made", "equivalent", *CHECKS, "crashed", "survived", "proved")
    yield f"{'':20}" + "".join(f"{column:>13}" for column in columns)
    kinds = sorted({mutant.kind for mutant, _ in results})
    for kind in (*kinds, "all"):
        counts = _counts([judged for mutant, judged in results if kind in (mutant.kind, "all")])
        yield f"{kind:20}" + "".join(f"{count:13}" for count in counts)
    changing = [judged for _, judged in results if judged.changes]
    if changing:
        caught = sum(judged.caught for judged in changing)
        yield f"caught {caught / len(changing):.1%} of {len(changing)} that change behaviour"
        if thorough:
            proved = sum(judged.proved for judged in changing)
            yield f"by the loader and the properties alone {proved / len(changing):.1%}"


def _counts(judged: Sequence[Judged]) -> list[int]:
    """Each that was caught under the cheapest check that did."""
    firsts = [one.by[0] for one in judged if one.by]
    return [
        len(judged),
        sum(not one.changes for one in judged),
        *(firsts.count(check) for check in CHECKS),
        sum(bool(one.crash) for one in judged),
        sum(one.changes and not one.caught for one in judged),
        sum(one.proved for one in judged),
    ]


def survivors(results: Sequence[Result]) -> Iterator[str]:
    for mutant, judged in sorted(results, key=lambda result: (result[0].kind, str(result[0]))):
        if judged.changes and not judged.caught:
            reason = HARMLESS.get(str(mutant), judged.crash)
            yield f"survived: {mutant.kind}: {mutant}: {reason}".rstrip(": ")


def line(done: int, mutant: Mutant, judged: Judged) -> str:
    said = ", ".join(judged.by) or (judged.crash or "survived" if judged.changes else "equivalent")
    return f"{done:5} {judged.seconds:6.1f} s  {mutant.kind}: {mutant}: {said} {judged.broken}".rstrip()
