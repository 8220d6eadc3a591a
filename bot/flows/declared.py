"""The roads as the flow files declare them, for a reader's eyes; the machine's own shortcuts are not among them."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path

from bot.flows.guards import GUARDS
from bot.flows.machine import Arrow
from bot.flows.shape import StateShape, Way
from bot.flows.vocabulary import MANY, QUESTIONS
from bot.model import Answers, Choice, Flow, Guard, State, Text

Shapes = Mapping[str, StateShape]
Say = Callable[[Text], str]  # a text in the reader's language, its placeholders filled in

_SENTENCE = re.compile(r"(?<=[.?!:])\s+|\n")


@dataclass(frozen=True, slots=True)
class Exit:
    """One way of leaving a card: by a choice, by its next or done control, or, with no label, by not being
    asked. `arrows` are tried in order; `sure` are the guards that the choice itself settles."""

    label: Text | None
    arrows: tuple[Arrow, ...]
    choice: Choice | None = None
    sure: frozenset[Guard] = frozenset()


@dataclass(frozen=True, slots=True)
class Road:
    """One declared way between two cards, with every label that takes it. `otherwise` says that others are
    tried first; `open` are the guards that the labels leave open."""

    source: str
    target: str
    when: tuple[Guard, ...]
    otherwise: bool
    labels: tuple[Text, ...]
    open: tuple[Guard, ...]


def shapes(directory: Path, flow: str) -> Shapes:
    """The states of a flow and of its parts, as written; the loader has checked them."""
    file = _read(directory, flow)
    parts = [file, *(_read(directory, part) for part in file["flow"].get("parts", ()))]
    return {
        name: StateShape.model_validate(table)
        for part in parts
        for name, table in part.get("state", {}).items()
    }


def exits(state: State, written: Shapes) -> tuple[Exit, ...]:
    """How a card is left, in its own order; last, where it goes on when it is not asked."""
    shape = written[state.name]
    on = _arrows(shape.then)
    found: list[Exit] = []
    if not (state.many or state.ends):
        shapes_of_choices = (written[shape.choices_as] if shape.choices_as else shape).choices
        found += [
            _by(choice, _arrows(one.to) or on)
            for choice, one in zip(state.choices, shapes_of_choices, strict=True)
        ]
    if state.moves is not None:
        found.append(Exit(state.moves, on))
    if state.when and on:
        found.append(Exit(None, on))
    return tuple(found)


def _by(choice: Choice, ways: Sequence[Arrow]) -> Exit:
    """A choice leaves by the ways that its answer leaves open, so that nobody is sent where she cannot go."""
    given = {choice.question: choice.key, **choice.sets}
    arrows: list[Arrow] = []
    sure: set[Guard] = set()
    for way in ways:
        outcomes = {guard: _outcomes(guard, given) for guard in way.when}
        if {False} not in outcomes.values():
            arrows.append(way)
        settled = {guard for guard, outcome in outcomes.items() if outcome == {True}}
        sure |= settled
        if settled == set(way.when):
            break  # what comes after a way that is surely taken is never tried
    return Exit(choice.label, tuple(arrows), choice, frozenset(sure))


def roads(flow: Flow, written: Shapes) -> tuple[Road, ...]:
    """Every declared way once, those of the same cards and guards together."""
    found: dict[tuple[str, str, tuple[Guard, ...]], list[tuple[Exit, int]]] = {}
    for name, state in flow.states.items():
        for exit in exits(state, written):
            for place, arrow in enumerate(exit.arrows):
                found.setdefault((name, arrow.target, arrow.when), []).append((exit, place))
    return tuple(_road(*key, leaving) for key, leaving in found.items())


def _road(source: str, target: str, when: tuple[Guard, ...], leaving: Sequence[tuple[Exit, int]]) -> Road:
    asked = [one for one in leaving if one[0].label is not None] or leaving
    labels = tuple(dict.fromkeys(exit.label for exit, _ in asked if exit.label is not None))
    open = tuple(guard for guard in when if any(guard not in exit.sure for exit, _ in asked))
    otherwise = not when and any(place > 0 for _, place in asked)
    return Road(source, target, when, otherwise, labels, open)


def in_reading_order(flow: Flow, written: Shapes) -> tuple[str, ...]:
    """Every state, each after those that lead to it wherever the road does not turn back; what no answer
    leads to comes last."""
    after: list[str] = []
    met: set[str] = set()

    def visit(name: str) -> None:
        if name in met:
            return
        met.add(name)
        for target in reversed(_targets(flow.states[name], written)):
            visit(target)
        after.append(name)

    for entry in reversed(tuple(flow.entries.values())):
        visit(entry.start)
    return (*reversed(after), *(name for name in flow.states if name not in met))


def title(state: State, say: Say) -> str:
    """What a card is about in one sentence: the question that it asks, or how it always begins; else nothing."""
    own = [line for line in state.lines if not line.aloud and line.text.context.endswith(f".{state.name}")]
    if not state.ends:
        said = [one for line in own if not line.when for one in _sentences(say(line.text))]
        said += [one for line in own if line.when for one in _sentences(say(line.text))[:1]]
        for sentence in said:
            if sentence.endswith("?"):
                return sentence
    begins = [line for line in state.lines[:1] if not line.when]
    return next((one for line in begins for one in _sentences(say(line.text))), "")


def _sentences(said: str) -> list[str]:
    return [one.strip() for one in _SENTENCE.split(said) if one.strip()]


# Above so many combinations a guard is taken to go either way: a chart may show a way too many, never one too few.
_ENOUGH = 1000


def _outcomes(guard: Guard, given: Answers) -> set[bool]:
    """How a guard can come out, whatever was answered to the other questions that it reads."""
    others = sorted(guard.reads - given.keys())
    if MANY & set(others) or not QUESTIONS.keys() >= set(others):
        return {True, False}
    possible = [(None, *QUESTIONS[question]) for question in others]
    if prod(map(len, possible)) > _ENOUGH:
        return {True, False}
    return {
        guard({**given, **{q: key for q, key in zip(others, keys, strict=True) if key is not None}})
        for keys in product(*possible)
    }


def _targets(state: State, written: Shapes) -> Sequence[str]:
    ways = (arrow.target for exit in exits(state, written) for arrow in exit.arrows)
    return tuple(dict.fromkeys(ways))


def _arrows(ways: Sequence[Way]) -> tuple[Arrow, ...]:
    return tuple(Arrow(way.to, tuple(GUARDS[name] for name in way.when)) for way in ways)


def _read(directory: Path, name: str) -> dict[str, dict[str, dict[str, object]]]:
    return tomllib.loads((directory / f"{name}.toml").read_text("utf-8"))
