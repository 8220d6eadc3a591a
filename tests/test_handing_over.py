"""A hand-over cannot be lost: who is told of it and when, whatever the people at both ends do or leave undone."""

from pathlib import Path
from typing import Any

import pytest

from tests import wire as raw
from tests.cast import (
    NEUTRAL,
    NOTHING_MORE,
    RESTING,
    Cast,
    Person,
    notices_of,
    on_stage,
    play,
    refer,
    session_of,
    to_consent,
)
from tests.wire import BLOCKED, press


async def opened(cast: Cast, **facts: Any) -> Person:
    """Anna has referred, Bente has the referral's card open."""
    await refer(cast.anna, **facts)
    await cast.outbox()
    await cast.bente.press("Åbn")
    return cast.bente


async def accepted(cast: Cast, **facts: Any) -> Person:
    await opened(cast, **facts)
    await cast.bente.press("Jeg tager den")
    await cast.outbox()
    return cast.bente


async def status(cast: Cast) -> str:
    await cast.outbox()
    return cast.anna.messages[cast.anna.find("r1\n")]


# --- stored the moment consent is given -----------------------------------------------------------------------


@pytest.mark.only_on("sqlite")  # elsewhere something else may come between
async def test_referral_notice_and_status_are_stored_with_the_consent_before_the_remaining_questions(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await to_consent(cast.anna)
        consents = press(cast.anna.chat, await code(cast.anna, "Ja, med navn"), await live(cast))
        cast.db.failures = 1  # when all is done: everything goes together, or nothing at all
        cast.wire.arrive(consents)
        await cast.wire.until(lambda: cast.db.failed)
        assert (await session_of(cast.anna)).state == "consent"
        assert not await cast.rows("referral") and not await cast.rows("notice")
        await cast.wire.until(lambda: not cast.wire.pending)
        await cast.quiet()
        assert (await session_of(cast.anna)).state == "sent"
        stored = await cast.row("referral")
        assert (stored["path"], stored["urgency"], stored["unit"]) == ("referral", "standard", "jobcenter")
        assert {(n["kind"], n["staff"]) for n in await cast.rows("notice")} == {
            ("status", await cast.anna.id()),
            ("referral", await cast.bente.id()),
            ("clock", await cast.anna.id()),  # nobody but the outbox hears of it
        }
        assert (await session_of(cast.anna)).reference == stored["reference"]


async def code(person: Person, label: str) -> str:
    return person.buttons(await person.live())[label]


async def live(cast: Cast) -> int:
    return await cast.anna.live()


async def test_a_talk_broken_off_right_after_the_consent_has_still_handed_over(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.kill()
        await cast.start()
        await cast.outbox()
        assert cast.bente.lock_screen == NEUTRAL
        await cast.anna.say("/stop")
        assert "Henvisningen til nøglepersonen er gemt og gælder stadig." in cast.anna.screen
        assert not (await cast.row("referral"))["closed"]


# --- later answers -----------------------------------------------------------------------------------------------


async def test_later_answers_raise_the_urgency_and_everybody_is_told_again(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna, children="yes", child_danger="no")
        await cast.outbox()
        (first,) = cast.bente.messages
        assert (await cast.row("referral"))["urgency"] == "standard"
        await cast.anna.answer(until="level", suspected="parent", duty="today", exposure="witnessed")
        assert (await cast.row("referral"))["urgency"] == "same_day"
        await cast.outbox()
        (second,) = cast.bente.messages
        assert second > first and cast.bente.lock_screen == NEUTRAL
        assert cast.wire.of("sendMessage", cast.bente.chat)[-1].parameters["disable_notification"] is False
        await cast.bente.press("Åbn")
        assert "skal være i dag" in cast.bente.screen


async def test_what_is_taken_back_never_lowers_the_urgency(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna, children="yes", child_danger="no")
        await cast.anna.answer(until="level", suspected="parent", duty="today", exposure="witnessed")
        await cast.anna.press("Tilbage")
        await cast.anna.press("Tilbage")
        await cast.anna.answer(suspected="nobody", duty="considered", exposure="none", level="none")
        assert (await cast.row("referral"))["urgency"] == "same_day"
        assert (await cast.row("outcome"))["urgency"] == "same_day"


async def test_an_answer_under_more_raises_the_urgency_too(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await play(cast, "anna * Mere\nanna * Ære eller social kontrol, også i tvivl")
        assert (await cast.row("referral"))["urgency"] == "same_day"


async def test_whoever_has_taken_it_is_told_that_it_has_become_more_urgent(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await accepted(cast)
        await play(
            cast, "anna * Mere\nanna * Ære eller social kontrol, også i tvivl\npost\nbente ! " + NEUTRAL
        )
        assert NEUTRAL in cast.bente.messages.values()
        await cast.bente.press("Åbn")
        assert "Du har taget henvisning r1." in cast.bente.screen


async def test_a_notice_that_is_still_unopened_goes_when_the_case_is_closed(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await accepted(cast)
        await play(cast, "anna * Mere\nanna * Ære eller social kontrol, også i tvivl\npost")
        await play(
            cast, f"bente * Jeg har talt med borgeren\n{NOTHING_MORE}\nbente * Hjælpen er gennemført\npost"
        )
        assert NEUTRAL not in cast.bente.messages.values() and not await notices_of(cast.bente)


async def test_an_emergency_that_is_told_before_the_consent_is_on_the_key_persons_card(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await opened(cast, children="yes", child_danger="now")
        assert "Der er fare nu." in cast.bente.screen
        assert "Haster det, så vent ikke: ring 00 00 00 12." in await status(cast)


# --- calling it back ---------------------------------------------------------------------------------------------


async def test_withdrawn_on_its_own_card_it_is_gone_and_consent_is_asked_again(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await cast.anna.press("Træk tilbage", await live(cast))
        assert "Hvad siger borgeren?" in cast.anna.messages[await live(cast)]
        assert cast.anna.toast == "Henvisningen er trukket tilbage."
        await cast.outbox()
        assert cast.bente.messages == {}
        assert (await cast.row("referral"))["close"] == "sent_in_error"
        assert "Trukket tilbage." in await status(cast)
        await cast.anna.press("Nej")
        assert (await session_of(cast.anna)).answers["consent"] == "none"


async def test_withdrawn_under_more_the_later_answers_stay_and_the_outcome_says_that_nothing_was_handed_over(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.anna.answer(until="level")
        await play(cast, "anna * Mere")
        await cast.anna.press("Træk tilbage", await live(cast))
        session = await session_of(cast.anna)
        assert session.answers["next"] == "none" and session.answers["consent"] == "none"
        assert session.reference == ""
        await cast.anna.answer()
        outcome = await cast.row("outcome")
        assert (outcome["path"], outcome["close"], outcome["accepted"]) == ("none", "", 0)


async def test_withdrawn_from_the_status_card_in_the_middle_of_the_talk_the_consent_goes_with_it(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await cast.anna.press("next")
        await cast.anna.press("Træk tilbage", cast.anna.find("r1\n"))
        session = await session_of(cast.anna)
        assert (session.answers["consent"], session.reference) == ("none", "")
        assert "Trukket tilbage." in await status(cast)


async def test_withdrawn_from_the_status_card_when_the_talk_is_over_the_outcome_says_so(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await cast.anna.answer()
        await cast.quarter()
        await cast.anna.press("Træk tilbage")
        assert "Henvisningen er trukket tilbage." in cast.anna.screen
        assert (await cast.row("outcome"))["close"] == "sent_in_error"
        await cast.outbox()
        assert cast.bente.messages == {}
        assert "Trukket tilbage." in cast.anna.transcript()
        await cast.quarter()
        assert cast.anna.messages == {}


async def test_withdrawn_after_it_was_taken_the_one_who_took_it_is_told(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await accepted(cast)
        await cast.anna.press("Træk tilbage", cast.anna.find("r1\n"))
        await cast.outbox()
        assert NEUTRAL in cast.bente.messages.values()
        await cast.bente.press("Jeg har talt med borgeren")
        assert "Henvisningen er afsluttet eller trukket tilbage." in cast.bente.transcript()
        await cast.bente.press("Åbn")
        assert "Henvisningen er afsluttet eller trukket tilbage." in cast.bente.screen
        assert (await cast.row("referral"))["contact"] == ""


async def test_a_withdrawal_that_comes_too_late_does_not_claim_to_have_withdrawn_it(tmp_path: Path) -> None:
    """P10: the key person has finished the case while the status card still had its button."""
    async with on_stage(tmp_path) as cast:
        await accepted(cast)
        await cast.anna.answer()
        await play(cast, f"bente * Jeg har talt med borgeren\n{NOTHING_MORE}\nbente * Hjælpen er gennemført")
        await cast.anna.press("Træk tilbage")
        assert (await cast.row("referral"))["close"] == "completed"
        assert "trukket tilbage" not in cast.anna.transcript()
        assert "Afsluttet." in await status(cast)


async def test_a_withdrawal_in_the_talk_that_comes_too_late_does_not_claim_it_either(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await play(
            cast,
            """
            bente * Åbn
            bente * Jeg tager den
            bente * Jeg har talt med borgeren
            bente * Borgeren vil ikke
            bente * Nej, ikke nødvendig nu
            bente * Ikke noget nu
            bente * Hjælpen er gennemført
            """,
        )
        await cast.anna.press("Træk tilbage", await live(cast))
        assert cast.anna.toast != "Henvisningen er trukket tilbage."
        assert (await cast.row("referral"))["close"] == "completed"


async def test_a_second_consent_after_a_withdrawal_is_a_new_hand_over(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await cast.anna.press("Træk tilbage", await live(cast))
        await cast.anna.press("Ja, med navn")
        await cast.outbox()
        assert [(r["reference"], r["close"]) for r in await cast.rows("referral")] == [
            ("r1", "sent_in_error"),
            ("r2", ""),
        ]
        await cast.bente.press("Åbn")
        assert "Henvisning r2" in cast.bente.screen


# --- who gets it -------------------------------------------------------------------------------------------------


@pytest.mark.only_on("sqlite")  # elsewhere something else may come between
async def test_of_two_who_take_it_at_once_one_gets_it_and_the_others_card_says_so(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        bodil = await cast.admit("bodil", 7012, "key_person")
        await refer(cast.anna)
        await cast.outbox()
        await cast.bente.press("Åbn")
        await bodil.press("Åbn")
        await cast.arrive(
            press(bodil.chat, await code(bodil, "Jeg tager den"), await bodil.live()),
            press(cast.bente.chat, await code(cast.bente, "Jeg tager den"), await cast.bente.live()),
        )
        assert "Du har taget henvisning r1." in bodil.screen
        assert "En anden har taget henvisningen." in cast.bente.screen
        assert (await cast.row("referral"))["accepted_by"] == await bodil.id()
        assert "Bodil Bjerregaard har taget den." in await status(cast)
        await cast.bente.say("/inbox")
        assert "Der venter ikke noget på dig." in cast.bente.screen


async def test_the_notices_of_the_others_go_when_somebody_takes_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        bodil = await cast.admit("bodil", 7012, "key_person")
        await accepted(cast)
        assert bodil.messages == {}
        await bodil.press_raw("0:open.r1", 77)
        assert "En anden har taget henvisningen." in bodil.screen


async def test_passed_on_it_goes_to_the_next_and_then_to_the_coordinator(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        bodil = await cast.admit("bodil", 7012, "key_person")
        await opened(cast)
        await cast.bente.press("Giv den videre")
        await cast.bente.press("Jeg kan ikke nå det i tide")
        assert "Du har givet den videre." in cast.bente.screen
        assert "Givet videre og ikke taget endnu." in await status(cast)
        assert cast.karen.messages == {}, "Bodil has not said no yet"
        await bodil.press("Åbn")
        await bodil.press("Giv den videre")
        await bodil.press("Jeg kan ikke nå det i tide")
        await cast.outbox()
        assert cast.karen.lock_screen == NEUTRAL
        await cast.karen.press("Åbn")
        await cast.karen.press("Jeg tager den")
        assert "Karen Bjerregaard har taget den." in await status(cast)
        await cast.bente.say("/inbox")
        assert "r1" not in cast.bente.screen


async def test_when_everybody_passes_it_on_the_employee_is_told_to_ring(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await opened(cast)
        await cast.bente.press("Giv den videre")
        await cast.bente.press("Jeg kan ikke nå det i tide")
        await cast.outbox()
        await cast.karen.press("Åbn")
        await cast.karen.press("Giv den videre")
        await cast.karen.press("Jeg kan ikke nå det i tide")
        assert "Vent ikke på mig: ring 00 00 00 12." in await status(cast)
        await cast.anna.press("Åbn")
        assert "Vent ikke på mig: ring 00 00 00 12." in cast.anna.screen


async def test_without_any_receiver_the_card_says_so_and_gives_the_number(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.sql("UPDATE staff SET removed = 1 WHERE role <> 'frontline'")
        await refer(cast.anna)
        assert "nøglepersonen ikke nås gennem mig. Ring selv: 00 00 00 12, ellers 1888" in cast.anna.screen
        assert "Jeg beder nøglepersonen om at ringe til dig" not in cast.anna.transcript()
        assert "Ring selv: 00 00 00 12." in await status(cast)
        assert cast.anna.lock_screen == NEUTRAL, "it rings: she must not wait"


async def test_asked_with_no_receiver_the_card_does_not_promise_a_call(tmp_path: Path) -> None:
    """P10, where the asking is done under more and not on the card of consent."""
    async with on_stage(tmp_path) as cast:
        await cast.sql("UPDATE staff SET removed = 1 WHERE role <> 'frontline'")
        await play(cast, "anna > /new\nanna * Mere\nanna * Spørg nøglepersonen")
        await cast.anna.press("Ja, bed om at blive ringet op")
        assert "Jeg beder nøglepersonen om at ringe til dig" not in cast.anna.toast
        assert "Ring selv: 00 00 00 12" in await status(cast)


async def test_a_key_person_who_is_admitted_after_it_was_stored_is_told_of_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.sql("UPDATE staff SET removed = 1 WHERE role <> 'frontline'")
        await refer(cast.anna)
        await cast.outbox()
        from bot.storage import invitations

        await cast.ask(
            lambda c: invitations.invite(
                c, cast.house.cipher, code="new", role="key_person", unit="jobcenter", name="Bodil", phone="",
                now=cast.time.now(),
            )
        )  # fmt: skip
        bodil = cast.stranger(7012)
        await bodil.say("/start new")
        await cast.outbox()
        assert NEUTRAL in bodil.messages.values()


async def test_a_key_person_is_never_sent_her_own_referral(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.bente)
        await cast.outbox()
        assert {n["staff"] for n in await cast.rows("notice") if n["kind"] == "referral"} == {
            await cast.karen.id()
        }
        assert cast.karen.lock_screen == NEUTRAL


async def test_a_key_person_of_another_unit_is_not_asked(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        other = await cast.admit("dorthe", 7013, "key_person", unit="sundhed")
        await refer(cast.anna)
        await cast.outbox()
        assert other.messages == {} and cast.bente.messages


# --- who cannot be reached ---------------------------------------------------------------------------------------


async def test_a_receiver_who_refuses_the_notice_is_passed_over_and_the_next_is_asked(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        cast.wire.script("sendMessage", BLOCKED, chat=cast.bente.chat)
        await cast.outbox()
        assert cast.karen.lock_screen == NEUTRAL
        assert (await cast.bente.staff()).blocked
        assert "Afleveret, men ikke set endnu." in await status(cast)


async def test_a_receiver_who_has_blocked_the_bot_is_not_tried_again_at_the_next_referral(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.arrive(raw.blocked(cast.bente.chat))
        await refer(cast.anna)
        await cast.outbox()
        assert not cast.wire.of("sendMessage", cast.bente.chat) and not await notices_of(cast.bente)
        assert cast.karen.lock_screen == NEUTRAL


async def test_a_status_card_stops_hurrying_when_somebody_has_taken_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await opened(cast)
        assert "Haster det, så vent ikke: ring 00 00 00 12." in await status(cast)
        await cast.bente.press("Jeg tager den")
        assert "Haster det" not in await status(cast)


async def test_a_receiver_who_blocks_the_bot_before_she_has_opened_it_is_passed_over(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await cast.arrive(raw.blocked(cast.bente.chat))
        await cast.outbox()
        assert cast.karen.lock_screen == NEUTRAL


async def test_when_nobody_can_be_reached_the_employee_is_rung_and_told(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.arrive(raw.blocked(cast.bente.chat), raw.blocked(cast.karen.chat))
        assert "den kan ikke afleveres. Vent ikke på mig: ring 00 00 00 12" in await status(cast)
        assert cast.anna.lock_screen == NEUTRAL
        await cast.anna.press("Åbn")
        assert "Vent ikke på mig: ring 00 00 00 12" in cast.anna.screen


async def test_a_receiver_who_can_be_reached_again_gets_what_waited_for_her(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.arrive(raw.blocked(cast.bente.chat), raw.blocked(cast.karen.chat))
        await cast.outbox()
        assert cast.bente.messages == {}
        await cast.arrive(raw.unblocked(cast.bente.chat))
        await cast.outbox()
        await cast.bente.press("Åbn")
        await cast.bente.press("Jeg tager den")
        assert "Bente Bjerregaard har taget den." in await status(cast)


async def test_whoever_presses_a_button_can_be_reached_whatever_was_refused_before(tmp_path: Path) -> None:
    """One 403 or 400, and the news of the unblocking lost: she is not left out for ever."""
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        cast.wire.script("sendMessage", BLOCKED, chat=cast.bente.chat)
        await cast.outbox()
        await cast.bente.say("/new")
        assert not (await cast.bente.staff()).blocked
        await cast.outbox()
        assert NEUTRAL in cast.bente.messages.values()


async def test_a_notice_that_is_refused_for_another_reason_does_not_count_as_blocking(tmp_path: Path) -> None:
    """400 is about the message; only 403 and a chat that is not there are about the person."""
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        cast.wire.script("sendMessage", raw.bad("message text is empty"), chat=cast.bente.chat)
        await cast.outbox()
        assert not (await cast.bente.staff()).blocked


async def test_a_removed_receivers_notice_is_dropped_and_the_employee_does_not_wait_for_her(
    tmp_path: Path,
) -> None:
    from bot.storage import people

    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        number = await cast.bente.id()
        await cast.ask(lambda c: people.remove(c, number, cast.time.now()))
        await cast.outbox()
        assert cast.bente.messages == {}
        assert cast.karen.messages or "Ring selv: 00 00 00 12" in await status(cast)


# --- advice without a name ---------------------------------------------------------------------------------------


async def test_advice_without_a_name_says_so_on_both_cards(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna, consent="anonymous")
        assert "Sig ikke navnet." in cast.anna.screen
        await cast.outbox()
        await play(
            cast,
            """
            bente * Åbn
            bente < Kollegaen ønsker råd uden navn. Spørg ikke, hvem det er.
            bente - Borgeren har sagt ja
            bente * Jeg tager den
            bente * Jeg har talt med kollegaen
            bente * Rådet er givet
            """,
        )
        assert (await cast.row("referral"))["path"] == "advice"


@pytest.mark.parametrize("wish", ["police", "shelter", "help"])
async def test_without_a_name_only_advice_is_asked_for_whatever_is_wished(tmp_path: Path, wish: str) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna, consent="anonymous", wish=wish)
        assert (await cast.row("referral"))["path"] == "advice"


async def test_advice_is_one_road_from_every_card(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(
            cast,
            """
            anna > /new
            anna * Midt i et møde
            anna * Mere
            anna * Spørg nøglepersonen
            anna < Ring 00 00 00 12. Du kan altid få råd uden at sige, hvem det handler om
            anna * Ja, bed om at blive ringet op
            anna < Hvad er anledningen?
            post
            bente * Åbn
            bente < Kollegaen ønsker råd uden navn.
            """,
        )
        assert (await cast.row("referral"))["path"] == "advice"
        assert cast.anna.toast == "Gemt. Jeg beder nøglepersonen om at ringe til dig."


async def test_asking_first_and_consenting_later_is_one_hand_over_that_has_grown(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await to_consent(cast.anna)
        await play(
            cast, "anna * Mere\nanna * Spørg nøglepersonen\nanna * Ja, bed om at blive ringet op\npost"
        )
        await cast.bente.press("Åbn")
        assert "råd uden navn" in cast.bente.screen
        await cast.anna.press("Ja, med navn")
        stored = await cast.row("referral")
        assert stored["path"] == "referral" and stored["reference"] == "r1"
        await cast.outbox()
        assert NEUTRAL in cast.bente.messages.values(), "she is told again"
        await cast.bente.press("Åbn")
        assert "Borgeren har sagt ja til, at du må få navnet." in cast.bente.screen


async def asked(cast: Cast) -> None:
    """Advice is asked for in the middle of a talk, and the talk stands at the question of consent."""
    await to_consent(cast.anna)
    await play(cast, "anna * Mere\nanna * Spørg nøglepersonen\nanna * Ja, bed om at blive ringet op\npost")


async def test_a_consent_that_comes_after_the_advice_was_given_and_closed_is_a_hand_over_of_its_own(
    tmp_path: Path,
) -> None:
    """P15: the key person rings, advises and closes; then the citizen says yes. That yes must not be lost."""
    async with on_stage(tmp_path) as cast:
        await asked(cast)
        await play(
            cast,
            """
            bente * Åbn
            bente * Jeg tager den
            bente * Jeg har talt med kollegaen
            bente * Rådet er givet
            anna  * Ja, med navn
            anna  < Gemt. Jeg beder nøglepersonen om at ringe til dig.
            post
            bente ! Der er en ny opgave til dig.
            bente * Åbn
            bente < Borgeren har sagt ja til, at du må få navnet.
            bente < Jeg tager den
            """,
        )
        open_ones = [r for r in await cast.rows("referral") if not r["closed"]]
        assert [(r["path"], r["urgency"]) for r in open_ones] == [("referral", "standard")]
        assert (await session_of(cast.anna)).reference == open_ones[0]["reference"]


async def test_a_consent_that_comes_while_the_advice_is_being_given_goes_to_whoever_gives_it(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await asked(cast)
        await play(cast, "bente * Åbn\nbente * Jeg tager den\nanna * Ja, med navn\npost\nbente * Åbn")
        assert "Du har taget henvisning r1." in cast.bente.screen
        assert "Jeg har talt med borgeren" in cast.bente.buttons(await cast.bente.live())


async def test_a_consent_does_not_promise_a_call_of_somebody_who_could_not_be_reached_before(
    tmp_path: Path,
) -> None:
    """P10: what the asking found out about the receivers may have changed when the consent comes."""
    async with on_stage(tmp_path) as cast:
        await asked(cast)
        await cast.arrive(raw.blocked(cast.bente.chat), raw.blocked(cast.karen.chat))
        await cast.anna.press("Ja, med navn")
        card = cast.anna.messages[await live(cast)]
        assert "Ring selv: 00 00 00 12" in card and "Jeg beder nøglepersonen om at ringe til dig" not in card


async def test_asking_twice_is_one_hand_over(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(
            cast,
            "anna > /new\nanna * Mere\nanna * Spørg nøglepersonen\nanna * Ja, bed om at blive ringet op\n"
            "anna * Mere\nanna * Spørg nøglepersonen\nanna - bed om at blive ringet op",
        )
        assert len(await cast.rows("referral")) == 1


# --- buttons that are always valid -------------------------------------------------------------------------------


async def test_a_forged_opening_by_somebody_else_shows_nothing_and_changes_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        for other in (cast.karen, await cast.admit("dorthe", 7013, "key_person", unit="sundhed")):
            await other.press_raw("0:open.r1", 77)
            assert other.transcript().startswith(RESTING)
        stranger = cast.stranger(8888)
        await stranger.press_raw("0:open.r1", 77)
        assert "Henvisning" not in stranger.transcript()
        assert (await cast.row("referral"))["opened"] is None


async def test_the_sender_cannot_open_her_own_referral_as_its_receiver(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await cast.anna.press_raw("0:open.r1", await live(cast))
        assert "Jeg tager den" not in cast.anna.transcript()
        assert (await cast.row("referral"))["opened"] is None


async def test_a_withdrawal_by_somebody_else_does_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await opened(cast)
        for other in (cast.bente, cast.karen, cast.stranger(8888)):
            await other.press_raw("0:withdraw.r1", 77)
            assert "trukket tilbage" not in other.transcript()
        assert (await cast.row("referral"))["close"] == ""


async def test_a_notice_that_is_opened_twice_shows_the_same_card_and_says_seen_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        (notice,) = cast.bente.messages
        await cast.arrive(
            press(cast.bente.chat, "0:open.r1", notice), press(cast.bente.chat, "0:open.r1", notice, id="2")
        )
        await cast.outbox()
        assert "Henvisning r1, gemt 10.00" in cast.bente.screen and len(cast.bente.messages) == 1
        await cast.bente.press("Jeg tager den")
        await cast.bente.press_raw("0:open.r1", notice)
        assert "Du har taget henvisning r1." in cast.bente.screen
        assert len(await cast.rows("session")) == 2


async def test_a_referral_that_was_opened_from_a_notice_nobody_remembers_leaves_no_message_behind(
    tmp_path: Path,
) -> None:
    """The process died between sending and recording, so that one notice stands on a message without a trace."""
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        cast.wire.put(cast.bente.chat, 500, NEUTRAL)
        await cast.bente.press_raw("0:open.r1", 500)
        await cast.outbox()
        assert list(cast.bente.messages) == [await cast.bente.live()]


async def test_taken_twice_is_taken_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await opened(cast)
        data, card = await code(cast.bente, "Jeg tager den"), await cast.bente.live()
        await cast.bente.press_raw(data, card)
        first = await cast.row("referral")
        await cast.bente.press_raw(data, card)
        assert await cast.row("referral") == first
        assert "Du har taget henvisning r1." in cast.bente.screen


@pytest.mark.parametrize("action", ["acute", "resume", "language", "notify", "ask"])
@pytest.mark.parametrize("talking", [True, False], ids=["in a talk", "at rest"])
async def test_every_button_of_the_house_pressed_twice_does_as_it_did_the_first_time(
    tmp_path: Path, action: str, talking: bool
) -> None:
    async with on_stage(tmp_path) as cast:
        if talking:
            await cast.anna.say("/new")
        data = "0:language.da" if action == "language" else f"0:{action}.0"
        await cast.anna.press_raw(data, await live(cast) or 77)
        first = cast.anna.messages[await live(cast)]
        await cast.anna.press_raw(data, await live(cast))
        assert cast.anna.messages[await live(cast)] == first
        assert len(await cast.rows("session")) == (talking or action == "notify")
        assert "level=error" not in cast.log.getvalue()


async def test_withdrawn_twice_is_withdrawn_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        card = cast.anna.find("r1\n")
        await cast.anna.press_raw("0:withdraw.r1", card)
        first = await cast.row("referral")
        cast.later(minutes=1)
        await cast.anna.press_raw("0:withdraw.r1", card)
        assert await cast.row("referral") == first


# --- two conversations in one chat ---------------------------------------------------------------------------------


async def test_a_key_person_in_a_talk_of_her_own_goes_back_to_it_when_the_referral_is_dealt_with(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await play(
            cast,
            """
            bente > /new
            bente * Midt i et møde
            bente * Åbn
            bente * Jeg tager den
            bente * Ikke fået fat i borgeren
            bente * Det lykkedes ikke at få kontakt
            bente < Henvisningen er afsluttet.
            bente * Tilbage til samtalen
            bente < Hvad er anledningen?
            bente * Jeg spørger alle
            bente < Er alt på plads?
            """,
        )


@pytest.mark.parametrize("way", ["gone", "taken", "/stop"])
async def test_from_a_referral_that_cannot_be_dealt_with_she_comes_back_to_her_own_talk_too(
    tmp_path: Path, way: str
) -> None:
    async with on_stage(tmp_path) as cast:
        bodil = await cast.admit("bodil", 7012, "key_person")
        await refer(cast.anna)
        await cast.outbox()
        await play(cast, "bente > /new\nbente * Midt i et møde")
        if way == "/stop":
            await play(cast, "bente * Åbn\nbente > /stop")
        elif way == "gone":
            await play(cast, "anna * Træk tilbage")
            await cast.bente.press_raw("0:open.r1", 77)
        else:
            await bodil.press("Åbn")
            await cast.bente.press("Åbn")
            await bodil.press("Jeg tager den")
            await cast.bente.press("Læg væk")
            await cast.bente.press_raw("0:open.r1", 77)
        await cast.outbox()
        if "Hvad er anledningen?" not in cast.bente.screen:
            await cast.bente.press("Tilbage til samtalen")
        assert "Hvad er anledningen?" in cast.bente.screen


async def test_put_away_it_is_found_again_in_the_inbox_with_its_urgency(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await opened(cast, red_flags=["throat"])
        await play(
            cast,
            """
            bente * Læg væk
            bente < Kortet er lagt væk.
            bente > /inbox
            bente < Der venter 1 henvisning på dig.
            bente * r1 · i dag
            bente * Jeg tager den
            bente > /inbox
            bente * r1 · i dag · din
            bente < Du har taget henvisning r1.
            """,
        )


@pytest.mark.only_on("sqlite")  # elsewhere something else may come between
async def test_the_status_is_shown_by_editing_one_card_and_no_edit_rings(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await accepted(cast)
        sent = [c.text for c in cast.wire.of("sendMessage", cast.anna.chat)]
        assert sent.count(NEUTRAL) == 1
        card = cast.anna.find("r1\n")
        shown = [c.text for c in cast.wire.of("editMessageText", cast.anna.chat)
                 if c.parameters["message_id"] == card]  # fmt: skip
        assert list(dict.fromkeys(each.splitlines()[1] for each in shown)) == [
            "Gemt kl. 10.00. Ikke afleveret endnu.",  # both are on their way at the same time
            "Gemt kl. 10.00. Afleveret, men ikke set endnu.",
            "Bente Bjerregaard har taget den. Ring sammen: 00 00 00 72.",
        ]
