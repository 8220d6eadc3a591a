"""The figures from asked to helped: what they count, how they are told, and every form in which they leave."""

import asyncio
import csv
import io
import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import sqlite

from bot import invented, quarter
from bot.errors import NotDrawn, WorldMisbehaved
from bot.flows import phrases
from bot.locales import reading
from bot.locales.words import SOURCE
from bot.outcome import Outcome, week_of
from bot.quarter import Quarter
from bot.reports import drawing, evaluation, files, measures, page, picture, table, telling
from bot.reports.report import Place, Report, Waiting, read, recent, sums, waiting
from bot.reports.telling import Tell
from bot.storage import figures, migrate, outcomes, people, purge, routes, spoken
from bot.storage.cipher import Cipher
from bot.storage.courses import Course
from bot.storage.database import Database, open_database
from bot.storage.tables import outcome
from tests.cast import KEY

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
UNITS = {"jobcenter": "Jobcenter Eksempelby", "sundhed": "Sundhedsplejen", "voksen": "Voksne og Handicap"}
PLACE = Place(UNITS, "Europe/Copenhagen")
THIRD, SECOND = Quarter(2026, 3), Quarter(2026, 2)
OPSPOR = Path(sys.executable).with_name("opspor")
EXAMPLE = Path(__file__).parent.parent / "municipality.example.toml"

ASKED = Outcome(
    "2026-W30", "jobcenter", "during", "routine", "says_no", result="asked_not_confirmed", path="none"
)
HELPED = Outcome(
    "2026-W30", "jobcenter", "during", "routine", "disclosed", result="disclosed", path="referral", accepted=1,
    reached=1, offer="individual", answer="accepted", close="completed",
    hours_to_open=1, hours_to_accept=2, hours_to_reach=30,
)  # fmt: skip
COURSE = Course("2026-W30", "jobcenter", "done", 0, 1, 9)


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    opened = open_database(url)
    yield opened
    opened.close()


@pytest.fixture
def stored(db: Database) -> Callable[..., None]:
    def store(*many: tuple[int, Outcome, Course | None]) -> None:
        rows = [(what, course) for count, what, course in many for _ in range(count)]
        db.read_now(lambda c: None)
        _run(db, lambda c: outcomes.record_all(c, rows))

    return store


def _run(db: Database, work: Callable[[Connection], Any]) -> Any:
    return db.run_now(work)


def spoke(c: Connection, language: str, times: int) -> None:
    for _ in range(times):
        spoken.add(c, "2026-q3", language)


def employs(c: Connection, unit: str, chat: int) -> None:
    her = {"role": "frontline", "unit": unit, "name": "n", "phone": "p", "language": "da"}
    people.admit(c, Cipher(KEY), chat=chat, now=NOW, **her)  # type: ignore[arg-type]


def weeks(first: Quarter, last: Quarter) -> list[str]:
    days = range(first.first_day.toordinal(), last.last_day.toordinal(), 7)
    return [week_of(date.fromordinal(day)) for day in days]


def report_of(db: Database, first: Quarter = SECOND, last: Quarter = THIRD) -> Report:
    return db.read_now(lambda c: read(c, PLACE, first, last, NOW))


def tell(language: str = SOURCE) -> Tell:
    words = reading.of_staff(language, "Europe/Copenhagen")
    assert words is not None
    return Tell(words, phrases.load(), language, "nøglepersonen")


# --- what is counted --------------------------------------------------------------------------------


def counted(db: Database) -> dict[str, int]:
    found = db.read_now(lambda c: figures.counts(c, "2026-W01", "2026-W53"))
    return {name: count for sums in found.values() for name, count in sums.items() if count}


def test_somebody_who_was_helped_is_counted_at_every_stage(db: Database, stored: Callable[..., None]) -> None:
    stored((1, HELPED, COURSE))
    for code in (*measures.WAY, "offered", "took_offer", "assessed", "asked_routine"):
        assert counted(db)[code] == 1, code


