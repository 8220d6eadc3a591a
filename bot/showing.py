"""Which sentences may be shown to the citizen from a card, and which comes next; it says and stores nothing."""

from collections.abc import Mapping

from bot.model import Answers, Line, State

SHOW, LANGUAGES = "show", "languages"
# The citizen's language stands with what the house knows of a conversation, and ends with it.
SHOWN_IN = "shown_in"


def words(state: State, answers: Answers) -> tuple[Line, ...]:
    """What the card says aloud, then what may be said besides; only what may be heard now."""
    every = (*state.lines, *state.why, *state.words)
    return tuple(line for line in every if line.aloud and all(guard(answers) for guard in line.when))


def is_open(view: str) -> bool:
    """A sentence stands before the citizen."""
    return _split(view)[0] == SHOW


def asks_for_a_language(view: str) -> bool:
    return _split(view)[0] == LANGUAGES


def number(view: str) -> int:
    """Of the sentence that stands before the citizen, counted from 1."""
    return _split(view)[1]


def next_after(view: str, lines: tuple[Line, ...]) -> str:
    """Round to the first after the last; from a card, the first."""
    name, number = _split(view)
    return _joined(SHOW, number % len(lines) + 1) if name == SHOW else SHOW


def as_words(view: str) -> str:
    """The same sentence again."""
    return _joined(SHOW, _split(view)[1])


def as_languages(view: str) -> str:
    return _joined(LANGUAGES, _split(view)[1])


def language_of(given: Mapping[str, object]) -> str:
    """ "" while none was chosen in this conversation."""
    return str(given.get(SHOWN_IN, ""))


def _split(view: str) -> tuple[str, int]:
    name, _, number = view.partition(".")
    return name, int(number) if number.isdecimal() else 1


def _joined(name: str, number: int) -> str:
    return name if number == 1 else f"{name}.{number}"
