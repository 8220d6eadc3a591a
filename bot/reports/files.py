"""Puts a report where it was asked for: files of several kinds, or a table on the terminal; it counts nothing."""

import asyncio
import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import quarter
from bot.errors import ConfigError, NotDrawn
from bot.quarter import Quarter
from bot.reports import drawing, evaluation, page, table, telling
from bot.reports.measures import BY_UNIT
from bot.reports.report import Place, Report, oldest, read, recent
from bot.reports.telling import Tell
from bot.storage.database import open_database
from bot.storage.migrate import migrate

STDOUT = Path("-")
DICTIONARY = ".dictionary.csv"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where each kind goes; `unit` leaves out all other units."""

    csv: Path | None = None
    png: Path | None = None
    html: Path | None = None
    evaluation: Path | None = None
    unit: str = ""

    @property
    def nothing(self) -> bool:
        return not (self.csv or self.png or self.html or self.evaluation)


def gather(url: str, place: Place, first: date | None, last: date | None, now: datetime) -> Report:
    """The quarters that the two days lie in, as far as they are over and nothing of them is deleted; without a day the
    last, and the one before. Raises ConfigError, StorageFailed."""
    begins, ends = quarters(first, last, now.astimezone(ZoneInfo(place.zone)).date())
    migrate(url)
    db = open_database(url)
    try:
        return db.read_now(lambda c: read(c, place, begins, ends, now))
    finally:
        db.close()


def quarters(first: date | None, last: date | None, today: date) -> tuple[Quarter, Quarter]:
    """Raises ConfigError where none is left."""
    if first and last and first > last:
        raise ConfigError("--from must not come after --to")
    before, newest = recent(today)
    ends = min(quarter.of_day(last), newest) if last else newest
    if first and quarter.of_day(first) > ends:
        raise ConfigError(f"the quarter of --from is told from {quarter.of_day(first).after.first_day} on")
    begins = quarter.of_day(first) if first else ends.before if last else before
    if ends < oldest(today):
        raise ConfigError(
            f"outcomes are kept for five years: --to must not come before {oldest(today).first_day}"
        )
    return max(begins, oldest(today)), ends


def picture(found: Report, tell: Tell, wanted: Wanted) -> bytes | None:
    """None where none is asked for, or none can be had and the page must do without. Raises ConfigError."""
    if not (wanted.png or wanted.html):
        return None
    try:
        if drawing.can_draw():
            return asyncio.run(drawing.png(drawing.drawing(found, tell)))
        why = "--png needs what draws: pip install 'opspor[reports]'"
    except NotDrawn as error:
        why = f"the picture could not be drawn ({error}): try again"
    if wanted.png:
        raise ConfigError(why)
    return None


def write(found: Report, tell: Tell, town: str, drawn: bytes | None, wanted: Wanted) -> list[Path]:
    """The files that were written. Raises ConfigError that names the one that could not be."""
    made: list[tuple[Path, str | bytes]] = []
    if wanted.csv:
        made.append((wanted.csv, _as_csv(table.rows(found, wanted.unit))))
    if wanted.png and drawn:
        made.append((wanted.png, drawn))
    if wanted.html:
        made.append((wanted.html, page.page(found, tell, town, drawn, wanted.unit)))
    if wanted.evaluation:
        made.append((wanted.evaluation, _as_csv(evaluation.rows(found, wanted.unit))))
    if wanted.evaluation and wanted.evaluation != STDOUT:
        made.append((wanted.evaluation.with_suffix(DICTIONARY), _as_csv(evaluation.dictionary(tell))))
    for file, what in made:
        _put(file, what)
    return [file for file, _ in made if file != STDOUT]


def for_the_eye(found: Report, tell: Tell, only: str) -> Iterator[str]:
    quarters = [tell.quarter(period) for period in found.periods]
    whole = [(tell.measure(code), cells) for code, cells in table.by_quarter(found)]
    yield from (telling.heading(found, tell), "")
    for title, head, rows in (
        (tell.say("report.all"), tell.say("report.measure"), whole),
        (tell.measure(BY_UNIT), tell.say("report.unit_column"), table.by_unit(found, only)),
    ):
        lines = [[head, *quarters], *([name, *map(tell.number, cells)] for name, cells in rows)]
        yield from (title, *table.aligned(lines), "")
    yield from telling.lines(found, tell)[1:]
    yield from ("", *telling.means(tell))


def _as_csv(rows: Iterable[Sequence[str]]) -> str:
    made = StringIO()
    csv.writer(made, lineterminator="\n").writerows(rows)
    return made.getvalue()


def _put(file: Path, what: str | bytes) -> None:
    """Whole or not at all: what stands there already is kept until all of it is written."""
    if file == STDOUT:
        sys.stdout.buffer.write(what.encode() if isinstance(what, str) else what)
        sys.stdout.buffer.flush()
        return
    beside = file.with_name(f".{file.name}.part")
    try:
        beside.write_bytes(what.encode() if isinstance(what, str) else what)
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ConfigError(f"'{file}' cannot be written: {error.strerror}") from error
