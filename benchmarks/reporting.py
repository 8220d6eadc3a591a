"""A report over a million outcomes: seconds and memory of the command as it is installed."""

import asyncio
import os
import random
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psutil

from bot import invented, quarter
from bot.municipality import EXAMPLE
from bot.municipality import read as read_municipality
from bot.outcome import week_of
from bot.storage import migrate, outcomes
from bot.storage.database import open_database

OUTCOMES = 1_000_000
YEARS = 5


def measured(directory: Path) -> dict[str, tuple[float, float]]:
    """Seconds and megabytes by what was asked for: the usual two quarters, and all twenty."""
    url, first = f"sqlite:///{directory / 'opspor.db'}", _fill(directory)
    return {
        "two quarters": _asked(url, directory),
        "twenty quarters": _asked(url, directory, "--from", first.isoformat()),
        "two quarters and the picture": _asked(url, directory, "--png", str(directory / "a.png")),
    }


def _fill(directory: Path) -> date:
    """The first day of the oldest quarter."""
    url = f"sqlite:///{directory / 'opspor.db'}"
    migrate.migrate(url)
    last = quarter.of_day(datetime.now(UTC).date()).before
    first = last
    for _ in range(4 * YEARS - 1):
        first = first.before
    count = (last.last_day - first.first_day).days // 7 + 1
    weeks = [week_of(first.first_day + timedelta(weeks=number)) for number in range(count)]
    units = [unit.id for unit in read_municipality(EXAMPLE).unit]
    database = open_database(url)
    made = invented.outcomes(OUTCOMES, weeks, units, random.Random(1))
    asyncio.run(database.run(lambda c: outcomes.record_all(c, made)))
    database.close()
    return first.first_day


def _asked(url: str, directory: Path, *arguments: str) -> tuple[float, float]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPSPOR_")}
    environment |= {"OPSPOR_DATABASE": url, "OPSPOR_MUNICIPALITY": str(EXAMPLE)}
    command = [
        str(Path(sys.executable).with_name("opspor")),
        "report",
        "--csv",
        str(directory / "a.csv"),
        *arguments,
    ]
    begun = time.perf_counter()
    process = psutil.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        try:
            most = max(most, process.memory_info().rss)
        except psutil.Error:
            break
        time.sleep(0.005)
    assert process.wait() == 0
    return time.perf_counter() - begun, most / 2**20
