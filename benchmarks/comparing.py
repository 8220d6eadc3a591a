"""Prints what Opspor and the others take on this machine, as it would stand in the README."""

import os
import platform
from pathlib import Path
from typing import Any

from benchmarks import bots, growing, replicas, running, side_by_side
from tests.server import Server

CROWD: dict[str, Any] = {"people": 300, "pause": 2.0, "wire": 0.1, "warm": 45.0, "seconds": 20.0}


def others(directory: Path, runs: int) -> None:
    print(
        f"\n{os.cpu_count()} cores, Python {platform.python_version()}, median of {runs} runs that take turns\n"
    )
    print(side_by_side.table(directory, runs))


def growth(runs: int) -> None:
    for count, figures in growing.measured(runs).items():
        print(f"{count} conversations stored: {figures.cpu:.2f} ms of CPU a press, errors {figures.errors}")


def crowd() -> None:
    """300 people who press once in two seconds, with 100 ms each way to Telegram."""
    bot = bots.opspor()
    for way, figures in (
        ("polling", running.measured(bot, side_by_side.changed(bot.plan, **CROWD))),
        ("webhook", replicas.measured(1, **CROWD)),
    ):
        both_ways = 2 * CROWD["wire"] * 1e3
        print(
            f"300 people, one press in 2 s each, wire 100 ms, {way}: {figures.rate:.0f} presses/s,"
            f" {figures.cpu:.2f} ms of CPU a press, our own share p50 {figures.share50 - both_ways:.0f} ms,"
            f" p99 {figures.share99 - both_ways:.0f} ms, errors {figures.errors}",
            flush=True,
        )


def several() -> None:
    """1, 2 and 4 on one PostgreSQL server of this run's own, which writes to the disk as it would anywhere."""
    server = Server()
    server.start()
    server.admin("ALTER SYSTEM RESET fsync", "SELECT pg_reload_conf()")
    try:
        for count in (1, 2, 4):
            figures = replicas.measured(count, server.empty())
            print(
                f"{count} processes by webhook, PostgreSQL: {figures.rate:.0f} presses/s,"
                f" {figures.cpu:.2f} ms of CPU a press, p50 {figures.p50:.0f} ms, p99 {figures.p99:.0f} ms,"
                f" errors {figures.errors}; {figures.busy:.0%} of {os.cpu_count()} cores busy, with the server's"
                f" and the stand-in's own",
                flush=True,
            )
    finally:
        server.stop()
