"""A few kept conversations in which every line, choice and road of the flows is seen, and every condition to matter.

They are kept as short marks of cards, not as sentences; `python -m tests.roads` chooses them anew.
"""

import random
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from bot import engine
from bot.flows.loader import load
from bot.flows.trying import REFERENCE
from bot.flows.verify import GIVENS
from bot.model import Answers, Card, Event, Flow, Guard, Session

FILE = Path(__file__).parent / "roads.txt"
WALKS = 4000


@dataclass
class Walk:
    """One conversation: how it began, what was pressed, and what was seen of the flow."""

    flow: Flow
    begun: tuple[str, ...]
    session: Session
    codes: list[str] = field(default_factory=list)
    cards: list[str] = field(default_factory=list)
    seen: set[Hashable] = field(default_factory=set)

    @classmethod
    def of(cls, flow: Flow, begun: tuple[str, ...]) -> "Walk":
        entry, *told = begun
        given = dict(_pair(one) for one in told)
        session = engine.begin(flow, entry, 1, given, REFERENCE if given else "")
        walk = cls(flow, begun, session)
        walk._look()
        return walk

    @property
    def ended(self) -> bool:
        return self.flow.states[self.session.state].ends

    def press(self, code: str) -> None:
        before = self.session
        if "=" in code:
            given = {**before.given, **dict([_pair(code)])}
            self.session = replace(before, given=given, reference=REFERENCE)
        else:
            event = Event("press", code, chat=1, turn=before.turn)
            self.session = engine.step(self.flow, before, event).session
            if not before.view and not self.session.view:
                self.seen.add(("road", before.state, code, self.session.state))
        self.codes.append(code)
        self._look()

    def _look(self) -> None:
        session, answers = self.session, self.session.answers
        self.cards.append(_mark_of(self.flow, session))
        if session.view not in ("why", "show"):
            state = (
                self.flow.views[engine.view_of(session)] if session.view else self.flow.states[session.state]
            )
            where = (session.view, state.name)
            conditions = {
                "line": [line.when for line in state.lines],
                "why": [line.when for line in state.why],
                "choice": [choice.when for choice in state.choices],
            }
            for kind, whens in conditions.items():
                for number, when in enumerate(whens):
                    self.seen |= {(kind, *where, number, what) for what in _matters(when, answers)}


def _pair(told: str) -> tuple[str, str]:
    question, _, value = told.partition("=")
    return question, value


def _matters(when: tuple[Guard, ...], answers: Answers) -> Iterator[str]:
    """Shown; or kept away by one condition alone."""
    failing = [guard.name for guard in when if not guard(answers)]
    if not failing:
        yield "shown"
    elif len(failing) == 1:
        yield f"not {failing[0]}"


def _mark_of(flow: Flow, session: Session) -> str:
    """A card in one line: where it is, how each of its sentences begins, its answers, its controls, its why."""
    card = engine.card(flow, session)
    name = f"{session.state}/{session.view}" if session.view else session.state
    parts = [name, " ".join(sorted(card.marks)), _sentences(card)]
    parts.append(" ".join(f"{'✓' * one.ticked}{one.code}={one.label.msgid[:14]}" for one in card.choices))
    parts.append(" ".join(one.code for one in card.controls))
    if not session.view and "why" in {one.code for one in card.controls}:
        parts.append("why: " + _sentences(engine.card(flow, replace(session, view="why"))))
    return " | ".join(part for part in parts if part)


def _sentences(card: Card) -> str:
    return " / ".join(line.text.msgid[:22].replace("\n", " ") + "»" * line.aloud for line in card.lines)


# --- as they are kept ---------------------------------------------------------------------------------


def told(walks: Iterable[Walk]) -> str:
    """Each card once, under a short name of what it looks like; then each conversation on a line of its own."""
    cards: dict[str, str] = {}
    roads: list[str] = []
    for walk in walks:
        names = [_named(card) for card in walk.cards]
        cards |= dict(zip(names, walk.cards, strict=True))
        steps = (f"{code} {name}" for code, name in zip(walk.codes, names[1:], strict=True))
        roads.append(" ".join((walk.flow.name, *walk.begun, ":", names[0], *steps)))
    return "\n".join([*(f"{name} | {card}" for name, card in sorted(cards.items())), "", *sorted(roads), ""])


def _named(card: str) -> str:
    return f"{card.partition(' ')[0]}#{sha256(card.encode()).hexdigest()[:4]}"


def again(kept: str, flows: Mapping[str, Flow]) -> list[Walk]:
    """The same presses in the flows as they are now."""
    return [_again(road, flows) for road in kept.partition("\n\n")[2].splitlines()]


def _again(road: str, flows: Mapping[str, Flow]) -> Walk:
    head, _, steps = road.partition(" : ")
    name, *begun = head.split(" ")
    walk = Walk.of(flows[name], tuple(begun))
    for code in steps.split(" ")[1::2]:
        walk.press(code)
    return walk


# --- how they are chosen ------------------------------------------------------------------------------


def chosen(flows: Mapping[str, Flow]) -> list[Walk]:
    """Greedily: the walk that shows most of what no other has shown yet, until none shows anything new."""
    walks = [walk for flow in flows.values() for walk in _walks(flow)]
    found: list[Walk] = []
    open = set[Hashable]().union(*(walk.seen for walk in walks))
    while open:
        best = max(walks, key=lambda walk: (len(walk.seen & open), -len(walk.codes)))
        found.append(best)
        open -= best.seen
    return found


def _walks(flow: Flow) -> Iterator[Walk]:
    chance = random.Random(7)
    begun = [
        (entry, *(f"{question}={value}" for question, value in given.items()))
        for entry in flow.entries
        for given in GIVENS.get(f"{flow.name}.{entry}", ({},))
    ]
    for number in range(WALKS if len(flow.states) > 10 else len(begun) * 8):
        walk = Walk.of(flow, begun[number % len(begun)])
        aside = number % 5 == 0
        while not walk.ended:
            _go_on(walk, chance, aside)
        yield walk


def _go_on(walk: Walk, chance: random.Random, aside: bool) -> None:
    session, card = walk.session, engine.card(walk.flow, walk.session)
    controls = {one.code for one in card.controls}
    if session.view:
        answers = [one.code for one in card.choices]
        leaving = (
            ("hide",) if session.is_hidden else ("next", "back")
        )  # of the hidden screen back leads nowhere
        ways = [code for code in leaving if code in controls]
        walk.press(chance.choice(answers) if answers and chance.random() < 0.8 else ways[0])
    elif aside and "more" in controls and len(walk.codes) < 40 and chance.random() < 0.15:
        view = chance.choice(("more", "notify", "ask", "hide", "acute"))
        for code in (view,) if view in controls else ("more", view):
            walk.press(code)
    elif walk.flow.states[session.state].many:
        for one in chance.sample(card.choices, chance.choice((0, 1, 1, 2))):
            walk.press(one.code)
        walk.press("done")
    elif chance.random() < 0.01:
        walk.press("stop")
    else:
        code = chance.choice([*(one.code for one in card.choices), *(controls & {"next"})])
        walk.press(code)
        if code in ("consent.named", "consent.anonymous"):
            walk.press(f"route={chance.choice(('open', 'open', 'none'))}")


def write() -> int:
    walks = chosen(load(unverified=True).flows)
    FILE.write_text(told(walks), "utf-8")
    return len(walks)


if __name__ == "__main__":
    print(f"{write()} conversations are kept")  # noqa: T201
