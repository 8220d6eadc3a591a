"""Has a report drawn by another process, so that the one that asks grows by no more than the picture."""

import asyncio
import contextlib
import os
import subprocess
import sys
from importlib.util import find_spec

from bot.errors import NotDrawn
from bot.reports.measures import WAY
from bot.reports.picture import Bar, Drawing
from bot.reports.report import Period, Report
from bot.reports.telling import Tell

COMMAND = (sys.executable, "-m", "bot.reports.picture")
LONGEST = 20.0  # seconds; the first picture takes longest, since it lists the fonts


def can_draw() -> bool:
    """The extra `reports` is installed."""
    return find_spec("matplotlib") is not None


def drawing(report: Report, tell: Tell) -> Drawing:
    """The way of the last quarter, beside that of the one before it."""
    now, before = report.periods[-1], report.periods[-2] if len(report.periods) > 1 else None
    return Drawing(
        title=tell.say("report.title"),
        now=tell.quarter(now),
        before=tell.quarter(before) if before else "",
        bars=[_bar(code, now, before, tell) for code in WAY],
        notes=[tell.say("report.drawn")],
    )


def _bar(code: str, now: Period, before: Period | None, tell: Tell) -> Bar:
    one, other = now.sums[code].total, before.sums[code].total if before else None
    return Bar(tell.measure(code), one, tell.number(one), other, tell.number(other) if before else "")


async def png(what: Drawing) -> bytes:
    """Raises NotDrawn where it took too long or did not work."""
    try:
        asked = await asyncio.create_subprocess_exec(
            *COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
    except OSError as error:
        raise NotDrawn(type(error).__name__) from error
    try:
        drawn, _ = await asyncio.wait_for(asked.communicate(what.as_json().encode()), LONGEST)
    except TimeoutError:
        raise NotDrawn("it took too long") from None
    finally:
        if asked.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                asked.kill()
            await asked.wait()
    if asked.returncode or not drawn:
        raise NotDrawn(f"status {asked.returncode}")
    return drawn


def _environment() -> dict[str, str]:
    """No setting of ours: what draws needs neither token nor key."""
    return {name: value for name, value in os.environ.items() if not name.startswith("OPSPOR_")}
