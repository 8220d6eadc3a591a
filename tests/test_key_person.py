"""The key person's work, from taking a case to its honest closing: nothing is lost when she puts it away, every step
can be undone for ten minutes, and the employee is told what is so."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from bot import days
from bot.worktime import Hours
from tests import wire as raw
from tests.cast import NEUTRAL, NOTHING_MORE, Cast, notices_of, on_stage, play, refer

UNDO = "Fortryd det sidste"
TOO_LATE = "Det kan ikke fortrydes mere"

# Each step in its order: what is pressed, the code that is stored with it and where, and the question that comes next.
STEPS = [
    ("Jeg tager den", "referral", "accepted_by", 2, "Hvad kom der ud af det?"),
    ("Jeg har talt med borgeren", "referral", "contact", "reached", "Er risikovurderingen lavet?"),
    ("Ja, den er lavet", "work", "assessment", "done", "Hvilket redskab er brugt?"),
    ("PATRIARK", "work", "tool", "patriark", "Er der lavet en sikkerhedsplan?"),
    ("Ja, der er en plan", "work", "plan", "", "Hvornår skal I se på planen igen?"),
    ("Om to uger", "work", "plan", "made", "Hvad tilbyder du borgeren?"),
    ("Gruppeforløb", "work", "offer", "group", "Hvad siger borgeren til tilbuddet?"),
    ("Ja tak", "work", "answer", "accepted", "Hvordan slutter den?"),
    ("Hjælpen er gennemført", "referral", "close", "completed", "Henvisningen er afsluttet."),
]
STORED = [step for step in STEPS if step[0] != "Ja, der er en plan"]
PUT_AWAY = [step for step in STEPS[:-1] if step[0] != "Ja, der er en plan"]
NAMES = [step[0] for step in STORED]


async def case(cast: Cast, upto: str = "", **facts: Any) -> None:
    """Anna has referred and ended her talk; Bente has opened it, and done everything up to and with a step."""
    await refer(cast.anna, **facts)
    await cast.outbox()
    await cast.anna.answer(**{key: value for key, value in facts.items() if key != "consent"})
    await cast.bente.press("Åbn")
    for label, *_ in STEPS if upto else ():
        await cast.bente.press(label)
        if label == upto:
            break
    await cast.outbox()


async def rows(cast: Cast) -> Any:
    """What a step may change; nobody's clock, no message."""
    work = [row for row in await cast.rows("work") if any(row[key] for key in row if key != "reference")]
    asked = sorted((n["staff"], n["code"]) for n in await cast.rows("notice") if n["kind"] == "referral")
    due = sorted((n["staff"], n["due"]) for n in await cast.rows("notice") if n["kind"] == "review")
    return await cast.rows("referral"), work, await cast.rows("outcome"), asked, due


async def told(cast: Cast) -> str:
    await cast.outbox()
    return cast.anna.messages[cast.anna.find("r1\n")]


# --- the whole way ----------------------------------------------------------------------------------------------


async def test_the_whole_way_to_completed_leaves_codes_alone_and_the_outcome_says_what_was_done(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast)
        for label, table, column, stored, shown in STEPS:
            await cast.bente.press(label)
            assert shown in cast.bente.screen
            if stored:
                assert (await cast.row(table))[column] == stored
        row = await cast.row("outcome")
        assert (row["accepted"], row["reached"], row["offer"], row["answer"], row["close"]) == (
            *(1, 1, "group", "accepted"),
            "completed",
        )
        work = await cast.row("work")
        assert {key: value for key, value in work.items() if key != "review"} == {
            "reference": "r1", "assessment": "done", "tool": "patriark", "plan": "made", "span": "2w",
            "offer": "group", "answer": "accepted",
        }  # fmt: skip
        assert work["review"] == datetime(2026, 12, 8, 7, 0, tzinfo=UTC), "eight o'clock, in two weeks"


async def test_the_outcome_has_the_offer_and_the_answer_as_they_happen(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, upto="Gruppeforløb")
        assert ((await cast.row("outcome"))["offer"], (await cast.row("outcome"))["answer"]) == ("group", "")
        await cast.bente.press("Vil tænke over det")
        assert (await cast.row("outcome"))["answer"] == "later"