def test_a_denial_is_asked_and_not_confirmed_and_nothing_else(
    db: Database, stored: Callable[..., None]
) -> None:
    stored((1, ASKED, None))
    assert counted(db) == {"conversations": 1, "asked": 1, "asked_routine": 1, "not_confirmed": 1}


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"response": "not_asked", "result": "could_not_ask_safely"}, "asked"),
        ({"mode": "child", "response": "", "result": "child_only"}, "asked"),
        ({"mode": "uses", "response": "", "result": "own_violence"}, "asked"),
        ({"path": "advice"}, "handed_over"),
        ({"path": "none"}, "handed_over"),
        ({"accepted": 0, "hours_to_open": None}, "opened"),
        ({"accepted": 0}, "accepted"),
        ({"reached": 0}, "reached"),
        ({"close": "declined"}, "completed"),
        ({"offer": "none"}, "offered"),
        ({"answer": "later"}, "took_offer"),
    ],
)
def test_a_stage_that_was_not_reached_is_counted_in_none_after_it(
    db: Database, stored: Callable[..., None], changed: dict[str, Any], missing: str
) -> None:
    stored((1, replace(HELPED, **changed), None))
    found = counted(db)
    later = {one.code for one in measures.MEASURES if missing in _around(one.code)}
    assert missing in later and not later & set(found), found


def _around(code: str) -> set[str]:
    """A measure and all that it is a part of."""
    one = next(measure for measure in measures.MEASURES if measure.code == code)
    return {code} | (_around(one.within) if one.within else set())


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 2**32))
def test_no_measure_counts_more_than_what_it_is_a_part_of(tmp_path: Path, seed: int) -> None:
    url = f"sqlite:///{tmp_path / f'{seed}.db'}"
    migrate.migrate(url)
    opened, lot = open_database(url), random.Random(seed)
    mixed = [(_any(lot), None) for _ in range(60)]
    _run(opened, lambda c: outcomes.record_all(c, mixed))
    for found in opened.read_now(lambda c: figures.counts(c, "2026-W01", "2026-W53")).values():
        for one in measures.MEASURES:
            assert not one.within or found[one.code] <= found[one.within], one
    opened.close()


def _any(lot: random.Random) -> Outcome:
    """Codes thrown together as no conversation would, so that nesting rests on the questions alone."""
    result = lot.choice(["disclosed", "unsure", "asked_not_confirmed", "child_only", "could_not_ask_safely"])
    return Outcome(
        "2026-W30", lot.choice(list(UNITS)), "during", lot.choice(["routine", "concern", "told", "child", "uses"]),
        lot.choice(["disclosed", "unsure", "says_no", "declined", "not_asked"]),
        result=result, children="yes" if result == "child_only" else lot.choice(["yes", "no"]),
        path=lot.choice(["none", "advice", "referral", "shelter", "police"]), accepted=lot.randint(0, 1),
        reached=lot.randint(0, 1), offer=lot.choice(["", "none", "group"]),
        answer=lot.choice(["", "accepted", "later"]),
        close=lot.choice(["", "completed", "declined"]), hours_to_open=lot.choice([None, 3]),
    )  # fmt: skip


def test_every_measure_is_counted_by_the_database_and_told_in_words() -> None:
    asked = {*figures.BY_RESULT, *figures.BY_ANSWER, "handed_over", *figures.BY_STEP, "assessed"}
    assert {one.code for one in measures.MEASURES} == asked
    places = [one.code for one in measures.MEASURES]
    for one in measures.MEASURES:
        assert not one.within or places.index(one.within) < places.index(one.code), (
            "after what it is a part of"
        )
        assert telling.counted(one.code, tell())


# --- quarters ---------------------------------------------------------------------------------------


def test_every_week_of_ten_years_is_in_exactly_one_quarter() -> None:
    day, seen = date(2021, 1, 4), []
    while day < date(2031, 1, 1):
        one = quarter.of_day(day)
        assert one.first_week <= week_of(day) <= one.last_week
        assert one.first_day <= day <= one.last_day
        seen.append(one)
        day += timedelta(weeks=1)
    assert seen == sorted(seen)
    for one in set(seen):
        assert one.after.before == one and quarter.of_day(one.middle) == one
        assert seen.count(one) in ((13,) if one.number < 4 else (13, 14)) or one == seen[-1]


def test_the_quarter_that_is_over_stands_against_the_one_before_it() -> None:
    assert recent(NOW.date()) == (SECOND, THIRD)


