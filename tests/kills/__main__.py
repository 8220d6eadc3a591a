"""`python -m tests.kills`: one long play of each way, and its figures; status 1 where anything was found wrong."""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.kills.playing import Play, Way, on_server, play, sqlite
from tests.server import Server

WAYS: dict[str, Callable[[Path, Server], Way]] = {
    "SQLite, polling": lambda directory, _: Way(sqlite(directory)),
    "SQLite, webhook": lambda directory, _: Way(sqlite(directory), webhook=True),
    "PostgreSQL, polling": lambda _, server: on_server(server),
    "PostgreSQL, two replicas": lambda _, server: on_server(server, webhook=True, replicas=2),
}


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    asked.add_argument("--kills", type=int, default=500, help="so many in all")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--way", choices=WAYS, action="append", help="any number of times; all without")
    wish = asked.parse_args()
    ways = wish.way or list(WAYS)
    wrong = 0
    server = Server()
    with contextlib.ExitStack() as stack:
        if any("PostgreSQL" in way for way in ways):
            server.start()
            stack.callback(server.stop)
        for way in ways:
            with tempfile.TemporaryDirectory() as directory:
                wrong += _played(way, Path(directory), server, wish.kills // len(ways), wish.seed)
    sys.exit(wrong > 0)


def _played(name: str, directory: Path, server: Server, kills: int, seed: int) -> int:
    begun = time.monotonic()
    played = asyncio.run(play(WAYS[name](directory, server), directory, kills, seed))
    say(f"{name}, seed {seed}: {played.kills} kills in {time.monotonic() - begun:.0f} seconds")
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