async def test_the_group_comes_with_its_criteria_and_no_tool_with_its_points(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, upto="Ja, den er lavet")
        await play(cast, "bente < Kun navnet. Svar og resultat bliver i fagsystemet.")
        await play(cast, "bente * SARA\nbente * Nej, ikke nødvendig nu")
        for criterion in ("i målgruppen", "klar til at høre andres historier", "passer sammen med"):
            assert criterion in cast.bente.screen


async def test_without_an_offer_no_answer_is_asked_for(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, upto="Jeg har talt med borgeren")
        await play(cast, f"{NOTHING_MORE}\nbente < Hvordan slutter den?")
        row = await cast.row("outcome")
        assert (row["offer"], row["answer"]) == ("none", "")


async def test_whoever_passes_it_on_says_why_and_may_think_again(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast)
        await play(cast, "bente * Giv den videre\nbente < Hvad er grunden?\nbente * Tilbage")
        assert "Givet videre" not in await told(cast)
        await play(cast, "bente * Giv den videre\nbente * Jeg kender dem, det handler om")
        await play(cast, "bente < Du har givet den videre.\npost")
        assert cast.karen.lock_screen == NEUTRAL
        assert "Givet videre og ikke taget endnu." in await told(cast)
        assert "conflict" not in await cast.everything(), "why is hers"


# --- put away and found again -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("label", "shown"), [(step[0], step[4]) for step in PUT_AWAY])
async def test_put_away_after_any_step_it_is_found_again_at_the_next_question(
    tmp_path: Path, label: str, shown: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, upto=label)
        await play(cast, "bente * Læg væk\nbente < Kortet er lagt væk.\nbente > /inbox\nbente * r1 · din")
        assert shown in cast.bente.screen


@pytest.mark.parametrize(
    ("upto", "label", "asked"),
    [
        ("Jeg har talt med borgeren", "Den er aftalt", "Er risikovurderingen lavet?"),
        ("Jeg har talt med borgeren", "Ikke nået endnu", "Er risikovurderingen lavet?"),
        ("Gruppeforløb", "Vil tænke over det", "Hvad siger borgeren til tilbuddet?"),
    ],
)
async def test_what_is_not_settled_yet_is_asked_about_again(
    tmp_path: Path, upto: str, label: str, asked: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, upto=upto)
        await play(
            cast, f"bente * {label}\nbente * Læg væk\nbente > /inbox\nbente * r1 · din\nbente < {asked}"
        )


async def test_a_plan_that_was_not_needed_before_the_risk_was_assessed_is_asked_about_after(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, upto="Jeg har talt med borgeren")
        await play(cast, "bente * Den er aftalt\nbente * Nej, ikke nødvendig nu\nbente * Ikke noget nu")
        await play(
            cast, "bente * Læg væk\nbente > /inbox\nbente * r1 · din\nbente < Sidst var risikovurderingen"
        )
        await play(cast, "bente * Ja, den er lavet\nbente * DASH\nbente < Er der lavet en sikkerhedsplan?")
        await play(cast, "bente * Nej, ikke nødvendig nu\nbente < Hvordan slutter den?")


# --- a plan has a date --------------------------------------------------------------------------------------------


async def test_there_is_no_plan_without_a_date(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, upto="Ja, der er en plan")
        assert ((await cast.row("work"))["plan"], (await cast.row("work"))["review"]) == ("", None)
        await play(cast, "bente * Læg væk\nbente > /inbox\nbente * r1 · din")
        assert "Er der lavet en sikkerhedsplan?" in cast.bente.screen, (
            "not the date of a plan that is not stored"
        )
        await play(cast, "bente * Ja, der er en plan\nbente * Om en uge")
        work = await cast.row("work")
        assert (work["plan"], work["review"]) == ("made", datetime(2026, 12, 1, 7, 0, tzinfo=UTC))