def test_the_running_quarter_is_not_shown_and_where_nothing_older_is_there_that_is_said(
    db: Database, stored: Callable[..., None]
) -> None:
    stored((7, replace(ASKED, week="2026-W48"), None))
    found = report_of(db)
    assert found.first_on == date(2027, 1, 4)
    assert "4. jan. 2027" in telling.lines(found, tell())[0]
    assert not any(one.total for period in found.periods for one in period.sums.values())
    stored((7, ASKED, None))
    assert report_of(db).first_on is None


DAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        (None, None, (SECOND, THIRD)),
        (date(2026, 8, 3), None, (THIRD, THIRD)),
        (date(2025, 10, 10), None, (Quarter(2025, 4), THIRD)),
        (None, date(2026, 5, 1), (Quarter(2026, 1), SECOND)),
        (date(2026, 4, 1), DAY, (SECOND, THIRD)),
        (date(2001, 1, 1), None, (Quarter(2022, 1), THIRD)),
    ],
)
def test_two_days_choose_whole_quarters_that_are_over_and_not_yet_deleted(
    first: date | None, last: date | None, shown: tuple[Quarter, Quarter]
) -> None:
    assert files.quarters(first, last, DAY) == shown
    assert week_of(DAY - purge.OUTCOMES) < files.quarters(date(2001, 1, 1), None, DAY)[0].first_week


# --- protected --------------------------------------------------------------------------------------


def test_reports_over_every_period_say_the_same_of_each_quarter(db: Database) -> None:
    """So that no two of them can be subtracted."""
    first = Quarter(2025, 4)
    lot = random.Random(3)
    rows = list(invented.outcomes(700, weeks(first, THIRD), [*UNITS, "nedlagt"], lot))
    _run(db, lambda c: outcomes.record_all(c, rows))
    every = quarter.from_to(first, THIRD)
    said: dict[tuple[str, str, str], int | None] = {}
    for begins in every:
        for ends in quarter.from_to(begins, THIRD):
            found = report_of(db, begins, ends)
            for only in ("", *UNITS):
                for row in table.tidy(found, only):
                    if "now" not in row.measure and "route" not in row.measure:
                        known = said.setdefault((row.quarter, row.unit, row.measure), row.value)
                        assert known == row.value
    assert len(said) > 120 and any(one is None for one in said.values())


def test_no_form_in_which_figures_leave_shows_a_count_under_five(db: Database) -> None:
    rows = list(invented.outcomes(120, weeks(SECOND, THIRD), list(UNITS), random.Random(4)))
    _run(db, lambda c: outcomes.record_all(c, rows))
    _run(db, partial(spoke, language="so", times=4))
    found = report_of(db)
    counts = [row for row in table.tidy(found) if row.counted in ("conversations", "reminders")]
    assert any(row.value is None for row in counts) and any(row.value for row in counts)
    assert all(row.value is None or (row.value >= 5 and row.value % 5 == 0) for row in counts)
    assert "somali" not in "\n".join(telling.lines(found, tell())).lower()


def every_form(db: Database, place: Place = PLACE) -> str:
    """All that leaves, in every form, one after the other."""
    found, said = db.read_now(lambda c: read(c, place, SECOND, THIRD, NOW)), tell()
    rows = [*table.rows(found), *evaluation.rows(found), *evaluation.dictionary(said)]
    words = [
        *telling.lines(found, said),
        *telling.units(found, said),
        page.page(found, said, "Eksempelby", None),
    ]
    drawn = drawing.drawing(found, said).as_json()
    return "\n".join([str(rows), *words, *files.for_the_eye(found, said, ""), drawn])


def test_a_unit_that_is_gone_counts_in_the_whole_and_is_named_nowhere(
    db: Database, stored: Callable[..., None]
) -> None:
    stored(*((20, replace(ASKED, unit=unit), None) for unit in (*UNITS, "nedlagt")))
    assert report_of(db).periods[-1].sums["asked"].total == 80
    assert "nedlagt" not in every_form(db)


