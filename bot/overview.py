"""What came of a conversation that is over: the answers, what follows from them and why, what would have changed it,
what is done and what stands open. It is made from the button that is pressed, and stored nowhere."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from bot import cards, copying, derived, dialogue, explaining, packing
from bot.explaining import Given, Turn
from bot.house import House
from bot.locales.screen import quoted
from bot.model import Answers, Button, Card, Event, Flow, Line, Reply, Staff, Text, Value
from bot.post import neutral

FLOW = "detection"  # the one whose conversations are about a citizen


def show(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    if hidden := cards.still_hidden(c, house, staff, staff.active, now):
        return hidden
    answers = packing.unpack(house.flows[FLOW], event.argument)
    if answers is None:
        return cards.house_card(c, house, staff, "overview.gone", now, event.message)
    copy = Button(f"0:sumcopy.{event.argument}", house.phrases["overview.copy"])
    below = (copy, cards.resume_button(house), cards.acute_button(house), _hide(house))
    return dialogue.reply_with(
        c, house, staff, _card(house, staff, answers, "title", below), now, event.message
    )


def copy(c: Connection, house: House, staff: Staff, event: Event, now: datetime) -> Reply:
    """The same once more as a message that can be copied. What is pressed on it is shown on a new card, since one that
    can be copied must never hold anything else; of it a lock screen shows only the neutral sentence."""
    answers = packing.unpack(house.flows[FLOW], event.argument)
    if answers is None or cards.hidden(c, house, staff, staff.active):
        return show(c, house, staff, event, now)
    named = (
        (cards.resume_button(house), "resume"),
        (cards.acute_button(house), "acute"),
        (_hide(house), "hide"),
    )
    below = tuple(replace(button, code=f"0:{action}.anew") for button, action in named)
    reply = dialogue.reply_with(c, house, staff, _card(house, staff, answers, "copied", below), now)
    assert reply.screen is not None  # noqa: S101 - a card always has one
    first = replace(neutral(house, staff), protected=False)
    return replace(reply, screen=replace(reply.screen, protected=False), first=first)


def _hide(house: House) -> Button:
    return Button("0:hide.0", house.phrases["library.hide"])


def _card(house: House, staff: Staff, answers: Answers, title: str, below: tuple[Button, ...]) -> Card:
    told = _Told(house, staff, house.flows[FLOW], answers)
    parts = (house.phrase(f"overview.{title}", staff), *told.parts())
    return Card(tuple(Line(Text(said, "")) for said in parts), (), below)


@dataclass(frozen=True, slots=True)
class _Told:
    """The overview of one conversation, in its reader's language."""

    house: House
    staff: Staff
    flow: Flow
    answers: Answers

    def parts(self) -> Iterator[str]:
        """One paragraph each, headed."""
        marked = [self._say("answer", who=name, said=said) for name, said in self._marked()]
        for heading, lines in (
            ("marked", marked),
            ("follows", list(self._follows())),
            ("done", list(self._done()) or [self._say("nothingdone")]),
            ("open", list(self._open()) or [self._say("nothingopen")]),
        ):
            if lines:
                yield "\n".join([self._say(heading), *lines])

    def _say(self, name: str, **values: str) -> str:
        return self.house.phrase(f"overview.{name}", self.staff, **values)

    # --- answers in words ---------------------------------------------------------------------------

    def _marked(self) -> Iterator[tuple[str, str]]:
        return copying.answered(self.house, self.staff, self.flow, self.answers)

    def _value(self, question: str, value: Value) -> str:
        """In quotation marks, as what she pressed."""
        said = dict(copying.answered(self.house, self.staff, self.flow, {question: value}))
        found = next(iter(said.values()), self._say("nothing"))
        return quoted(found, self.house.words.usable(self.staff.language))

    def _given(self, given: list[Given]) -> str:
        told = (f"{self._value(question, value)} ({self._name(question)})" for question, value in given)
        return self.house.words.list_of(list(told), self.staff.language)

    def _name(self, question: str) -> str:
        return self.house.phrase(f"answer.{question}", self.staff)

    def _turn(self, turn: Turn) -> str:
        values: tuple[Value, ...] = turn.keys or ((),)
        said = [self._value(turn.question, value) for value in values]
        return f"{'/'.join(dict.fromkeys(said))} ({self._name(turn.question)})"

    # --- what follows -------------------------------------------------------------------------------

    def _follows(self) -> Iterator[str]:
        yield from self._of_the_level()
        yield from self._of_the_urgency()
        yield from self._of_the_duty()

    def _of_the_level(self) -> Iterator[str]:
        role = self._value("level", derived.level(self.answers))
        because = explaining.level_because(self.answers)
        if because:
            said = self._value("level", derived.proposed_level(self.answers))
            yield self._say("proposed", said=said, who=self._given(because), role=role)
        elif "level" in self.answers:
            yield self._say("decided", role=role)

    def _of_the_urgency(self) -> Iterator[str]:
        urgency = derived.urgency(self.answers)
        if urgency != "standard":
            name = "now" if urgency == "now" else "today"
            yield self._say(name, said=self._given(explaining.urgency_because(self.answers)))

    def _of_the_duty(self) -> Iterator[str]:
        """Which answers led to it, or not; what would have turned it is at most three answers that were given."""
        if not self.answers.keys() & {"children", "mode"} or self.answers.get("moment") == "before":
            return
        verdict = explaining.duty(self.answers)
        if verdict == "none":
            yield self._say("noduty")
        else:
            name = "must" if verdict == "must" else "findout"
            yield self._say(name, said=self._given(explaining.duty_because(self.answers)))
        turns = explaining.duty_turns(self.answers, _offered(self.flow))
        if turns:
            said = self.house.words.either([self._turn(turn) for turn in turns], self.staff.language)
            yield self._say("more" if verdict == "none" else "less", said=said)

    # --- what is done, and what is not --------------------------------------------------------------

    def _done(self) -> Iterator[str]:
        duty, path = self.answers.get("duty"), derived.path(self.answers)
        if duty in ("notified", "earlier"):
            yield self._say("notified")
        if duty == "considered":
            yield self._say("considered")
        if self.answers.get("consent") == "named":
            yield self._say("sent")
        elif path == "advice":
            yield self._say("advice")
        if self.answers.get("next") in ("meeting", "call"):
            yield self._say("agreed", said=self._value("next", self.answers["next"]))

    def _open(self) -> Iterator[str]:
        if derived.duty_is_open(self.answers) and self.answers.get("moment") != "before":
            yield self._say("lookup" if self.answers.get("children") == "unknown" else "notyet")
        if self.answers.get("route") == "none":
            yield self._say("call")
        if self.answers.get("next") == "none" and derived.has_reason(self.answers):
            yield self._say("unagreed")


def _offered(flow: Flow) -> dict[str, list[str]]:
    """Every answer that some card offers to a question."""
    found: dict[str, list[str]] = {}
    for state in (*flow.states.values(), *flow.views.values()):
        for choice in state.choices:
            found.setdefault(choice.question, []).append(choice.key)
    return {question: list(dict.fromkeys(keys)) for question, keys in found.items()}
