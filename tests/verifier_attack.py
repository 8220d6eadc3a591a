"""Attacks the verifier: breaks the flows, walks them by chance with the real engine, and judges each conversation by
the very demands that are proven. `python -m tests.verifier_attack 0 40 3000` tries forty broken flows at length."""

import random
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot import engine
from bot.errors import FlowError
from bot.flows import loader
from bot.flows.guards import GUARDS
from bot.flows.properties import PROPERTIES
from bot.flows.properties.demands import ANYWHERE, After, AtMost, Demand, Each, Ground, Never, Owed, Spoken
from bot.flows.trying import REFERENCE, Press
from bot.flows.verdicts import Broken, Report
from bot.flows.verify import GIVENS, verify
from bot.flows.vocabulary import QUESTIONS
from bot.model import Answers, Event, Flow, Session, Step
from bot.proving import kept

DANISH = Spoken({"da": lambda text: text.msgid})
Edit = tuple[str, str, str]  # the file, what stands there, what stands there instead
LONGEST = 120


def loaded(edits: Iterable[Edit] = ()) -> Mapping[str, Flow]:
    """The flows, with something else written in their files. Raises FlowError where the loader sees it."""
    texts = {path.stem: path.read_text("utf-8") for path in loader.DIRECTORY.glob("*.toml")}
    for file, old, new in edits:
        assert texts[file].count(old) == 1, f"{file} has {texts[file].count(old)} times: {old}"
        texts[file] = texts[file].replace(old, new)
    with tempfile.TemporaryDirectory() as directory:
        for name, text in texts.items():
            (Path(directory) / f"{name}.toml").write_text(text, "utf-8")
        return loader.load(Path(directory), unverified=True).flows


def proven(flows: Mapping[str, Flow], only: Iterable[str] = (), stops: bool = False) -> Report:
    return verify(flows, DANISH, kept, stops=stops, only=set(only) or set(PROPERTIES))


def broken(report: Report) -> dict[str, Broken | None]:
    """The properties that did not pass, with what was found; None where nothing was looked at."""
    return {each.of.code: each.broken for each in report.verdicts if not each.passed}


# --- faults by chance -------------------------------------------------------------------------------

_CONDITION = re.compile(r'when = "(\w+)"(?:, )?')
_MARKS = re.compile(r'(, )?marks = "\w+"')
_TARGET = re.compile(r'(to|then) = "(\w+)"')


def fault(seed: int) -> Edit:
    """One small change to a flow file: a condition dropped or another, a mark dropped, another target."""
    chance = random.Random(seed)
    file = chance.choice(("detection", "detection", "duty", "handover", "referral"))
    text = (loader.DIRECTORY / f"{file}.toml").read_text("utf-8")
    kind = chance.choice((_CONDITION, _CONDITION, _MARKS, _TARGET))
    found = chance.choice([*kind.finditer(text)] or [*_CONDITION.finditer(text)])
    if found.re is _CONDITION:
        other = f'when = "{chance.choice(sorted(GUARDS))}"' + (", " if found[0].endswith(", ") else "")
        new = chance.choice(("", other)) if found[0].endswith(", ") else other
    elif found.re is _TARGET:
        new = f'{found[1]} = "{chance.choice([m[2] for m in _TARGET.finditer(text)])}"'
    else:
        new = ""
    return file, text, text[: found.start()] + new + text[found.end() :]


# --- a conversation, judged ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Demands:
    """Of every property asked, with its code; those about a card by its name, "" being any that is no end."""

    afters: list[tuple[str, After]] = field(default_factory=list)
    eaches: list[tuple[str, Each]] = field(default_factory=list)
    ends: list[tuple[str, Owed | AtMost]] = field(default_factory=list)
    nevers: dict[str, list[tuple[str, Never]]] = field(default_factory=dict)

    @classmethod
    def of(cls, flow: Flow) -> "Demands":
        demands, ground = cls(), Ground(flow, DANISH)
        for code, each in PROPERTIES.items():
            for demand in each.demands(ground):
                demands.put(code, demand)
        return demands

    def put(self, code: str, demand: Demand) -> None:
        if isinstance(demand, After):
            self.afters.append((code, demand))
        elif isinstance(demand, Each):
            self.eaches.append((code, demand))
        elif isinstance(demand, Owed | AtMost):
            self.ends.append((code, demand))
        elif isinstance(demand, Never):
            card = "" if demand.card.startswith(ANYWHERE) else demand.card
            self.nevers.setdefault(card, []).append((code, demand))


_DANGER = (("danger.now",), ("child_danger.now",))  # pressed last, the emergency card is on the road


@dataclass(frozen=True)
class Before:
    """What `back` returns to."""

    session: Session
    met: frozenset[str]
    counted: tuple[str, ...]


