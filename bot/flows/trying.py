"""One press and what came of it; and everything that can be tried on a card without going on from it."""

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from bot import engine
from bot.flows.vocabulary import GIVEN
from bot.model import Card, Event, Flow, Session, Step

Codes = tuple[str, ...]

REFERENCE = "ab12cd"  # of whatever is handed over while exploring


@dataclass(frozen=True)
class Press:
    """One event on one card, and what came of it. `codes` are all presses from the beginning; `met` are the marks
    met on the road before it; `looks` says that it was tried and taken back, not gone on from; `came_from` is the
    card before this one, as it was left."""

    flow: Flow
    before: Session
    event: Event
    step: Step
    codes: Codes
    met: frozenset[str] = frozenset()
    looks: bool = False
    came_from: Session | None = None

    @property
    def code(self) -> str:
        return self.event.code

    @property
    def after(self) -> Session:
        return self.step.session

    @cached_property
    def card(self) -> Card:
        return engine.card(self.flow, self.after)

    @cached_property
    def card_before(self) -> Card:
        return engine.card(self.flow, self.before)


ROUNDS = frozenset({"hide", "show"})  # the controls behind which there is more than one screen
STILL = ("stale", "typed", "twice", "save-and-load")  # events after which everything is as it was


def tried(
    flow: Flow, session: Session, kept: Session, road: Codes, met: frozenset[str], came_from: Session | None,
    around: Container[str] = ROUNDS,
) -> Iterator[Press]:  # fmt: skip
    """On every card: each control and each view, a press of an old card, the same press again, typed words. `kept` is
    the session saved and loaded again, `came_from` the card before as it was left. `around` are the controls behind
    which everything is tried; behind the hidden screen otherwise the way back alone, of the sentences the first."""

    def done(before: Session, event: Event, *codes: str) -> Press:
        return Press(
            flow, before, event, engine.step(flow, before, event), (*road, *codes), met, True, came_from
        )

    def press(before: Session, code: str, *codes: str) -> Press:
        return done(before, Event("press", code, chat=1, turn=before.turn), *codes, code)

    def still(before: Session, event: Event, named: str, *codes: str) -> Press:
        made = done(before, event, *codes, named)
        return replace(made, event=replace(event, code=named))

    yield Press(flow, session, Event("command", "save-and-load", chat=1), Step(kept), road, met, looks=True)
    yield still(session, Event("typed", "text", chat=1), "typed")
    card = engine.card(flow, session)
    for button in (*card.choices, *card.controls):
        yield still(session, Event("press", button.code, chat=1, turn=session.turn - 1), "stale")
    for button in card.controls:
        if button.code in ("next", "done"):
            continue
        pressed = press(session, button.code)
        yield pressed
        yield still(pressed.after, pressed.event, "twice", button.code)
        yield from _within(pressed, press, around)


def _within(opened: Press, press: Callable[..., Press], around: Container[str]) -> Iterator[Press]:
    """A view, what can be opened from it, and the way back to the card."""
    if not opened.after.view:
        return
    here, code = opened.after, opened.code
    if here.is_hidden:
        yield from _hidden(opened, press, _ROUND_THE_HIDDEN if code in around else _WAY_BACK)
        return
    if code == "show" and code in around:
        yield from _leafing(opened, press)
    for button in opened.card.controls:
        if button.code in ("next", "back", "hide", "acute", "stop"):
            yield press(here, button.code, code)
        elif button.code in ("notify", "ask"):
            further = press(here, button.code, code)
            yield further
            for leaving in further.card.controls:
                yield press(further.after, leaving.code, code, button.code)


def _leafing(opened: Press, press: Callable[..., Press]) -> Iterator[Press]:
    """Through every sentence once round; on each the languages, and every way out of them."""
    here, first = opened.after, opened.card.lines
    done: Codes = (opened.code,)
    while True:
        if "more" in {button.code for button in engine.card(opened.flow, here).controls}:
            asked = press(here, "more", *done)
            yield asked
            yield from (press(asked.after, way.code, *done, "more") for way in asked.card.controls)
        turned = press(here, "show", *done)
        if turned.step.note or turned.card.lines == first:
            return
        yield turned
        here, done = turned.after, (*done, "show")


# On the hidden screen: first the overview's own buttons, then those of the papers, of the room and of the emergency
# card, each from each; at the end the way back.
_ROUND_THE_HIDDEN = (
    *(
        "back",
        "more",
        "more",
        "back",
        "acute",
        "next",
        "hide",
        "back",
        "hide",
        "more",
        "hide",
        "acute",
        "hide",
    ),
    *("more", "acute", "next", "hide", "hide"),
)
_WAY_BACK = ("hide", "hide")


def _hidden(opened: Press, press: Callable[..., Press], walk: Codes) -> Iterator[Press]:
    """In one walk that ends on the card."""
    here = opened.after
    done: Codes = (opened.code,)
    for code in walk:
        pressed = press(here, code, *done)
        yield pressed
        here, done = pressed.after, (*done, code)


def again(press: Press) -> Press:
    """The same press on the card that it led to."""
    step = engine.step(press.flow, press.after, press.event)
    event = replace(press.event, code="twice")
    return Press(press.flow, press.after, event, step, (*press.codes, "twice"), press.met, looks=True)


def stored(step: Step) -> Iterator[tuple[Session, Codes]]:
    """What the house makes of it: a referral has somebody to go to, or nobody; one that is called back is gone."""
    if "refer" in step.does:
        for route in GIVEN["route"]:
            given = {**step.session.given, "route": route}
            yield replace(step.session, given=given, reference=REFERENCE), (f"route={route}",)
    else:
        yield (replace(step.session, reference="") if "withdraw" in step.does else step.session), ()


def left_view(flow: Flow, session: Session) -> tuple[Session, str]:
    """Back on the card that a view came up over, and the press that led there. Raises LookupError where none does."""
    offered = {button.code for button in engine.card(flow, session).controls}
    for code in ("next", "back", "hide"):
        if code in offered:
            return engine.step(flow, session, Event("press", code, chat=1, turn=session.turn)).session, code
    raise LookupError(f"nothing leads out of the view {session.view}")
