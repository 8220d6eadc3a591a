"""The command `opspor report`: what may be asked for, and a bar for whoever waits; the rest is `reports`."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import config
from bot.errors import ConfigError
from bot.municipality import Municipality
from bot.municipality import read as read_municipality

if TYPE_CHECKING:  # what counts and draws is loaded when a report is made
    from bot.reports.report import Report
    from bot.reports.telling import Tell

PATIENCE = 1.0  # seconds, before a bar says that something is being done


def report(
    first: Annotated[
        str, typer.Option("--from", metavar="DATE", help="a day of the first quarter, as 2026-07-01")
    ] = "",
    last: Annotated[str, typer.Option("--to", metavar="DATE", help="a day of the last quarter")] = "",
    unit: Annotated[str, typer.Option(help="one unit, by its id, besides the whole")] = "",
    csv: Annotated[
        Path | None, typer.Option(help="tidy rows with closed codes (docs/figures.md); - for the screen")
    ] = None,
    png: Annotated[Path | None, typer.Option(help="the picture")] = None,
    html: Annotated[Path | None, typer.Option(help="one page to read or print")] = None,
    evaluation: Annotated[
        Path | None,
        typer.Option(help="a row a unit and quarter, and what each column is in a file beside it"),
    ] = None,
    language: Annotated[str, typer.Option(help="a language that employees work in")] = "da",
) -> None:
    """From asked to helped, by quarters: the last one that is over and the one before, or those that the two days lie
    in. Small numbers are hidden, others rounded down to a multiple of five; nothing about one citizen is in it."""
    settings = config.settings(os.environ, need=("MUNICIPALITY",))
    town = read_municipality(settings.municipality)
    if unit and unit not in [one.id for one in town.unit]:
        known = ", ".join(one.id for one in town.unit)
        raise ConfigError(f"--unit is '{unit}'; the municipality's file has {known}")
    days = _day("--from", first), _day("--to", last)
    from bot.reports import files
    from bot.reports.report import Place

    place = Place({one.id: one.name for one in town.unit}, town.timezone)
    wanted = files.Wanted(csv, png, html, evaluation, unit)
    tell = _tell(town, language)
    with waiting("opspor report"):
        found = files.gather(settings.database, place, *days, datetime.now(UTC))
        drawn = files.picture(found, tell, wanted)
        written = files.write(found, tell, town.name, drawn, wanted)
    _say_what_is_shown(found, *days)
    for file in written:
        typer.echo(file, err=True)
    if wanted.nothing:
        typer.echo("\n".join(files.for_the_eye(found, tell, unit)))


def _tell(town: Municipality, language: str) -> "Tell":
    """Reads no more than one language's sentences, since a report is waited for."""
    from bot.flows import phrases
    from bot.locales import reading
    from bot.reports.telling import Tell

    words = reading.of_staff(language, town.timezone)
    if words is None:
        raise ConfigError(f"--language is '{language}'; it takes a language that employees work in, as da")
    return Tell(words, phrases.load(), language, town.names.get(language, town.names["da"]).key_role)


def _day(name: str, said: str) -> date | None:
    if not said:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise ConfigError(f"{name} is '{said}'; it takes a day, as 2026-07-01") from None


def _say_what_is_shown(found: "Report", first: date | None, last: date | None) -> None:
    """Where it is not what was asked for."""
    begins, ends = found.periods[0].quarter.first_day, found.periods[-1].quarter.last_day
    if first not in (None, begins) or last not in (None, ends):
        typer.echo(f"whole quarters are shown, so that no two reports overlap: {begins} to {ends}", err=True)


@contextmanager
def waiting(what: str, patience: float = PATIENCE) -> Iterator[None]:
    """A moving bar on the terminal for whoever waits longer than that; on nothing else."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    console = Console(stderr=True)
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    bar.add_task(what, total=None)
    begins = threading.Timer(patience, bar.start)
    begins.daemon = True
    begins.start()
    try:
        yield
    finally:
        begins.cancel()
        begins.join()
        bar.stop()
