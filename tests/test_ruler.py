"""The ruler of concern: what was seen of a child laid out on three steps with its reason, without numbers; the employee
decides, and the duty is hers as ever."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from bot import derived, engine
from bot.flows.vocabulary import QUESTIONS
from tests.cast import CONTENT, Person, on_stage
from tests.talk import Talk

FLOW = CONTENT.flows["detection"]
STEPS = {
    "knowledge": ("child_told", "seen", "adult_told"),
    "suspicion": ("injuries", "afraid", "told_by_other"),
    "concern": ("changed", "absent", "body", "caring", "conflict", "doubt"),
}
LEVELS = ("none", "concern", "suspicion", "knowledge")


def weighed(risk: tuple[str, ...], protection: tuple[str, ...] = ()) -> Talk:
    talk = Talk.on(FLOW, "ruler").press("ruler.begin")
    return talk.tick("risk", list(risk)).tick("protection", list(protection))


def test_every_observation_has_exactly_one_step() -> None:
    every = [seen for step in STEPS.values() for seen in step]
    assert sorted(every) == sorted(QUESTIONS["risk"])
    for step, seen in STEPS.items():
        for one in seen:
            assert derived.proposed_level({"mode": "child", "risk": (one,)}) == step


@pytest.mark.parametrize("count", [2, 3])
def test_it_proposes_by_the_highest_step_and_never_by_how_many(count: int) -> None:
    for seen in itertools.combinations(QUESTIONS["risk"], count):
        highest = max((step for step in STEPS if set(seen) & set(STEPS[step])), key=LEVELS.index)
        assert derived.proposed_level({"mode": "child", "risk": seen}) == highest


def test_what_protects_takes_no_reason_away() -> None:
    for seen in QUESTIONS["risk"]:
        alone, protected = weighed((seen,)), weighed((seen,), QUESTIONS["protection"])
        proposes = {mark for mark in alone.cards[-1].marks if mark.startswith("proposes_")}
        assert proposes and proposes <= protected.cards[-1].marks
        assert derived.duty_stands(protected.answers)


def test_the_card_gives_each_step_its_reasons_and_no_figure_is_on_it() -> None:
    card = weighed(("child_told", "injuries", "doubt"), ("adult",)).cards[-1]
    reasons = [line.text.msgid for line in card.lines if "reason" in line.marks]
    assert [one.split(",")[0] for one in reasons] == ["Viden", "Mistanke", "Bekymring"]
    for state in ("ruler", "risk", "protection", "weighed"):
        lines = (*FLOW.states[state].lines, *FLOW.states[state].why[:1])
        assert not [line for line in lines if any(letter.isdigit() for letter in line.text.msgid)]


def test_the_employee_decides_and_may_decide_otherwise_either_way() -> None:
    for level in LEVELS:
        talk = weighed(("injuries",)).press(f"level.{level}")
        assert talk.answers["level"] == level and talk.session.state == "child_danger"


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("risk", [(), ("doubt",), ("child_told",)])
def test_it_leads_to_the_duty_whatever_was_seen_or_decided(risk: tuple[str, ...], level: str) -> None:
    talk = weighed(risk).press(f"level.{level}").by_facts({"duty": "notified", "next": "none"})
    assert {"duty", "parents_not_first"} <= talk.marks
    assert talk.presses <= 10


def test_a_child_that_has_told_is_met_on_the_ruler_as_everywhere_else() -> None:
    talk = weighed(("child_told",)).press("level.knowledge")
    assert any("Siger et barn det til dig nu" in line.text.msgid for line in talk.cards[-1].lines)


@pytest.mark.parametrize(
    ("duty", "said"), [("considered", "som regel grund"), ("colleague", "din egen"), ("today", "straks")]
)
def test_what_the_answer_to_the_duty_calls_for_is_said_though_the_level_was_decided_before(
    duty: str, said: str
) -> None:
    talk = weighed(("injuries",)).press("level.suspicion")
    facts: dict[str, Any] = {"child_danger": "no", "exposure": "direct", "suspected": "parent", "duty": duty}
    while talk.session.state != "next":
        question = FLOW.states[talk.session.state].question
        talk.press(f"{question}.{facts[question]}")
    assert any(said in line.text.msgid for line in talk.cards[-1].lines)
    assert derived.duty_is_open(talk.answers) == (duty in {"considered", "colleague", "today"})


def test_it_does_not_ask_twice_where_she_stands() -> None:
    talk = weighed(()).press("level.none").by_facts({"duty": "notified", "next": "none"})
    asked = [code for code in talk.codes if code.startswith("level.")]
    assert asked == ["level.none"]


def test_every_card_of_it_has_emergency_help_back_stop_and_hide() -> None:
    talk = weighed(("doubt",))
    for card in talk.cards:
        assert {"acute", "back", "stop", "hide", "more"} <= {button.code for button in card.controls}


def test_back_leads_over_it_without_losing_a_tick() -> None:
    talk = weighed(("doubt", "seen"))
    talk.press("back").press("back")
    assert talk.session.state == "risk" and "risk" not in talk.answers
    assert engine.card(FLOW, talk.session).choices


# --- in the chat ------------------------------------------------------------------------------------------------


async def test_it_opens_from_the_library_and_lays_out_what_was_marked_in_the_words_of_the_buttons(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        anna = cast.anna
        await opened(anna)
        await anna.press("Begynd")
        for code in ("risk.seen", "risk.absent", "done", "protection.help", "done"):
            await anna.press(code)
        said = anna.screen
        assert said.index("Viden, fordi:\n• Jeg har selv set eller hørt vold") < said.index(
            "Bekymring, fordi:\n• Meget fravær"
        )
        assert "Mistanke, fordi" not in said and "• Familien tager imod hjælp" in said
        assert "Forslag: viden." in said


async def test_its_answers_can_be_copied_to_the_case_system_or_a_meetings_form(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        anna = cast.anna
        await opened(anna)
        await anna.answer(
            ruler="begin", risk=["seen"], protection=["adult"], level="knowledge", duty="notified"
        )
        await anna.press("Overblik")
        await anna.press("Kopiér overblikket")
        await cast.outbox()
        said = anna.messages[anna.find("kun til fagsystemet")]
        assert "Det, jeg har set om barnet: Jeg har selv set eller hørt vold" in said
        assert "Det, der beskytter barnet: En tryg voksen i hverdagen" in said
        assert "Forslaget var «Viden»" in said


async def test_opened_and_left_untouched_it_leaves_no_reminder_and_no_outcome(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await opened(cast.anna)
        await cast.anna.press("Stop")
        assert await cast.rows("notice") == [] and await cast.rows("outcome") == []


async def test_left_with_something_marked_it_leaves_a_reminder_of_the_duty(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await opened(cast.anna)
        for code in ("ruler.begin", "risk.injuries", "done", "stop"):
            await cast.anna.press(code)
        assert {row["kind"] for row in await cast.rows("notice")} == {"duty_open", "duty_unit"}


async def test_a_conversation_that_is_open_is_not_ended_for_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.anna.press("moment.during")
        await cast.anna.say("/cards")
        await cast.anna.press("0:ruler.0")
        assert "samtale i gang" in cast.anna.screen
        await cast.anna.press("Tilbage til samtalen")
        assert "Hvad er anledningen?" in cast.anna.screen


async def opened(person: Person) -> None:
    await person.say("/cards")
    await person.press("0:ruler.0")
