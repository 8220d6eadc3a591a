"""`make bench`: prints each figure with the machine it was measured on. `--clone` adds the clean clone, `--report`
a million outcomes, which takes minutes to make up. `--others` measures nothing but the whole bot beside other bots,
`--growth` beside many stored conversations, `--crowd` under 300 people, `--replicas` in several processes."""

import asyncio
import os
import platform
import sys
import tempfile
from pathlib import Path

import psutil

from benchmarks import comparing, delivering, posting, pressing, reporting, speaking, starting

OTHERS = Path(sys.prefix) / "others"  # where `make others` puts them
RUNS = 3
WHOLE = {
    "--others": lambda: comparing.others(OTHERS, int(os.environ.get("RUNS", RUNS))),
    "--growth": lambda: comparing.growth(int(os.environ.get("RUNS", RUNS))),
    "--crowd": comparing.crowd,
    "--replicas": comparing.several,
}


def main(arguments: list[str]) -> None:
    if wanted := [measure for name, measure in WHOLE.items() if name in arguments]:
        for measure in wanted:
            measure()
        return
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(
        f"load before: {os.getloadavg()[0]:.2f}; other processes share the machine: {psutil.cpu_percent(1):.0f} %"
    )
    print(
        f"one press, engine alone: {pressing.engine_alone():.0f} microseconds (mean over the open scenarios)"
    )
    loaded, said, shown = speaking.measured()
    print(
        f"all catalogues read and checked: {loaded:.0f} ms; a sentence looked up: {said:.2f} us, shown: {shown:.2f} us"
    )
    with tempfile.TemporaryDirectory() as directory:
        cpu, wall = asyncio.run(pressing.whole(Path(directory)))
    print(
        f"whole press, update in to edit sent, wire excluded: {wall:.2f} ms ({cpu:.2f} ms CPU), SQLite FULL"
    )
    with tempfile.TemporaryDirectory() as directory:
        middle, slow = asyncio.run(posting.measured(Path(directory)))
    print(f"a press at the webhook, post to 200 on loopback: p50 {middle:.2f} ms, p99 {slow:.2f} ms")
    with tempfile.TemporaryDirectory() as directory:
        share, look, slowest = delivering.measured(Path(directory))
    print(f"notices at the 30 a second that Telegram permits: {share:.0f} % of one core")
    print(f"what is due next among 100,000 open referrals: {look:.2f} ms")
    print(f"a notice from its commit to the wire, the slowest of {delivering.TRIED}: {slowest:.0f} ms")
    with tempfile.TemporaryDirectory() as directory:
        ready, memory = starting.run(Path(directory))
    print(f"opspor run, start to ready: {ready:.2f} s; resident when idle: {memory:.0f} MB")
    with tempfile.TemporaryDirectory() as directory:
        first, again = starting.sandbox(Path(directory))
    print(f"opspor sandbox, start to answering: {first:.2f} s the first time, {again:.2f} s afterwards")
    if "--report" in arguments:
        with tempfile.TemporaryDirectory() as directory:
            for asked, (seconds, memory) in reporting.measured(Path(directory)).items():
                print(f"a report over a million outcomes, {asked}: {seconds:.2f} s, {memory:.0f} MB")
    if "--clone" in arguments:
        with tempfile.TemporaryDirectory() as directory:
            print(f"clean clone to the sandbox answering: {starting.clone(Path(directory)):.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