@dataclass
class Talk:
    """One conversation on the real engine. `met` are the marks on the road that is left after every `back`: what was
    only looked at does not count, so that whatever is found is wrong on a shorter conversation too."""

    flow: Flow
    demands: Demands
    session: Session
    codes: list[str]
    route: str = "open"
    met: frozenset[str] = frozenset()
    peeked: frozenset[str] = frozenset()
    counted: tuple[str, ...] = ()
    stack: list[Before] = field(default_factory=list)
    withdrawn: bool = False
    found: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    @classmethod
    def begun(cls, flow: Flow, demands: Demands, entry: str, given: Answers | None = None) -> "Talk":
        session = engine.begin(flow, entry, 1, given, REFERENCE if given else "")
        talk = cls(flow, demands, session, [entry, *(f"{q}={value}" for q, value in (given or {}).items())])
        talk._look()
        return talk

    @property
    def offered(self) -> list[str]:
        card = engine.card(self.flow, self.session)
        return [button.code for button in (*card.choices, *card.controls)]

    @property
    def ended(self) -> bool:
        return self.flow.states[self.session.state].ends

    def take(self, code: str) -> bool:
        """Whether the press counted for anything."""
        before = self.session
        event = Event("press", code, chat=1, turn=before.turn)
        step = engine.step(self.flow, before, event)
        if step.note == "not_offered":
            return False
        self.codes.append(code)
        if self.flow.states[before.state].ends:
            return True
        state = self.flow.states[before.state]
        toggled = state.many and "." in code and not before.view
        answers = not before.view and not toggled and ("." in code or code in ("next", "done"))
        self._after(before, event, step, looks="." not in code and not answers)
        self._move(before, code, step, answers)
        if not toggled:
            self._look(opened=answers or "." in code)
            if self.ended and code != "stop":
                self._end()
        return True

    def _after(self, before: Session, event: Event, step: Step, looks: bool) -> None:
        came_from = self.stack[-1].session if self.stack else None
        press = Press(self.flow, before, event, step, tuple(self.codes), self.met, looks, came_from)
        if self.withdrawn and event.code == "back":
            return  # what was stored in between stays
        for code, demand in self.demands.afters:
            if demand.right(press) is False:
                self._wrong(code, demand.why)

    def _move(self, before: Session, code: str, step: Step, answers: bool) -> None:
        session = step.session
        if answers:
            self.stack.append(Before(replace(before, ticks=()), self.met, self.counted))
            self.counted = (*self.counted, code)
        elif step.note in ("aside", "asked"):
            self.met |= self.peeked
            self.counted = (*self.counted, f"~{code}")
        elif code == "next" and before.view == "acute" and self.counted[-1:] in _DANGER:
            self.counted = (*self.counted, "acute")
        elif code == "back" and not before.view and not step.note:
            last = self.stack.pop()
            self.met, self.counted = last.met, last.counted
        if "refer" in step.does:
            session = replace(session, given={**session.given, "route": self.route}, reference=REFERENCE)
        elif "withdraw" in step.does:
            session, self.withdrawn = replace(session, reference=""), True
            marks = {name: state.marks for name, state in self.flow.states.items()}
            self.stack = [one for one in self.stack if "sent" not in marks[one.session.state]]
            del self.stack[sum(not one.aside for one in session.trail) :]
        self.session = session

    def _look(self, opened: bool = False) -> None:
        """`opened`: an answer opened this, which nobody passes by."""
        session, answers = self.session, self.session.answers
        card = engine.card(self.flow, session)
        if session.view and not opened:
            self.peeked |= card.marks
        else:
            self.met, self.peeked = self.met | card.marks, frozenset()
        for code, each in self.demands.eaches:
            if each.right(session, card) is False:
                self._wrong(code, each.why)
        if session.view:
            return
        anywhere = () if self.ended else self.demands.nevers.get("", ())
        for code, never in (*self.demands.nevers.get(session.state, ()), *anywhere):
            if never.when(answers):
                self._wrong(code, never.why)

    def _end(self) -> None:
        answers = self.session.answers
        aside = any(code.startswith("~") for code in self.counted)
        for code, demand in self.demands.ends:
            if isinstance(demand, Owed):
                if demand.mark not in self.met and demand.when(answers):
                    self._wrong(code, f"{demand.mark} was not met")
            elif not aside and len(self.counted) > demand.presses:
                held = demand.avoids.isdisjoint(self.counted) and (
                    demand.emergency or "acute" not in self.counted
                )
                if held and (demand.ends is None or demand.ends(answers)):
                    self._wrong(code, f"{len(self.counted)} presses where {demand.presses} are the most")

    def _wrong(self, code: str, why: str) -> None:
        self.found.setdefault(code, (why, tuple(self.codes)))


