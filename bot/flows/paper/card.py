"""One card on paper: what to say, what to know, boxes to tick, where to go, why; the chart is drawn elsewhere."""

from collections.abc import Sequence
from html import escape
from itertools import groupby

from bot.flows.declared import Exit, exits, title
from bot.flows.paper.sheet import Sheet, begins, caption, goes_to, label_of, name_of_card, note, when
from bot.model import Choice, Guard, Line, State

_BOX = '<svg class="box" viewBox="0 0 10 10"><rect x="1" y="1" width="8" height="8"/></svg>'


def card_of_state(sheet: Sheet, name: str) -> str:
    shown = sheet.flow.states[name]
    return _card(sheet, shown, sheet.numbers[name], exits(shown, sheet.written))


def card_of_view(sheet: Sheet, name: str) -> str:
    return _card(sheet, sheet.flow.views[name], sheet.views[name], ())


def _card(sheet: Sheet, shown: State, number: str, ways: Sequence[Exit]) -> str:
    return (
        f'<article class="card" id="card-{number}"><header><span class="number">{number}</span>'
        f"<h3>{name_of_card(sheet, shown)}</h3></header>{begins(sheet, shown)}{_asked(sheet, shown, ways)}"
        f"{_nothing_is_sent(sheet, shown)}{_without_echo(sheet, shown)}{_answers(sheet, shown, ways)}"
        f"{why(sheet, shown)}</article>"
    )


def _nothing_is_sent(sheet: Sheet, shown: State) -> str:
    """Paper stores and sends nothing, whatever the chat's words on the card say (P10)."""
    stores = "sent" in shown.marks or any(choice.does for choice in shown.choices)
    return f'<p class="warning">{caption(sheet, "nothing_is_sent")}</p>' if stores else ""


def lines(sheet: Sheet, shown: Sequence[Line], question: str = "", above: str = "") -> str:
    """What to say and what to know; lines that apply together stand together under one note. `question` is to
    be seen from afar; a heading that stands `above` already is not said again."""
    groups = groupby(shown, lambda line: line.when)
    return "".join(_group(sheet, guards, list(together), question, above) for guards, together in groups)


def _without_echo(sheet: Sheet, shown: State) -> str:
    """A card whose one line is its heading does not say it twice; elsewhere the question stands by its answers."""
    question = title(shown, sheet.say)
    alone = [sheet.say(line.text) for line in shown.lines] == [question]
    alone = alone and name_of_card(sheet, shown) == escape(question)
    return "" if alone else lines(sheet, shown.lines, question, name_of_card(sheet, shown))


def _asked(sheet: Sheet, shown: State, ways: Sequence[Exit]) -> str:
    if not shown.when:
        return ""
    on = next((exit.arrows for exit in ways if exit.label is None), ())
    otherwise = f" {caption(sheet, 'otherwise')} {goes_to(sheet, on)}." if on else ""
    return f'<p class="asked">{caption(sheet, "asked_when")} {when(sheet, shown.when)}.{otherwise}</p>'


def _group(sheet: Sheet, guards: Sequence[Guard], together: Sequence[Line], question: str, above: str) -> str:
    said = "".join(_line(sheet, line, question, above) for line in together)
    if not guards or not said:
        return said
    return f'<div class="when"><p class="note">{caption(sheet, "only_when")} {when(sheet, guards)}:</p>{said}</div>'


def _line(sheet: Sheet, line: Line, question: str, above: str) -> str:
    said = sheet.say(line.text)
    if not said:
        return ""
    if line.aloud:
        quoted = escape(sheet.captions["paper.quoted"].format(text=said))
        return f'<blockquote><span class="aloud">{caption(sheet, "aloud")}:</span> {quoted}</blockquote>'
    if said == question:
        return f'<p class="question">{escape(said)}</p>'
    first, *rest = said.split("\n")
    heads = rest and not first.startswith("•") and first[-1] not in ".:!"
    heading = f"<h4>{escape(first)}</h4>" if escape(first) != above else ""
    return (heading if heads else _paragraph(first)) + "".join(map(_paragraph, rest))


def _paragraph(said: str) -> str:
    kind = ' class="point"' if said.startswith(("•", "–")) else ""
    return f"<p{kind}>{escape(said)}</p>"


# --- answers and ways --------------------------------------------------------------------------------


def _answers(sheet: Sheet, shown: State, ways: Sequence[Exit]) -> str:
    by_choice = [exit for exit in ways if exit.choice is not None]
    alike = len({(exit.arrows, exit.sure) for exit in by_choice}) == 1
    boxes = "".join(_tick(sheet, choice, () if alike else by_choice) for choice in shown.choices)
    ticks = ""
    if boxes:
        how = caption(sheet, "tick_many" if shown.many else "tick_one")
        kind = "ticks short" if alike or shown.many else "ticks"
        ticks = f'<p class="how">{how}:</p><ul class="{kind}">{boxes}</ul>'
    # Nine boxes that all lead to the same card are read faster with the way said once, below them.
    after = _moves(sheet, caption(sheet, "after_any"), by_choice[0]) if alike else ""
    on = "".join(
        _moves(sheet, label_of(sheet, exit.label), exit)
        for exit in ways
        if exit.choice is None and exit.label is not None
    )
    return ticks + after + on + (f'<p class="how">{caption(sheet, "ends")}</p>' if shown.ends else "")


def _moves(sheet: Sheet, label: str, exit: Exit) -> str:
    return f'<p class="moves">{label} {goes_to(sheet, exit.arrows, exit.sure)}</p>'


def _tick(sheet: Sheet, choice: Choice, ways: Sequence[Exit]) -> str:
    exit = next((one for one in ways if one.choice is choice), None)
    to = f" {goes_to(sheet, exit.arrows, exit.sure)}" if exit is not None else ""
    opens = caption(sheet, "first_card").format(number=sheet.views[choice.opens]) if choice.opens else ""
    first = f" <i>{opens}</i>" if opens else ""
    return f"<li>{_BOX}<span>{label_of(sheet, choice.label)}{note(sheet, choice.when)}{first}{to}</span></li>"


# --- why ---------------------------------------------------------------------------------------------


def why(sheet: Sheet, shown: State) -> str:
    """Why it is asked, the law and the sources; the loader puts all three behind the Why control, and tells
    them apart by their gettext context."""
    kinds: dict[str, list[Line]] = {"why": [], "law": [], "sources": []}
    for line in shown.why:
        kinds[{"law": "law", "": "sources"}.get(line.text.context, "why")].append(line)
    said = "".join(
        f'<div><span class="kind">{caption(sheet, kind)}</span>{lines(sheet, of_kind)}</div>'
        for kind, of_kind in kinds.items()
        if of_kind
    )
    return f"<footer>{said}</footer>" if said else ""
