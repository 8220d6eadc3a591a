"""How long a person waits for the bot to start, and what it takes when nobody presses."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil

from bot.municipality import EXAMPLE

OPSPOR = Path(sys.executable).parent / "opspor"
ROOT = Path(__file__).parent.parent
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
PORT = 18231


def run(directory: Path) -> tuple[float, float]:
    """Seconds from the command to ready, with a database that is there already; megabytes when idle."""
    with _process([OPSPOR, "sandbox", "--port", PORT, "--directory", directory / "world"], {}) as stand_in:
        _first_line(stand_in, "sandbox")
        # The stand-in's own bot polls with the one token; a second poller is told so, and is ready all the same.
        environment = {
            "OPSPOR_TOKEN": "1:sandbox",
            "OPSPOR_API_BASE": f"http://127.0.0.1:{PORT}",
            "OPSPOR_DATABASE": f"sqlite:///{directory / 'opspor.db'}",
            "OPSPOR_MUNICIPALITY": str(EXAMPLE),
            "OPSPOR_KEY": KEY,
        }
        subprocess.run(
            [OPSPOR, "migrate"], env={**os.environ, **environment}, check=True, capture_output=True
        )
        started = time.perf_counter()
        with _process([OPSPOR, "run"], environment) as bot:
            _first_line(bot, "event=ready")
            ready = time.perf_counter() - started
            time.sleep(2)
            memory = psutil.Process(bot.pid).memory_info().rss / 1e6
    return ready, memory


def sandbox(directory: Path) -> tuple[float, float]:
    """Seconds until the page answers, on an empty directory and on one that was used."""
    return _answering(directory), _answering(directory)


def clone(directory: Path) -> float:
    """Seconds from `git clone` until the page answers, with everything installed on the way."""
    started = time.perf_counter()
    subprocess.run(["git", "clone", "--quiet", ROOT, directory / "opspor"], check=True)
    command = ["make", "sandbox", f"ARGS=--port {PORT}"]
    with _process(command, {}, cwd=directory / "opspor"):
        _until_it_answers()
        return time.perf_counter() - started


def _answering(directory: Path) -> float:
    started = time.perf_counter()
    with _process([OPSPOR, "sandbox", "--port", PORT, "--directory", directory], {}):
        _until_it_answers()
        return time.perf_counter() - started


def _until_it_answers() -> None:
    while True:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=5).close()
            return
        time.sleep(0.02)


def _first_line(process: "subprocess.Popen[str]", word: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if word in line:
            return
    raise SystemExit(f"the process ended before it said {word}")


@contextlib.contextmanager
def _process(
    command: Sequence[object], environment: Mapping[str, str], cwd: Path | None = None
) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [str(part) for part in command], env={**os.environ, **environment}, cwd=cwd, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        os.killpg(process.pid, 15)
        process.wait(20)