def test_a_quarter_is_told_alike_before_and_after_a_unit_came_or_went(
    db: Database, stored: Callable[..., None]
) -> None:
    """So that nothing can be reckoned by whoever has read it both times."""
    counts = {"jobcenter": 4, "sundhed": 14, "voksen": 14, "nedlagt": 4}
    stored(*((count, replace(ASKED, unit=unit), None) for unit, count in counts.items()))

    def told(units: dict[str, str]) -> dict[tuple[str, str, str], int | None]:
        found = db.read_now(lambda c: read(c, Place(units, PLACE.zone), SECOND, THIRD, NOW))
        return {(row.quarter, row.unit, row.measure): row.value for row in table.tidy(found)}

    with_it, now = told({**UNITS, "nedlagt": "Nedlagt"}), told({**UNITS, "ny": "Ny"})
    for figure in with_it.keys() & now.keys():
        assert with_it[figure] == now[figure], figure
    assert ("2026-q3", "sundhed", "asked") in with_it.keys() & now.keys()
    assert not any(now[code, "ny", measures.BY_UNIT] for code in ("2026-q2", "2026-q3"))


@pytest.mark.parametrize("few", [1, 4])
def test_none_and_fewer_than_five_look_the_same_in_every_form(
    db: Database, stored: Callable[..., None], few: int
) -> None:
    stored((30, ASKED, None))
    nothing = every_form(db)
    stored((few, HELPED, COURSE))
    _run(db, partial(spoke, language="so", times=few))
    assert every_form(db) == nothing


def test_what_was_called_back_is_no_hand_over(db: Database, stored: Callable[..., None]) -> None:
    stored((1, replace(HELPED, close="sent_in_error"), COURSE))
    assert not {"handed_over", "opened", "accepted"} & counted(db).keys()
    assert counted(db)["identified"] == 1


def test_a_wait_is_told_only_where_enough_have_waited() -> None:
    assert waiting(Counter({3: 4}), 10) == Waiting()
    assert waiting(Counter({3: 5}), 5) == Waiting(3, None)
    ten = Counter({1: 5, 2: 3, 9: 1, 70: 1})
    assert waiting(ten, 10) == Waiting(1, 9)
    assert waiting(ten, 5) == Waiting(1, None) and waiting(ten, None) == Waiting(), (
        "no more than the stage tells"
    )


# --- in words ---------------------------------------------------------------------------------------


@pytest.fixture
def full(db: Database) -> Report:
    lot = random.Random(5)
    rows = list(invented.outcomes(3_000, weeks(SECOND, THIRD), list(UNITS), lot))
    _run(db, lambda c: outcomes.record_all(c, rows))
    for language in ("ar", "uk", "pl", "tr", "ro", "de", "fa", "so"):
        _run(db, partial(spoke, language=language, times=12))
    return report_of(db)


@pytest.mark.parametrize("language", ["da", "en", "de"])
def test_the_five_lines_say_way_waits_modes_what_is_open_and_languages(full: Report, language: str) -> None:
    said = telling.lines(full, tell(language))
    assert len(said) == 5 and all(said)
    assert said[0].count(telling.ARROW) == len(measures.WAY) - 1
    caption = "\n\n".join(
        [telling.heading(full, tell(language)), *said, tell(language).say("report.rounded")]
    )
    assert len(caption) <= 1024, len(caption)
    assert "{" not in caption and len("\n".join(telling.means(tell(language)))) < 700


def test_the_lines_name_a_unit_whose_way_was_not_shown_to_work(
    db: Database, stored: Callable[..., None]
) -> None:
    for chat, (unit, age) in enumerate((("jobcenter", 1), ("sundhed", 6))):
        _run(db, partial(routes.tried, unit=unit, now=NOW - timedelta(days=age)))
        _run(db, partial(routes.proven, unit=unit, now=NOW - timedelta(days=age)))
        _run(db, partial(employs, unit=unit, chat=chat))
    found = report_of(db)
    assert found.unproven == ("sundhed",), "and not the unit that nobody works in yet"
    assert "i tre arbejdsdage: Sundhedsplejen. Se" in "\n".join(telling.lines(found, tell()))


