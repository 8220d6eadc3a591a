"""From checked shapes to the frozen nouns of the model: lines, choices, states, one machine a flow."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.flows.guards import GUARDS
from bot.flows.machine import Arrow, Stop, arrows, machine, settled
from bot.flows.shape import ChoiceShape, EntryShape, LawShape, LineShape, SourceShape, StateShape, Way
from bot.model import START, Choice, Entry, Flow, Guard, Line, State, Text

Placed = dict[str, tuple[str, StateShape]]  # name -> (file it stands in, its shape)


@dataclass(slots=True)
class Merged:
    """A flow with its parts copied in, still as shapes."""

    name: str
    entries: dict[str, EntryShape]
    states: Placed = field(default_factory=dict)
    views: Placed = field(default_factory=dict)
    texts: dict[str, tuple[str, LineShape]] = field(default_factory=dict)
    controls: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Register:
    """What flows may refer to. `names` has also those whose own entry is not in order: a reference to one of
    them is not a second mistake; `cards` are the library's, None where flows
    are read without one, as those of an older version are: then they link to none."""

    laws: Mapping[str, LawShape]
    sources: Mapping[str, SourceShape]
    names: frozenset[str] = frozenset()
    unverified: bool = False
    cards: frozenset[str] | None = None


def flow(merged: Merged, register: Register) -> Flow:
    states = {name: _state(merged, register, name, *placed) for name, placed in merged.states.items()}
    views = {name: _view(merged, register, states, name, *placed) for name, placed in merged.views.items()}
    return Flow(
        name=merged.name,
        states=states,
        views=views,
        entries={name: Entry(entry.start, entry.sets) for name, entry in merged.entries.items()},
        controls={name: Text(label, f"controls.{name}") for name, label in merged.controls.items()},
        machine=machine(roads(merged)),
    )


def guards(names: Sequence[str]) -> tuple[Guard, ...]:
    return tuple(GUARDS[name] for name in names)


def choices_of(merged: Merged, shape: StateShape) -> Sequence[ChoiceShape]:
    if not shape.choices_as:
        return shape.choices
    return merged.states[shape.choices_as][1].choices if shape.choices_as in merged.states else ()


def roads(merged: Merged) -> dict[tuple[str, str], Sequence[Arrow]]:
    """Every (state, trigger) with its ordered arrows."""
    stops = {
        name: Stop(guards(shape.when), _arrows(shape.then)) for name, (_, shape) in merged.states.items()
    }
    found: dict[tuple[str, str], Sequence[Arrow]] = {}
    for name, entry in merged.entries.items():
        road = arrows(stops, (Arrow(entry.start, ()),), settled(entry.sets, GUARDS.values()))
        found[START, f"begin.{name}"] = tuple(road)
    for name, (_, shape) in merged.states.items():
        for trigger, ways, answers in _triggers(merged, name, shape):
            road = arrows(stops, _arrows(ways), settled(answers, GUARDS.values()))
            found[name, trigger] = tuple(road)
    return found


def _triggers(
    merged: Merged, name: str, shape: StateShape
) -> Iterator[tuple[str, Sequence[Way], Mapping[str, str]]]:
    if shape.ends:
        return
    if shape.many:
        yield "done", shape.then, {}
        return
    for code, choice in {_code(name, shape, one): one for one in choices_of(merged, shape)}.items():
        question, _, key = code.partition(".")
        yield code, choice.to or shape.then, {question: key, **choice.sets}
    if shape.moves:
        yield "next", shape.then, {}


def _code(name: str, shape: StateShape, choice: ChoiceShape) -> str:
    return f"{choice.question or shape.question or name}.{choice.key}"


def _arrows(ways: Sequence[Way]) -> tuple[Arrow, ...]:
    return tuple(Arrow(way.to, guards(way.when)) for way in ways)


def _state(merged: Merged, register: Register, name: str, file: str, shape: StateShape) -> State:
    context = f"{file}.{name}"
    question = shape.question or name
    labels = shape.choices_as or name
    return State(
        name=name,
        question=question,
        lines=tuple(_lines(merged, register, context, shape)),
        choices=tuple(
            Choice(
                key=one.key,
                question=one.question or question,
                label=Text(one.label, f"{merged.states[labels][0] if shape.choices_as else file}.{labels}"),
                sets=one.sets,
                does=one.does,
                opens=one.opens,
                when=guards(one.when),
            )
            for one in choices_of(merged, shape)
        ),
        many=shape.many,
        ends=shape.ends,
        moves=Text(shape.moves, context) if shape.moves else None,
        why=(
            *(_line(merged, context, one) for one in shape.why if register.unverified or not one.unverified),
            *_references(register, shape),
        ),
        words=tuple(
            _line(merged, context, one)
            for one in shape.words
            if register.unverified or not _is_unverified(merged, one)
        ),
        law=tuple(shape.law),
        source=tuple(shape.source),
        marks=frozenset(shape.marks),
        when=guards(shape.when),
        review=shape.review,
        cards=tuple(one for one in shape.cards if one in (register.cards or ())),
    )


def _view(
    merged: Merged, register: Register, states: Mapping[str, State], name: str, file: str, shape: StateShape
) -> State:
    return states[shape.as_state] if shape.as_state else _state(merged, register, name, file, shape)


def _lines(merged: Merged, register: Register, context: str, shape: StateShape) -> Iterator[Line]:
    for aloud in shape.aloud:
        yield Line(Text(aloud, context), aloud=True)
    for one in shape.line:
        if register.unverified or not _is_unverified(merged, one):
            yield _line(merged, context, one)
    if shape.say:
        yield Line(Text(shape.say, context))


def _is_unverified(merged: Merged, one: LineShape) -> bool:
    return one.unverified or (bool(one.use) and merged.texts[one.use][1].unverified)


def _line(merged: Merged, context: str, one: LineShape) -> Line:
    if one.use:
        file, named = merged.texts[one.use]
        text = Text(named.aloud or named.say, f"{file}.{one.use}")
        return Line(
            text, bool(named.aloud), guards([*one.when, *named.when]), frozenset([*one.marks, *named.marks])
        )
    return Line(Text(one.aloud or one.say, context), bool(one.aloud), guards(one.when), frozenset(one.marks))


def _references(register: Register, shape: StateShape) -> Iterator[Line]:
    for code in (code for code in shape.law if code in register.laws):
        yield Line(Text(register.laws[code].text, "law"))
    if shape.source:
        # Who wrote it and when is shown as it stands, in whatever language the reader has: no context.
        yield Line(Text("; ".join(cited(register, shape.source)), ""))


def cited(register: Register, references: Sequence[str]) -> Iterator[str]:
    """Each source once, with all the places in it."""
    places: dict[str, list[str]] = {}
    for reference in references:
        key, _, place = reference.partition(" ")
        if key in register.sources:
            places.setdefault(key, []).append(place)
    for key, found in places.items():
        source = register.sources[key]
        yield ", ".join(part for part in (f"{source.by} {source.year}".strip(), *found) if part)
