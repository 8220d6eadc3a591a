"""One flow on paper: its numbered cards, and the small pieces of HTML that a chart and a card have in common."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from bot.flows.declared import Say, Shapes, in_reading_order, title
from bot.flows.machine import Arrow
from bot.flows.paper.captions import Captions
from bot.flows.paper.occasions import in_words
from bot.model import Answers, Flow, Guard, State, Text

EMERGENCY = "A"
ARROW = '<svg class="arrow" viewBox="0 0 30 10"><path d="M0 5h26M21 1l6 4-6 4"/></svg>'


@dataclass(frozen=True, slots=True)
class Sheet:
    """`reading` is the order of the states; `numbers` and `views` are the numbers on the cards, of states and
    of views, which may have the same names."""

    flow: Flow
    written: Shapes
    reading: tuple[str, ...]
    numbers: Mapping[str, str]
    views: Mapping[str, str]
    say: Say
    captions: Captions


def sheets(
    flows: Mapping[str, tuple[Flow, Shapes]], say: Say, captions: Captions
) -> Iterator[tuple[str, Sheet]]:
    """Numbers run on through all flows, so that no two cards on a desk have the same."""
    taken = 0
    for name, (flow, written) in flows.items():
        reading = in_reading_order(flow, written)
        numbers = {state: str(place) for place, state in enumerate(reading, taken + 1)}
        taken += len(reading)
        views = {view: str(place) for place, view in enumerate(beside(flow), taken + 1)}
        taken += len(views)
        for view, card in flow.views.items():
            if _is_state(flow, card):
                views[view] = numbers[card.name]
            elif "emergency" in card.marks:
                views[view] = EMERGENCY
        yield name, Sheet(flow, written, reading, numbers, views, say, captions)


def beside(flow: Flow) -> tuple[str, ...]:
    """The views that are cards of their own: no state's, not the emergency sheet, not the hidden screen."""
    return tuple(
        name
        for name, card in flow.views.items()
        if not _is_state(flow, card) and not card.marks & {"emergency", "neutral"}
    )


def _is_state(flow: Flow, card: State) -> bool:
    """Whether a view shows a state's own card; its name alone does not say so."""
    return flow.states.get(card.name) is card


def caption(sheet: Sheet, name: str) -> str:
    return escape(sheet.captions[f"paper.{name}"])


def name_of_flow(sheet: Sheet) -> str:
    return escape(sheet.captions.get(f"flow.{sheet.flow.name}", sheet.flow.name))


def name_of_card(sheet: Sheet, card: State) -> str:
    kind = "title" if _is_state(sheet.flow, card) else "view"
    return escape(sheet.captions.get(f"{kind}.{card.name}") or title(card, sheet.say) or card.name)


def begins(sheet: Sheet, card: State) -> str:
    """At the first card of an entry: where to begin, and which answers are then given already."""
    return "".join(
        f'<p class="begin">{caption(sheet, "begin")}: {escape(sheet.captions.get(f"flow.{name}", name))}'
        f"{_known(sheet, entry.sets)}</p>"
        for name, entry in sheet.flow.entries.items()
        if sheet.flow.states[entry.start] is card
    )


def _known(sheet: Sheet, answers: Answers) -> str:
    given = [
        f"{caption(sheet, 'to_card').format(number=sheet.numbers[state.name])}: {label_of(sheet, choice.label)}"
        for state in sheet.flow.states.values()
        for choice in state.choices
        if answers.get(choice.question) == choice.key and state.question == choice.question
    ]
    return f" ({caption(sheet, 'known')}: {'; '.join(given)})" if given else ""


def label_of(sheet: Sheet, label: Text | None) -> str:
    return escape(sheet.say(label)) if label is not None else ""


def when(sheet: Sheet, guards: Sequence[Guard]) -> str:
    return escape(in_words(guards, sheet.flow, sheet.numbers, sheet.say, sheet.captions))


def note(sheet: Sheet, guards: Sequence[Guard], otherwise: bool = False) -> str:
    """In brackets after a label or a way: when it applies, or that it is what is left."""
    if not (guards or otherwise):
        return ""
    only = caption(sheet, "only_when")
    said = f"{only[0].lower()}{only[1:]} {when(sheet, guards)}" if guards else caption(sheet, "else")
    return f' <i class="note">({said})</i>'


def goes_to(sheet: Sheet, arrows: Sequence[Arrow], sure: frozenset[Guard] = frozenset()) -> str:
    """Where to go: one card, or several with when."""
    parts = [
        caption(sheet, "to_card").format(number=f"<b>{sheet.numbers[arrow.target]}</b>")
        + note(sheet, [guard for guard in arrow.when if guard not in sure], place > 0 and not arrow.when)
        for place, arrow in enumerate(arrows)
    ]
    return f'<span class="goes">{ARROW}{"; ".join(parts)}</span>'
