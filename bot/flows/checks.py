"""What can be wrong with a flow, each check yielding problems as `file: state: what, with the word`."""

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.flows.build import Known, Merged, choices_of, roads
from bot.flows.guards import GUARDS
from bot.flows.machine import START, Circle
from bot.flows.shape import ChoiceShape, LineShape, StateShape, Way
from bot.flows.vocabulary import DEEDS, MANY, MARKS, PLACEHOLDERS, QUESTIONS
from bot.model import Flow, Line, State

CARD_LENGTH = 700
LABEL_LENGTH = 48
CALLBACK_BYTES = 64
TURN_DIGITS = 10
REQUIRED_STATES = ("stopped",)
REQUIRED_VIEWS = ("acute", "hide")
CONTROLS = (
    *("back", "next", "done", "why", "show", "acute", "hide", "more", "notify", "ask", "stop", "withdraw"),
    "beside.back",
)
ON_VIEWS = ("acute.next", "ask.done", "hide.back", "hide.hide", "hide.more", "hide.acute")

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def of_meaning(merged: Merged, known: Known) -> list[str]:
    """Names that lead nowhere, and texts that Telegram or the reader could not take."""
    problems = list(_of_flow(merged))
    for name, (file, shape) in merged.views.items():
        said = [*_of_names(merged, known, name, shape), *_of_texts(shape)]
        problems += [f"{file}.toml: {name}: {problem}" for problem in said]
    for name, (file, shape) in merged.states.items():
        said = [*_of_names(merged, known, name, shape), *_of_texts(shape), *_of_ways(merged, name, shape)]
        problems += [f"{file}.toml: {name}: {problem}" for problem in said]
    for name, (file, line) in merged.texts.items():
        problems += [f"{file}.toml: {name}: {problem}" for problem in _of_line(merged, line)]
    if not problems:
        problems += _of_circles(merged)
    return problems


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


def _of_names(merged: Merged, known: Known, name: str, shape: StateShape) -> Iterator[str]:
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
    for line in (*shape.line, *shape.why):
        yield from _of_line(merged, line)
    yield from _unknown("guard", shape.when, GUARDS)
    yield from _unknown("mark", shape.marks, MARKS)
    yield from _unknown("law reference", shape.law, known.laws)
    for reference in shape.source:
        if reference.split(" ")[0] not in known.sources:
            yield f"unknown source '{reference}'"
    keys: set[str] = set()
    for choice in choices_of(merged, shape):
        yield from _of_choice(merged, choice, question, keys)


def _of_choice(merged: Merged, choice: ChoiceShape, question: str, keys: set[str]) -> Iterator[str]:
    code = f"{choice.question or question}.{choice.key}"
    asked = choice.question or question
    if choice.key not in QUESTIONS.get(asked, ()):
        yield f"choice '{choice.key}' is not in the vocabulary of '{asked}'"
    if code in keys and not choice.when:
        yield f"choice '{choice.key}' stands twice and can never be taken the second time"
    keys.add(code)
    if choice.does and choice.does not in DEEDS:
        yield f"choice '{choice.key}' does unknown '{choice.does}'"
    if choice.opens and choice.opens not in merged.views:
        yield f"choice '{choice.key}' opens unknown view '{choice.opens}'"
    yield from _unknown("guard", choice.when, GUARDS)
    yield from _of_sets(choice.sets)
    if len(choice.label) > LABEL_LENGTH:
        yield f"choice '{choice.key}': label of {len(choice.label)} characters; a button holds {LABEL_LENGTH}"
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
    if (shape.many or shape.moves or shape.when) and not shape.then:
        yield "needs 'then', the way on"


def _of_way(merged: Merged, way: Way, who: str) -> Iterator[str]:
    if way.to not in merged.states:
        yield f"{who} to unknown state '{way.to}'"
    yield from _unknown("guard", way.when, GUARDS)


def _shadowed(ways: Sequence[Way], where: str) -> Iterator[str]:
    for before, way in zip(ways, ways[1:], strict=False):
        if not before.when:
            yield f"{where}: the way to '{way.to}' can never be taken, because '{before.to}' comes first without a guard"
    if ways and ways[-1].when:
        yield f"{where}: nothing is left where no guard holds; the last way must have none"


def _unknown(kind: str, names: Sequence[str], known: object) -> Iterator[str]:
    yield from (f"unknown {kind} '{name}'" for name in names if name not in known)  # type: ignore[operator]


