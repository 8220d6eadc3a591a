"""Reads the invented situations with the professional's reasons, and what is new, and reports every problem in one go;
it plays nothing."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from bot.flows.build import Register, cited
from bot.flows.shape import Names, Shape
from bot.flows.vocabulary import MANY, QUESTIONS
from bot.flows.wording import of_label, of_placeholders, unknown
from bot.model import CARD_LENGTH, Text
from bot.practice import News, Situation

FOLDER = "scenarios"
PRACTICE = "practice.toml"
KEY_LENGTH = 32  # of a button's reference
_MARKS_OF_THE_WALK = frozenset({"stop_at", "acute_at"})


class ScenarioShape(Shape):
    """`expect` is for the tests: what must come of it."""

    id: str
    situation: str
    facts: dict[str, str | list[str]]
    expect: dict[str, Any] = Field(default_factory=dict)


class PracticeShape(Shape):
    title: str
    why: dict[str, str]
    source: Names
    review: str


class NewsShape(Shape):
    on: date
    say: str


def load(directory: Path, register: Register, problems: list[str]) -> dict[str, Situation]:
    """By key, in the order of the files; what is wrong is added to `problems`."""
    folder = directory / FOLDER
    scenarios = [one for path in sorted(folder.glob("*.toml")) for one in _scenarios(path, problems)]
    practised = _practised(folder / PRACTICE, problems)
    for known, there, what in (
        (practised, {one.id for one in scenarios}, "has no situation"),
        ({one.id: one for one in scenarios}, set(practised), f"has no title and reasons in {PRACTICE}"),
    ):
        problems += [f"{FOLDER}: {name}: {what}" for name in known if name not in there]
    found: dict[str, Situation] = {}
    for scenario in scenarios:
        shape = practised.get(scenario.id)
        if shape is None:
            continue
        told = [*_of_scenario(scenario), *_of_practice(scenario, shape, register)]
        problems += [f"{FOLDER}: {scenario.id}: {problem}" for problem in told]
        made = _situation(scenario, shape, register)
        if made.key in found:
            problems.append(f"{FOLDER}: {scenario.id}: stands twice")
        found[made.key] = made
    return found


def news(path: Path, problems: list[str]) -> tuple[News, ...]:
    """The newest first."""
    found: list[News] = []
    for table in _read(path, problems).get("news", []):
        try:
            shape = NewsShape.model_validate(table)
        except ValidationError as error:
            problems += [
                f"{path.name}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()
            ]
            continue
        if len(shape.say) > CARD_LENGTH // 2:
            problems.append(
                f"{path.name}: {shape.on}: {len(shape.say)} characters; half a screen holds {CARD_LENGTH // 2}"
            )
        found.append(News(shape.on, Text(shape.say, "news")))
    return tuple(sorted(found, key=lambda one: one.on, reverse=True))


def _scenarios(path: Path, problems: list[str]) -> Iterator[ScenarioShape]:
    if path.name == PRACTICE:
        return
    for table in _read(path, problems).get("scenario", []):
        try:
            yield ScenarioShape.model_validate(table)
        except ValidationError as error:
            problems += [
                f"{FOLDER}/{path.name}: {'.'.join(map(str, one['loc']))}: {one['msg']}"
                for one in error.errors()
            ]


def _practised(path: Path, problems: list[str]) -> dict[str, PracticeShape]:
    found: dict[str, PracticeShape] = {}
    for name, table in _read(path, problems).get("practice", {}).items():
        try:
            found[name] = PracticeShape.model_validate(table)
        except ValidationError as error:
            problems += [f"{FOLDER}/{PRACTICE}: {name}: {one['msg']}" for one in error.errors()]
    return found


def _read(path: Path, problems: list[str]) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(f"{path.name}: cannot be read as TOML: {error}")
        return {}


def _of_scenario(scenario: ScenarioShape) -> Iterator[str]:
    key = scenario.id.replace("-", "")
    if not (key.isascii() and key.isalnum() and key == key.lower() and len(key) <= KEY_LENGTH):
        yield f"an id has small letters, digits and hyphens, {KEY_LENGTH} at most"
    for question, said in scenario.facts.items():
        if question in _MARKS_OF_THE_WALK:
            yield from unknown("question", [str(said)], QUESTIONS)
        elif question not in QUESTIONS:
            yield f"unknown question '{question}'"
        elif isinstance(said, list) != (question in MANY):
            yield f"'{question}' must {'' if question in MANY else 'not '}be a list"
        else:
            yield from unknown(
                f"answer to '{question}'", said if isinstance(said, list) else [said], QUESTIONS[question]
            )


def _of_practice(scenario: ScenarioShape, shape: PracticeShape, register: Register) -> Iterator[str]:
    yield from of_label(shape.title)
    yield from unknown("question", list(shape.why), QUESTIONS)
    yield from unknown("source", [one.split(" ")[0] for one in shape.source], register.names)
    for said in shape.why.values():
        yield from of_placeholders(said)
    if not shape.why:
        yield "gives no reason"
    if len(scenario.situation) > CARD_LENGTH // 2:
        yield f"a situation of {len(scenario.situation)} characters; half a screen holds {CARD_LENGTH // 2}"


def _situation(scenario: ScenarioShape, shape: PracticeShape, register: Register) -> Situation:
    context = f"practice.{scenario.id}"
    answered = {q: said for q, said in scenario.facts.items() if q not in _MARKS_OF_THE_WALK}
    return Situation(
        id=scenario.id,
        title=Text(shape.title, context),
        told=Text(scenario.situation, context),
        facts={q: tuple(said) if isinstance(said, list) else said for q, said in answered.items()},
        leaves_at=str(scenario.facts.get("stop_at", "")),
        reasons={question: Text(said, context) for question, said in shape.why.items()},
        cited="; ".join(cited(register, shape.source)),
    )
