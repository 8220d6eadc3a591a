"""What is shown to the citizen: one sentence alone, in the language that was chosen, with its meaning beneath."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from bot import continuing, engine, showing
from bot.flows import loader
from bot.locales import reading
from bot.locales.direction import RIGHT_TO_LEFT
from bot.locales.screen import screen
from bot.locales.words import Words
from bot.model import SHOWN_LENGTH, Line, Session
from bot.storage import people
from tests.cast import Cast, Person, on_stage
from tests.talk import Talk, offered, press

CONTENT = loader.load(unverified=True)
FLOW = CONTENT.flows["detection"]
SPOKEN = reading.load(needed=CONTENT.needed())
DANISH_OPENING = next(
    line.text.msgid for line in FLOW.states["response"].lines if line.text.context == "detection.open_routine"
)
TO_ASK = ("moment.during", "mode.routine", "gate.ok")
WITHOUT_INTERPRETER = (
    *("moment.during", "mode.routine", "gate.missing", "private.yes", "interpreter.missing"),
)


def talk(*codes: str) -> Talk:
    made = Talk.on(FLOW)
    for code in codes:
        made.press(code)
    return made


def every_line() -> dict[Line, str]:
    """All that can be shown, with the card it belongs to."""
    return {
        line: name
        for flow in CONTENT.flows.values()
        for name, state in (*flow.states.items(), *flow.views.items())
        for line in (*state.lines, *state.why, *state.words)
        if line.aloud
    }


# --- which sentence -----------------------------------------------------------------------------------


def test_one_press_shows_the_first_sentence_alone_and_the_next_ones_in_the_order_of_the_card() -> None:
    asking = talk(*TO_ASK)
    aloud = [line.text for line in asking.cards[-1].lines if line.aloud]
    shown = []
    for _ in range(3):
        asking.press("show")
        assert len(asking.cards[-1].lines) == 1
        shown.append(asking.cards[-1].lines[0].text)
    assert shown == aloud and len(aloud) == 3
    assert asking.cards[-1].showing == (3, 15)


def test_after_the_last_sentence_comes_the_first() -> None:
    asking = talk(*TO_ASK, "show")
    first, (_, count) = asking.cards[-1].lines, asking.cards[-1].showing or (0, 0)
    for _ in range(count):
        asking.press("show")
    assert asking.cards[-1].lines == first


def test_more_can_be_shown_than_stands_on_the_card() -> None:
    """Direct questions, safety, help numbers, thanks: one press away, and the card stays short."""
    asking = talk(*TO_ASK)
    on_the_card = {line.text.msgid for line in asking.cards[-1].lines}
    shown = {line.text.msgid for line in showing.words(FLOW.states["response"], asking.answers)}
    assert "Er du blevet presset eller tvunget til noget seksuelt, du ikke ville?" in shown - on_the_card


def test_back_leads_from_a_sentence_to_the_card_and_from_the_languages_to_the_sentence() -> None:
    asking = talk(*TO_ASK, "show", "show")
    sentence = asking.cards[-1].lines
    asking.press("more")
    assert asking.session.view == "languages.2"
    asking.press("back")
    assert asking.cards[-1].lines == sentence
    asking.press("back")
    assert asking.session.view == "" and asking.session.state == "response"


def test_every_screen_of_it_has_emergency_help_the_hidden_screen_and_a_way_back() -> None:
    asking = talk(*TO_ASK)
    for code in ("show", "show", "more"):
        asking.press(code)
        assert {"acute", "hide", "back", "stop"} <= set(offered(asking.cards[-1]))


def test_what_is_hidden_comes_back_as_the_card_and_not_as_the_sentence() -> None:
    """It lay open before somebody else."""
    asking = talk(*TO_ASK, "show", "hide", "hide", "hide")
    assert asking.session.view == "" and asking.session.state == "response"


def test_an_answer_cannot_be_pressed_on_a_sentence() -> None:
    asking = talk(*TO_ASK, "show")
    assert press(FLOW, asking.session, "response.disclosed").note == "not_offered"
    asking.press("more")
    assert press(FLOW, asking.session, "response.disclosed").note == "not_offered"


# --- only what may be heard ---------------------------------------------------------------------------


def test_before_the_gate_only_neutral_words_can_be_shown() -> None:
    for codes in (("moment.during",), ("moment.phone",), ("moment.during", "mode.routine")):
        lines = showing.words(FLOW.states[talk(*codes).session.state], talk(*codes).answers)
        assert lines
        assert all("check" in line.marks for line in lines)


def test_where_the_gate_failed_nothing_that_raises_the_subject_can_be_shown() -> None:
    alone = talk("moment.during", "mode.concern", "done", "gate.missing", "private.no")
    assert "show" not in offered(alone.cards[-1])
    for code in ("response.disclosed", "safe_today.no"):
        alone.press(code)
        assert "show" not in offered(alone.cards[-1])


def test_while_an_interpreter_is_missing_only_that_one_is_booked_can_be_shown() -> None:
    waiting = talk(*WITHOUT_INTERPRETER)
    (only,) = showing.words(FLOW.states["response"], waiting.answers)
    assert only.text.msgid == "Vi bestiller en tolk. Så taler vi sammen, når tolken er med."
    waiting.press("show")
    assert waiting.cards[-1].showing == (1, 1)
    assert "show" not in offered(waiting.cards[-1])
    for state in FLOW.states.values():
        if not state.ends and state.name not in (
            "mode",
            "gate",
        ):  # those come before it is said who interprets
            for line in showing.words(state, waiting.answers):
                assert "books_interpreter" in line.marks, line


@pytest.mark.parametrize("who", ["relative", "minor"])
def test_where_somebody_else_interprets_nothing_is_shown(who: str) -> None:
    interpreting = talk("moment.during", "mode.routine", "gate.missing", "private.yes", f"interpreter.{who}")
    assert "show" not in offered(interpreting.cards[-1])


def test_nothing_is_shown_after_a_meeting() -> None:
    assert not [
        line
        for state in FLOW.states.values()
        for line in showing.words(state, talk("moment.after", "mode.routine", "gate.ok").answers)
        if not state.ends
    ]


# --- in which language --------------------------------------------------------------------------------


def test_the_language_is_chosen_where_it_is_asked_for_and_nowhere_else() -> None:
    asking = talk(*TO_ASK, "show", "show", "more")
    step = engine.shown_in(FLOW, asking.session, "ar")
    assert (step.session.view, step.session.given[showing.SHOWN_IN]) == ("show.2", "ar")
    assert engine.shown_in(FLOW, step.session, "uk").note == "not_offered"


def test_what_the_house_knows_of_the_conversation_stays_when_a_language_is_chosen() -> None:
    asking = talk(*TO_ASK, "show", "more")
    known = replace(asking.session, given={"route": "none"})
    assert engine.shown_in(FLOW, known, "ar").session.given == {"route": "none", showing.SHOWN_IN: "ar"}


def test_the_language_of_the_conversation_is_no_answer_that_anything_depends_on() -> None:
    from bot.flows.guards import GUARDS

    assert len(GUARDS) > 50
    assert all(showing.SHOWN_IN not in guard.reads for guard in GUARDS.values())


@pytest.mark.parametrize("language", SPOKEN.of_citizens)
def test_every_sentence_has_room_on_one_screen_with_what_it_means(language: str) -> None:
    looked = 0
    for line, name in every_line().items():
        assert len(SPOKEN.show(line.text, language)) <= SHOWN_LENGTH
        session = Session("detection", name, 1)
        card = engine.card(FLOW, session)
        shown = type(card)((line,), (), card.controls, showing=(12, 15))
        for staff in SPOKEN.languages:
            made = screen(SPOKEN, shown, staff, {"key_role": "x", "key_phone": "x"}, turn=1, tongue=language)
            assert 0 < len(made.text) <= 650, made.text  # two short lines come below it
            looked += 1
    assert looked >= 200


def test_the_sentence_stands_alone_above_and_what_it_means_below_it() -> None:
    asking = talk(*WITHOUT_INTERPRETER, "show")
    made = screen(SPOKEN, asking.cards[-1], "da", {}, turn=1, tongue="uk")
    first, second = made.text.split("\n\n")
    assert first == SPOKEN.show(asking.cards[-1].lines[0].text, "uk")
    assert second == "«Vi bestiller en tolk. Så taler vi sammen, når tolken er med.»"


def test_where_both_speak_one_language_the_sentence_stands_once_and_without_quotes() -> None:
    asking = talk(*WITHOUT_INTERPRETER, "show")
    made = screen(SPOKEN, asking.cards[-1], "da", {}, turn=1)
    assert made.text == "Vi bestiller en tolk. Så taler vi sammen, når tolken er med."


def test_an_employee_who_works_in_english_sees_in_english_what_it_means() -> None:
    asking = talk(*WITHOUT_INTERPRETER, "show")
    made = screen(SPOKEN, asking.cards[-1], "en", {}, turn=1, tongue="ar")
    assert made.text.endswith("“We will book an interpreter and talk once the interpreter is with us.”")


def test_the_buttons_of_a_sentence_are_where_a_thumb_finds_them() -> None:
    asking = talk(*TO_ASK, "show")
    for language in SPOKEN.languages:
        rows = screen(SPOKEN, asking.cards[-1], language, {}, turn=7).rows
        codes = [[data.removeprefix("7:") for _, data in row] for row in rows]
        assert list(itertools.chain(*codes)) == ["show", "more", "back", "acute", "hide", "stop"]
        assert ["back"] in codes and codes[-1][0] == "acute"


# --- the whole road -----------------------------------------------------------------------------------


async def asked(cast: Cast, *codes: str) -> Person:
    await cast.anna.say("/new")
    for code in codes:
        await cast.anna.press(code)
    return cast.anna


async def test_she_chooses_arabic_and_it_stays_for_this_conversation_only(tmp_path: Path) -> None:
    async with on_stage(tmp_path, words=SPOKEN) as cast:
        anna = await asked(cast, *TO_ASK)
        await anna.press("Vis ordene")
        assert anna.screen.startswith("Der er noget, jeg spørger alle om:")
        assert anna.screen.endswith("Sætning 1 af 15")
        await anna.press("Andet sprog")
        assert set(anna.buttons(await anna.live())) >= {"Dansk", "العربية", "Українська", "Soomaali", "فارسی"}
        await anna.press("العربية")
        above, below, notes = anna.screen.split("\n\n")
        place, note = notes.split("\n")
        assert above.startswith(RIGHT_TO_LEFT)
        assert below.startswith("«Der er noget, jeg spørger alle om:")
        assert place == "Sætning 1 af 15"
        assert note == "Arabisk: ingen fagperson har gennemgået oversættelsen endnu."
        await anna.press("Næste sætning")
        assert anna.screen.startswith(RIGHT_TO_LEFT) and "Sætning 2 af 15" in anna.screen
        await anna.press("Tilbage til spørgsmålet")
        assert "Hvad svarede borgeren?" in anna.screen
        await anna.press("response.says_no")
        await anna.press("Vis ordene")
        assert anna.screen.startswith(RIGHT_TO_LEFT), "remembered on the next card"
        await anna.press("Stop")
        await asked(cast, *TO_ASK, "show")
        assert anna.screen.startswith("Der er noget"), "and not in the next conversation"
        assert [row["given"] for row in await cast.rows("session")] == [""]


async def test_the_citizens_language_is_in_no_row_when_the_conversation_is_over(tmp_path: Path) -> None:
    async with on_stage(tmp_path, words=SPOKEN) as cast:
        anna = await asked(cast, *TO_ASK, "show", "more", "0:show.so")
        assert "shown_in" in str(await cast.rows("session"))
        await anna.press("stop")
        for table in ("session", "outcome", "notice", "referral", "trace", "staff"):
            assert "shown_in" not in str(await cast.rows(table))


async def test_a_language_that_is_not_there_or_is_not_asked_for_changes_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path, words=SPOKEN) as cast:
        anna = await asked(cast, *TO_ASK)
        before = anna.screen
        for data in ("0:show.ar", "0:show.xx", "0:show.da", "0:show.languages"):
            await anna.press_raw(data, await anna.live())
            assert anna.screen == before
        await anna.press("show")
        await anna.press("more")
        picking = anna.screen
        await anna.press_raw("0:show.xx", await anna.live())
        assert anna.screen == picking


async def test_a_button_of_an_old_choice_does_not_uncover_what_is_hidden(tmp_path: Path) -> None:
    async with on_stage(tmp_path, words=SPOKEN) as cast:
        anna = await asked(cast, *TO_ASK, "show", "more", "hide")
        await anna.press_raw("0:show.ar", await anna.live())
        assert anna.screen.startswith("Mødeoverblik")


async def test_choosing_twice_is_choosing_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path, words=SPOKEN) as cast:
        anna = await asked(cast, *TO_ASK, "show", "more")
        for _ in range(2):
            await anna.press_raw("0:show.pl", await anna.live())
        assert anna.screen.startswith(SPOKEN.show(FLOW.states["response"].lines[1].text, "pl"))


async def test_a_language_that_is_no_longer_allowed_falls_back_to_danish(tmp_path: Path) -> None:
    """A new setting while she is under way: better Danish than a sentence nobody stands by."""
    fewer = Words(SPOKEN.catalogues, shown={"da": {}}, standings=SPOKEN.standings)
    async with on_stage(tmp_path, words=SPOKEN) as cast:
        anna = await asked(cast, *TO_ASK, "show", "more", "0:show.ar")
        object.__setattr__(cast.house, "words", fewer)
        await anna.press("Næste sætning")
        assert anna.screen.startswith("Jeg kan ikke love at holde alt hemmeligt.")
        assert "gennemgået" not in anna.screen


def test_in_a_new_version_without_words_on_the_card_the_languages_are_closed() -> None:
    """Otherwise the way back from them would lead to a sentence that is not there."""
    asking = talk(*TO_ASK, "show", "more")
    silent = replace(FLOW.states["response"], lines=FLOW.states["response"].lines[-2:], why=(), words=())
    newer = replace(FLOW, states={**FLOW.states, "response": silent})
    going_on = continuing.going_on(newer, asking.session)
    assert going_on is not None and going_on.view == ""


async def test_who_works_in_a_language_that_is_gone_sees_one_language_and_not_a_mixture(
    tmp_path: Path,
) -> None:
    fewer = Words({"da": {}}, shown=SPOKEN.shown, standings=SPOKEN.standings)
    async with on_stage(tmp_path, words=fewer) as cast:
        number = await cast.anna.id()
        await cast.ask(lambda c: people.set_language(c, number, "de"))
        anna = await asked(cast, *TO_ASK, "show")
        assert anna.screen == f"{DANISH_OPENING}\n\nSætning 1 af 15"
        await anna.press("more")
        await anna.press("0:show.ar")
        _above, below, notes = anna.screen.split("\n\n")
        assert below == f"«{DANISH_OPENING}»"
        assert notes.endswith("Arabisk: ingen fagperson har gennemgået oversættelsen endnu.")


async def test_an_english_employee_shows_english_until_something_else_is_chosen(tmp_path: Path) -> None:
    async with on_stage(tmp_path, words=SPOKEN) as cast:
        number = await cast.anna.id()
        await cast.ask(lambda c: people.set_language(c, number, "en"))
        anna = await asked(cast, *TO_ASK, "show")
        assert anna.screen.startswith("There is something I ask everyone")
        assert "English: no professional has reviewed the translation yet." in anna.screen
        await anna.press("more")
        await anna.press("Dansk")
        above, below, place = anna.screen.split("\n\n")
        assert above.startswith("Der er noget") and below.startswith("“There is something")
        assert place == "Sentence 1 of 15"


async def test_the_copy_of_her_answers_does_not_name_the_citizens_language(tmp_path: Path) -> None:
    async with on_stage(tmp_path, words=SPOKEN) as cast:
        anna = await asked(cast, *TO_ASK, "show", "more", "0:show.so", "back", "more")
        await anna.press("Kopiér mine svar")
        await cast.outbox()
        assert "Mine svar" in anna.transcript()
        assert "Somali" not in anna.transcript() and "Soomaali" not in anna.transcript()
