"""The road of a flow as boxes and arrows that a printer can take; what is said on the cards is not here."""

from collections.abc import Sequence
from itertools import zip_longest

from bot.flows.declared import Road, roads
from bot.flows.paper.sheet import ARROW, Sheet, begins, caption, label_of, name_of_card, note, when
from bot.model import State

_DOWN = '<svg class="down" viewBox="0 0 10 16"><path d="M5 0v13M1 9l4 5 4-5"/></svg>'


def chart(sheet: Sheet) -> str:
    """A row a card, in reading order: the box, and an arrow for each declared way from it."""
    ways: dict[str, list[Road]] = {name: [] for name in sheet.reading}
    for road in roads(sheet.flow, sheet.written):
        ways[road.source].append(road)
    follows = zip_longest(sheet.reading, sheet.reading[1:], fillvalue="")
    return "".join(_row(sheet, sheet.flow.states[name], ways[name], after) for name, after in follows)


def _row(sheet: Sheet, state: State, ways: Sequence[Road], below: str) -> str:
    asked = (
        f'<p class="note">{caption(sheet, "asked_when")} {when(sheet, state.when)}</p>' if state.when else ""
    )
    down = _DOWN if below in [road.target for road in ways] else ""
    kind = "node end" if state.ends else "node"
    out = "".join(_way(sheet, road, ways) for road in ways)
    return (
        f'<div class="row"><div class="place">{begins(sheet, state)}<div class="{kind}">'
        f'<span class="number">{sheet.numbers[state.name]}</span><b>{name_of_card(sheet, state)}</b>{asked}</div>{down}'
        f'</div><ul class="ways">{out}</ul></div>'
    )


def _way(sheet: Sheet, road: Road, ways: Sequence[Road]) -> str:
    everything = {label for each in ways for label in each.labels}
    if len(ways) > 1 and len(everything) > 1 and set(road.labels) == everything:
        labels = caption(sheet, "any_answer")
    else:
        labels = " / ".join(label_of(sheet, label) for label in road.labels)
    target = sheet.flow.states[road.target]
    return (
        f'<li><span class="by">{labels}{note(sheet, road.open, road.otherwise)}</span>{ARROW}'
        f'<span class="to"><b>{sheet.numbers[road.target]}</b> {name_of_card(sheet, target)}</span></li>'
    )
