"""Asks the properties while a flow is explored, at every card and every press; it goes nowhere itself."""

import time
from collections.abc import Sequence

from bot import engine
from bot.flows.explore import Pair
from bot.flows.properties.demands import ANYWHERE, SAID, After, Demand, Each, Never, Owed
from bot.flows.trying import Codes, Press
from bot.flows.verdicts import Broken, Verdict
from bot.model import Card, Flow, Session


class Watcher:
    """Sees every card and every press, and asks each property that has something to say about it."""

    def __init__(self, flow: Flow, asked: Sequence[tuple[Verdict, Demand]]) -> None:
        self.flow, self.asked = flow, asked
        self.owed = [(verdict, demand) for verdict, demand in asked if isinstance(demand, Owed)]
        self.eaches = [(verdict, demand) for verdict, demand in asked if isinstance(demand, Each)]
        self.afters = [(verdict, demand) for verdict, demand in asked if isinstance(demand, After)]
        self.nevers: dict[str, list[tuple[Verdict, Never]]] = {}
        for verdict, demand in asked:
            if isinstance(demand, Never):
                self.nevers.setdefault(read_on(demand), []).append((verdict, demand))

    def card(self, pair: Pair, session: Session, codes: Codes) -> None:
        state, answers = self.flow.states[session.state], session.answers
        anywhere = () if state.ends else self.nevers.get("", ())
        for verdict, never in (*self.nevers.get(session.state, ()), *anywhere):
            begun = time.perf_counter()
            ruled_out = never.when.reads and never.when not in pair.seen.may_hold
            right = bool(ruled_out) or not never.when(answers)
            road = codes if right else (*codes, *_opening(self.flow, session, never))
            self._judge(verdict, right, never.why, road, begun)
        for verdict, owed in self.owed if state.ends else ():
            begun = time.perf_counter()
            met = owed.mark in pair.met if owed.when(answers) else None
            missed = f"intet kort på vejen sagde: {SAID.get(owed.mark, owed.mark)}"
            self._judge(verdict, met, missed, codes, begun)
        self._each(session, engine.card(self.flow, session), codes)

    def press(self, press: Press) -> None:
        begun = time.perf_counter()
        for verdict, after in self.afters:
            right = after.right(press)
            if right is not None:
                self._judge(verdict, right, after.why, press.codes, begun)
                begun = time.perf_counter()
        if press.looks and press.after.view:
            self._each(press.after, press.card, press.codes)

    def _each(self, session: Session, card: Card, codes: Codes) -> None:
        begun = time.perf_counter()
        for verdict, each in self.eaches:
            begun = self._judge(verdict, each.right(session, card), each.why, codes, begun)

    def _judge(self, verdict: Verdict, right: bool | None, why: str, codes: Codes, begun: float) -> float:
        if right is not None:
            verdict.looks += 1
            if not right:
                verdict.found(Broken(verdict.of.code, self.flow.name, why, codes))
        now = time.perf_counter()
        verdict.seconds += now - begun
        return now


def read_on(never: Never) -> str:
    """The card it is read on; "" is every card of a conversation that goes on."""
    return "" if never.card.startswith(ANYWHERE) else never.card


def _opening(flow: Flow, session: Session, never: Never) -> Codes:
    """The presses that bring the card up, where it is not the present one."""
    if not never.card.startswith(ANYWHERE):
        return ()
    name = never.card.removeprefix(ANYWHERE)
    if name == engine.STOPPED:
        return ("stop",)
    offered = {button.code for button in engine.card(flow, session).controls}
    return (name,) if name in offered else ("more", name)
