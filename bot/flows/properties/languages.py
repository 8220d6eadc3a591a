"""The property of languages: each says all that a flow says, with the same places, numbers and references."""

import re
from collections.abc import Iterator

from bot.flows.properties.demands import Demand, Ground, Looked, Wrong, proves
from bot.model import Flow, Text

_LOCKED = re.compile(r"\{[a-z_]+\}|§+ ?\d+|\b11[24]\b|\b1888\b|\b116 ?\d{3}\b")


@proves("P14", "languages")
def languages(ground: Ground) -> Iterator[Demand]:
    """Every enabled language says every sentence, with the same placeholders, numbers and law references; nothing
    untranslated is shown.

    Hvert sprog, der er slået til, siger hver sætning med de samme pladsholdere, numre og lovhenvisninger; intet
    uoversat bliver vist.
    """
    for language, say in ground.spoken.items():
        for where, text in _texts(ground.flow):
            said = say(text)
            if not said:
                yield Wrong(where, f"{language} mangler: {text.msgid}")
            elif sorted(_LOCKED.findall(said)) != sorted(_LOCKED.findall(text.msgid)):
                yield Wrong(where, f"{language} har andre numre eller pladsholdere: {said}")
            else:
                yield Looked()


def _texts(flow: Flow) -> Iterator[tuple[str, Text]]:
    yield from (("controls", label) for label in flow.controls.values())
    for name, state in (*flow.states.items(), *flow.views.items()):
        for line in (*state.lines, *state.why):
            yield name, line.text
        yield from ((name, choice.label) for choice in state.choices)
        if state.moves is not None:
            yield name, state.moves
