"""A conversation's answers in words: each of them, and what followed from all together, why, what would have changed
it, what is done and what stands open. It stores nothing and shows nothing by itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot import derived, explaining
from bot.explaining import Given, Turn
from bot.house import House
from bot.locales.screen import quoted
from bot.model import Answers, Flow, Staff, Text, Value


def answered(house: House, staff: Staff, flow: Flow, answers: Answers) -> Iterator[tuple[str, str]]:
    """Question and answers in her language, in the order she met them; what no card asks in words is left out."""
    for question, value in answers.items():
        name = house.phrases.get(f"answer.{question}")
        if name is None:
            continue
        keys = (value,) if isinstance(value, str) else value
        labels = [label for key in keys if (label := _label(flow, question, key)) is not None]
        if labels:
            places = house.places(staff.unit, staff.language)
            said = [house.words.say(label, staff.language, places) for label in labels]
            yield house.words.say(name, staff.language, {}), house.words.list_of(said, staff.language)


def value(house: House, staff: Staff, flow: Flow, question: str, given: Value) -> str:
    """One answer in her language."""
    said = dict(answered(house, staff, flow, {question: given}))
    return next(iter(said.values()), house.phrase("overview.nothing", staff))


def _label(flow: Flow, question: str, key: str) -> Text | None:
    states = (*flow.states.values(), *flow.views.values())
    found = (
        choice.label
        for state in states
        for choice in state.choices
        if (choice.question, choice.key) == (question, key)
    )
    return next(found, None)


@dataclass(frozen=True, slots=True)
class Recap:
    """One conversation, in its reader's language."""

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
        return answered(self.house, self.staff, self.flow, self.answers)

    def _value(self, question: str, given: Value) -> str:
        """In quotation marks, as what she pressed."""
        said = value(self.house, self.staff, self.flow, question, given)
        return quoted(said, self.house.words.usable(self.staff.language))

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
        before = self.answers.get("moment") == "before" and not derived.duty_is_open(self.answers)
        if before or not self.answers.keys() & {"children", "mode"}:
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
        duty = self.answers.get("duty")
        if duty in ("notified", "earlier"):
            yield self._say("notified")
        if duty == "considered":
            yield self._say("considered")
        if self.answers.get("consent") == "named":
            yield self._say("sent")
        elif self.answers.get("consent") == "anonymous" or "asked" in self.answers:
            yield self._say("advice")
        if self.answers.get("next") in ("meeting", "call"):
            yield self._say("agreed", said=self._value("next", self.answers["next"]))

    def _open(self) -> Iterator[str]:
        if derived.duty_is_open(self.answers):
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