def test_of_many_such_units_three_are_named_and_how_many_more(full: Report) -> None:
    many = replace(
        full, units={f"u{n}": f"Enhed {n}" for n in range(12)}, unproven=tuple(f"u{n}" for n in range(12))
    )
    line = next(one for one in telling.lines(many, tell()) if "tre arbejdsdage" in one)
    assert "Enhed 0, Enhed 1, Enhed 2 og +9. Se /health" in line


def test_where_no_opening_hours_are_known_the_wait_is_told_around_the_clock(
    db: Database, stored: Callable[..., None]
) -> None:
    stored((10, HELPED, COURSE), (10, replace(HELPED, week="2026-W20"), replace(COURSE, week="2026-W20")))
    assert "Set 0 / 0, Taget 1 / 1, Nået 9 / 9" in telling.lines(report_of(db), tell())[1]
    stored((1, HELPED, None))  # by a version that did not keep them: a wait among these would be none of all
    assert telling.lines(report_of(db), tell())[1].startswith("Timer i døgnet")
    before, last = report_of(db).periods
    assert last.sums["assessed"].total is None and before.sums["assessed"].total == 10
    assert last.waits["open_hours", "open"].median is None and before.waits["open_hours", "open"].median == 0


def test_small_units_are_told_with_the_sentence_that_their_differences_prove_nothing(full: Report) -> None:
    said = telling.units(full, tell())
    assert len(said) == 2 + len(UNITS) and said[-1].startswith(
        "Forskelle mellem små enheder beviser ingenting"
    )


# --- forms ------------------------------------------------------------------------------------------


def test_the_evaluation_has_a_row_a_unit_and_quarter_and_its_dictionary_every_column(full: Report) -> None:
    head, *rows = evaluation.rows(full)
    assert len(rows) == 2 * (1 + len(UNITS)) and all(len(row) == len(head) for row in rows)
    described = [name for name, *_ in evaluation.dictionary(tell()) if name]
    assert described == ["column", *head]
    terms = {term for _, _, term, _, _ in evaluation.dictionary(tell())}
    assert {"short", "middle", "long"} <= terms


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attributes if name in ("src", "href")]
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_needs_nothing_besides_itself_and_its_tags_close(full: Report) -> None:
    made = page.page(full, tell("de"), "Eksempelby <Kommune>", b"\x89PNG", "")
    tags = Tags()
    tags.feed(made)
    assert tags.open == [] and all(link.startswith("data:image/png") for link in tags.links)
    assert 'lang="de"' in made and "<Kommune>" not in made and "{" not in made.split("</style>")[1]


def test_the_page_of_one_unit_names_no_other(full: Report) -> None:
    made = page.page(full, tell(), "Eksempelby", None, "sundhed")
    tables = made.split("<table>")
    assert any("Sundhedsplejen" in one for one in tables)
    assert not any("<caption>Jobcenter" in one or "<caption>Voksne" in one for one in tables)


async def test_the_picture_is_drawn_by_another_process_which_is_given_no_setting_of_ours(
    full: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSPOR_KEY", "secret")
    assert "OPSPOR_KEY" not in drawing._environment()
    drawn = await drawing.png(drawing.drawing(full, tell()))
    assert drawn.startswith(b"\x89PNG")
    assert "matplotlib" not in sys.modules, "the one that asks has not loaded it"


async def test_a_picture_that_cannot_be_drawn_says_so(full: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "COMMAND", (sys.executable, "-c", "raise SystemExit(3)"))
    with pytest.raises(NotDrawn, match="status 3"):
        await drawing.png(drawing.drawing(full, tell()))
    monkeypatch.setattr(drawing, "COMMAND", (sys.executable, "-c", "import time; time.sleep(60)"))
    monkeypatch.setattr(drawing, "LONGEST", 0.2)
    with pytest.raises(NotDrawn, match="too long"):
        await drawing.png(drawing.drawing(full, tell()))
    monkeypatch.setattr(drawing, "COMMAND", ("./nothing-of-this-name",))
    with pytest.raises(WorldMisbehaved, match="FileNotFoundError"):
        await drawing.png(drawing.drawing(full, tell()))
    assert issubclass(NotDrawn, WorldMisbehaved), "work goes on, in words"


@pytest.mark.parametrize("ended", ["cancelled", "took too long"])
async def test_a_drawing_that_is_ended_leaves_no_process_behind(
    full: Report, monkeypatch: pytest.MonkeyPatch, ended: str
) -> None:
    begun: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    begin = asyncio.create_subprocess_exec

    async def noted(*command: str, **more: Any) -> Any:
        process = await begin(*command, **more)
        begun.set_result(process.pid)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)
    monkeypatch.setattr(drawing, "COMMAND", (sys.executable, "-c", "import time; time.sleep(3600)"))
    monkeypatch.setattr(drawing, "LONGEST", 3600.0 if ended == "cancelled" else 0.2)
    asked = asyncio.create_task(drawing.png(drawing.drawing(full, tell())))
    number = await begun
    if ended == "cancelled":
        os.kill(number, 0)  # it is there
        asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    assert asked.cancelled() == (ended == "cancelled")
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