# --- texts ------------------------------------------------------------------------------------------


def _of_texts(shape: StateShape) -> Iterator[str]:
    for line in (*shape.line, *shape.why):
        if "§" in line.say + line.aloud and not {"duty"} & {*shape.marks, *line.marks} and line not in shape.why:
            yield f"names a paragraph outside a duty card: '{_short(line.say or line.aloud)}'"
    if shape.aloud and not {"aloud", "check", "reply"} & set(shape.marks):
        yield "has words for the citizen and needs one of the marks aloud, check, reply"
    if "§" in shape.say and "duty" not in shape.marks:
        yield f"names a paragraph outside a duty card: '{_short(shape.say)}'"
    always = [*shape.aloud, shape.say, *(one.say or one.aloud for one in shape.line if not one.when)]
    if sum(map(len, always)) > CARD_LENGTH:
        yield f"card of {sum(map(len, always))} characters; a screen holds {CARD_LENGTH}"
    for text in (*shape.aloud, shape.say, shape.moves, *(choice.label for choice in shape.choices)):
        yield from _of_placeholders(text)
    if not any(always) and not shape.line and not shape.as_state:
        yield "says nothing"


def _of_line(merged: Merged, line: LineShape) -> Iterator[str]:
    if sum(map(bool, (line.say, line.aloud, line.use))) != 1:
        yield "a line needs exactly one of say, aloud and use"
    if line.use and line.use not in merged.texts:
        yield f"uses unknown text '{line.use}'"
    if line.aloud and not {"aloud", "check", "reply"} & set(line.marks):
        yield f"words for the citizen need one of the marks aloud, check, reply: '{_short(line.aloud)}'"
    if len(line.say or line.aloud) > CARD_LENGTH:
        yield f"line of {len(line.say or line.aloud)} characters; a screen holds {CARD_LENGTH}"
    yield from _unknown("guard", line.when, GUARDS)
    yield from _unknown("mark", line.marks, MARKS)
    yield from _of_placeholders(line.say or line.aloud)


def _of_placeholders(text: str) -> Iterator[str]:
    for name in _PLACEHOLDER.findall(text):
        if name not in PLACEHOLDERS:
            yield f"unknown placeholder '{{{name}}}'"
    if text.count("{") != text.count("}"):
        yield f"has a brace that is not closed: '{_short(text)}'"


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


# --- roads ------------------------------------------------------------------------------------------


def _of_circles(merged: Merged) -> Iterator[str]:
    try:
        roads(merged)
    except Circle as circle:
        yield f"{merged.name}.toml: {circle}: questions that are not asked lead round in a circle"


def of_roads(merged: Merged, flow: Flow) -> Iterator[str]:
    """States that nobody reaches, and circles from which there is no way to an end."""
    ways = _ways(flow)
    met = _from([START], ways)
    for state, (file, shape) in merged.states.items():
        if state not in met and not shape.outside:
            yield f"{file}.toml: {state}: is never reached"
    backwards: dict[str, set[str]] = {}
    for source, targets in ways.items():
        for target in targets:
            backwards.setdefault(target, set()).add(source)
    home = _from([state.name for state in flow.states.values() if state.ends], backwards)
    for state in sorted(met - home - {START}):
        yield f"{merged.states[state][0]}.toml: {state}: has no way to an end"
    yield from (f"{merged.name}.toml: {problem}" for problem in _too_long(flow))


def _ways(flow: Flow) -> dict[str, set[str]]:
    ways: dict[str, set[str]] = {}
    for event in flow.machine.events.values():
        for source, transitions in event.transitions.items():  # type: ignore[attr-defined]
            ways.setdefault(source, set()).update(one.dest for one in transitions)
    return ways


def _from(start: Sequence[str], ways: Mapping[str, set[str]]) -> set[str]:
    met = set(start)
    waiting = list(start)
    while waiting:
        for target in ways.get(waiting.pop(), ()):
            if target not in met:
                met.add(target)
                waiting.append(target)
    return met


def _too_long(flow: Flow) -> Iterator[str]:
    for state in flow.states.values():
        length = sum(len(line.text.msgid) + 2 for line in _unguarded(state))
        if length > CARD_LENGTH:
            yield f"{state.name}: card of {length} characters; a screen holds {CARD_LENGTH}"


def _unguarded(state: State) -> Sequence[Line]:
    return [line for line in state.lines if not line.when]
