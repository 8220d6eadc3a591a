"""The whole printed paper as one HTML page that needs nothing else: no script, no network, no clock."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from bot.flows.declared import Say, Shapes, title
from bot.flows.paper.captions import Captions
from bot.flows.paper.card import card_of_state, card_of_view, lines, why
from bot.flows.paper.chart import chart
from bot.flows.paper.sheet import EMERGENCY, Sheet, beside, caption, name_of_flow, sheets
from bot.model import Flow, State

STYLE = Path(__file__).parent / "style.css"


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands on the title page besides the paper's own words; `dated` is the date of the flows."""

    town: str
    unit: str
    dated: str
    language: str
    code: str


def document(
    flows: Mapping[str, tuple[Flow, Shapes]],
    chosen: Sequence[str],
    say: Say,
    captions: Captions,
    facts: Facts,
    after: str = "",
) -> str:
    """A title page, the emergency and the duty card each alone, then the chart and the cards of each chosen flow; and
    what comes `after` them."""
    made = dict(sheets(flows, say, captions))
    body = [
        _title_page(captions, facts, [made[name] for name in chosen]),
        *_front(list(made.values())),
        *(part for name in chosen for part in _of_flow(made[name])),
        after,
    ]
    return _page(captions, facts, "\n".join(body))


def alone(section: str, captions: Captions, facts: Facts) -> str:
    """One section as a paper of its own."""
    return _page(captions, facts, section)


def _page(captions: Captions, facts: Facts, body: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(facts.code)}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(captions['paper.title'])}</title>\n"
        f"<style>\n{STYLE.read_text('utf-8')}{_margins(captions, facts)}</style>\n</head>\n<body>\n"
        + body
        + "\n</body>\n</html>\n"
    )


def _margins(captions: Captions, facts: Facts) -> str:
    """At the foot of every page, so that a loose sheet still says that it is a draft, and of when."""
    names = ("title", "draft", "silent")
    foot = " · ".join((*(captions[f"paper.{name}"] for name in names), facts.town, facts.dated))
    # A quote or a backslash would end the CSS string early, "<" the style itself.
    foot = "".join(sign for sign in foot if sign not in '"\\<>\n')
    return f'@page {{ @bottom-left {{ content: "{foot}"; }} @bottom-right {{ content: counter(page); }} }}\n'


def _title_page(captions: Captions, facts: Facts, chosen: Sequence[Sheet]) -> str:
    said = {name.removeprefix("paper."): escape(text) for name, text in captions.items()}
    rows = (("town", facts.town), ("unit", facts.unit), ("dated", facts.dated), ("language", facts.language))
    how = "".join(f"<li>{said[name]}</li>" for name in said if name.startswith("how_"))
    contents = "".join(f"<li>{_span(sheet)}: {name_of_flow(sheet)}</li>" for sheet in chosen)
    return (
        f'<section class="sheet title"><h1>{said["title"]}</h1><p class="subtitle">{said["subtitle"]}</p>'
        f'<div class="draft"><b>{said["draft"]}</b><p>{said["draft_why"]}</p></div><dl>'
        + "".join(f"<dt>{said[name]}</dt><dd>{escape(value)}</dd>" for name, value in rows)
        + f"</dl><h2>{said['how']}</h2><ul>{how}</ul><h2>{said['contents']}</h2><ul>"
        + f"<li>{EMERGENCY}: {said['front_emergency']}</li><li>{said['front_duty']}</li>{contents}</ul></section>"
    )


def _span(sheet: Sheet) -> str:
    numbers = [*sheet.numbers.values(), *(sheet.views[view] for view in beside(sheet.flow))]
    return f"{numbers[0]}–{numbers[-1]}"


def _front(made: Sequence[Sheet]) -> Iterator[str]:
    """The emergency card and the duty card, each once and alone on a sheet."""
    for mark in ("emergency", "duty"):
        for sheet in made:
            views = [(sheet.views.get(name, ""), view) for name, view in sheet.flow.views.items()]
            states = [(sheet.numbers[name], state) for name, state in sheet.flow.states.items()]
            found = [(number, one) for number, one in (*views, *states) if mark in one.marks]
            if found:
                yield _front_sheet(sheet, *found[0], mark)
                break


def _front_sheet(sheet: Sheet, number: str, shown: State, mark: str) -> str:
    # On the wall nobody ticks: the question that the boxes answer stands on the card itself.
    question = title(shown, sheet.say) if shown.choices else ""
    kept = [line for line in shown.lines if sheet.say(line.text) != question]
    heading = caption(sheet, f"front_{mark}")
    cited = "" if shown.choices else why(sheet, shown)
    return (
        f'<section class="sheet front {mark}"><header><span class="number">{number}</span>'
        f"<h1>{heading}</h1></header>{lines(sheet, kept, above=heading)}"
        f'<p class="warning">{caption(sheet, "nothing_is_sent")}</p>{cited}</section>'
    )


def _of_flow(sheet: Sheet) -> Iterator[str]:
    name = name_of_flow(sheet)
    yield f'<section class="chart"><h2>{name}: {caption(sheet, "chart")}</h2>{chart(sheet)}</section>'
    yield f'<section class="cards"><h2>{name}: {caption(sheet, "cards")}</h2>'
    yield from (card_of_state(sheet, state) for state in sheet.reading)
    views = beside(sheet.flow)
    if views:
        yield f"<h2>{caption(sheet, 'beside')}</h2>"
        yield from (card_of_view(sheet, view) for view in views)
    yield "</section>"
