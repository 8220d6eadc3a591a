"""What can be wrong with a flow, each check yielding problems as `file: state: what, with the word`."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from bot.flows.build import Merged, Register, choices_of, roads
from bot.flows.guards import GUARDS
from bot.flows.machine import CircleError
from bot.flows.shape import ChoiceShape, StateShape, Way
from bot.flows.vocabulary import DEEDS, MANY, MARKS, QUESTIONS
from bot.flows.wording import of_label, of_line, of_texts, unknown

CALLBACK_BYTES = 64
TURN_DIGITS = 10
CARDS_AT_MOST = 2
REQUIRED_STATES = ("stopped",)
REQUIRED_VIEWS = ("acute", "hide", "hide.room", "hide.papers")
CONTROLS = (
    *("back", "next", "done", "why", "show", "acute", "hide", "more", "notify", "ask", "stop", "withdraw"),
    *("beside.back", "beside.show", "beside.more"),
)
ON_VIEWS = ("acute.next", "ask.done", "hide.back", "hide.hide", "hide.more", "hide.acute")


def of_meaning(merged: Merged, register: Register) -> list[str]:
    """Names that lead nowhere, and texts that Telegram or the reader could not take."""
    problems = list(_of_flow(merged))
    for name, (file, shape) in merged.views.items():
        said = [*_of_names(merged, register, name, shape), *of_texts(shape)]
        problems += [f"{file}.toml: {name}: {problem}" for problem in said]
    for name, (file, shape) in merged.states.items():
        said = [*_of_names(merged, register, name, shape), *of_texts(shape), *_of_ways(merged, name, shape)]
        problems += [f"{file}.toml: {name}: {problem}" for problem in said]
    for kind in (merged.views, merged.states):
        problems += [
            f"{file}.toml: {name}: {one}"
            for name, (file, shape) in kind.items()
            for one in _of_uses(merged, shape)
        ]
    for name, (file, line) in merged.texts.items():
        problems += [f"{file}.toml: {name}: {problem}" for problem in of_line(merged, line)]
    if not problems:
        problems += _of_circles(merged)
    return problems


def _of_uses(merged: Merged, shape: StateShape) -> Iterator[str]:
    """A text with a name is judged where it stands, too."""
    for line in (*shape.line, *shape.words):
        named = merged.texts.get(line.use)
        if named is None:
            continue
        if named[1].use:
            yield f"text '{line.use}' uses another text"
        duty = "duty" in {*shape.marks, *line.marks, *named[1].marks}
        if "§" in named[1].say + named[1].aloud and not duty:
            yield f"names a paragraph outside a duty card: text '{line.use}'"


def _of_flow(merged: Merged) -> Iterator[str]:
    file = f"{merged.name}.toml"
    if not merged.entries:
        yield f"{file}: flow: has no entry"
    for name, entry in merged.entries.items():
        if entry.start not in merged.states:
            yield f"{file}: entry {name}: starts in unknown state '{entry.start}'"
        yield from (f"{file}: entry {name}: {problem}" for problem in _of_sets(entry.sets))
    for needed in REQUIRED_STATES:
        if needed not in merged.states:
            yield f"{file}: flow: has no state '{needed}'"
    for needed in REQUIRED_VIEWS:
        if needed not in merged.views:
            yield f"{file}: flow: has no view '{needed}'"
    for needed in (*CONTROLS, *ON_VIEWS):
        if needed not in merged.controls:
            yield f"{file}: flow: has no label for the control '{needed}'"
    for name, label in merged.controls.items():
        yield from (f"{file}: control {name}: {problem}" for problem in of_label(label))


def _of_names(merged: Merged, register: Register, name: str, shape: StateShape) -> Iterator[str]:
    question = shape.question or name
    if shape.choices_as and shape.choices_as not in merged.states:
        yield f"takes its choices from unknown state '{shape.choices_as}'"
        return
    if shape.as_state and shape.as_state not in merged.states:
        yield f"shows unknown state '{shape.as_state}'"
    if shape.question and question not in QUESTIONS:
        yield f"asks unknown question '{question}'"
    if shape.many != (question in MANY):
        yield f"question '{question}' must {'' if question in MANY else 'not '}allow many answers"
    for line in (*shape.line, *shape.why, *shape.words):
        yield from of_line(merged, line)
    for line in shape.words:
        if line.say or (line.use in merged.texts and merged.texts[line.use][1].say):
            yield f"words are for the citizen, and this is not: '{line.say or line.use}'"
    yield from unknown("guard", shape.when, GUARDS)
    yield from unknown("mark", shape.marks, MARKS)
    yield from unknown("law reference", shape.law, register.names)
    if register.cards is not None:
        yield from unknown("library card", shape.cards, register.cards)
    if len(shape.cards) > CARDS_AT_MOST:
        yield f"has {len(shape.cards)} library cards; beside a question {CARDS_AT_MOST} help, and more do not"
    for reference in shape.source:
        if reference.split(" ")[0] not in register.names:
            yield f"unknown source '{reference}'"
    twins: dict[str, ChoiceShape] = {}
    for choice in choices_of(merged, shape):
        yield from _of_choice(merged, choice, question, twins)
        if shape.many and (choice.to or choice.does or choice.opens or choice.sets):
            yield f"choice '{choice.key}' is one of many, which lead nowhere and do nothing by themselves"


def _of_choice(
    merged: Merged, choice: ChoiceShape, question: str, twins: dict[str, ChoiceShape]
) -> Iterator[str]:
    code = f"{choice.question or question}.{choice.key}"
    asked = choice.question or question
    if choice.key not in QUESTIONS.get(asked, ()):
        yield f"choice '{choice.key}' is not in the vocabulary of '{asked}'"
    twin = twins.setdefault(code, choice)
    if twin is not choice and not choice.when:
        yield f"choice '{choice.key}' stands twice and can never be taken the second time"
    elif (twin.to, twin.sets) != (choice.to, choice.sets):  # how an answer is worded leads nowhere else
        yield f"choice '{choice.key}' stands twice and leads on in two ways"
    if choice.does and choice.does not in DEEDS:
        yield f"choice '{choice.key}' does unknown '{choice.does}'"
    if choice.opens and choice.opens not in merged.views:
        yield f"choice '{choice.key}' opens unknown view '{choice.opens}'"
    yield from unknown("guard", choice.when, GUARDS)
    yield from _of_sets(choice.sets)
    yield from (f"choice '{choice.key}': {problem}" for problem in of_label(choice.label))
    if TURN_DIGITS + 1 + len(code.encode()) > CALLBACK_BYTES:
        yield f"choice '{choice.key}': callback data '{code}' is too long for Telegram"


def _of_sets(sets: Mapping[str, str]) -> Iterator[str]:
    for question, key in sets.items():
        if key not in QUESTIONS.get(question, ()):
            yield f"sets unknown '{question}.{key}'"


def _of_ways(merged: Merged, name: str, shape: StateShape) -> Iterator[str]:
    for way in shape.then:
        yield from _of_way(merged, way, "goes on")
    yield from _shadowed(shape.then, "then")
    for choice in choices_of(merged, shape):
        for way in choice.to:
            yield from _of_way(merged, way, f"choice '{choice.key}' goes")
        yield from _shadowed(choice.to, f"choice '{choice.key}'")
        if not shape.ends and not shape.many and not (choice.to or shape.then):
            yield f"choice '{choice.key}' goes nowhere"
    if shape.ends:
        if shape.then or shape.choices or shape.choices_as:
            yield "is an end and must lead nowhere"
        return
    if shape.many and not shape.moves:
        yield "allows many answers and needs 'moves', the label that ends them"
    if not (choices_of(merged, shape) or shape.moves):
        yield "is a dead end: no choice and nothing that moves on"
    if shape.moves:
        yield from (f"moves: {problem}" for problem in of_label(shape.moves))
    if (shape.many or shape.moves or shape.when) and not shape.then:
        yield "needs 'then', the way on"


def _of_way(merged: Merged, way: Way, who: str) -> Iterator[str]:
    if way.to not in merged.states:
        yield f"{who} to unknown state '{way.to}'"
    yield from unknown("guard", way.when, GUARDS)


def _shadowed(ways: Sequence[Way], where: str) -> Iterator[str]:
    for before, way in pairwise(ways):
        if not before.when:
            yield (
                f"{where}: the way to '{way.to}' can never be taken,"
                f" because '{before.to}' comes first without a guard"
            )
    if ways and ways[-1].when:
        yield f"{where}: nothing is left where no guard holds; the last way must have none"


def _of_circles(merged: Merged) -> Iterator[str]:
    try:
        roads(merged)
    except CircleError as circle:
        yield f"{merged.name}.toml: {circle}: questions that are not asked lead round in a circle"