async def test_she_is_reminded_on_the_working_day_before_and_asked_about_the_plan_again(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, upto="Ja tak")
        assert "Sikkerhedsplanen: tirs. 8. dec. ser I på den igen" in cast.bente.screen
        await cast.bente.press("Læg væk")
        (notice,) = await notices_of(cast.bente, "review")
        assert notice.due == datetime(2026, 12, 7, 7, 0, tzinfo=UTC), "Monday, when work begins"
        cast.later(days=12, hours=21, minutes=59)
        await cast.outbox()
        assert NEUTRAL not in cast.bente.messages.values()
        cast.later(minutes=1)
        await cast.outbox()
        assert list(cast.bente.messages.values()) == [NEUTRAL]
        rang = cast.wire.of("sendMessage", cast.bente.chat)[-1]
        assert rang.parameters["disable_notification"] is False
        await play(
            cast,
            """
            bente * Åbn
            bente < Det er tid til at se på sikkerhedsplanen igen.
            bente * Ja, der er en plan
            bente * Om en måned
            bente < Sikkerhedsplanen:
            """,
        )
        assert NEUTRAL not in cast.bente.messages.values()
        assert (await cast.row("work"))["review"] == datetime(2027, 1, 7, 7, 0, tzinfo=UTC)
        (again,) = await notices_of(cast.bente, "review")
        assert again.due == datetime(2027, 1, 6, 7, 0, tzinfo=UTC)


async def test_a_case_that_is_closed_reminds_nobody(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, upto="Hjælpen er gennemført")
        assert not await notices_of(cast.bente)
        await cast.quarter()
        cast.later(days=20)
        await cast.outbox()
        assert cast.bente.messages == {}


async def test_a_case_that_is_called_back_reminds_nobody_of_its_plan(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, upto="Om to uger")
        await cast.anna.press("Træk tilbage")
        assert not await notices_of(cast.bente, "review")
        assert not await cast.rows("step"), "and nothing of it can be undone"


# --- advice, and nobody reached -------------------------------------------------------------------------------------


async def test_advice_without_a_name_never_asks_about_the_citizen(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, consent="anonymous")
        await play(
            cast,
            """
            bente * Jeg tager den
            bente * Jeg har talt med kollegaen
            bente < Hvordan slutter den?
            bente * Rådet er givet
            """,
        )
        assert not await cast.rows("work")
        row = await cast.row("outcome")
        assert (row["offer"], row["answer"], row["close"]) == ("", "", "completed")


async def test_whoever_says_no_is_still_asked_about_the_risk_and_is_offered_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, upto="Jeg tager den")
        await play(cast, "bente * Borgeren siger nej tak\nbente < Er risikovurderingen lavet?")
        await play(cast, "bente * Borgeren vil ikke\nbente < Hvordan slutter den?")


async def test_not_reached_on_a_case_for_today_tells_the_employee_to_ring(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, upto="Jeg tager den", red_flags=["throat"])
        await play(
            cast, "bente * Ikke fået fat i borgeren\nbente < siger jeg det til din kollega med det samme"
        )
        assert (await cast.row("work"))["assessment"] == "not_reached"
        before = len(cast.wire.of("sendMessage", cast.anna.chat))
        await play(cast, "bente * Det lykkedes ikke at få kontakt\nbente < Din kollega får at vide nu")
        assert "Afsluttet uden kontakt. Vent ikke på mig: ring 00 00 00 12." in await told(cast)
        rang = cast.wire.of("sendMessage", cast.anna.chat)[before:]
        assert [(c.text, c.parameters["disable_notification"]) for c in rang] == [(NEUTRAL, False)]
        await cast.anna.press("Åbn")
        assert "ring 00 00 00 12" in cast.anna.screen and "1888" in cast.anna.screen


async def test_not_reached_on_a_case_that_can_wait_is_closed_quietly(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, upto="Jeg tager den")
        await play(cast, "bente * Ikke fået fat i borgeren\nbente - med det samme")
        await play(cast, "bente * Det lykkedes ikke at få kontakt")
        assert "Afsluttet." in await told(cast) and "Vent ikke" not in await told(cast)
        assert not await notices_of(cast.anna, "failed")


# --- undoing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", NAMES)
async def test_a_step_that_is_undone_leaves_everything_as_it_was_before(tmp_path: Path, label: str) -> None:
    async with on_stage(tmp_path) as cast:
        bodil = await cast.admit("bodil", 7012, "key_person")
        number = [step[0] for step in STEPS].index(label)
        await case(cast, upto=STEPS[number - 1][0] if number else "")
        before, screen = await rows(cast), cast.bente.screen
        status = await told(cast)
        await cast.bente.press(label)
        assert await rows(cast) != before
        cast.later(minutes=9, seconds=59)
        await cast.outbox()
        if await cast.rows("session"):  # a case that is closed has no details left to cover
            await cast.bente.uncover()
        await cast.bente.press(UNDO)
        assert cast.bente.toast == "Fortrudt. Det er, som det var før."
        assert await rows(cast) == before
        assert await told(cast) == status
        # A plan's date is asked for with the plan, and is undone with it.
        shown = "Er der lavet en sikkerhedsplan?" if label == "Om to uger" else screen
        assert shown.splitlines()[0] in cast.bente.screen
        assert (NEUTRAL in bodil.messages.values()) == (label == "Jeg tager den"), "she is asked as before"
        await cast.bente.press("Ja, der er en plan" if label == "Om to uger" else label)