def walked(flow: Flow, demands: Demands, entry: str, seed: int, given: Answers | None = None) -> Talk:
    chance = random.Random(seed)
    talk = Talk.begun(flow, demands, entry, given)
    talk.route = chance.choice(("open", "none"))
    restless = chance.choice((0.0, 0.15, 0.4))
    for _ in range(LONGEST):
        if talk.ended:
            break
        _press(talk, chance, restless)
    return talk


def _press(talk: Talk, chance: random.Random, restless: float) -> None:
    offered, state = talk.offered, talk.flow.states[talk.session.state]
    if talk.session.view:
        answers = [code for code in offered if "." in code]
        further = [code for code in offered if code in ("notify", "ask", "withdraw", "done")]
        out = ("hide",) if talk.session.is_hidden else ("next", "back", "hide")
        leave = [code for code in out if code in offered][:1]
        talk.take(chance.choice([chance.choice(answers or leave), *further, *leave]))
    elif chance.random() < restless:
        beside = [code for code in offered if "." not in code and code not in ("next", "done", "stop")]
        talk.take(chance.choice([*beside, *(["more"] * 3 if "more" in beside else [])]))
    elif state.many:
        for code in chance.sample([code for code in offered if "." in code], chance.choice((0, 0, 1, 2))):
            talk.take(code)
        talk.take("done")
    else:
        talk.take(chance.choice([code for code in offered if "." in code or code == "next"]))


def violations(
    flows: Mapping[str, Flow], walks: int, seed: int = 0
) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What walks by chance find broken, by property, with the shortest of the roads."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for name, flow in flows.items():
        demands = Demands.of(flow)
        for entry in flow.entries:
            known = GIVENS.get(f"{name}.{entry}")
            count = len(known) if known else walks
            for number in range(count):
                talk = walked(flow, demands, entry, seed + number, known[number] if known else None)
                for code, wrong in talk.found.items():
                    if code not in found or len(wrong[1]) < len(found[code][1]):
                        found[code] = wrong
    return found


# --- a counterexample, taken again --------------------------------------------------------------------

NOT_PRESSED = frozenset({"stale", "typed", "twice", "save-and-load", "hidden"})


def is_real(flows: Mapping[str, Flow], wrong: Broken) -> bool:
    """Whether the presses of a counterexample, one by one on the engine, lead to what it says. What is seen by looking
    at the flow, in what follows from answers, or in roads that never end has no last press."""
    flow = flows[wrong.flow]
    if not wrong.codes or wrong.codes[-1] in NOT_PRESSED:
        return True
    entry, *codes = wrong.codes
    given = {}
    while codes and codes[0].partition("=")[0] in {"urgency", "path", "take", "contact"} and "=" in codes[0]:
        question, _, value = codes.pop(0).partition("=")
        given[question] = value
    talk = Talk.begun(flow, Demands.of(flow), entry, given or None)
    been = [talk.session.state]
    for code in codes:
        if code.startswith("route="):
            route = code.removeprefix("route=")
            talk.session = replace(talk.session, given={**talk.session.given, "route": route})
            talk._look()
        elif not talk.take(code):
            raise AssertionError(f"{code} is not offered: {' '.join(wrong.codes)}")
        if talk.session.state != been[-1]:
            been.append(talk.session.state)
    if (
        "når aldrig" in wrong.why
    ):  # what goes on for ever is as real as that it comes to a card again and again
        return len(set(been)) < len(been)
    return wrong.code in talk.found or "ring" in wrong.why or "ingen vej" in wrong.why


def many_answers(question: str, chance: random.Random, count: int) -> Iterator[tuple[str, ...]]:
    """None, each alone, every two, and more by chance, in the vocabulary's order."""
    keys = QUESTIONS[question]
    yield ()
    for at, one in enumerate(keys):
        yield (one,)
        yield from ((one, other) for other in keys[at + 1 :])
    for _ in range(count):
        part = chance.random()
        yield tuple(key for key in keys if chance.random() < part)


def main(first: int, last: int, walks: int) -> int:
    unsound = 0
    for seed in range(first, last):
        try:
            flows = loaded([fault(seed)])
        except FlowError:
            continue
        said, seen = broken(proven(flows)), violations(flows, walks, seed)
        unreal = [code for code, one in said.items() if one is not None and not is_real(flows, one)]
        missed = {code: wrong for code, wrong in seen.items() if code not in said}
        unsound += bool(missed or unreal)
        sys.stdout.write(f"{seed}: {sorted(said)} walks: {sorted(seen)} missed: {missed} unreal: {unreal}\n")
        sys.stdout.flush()
    return int(bool(unsound))


if __name__ == "__main__":
    first, last, walks = (int(one) for one in sys.argv[1:4])
    sys.exit(main(first, last, walks))
