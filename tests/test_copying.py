"""What may be copied into the case system: her own answers and a template, on request, and gone after five minutes."""

from pathlib import Path

import pytest

from bot.locales import reading
from tests.cast import NEUTRAL, Cast, Person, on_stage

COPY, TEMPLATE = "Kopiér mine svar", "Skabelon til underretning"


async def with_a_child(cast: Cast) -> None:
    await cast.anna.say("/new")
    await cast.anna.answer(
        until="duty", moment="during", mode="concern", signs=["fear", "child_signs"], gate="ok", response="disclosed",
        children="yes", exposure="witnessed", suspected="parent",
    )  # fmt: skip


async def copied(person: Person, label: str) -> str:
    await person.press("Mere")
    await person.press(label)
    await person.cast.outbox()
    (message,) = set(person.messages) - {await person.live()}
    return person.messages[message]


async def test_her_answers_come_in_words_in_the_order_she_gave_them(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await with_a_child(cast)
        said = await copied(cast.anna, COPY)
        lines = said.splitlines()
        assert lines[0].startswith("Mine svar") and "fem minutter" in lines[0]
        asked = ["Hvornår: Midt i et møde", "Anledning: Bekymret for en voksen"]
        asked += ["Det, jeg har lagt mærke til: Frygt eller uro og Tegn hos et barn"]
        assert [line for line in lines if line in asked] == asked
        assert "Børn eller graviditet: Ja" in lines
        assert cast.anna.toast == "Den kommer herunder og forsvinder om fem minutter."


async def test_the_template_has_a_blank_for_all_that_identifies_and_only_what_she_marked_of_the_child(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await with_a_child(cast)
        said = await copied(cast.anna, TEMPLATE)
        assert said.startswith("Underretning, udkast")
        for blank in (
            "Barnet eller det ventede barn",
            "Hvem der bor i hjemmet",
            "Hvem jeg er, og hvor jeg kan træffes",
        ):
            assert f"{blank}: ______" in said
        assert "Barnet: Ser eller hører det" in said
        assert "Anledning" not in said and "forældre" not in said.lower(), "it never says to tell them"
        assert cast.anna.phone not in said and cast.anna.name not in said


async def test_the_lock_screen_shows_the_neutral_sentence_and_only_this_message_can_be_copied(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await with_a_child(cast)
        await copied(cast.anna, COPY)
        sent = cast.wire.of("sendMessage", cast.anna.chat)[-1]
        assert sent.text == NEUTRAL and sent.parameters["disable_notification"]
        assert [call.parameters["protect_content"] for call in cast.wire.of("sendMessage")].count(False) == 1


async def test_it_is_gone_after_five_minutes_and_stands_in_no_row(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await with_a_child(cast)
        said = await copied(cast.anna, COPY)
        assert "Frygt eller uro" in said and "Frygt" not in await cast.everything()
        cast.later(minutes=4, seconds=58)
        await cast.outbox()
        assert len(cast.anna.messages) == 2
        cast.later(seconds=3)
        await cast.outbox()
        assert list(cast.anna.messages) == [await cast.anna.live()]


@pytest.mark.parametrize("how", ["hide", "five minutes"])
async def test_where_the_card_is_hidden_the_copy_goes_too(tmp_path: Path, how: str) -> None:
    async with on_stage(tmp_path) as cast:
        await with_a_child(cast)
        await copied(cast.anna, COPY)
        if how == "hide":
            await cast.anna.press("hide", await cast.anna.live())
        else:
            cast.later(minutes=5)
        await cast.outbox()
        (left,) = cast.anna.messages.values()
        assert left.startswith("Mødeoverblik")
        assert not [row for row in await cast.rows("notice") if row["kind"] == "copy"]


async def test_asked_for_again_it_stands_there_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await with_a_child(cast)
        await copied(cast.anna, COPY)
        await cast.anna.press(COPY)
        await cast.outbox()
        assert len([text for text in cast.anna.messages.values() if text.startswith("Mine svar")]) == 1


async def test_clear_takes_it_away_at_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await with_a_child(cast)
        await copied(cast.anna, COPY)
        await cast.anna.say("/clear")
        await cast.outbox()
        assert len(cast.anna.messages) == 1 and "ryddet" in cast.anna.screen


@pytest.mark.parametrize("what", ["overview", "notification", "referral", "x"])
async def test_nothing_is_copied_from_a_hidden_screen_or_without_a_talk_or_by_a_forged_name(
    tmp_path: Path, what: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/help")
        await cast.anna.press_raw(f"0:copy.{what}", await cast.anna.live())
        await with_a_child(cast)
        await cast.anna.press("Skjul")
        await cast.anna.press_raw(f"0:copy.{what}", await cast.anna.live())
        assert cast.anna.screen.startswith("Mødeoverblik")
        assert not [row for row in await cast.rows("notice") if row["kind"] == "copy"]
        await cast.bente.press_raw(f"0:copy.{what}", 1)
        assert not [row for row in await cast.rows("notice") if row["kind"] == "copy"]


async def test_a_talk_that_has_ended_meanwhile_is_not_copied(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await with_a_child(cast)
        await cast.anna.press("Mere")
        await cast.anna.press(COPY)
        await cast.anna.say("/stop")
        await cast.outbox()
        assert not [text for text in cast.anna.messages.values() if text.startswith("Mine svar")]


def test_every_question_that_a_card_asks_in_words_has_a_short_name_for_the_copy() -> None:
    from bot.flows import loader

    content = loader.load(unverified=True)
    asked = {
        choice.question for state in content.flows["detection"].states.values() for choice in state.choices
    } - {"ruler"}  # which only begins
    assert asked == {name.removeprefix("answer.") for name in content.phrases if name.startswith("answer.")}
    assert reading.load().languages