@pytest.mark.parametrize("label", NAMES)
async def test_after_ten_minutes_it_is_too_late_and_she_is_told_so_kindly(tmp_path: Path, label: str) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, upto=label)
        after = await rows(cast)
        cast.later(minutes=10)
        await cast.bente.press(UNDO)
        assert TOO_LATE in cast.bente.screen
        assert await rows(cast) == after


async def test_the_button_goes_when_the_ten_minutes_have_gone(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, upto="PATRIARK")
        cast.later(minutes=10)
        await play(cast, "bente * Læg væk\nbente > /inbox\nbente * r1 · din\nbente < sikkerhedsplan")
        assert UNDO not in cast.bente.buttons(await cast.bente.live())


async def test_step_after_step_is_undone_back_to_the_card_that_was_not_taken(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast)
        fresh = await rows(cast)
        for label, *_ in STEPS:
            await cast.bente.press(label)
        for _ in STORED:
            await cast.bente.press(UNDO)
        assert await rows(cast) == fresh
        assert "Jeg tager den" in cast.bente.buttons(await cast.bente.live())
        assert UNDO not in cast.bente.buttons(await cast.bente.live())
        assert not await cast.rows("step")
        await cast.bente.press("Jeg tager den")
        assert "Bente Bjerregaard har taget den." in await told(cast)


async def test_the_same_undo_pressed_twice_undoes_one_step(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, upto="PATRIARK")
        data, card = cast.bente.buttons(await cast.bente.live())[UNDO], await cast.bente.live()
        await cast.arrive(
            raw.press(cast.bente.chat, data, card), raw.press(cast.bente.chat, data, card, id="2")
        )
        work = await cast.row("work")
        assert (work["assessment"], work["tool"]) == ("done", "")
        assert "Hvilket redskab er brugt?" in cast.bente.screen


async def test_an_undo_of_somebody_elses_step_or_of_none_changes_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        bodil = await cast.admit("bodil", 7012, "key_person")
        await case(cast, upto="PATRIARK")
        before = await rows(cast)
        (last,) = [row["id"] for row in await cast.rows("step") if row["what"] == "tool"]
        for person in (cast.anna, bodil, cast.karen, cast.stranger(8888)):
            await person.press_raw(f"0:undo.{last}", 77)
        for odd in ("0:undo.999", "0:undo.r1", "0:undo.99999999999999999999999"):
            await cast.bente.press_raw(odd, await cast.bente.live())
        assert await rows(cast) == before
        assert "level=error" not in cast.log.getvalue()


async def test_a_case_that_was_called_back_cannot_be_brought_back_by_undoing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, upto="Jeg har talt med borgeren")
        data = cast.bente.buttons(await cast.bente.live())[UNDO]
        await cast.anna.press("Træk tilbage")
        await cast.bente.press_raw(data, await cast.bente.live())
        assert (await cast.row("referral"))["close"] == "sent_in_error"
        assert "Trukket tilbage." in await told(cast)


async def test_a_closing_without_contact_that_is_undone_no_longer_tells_the_employee_to_ring(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, upto="Jeg tager den", red_flags=["throat"])
        await play(cast, "bente * Ikke fået fat i borgeren\nbente * Det lykkedes ikke at få kontakt\npost")
        await cast.bente.press(UNDO)
        assert "Bente Bjerregaard har taget den." in await told(cast)
        assert NEUTRAL not in cast.anna.messages.values() and not await notices_of(cast.anna, "failed")
        await cast.quarter()
        assert "Bente Bjerregaard har taget den." in await told(cast)


