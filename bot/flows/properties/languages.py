"""The property of languages: each says all that a flow says, with the same places, numbers and references."""

import re
from collections.abc import Iterator

from bot.flows.properties.demands import Demand, Ground, Looked, Say, Wrong, proves
from bot.model import Flow, Line, Text

_LOCKED = re.compile(r"\{[a-z_]+\}|§+ ?\d+|\b11[24]\b|\b1888\b|\b116 ?\d{3}\b")


@proves("P14", "languages")
def languages(ground: Ground) -> Iterator[Demand]:
    """Every enabled language says every sentence, a citizen's every sentence for the citizen, with the same
    placeholders, numbers and law references; nothing untranslated is shown.

    Hvert sprog, der er slået til, siger hver sætning, og borgernes sprog hver sætning til borgeren, med de samme
    pladsholdere, numre og lovhenvisninger; intet uoversat bliver vist.
    """
    for language, say in ground.spoken.staff.items():
        yield from (_said(language, say, where, text) for where, text in _texts(ground.flow))
    for language, say in ground.spoken.citizen.items():
        aloud = ((where, line.text) for where, line in _lines(ground.flow) if line.aloud)
        yield from (_said(f"{language} (borgeren)", say, where, text) for where, text in aloud)


def _said(language: str, say: Say, where: str, text: Text) -> Demand:
    said = say(text)
    if not said:
        return Wrong(where, f"{language} mangler: {text.msgid}")
    if sorted(_LOCKED.findall(said)) != sorted(_LOCKED.findall(text.msgid)):
        return Wrong(where, f"{language} har andre numre eller pladsholdere: {said}")
    return Looked()


def _texts(flow: Flow) -> Iterator[tuple[str, Text]]:
    yield from (("controls", label) for label in flow.controls.values())
    yield from ((where, line.text) for where, line in _lines(flow))
    for name, state in (*flow.states.items(), *flow.views.items()):
        yield from ((name, choice.label) for choice in state.choices)
        if state.moves is not None:
            yield name, state.moves


def _lines(flow: Flow) -> Iterator[tuple[str, Line]]:
    for name, state in (*flow.states.items(), *flow.views.items()):
        yield from ((name, line) for line in (*state.lines, *state.why, *state.words))
