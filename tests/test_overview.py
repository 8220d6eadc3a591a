"""The overview when a conversation is over: what was answered, what follows and why, what would have changed it, what
is done and what stands open; made from a button, and stored nowhere."""

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest

from bot import derived, explaining, outbox, packing
from bot.flows.vocabulary import MANY, QUESTIONS
from bot.locales import reading
from bot.model import Answers
from tests.cast import CONTENT, NEUTRAL, Cast, Person, on_stage, to_consent
from tests.test_structure import random_answers
from tests.wire import Held

FLOW = CONTENT.flows["detection"]
OFFERED = {question: list(keys) for question, keys in QUESTIONS.items()}


# --- why, and what would have changed it ------------------------------------------------------------------------


def some_answers() -> list[dict[str, Any]]:
    chance = random.Random(11)
    return [random_answers(chance) for _ in range(600)]


@pytest.mark.parametrize("answers", some_answers()[:200])
def test_the_duty_stands_exactly_where_an_answer_is_named_for_it(answers: Answers) -> None:
    because = explaining.duty_because(answers)
    assert bool(because) == derived.duty_stands(answers)
    for question, value in because:
        given = answers[question]
        assert value == given or set(value) <= set(given)
    assert explaining.duty(answers) in {"must", "find_out", "none"}


def test_each_single_answer_that_would_have_turned_the_duty_is_told_and_no_other() -> None:
    told = 0
    for answers in some_answers():
        stands = derived.duty_stands(answers)
        turns = {
            (turn.question, key)
            for turn in explaining.duty_turns(answers, OFFERED)
            for key in turn.keys or ("",)
        }
        told += len(turns)
        for question, value in answers.items():
            if question in MANY:
                turned = bool(value) and derived.duty_stands({**answers, question: ()}) != stands
                assert turned == ((question, "") in turns)
                continue
            for key in OFFERED.get(question, ()):
                turned = key != value and derived.duty_stands({**answers, question: key}) != stands
                assert turned == ((question, key) in turns), (question, key, answers)
    assert told > 100


def test_the_reasons_for_a_level_lead_to_it_by_themselves() -> None:
    seen = set()
    for answers in some_answers():
        level = derived.proposed_level(answers)
        because = explaining.level_because(answers)
        assert bool(because) == (level != "none")
        for question, value in because:
            seen.add((question, level))
            about = {"mode": "child"} if question == "risk" else {}
            assert derived.proposed_level({**about, question: value}) == level
    assert {("risk", "knowledge"), ("signs", "suspicion"), ("risk", "concern")} <= seen


def test_what_is_named_for_haste_is_needed_for_it() -> None:
    named = 0
    for answers in some_answers():
        because = explaining.urgency_because(answers)
        named += len(because)
        if derived.urgency(answers) == "standard":
            assert because == []
    assert named > 100
    assert explaining.urgency_because({"red_flags": ("throat",)}) == [("red_flags", ("throat",))]


# --- in the chat ------------------------------------------------------------------------------------------------


