"""`python -m tests.kills`: one long play of each way, and its figures; status 1 where anything was found wrong."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.kills.playing import Play, Way, play, sqlite


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    asked.add_argument("--kills", type=int, default=500, help="so many in all")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--way", choices=("polling", "webhook", "both"), default="both")
    asked.add_argument("--database", default="", help="an empty one for each way; otherwise SQLite files")
    wish = asked.parse_args()
    ways = ["polling", "webhook"] if wish.way == "both" else [wish.way]
    wrong = 0
    for way in ways:
        with tempfile.TemporaryDirectory() as directory:
            wrong += _played(way, Path(directory), wish.database, wish.kills // len(ways), wish.seed)
    sys.exit(wrong > 0)


def _played(way: str, directory: Path, database: str, kills: int, seed: int) -> int:
    begun = time.monotonic()
    chosen = Way(database or sqlite(directory), webhook=way == "webhook")
    played = asyncio.run(play(chosen, directory, kills, seed))
    say(f"{way}, seed {seed}: {played.kills} kills in {time.monotonic() - begun:.0f} seconds")
    for line in figures(played):
        say(f"  {line}")
    for wrong in played.wrongs:
        say(f"  WRONG {wrong}")
    return len(played.wrongs)


def figures(played: Play) -> list[str]:
    world = played.world
    asked = Counter((card.chat, name) for card in world.notices for name in card.orders("open"))
    return [
        f"{sum(one.pressed for one in played.people)} presses, {len(world.confirmed)} updates, "
        f"{len(world.notices)} messages sent, {len(world.answered)} presses answered",
        f"{played.referrals} hand-overs, {played.outcomes} outcomes, "
        f"{sum(count - 1 for count in asked.values())} notices and lists that named a hand-over again",
        "killed: " + ", ".join(f"{count} {moment}" for moment, count in sorted(played.struck.items())),
    ]


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
