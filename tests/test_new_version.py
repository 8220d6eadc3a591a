"""A new version of the flows while people are in the middle of the old one: what still makes sense goes on, and what
does not begins again kindly; the outcome is written once, an open duty is reminded of once, a referral stays."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot import continuing, conversation, engine
from bot.flows.loader import Content
from bot.flows.verify import GIVENS
from bot.model import Answered, Event, Flow, Session
from tests import wire as raw
from tests.cast import (
    CITIZEN,
    CONTENT,
    RESTING,
    TYPED,
    Cast,
    Person,
    finish,
    notices_of,
    on_stage,
    play,
    refer,
    session_of,
    to_consent,
)
from tests.talk import press
from tests.versions import version

AGAIN = "Jeg er blevet opdateret"
FIRST = "Hvornår bruger du mig?"
REMINDED = "Jeg minder dig om det i dag."

# --- versions ---------------------------------------------------------------------------------------------------


async def upgrade(cast: Cast, content: Content = CONTENT) -> None:
    """The plug is pulled, and another version is put on over the same rows."""
    await cast.kill()
    cast.house = replace(cast.house, flows=content.flows, phrases=content.phrases)
    await cast.start()


async def no_errors(cast: Cast) -> None:
    assert "level=error" not in cast.log.getvalue(), cast.log.getvalue()


def detection() -> Flow:
    return CONTENT.flows["detection"]


# --- what goes on -----------------------------------------------------------------------------------------------


async def test_where_only_words_have_changed_the_talk_goes_on_with_the_new_words(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, "anna > /new\nanna * Midt i et møde\nanna * Jeg spørger alle")
        await upgrade(cast, version("other words"))
        await play(
            cast,
            """
            anna * Ja, alt er på plads
            anna < Er der nogen derhjemme
            anna - Jeg er blevet opdateret
            anna * Tilbage
            anna * Tilbage
            anna < Hvorfor spørger du?
            """,
        )
        assert not await cast.rows("outcome")


async def test_a_question_that_is_new_and_was_passed_is_not_asked_of_whoever_is_further_on(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await upgrade(cast, version("no interpreter"))
        await play(
            cast, "anna > /new\nanna * Midt i et møde\nanna * Jeg spørger alle\nanna * Nej, noget mangler"
        )
        await play(cast, "anna < Er I alene?\nanna * Ja\nanna < Har du tid til et svar")
        await upgrade(cast)
        await play(
            cast, "anna * Ja\nanna - Jeg er blevet opdateret\nanna < Har borgeren alligevel sagt noget?"
        )
        await play(cast, "anna < Spørg ikke nu")  # what nobody has answered is not taken for in order
        assert "interpreter" not in (await session_of(cast.anna)).answers


async def test_a_card_that_has_another_name_now_is_passed_by_on_the_way_back_and_its_answer_counts(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.anna.answer(
            until="danger", moment="during", mode="routine", response="says_no", signs=["fear"]
        )
        assert (await session_of(cast.anna)).trail[-1].state == "signs_after"
        await upgrade(cast, version("renamed"))
        await cast.anna.press("danger.no")
        assert AGAIN not in cast.anna.screen
        assert (await session_of(cast.anna)).answers["signs"] == ("fear",)
        await play(cast, "anna * Tilbage\nanna < Er nogen i fare lige nu")
        await play(cast, "anna * Tilbage\nanna < Er der nogen derhjemme")
        await no_errors(cast)


async def test_a_view_that_is_gone_is_closed_and_its_button_answers_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(
            cast,
            """
            anna > /new
            anna * Midt i et møde
            anna * Jeg spørger alle
            anna * Mere
            anna * Ære eller social kontrol, også i tvivl
            anna < Kontakt ikke familien
            """,
        )
        await upgrade(cast, version("no honour view"))
        before = await session_of(cast.anna)
        await cast.anna.press("next")
        after = await session_of(cast.anna)
        assert (after.state, after.view, after.trail) == (before.state, "", before.trail)
        assert "Er alt på plads?" in cast.anna.screen and AGAIN not in cast.anna.screen
        await cast.anna.press("Ja, alt er på plads")
        assert (await session_of(cast.anna)).state == "response"


async def test_a_card_beside_that_has_nothing_to_say_any_more_is_closed(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, "anna > /new\nanna * Hvorfor")
        states = dict(detection().states)
        states["moment"] = replace(states["moment"], why=())
        await upgrade(
            cast, replace(CONTENT, flows={**CONTENT.flows, "detection": replace(detection(), states=states)})
        )
        await cast.anna.press("Tilbage til spørgsmålet")
        assert FIRST in cast.anna.screen and (await session_of(cast.anna)).view == ""
        await no_errors(cast)


def test_a_button_of_a_view_that_is_gone_is_no_answer_to_the_card_behind_it() -> None:
    views = {name: view for name, view in detection().views.items() if name != "more"}
    flow = replace(detection(), views=views)
    trail = (Answered("mode", {"mode": "told", "response": "disclosed"}),)
    gone_on = continuing.going_on(flow, Session("detection", "level", 7, trail=trail, view="more"))
    assert gone_on is not None and (gone_on.state, gone_on.view) == ("level", "")
    pressed = engine.step(flow, gone_on, Event("press", "level.none", chat=1, turn=7))
    assert pressed.note == "stale" and "level" not in pressed.session.answers


def test_in_an_unchanged_version_every_conversation_goes_on_from_every_card_and_view() -> None:
    chance = random.Random(7)
    looked = 0
    for flow in CONTENT.flows.values():
        beginnings = [
            (entry, given) for entry in flow.entries for given in GIVENS.get(f"{flow.name}.{entry}", ({},))
        ]
        for entry, given in beginnings * (200 // len(beginnings) or 1):
            session, ended = engine.begin(flow, entry, 1, given, "r1" if given else ""), False
            while not ended and session.turn < 60:
                assert continuing.going_on(flow, session) is session, session
                looked += 1
                card = engine.card(flow, session)
                buttons = [*card.choices * 3, *(one for one in card.controls if one.code != "stop")]
                step = press(flow, session, chance.choice(buttons).code)
                session, ended = step.session, step.ended
                if "refer" in step.does:
                    session = replace(session, reference="r1", given={**session.given, "route": "open"})
    assert looked > 4000


@pytest.mark.parametrize("name", ["detection", "referral"])
def test_what_has_just_begun_always_goes_on_so_that_nothing_begins_again_for_ever(name: str) -> None:
    flow = CONTENT.flows[name]
    for entry in flow.entries:
        for given in GIVENS.get(f"{name}.{entry}", ({},)):
            session = engine.begin(flow, entry, 1, given)
            assert continuing.going_on(flow, session) is session
            assert continuing.entry_of(flow, session) == entry


# --- what begins again ------------------------------------------------------------------------------------------


async def test_a_talk_on_a_card_that_is_gone_begins_again_and_she_is_told(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(
            cast,
            """
            anna > /new
            anna * Midt i et møde
            anna * Jeg spørger alle
            anna * Nej, noget mangler
            anna * Ja
            anna < Hvem tolker?
            """,
        )
        await upgrade(cast, version("no interpreter"))
        await play(
            cast, "anna * Professionel tolk\nanna < Jeg er blevet opdateret\nanna < Hvornår bruger du mig?"
        )
        assert (await cast.row("outcome"))["mode"] == "routine"
        assert (await session_of(cast.anna)).answers == {}
        await play(cast, "anna * Midt i et møde\nanna < Hvad er anledningen?\nanna - Jeg er blevet opdateret")
        assert len(await cast.rows("outcome")) == 1
        await no_errors(cast)


@pytest.mark.parametrize(
    ("change", "given"),
    [("no former partner", "former_partner"), ("no safe_today", "partner")],
    ids=["an answer that is gone", "a question that is gone"],
)
async def test_a_talk_with_an_answer_that_nobody_can_give_any_more_begins_again(
    tmp_path: Path, change: str, given: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.anna.answer(until="children", moment="during", mode="told", who=given)
        await upgrade(cast, version(change))
        await cast.anna.press("children.no")
        assert AGAIN in cast.anna.screen and FIRST in cast.anna.screen
        assert (await cast.row("outcome"))["result"] == "disclosed"
        await no_errors(cast)


async def test_an_answer_that_is_gone_is_no_harm_to_whoever_gave_another(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.anna.answer(until="children", moment="during", mode="told", who="partner")
        await upgrade(cast, version("no former partner"))
        await cast.anna.press("children.no")
        assert AGAIN not in cast.anna.screen and not await cast.rows("outcome")


@pytest.mark.parametrize("pressed", [False, True], ids=["ticked", "given"])
async def test_a_mark_that_is_gone_from_its_card_is_not_silently_dropped(
    tmp_path: Path, pressed: bool
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.anna.answer(until="red_flags", moment="during", mode="told")
        await cast.anna.press("red_flags.weapon")
        if pressed:
            await cast.anna.press("done")
        await upgrade(cast, version("no weapon"))
        await cast.anna.press("done" if not pressed else "who.partner")
        assert AGAIN in cast.anna.screen
        await no_errors(cast)


async def test_the_duty_check_alone_begins_again_as_the_duty_check(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, "anna > /duty\nanna < Hvad har du lagt mærke til?")
        await cast.sql("UPDATE session SET state = 'long_gone'")
        await cast.anna.press("done")
        assert AGAIN in cast.anna.screen and "Hvad har du lagt mærke til?" in cast.anna.screen
        assert "underretning står åbent" in cast.anna.screen and REMINDED in cast.anna.screen
        assert (await session_of(cast.anna)).answers == {"mode": "child", "children": "yes"}
        assert len(await notices_of(cast.anna, "duty_open")) == 1


async def test_it_begins_by_the_first_entry_where_its_own_is_gone(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/duty")
        only = {"new": detection().entries["new"]}
        await upgrade(
            cast, replace(CONTENT, flows={**CONTENT.flows, "detection": replace(detection(), entries=only)})
        )
        await cast.sql("UPDATE session SET state = 'long_gone'")
        await cast.anna.press("done")
        assert AGAIN in cast.anna.screen and FIRST in cast.anna.screen


async def test_a_level_that_is_none_any_more_keeps_nobody_from_ending(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.anna.answer(until="children", moment="during", mode="told")
        await cast.sql("UPDATE session SET trail = trail || ';~who:level=worry'")
        await cast.anna.press("children.unborn")
        assert AGAIN in cast.anna.screen
        assert (await cast.row("outcome"))["level"] == "knowledge"
        await no_errors(cast)


async def test_it_is_told_in_the_language_of_whoever_reads_it(tmp_path: Path) -> None:
    from bot.locales import reading

    async with on_stage(tmp_path, words=reading.load(zone="Europe/Copenhagen")) as cast:
        await cast.anna.say("/new")
        await cast.sql("UPDATE staff SET language = 'en'")
        await cast.sql("UPDATE session SET state = 'long_gone'")
        await cast.anna.press("moment.during")
        assert "I was updated while you were in the middle of this" in cast.anna.screen


async def test_a_talk_of_a_flow_that_is_gone_ends_and_she_is_told_how_to_begin(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        practice = replace(detection(), name="practice")
        await upgrade(cast, replace(CONTENT, flows={**CONTENT.flows, "practice": practice}))
        await cast.anna.say("/new")
        await cast.sql("UPDATE session SET flow = 'practice'")
        await play(cast, "anna * Midt i et møde\nanna < Hvad er anledningen?")
        await upgrade(cast)
        await cast.anna.press("mode.routine")
        assert AGAIN in cast.anna.screen and RESTING in cast.anna.screen
        assert not await cast.rows("session") and not await cast.rows("outcome")
        await play(cast, "anna * Akut\nanna < Ring 112.")
        await play(cast, "anna > /new\nanna < Hvornår bruger du mig?")
        await no_errors(cast)


# --- nothing is lost --------------------------------------------------------------------------------------------


async def open_duty(cast: Cast) -> None:
    """A referral is stored, a child is known of, and the duty is not answered yet."""
    await refer(cast.anna, children="yes", child_danger="no")
    await cast.outbox()
    await cast.anna.press("Videre", await cast.anna.live())
    assert (await session_of(cast.anna)).state == "next"


FIRST_EVENTS: dict[str, Callable[[Person, int, int], object]] = {
    "an answer": lambda anna, live, turn: anna.press_raw(f"{turn}:next.meeting", live),
    "next": lambda anna, live, turn: anna.press_raw(f"{turn}:next", live),
    "back": lambda anna, live, turn: anna.press_raw(f"{turn}:back", live),
    "why": lambda anna, live, turn: anna.press_raw(f"{turn}:why", live),
    "acute": lambda anna, live, turn: anna.press_raw(f"{turn}:acute", live),
    "hide": lambda anna, live, turn: anna.press_raw(f"{turn}:hide", live),
    "more": lambda anna, live, turn: anna.press_raw(f"{turn}:more", live),
    "notify": lambda anna, live, turn: anna.press_raw(f"{turn}:notify", live),
    "ask": lambda anna, live, turn: anna.press_raw(f"{turn}:ask", live),
    "withdraw": lambda anna, live, turn: anna.press_raw(f"{turn}:withdraw", live),
    "stop": lambda anna, live, turn: anna.press_raw(f"{turn}:stop", live),
    "an old press": lambda anna, live, turn: anna.press_raw("1:moment.during", live),
    "an old stop": lambda anna, live, turn: anna.press_raw("1:stop", live),
    "a forged press": lambda anna, live, turn: anna.press_raw(f"{turn}:x.y.z", live),
    "a press with no turn": lambda anna, live, turn: anna.press_raw("0:nonsense.r1", live),
    "0:acute": lambda anna, live, turn: anna.press_raw("0:acute.0", live),
    "0:resume": lambda anna, live, turn: anna.press_raw("0:resume.0", live),
    "0:notify": lambda anna, live, turn: anna.press_raw("0:notify.0", live),
    "0:ask": lambda anna, live, turn: anna.press_raw("0:ask.0", live),
    "0:language": lambda anna, live, turn: anna.press_raw("0:language.da", live),
    "typed words": lambda anna, live, turn: anna.say(CITIZEN),
    "a photo": lambda anna, live, turn: anna.send(raw.photo(anna.chat, 900), 900),
    **{
        f"/{command}": lambda anna, live, turn, command=command: anna.say(f"/{command}")  # type: ignore[misc]
        for command in ("new", "duty", "stop", "clear", "help", "language", "start", "inbox", "nonsense")
    },
}


@pytest.mark.parametrize("change", ["no wish", "flow gone"])
@pytest.mark.parametrize("what", FIRST_EVENTS)
async def test_whatever_she_does_first_nothing_breaks_and_nothing_is_lost_or_done_twice(
    tmp_path: Path, what: str, change: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await open_duty(cast)
        session, live, referral = (
            await session_of(cast.anna),
            await cast.anna.live(),
            await cast.row("referral"),
        )
        await upgrade(cast, version("no wish"))
        if change == "flow gone":
            await cast.sql("UPDATE session SET flow = 'long_gone'")
        detected = change != "flow gone"  # of a flow that nobody knows nothing is known
        await FIRST_EVENTS[what](cast.anna, live, session.turn)  # type: ignore[misc]
        await no_errors(cast)
        assert cast.anna.messages, "she sees nothing"
        cast.later(hours=3)
        await conversation.expire(cast.house)
        assert not await cast.rows("session")
        assert len(await cast.rows("outcome")) == detected
        assert len(await notices_of(cast.anna, "duty_open")) == (detected or what == "/duty")
        after = await cast.row("referral")
        assert {**after, "outcome": None} == {**referral, "outcome": None}
        assert bool(after["outcome"]) is detected
        await no_errors(cast)


async def test_she_is_told_of_the_referral_and_of_the_open_duty_that_they_still_hold(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await open_duty(cast)
        await upgrade(cast, version("no wish"))
        await cast.anna.press("next.meeting")
        await play(
            cast,
            """
            anna < Jeg er blevet opdateret, mens du var i gang
            anna < er gemt og gælder stadig.
            anna < Spørgsmålet om underretning står åbent.
            anna < Hvornår bruger du mig?
            """,
        )
        cast.later(hours=1, seconds=1)
        await cast.outbox()
        await play(cast, "anna * Åbn\nanna < Du har en samtale, hvor spørgsmålet om underretning står åbent.")


async def test_nothing_is_promised_that_does_not_hold(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.anna.press("Træk tilbage", await cast.anna.live())
        await cast.sql("UPDATE session SET state = 'long_gone'")
        await cast.anna.press("consent.none")
        assert AGAIN in cast.anna.screen
        assert "gælder stadig" not in cast.anna.screen and "underretning" not in cast.anna.screen
        assert not await notices_of(cast.anna, "duty_open")


async def test_the_status_card_calls_the_referral_back_after_the_upgrade_too(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await open_duty(cast)
        await upgrade(cast, version("no wish"))
        await cast.anna.press("0:withdraw.r1")
        assert "Henvisningen er trukket tilbage." in cast.anna.screen
        assert (await cast.row("referral"))["close"] == "sent_in_error"
        await play(cast, "anna * Tilbage til samtalen\nanna < Jeg er blevet opdateret\nanna - gælder stadig")
        outcome = await cast.row("outcome")
        assert outcome["close"] == "sent_in_error" and outcome["children"] == "yes"
        assert len(await notices_of(cast.anna, "duty_open")) == 1
        await no_errors(cast)


async def test_on_the_card_that_says_stored_the_consent_must_be_there_to_go_back_to() -> None:
    flow = detection()
    trail = (
        Answered("mode", {"mode": "told", "response": "disclosed"}),
        Answered("consent", {"consent": "named"}),
    )
    sent = Session("detection", "sent", 9, trail=trail, sealed=2, reference="r1")
    assert continuing.going_on(flow, sent) is sent
    renamed = replace(sent, trail=(trail[0], replace(trail[1], state="consent_before")))
    assert continuing.going_on(flow, renamed) is None
    later = replace(renamed, state="next")
    gone_on = continuing.going_on(flow, later)
    assert gone_on is not None and gone_on.answers == later.answers
    assert "consent" in engine.withdraw(flow, gone_on).session.answers


async def test_a_talk_that_is_left_over_the_upgrade_ends_with_its_outcome_and_its_reminder(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await open_duty(cast)
        await upgrade(cast, version("no wish"))
        cast.later(hours=3)
        assert await conversation.expire(cast.house) == 1
        assert len(await cast.rows("outcome")) == 1
        await cast.outbox()
        await play(cast, "anna * Åbn\nanna < Du har en samtale, hvor spørgsmålet om underretning står åbent.")


async def test_the_new_talk_leaves_an_outcome_of_its_own(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await to_consent(cast.anna)
        await upgrade(cast, version("no wish"))
        await cast.anna.press("consent.none")
        await finish(cast.anna, moment="after", mode="concern", response="says_no", children="no")
        outcomes = await cast.rows("outcome")
        assert sorted(one["mode"] for one in outcomes) == ["concern", "told"]
        await no_errors(cast)


# --- what she asked for -----------------------------------------------------------------------------------------


async def outlived(cast: Cast, script: str = "") -> None:
    """A talk in which somebody has told, on a card that the next version does not have."""
    await to_consent(cast.anna, children="yes", child_danger="no")
    await play(cast, script)
    await cast.sql("UPDATE session SET state = 'long_gone'")


async def test_acute_shows_the_emergency_card_first_and_begins_again_afterwards(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await outlived(cast)
        await play(cast, "anna * Akut\nanna < Ring 112.\nanna - Jeg er blevet opdateret")
        assert not await cast.rows("outcome")
        await play(cast, "anna * Videre\nanna < Jeg er blevet opdateret\nanna < Hvornår bruger du mig?")
        assert len(await cast.rows("outcome")) == 1


@pytest.mark.parametrize("code", ["danger.now", "child_danger.now"])
async def test_whoever_says_that_there_is_danger_now_sees_the_emergency_card_first(
    tmp_path: Path, code: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await outlived(cast)
        await cast.anna.press_raw(f"{(await session_of(cast.anna)).turn}:{code}", await cast.anna.live())
        await play(cast, "anna < Ring 112.\nanna * Videre\nanna < Jeg er blevet opdateret")


@pytest.mark.parametrize("how", ["press", "command"])
async def test_whoever_wants_to_stop_has_stopped_and_is_asked_nothing(tmp_path: Path, how: str) -> None:
    async with on_stage(tmp_path) as cast:
        await outlived(cast)
        await (cast.anna.press("Stop") if how == "press" else cast.anna.say("/stop"))
        await play(cast, "anna < Samtalen er stoppet.\nanna - Jeg er blevet opdateret")
        assert REMINDED in cast.anna.screen
        assert not await cast.rows("session") and len(await cast.rows("outcome")) == 1
        assert len(await notices_of(cast.anna, "duty_open")) == 1


async def test_an_old_stop_stops_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await outlived(cast)
        await cast.anna.press_raw("1:stop", await cast.anna.live())
        await play(cast, "anna < Jeg er blevet opdateret\nanna - Samtalen er stoppet.")


async def test_a_hidden_screen_whose_flow_is_gone_hides_nothing_more(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await outlived(cast, "anna * Skjul")
        await cast.sql("UPDATE session SET flow = 'long_gone'")
        await cast.anna.say(CITIZEN)
        assert TYPED in cast.anna.screen
        await play(cast, "anna * Tilbage til samtalen\nanna < Jeg er blevet opdateret")
        await no_errors(cast)


async def test_a_hidden_screen_stays_hidden_until_she_uncovers_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await outlived(cast, "anna * Skjul")
        for button in ("Dagsorden", "Bilag", "Dagsorden"):
            await cast.anna.press(button)
            assert cast.anna.screen.startswith(("Mødeoverblik", "Bilag")) and not cast.anna.toast
        await cast.anna.press_raw("1:hide", await cast.anna.live())
        assert cast.anna.screen.startswith("Mødeoverblik"), "an old button uncovers nothing"
        await cast.anna.say(CITIZEN)
        assert cast.anna.screen.startswith("Mødeoverblik") and TYPED not in cast.anna.transcript()
        await play(
            cast,
            "anna * Lokale\nanna < Det store mødelokale\nanna * Lokale\n"
            "anna < Jeg er blevet opdateret\nanna < Hvornår bruger du mig?",
        )
        assert len(await cast.rows("outcome")) == 1


async def test_new_uncovers_no_hidden_screen_and_the_act_tells_her(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await outlived(cast, "anna * Skjul")
        await play(
            cast,
            "anna > /new\nanna < Mødeoverblik\nanna * Lokale\nanna * Lokale\n"
            "anna < Jeg er blevet opdateret\nanna < Hvornår bruger du mig?",
        )
        assert len(await cast.rows("outcome")) == 1


async def test_typed_words_are_refused_as_ever_and_the_way_back_tells_her(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await outlived(cast)
        await cast.anna.say(CITIZEN)
        assert TYPED in cast.anna.screen and not await cast.rows("outcome")
        await play(cast, "anna * Tilbage til samtalen\nanna < Jeg er blevet opdateret")
        assert len(await cast.rows("outcome")) == 1


async def test_notify_on_an_old_card_leads_to_the_duty_check_and_tells_of_the_talk_that_ended(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await outlived(cast)
        await cast.anna.press_raw("0:notify.0", await cast.anna.live())
        await play(cast, "anna < Jeg er blevet opdateret\nanna < Hvad har du lagt mærke til?")
        assert len(await notices_of(cast.anna, "duty_open")) == 1


# --- the key person's card ----------------------------------------------------------------------------------------


async def taken(cast: Cast) -> None:
    await refer(cast.anna)
    await cast.outbox()
    await play(cast, "bente * Åbn\nbente * Jeg tager den\nbente < Hvad kom der ud af det?")


async def test_a_key_persons_card_opens_anew_from_the_referrals_own_facts(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await taken(cast)
        before = await cast.row("referral")
        await upgrade(cast, version("no contact"))
        await play(cast, "bente * Jeg har talt med borgeren\nbente < mens kortet var åbent")
        assert "Henvisning r1" in cast.bente.screen and "Hvordan slutter den?" in cast.bente.screen
        assert await cast.row("referral") == before
        session = await session_of(cast.bente, "r1")
        assert session.given == {"urgency": "standard", "path": "referral", "take": "accept"}
        await play(cast, "bente * Hjælpen er gennemført\nbente < Henvisningen er afsluttet.")
        assert (await cast.row("referral"))["close"] == "completed"
        await no_errors(cast)


async def test_a_card_that_the_new_version_still_has_goes_on_for_the_key_person(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await cast.bente.press("Åbn")
        await upgrade(cast, version("no contact"))
        await play(cast, "bente * Jeg tager den\nbente - opdateret\nbente < Hvordan slutter den?")
        assert (await cast.row("referral"))["accepted_by"] == await cast.bente.id()


async def test_a_referral_that_was_called_back_meanwhile_does_not_open_again(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await taken(cast)
        await cast.anna.press("Træk tilbage", await cast.anna.live())
        await upgrade(cast, version("no contact"))
        await cast.bente.press("Jeg har talt med borgeren")
        assert "afsluttet eller trukket tilbage" in cast.bente.screen
        assert not await session_of(cast.bente, "r1")
        await no_errors(cast)


async def test_a_key_persons_own_talk_is_untouched_by_what_becomes_of_her_card(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, "bente > /new\nbente * Midt i et møde")
        own = await session_of(cast.bente)
        await taken(cast)
        await upgrade(cast, version("no contact"))
        await cast.bente.press("contact.reached")
        assert "mens kortet var åbent" in cast.bente.screen
        assert await session_of(cast.bente) == own
        await play(cast, "bente * Læg væk\nbente * Tilbage til samtalen\nbente < Hvad er anledningen?")
        await no_errors(cast)


async def test_a_card_of_a_flow_that_is_gone_ends_alone(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, "bente > /new\nbente * Midt i et møde")
        await taken(cast)
        await cast.sql("UPDATE session SET flow = 'long_gone' WHERE about = 'r1'")
        await cast.bente.press("contact.reached")
        assert AGAIN in cast.bente.screen
        assert not await session_of(cast.bente, "r1")
        await play(cast, "bente * Tilbage til samtalen\nbente < Hvad er anledningen?\nbente - opdateret")
        await no_errors(cast)
