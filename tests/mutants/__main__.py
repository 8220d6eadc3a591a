"""`python -m tests.mutants`: makes the mutants, asks the checks, and prints what was caught and what survived."""

import argparse
import multiprocessing
import sys
from functools import partial

from tests.mutants.behaviour import as_they_are, roads
from tests.mutants.judging import Judged, judge, looks
from tests.mutants.making import mutants
from tests.mutants.telling import Result, line, sample, survivors, table


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    asked.add_argument("--sample", type=int, default=0, help="so many of all mutants, by chance")
    asked.add_argument("--only", default="", help="those whose line has these words")
    asked.add_argument("--quick", action="store_true", help="no further check of what one has caught")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--jobs", type=int, default=1)
    wish = asked.parse_args()
    numbers = sample(wish.sample, wish.seed, wish.only)
    roads()  # once, before the processes part
    for flow in as_they_are():
        looks(frozenset(as_they_are()) - {flow})
    say(f"{len(numbers)} of {len(mutants())} mutants")
    results: list[Result] = []
    with multiprocessing.Pool(wish.jobs, maxtasksperchild=20) as pool:
        for number, judged in pool.imap_unordered(partial(_judge, thorough=not wish.quick), numbers):
            results.append((mutants()[number], judged))
            say(line(len(results), *results[-1]))
    say("")
    for told in (*table(results, not wish.quick), "", *survivors(results)):
        say(told)


def _judge(number: int, thorough: bool) -> tuple[int, Judged]:
    return number, judge(mutants()[number], thorough)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
