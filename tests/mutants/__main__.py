"""`python -m tests.mutants`: makes the mutants, asks the checks, and prints what was caught and what survived."""

import argparse
import multiprocessing
import random
import sys
from collections.abc import Iterator, Sequence

from tests.mutants.behaviour import as_they_are, roads
from tests.mutants.judging import CHECKS, Judged, judge, looks
from tests.mutants.making import mutants
from tests.mutants.mutant import Mutant

Result = tuple[Mutant, Judged]


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    asked.add_argument("--sample", type=int, default=0, help="so many of all mutants, by chance")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--jobs", type=int, default=1)
    wish = asked.parse_args()
    numbers = sample(wish.sample, wish.seed)
    roads()  # once, before the processes part
    for flow in as_they_are():
        looks(frozenset(as_they_are()) - {flow})
    say(f"{len(numbers)} of {len(mutants())} mutants")
    results: list[Result] = []
    with multiprocessing.Pool(wish.jobs, maxtasksperchild=20) as pool:
        for number, judged in pool.imap_unordered(_judge, numbers):
            results.append((mutants()[number], judged))
            say(_line(len(results), *results[-1]))
    say("")
    for line in (*table(results), "", *survivors(results)):
        say(line)


def sample(count: int, seed: int) -> list[int]:
    """The numbers of so many mutants, every kind by its share; of all where the count is 0."""
    numbers = list(range(len(mutants())))
    random.Random(seed).shuffle(numbers)  # noqa: S311 - not a secret
    return numbers[:count] if count else numbers


def _judge(number: int) -> tuple[int, Judged]:
    return number, judge(mutants()[number])


def table(results: Sequence[Result]) -> Iterator[str]:
    columns = ("made", "equivalent", *CHECKS, "crashed", "survived", "proved")
    yield f"{'':20}" + "".join(f"{column:>13}" for column in columns)
    kinds = sorted({mutant.kind for mutant, _ in results})
    for kind in (*kinds, "all"):
        counts = _counts([judged for mutant, judged in results if kind in (mutant.kind, "all")])
        yield f"{kind:20}" + "".join(f"{count:13}" for count in counts)
    changing = [judged for _, judged in results if judged.changes]
    if changing:
        caught = sum(judged.caught for judged in changing)
        proved = sum(judged.proved for judged in changing)
        yield f"caught {caught / len(changing):.1%} of {len(changing)} that change behaviour"
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
            yield f"survived: {mutant.kind}: {mutant} {judged.crash}".rstrip()


def _line(done: int, mutant: Mutant, judged: Judged) -> str:
    said = ", ".join(judged.by) or (judged.crash or "survived" if judged.changes else "equivalent")
    return f"{done:5} {judged.seconds:6.1f} s  {mutant.kind}: {mutant}: {said} {judged.broken}".rstrip()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