async def test_it_says_which_answers_led_to_the_duty_what_would_have_changed_it_and_what_stands_open(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        said = await overview(
            cast.anna, children="yes", duty="today", level="knowledge", exposure="witnessed"
        )
        must = next(line for line in said.split("\n") if "Underretningspligten gælder dig" in line)
        assert "«Ja» (Børn eller graviditet)" in must
        assert "Anderledes kun, hvis det rigtige svar var: «Nej» (Børn eller graviditet)." in said
        done, open_still = said.index("\n\nGjort"), said.index("\n\nStår åbent")
        assert "Henvisningen til nøglepersonen er gemt" in said[done:open_still]
        assert (
            "Underretningen: ring til" in said[open_still:]
            and "Jeg minder dig om den i dag" in said[open_still:]
        )


async def test_where_the_duty_is_answered_it_stands_among_what_is_done(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        said = await overview(cast.anna, children="yes", duty="notified", next="meeting")
        done, open_still = said.index("\n\nGjort"), said.index("\n\nStår åbent")
        assert "Du har underrettet" in said[done:open_still] and "Nyt møde" in said[done:open_still]
        assert "Ikke noget, jeg ved af" in said[open_still:]


async def test_without_a_child_it_says_that_another_answer_would_have_brought_the_duty(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        said = await overview(cast.anna, children="no")
        assert "peger ikke på et barn" in said and "Underretningspligten gælder dig" not in said
        assert "Pligten kan gælde, hvis det rigtige svar er" in said
        assert "Ja, og en graviditet" in said


async def test_where_nobody_knows_of_children_it_says_to_find_out_and_never_must(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        said = await overview(cast.anna, children="unknown", duty="today")
        assert "Find ud af i dag" in said and "Underretningspligten gælder dig" not in said
        assert "Om der er børn" in said


async def test_a_hand_over_that_was_called_back_is_not_said_to_be_stored(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await to_consent(cast.anna)
        await cast.anna.press("consent.named")
        await cast.anna.press("Træk tilbage")
        await cast.anna.answer(consent="none", duty="notified")
        await cast.anna.press("Overblik")
        assert "Henvisningen" not in cast.anna.screen and "«Nej» (Samtykke" not in cast.anna.screen


async def test_of_a_conversation_that_was_stopped_there_is_one_too_and_of_an_unanswered_one_none(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.anna.press("Stop")
        assert "Overblik" not in cast.anna.buttons(await cast.anna.live())
        await cast.anna.say("/new")
        await cast.anna.answer(until="children", moment="after", mode="concern", response="unsure")
        await cast.anna.press("Stop")
        await cast.anna.press("Overblik")
        assert "Antyder noget" in cast.anna.screen


async def test_nothing_of_it_is_stored(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await to_consent(cast.anna)
        await cast.anna.press("consent.none")
        await cast.anna.answer(red_flags=["throat"], duty="notified")
        before = {table: await cast.rows(table) for table in ("session", "notice", "outcome", "referral")}
        await cast.anna.press("Overblik")
        assert {table: await cast.rows(table) for table in before} == before
        await cast.anna.press("Kopiér overblikket")
        _, packed = cast.house.copies[await cast.anna.id()]
        for _ in range(2):
            assert {table: await cast.rows(table) for table in ("session", "outcome", "referral")} == {
                table: before[table] for table in ("session", "outcome", "referral")
            }
            (copy,) = [row for row in await cast.rows("notice") if row not in before["notice"]]
            assert (copy["kind"], copy["reference"]) == ("copy", "sum")
            stored = await cast.everything()
            assert "throat" not in stored and packed not in stored
            await cast.outbox()
        assert cast.house.copies == {}


async def copied(cast: Cast, **facts: Any) -> int:
    await overview(cast.anna, **facts)
    await cast.anna.press("Kopiér overblikket")
    await cast.outbox()
    return cast.anna.find("kun til fagsystemet")


async def test_the_copy_comes_below_first_in_neutral_words_and_is_never_written_over(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        anna = cast.anna
        copy = await copied(cast, children="no")
        sent = cast.wire.of("sendMessage", anna.chat)
        unprotected = [one for one in sent if not one.parameters["protect_content"]]
        assert [one.text for one in unprotected] == [NEUTRAL]
        assert "Dine svar" in anna.messages[copy] and anna.buttons(copy) == {}
        assert copy != await anna.live()
        for press in ("Akut", "Videre"):
            await anna.press(press)
        await anna.say("/new")
        await anna.press("moment.during")
        edits = [
            one for one in cast.wire.of("editMessageText", anna.chat) if one.parameters["message_id"] == copy
        ]
        assert len(edits) == 1


async def test_the_copy_is_gone_at_once_when_the_screen_is_hidden(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        copy = await copied(cast, children="no")
        await cast.anna.press("Skjul")
        await cast.outbox()
        assert copy not in cast.anna.messages


async def test_the_copy_does_not_come_where_the_screen_was_hidden_while_it_was_on_its_way(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await overview(cast.anna, children="no")
        await cast.outbox()
        before = {*cast.anna.messages}
        await cast.anna.press("Kopiér overblikket")
        late, asked = asyncio.Event(), len(cast.wire.of("sendMessage", cast.anna.chat))
        cast.wire.script("sendMessage", Held(late), chat=cast.anna.chat)
        working = asyncio.create_task(outbox.work_off(cast.house, cast.post))
        await cast.wire.until(lambda: len(cast.wire.of("sendMessage", cast.anna.chat)) > asked)
        await cast.anna.press("Skjul")
        late.set()
        await working
        await cast.outbox()
        assert not [one for one in cast.wire.of("editMessageText") if "kun til fagsystemet" in one.text]
        assert {*cast.anna.messages} <= before and cast.house.copies == {}


async def test_the_copy_is_gone_after_five_minutes(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        copy = await copied(cast, children="no")
        cast.later(minutes=5, seconds=1)
        await cast.outbox()
        assert copy not in cast.anna.messages


async def test_a_copy_that_was_asked_for_before_the_process_ended_is_not_sent_and_can_be_asked_for_again(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await overview(cast.anna, children="no")
        await cast.anna.press("Kopiér overblikket")
        cast.house.copies.clear()
        await cast.outbox()
        assert not [words for words in cast.anna.messages.values() if "kun til fagsystemet" in words]
        cast.later(seconds=30)  # for which it is left to another replica
        await cast.outbox()
        assert not [row for row in await cast.rows("notice") if row["kind"] == "copy"]
        await cast.anna.press("Kopiér overblikket")
        await cast.outbox()
        assert cast.anna.find("kun til fagsystemet")


async def test_before_a_meeting_too_a_duty_that_stands_open_is_told(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.anna.answer(until="duty", moment="before", mode="child", signs=["child_signs"])
        await cast.anna.press("Stop")
        await cast.anna.press("Overblik")
        assert (
            "Underretningen: ring til" in cast.anna.screen
            and "Ikke noget, jeg ved af" not in cast.anna.screen
        )


async def test_advice_that_was_asked_for_is_told_whatever_the_wish_was(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        said = await overview(cast.anna, children="no", wish="police", consent="anonymous")
        assert "Du har bedt nøglepersonen om at ringe til dig" in said


def test_two_dangers_at_once_are_both_named() -> None:
    answers = {"danger": "now", "child_danger": "now"}
    assert explaining.urgency_because(answers) == [("child_danger", "now"), ("danger", "now")]


async def test_it_goes_with_the_chat_a_quarter_of_an_hour_after_the_conversation(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await overview(cast.anna, children="no", consent="none")
        await cast.quarter()
        assert cast.anna.messages == {}


async def test_over_a_hidden_conversation_an_old_overview_is_not_opened(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        anna = cast.anna
        await overview(anna, children="no")
        old = next(code for code in anna.buttons(await anna.live()).values() if code.startswith("0:sumcopy."))
        await anna.say("/new")
        await anna.press("Skjul")
        for code in (old, old.replace("sumcopy", "sum")):
            await anna.press_raw(code, await anna.live())
            assert "Mødeoverblik" in anna.screen
        assert cast.wire.of("sendMessage", anna.chat)[-1].parameters["protect_content"]


async def test_what_was_forged_or_packed_by_another_version_is_refused_kindly(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/help")
        for forged in ("0:sum.0", "0:sum.zzzzzzzzzz", "0:sumcopy.0", "0:sumcopy." + "z" * 32):
            await cast.anna.press_raw(forged, await cast.anna.live())
            assert "kan ikke vises mere" in cast.anna.screen
        assert all(one.parameters["protect_content"] for one in cast.wire.of("sendMessage", cast.anna.chat))


@pytest.mark.parametrize("language", ["da", "en", "de"])
async def test_whatever_was_answered_an_overview_fits_into_one_message(tmp_path: Path, language: str) -> None:
    words = reading.load(needed=CONTENT.needed())
    chance = random.Random(5)
    async with on_stage(tmp_path, words=words) as cast:
        await cast.sql(f"UPDATE staff SET language = '{language}'")  # noqa: S608 - ours
        await cast.anna.say("/help")
        for _ in range(12):
            answers = {q: v for q, v in random_answers(chance).items() if q in dict(packing._order(FLOW))}
            await cast.anna.press_raw(f"0:sum.{packing.pack(FLOW, answers)}", await cast.anna.live())
            said = cast.anna.screen
            assert 100 < len(said) < 4096 and "{" not in said


# --- what these tests share -------------------------------------------------------------------------------------


async def overview(person: Person, **facts: Any) -> str:
    """Of a talk in which somebody has told, and handed over."""
    told = {"moment": "during", "mode": "told", "wish": "help", "consent": "named"}
    await person.say("/new")
    await person.answer(**(told | facts))
    await person.press("Overblik")
    return person.screen