@pytest.mark.parametrize("language", ["da", "en", "de"])
def test_no_word_of_the_picture_is_wider_than_the_picture(full: Report, language: str) -> None:
    """Measured in the font that is drawn with, in a process of its own as always."""
    told = drawing.drawing(full, tell(language)).as_json()
    script = (
        "import json,sys\nfrom bot.reports import picture\nfrom matplotlib.figure import Figure\n"
        "from matplotlib.backends.backend_agg import FigureCanvasAgg\n"
        "wide=[]\nreal=Figure.savefig\n"
        "def look(self,*a,**k):\n"
        "    FigureCanvasAgg(self).draw()\n"
        "    r=self.canvas.get_renderer()\n"
        "    texts=[*self.texts,*self.axes[0].texts]\n"
        "    wide.extend(t.get_text() for t in texts if t.get_window_extent(r).x1>picture.WIDTH)\n"
        "    return real(self,*a,**k)\n"
        "Figure.savefig=look\npicture.png(json.load(sys.stdin))\nprint(json.dumps(wide))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], input=told, capture_output=True, text=True, check=True
    )
    assert json.loads(ran.stdout) == []


def test_the_colours_of_the_picture_are_told_apart_without_colour() -> None:
    def grey(colour: str) -> float:
        red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        linear = [
            one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in (red, green, blue)
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one: str, other: str) -> float:
        bright, dark = sorted((grey(one), grey(other)), reverse=True)
        return (bright + 0.05) / (dark + 0.05)

    assert contrast(picture.INK, picture.GROUND) > 7 and contrast(picture.SOFT, picture.GROUND) > 4.5
    assert contrast(picture.NOW, picture.GROUND) > 3 and contrast(picture.NOW, picture.BEFORE) > 2


# --- the command ------------------------------------------------------------------------------------


def opspor(tmp_path: Path, *arguments: str, language: str = "da") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPSPOR_")}
    environment |= {
        "OPSPOR_MUNICIPALITY": str(EXAMPLE), "OPSPOR_DATABASE": f"sqlite:///{tmp_path / 'opspor.db'}",
    }  # fmt: skip
    return subprocess.run(
        [str(OPSPOR), "report", *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True
    )


def filled(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'opspor.db'}"
    migrate.migrate(url)
    opened = open_database(url)
    today = datetime.now(UTC).date()
    last = quarter.of_day(today).before
    rows = list(invented.outcomes(600, weeks(last.before, last), list(UNITS), random.Random(6)))
    _run(opened, lambda c: outcomes.record_all(c, rows))
    opened.close()


def test_the_command_prints_a_table_and_writes_every_file_that_was_asked_for(tmp_path: Path) -> None:
    filled(tmp_path)
    ran = opspor(tmp_path)
    assert ran.returncode == 0 and "Hele kommunen" in ran.stdout and "beviser ingenting" in ran.stdout, (
        ran.stderr
    )
    ran = opspor(
        tmp_path,
        "--csv",
        "a.csv",
        "--png",
        "b.png",
        "--html",
        "c.html",
        "--evaluation",
        "d.csv",
        "--language",
        "en",
    )
    assert ran.returncode == 0 and ran.stdout == "", ran.stderr
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text("utf-8"))))
    assert list(rows[0]) == list(table.COLUMNS) and {row["unit"] for row in rows} == {"all", *UNITS}
    assert (tmp_path / "b.png").read_bytes().startswith(b"\x89PNG")
    assert 'lang="en"' in (tmp_path / "c.html").read_text("utf-8")
    assert (tmp_path / "d.dictionary.csv").read_text("utf-8").startswith("column,type,term,of,meaning")
    assert not list(tmp_path.glob(".*.part"))


