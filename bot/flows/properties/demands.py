"""What a property can demand of a flow: a handful of kinds, all checked while every conversation is explored. Each
says in Danish what is wrong, for the professional who reads the counterexample."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from bot.engine import STOPPED
from bot.flows.conditions import Apart, both, either
from bot.flows.trying import Press
from bot.model import Answers, Card, Flow, Guard, Session, State, Text

ANYWHERE = "*"

# What a mark says, in the words of a report.
SAID = {
    "duty": "underretning, din egen pligt",
    "parents_not_first": "nævn det ikke for forældrene",
    "honour_first": "kontakt ikke familien",
    "ask_reception_first": "spørg først modtagelsen, hvad du må sige",
    "do_not_ask": "spørg ikke nu",
    "duty_personal": "pligten er personlig",
    "duty_reason": "grund til at antage er nok",
    "duty_no_proof": "intet bevis kræves",
    "duty_first": "den går forud for tavshedspligten",
    "duty_now": "straks er nu",
}


@dataclass(frozen=True, slots=True, eq=False)
class Never:
    """A card may not be shown under these answers. `card` is the name of a state; with a star before it, of a view or
    of the end by stop, which can come up anywhere."""

    card: str
    when: Guard
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Owed:
    """Whoever comes to an end by answering, with these answers, must have met a card with the mark."""

    mark: str
    when: Guard


@dataclass(frozen=True, slots=True, eq=False)
class After:
    """What every press must lead to. None: it says nothing of this press. `reads` are the conditions on which it
    depends beyond what is pressed and shown."""

    right: Callable[[Press], bool | None]
    why: str
    reads: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Each:
    """What every card must look like, views among them. None: it says nothing of this card."""

    right: Callable[[Session, Card], bool | None]
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """What must hold of the derived codes, whatever the answers; gives each case that was tried, and whether it is
    right."""

    cases: Callable[[], Iterator[tuple[Answers, bool]]]
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Wrong:
    """A fault that is seen by looking at the flow."""

    where: str
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """Something was looked at and is in order, so that nobody takes an empty check for a passed one."""

    count: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class AtMost:
    """The longest road, in presses, among those without some presses that come to an end with such answers."""

    presses: int
    avoids: frozenset[str] = frozenset()
    ends: Guard | None = None
    emergency: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class EveryRoadEnds:
    """No road goes round for ever, and from everywhere there is one to an end."""


@dataclass(frozen=True, slots=True, eq=False)
class EverythingIsReached:
    """Every card, every answer on it, every view."""


Demand = Never | Owed | After | Each | Rule | Wrong | Looked | AtMost | EveryRoadEnds | EverythingIsReached


Say = Callable[[Text], str | None]  # None where the language does not say it


@dataclass(frozen=True, slots=True)
class Spoken:
    """How each language says a sentence: those of employees all of them, those of citizens what is shown to them."""

    staff: Mapping[str, Say]
    citizen: Mapping[str, Say] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a property is asked about: a flow, and the languages in which it is said."""

    flow: Flow
    spoken: Spoken

    def cards(self) -> Iterator[tuple[str, State]]:
        """Every card by its name; with a star before it where it can come up anywhere."""
        for name, state in self.flow.states.items():
            yield (ANYWHERE + name if self.can_come_anywhere(name) else name), state
        yield from ((ANYWHERE + name, view) for name, view in self.flow.views.items())

    def can_come_anywhere(self, name: str) -> bool:
        return name == STOPPED


Demands = Callable[[Ground], Iterator[Demand]]


@dataclass(frozen=True, slots=True)
class Property:
    """`english` and `danish` are its sentence, from the docstring."""

    code: str
    name: str
    english: str
    danish: str
    demands: Demands


PROPERTIES: dict[str, Property] = {}


def proves(code: str, name: str) -> Callable[[Demands], Demands]:
    """Register a property; its docstring is its sentence in English and, after an empty line, in Danish."""

    def register(demands: Demands) -> Demands:
        english, _, danish = (demands.__doc__ or "").partition("\n\n")
        sentence = Property(code, name, _in_one_line(english), _in_one_line(danish), demands)
        if code in PROPERTIES or not (sentence.english and sentence.danish):
            raise ValueError(f"{code} needs a code of its own and its sentence in two languages")
        PROPERTIES[code] = sentence
        return demands

    return register


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def on(name: str, *reads: str) -> Callable[[Callable[[Answers], bool]], Guard]:
    """A property's own condition: what it is called in a report, and the only answers it reads."""

    def condition(holds: Callable[[Answers], bool]) -> Guard:
        return Guard(name, frozenset(reads), holds)

    return condition


def shown(state: State, mark: str) -> Guard:
    """When a card says something that carries the mark."""
    if mark in state.marks:
        return both(())
    return either([both(line.when) for line in state.lines if mark in line.marks])


def carries(state: State, mark: str) -> bool:
    return mark in state.marks or any(mark in line.marks for line in state.lines)


def offered(state: State, code: str) -> Guard:
    """When a card offers an answer."""
    return either([both(choice.when) for choice in state.choices if choice.code == code])


@cache
def but_not(first: Guard, other: Guard) -> Guard:
    """The first, and not the other."""
    return Apart(
        f"{first.name} but not {other.name}",
        first.reads | other.reads,
        lambda answers: first(answers) and not other(answers),
        (first, other),
    )
