"""The verifier against what it could overlook: flows with a fault that hides where it looks least, walks by chance
that are judged by the same demands, and answers that it takes as one. See `tests.verifier_attack` for long runs."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from bot import derived, engine
from bot.flows.guards import GUARDS
from bot.flows.properties import PROPERTIES
from bot.flows.properties.demands import AtMost, Ground, Never, Owed
from bot.flows.ticks import domain
from bot.flows.verify import GIVENS
from bot.flows.vocabulary import GIVEN, MANY, QUESTIONS
from bot.model import Guard, Session, Value
from tests.talk import press
from tests.verifier_attack import (
    DANISH,
    Edit,
    broken,
    fault,
    is_real,
    loaded,
    many_answers,
    proven,
    violations,
)

FAULTS_BY_CHANCE = (4, 13, 19)
D = "detection"


def _before_level(*cards: str) -> Edit:
    return D, "[state.level]", "".join(cards) + "[state.level]"


def _extra(name: str, then: str) -> str:
    """A card more on the roads of who has opened up."""
    head = f'[state.{name}]\nwhen = "has_opened_up"\nsay = "Ekstra"\nmoves = "Videre"\n'
    return f'{head}review = "udkast"\nthen = "{then}"\n\n'


_ON = ', to = [{ when = "has_opened_up", to = "exposure" }, { to = "next" }] }'
_LEVELS = {"none": "Ingen bekymring", "concern": "Bekymring", "suspicion": "Mistanke", "knowledge": "Viden"}
_OF_A_LEVEL = tuple(
    (D, f'"level", key = "{key}", label = "{label}"', f'"level", key = "{key}", opens = "ask", label = "{label}"')
    for key, label in _LEVELS.items()
)  # fmt: skip

# What is wrong, the property that says so, how. Each is a fault that was once overlooked.
HIDDEN: dict[str, tuple[str, tuple[Edit, ...]]] = {
    "an answer of the duty card is missing altogether": (
        "P4",
        (("duty", '  { key = "considered", label = "Jeg ser ingen grund til at antage det" },\n', ""),),
    ),
    "the parents are gone through it with on a card that says so to everybody": (
        "P5",
        (
            (
                D,
                'marks = "key_contact"\nsay = "Spørg',
                'marks = ["key_contact", "with_parents"]\nsay = "Spørg',
            ),
        ),
    ),
    "a reminder is promised to everybody who stops": (
        "P12",
        ((D, '{ when = "duty_open", say = "Spørgsmålet', '{ say = "Spørgsmålet'),),
    ),
    "an owed mark hangs on an answer that nothing else reads": (
        "P5",
        (
            ("handover", '  { when = "talks_with_exposed_parent", use = "exposed_parent" },\n', ""),
            (
                D,
                '[state.forms]\nwhen = "has_opened_up"\n',
                '[state.forms]\nwhen = "has_opened_up"\n'
                'line = [{ when = ["talks_with_exposed_parent", "gate_in_order"], use = "exposed_parent" }]\n',
            ),
        ),
    ),
    "who has asked for advice without a name is led past the duty": (
        "P3",
        (
            (
                D,
                'cards = ["losing", "childsigns"]\nreview = "udkast"\nthen = "child_danger"',
                'review = "udkast"\nthen = [{ when = "something_sent", to = "closing" }, { to = "child_danger" }]',
            ),
        ),
    ),
    "who withdraws a consent is led past the duty": (
        "P3",
        (
            ("handover", '{ key = "none", label = "Nej" }', '{ key = "none", label = "Nej"' + _ON),
            ("handover", 'overskue et samtykke" }', 'overskue et samtykke"' + _ON),
            ("handover", '{ key = "later", label = "Ikke nu" }', '{ key = "later", label = "Ikke nu"' + _ON),
            (
                "handover",
                '{ key = "declined", label = "Nej tak" }',
                '{ key = "declined", label = "Nej tak"' + _ON,
            ),
            (
                D,
                '  { when = "has_opened_up", to = "exposure" },',
                '  { when = ["has_opened_up", "handed_over"], to = "exposure" },\n'
                '  { when = "has_opened_up", to = "another_time" },',
            ),
        ),
    ),
    "the longest road has 27 presses": (
        "P8",
        (
            (D, 'then = "red_flags"', 'then = "extra"'),
            _before_level(
                _extra("extra", "extrab"), _extra("extrab", "extrac"), _extra("extrac", "red_flags")
            ),
        ),
    ),
    "advice without a name is stored as a consent with one": (
        "P6",
        (
            (
                "handover",
                'uden navn", does = "refer"',
                'uden navn", sets = { consent = "named" }, does = "refer"',
            ),
        ),
    ),
    "there is no card for notifying at any moment": (
        "P11",
        ((D, '[view.notify]\nreview = "udkast"\nas_state = "duty"\n', ""),),
    ),
    "the choice that stands for its like is not offered": (
        "P11",
        (
            (D, '  { key = "injuries", label = "Skader" },\n', ""),
            (
                D,
                '{ when = "proposes_suspicion", say = "Forslag: mistanke, fordi',
                '{ when = ["proposes_suspicion", "unsure"], say = "Forslag: mistanke, fordi',
            ),
        ),
    ),
    "an answer can only be given aside": (
        "P8",
        (
            (
                D,
                'when = ["nothing_worries", "children_not_asked"], to = "danger"',
                'when = ["nothing_worries", "children_not_asked", "disclosed"], to = "danger"',
            ),
        ),
    ),
    "what is answered aside opens a card that has no next": (
        "P3",
        ((D, '  { when = "duty_unanswered", to = "duty" },\n', ""), *_OF_A_LEVEL),
    ),
    "a view is never opened": (
        "P8",
        ((D, "[view.ask]", '[view.orphan]\nsay = "Aldrig"\nreview = "udkast"\n\n[view.ask]'),),
    ),
    "the emergency card has its mark on a line, and no 112": (
        "P1",
        (
            ("common", '[view.acute]\nmarks = "emergency"', "[view.acute]"),
            (
                "common",
                '{ say = "Fare lige nu\\nRing 112. Sig først adressen, og hvem der er i fare." }',
                '{ say = "Fare lige nu", marks = "emergency" }',
            ),
            (
                "common",
                '  { say = "• Et barn i fare: ring også {acute}, {acute_phone}, ellers 114." },\n',
                "",
            ),
            ("common", '  { say = "• Er borgerens liv i fare, også for egen hånd: ring 112." },\n', ""),
        ),
    ),
}


@pytest.mark.parametrize("what", HIDDEN)
def test_a_hidden_fault_is_found(what: str) -> None:
    code, edits = HIDDEN[what]
    flows = loaded(edits)
    found = broken(proven({D: flows[D]}, [code], stops=True))
    assert found.get(code) is not None, "it passed, or was never looked at"
    assert is_real(flows, found[code])  # type: ignore[arg-type]


# --- by chance --------------------------------------------------------------------------------------


def test_walks_break_nothing_that_is_proven() -> None:
    assert violations(loaded(), 300) == {}


@pytest.mark.parametrize("seed", FAULTS_BY_CHANCE)
def test_a_fault_that_walks_find_is_found_by_the_proof_and_what_it_finds_is_real(seed: int) -> None:
    flows = loaded([fault(seed)])
    seen = violations(flows, 60, seed)
    found = broken(proven(flows, seen, stops=True)) if seen else {}
    assert bool(found) == bool(seen), seen
    for one in found.values():
        assert one is None or is_real(flows, one), one


def test_a_property_that_finds_nothing_to_look_at_does_not_pass() -> None:
    """The key person's side alone asks nothing of children, of the gate, or for a consent; but of P15 it is looked at
    there too that back never crosses what is stored."""
    report = proven({"referral": loaded()["referral"]})
    assert {"P2", "P3", "P4", "P5", "P6", "P7", "P9", "P11"} <= broken(report).keys()
    assert {"P1", "P8", "P10", "P13", "P14", "P15", "P16"}.isdisjoint(broken(report))
    assert not proven({}).passed


# --- no end, and no bound ---------------------------------------------------------------------------


def _taken(codes: str, session: Session) -> Session:
    flow = loaded()[D]
    for code in codes.split():
        step = press(flow, session, code)
        if step.note == "not_offered":
            raise LookupError(code)
        session = step.session
    return session


def test_asking_and_withdrawing_again_and_again_leaves_no_longer_trail() -> None:
    session = _taken("moment.during", engine.begin(loaded()[D], "new", 1))
    lengths = set()
    for _ in range(4):
        session = _taken("more ask done more withdraw", session)
        lengths.add(len(session.trail))
    assert len(lengths) == 1


def test_nobody_is_led_round_by_judging_anew() -> None:
    """A worry named and taken back leads to the same card again, and counts each time (P8)."""
    session = _taken(
        "moment.during mode.routine gate.ok response.says_no done", engine.begin(loaded()[D], "new", 1)
    )
    with pytest.raises(LookupError):
        for _ in range(20):
            session = _taken("level.concern more level.none danger.no", session)


# --- answers taken as one ---------------------------------------------------------------------------


def _conditions() -> Iterator[Guard]:
    yield from GUARDS.values()
    for name, flow in loaded().items():
        assert flow.name == name
        for each in PROPERTIES.values():
            for demand in each.demands(Ground(flow, DANISH)):
                if isinstance(demand, Never | Owed):
                    yield demand.when
                elif isinstance(demand, AtMost) and demand.ends is not None:
                    yield demand.ends


def _around(guard: Guard, but: str, chance: random.Random) -> dict[str, Value]:
    around: dict[str, Value] = {}
    for question in sorted(guard.reads - {but}):
        if question in MANY:
            part = chance.random() / 2
            around[question] = tuple(key for key in QUESTIONS[question] if chance.random() < part)
        elif chance.random() < 0.8:
            around[question] = chance.choice({**QUESTIONS, **GIVEN}.get(question, ("made",)))
    return around


@pytest.mark.parametrize("question", ["signs", "red_flags"])
def test_what_is_taken_as_one_is_one_to_every_condition(question: str) -> None:
    every = list(dict.fromkeys(_conditions()))
    _alike(question, every, [guard for guard in every if question in guard.reads])


@pytest.mark.parametrize("reason", derived.SAME_DAY, ids=lambda reason: reason.name)
def test_what_is_taken_as_one_is_one_to_each_reason(reason: Guard) -> None:
    """A rule over all answers, one reason at a time (P7)."""
    for question in sorted(reason.reads & MANY):
        _alike(question, [reason], [reason])


def _alike(question: str, every: list[Guard], readers: list[Guard]) -> None:
    """Whatever is ticked does the same, under many other answers, as one of the combinations that are tried."""
    chance = random.Random(question)
    contexts = [(guard, _around(guard, question, chance)) for guard in readers for _ in range(150)]

    def does(ticks: Value) -> tuple[bool, ...]:
        return tuple(guard({**around, question: ticks}) for guard, around in contexts)

    tried = {does(ticks) for ticks in domain(every)[question] if ticks is not None}
    assert contexts and tried
    for ticks in many_answers(question, chance, 60):
        assert does(ticks) in tried, f"{ticks} is like nothing that is tried"


class Told(dict[str, Value]):
    """Answers of which only some may be looked at."""

    may: frozenset[str] = frozenset()

    def get(self, key: str, default: Any = None) -> Any:
        assert key in self.may, key
        return super().get(key, default)

    def __getitem__(self, key: str) -> Value:
        assert key in self.may, key
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        assert key in self.may, key
        return super().__contains__(key)


def test_every_condition_reads_only_what_it_says() -> None:
    chance = random.Random(7)
    every = list(dict.fromkeys(_conditions()))
    assert len(every) > len(GUARDS) + 50
    for guard in every:
        for _ in range(30):
            told = Told(_around(guard, "", chance))
            told.may = guard.reads
            assert guard(told) in (True, False), guard.name


def test_every_referral_that_can_be_opened_is_explored() -> None:
    """As `bot.buttons` tells a card what is known: how fast, how, taken or not, reached or not."""
    known = GIVENS["referral.open"]
    assert {(each["urgency"], each["path"]) for each in known} == {
        (urgency, path) for urgency in GIVEN["urgency"] for path in GIVEN["path"]
    }
    assert {each.get("contact") for each in known} == {None, *QUESTIONS["contact"]}