def test_csv_goes_to_the_screen_and_names_one_unit_besides_the_whole(tmp_path: Path) -> None:
    filled(tmp_path)
    ran = opspor(tmp_path, "--csv", "-", "--unit", "voksen")
    assert {row["unit"] for row in csv.DictReader(io.StringIO(ran.stdout))} - {"jobcenter", "sundhed"} >= {
        "all",
        "voksen",
    }
    assert not [row for row in csv.DictReader(io.StringIO(ran.stdout)) if row["unit"] == "sundhed"]


def test_days_within_a_quarter_give_the_whole_of_it_and_say_so(tmp_path: Path) -> None:
    filled(tmp_path)
    ran = opspor(tmp_path, "--from", "2026-05-04", "--to", "2026-05-10", "--csv", "-")
    assert {row["quarter"] for row in csv.DictReader(io.StringIO(ran.stdout))} == {"2026-q2"}
    assert "whole quarters are shown" in ran.stderr and "2026-03-30 to 2026-06-28" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "next week"), "--from is 'next week'; it takes a day, as 2026-07-01"),
        (("--from", "2026-08-01", "--to", "2026-07-01"), "--from must not come after --to"),
        (("--from", "2999-01-10"), "the quarter of --from is told from 2999-04-01 on"),
        (("--to", "2001-01-01"), "outcomes are kept for five years: --to must not come before"),
        (
            ("--unit", "nowhere"),
            "--unit is 'nowhere'; the municipality's file has jobcenter, sundhed, voksen",
        ),
        (("--language", "xx"), "--language is 'xx'"),
        (("--csv", "no/such/directory.csv"), "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_status_2(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    ran = opspor(tmp_path, *arguments)
    assert ran.returncode == 2 and said in ran.stderr and ran.stderr.count("\n") == 1, ran.stderr


def test_an_empty_database_gives_a_report_of_hidden_numbers(tmp_path: Path) -> None:
    ran = opspor(tmp_path)
    assert ran.returncode == 0 and "Spurgt" in ran.stdout, ran.stderr


# --- beside the presses -----------------------------------------------------------------------------


async def test_reading_holds_up_no_press_and_sees_one_moment(db: Database, url: str) -> None:
    rows = [(ASKED, None)]

    def read_twice(c: Connection) -> tuple[int, int]:
        before = c.execute(select(func.count()).select_from(outcome)).scalar_one()
        other = open_database(url)
        _run(other, lambda writing: outcomes.record_all(writing, rows))  # would wait for a writer
        other.close()
        return before, c.execute(select(func.count()).select_from(outcome)).scalar_one()

    assert await db.read(read_twice) == (0, 0)
    assert await db.read(lambda c: c.execute(select(func.count()).select_from(outcome)).scalar_one()) == 1


def plan_of(c: Connection, plain: str) -> list[str]:
    return [row[3] for row in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {plain}")]


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("statement", ["results", "steps", "assessed", "waits"])
def test_no_statement_reads_a_table_or_sorts_its_rows(db: Database, statement: str) -> None:
    asked = {
        "results": [figures._RESULTS], "steps": [figures._BY_STEP], "assessed": [figures._ASSESSED],
        "waits": [figures._waited(clock, step) for clock in figures.CLOCKS for step in figures.STEPS],
    }[statement]  # fmt: skip
    for one in asked:
        plain = str(
            one.params(first="2026-W01", last="2026-W26").compile(
                dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
            )
        )
        plan = db.read_now(partial(plan_of, plain=plain))
        assert all("COVERING INDEX" in line or "PRIMARY KEY" in line for line in plan), plan


def test_the_sums_of_a_quarter_are_made_of_that_quarter_alone() -> None:
    counts = {
        ("2026-q3", "a"): Counter(asked=10, conversations=10),
        ("2026-q2", "a"): Counter(conversations=90),
    }
    assert sums(counts, "2026-q3")["conversations"].total == 10
