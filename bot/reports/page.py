"""A report as one HTML document that needs nothing besides itself: to read on a screen, and to print."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from html import escape

from bot.reports import table, telling
from bot.reports.measures import MEASURES, NOT_KNOWN
from bot.reports.report import Report
from bot.reports.telling import Tell

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.2; } h2 { font-size: 1.15rem; margin-top: 2rem; break-after: avoid; }
img { display: block; width: 100%; max-width: 27rem; height: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: start; font-weight: 600; padding: .5rem 0; }
th, td { padding: .25rem .75rem .25rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
th { text-align: start; font-weight: 400; } thead th { font-weight: 600; vertical-align: bottom; }
td, thead th + th { text-align: end; white-space: nowrap; }
tr { break-inside: avoid; } dt { font-weight: 600; } dd { margin: 0 0 .5rem; } .note { font-size: .9rem; }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } }
"""


def page(report: Report, tell: Tell, town: str, png: bytes | None, only: str = "") -> str:
    """`only` is a unit: the others are left out. Without a picture the figures stand in words and tables."""
    title = f"{tell.say('report.title')} · {town}"
    body = "\n".join(
        (
            f"<h1>{escape(title)}</h1>",
            f"<p>{escape(telling.heading(report, tell))}. {escape(_written(report, tell))}</p>",
            _picture(report, tell, png),
            *(f"<p>{escape(line)}</p>" for line in telling.lines(report, tell)),
            *(f'<p class="note">{escape(line)}</p>' for line in telling.means(tell)),
            _of_all(report, tell),
            *_of_units(report, tell, only),
            _of_waits(report, tell),
            *_what_it_means(tell),
        )
    )
    return (
        f'<!doctype html>\n<html lang="{tell.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{escape(title)}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _written(report: Report, tell: Tell) -> str:
    return tell.say("report.written", until=tell.words.date(report.written, tell.language))


def _picture(report: Report, tell: Tell, png: bytes | None) -> str:
    if png is None:
        return ""
    said = escape(telling.lines(report, tell)[0], quote=True)
    return f'<p><img alt="{said}" src="data:image/png;base64,{b64encode(png).decode()}"></p>'


def _of_all(report: Report, tell: Tell) -> str:
    rows = [(tell.measure(code), *map(tell.number, cells)) for code, cells in table.by_quarter(report)]
    return _table(tell.say("report.all"), _head(report, tell), rows)


def _of_units(report: Report, tell: Tell, only: str) -> Iterator[str]:
    """A table a unit of which some number may be seen."""
    for unit, name in report.units.items():
        rows = [
            (tell.measure(code), *map(tell.number, cells))
            for code, cells in table.by_quarter(report, unit)
            if code in telling.OF_A_UNIT and only in ("", unit)
        ]
        if any(cell != tell.number(None) for _, *cells in rows for cell in cells):
            yield _table(name, _head(report, tell), rows)


def _of_waits(report: Report, tell: Tell) -> str:
    rows = []
    for clock, step, cells in table.of_waits(report):
        name = f"{tell.measure(telling.OF_STEP[step])}, {tell.say(f'report.{clock}')}"
        rows.append((name, *(f"{tell.number(half)} / {tell.number(most)}" for half, most in cells)))
    said = (
        f"{tell.say('report.waiting')}: {tell.say('report.half').lower()} / {tell.say('report.most').lower()}"
    )
    return _table(said, _head(report, tell), rows)


def _what_it_means(tell: Tell) -> Iterator[str]:
    yield f"<h2>{escape(tell.say('report.means'))}</h2>"
    yield "<dl>"
    for one in MEASURES:
        yield f"<dt>{escape(tell.measure(one.code))}</dt><dd>{escape(telling.counted(one.code, tell))}</dd>"
    yield "</dl>"
    yield f"<h2>{escape(tell.say('not_known.title'))}</h2>"
    yield "<ul>"
    yield from (f"<li>{escape(tell.say(f'not_known.{name}'))}</li>" for name in NOT_KNOWN)
    yield "</ul>"


def _head(report: Report, tell: Tell) -> list[str]:
    return [tell.say("report.measure"), *(tell.quarter(period) for period in report.periods)]


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    above = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    below = "\n".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return (
        f'<div class="wide"><table><caption>{escape(caption)}</caption>\n<thead><tr>{above}</tr></thead>\n'
        f"<tbody>\n{below}\n</tbody></table></div>"
    )
