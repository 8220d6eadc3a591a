"""A conversation with the engine alone, as scenarios and walks need it; no storage, no words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot import derived, engine
from bot.model import Answers, Card, Event, Flow, Session, Step

DEFAULTS: Mapping[str, Any] = {
    "signs": [],
    "forms": [],
    "red_flags": [],
    "danger": "no",
    "child_danger": "no",
    "honour": "no",
    "children": "no",
    "safe_today": "yes",
    "gate": "ok",
    "exposure": "unknown",
    "suspected": "unknown",
    "who": "unknown",
    "wish": "later",
    "consent": "none",
    "next": "none",
}


def press(flow: Flow, session: Session, code: str) -> Step:
    return engine.step(flow, session, Event("press", code, chat=1, turn=session.turn))


@dataclass
class Talk:
    """One walk: what was met on the way, and how many presses it took (toggles apart, /new not counted)."""

    flow: Flow
    session: Session
    marks: set[str] = field(default_factory=set)
    cards: list[Card] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    does: list[str] = field(default_factory=list)
    presses: int = 0
    ended: bool = False

    @classmethod
    def on(cls, flow: Flow, entry: str = "new") -> "Talk":
        talk = cls(flow, engine.begin(flow, entry, turn=1))
        talk._look()
        return talk

    @property
    def answers(self) -> Answers:
        return self.session.answers

    def press(self, code: str, counted: bool = True) -> "Talk":
        step = press(self.flow, self.session, code)
        assert step.note not in {"stale", "not_offered"}, f"{code} is not offered on {self.session.state}"
        self.session, self.ended = step.session, step.ended
        self.does += step.does
        self.codes.append(code)
        self.presses += counted
        self._look()
        return self

    def tick(self, question: str, keys: list[str]) -> "Talk":
        for key in keys:
            self.press(f"{question}.{key}", counted=False)
        return self.press("done")

    def by_facts(self, facts: Mapping[str, Any]) -> "Talk":
        """Answer whatever is asked from the facts until the end, or until `stop_at`."""
        acute = facts.get("acute_at")
        while not self.ended:
            state = self.flow.states[self.session.state]
            question = state.question
            if self.session.view:
                self.press("next")
            elif question == facts.get("stop_at"):
                self.press("stop", counted=False)
            elif question == acute:
                acute = None
                self.press("acute")
            elif state.many:
                self.tick(question, list(facts.get(question, [])))
            elif not state.choices:
                self.press("next")
            else:
                self.press(f"{question}.{self._fact(question, facts)}")
        return self

    def _fact(self, question: str, facts: Mapping[str, Any]) -> str:
        if question == "level":
            return str(facts.get("level", derived.proposed_level(self.answers)))
        return str(facts.get(question, DEFAULTS.get(question)))

    def _look(self) -> None:
        card = engine.card(self.flow, self.session)
        self.cards.append(card)
        self.marks |= card.marks


def offered(card: Card) -> list[str]:
    """Every code that a card has a button for, answers first."""
    return [button.code for button in (*card.choices, *card.controls)]
