"""Whether a flow still behaves as it did: seeded walks, taken again step by step; it judges nothing."""

import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from bot import engine
from bot.flows.loader import load
from bot.flows.verify import GIVENS
from bot.model import Answers, Card, Event, Flow, Session, Step

WALKS = 900
REFERRALS = 4  # for each referral that may be opened
LONGEST = 90
REFERENCE = "ab12cd"


@dataclass(frozen=True, slots=True)
class Road:
    """Where a walk began, what was pressed, at which presses every button beside was tried, and what was seen."""

    flow: str
    entry: str
    given: Answers
    codes: tuple[str, ...]
    looks: frozenset[int]
    seen: tuple[int, ...]


def differs(flows: Mapping[str, Flow], where: Collection[str]) -> bool:
    """Whether anybody who presses the same sees anything else, or something else is stored, in these flows."""
    return any(_differs(flows[road.flow], road) for road in roads() if road.flow in where)


def _differs(flow: Flow, road: Road) -> bool:
    try:
        again = _taken(flow, road)
        return any(next(again, None) != seen for seen in road.seen)
    except Exception:  # a dialogue that breaks down behaves otherwise
        return True


@cache
def roads() -> tuple[Road, ...]:
    flows = as_they_are()
    found: list[Road] = []
    for name, flow in flows.items():
        for entry in flow.entries:
            known = GIVENS.get(f"{name}.{entry}")
            givens = [{}] * (WALKS // len(flow.entries)) if known is None else [*known] * REFERRALS
            found += [_walked(flow, entry, given, seed) for seed, given in enumerate(givens)]
    return tuple(found)


@cache
def controls() -> tuple[tuple[str, str, str], ...]:
    """Every (flow, card, control) that was met; a card is a state or, after a slash, a view."""
    met = set()
    for road in roads():
        flow = as_they_are()[road.flow]
        session = _begun(flow, road)
        for code in road.codes:
            met |= {(flow.name, _where(session), each.code) for each in engine.card(flow, session).controls}
            session = _pressed(flow, session, code)[0]
        met |= {(flow.name, _where(session), each.code) for each in engine.card(flow, session).controls}
    return tuple(sorted(met))


@cache
def as_they_are() -> Mapping[str, Flow]:
    """With every text that any municipality may have approved."""
    return load(unverified=True).flows


def _where(session: Session) -> str:
    return f"/{session.view}" if session.view else session.state


def _walked(flow: Flow, entry: str, given: Answers, seed: int) -> Road:
    chance = random.Random(seed)
    road = Road(flow.name, entry, given, (), frozenset(), ())
    session = _begun(flow, road)
    codes: list[str] = []
    looks: set[int] = set()
    while not flow.states[session.state].ends and len(codes) < LONGEST:
        for code in _next(flow, session, chance):
            if chance.random() < 0.3:
                looks.add(len(codes))
            session, step = _pressed(flow, session, code)
            assert step.note not in {"stale", "not_offered"}, (flow.name, codes, code)
            codes.append(code)
    looks.add(len(codes))
    road = replace(road, codes=tuple(codes), looks=frozenset(looks))
    return replace(road, seen=tuple(_taken(flow, road)))


def _next(flow: Flow, session: Session, chance: random.Random) -> list[str]:
    """By chance, but onwards more often than not; stop ends a walk, so it is rare."""
    card, state = engine.card(flow, session), flow.states[session.state]
    controls = [each.code for each in card.controls]
    wanders = chance.random() < (0.6 if session.view == "more" else 0.2)
    if session.view and not wanders:
        return [next(code for code in ("next", "back", "hide") if code in controls)]
    if wanders:
        beside = [code for code in controls if code != "stop" or chance.random() < 0.2]
        return [chance.choice([*(each.code for each in card.choices), *beside])]
    if state.many:
        ticked = chance.sample(card.choices, min(len(card.choices), chance.choice((0, 0, 1, 2, 3))))
        return [*(each.code for each in ticked), "done"]
    onwards = [code for code in controls if code == "next"]
    return [chance.choice([*(each.code for each in card.choices), *onwards])]


# --- taken again -------------------------------------------------------------------------------------


def _begun(flow: Flow, road: Road) -> Session:
    return engine.begin(flow, road.entry, 1, road.given, reference=REFERENCE if road.given else "")


def _taken(flow: Flow, road: Road) -> Iterator[int]:
    """All that can be seen on the way, each sight as one number."""
    session = _begun(flow, road)
    yield _sight(flow, session)
    for at, code in enumerate(road.codes):
        if at in road.looks:
            yield from _beside(flow, session)
        session, step = _pressed(flow, session, code)
        yield _sight(flow, session, step)
    yield from _beside(flow, session)


def _beside(flow: Flow, session: Session) -> Iterator[int]:
    for button in engine.card(flow, session).controls:
        aside, step = _pressed(flow, session, button.code)
        yield _sight(flow, aside, step)
        if button.code == "more" and aside.view == "more":
            yield from (_sight(flow, _pressed(flow, aside, code)[0]) for code in ("notify", "ask"))


def _pressed(flow: Flow, session: Session, code: str) -> tuple[Session, Step]:
    """What the house does on a hand-over is done too; now and then nobody is there to receive it."""
    step = engine.step(flow, session, Event("press", code, chat=1, turn=session.turn))
    moved = step.session
    if "refer" in step.does:
        route = "none" if len(moved.trail) % 4 == 0 else "open"
        moved = replace(moved, reference=REFERENCE, given={**moved.given, "route": route})
    return moved, step


def _sight(flow: Flow, session: Session, step: Step | None = None) -> int:
    done = () if step is None else (step.does, step.note, step.ended)
    answers = tuple(sorted(session.answers.items()))
    return hash((session.state, session.view, answers, done, _screen(engine.card(flow, session))))


def _screen(card: Card) -> tuple[object, ...]:
    return (
        tuple((line.text.msgid, line.aloud, line.marks) for line in card.lines),
        tuple((button.code, button.label.msgid, button.ticked) for button in (*card.choices, *card.controls)),
        card.marks,
    )
