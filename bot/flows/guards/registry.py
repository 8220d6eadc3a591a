"""How a condition is registered: under its name, with the only questions it may read."""

from collections.abc import Callable

from bot import derived
from bot.model import Answers, Guard

GUARDS: dict[str, Guard] = {}

GATE = ("gate", "private", "interpreter", "ready")
LEVEL = ("level", "mode", "response", "risk", "signs")
REASON = ("level", "mode", "response", "signs", "honour")  # whoever uses the ruler has one already
DUTY = ("children", *REASON)


def guard(*reads: str) -> Callable[[Callable[[Answers], bool]], Guard]:
    """Register a function as a condition; `reads` are all the answers it looks at."""

    def register(holds: Callable[[Answers], bool]) -> Guard:
        return _put(Guard(holds.__name__, frozenset(reads), holds))

    return register


def is_one_of(name: str, question: str, *keys: str) -> None:
    _put(Guard(name, frozenset({question}), lambda answers: answers.get(question) in keys))


def has_marked(name: str, question: str, key: str) -> None:
    _put(Guard(name, frozenset({question}), lambda answers: key in derived.marked(answers, question)))


def _put(made: Guard) -> Guard:
    if made.name in GUARDS:
        raise ValueError(f"two conditions are named {made.name}")
    GUARDS[made.name] = made
    return made
