"""Writes answers as one string of closed codes and reads them back; it knows no flow.

answers   mode=told,red_flags=+throat+weapon    a plus before each code of a tuple; `+` is the empty one
trail     moment:moment=during;~more:honour=yes a tilde marks what was answered aside
ticks     throat+weapon
"""

from collections.abc import Iterable
from functools import lru_cache

from bot.model import Answered, Answers, Value
from bot.storage.types import CODE


def write_answers(answers: Answers) -> str:
    return ",".join([f"{_code(question)}={_write_value(value)}" for question, value in answers.items()])


def read_answers(text: str) -> dict[str, Value]:
    if not text:
        return {}
    pairs = [answer.split("=", 1) for answer in text.split(",")]
    return {question: _read_value(value) for question, value in pairs}


def write_trail(trail: Iterable[Answered]) -> str:
    return ";".join([f"{'~' if a.aside else ''}{_code(a.state)}:{write_answers(a.answers)}" for a in trail])


def read_trail(text: str) -> tuple[Answered, ...]:
    return tuple([_read_answered(part) for part in text.split(";")]) if text else ()


def write_ticks(ticks: Iterable[str]) -> str:
    return "+".join([_code(tick) for tick in ticks])


def read_ticks(text: str) -> tuple[str, ...]:
    return tuple(text.split("+")) if text else ()


def _read_answered(text: str) -> Answered:
    state, answers = text.split(":", 1)
    return Answered(state.removeprefix("~"), read_answers(answers), aside=state.startswith("~"))


def _write_value(value: Value) -> str:
    if isinstance(value, str):
        return _code(value) if value else ""
    return "+" + "+".join([_code(each) for each in value])


def _read_value(text: str) -> Value:
    return read_ticks(text[1:]) if text.startswith("+") else text


@lru_cache(maxsize=4096)  # closed codes are few, and every press writes the whole trail again
def _code(text: str) -> str:
    """Refuses what is not one code: a separator inside it would read back as something else."""
    if not (text and CODE.fullmatch(text)):
        raise ValueError("this is not a code, and nothing else may be stored here")
    return text
