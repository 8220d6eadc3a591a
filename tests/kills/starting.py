"""Starts bots that may be killed: a process that has read the code once parts into one for each start.

What runs in each is the command `opspor run` itself; only reading the code anew, most of a start's time, is saved.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent


class Launcher:
    """The parent's side; one question at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()

    async def start(self, settings: Mapping[str, str], log: Path, *words: str) -> int:
        """The number of a process that runs `opspor run` with these words, and that has begun."""
        wish = {"settings": dict(settings), "log": str(log), "words": list(words)}
        return int(await self._ask({"start": wish}))

    async def ended(self, process: int) -> int:
        """Waits for its end; how it ended, negative where it was killed."""
        return int(await self._ask({"wait": process}))

    async def _ask(self, question: Mapping[str, Any]) -> str:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        async with self._turn:
            stdin.write(f"{json.dumps(question)}\n".encode())
            answer = await stdout.readline()
        assert answer, "the process that starts the bots has ended"
        return answer.decode()


@asynccontextmanager
async def launcher() -> AsyncIterator[Launcher]:
    """Whatever it has started ends with it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.kills.starting"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Launcher(process)
    finally:
        await process.communicate(b"")  # the end of its questions is its own


# --- the other side ---------------------------------------------------------------------------------


def answer() -> None:
    """Until there are no more questions."""
    import uvloop  # noqa: F401 - read once, before the processes part

    from bot import checkup, outbox, proof, root  # noqa: F401
    from bot.storage import migrate  # noqa: F401
    from bot.transport import listening  # noqa: F401

    running: set[int] = set()
    for line in sys.stdin:
        question = json.loads(line)
        if "start" in question:
            process = _parted(**question["start"])
            running.add(process)
            _say(process)
        else:
            _, status = os.waitpid(question["wait"], 0)
            running.discard(question["wait"])
            _say(os.waitstatus_to_exitcode(status))
    for process in running:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _parted(settings: Mapping[str, str], log: str, words: list[str]) -> int:
    process = os.fork()
    if process:
        return process
    try:  # nothing of the parent's is used from here on: the command has a log, its settings and its words
        with Path(log).open("a") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.clear()
        os.environ.update(settings)
        sys.argv = ["opspor", "run", *words]
        from bot.__main__ import main

        main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    answer()
