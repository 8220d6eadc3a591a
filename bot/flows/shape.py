"""The shape of a flow file, checked key by key; what the keys mean is the loader's."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Names = Annotated[list[str], BeforeValidator(_as_list)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Way(Shape):
    to: str
    when: Names = []


def _as_ways(value: Any) -> Any:
    if isinstance(value, str):
        return [{"to": value}]
    return value


Ways = Annotated[list[Way], BeforeValidator(_as_ways)]


class LineShape(Shape):
    """One paragraph: exactly one of say, aloud (for the citizen) or use (a text that has a name).
    `unverified` ones are shown only where the municipality has approved them."""

    say: str = ""
    aloud: str = ""
    use: str = ""
    when: Names = []
    marks: Names = []
    unverified: bool = False


class ChoiceShape(Shape):
    key: str
    label: str
    question: str = ""
    to: Ways = []
    sets: dict[str, str] = {}
    does: str = ""
    opens: str = ""
    when: Names = []


def _as_lines(value: Any) -> Any:
    return [{"say": value}] if isinstance(value, str) else value


class StateShape(Shape):
    question: str = ""
    say: str = ""
    aloud: Names = []
    line: list[LineShape] = []
    why: Annotated[list[LineShape], BeforeValidator(_as_lines)] = []
    words: list[LineShape] = []  # more that may be said or shown to the citizen, one press away
    law: Names = []
    source: Names = []
    cards: Names = []  # of the library, those that help right here: two at most
    marks: Names = []
    when: Names = []
    many: bool = False
    ends: bool = False
    outside: bool = False  # the house puts a session here, no answer leads to it
    moves: str = ""
    then: Ways = []
    choices: list[ChoiceShape] = []
    choices_as: str = ""
    as_state: str = Field("", description="for a view: the state whose card it shows")
    review: str = Field(min_length=1)  # "udkast", or the role and date of the professional who signed


class EntryShape(Shape):
    start: str
    sets: dict[str, str] = {}


class LawShape(Shape):
    text: str
    short: str = ""
    in_force: date
    checked_on: date
    by: str
    source: str
    formerly: str = ""


class SourceShape(Shape):
    title: str
    by: str
    year: str = ""
