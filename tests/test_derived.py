"""What follows from the answers: one table a derived code, and that more worry never makes it less."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import derived, engine
from bot.flows.loader import load
from bot.flows.vocabulary import MANY, QUESTIONS
from bot.model import URGENCIES, Answers, Value
from tests.talk import Talk, press

SIGNS, FLAGS = QUESTIONS["signs"], QUESTIONS["red_flags"]
Table = list[tuple[dict[str, Any], str]]


def ids(value: object) -> str:
    return " ".join(f"{q}={v}" for q, v in value.items()) if isinstance(value, dict) else str(value)


# --- level ------------------------------------------------------------------------------------------

PROPOSED: Table = [
    ({}, "none"),
    ({"mode": "routine", "signs": ()}, "none"),
    ({"mode": "concern"}, "none"),
    ({"response": "says_no"}, "none"),
    ({"response": "declined"}, "none"),
    ({"response": "not_asked"}, "none"),
    ({"response": "disclosed"}, "knowledge"),
    ({"mode": "told", "response": "disclosed"}, "knowledge"),
    ({"mode": "uses"}, "knowledge"),
    ({"response": "unsure"}, "suspicion"),
    ({"response": "unsure", "signs": ("child_told",)}, "knowledge"),
    ({"response": "disclosed", "signs": ("doubt",)}, "knowledge"),
    ({"response": "says_no", "signs": ("injuries",)}, "suspicion"),
    ({"response": "says_no", "signs": ("doubt", "fear")}, "suspicion"),
    ({"response": "says_no", "level": "knowledge"}, "none"),  # what she decides does not change the proposal
    *(({"signs": (sign,)}, "suspicion") for sign in ("injuries", "fear", "told_by_other")),
    *(({"signs": (sign,)}, "concern") for sign in ("control", "isolation", "appointments", "money")),
    *(({"signs": (sign,)}, "concern") for sign in ("health", "child_signs", "doubt")),
    ({"signs": ("child_told",)}, "knowledge"),
]


@pytest.mark.parametrize(("answers", "level"), PROPOSED, ids=ids)
def test_the_level_is_proposed_by_reasons(answers: Answers, level: str) -> None:
    assert derived.proposed_level(answers) == level


def test_every_sign_is_in_the_table_of_levels() -> None:
    assert {answers["signs"][0] for answers, _ in PROPOSED if [*answers] == ["signs"]} == set(SIGNS)


@pytest.mark.parametrize("level", derived.LEVELS)
def test_the_worker_decides_the_level(level: str) -> None:
    assert derived.level({"response": "disclosed", "level": level}) == level
    assert derived.level({"response": "disclosed"}) == "knowledge"


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        ({"level": "none", "response": "disclosed"}, "knowledge"),
        ({"level": "knowledge", "signs": ("doubt",)}, "knowledge"),
        ({"level": "none"}, "none"),
        ({"level": "concern", "response": "unsure"}, "suspicion"),
    ],
    ids=ids,
)
def test_what_a_person_told_is_not_undone_by_a_lower_decision(answers: Answers, level: str) -> None:
    assert derived.highest_level(answers) == level


# --- urgency ----------------------------------------------------------------------------------------

WITHIN_HOME = ("parent", "several", "unknown")
DONE = ("notified", "today", "earlier", "colleague", "advice_first")

URGENCY: Table = [
    ({}, "standard"),
    ({"danger": "no", "child_danger": "no"}, "standard"),
    ({"danger": "unknown"}, "standard"),
    ({"danger": "now"}, "now"),
    ({"child_danger": "now"}, "now"),
    ({"danger": "now", "child_danger": "no", "red_flags": ("throat",)}, "now"),
    *(({"red_flags": (flag,)}, "same_day") for flag in FLAGS),
    ({"red_flags": ()}, "standard"),
    ({"safe_today": "no"}, "same_day"),
    ({"safe_today": "yes", "response": "disclosed"}, "standard"),
    ({"safe_today": "shelter", "response": "disclosed"}, "standard"),
    ({"safe_today": "unknown"}, "standard"),
    ({"safe_today": "unknown", "response": "says_no"}, "standard"),
    ({"safe_today": "unknown", "response": "disclosed"}, "same_day"),
    ({"safe_today": "unknown", "response": "unsure"}, "same_day"),
    ({"honour": "yes"}, "same_day"),
    ({"honour": "unknown"}, "same_day"),
    ({"honour": "no"}, "standard"),
    *(
        ({"child_danger": "unknown", "children": child}, "same_day")
        for child in ("yes", "both", "self", "unborn")
    ),
    ({"child_danger": "unknown", "children": "unknown"}, "standard"),
    ({"child_danger": "unknown", "children": "no"}, "standard"),
    ({"children": "unborn", "response": "unsure"}, "same_day"),
    ({"children": "both", "signs": ("injuries",)}, "same_day"),
    ({"children": "unborn", "signs": ("doubt",)}, "standard"),
    ({"children": "unborn", "signs": ("doubt",), "level": "suspicion"}, "same_day"),
    ({"children": "unborn", "response": "disclosed", "level": "none"}, "same_day"),
    ({"children": "yes", "response": "unsure"}, "standard"),
    *(
        ({"response": "disclosed", "children": "yes", "suspected": who, "duty": duty}, "same_day")
        for who in WITHIN_HOME
        for duty in DONE
    ),
    ({"response": "disclosed", "children": "yes", "suspected": "other", "duty": "notified"}, "standard"),
    ({"response": "disclosed", "children": "yes", "suspected": "nobody", "duty": "notified"}, "standard"),
    ({"response": "disclosed", "children": "yes", "suspected": "parent", "duty": "considered"}, "standard"),
    ({"response": "unsure", "children": "yes", "suspected": "parent", "duty": "notified"}, "standard"),
]


@pytest.mark.parametrize(("answers", "urgency"), URGENCY, ids=ids)
def test_the_urgency_follows_from_reasons(answers: Answers, urgency: str) -> None:
    assert derived.urgency(answers) == urgency


def test_the_higher_of_two_urgencies_is_the_more_urgent() -> None:
    assert derived.higher("standard", "same_day") == "same_day"
    assert derived.higher("now", "same_day") == "now"
    assert derived.higher("standard", "standard") == "standard"


# --- result -----------------------------------------------------------------------------------------

UNSAFE: list[dict[str, Any]] = [
    {"private": "no"},
    *({"private": "yes", "interpreter": one} for one in ("relative", "minor", "missing")),
]

RESULT: Table = [
    ({}, "not_asked"),
    ({"mode": "routine", "gate": "ok"}, "not_asked"),
    ({"mode": "routine", "gate": "ok", "response": "says_no"}, "asked_not_confirmed"),
    ({"mode": "routine", "gate": "ok", "response": "declined"}, "declined_to_talk"),
    ({"mode": "routine", "gate": "ok", "response": "not_asked"}, "not_asked"),
    ({"mode": "concern", "gate": "ok", "response": "disclosed"}, "disclosed"),
    ({"mode": "concern", "gate": "ok", "response": "unsure"}, "unsure"),
    ({"mode": "told", "response": "disclosed"}, "disclosed"),
    ({"mode": "child", "signs": ("child_told",)}, "child_only"),
    ({"mode": "child", "response": "disclosed"}, "child_only"),
    ({"mode": "uses"}, "own_violence"),
    ({"mode": "uses", "private": "no"}, "own_violence"),
    *(({**gate, "response": "disclosed"}, "disclosed") for gate in UNSAFE),
    *(({**gate, "response": "unsure"}, "unsure") for gate in UNSAFE),
    *(({**gate, "response": "not_asked"}, "could_not_ask_safely") for gate in UNSAFE),
    *(({**gate, "response": "says_no"}, "could_not_ask_safely") for gate in UNSAFE),
    *((gate, "could_not_ask_safely") for gate in UNSAFE),
    (
        {"private": "yes", "interpreter": "professional", "ready": "yes", "response": "says_no"},
        "asked_not_confirmed",
    ),
    ({"private": "yes", "interpreter": "none_needed", "ready": "no", "response": "not_asked"}, "not_asked"),
    ({"private": "yes", "interpreter": "none_needed", "ready": "no", "response": "says_no"}, "not_asked"),
    ({"private": "yes", "interpreter": "none_needed", "ready": "no", "response": "disclosed"}, "disclosed"),
    ({"private": "yes", "interpreter": "minor", "ready": "no"}, "could_not_ask_safely"),
]


@pytest.mark.parametrize(("answers", "result"), RESULT, ids=ids)
def test_the_result_says_what_happened(answers: Answers, result: str) -> None:
    assert derived.result(answers) == result


def test_no_result_says_that_there_was_no_violence() -> None:
    results = {result for _, result in RESULT}
    assert len(results) == 8
    assert not any("no_violence" in result or result == "none" for result in results)


# --- path -------------------------------------------------------------------------------------------

PATH: Table = [
    ({}, "none"),
    *(({"wish": wish}, "none") for wish in ("help", "shelter", "advice", "later", "declined")),
    *(({"wish": wish, "consent": "named"}, "referral") for wish in ("help", "advice")),
    ({"wish": "shelter", "consent": "named"}, "shelter"),
    *(({"wish": "police", "consent": one}, "police") for one in QUESTIONS["consent"]),
    ({"wish": "police"}, "police"),
    *(({"wish": wish, "consent": "anonymous"}, "advice") for wish in ("help", "shelter", "advice")),
    *(({"wish": "help", "consent": one}, "none") for one in ("none", "cannot")),
    *(({"wish": "shelter", "consent": one}, "none") for one in ("none", "cannot")),
    ({"asked": "advice"}, "advice"),
    ({"asked": "advice", "wish": "help", "consent": "none"}, "advice"),
    ({"asked": "advice", "wish": "help", "consent": "named"}, "referral"),
    ({"asked": "advice", "wish": "shelter", "consent": "named"}, "shelter"),
]


@pytest.mark.parametrize(("answers", "path"), PATH, ids=ids)
def test_the_path_is_what_was_handed_over(answers: Answers, path: str) -> None:
    assert derived.path(answers) == path


# --- the duty ---------------------------------------------------------------------------------------

REASONS: list[dict[str, Any]] = [
    *({"mode": mode} for mode in ("concern", "told", "uses", "child")),
    *({"mode": "routine", "signs": (sign,)} for sign in SIGNS),
    *({"mode": "routine", "response": response} for response in ("disclosed", "unsure")),
    *({"mode": "routine", "level": level} for level in ("concern", "suspicion", "knowledge")),
    *({"mode": "routine", "honour": honour} for honour in ("yes", "unknown")),
]
NO_REASONS: list[dict[str, Any]] = [
    {},
    {"mode": "routine", "signs": (), "response": "says_no", "level": "none", "honour": "no"},
    *({"mode": "routine", "response": response} for response in ("says_no", "declined", "not_asked")),
]


@pytest.mark.parametrize("children", ["yes", "both", "self", "unborn", "unknown"])
def test_a_duty_stands_with_children_or_doubt_about_them_and_any_reason(children: str) -> None:
    for reason in REASONS:
        assert derived.has_reason(reason), reason
        assert derived.duty_stands({"children": children, **reason}), reason
    for nothing in NO_REASONS:
        assert not derived.has_reason(nothing), nothing
        assert not derived.duty_stands({"children": children, **nothing}), nothing


def test_no_duty_stands_where_there_are_no_children() -> None:
    for reason in REASONS:
        assert not derived.duty_stands({"children": "no", **reason})
        assert not derived.duty_stands(reason)


STANDS: dict[str, Any] = {"mode": "concern", "children": "yes"}
OPEN: list[tuple[dict[str, Any], bool]] = [
    ({}, False),
    (STANDS, True),
    ({"mode": "routine", "children": "yes"}, False),
    *(({**STANDS, "duty": duty}, True) for duty in ("today", "colleague", "advice_first")),
    *(({**STANDS, "duty": duty}, False) for duty in ("notified", "earlier", "not_applicable")),
    ({**STANDS, "duty": "considered"}, False),
    *(({**STANDS, "duty": "considered", "exposure": one}, True) for one in ("witnessed", "direct", "both")),
    *(({**STANDS, "duty": "considered", "exposure": one}, False) for one in ("unknown", "none")),
    *(({**STANDS, "duty": "considered", "level": one}, True) for one in ("suspicion", "knowledge")),
    *(({**STANDS, "duty": "considered", "level": one}, False) for one in ("none", "concern")),
    ({**STANDS, "duty": "considered", "level": "none", "response": "disclosed"}, True),
    ({**STANDS, "duty": "considered", "signs": ("injuries",)}, True),
    ({**STANDS, "duty": "considered", "signs": ("doubt",)}, False),
    ({"mode": "routine", "duty": "today"}, True),
]


@pytest.mark.parametrize(("answers", "is_open"), OPEN, ids=ids)
def test_an_open_duty_leaves_a_reminder_behind(answers: Answers, is_open: bool) -> None:
    assert derived.duty_is_open(answers) == is_open


# --- P7: more worry never makes it less -------------------------------------------------------------

ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        question: (
            st.sets(st.sampled_from(keys)).map(lambda some: tuple(sorted(some)))
            if question in MANY
            else st.sampled_from(keys)
        )
        for question, keys in QUESTIONS.items()
        if question not in {"take", "contact", "close"}
    },
)
# Answers that say no more than *no*, and what may stand in their place without lowering anything.
CALM = {"danger": "no", "child_danger": "no", "honour": "no", "children": "no", "safe_today": "yes"}


def worse_of(answers: dict[str, Value], draw: st.DataObject) -> dict[str, Value]:
    """The same conversation with one thing more to worry about."""
    steps: dict[str, dict[str, Value]] = {
        "a sign": {"signs": (*derived.marked(answers, "signs"), draw.draw(st.sampled_from(SIGNS)))},
        "a red flag": {
            "red_flags": (*derived.marked(answers, "red_flags"), draw.draw(st.sampled_from(FLAGS)))
        },
        "danger": {"danger": "now"},
        "danger to a child": {"child_danger": "now"},
    }
    for question, calm in CALM.items():
        if answers.get(question) == calm:
            steps[f"unknown {question}"] = {question: "unknown"}
    if answers.get("children") in {"no", None}:
        steps["a child"] = {"children": draw.draw(st.sampled_from(("yes", "self", "unborn", "both")))}
    if answers.get("children") == "yes":
        steps["a pregnancy too"] = {"children": "both"}
    return {**answers, **draw.draw(st.sampled_from([*steps.values()]))}


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANSWERS, st.data())
def test_one_more_worry_never_lowers_level_or_urgency_and_never_removes_a_duty(
    answers: dict[str, Value], draw: st.DataObject
) -> None:
    worse = worse_of(answers, draw)
    assert URGENCIES.index(derived.urgency(worse)) >= URGENCIES.index(derived.urgency(answers))
    assert derived.LEVELS.index(derived.proposed_level(worse)) >= derived.LEVELS.index(
        derived.proposed_level(answers)
    )
    assert derived.duty_stands(worse) or not derived.duty_stands(answers)
    assert derived.duty_is_open(worse) or not derived.duty_is_open(answers)


DETECTION = load(unverified=True).flows["detection"]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_one_more_worry_never_takes_the_duty_card_off_the_road(draw: st.DataObject) -> None:
    """P7 on the flow itself: the same answers, and one of them worse."""
    facts = {
        question: draw.draw(st.lists(st.sampled_from(keys), unique=True, max_size=2))
        if question in MANY
        else draw.draw(st.sampled_from(keys))
        for question, keys in QUESTIONS.items()
    }
    worse = dict(facts)
    which = draw.draw(st.sampled_from(("signs", "red_flags", *CALM)))
    if which in MANY:
        missing = [key for key in QUESTIONS[which] if key not in facts[which]]
        worse[which] = [*facts[which], draw.draw(st.sampled_from(missing))]
    elif facts[which] == CALM[which]:
        others = QUESTIONS["children"] if which == "children" else ("unknown",)
        worse[which] = draw.draw(st.sampled_from([key for key in others if key != "no"]))
    before, after = walk(facts), walk(worse)
    assert URGENCIES.index(derived.urgency(after.answers)) >= URGENCIES.index(
        derived.urgency(before.answers)
    ), (before.codes, after.codes)
    if "duty" in before.marks:
        assert "duty" in after.marks, (before.codes, after.codes)


def walk(facts: dict[str, Any]) -> Talk:
    """By the facts, where a fact that is not offered gives way to the last choice that is."""
    talk = Talk.on(DETECTION)
    while not talk.ended:
        session = talk.session
        state = DETECTION.states[session.state]
        if session.view or (not state.choices and state.moves):
            talk.press("next")
        elif state.many:
            talk.tick(state.question, facts[state.question])
        else:
            code = f"{state.question}.{facts[state.question]}"
            if press(DETECTION, session, code).note == "not_offered":
                code = engine.card(DETECTION, session).choices[-1].code
            talk.press(code)
    return talk
