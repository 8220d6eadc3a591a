"""The nouns of the house, frozen; what is done with them stands in the other rooms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

Value = str | tuple[str, ...]
Answers = Mapping[str, Value]
Role = Literal["frontline", "key_person", "coordinator"]
Urgency = Literal["now", "same_day", "standard"]

URGENCIES: tuple[Urgency, ...] = ("standard", "same_day", "now")  # rising
TOO_MANY = "too_many"  # the code of what was typed, or asked for, faster than anybody can
CARD_LENGTH, LABEL_LENGTH = 700, 48  # characters that a screen of a telephone holds, and a button
SHOWN_LENGTH = 340  # of a sentence for the citizen, which shares a screen with what it means
START = "start"  # where every machine begins, before the first card


# --- what a flow is made of -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """A named yes-or-no question to the answers; `reads` are the only ones it may look at."""

    name: str
    reads: frozenset[str]
    holds: Callable[[Answers], bool]

    def __call__(self, answers: Answers) -> bool:
        return self.holds(answers)


@dataclass(frozen=True, slots=True)
class Text:
    """A Danish sentence, which is its own gettext msgid, and the gettext context it stands in. `many` is how it is said
    of more than one, where it counts."""

    msgid: str
    context: str
    many: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of a card; `aloud` ones may be said or shown to the citizen."""

    text: Text
    aloud: bool = False
    when: tuple[Guard, ...] = ()
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer that a card offers. `sets` are answers that follow from it, `does` names what must be
    stored with it, `opens` the view that is shown before anything else."""

    key: str
    question: str
    label: Text
    sets: Answers = field(default_factory=dict)
    does: str = ""
    opens: str = ""
    when: tuple[Guard, ...] = ()

    @property
    def code(self) -> str:
        return f"{self.question}.{self.key}"


@dataclass(frozen=True, slots=True)
class State:
    """One card's worth of a flow. `moves` is the label of its next or done control, where it has one; `words` are more
    that may be shown to the citizen from here and do not stand on the card; `cards` are the library's that help."""

    name: str
    question: str
    lines: tuple[Line, ...]
    choices: tuple[Choice, ...] = ()
    many: bool = False
    ends: bool = False
    moves: Text | None = None
    why: tuple[Line, ...] = ()
    words: tuple[Line, ...] = ()
    law: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()
    when: tuple[Guard, ...] = ()
    review: str = "udkast"
    cards: tuple[str, ...] = ()


class Trigger(Protocol):
    """The one method we use of a `transitions.Event`."""

    def trigger(self, model: Any, *args: Any) -> bool: ...


class Machine(Protocol):
    """What we use of a `transitions.Machine`: one a flow, shared, bound to nobody."""

    @property
    def events(self) -> Mapping[str, Trigger]: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A way into a flow, and what is known before its first card."""

    start: str
    sets: Answers = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    name: str
    states: Mapping[str, State]
    views: Mapping[str, State]
    entries: Mapping[str, Entry]
    controls: Mapping[str, Text]
    machine: Machine


# --- a conversation under way -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answered:
    """What one press settled, and on which state; an aside was answered in a view and moved nobody."""

    state: str
    answers: Answers
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """One person's place in one flow. `sealed` is the length of the trail that back may not cross;
    `reference` is the referral that the session made, or, on the key person's side, is about."""

    flow: str
    state: str
    turn: int
    given: Answers = field(default_factory=dict)
    trail: tuple[Answered, ...] = ()
    ticks: tuple[str, ...] = ()
    view: str = ""
    sealed: int = 0
    reference: str = ""
    version: int = 0

    @property
    def answers(self) -> dict[str, Value]:
        merged = dict(self.given)
        for answered in self.trail:
            merged.update(answered.answers)
        return merged

    @property
    def is_hidden(self) -> bool:
        """The neutral screen lies over the card, or something that was opened on it."""
        return self.view.partition(".")[0] == "hide"


@dataclass(frozen=True, slots=True)
class Event:
    """What a person did. `code` is a callback code without its turn, a command's name, or the kind of
    thing that was typed or sent: never its words. `update`, `message` and `callback` are Telegram's.
    `words` are a short text's, for a coordinator who is awaited to type a colleague's name or telephone; they are
    dropped before anything else where nobody is awaited, and stand in no repr."""

    kind: Literal["press", "command", "typed", "blocked", "unblocked", "left"]
    code: str
    chat: int
    turn: int = -1
    argument: str = ""
    update: int = 0
    message: int = 0
    callback: str = ""
    language: str = ""
    words: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Step:
    """What an event led to. `does` lists what must be stored with it, in order; `note` names a small
    sentence for the person who pressed."""

    session: Session
    does: tuple[str, ...] = ()
    note: str = ""
    ended: bool = False


# --- what is shown ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Button:
    code: str
    label: Text
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A screen: paragraphs, answers, controls. `marks` say what it is about, for checks and tests; `showing`: its one
    sentence is shown to the citizen; which, from 1, of how many."""

    lines: tuple[Line, ...]
    choices: tuple[Button, ...] = ()
    controls: tuple[Button, ...] = ()
    marks: frozenset[str] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict)
    showing: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Screen:
    """A card in one language, ready to be sent: plain text and rows of (label, callback data)."""

    text: str
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    silent: bool = False
    protected: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """What the transport does after the commit, for the person who acted: answer the press with `toast`, show the live
    card (edit `live`, or send one at the bottom where it is 0), set the commands named."""

    chat: int
    screen: Screen | None = None
    toast: str = ""
    live: int = 0
    commands: str = ""


# --- people and what is handed over -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Staff:
    """An admitted employee. `turn` counts her presses and never goes back; `live` is the message id of
    her one live card, 0 where there is none; `active` is the session it shows ("" is her own)."""

    id: int
    chat: int
    role: Role
    unit: str
    name: str
    phone: str
    language: str
    turn: int = 0
    live: int = 0
    active: str = ""
    blocked: bool = False
    back: datetime | None = None  # when she is at work again; before that nothing new is asked of her
    deputy: bool = False  # asked after the key persons of her unit
    admitted: datetime | None = None  # when, or when it was last renewed


@dataclass(frozen=True, slots=True)
class Referral:
    """A hand-over on its way. Nothing in it is about the citizen but closed codes of how fast and how."""

    reference: str
    sender: int
    unit: str
    urgency: Urgency
    path: str
    stored: datetime
    delivered: datetime | None = None
    opened: datetime | None = None
    accepted: datetime | None = None
    accepted_by: int | None = None
    reached: datetime | None = None
    contact: str = ""
    close: str = ""
    closed: datetime | None = None
    outcome: int | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """Over a hand-over that nobody has taken. `first` is the unit that knows most of such cases, "" where none does;
    `asked` is when the newest receivers were asked, whose notices have numbers from `since` on; `steps` is how often
    more were asked; `exhausted` says that nobody is left to ask."""

    reference: str
    first: str
    asked: datetime
    since: int
    steps: int = 0
    exhausted: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A row of the outbox: something for `staff`, to be sent or edited when it is due. `message` is the one in
    her chat that it stands on, 0 where there is none. `code` of a referral's notice: "" while it waits,
    "passed" when she passed it on, "failed" when she cannot be reached, "taken" when another one took it."""

    id: int
    kind: Literal[
        "referral", "duty_open", "status", "failed", "clock", "return", "probe", "nowhere", "duty_unit", "review",
        "copy", "lapsing", "menu", "fresh", "report",
    ]  # fmt: skip
    staff: int
    reference: str
    due: datetime | None
    attempts: int = 0
    message: int = 0
    code: str = ""
