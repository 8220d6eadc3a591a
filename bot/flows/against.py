"""What a new version of the flows takes away from an old one, and which outcomes change; it judges none of it.

Both versions are read with the conditions of the program that reads them: conditions are code, and no file keeps those
that an old version was read with.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot import derived
from bot.errors import FlowError
from bot.flows import loader
from bot.flows.abreast import ROUND_FOR_EVER, Reached, walk
from bot.flows.conditions import either
from bot.flows.loader import Content
from bot.flows.sides import Side, Start
from bot.flows.verify import GIVENS
from bot.flows.vocabulary import GIVEN
from bot.model import Answers, Choice, Flow, Guard, Session, State, Text

Say = Callable[[Text], str]


@dataclass(frozen=True, slots=True)
class Gone:
    """Something that the new version does not have: a flow, an entry, a card, a view, a question or an answer."""

    flow: str
    kind: str
    code: str
    words: Text | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One card of an example: what it asks, and what was pressed."""

    asks: Text | None
    labels: tuple[Text, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of difference, in `count` conversations, with the shortest as an example. `cards` are those with which
    the versions first part, old and new. `new_facts` says that the old version does not ask what makes the difference,
    or does not take it for an answer."""

    flow: str
    what: str
    before: str
    after: str
    cards: tuple[str, str]
    new_facts: bool
    count: int
    example: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Differences:
    """Not `complete` where the versions are so unlike that only the shortest conversations could be compared."""

    gone: tuple[Gone, ...] = ()
    changes: tuple[Change, ...] = ()
    complete: bool = True


def read(directory: Path) -> Content:
    """The old version. Raises FlowError with one sentence where this program cannot read it."""
    try:
        return loader.load(directory)
    except FlowError as error:
        count = f"{len(error.problems)} problems, the first" if len(error.problems) > 1 else "one problem"
        said = (
            f"{directory} cannot be compared with: this version cannot read it ({count}: {error.problems[0]})"
        )
        raise FlowError([said]) from error


def differences(old: Content, new: Content) -> Differences:
    """All of them, those with the shortest conversations first."""
    gone: list[Gone] = []
    changes: list[Change] = []
    complete = True
    for name, flow in old.flows.items():
        if name not in new.flows:
            gone.append(Gone(name, "flow", name))
            continue
        gone += _gone(flow, new.flows[name])
        for leader, follower in ((flow, new.flows[name]), (new.flows[name], flow)):
            walked = walk(leader, follower, _starts(flow, new.flows[name]), _ENDS)
            changes += _grouped(leader, walked.ends, new_facts=leader is not flow)
            complete &= walked.complete
    return Differences(tuple(gone), tuple(sorted(changes, key=lambda change: len(change.example))), complete)


# --- what is gone -----------------------------------------------------------------------------------


def _gone(old: Flow, new: Flow) -> Iterator[Gone]:
    yield from (Gone(old.name, "entry", name) for name in old.entries if name not in new.entries)
    for kind, before, after in (("card", old.states, new.states), ("view", old.views, new.views)):
        for name, state in before.items():
            if name not in after and not state.ends:
                yield Gone(old.name, kind, name, _asks(state, {}))
    asked, kept = {choice.question for choice in _choices(new).values()}, _choices(new)
    for question in dict.fromkeys(choice.question for choice in _choices(old).values()):
        if question not in asked:
            yield Gone(old.name, "question", question)
    for code, choice in _choices(old).items():
        if code not in kept and choice.question in asked:
            yield Gone(old.name, "answer", code, choice.label)


def _choices(flow: Flow) -> Mapping[str, Choice]:
    states = (*flow.states.values(), *flow.views.values())
    return {choice.code: choice for state in states for choice in state.choices}


# --- which outcomes change --------------------------------------------------------------------------


def _is(name: str, derive: Callable[[Answers], str], code: str, *reads: str) -> Guard:
    return Guard(f"{name} is {code}", frozenset(reads), lambda answers: derive(answers) == code)


_ABOUT_THE_DUTY = frozenset(
    {"children", "mode", "signs", "risk", "response", "level", "honour", "duty", "exposure"}
)
_RESULTS = (
    *("child_only", "own_violence", "disclosed", "unsure", "could_not_ask_safely"),
    *("asked_not_confirmed", "declined_to_talk"),
)  # fmt: skip
# What tells conversations apart when they have come to their ends.
_ENDS: tuple[Guard, ...] = (
    either(derived.NOW),
    either((*derived.NOW, *derived.SAME_DAY)),
    Guard("duty is open", _ABOUT_THE_DUTY, derived.duty_is_open),
    *(_is("path", derived.path, code, "consent", "wish", "asked") for code in GIVEN["path"]),
    *(_is("result", derived.result, code, "mode", "response", "private", "interpreter", "ready") for code in _RESULTS),
)  # fmt: skip


def _outcome(side: Side) -> dict[str, str]:
    answers = side.session.answers
    return {
        "duty_card": "met" if side.met_duty else "not_met",
        "reminder": "left" if derived.duty_is_open(answers) else "none",
        "urgency": derived.urgency(answers),
        "path": derived.path(answers),
        "result": derived.result(answers),
        "stored": ",".join(side.does),
    }


def _starts(old: Flow, new: Flow) -> Iterator[Start]:
    for entry in old.entries:
        if entry in new.entries:
            yield from ((entry, given) for given in GIVENS.get(f"{old.name}.{entry}", ({},)))


def _grouped(leader: Flow, ends: Iterable[Reached], new_facts: bool) -> Iterator[Change]:
    """What can be told to both versions is compared when the old one leads; of the rest only the new one knows."""
    found: dict[tuple[str, str, str, tuple[str, str]], list[Reached]] = {}
    for reached in ends:
        pair = reached.pair
        if new_facts and not (pair.unasked or pair.follower.stuck):
            continue
        for what, leads, follows in _differing(pair.leader, pair.follower):
            old, new = (follows, leads) if new_facts else (leads, follows)
            cards = pair.parted[::-1] if new_facts else pair.parted
            found.setdefault((what, old, new, (cards[0], cards[1])), []).append(reached)
    for (what, old, new, cards), alike in found.items():
        example = tuple(_told(leader, alike[0].pair.leader.session))
        count = sum(reached.count for reached in alike)
        yield Change(leader.name, what, old, new, cards, new_facts, count, example)


def _differing(leader: Side, follower: Side) -> Iterator[tuple[str, str, str]]:
    """A fact that the follower cannot be told says nothing of its outcome."""
    if follower.stuck == ROUND_FOR_EVER:
        yield "end", "reached", "never_reached"
    elif follower.stuck:
        yield "answer", follower.stuck, ""
    else:
        leads, follows = _outcome(leader), _outcome(follower)
        yield from ((what, leads[what], follows[what]) for what in leads if leads[what] != follows[what])


# --- an example -------------------------------------------------------------------------------------


def _told(flow: Flow, session: Session) -> Iterator[Told]:
    """The conversation, card by card; where nothing is asked, nothing is told."""
    known = tuple(f"{question}={value}" for question, value in session.given.items() if question != "route")
    if known:
        yield Told(None, (), known)
    answers = dict(session.given)
    for answered in session.trail:
        if answered.answers:
            state = flow.states[answered.state]
            codes = tuple(_codes(answered.answers))
            labels = _labels(state, answers)
            yield Told(_asks(state, answers), tuple(labels[code] for code in codes), codes)
        answers.update(answered.answers)


def _codes(answers: Answers) -> Iterator[str]:
    """What was pressed; what follows from it stands behind it."""
    for question, value in list(answers.items())[:1]:
        yield from (f"{question}.{key}" for key in ((value,) if isinstance(value, str) else value))


def _labels(state: State, answers: Answers) -> dict[str, Text]:
    shown = [choice for choice in state.choices if all(guard(answers) for guard in choice.when)]
    return {choice.code: choice.label for choice in shown}


def _asks(state: State, answers: Answers) -> Text | None:
    """What a card ends with: its question, or the last that it says."""
    own = [line for line in state.lines if not line.aloud and all(guard(answers) for guard in line.when)]
    return (own or list(state.lines))[-1].text if state.lines else None