async def test_a_case_that_becomes_more_urgent_after_an_undone_closing_tells_her(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await play(cast, "bente * Åbn\nbente * Jeg tager den\nbente * Jeg har talt med borgeren")
        await play(cast, f"{NOTHING_MORE}\nbente * Hjælpen er gennemført\nbente * {UNDO}")
        await play(cast, "anna * Mere\nanna * Ære eller social kontrol, også i tvivl\npost")
        assert NEUTRAL in cast.bente.messages.values()


async def test_nothing_on_the_hidden_screen_tells_of_undoing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, upto="PATRIARK")
        await cast.bente.press("Skjul")
        assert list(cast.bente.buttons(await cast.bente.live())) == [
            *("Dagsorden", "Lokale", "Bilag", "Telefonliste")
        ]


async def test_back_does_not_cross_what_is_stored_and_says_how_it_is_undone(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await case(cast, upto="PATRIARK")
        await cast.bente.press("Tilbage")
        assert cast.bente.toast.startswith("Det er gemt.") and "Fortryd" in cast.bente.toast
        assert (await cast.row("work"))["tool"] == "patriark"


# --- two key persons ------------------------------------------------------------------------------------------------


async def test_the_one_who_lost_sees_so_and_gets_it_again_when_the_other_undoes_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        bodil = await cast.admit("bodil", 7012, "key_person")
        await refer(cast.anna)
        await cast.outbox()
        await play(cast, "bente * Åbn\nbodil * Åbn\nbente * Jeg tager den\nbodil * Jeg tager den")
        assert "En anden har taget henvisningen." in bodil.screen
        assert UNDO not in bodil.buttons(await bodil.live()), "it is not hers to undo"
        await play(cast, f"bente * {UNDO}\npost\nbodil ! {NEUTRAL}\nbodil * Åbn\nbodil * Jeg tager den")
        assert "Bodil Bjerregaard har taget den." in await told(cast)
        await cast.bente.press("Jeg tager den")
        assert "En anden har taget henvisningen." in cast.bente.screen


# --- days -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "span", "day"),
    [
        (date(2026, 11, 24), "1w", date(2026, 12, 1)),
        (date(2026, 11, 28), "1w", date(2026, 12, 7)),  # a Saturday; the next working day
        (date(2026, 12, 11), "2w", date(2026, 12, 28)),  # Christmas Day, and the days after
        (date(2027, 1, 31), "1m", date(2027, 3, 1)),  # the last of February is a Sunday
        (date(2026, 11, 30), "3m", date(2027, 3, 1)),
        (date(2027, 2, 24), "1m", date(2027, 3, 24)),
        (date(2027, 2, 25), "1m", date(2027, 3, 30)),  # Maundy Thursday to Easter Monday
    ],
)
def test_a_plan_is_looked_at_again_on_a_working_day(today: date, span: str, day: date) -> None:
    assert days.review_day(today, span) == day


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 12, 8), date(2026, 12, 7)),
        (date(2026, 12, 7), date(2026, 12, 4)),
        (date(2026, 12, 28), date(2026, 12, 24)),
    ],
)
def test_the_working_day_before_passes_by_the_days_on_which_nobody_works(day: date, before: date) -> None:
    assert days.working_day_before(day) == before


def test_the_sixth_working_day_after_passes_by_them_too() -> None:
    assert days.working_days_after(date(2026, 11, 24), 6) == date(2026, 12, 2)
    assert days.working_days_after(date(2026, 11, 28), 6) == date(2026, 12, 7)
    assert days.working_days_after(date(2027, 3, 24), 6) == date(2027, 4, 6)


def test_work_begins_when_the_municipality_opens_and_at_eight_where_it_does_not_say() -> None:
    hours = Hours({1: (time(9, 30), time(15))}, "Europe/Copenhagen")
    assert hours.opens(date(2026, 12, 8)) == datetime(2026, 12, 8, 8, 30, tzinfo=UTC)
    assert hours.opens(date(2026, 12, 9)) == datetime(2026, 12, 9, 7, tzinfo=UTC)


# --- the authority's own deadlines ------------------------------------------------------------------------------------


async def test_the_authoritys_two_deadlines_are_computed_and_told_apart_from_her_own(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/duty")
        await cast.anna.answer(until="duty", children="yes")
        await cast.anna.press("Hvorfor")
        assert "kommunens frister 24 timer til at vurdere (ons. 25. nov. 10.00)" in cast.anna.screen
        assert "6 hverdage til at kvittere (ons. 2. dec.). Din egen er straks." in cast.anna.screen
