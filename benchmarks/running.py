"""One run: a stand-in and a bot, each a process on a core of its own where there are two, and the figures it gives."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.bots import Bot
from benchmarks.stand_in.plan import Figures, Plan

BOT, STAND_IN = 0, 1  # cores
ROOT = Path(__file__).parent.parent


def measured(bot: Bot, plan: Plan, processes: int = 1) -> Figures:
    with tempfile.TemporaryDirectory() as name:
        bot.prepare(Path(name))
        return measured_in(Path(name), bot, plan, processes)


def measured_in(
    directory: Path, bot: Bot, plan: Plan, processes: int = 1, own: Sequence[Mapping[str, str]] = ({},)
) -> Figures:
    """Without preparing anything. `own` are the settings that each of several processes has for itself."""
    with contextlib.ExitStack() as stack:
        stand_in = stack.enter_context(
            process((sys.executable, "-m", "benchmarks.stand_in", json.dumps(asdict(plan))), {}, STAND_IN)
        )
        assert stand_in.stdout is not None and stand_in.stdin is not None
        base = f"http://127.0.0.1:{json.loads(stand_in.stdout.readline())['port']}"
        log = stack.enter_context((directory / "bot.log").open("w"))
        pids = [
            stack.enter_context(
                process(
                    bot.command,
                    {**bot.environment(directory, base), **own[number % len(own)]},
                    BOT if processes == 1 else None,
                    log.fileno(),
                )
            ).pid
            for number in range(processes)
        ]
        print(json.dumps(pids), file=stand_in.stdin, flush=True)
        line = stand_in.stdout.readline()
        if not line:
            raise SystemExit(
                f"{bot.name}: nothing was measured\n{(directory / 'bot.log').read_text()[-2000:]}"
            )
        return Figures(**json.loads(line))


@contextlib.contextmanager
def process(
    command: Sequence[str], environment: Mapping[str, str], core: int | None, errors: int | None = None
) -> Iterator["subprocess.Popen[str]"]:
    running = subprocess.Popen(
        list(command), env={**os.environ, **environment}, cwd=ROOT, text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if errors is None else errors, stderr=errors, preexec_fn=pinned_to(core),
    )  # fmt: skip
    try:
        yield running
    finally:
        running.kill()  # what is stored must stand a kill anyway
        running.communicate()


def pinned_to(core: int | None) -> Callable[[], None] | None:
    """Nothing where the machine has one core, or does not let us choose."""
    if core is None or not hasattr(os, "sched_setaffinity") or core not in os.sched_getaffinity(0):
        return None
    return lambda: os.sched_setaffinity(0, {core})
