"""A counterexample as a conversation that a professional can read, in Danish; it judges nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from bot import engine
from bot.flows.play import seen
from bot.flows.trying import REFERENCE
from bot.flows.verdicts import Broken, Verdict
from bot.model import Answers, Button, Card, Event, Flow, Screen, Session, Text, Value

Show = Callable[[Card], Screen]
Say = Callable[[Text], str]


def tell(flow: Flow, broken: Broken, verdict: Verdict, show: Show, say: Say) -> str:
    """What does not hold, what is wrong, and the conversation that shows it: the cards by what they ask, the last two
    whole."""
    said = [f"{verdict.of.code} holder ikke: {verdict.of.danish}", f"Det er galt: {broken.why}"]
    if broken.where:
        said.append(f"Det gælder kortet «{broken.where.removeprefix('*')}» i {flow.name}.")
    if broken.answers:
        said.append("Med disse svar: " + ", ".join(_answer(*each) for each in broken.answers.items()))
    if broken.codes:
        said += ["Den korteste samtale, der viser det:", *_conversation(flow, broken.codes, show, say)]
    return "\n".join(said)


def _answer(question: str, value: Value) -> str:
    return f"{question} = {value if isinstance(value, str) else ' og '.join(value) or 'intet'}"


def _conversation(flow: Flow, codes: tuple[str, ...], show: Show, say: Say) -> Iterator[str]:
    steps = list(_steps(flow, codes))
    for number, (card, code) in enumerate(steps[:-1], 1):
        if number == len(steps) - 1:
            yield from (f"   {line}" for line in _whole(card, show))
        yield f"{number:3}. {_asks(card, say)}  →  {_pressed(card, code, say)}"
    yield from (f"   {line}" for line in _whole(steps[-1][0], show))


def _whole(card: Card, show: Show) -> Iterator[str]:
    yield from seen(show(card))


def _steps(flow: Flow, codes: tuple[str, ...]) -> Iterator[tuple[Card, str]]:
    """Each card, and what was pressed on it; the last has nothing pressed. What the house knows or finds out stands in
    the codes as question=value."""
    entry, *presses = codes
    given: Answers = dict(_known(code) for code in presses if "=" in code and not code.startswith("route="))
    session = engine.begin(flow, entry, 1, given, REFERENCE if given else "")
    for code in presses:
        if code.startswith("route="):
            session = replace(session, given={**session.given, **dict([_known(code)])}, reference=REFERENCE)
        elif "=" not in code:
            yield engine.card(flow, session), code
            session = _after(flow, session, code)
    yield engine.card(flow, session), ""


def _known(code: str) -> tuple[str, str]:
    question, _, value = code.partition("=")
    return question, value


def _after(flow: Flow, session: Session, code: str) -> Session:
    return engine.step(flow, session, Event("press", code, chat=0, turn=session.turn)).session


def _asks(card: Card, say: Say) -> str:
    """What a card ends with: its question, or the last that it says."""
    own = [line for line in card.lines if not line.aloud] or list(card.lines)
    last = say(own[-1].text).split("\n")[-1] if own else "…"
    return last if len(last) <= 90 else last[:89] + "…"


_EVENTS = {
    "stale": "et tryk på et gammelt kort",
    "typed": "skriver noget",
    "twice": "det samme tryk en gang til",
    "save-and-load": "gemmes og hentes igen",
}


def _pressed(card: Card, code: str, say: Say) -> str:
    buttons: tuple[Button, ...] = (*card.choices, *card.controls)
    label = next((say(button.label) for button in buttons if button.code == code), "")
    return f"[{label}] {code}" if label else _EVENTS.get(code, code)
