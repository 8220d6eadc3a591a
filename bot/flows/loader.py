"""Reads the flow files whole, reports every problem in one go, and builds the flows; it shows nothing."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from bot.errors import FlowError
from bot.flows import build, checks, phrases, roads, shelves, situations
from bot.flows.shape import EntryShape, LawShape, LineShape, Shape, SourceShape, StateShape
from bot.library import Library
from bot.model import LABEL_LENGTH, SHOWN_LENGTH, Flow, Line, Text
from bot.practice import News, Situation

DIRECTORY = Path(__file__).parent
NEWS = "news.toml"
S = TypeVar("S", bound=Shape)


@dataclass(slots=True)
class FlowFile:
    """One file as read: the shapes that were in order, each remembering the file it came from."""

    name: str
    part: bool = False
    parts: tuple[str, ...] = ()
    entries: dict[str, EntryShape] = field(default_factory=dict)
    states: dict[str, StateShape] = field(default_factory=dict)
    views: dict[str, StateShape] = field(default_factory=dict)
    texts: dict[str, LineShape] = field(default_factory=dict)
    controls: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """All that the files hold, ready to use. `phrases` are the house's small sentences by name;
    `drafts` counts the texts that no professional has signed yet."""

    flows: Mapping[str, Flow]
    phrases: Mapping[str, Text]
    laws: Mapping[str, LawShape]
    drafts: int
    library: Library = field(default_factory=Library)
    situations: Mapping[str, Situation] = field(default_factory=dict)
    news: tuple[News, ...] = ()

    def needed(self) -> dict[Literal["staff", "citizen"], dict[tuple[str, str], int]]:
        """Every sentence that a person may be shown, and that a language must therefore have, by whom it is for; with
        the characters that it may take, 0 where the whole card is measured."""
        staff = {(text.context, text.msgid): room for text, room in self._of_staff() if text.context}
        aloud = (line for line in self._lines() if line.aloud)
        return {
            "staff": staff,
            "citizen": {(line.text.context, line.text.msgid): SHOWN_LENGTH for line in aloud},
        }

    def beside(self) -> Iterator[tuple[Text, int]]:
        """What stands on no card of a flow, for employees: the library, the situations with their reasons, what is new;
        with the length that it may have, 0 for any."""
        for shelf in self.library.shelves:
            yield shelf.title, LABEL_LENGTH
            for card in shelf.cards:
                yield from ((text, LABEL_LENGTH if text is card.title else 0) for text in card.said)
        for one in self.situations.values():
            yield one.title, LABEL_LENGTH
            yield from ((text, 0) for text in (one.told, *one.reasons.values()))
        yield from ((one.said, 0) for one in self.news)

    def _of_staff(self) -> Iterator[tuple[Text, int]]:
        yield from ((text, 0) for text in self.phrases.values())
        yield from self.beside()
        yield from ((line.text, 0) for line in self._lines() if not line.aloud)
        for flow in self.flows.values():
            yield from ((label, LABEL_LENGTH) for label in flow.controls.values())
            for state in (*flow.states.values(), *flow.views.values()):
                yield from ((choice.label, LABEL_LENGTH) for choice in state.choices)
                yield from () if state.moves is None else ((state.moves, LABEL_LENGTH),)

    def _lines(self) -> Iterator[Line]:
        for flow in self.flows.values():
            for state in (*flow.states.values(), *flow.views.values()):
                yield from (*state.lines, *state.why, *state.words)


def load(directory: Path = DIRECTORY, *, unverified: bool = False) -> Content:
    """Raises FlowError with every problem of every file. `unverified` lets texts from professional
    memory be shown, which only a municipality may decide."""
    problems: list[str] = []
    files: dict[str, FlowFile] = {}
    laws: dict[str, LawShape] = {}
    sources: dict[str, SourceShape] = {}
    said: dict[str, Text] = {}
    names: set[str] = set()
    news: tuple[News, ...] = ()
    for path in sorted(directory.glob("*.toml")):
        data = _read(path, problems)
        if path.name == "law.toml":
            laws = _shapes(path.name, data.get("law", {}), LawShape, problems)
            names |= _names(data.get("law"))
        elif path.name == "sources.toml":
            sources = _shapes(path.name, data.get("source", {}), SourceShape, problems)
            names |= _names(data.get("source"))
        elif path.name == phrases.FILE.name:
            said = phrases.read(path.name, data, problems)
        elif path.name == NEWS:
            news = situations.news(path, problems)
        elif data:
            files[path.stem] = _flow_file(path, data, problems)
    if not files and not problems:
        problems.append(f"{directory}: no flow file (*.toml) is there")
    register = build.Register(laws, sources, frozenset(names), unverified)
    library = shelves.load(directory, register, problems)
    if (directory / shelves.FOLDER).exists():
        register = replace(register, cards=frozenset(library.cards))
    practised = (
        situations.load(directory, register, problems) if (directory / situations.FOLDER).exists() else {}
    )
    flows: dict[str, Flow] = {}
    for file in files.values():
        if not file.part:
            flow = _flow(file, files, register, problems)
            if flow is not None:
                flows[flow.name] = flow
    if problems:
        raise FlowError(sorted(set(problems), key=problems.index))
    drafts = sum(state.review == "udkast" for flow in flows.values() for state in flow.states.values())
    drafts += sum(card.review == "udkast" for card in library.cards.values())
    return Content(flows, said, laws, drafts, library, practised, news)


def _flow(
    file: FlowFile, files: Mapping[str, FlowFile], register: build.Register, problems: list[str]
) -> Flow | None:
    """The flow, where nothing is wrong with it; its roads are looked at where its own files are in order."""
    merged = _merged(file, files, problems)
    read = {f"{name}.toml" for name in (file.name, *file.parts)}
    in_order = read.isdisjoint(problem.partition(":")[0] for problem in problems)
    found = checks.of_meaning(merged, register)
    problems += found
    if found or not in_order:
        return None
    flow = build.flow(merged, register)
    problems += roads.of_roads(merged, flow)
    return flow


def _read(path: Path, problems: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path.name}: is not readable TOML: {error}")
        return {}


def _shapes(file: str, tables: Mapping[str, Any], shape: type[S], problems: list[str]) -> dict[str, S]:
    found: dict[str, S] = {}
    if not isinstance(tables, Mapping):
        problems.append(f"{file}: {shape.__name__.removesuffix('Shape').lower()}: must be a table of tables")
        return found
    for name, table in tables.items():
        try:
            found[name] = shape.model_validate(table)
        except ValidationError as error:
            problems += [f"{file}: {name}: {_plain(one)}" for one in error.errors()]
    return found


def _names(tables: object) -> set[str]:
    return set(tables) if isinstance(tables, dict) else set()


def _plain(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])
    said = {"extra_forbidden": "is not a key that is known here", "missing": "is missing"}
    return f"{where}: {said.get(error['type'], error['msg'])}"


def _flow_file(path: Path, data: dict[str, Any], problems: list[str]) -> FlowFile:
    known = {"flow", "entry", "state", "view", "text", "controls"}
    problems += [f"{path.name}: {key}: is not a key that is known here" for key in data if key not in known]
    head, labels = data.get("flow", {}), data.get("controls", {})
    if not (isinstance(head, dict) and isinstance(labels, dict) and isinstance(head.get("parts", []), list)):
        problems.append(f"{path.name}: flow and controls must be tables, and parts a list of names")
        head, labels = {}, {}
    problems += [
        f"{path.name}: flow: {key}: is not a key that is known here" for key in head if key not in _HEAD
    ]
    return FlowFile(
        name=path.stem,
        part=bool(head.get("part", False)),
        parts=tuple(head.get("parts", ())),
        entries=_shapes(path.name, data.get("entry", {}), EntryShape, problems),
        states=_shapes(path.name, data.get("state", {}), StateShape, problems),
        views=_shapes(path.name, data.get("view", {}), StateShape, problems),
        texts=_shapes(path.name, data.get("text", {}), LineShape, problems),
        controls={str(k): str(v) for k, v in phrases.flat(labels)},
    )


_HEAD = {"part", "parts", "about"}


def _merged(file: FlowFile, files: Mapping[str, FlowFile], problems: list[str]) -> build.Merged:
    """The flow with its parts copied in, so that a running flow is flat."""
    merged = build.Merged(file.name, dict(file.entries))
    for name in (file.name, *file.parts):
        part = files.get(name)
        if part is None:
            problems.append(f"{file.name}.toml: flow: takes in unknown part '{name}'")
            continue
        merged.controls = {**part.controls, **merged.controls}
        _copy("state", name, part.states, merged.states, problems)
        _copy("view", name, part.views, merged.views, problems)
        _copy("text", name, part.texts, merged.texts, problems)
    return merged


def _copy(
    kind: str, file: str, shapes: Mapping[str, S], into: dict[str, tuple[str, S]], problems: list[str]
) -> None:
    for name, shape in shapes.items():
        if name in into:
            problems.append(f"{file}.toml: {name}: this {kind} stands in {into[name][0]}.toml too")
        into[name] = (file, shape)
