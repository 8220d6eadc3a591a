"""The people of the municipality in a coordinator's hands: listed, corrected, renewed, removed; and what follows."""

from pathlib import Path

import pytest

from bot import buttons, checkup, sweeping, terms
from bot.locales import reading
from bot.storage import invitations, people
from tests import wire as raw
from tests.cast import NEUTRAL, STRANGER, Cast, Person, notices_of, on_stage, play, refer, session_of

CARD_OF_BENTE = "karen > /staff\nkaren * Jobcenter Eksempelby · 3\nkaren * Bente Bjerregaard"


async def test_the_people_stand_by_unit_eight_on_a_page(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        for number in range(9):
            await cast.admit(f"nr{chr(97 + number)}", 7100 + number, "frontline", unit="sundhed")
        await cast.admit("old", 7200, "frontline", unit="nedlagt")
        await cast.karen.say("/staff")
        labels = list(cast.karen.buttons(await cast.karen.live()))
        assert labels == ["Jobcenter Eksempelby · 3", "Sundhedsplejen · 9", "nedlagt · 1", "Akut"]
        await cast.karen.press("Sundhedsplejen · 9")
        assert "Sundhedsplejen, side 1 af 2." in cast.karen.screen
        labels = list(cast.karen.buttons(await cast.karen.live()))
        assert labels == [*(f"Nr{chr(97 + n)} Bjerregaard" for n in range(8)), "Næste side", "Akut"]
        await cast.karen.press("Næste side")
        assert list(cast.karen.buttons(await cast.karen.live())) == [
            "Nri Bjerregaard",
            "Forrige side",
            "Akut",
        ]
        await play(cast, "karen * Forrige side\nkaren < side 1 af 2")


async def test_a_card_tells_what_a_coordinator_needs_and_no_more(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, CARD_OF_BENTE)
        assert cast.karen.screen == (
            "Bente Bjerregaard\nNøgleperson, Jobcenter Eksempelby\nTelefon: 00 00 00 72\n"
            "Har adgang til 24. nov. 2027"
        )
        await play(cast, "bente > /away\nbente * tirs. 1. dec.\n" + CARD_OF_BENTE)
        assert "Meldt fraværende til tirs. 1. dec." in cast.karen.screen


async def test_whoever_was_invited_without_a_name_can_be_found_and_named(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.ask(
            lambda c: people.admit(
                c, cast.house.cipher, chat=7300, role="frontline", unit="voksen", name="", phone="",
                language="da", now=cast.time.now(),
            )
        )  # fmt: skip
        await play(
            cast,
            "karen > /staff\nkaren * Voksne og Handicap · 1\nkaren * Frontmedarbejder nr. 4\n"
            "karen < Telefon: ikke oplyst\nkaren * Ret navn\nkaren < som det skal stå\nkaren > Ingeborg Friis\n"
            "karen < Ingeborg Friis\nkaren * Ret telefon\nkaren > hun har nummer 99999999\n"
            "karen < Det nummer kender jeg ikke\nkaren > 99999999\nkaren < Telefon: +45 99 99 99 99",
        )
        assert not await cast.rows("entry")


async def test_whom_she_was_correcting_may_be_gone_before_she_has_typed(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, CARD_OF_BENTE + "\nkaren * Ret navn")
        number = await cast.bente.id()
        await cast.ask(lambda c: people.remove(c, number, cast.time.now()))
        await play(cast, "karen > Ingeborg Friis\nkaren < Kollegaen har ikke adgang her længere.")
        assert "Ingeborg" not in await cast.everything()


# --- removing ---------------------------------------------------------------------------------------


async def remove(cast: Cast, whom: Person, by: Person | None = None) -> None:
    await (by or cast.karen).press_raw(f"0:removed.{await whom.id()}", 50)


async def test_removing_takes_one_more_press_and_counts_on_the_next_press(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, "bente > /help\n" + CARD_OF_BENTE + "\nkaren * Fjern adgang")
        assert "Skal Bente Bjerregaard ikke have adgang længere?" in cast.karen.screen
        await play(cast, "karen * Nej, behold den\nkaren < Nøgleperson, Jobcenter")
        assert await cast.bente.staff()
        await play(cast, "karen * Fjern adgang\nkaren * Ja, fjern adgangen\nkaren < Adgangen er fjernet")
        await cast.bente.say("/inbox")
        assert cast.bente.screen.startswith(STRANGER)
        await play(cast, "karen > /staff\nkaren - Bente")


async def test_her_menu_and_her_messages_are_taken_away(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.bente.say("/start")
        await cast.quiet()
        assert cast.wire.of("setMyCommands")
        await remove(cast, cast.bente)
        cast.wire.script("deleteMyCommands", raw.too_many(3))
        await cast.outbox()
        cast.later(minutes=2)
        await cast.outbox()
        taken = cast.wire.of("deleteMyCommands")[-1]
        assert taken.parameters["scope"] == {"type": "chat", "chat_id": cast.bente.chat}
        assert cast.bente.messages == {} and not await cast.rows("notice")


async def test_whoever_is_back_before_her_menu_is_taken_away_keeps_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await remove(cast, cast.bente)
        await cast.admit("bente", 7002, "key_person")
        before = len(cast.wire.of("deleteMyCommands"))
        await cast.outbox()
        assert len(cast.wire.of("deleteMyCommands")) == before


async def test_what_waited_for_her_and_what_she_had_taken_goes_to_the_next(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await play(cast, "bente * Åbn\nbente * Jeg tager den")
        await cast.outbox()
        assert "har taget den" in cast.anna.transcript()
        await remove(cast, cast.bente)
        await cast.outbox()
        row = await cast.row("referral")
        assert row["accepted_by"] is None and row["closed"] is None
        assert cast.karen.lock_screen == NEUTRAL
        assert "har taget den" not in cast.anna.transcript(), "nobody is told that it is taken"
        await play(cast, "karen * Åbn\nkaren * Jeg tager den")
        assert (await cast.row("referral"))["accepted_by"] == await cast.karen.id()


async def test_a_colleague_who_was_asked_with_her_is_asked_again(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        dorte = await cast.admit("dorte", 7004, "key_person")
        await refer(cast.anna)
        await cast.outbox()
        await play(cast, "bente * Åbn\nbente * Jeg tager den")
        await cast.outbox()
        assert not [one for one in await notices_of(dorte, "referral") if one.due]
        await remove(cast, cast.bente)
        await cast.outbox()
        assert dorte.lock_screen == NEUTRAL
        await play(cast, "dorte * Åbn\ndorte * Jeg tager den")


async def test_the_date_of_a_plan_is_reminded_of_to_whoever_has_the_case_now(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await play(cast, "bente * Åbn\nbente * Jeg tager den")
        await cast.sql(
            "INSERT INTO work (reference, assessment, tool, plan, span, offer, answer, review)"
            " VALUES ('r1', 'done', '', 'made', '1m', '', '', 1798000000000)"
        )
        await remove(cast, cast.bente)
        await cast.outbox()
        await play(cast, "karen * Åbn\nkaren * Jeg tager den")
        assert [one.reference for one in await notices_of(cast.karen, "review")] == ["r1"]


async def test_what_she_sent_goes_on_without_her_and_her_talk_leaves_its_outcome(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await remove(cast, cast.anna)
        await cast.outbox()
        assert not await cast.rows("session") and len(await cast.rows("outcome")) == 1
        await play(cast, "bente * Åbn\nbente * Jeg tager den")
        assert (await cast.row("referral"))["accepted_by"] == await cast.bente.id()


async def test_a_duty_that_she_leaves_open_is_still_told_of_the_next_morning(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.anna.answer(until="duty", moment="during", mode="told", wish="help", children="yes")
        await remove(cast, cast.anna)
        await cast.outbox()
        assert not cast.anna.messages
        cast.later(days=1)
        await cast.outbox()
        assert cast.karen.lock_screen == NEUTRAL
        await play(
            cast, "karen * Åbn\nkaren < I Jobcenter Eksempelby står ét spørgsmål om underretning stadig åbent"
        )
        cast.later(days=1)
        await cast.outbox()
        assert not cast.anna.messages


async def test_the_last_coordinator_stays_whoever_asks(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        number = await cast.karen.id()
        await cast.karen.press_raw(f"0:remove.{number}", 50)
        assert "Der skal altid være en koordinator." in cast.karen.screen
        await remove(cast, cast.karen)
        assert "Der skal altid være en koordinator." in cast.karen.screen
        assert (await cast.karen.staff()).role == "coordinator"


async def test_two_coordinators_who_remove_each_other_at_once_do_not_both_go(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        boss = await cast.admit("boss", 7009, "coordinator")
        hers, others = await cast.karen.id(), await boss.id()
        await cast.arrive(
            raw.press(cast.karen.chat, f"0:removed.{others}", 50),
            raw.press(boss.chat, f"0:removed.{hers}", 50),
        )
        left = await cast.ask(people.coordinators)
        assert len(left) == 1


async def test_a_coordinator_may_go_herself_where_there_is_another(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.admit("boss", 7009, "coordinator")
        await remove(cast, cast.karen)
        assert cast.karen.screen.startswith(STRANGER)
        assert not cast.karen.buttons(max(cast.karen.messages))


async def test_a_code_does_not_turn_the_last_coordinator_into_something_else(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        for one in ("kode1", "kode2"):
            await cast.ask(
                lambda c, code=one: invitations.invite(
                    c, cast.house.cipher, code=code, role="frontline", unit="jobcenter", name="", phone="",
                    now=cast.time.now(),
                )
            )  # fmt: skip
        await cast.karen.say("/start kode1")
        assert (await cast.karen.staff()).role == "coordinator"
        assert [row["used"] for row in await cast.rows("invitation")] == [None, None]
        await cast.admit("boss", 7009, "coordinator")
        await cast.karen.say("/start kode2")
        assert (await cast.karen.staff()).role == "frontline"


# --- whoever is something else now ------------------------------------------------------------------


async def demoted(cast: Cast, person: Person, role: str = "frontline") -> None:
    code = f"kode{person.chat}"
    await cast.ask(
        lambda c: invitations.invite(
            c, cast.house.cipher, code=code, role=role, unit="jobcenter", name="", phone="",  # type: ignore[arg-type]
            now=cast.time.now(),
        )
    )  # fmt: skip
    await person.say(f"/start {code}")


async def test_a_key_person_who_becomes_frontline_gives_up_what_she_had_taken(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await play(cast, "bente * Åbn\nbente * Jeg tager den")
        reference = await cast.reference()
        await demoted(cast, cast.bente)
        assert (await cast.row("referral"))["accepted_by"] is None
        assert await session_of(cast.bente, reference) is None
        await cast.outbox()
        assert cast.karen.lock_screen == NEUTRAL
        for data in (f"0:open.{reference}", "0:undo.1", "2:contact.reached", "1:take.accept"):
            await cast.bente.press_raw(data, await cast.bente.live())
            assert "Henvisning" not in cast.bente.screen and "00 00 00 71" not in cast.bente.screen
        assert (await cast.row("referral"))["accepted_by"] is None
        await cast.bente.say("/inbox")
        assert "Der venter ikke noget på dig." in cast.bente.screen


@pytest.mark.parametrize("press", ["take.accept", "take.pass_on"])
async def test_a_card_that_is_still_before_her_does_nothing_for_a_frontline_employee(
    tmp_path: Path, press: str
) -> None:
    """Only her row is changed here, as if everything else had been missed."""
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await cast.bente.press("Åbn")
        await cast.sql("UPDATE staff SET role = 'frontline' WHERE id = 2")
        await cast.bente.press(press)
        row = await cast.row("referral")
        assert row["accepted_by"] is None and "En anden har taget" in cast.bente.screen
        await play(cast, "bente * Akut\nbente < 112")
        assert [one.code for one in await notices_of(cast.bente, "referral")] == [""]


async def test_emergency_help_stands_on_that_card_as_on_every_other(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await cast.bente.press("Åbn")
        await cast.sql("UPDATE staff SET role = 'frontline' WHERE id = 2")
        await play(cast, "bente * Akut\nbente < 112")


async def test_a_step_in_a_case_does_nothing_for_a_frontline_employee(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await play(cast, "bente * Åbn\nbente * Jeg tager den")
        await cast.sql("UPDATE staff SET role = 'frontline' WHERE id = 2")
        live = await cast.bente.live()
        undo = next(data for data in cast.bente.buttons(live).values() if ":undo." in data)
        await cast.bente.press("contact.reached")
        await cast.bente.press_raw(undo, live)
        row = await cast.row("referral")
        assert row["reached"] is None and row["accepted_by"] == 2, "neither reached nor given back"


async def test_nobody_takes_a_referral_that_she_was_not_asked_about(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        other = await cast.admit("other", 7005, "key_person", unit="voksen")
        await refer(cast.anna)
        await cast.outbox()
        reference = await cast.reference()
        for data in (f"0:open.{reference}", "1:take.accept", "0:undo.1", f"0:withdraw.{reference}"):
            await other.press_raw(data, 50)
            assert "Skriv /new" in other.screen
        row = await cast.row("referral")
        assert row["accepted_by"] is None and row["closed"] is None


async def test_who_is_no_coordinator_any_more_is_told_nothing_that_only_they_are_told(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.admit("boss", 7009, "coordinator")
        await cast.sql(
            "INSERT INTO notice (kind, staff, reference, due, attempts, message, code)"
            " VALUES ('nowhere', 3, 'nowhere', 0, 0, 0, ''), ('lapsing', 3, 'person2', 0, 0, 0, '')"
        )
        await cast.sql("UPDATE staff SET role = 'key_person' WHERE id = 3")
        await cast.outbox()
        assert not cast.karen.messages
        await cast.sql(
            "INSERT INTO notice (kind, staff, reference, due, attempts, message, code)"
            " VALUES ('nowhere', 3, 'nowhere', NULL, 0, 50, ''),"
            " ('lapsing', 3, 'person2', NULL, 0, 50, '')"
        )
        for reference in ("nowhere", "person2"):
            await cast.karen.press_raw(f"0:open.{reference}", 50)
            assert "Skriv /new" in cast.karen.screen
        await cast.sql("UPDATE staff SET role = 'coordinator' WHERE id = 3")
        await demoted(cast, cast.karen, "key_person")
        assert [one.kind for one in await notices_of(cast.karen)] == []


ANY_REFERENCE = (
    "r1",
    "1",
    "3",
    "0",
    "99999999",
    "person1",
    "personx",
    "nowhere",
    "da",
    "d1",
    "name",
    "deputyx",
    "x" * 32,
)


async def test_every_button_with_any_reference_is_answered_and_nobody_gets_what_is_not_hers(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        other = await cast.admit("other", 7005, "key_person", unit="voksen")
        below = await cast.admit("below", 7006, "frontline", unit="voksen")
        tried = 0
        for action in buttons._ACTIONS:
            for reference in ANY_REFERENCE:
                for one in (other, below, cast.stranger(8888)):
                    await cast.arrive(raw.press(one.chat, f"0:{action}.{reference}", 50))
                    tried += 1
        assert "handling_failed" not in cast.log.getvalue()
        row = await cast.row("referral")
        assert (row["accepted_by"], row["closed"], row["opened"]) == (None, None, None)
        assert not await cast.rows("invitation") and not await cast.rows("entry")
        assert [one["removed"] for one in await cast.rows("staff")] == [None] * 5
        for one in (other, below):
            assert "00 00 00 7" not in one.transcript() and "Bjerregaard" not in one.transcript()
        assert tried == len(buttons._ACTIONS) * len(ANY_REFERENCE) * 3 > 800


async def test_a_coordinators_every_button_with_any_reference_is_answered(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        for action in buttons._ACTIONS:
            for reference in ANY_REFERENCE:
                await cast.arrive(raw.press(cast.karen.chat, f"0:{action}.{reference}", 50))
        assert "handling_failed" not in cast.log.getvalue()
        assert (await cast.karen.staff()).role == "coordinator"


# --- how long ---------------------------------------------------------------------------------------


async def passes(cast: Cast, **time: float) -> None:
    """Time, and what the house does by itself meanwhile."""
    cast.later(**time)
    await sweeping.Sweep(cast.house).look()
    await cast.outbox()


async def test_an_admission_ends_from_one_moment_to_the_next_without_any_job(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        cast.later(days=364, hours=23)
        await play(cast, "anna > /new\nanna < Hvornår bruger du mig?")
        cast.later(hours=1)
        await cast.anna.press_raw("1:moment.during", 50)
        assert cast.anna.screen.startswith(STRANGER)
        assert {row["role"] for row in await cast.rows("staff") if row["removed"] is None} == {"coordinator"}


async def test_whose_admission_is_over_is_asked_about_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        cast.later(days=364)
        await cast.admit("anna", 7001, "frontline")
        cast.later(days=1)
        await refer(cast.anna)
        await cast.outbox()
        assert not cast.bente.messages and cast.karen.lock_screen == NEUTRAL


async def test_what_she_had_taken_goes_to_the_next_when_her_admission_ends(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        cast.later(days=364)
        await cast.admit("anna", 7001, "frontline")
        await refer(cast.anna)
        await cast.outbox()
        await play(cast, "bente * Åbn\nbente * Jeg tager den")
        await cast.outbox()
        cast.later(days=1)
        await cast.outbox()
        row = await cast.row("referral")
        assert row["accepted_by"] is None and cast.karen.lock_screen == NEUTRAL
        await play(cast, "karen * Åbn\nkaren * Jeg tager den")


async def test_the_coordinators_hear_of_it_a_fortnight_before_one_at_a_time(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        boss = await cast.admit("boss", 7009, "coordinator")
        await passes(cast, days=351, minutes=-1)
        assert not cast.karen.messages
        await passes(cast, minutes=1)
        await passes(cast, minutes=1)
        assert cast.karen.lock_screen == boss.lock_screen == NEUTRAL
        assert len(await notices_of(cast.karen, terms.LAPSING)) == 1, "one at a time"
        await cast.karen.press("Åbn")
        assert "Anna Bjerregaard\nFrontmedarbejder" in cast.karen.screen
        await cast.karen.press("Forny adgang")
        assert "Har adgang til 9. nov. 2028" in cast.karen.screen
        assert not [one for one in await notices_of(boss, terms.LAPSING) if one.reference == "person1"]
        await passes(cast, minutes=1)
        found = {one.reference for one in await notices_of(cast.karen, terms.LAPSING)}
        assert found == {"person2"}


@pytest.mark.parametrize("language", ["da", "en"])
async def test_the_longest_of_these_cards_is_short_enough_for_a_telephone(
    tmp_path: Path, language: str
) -> None:
    async with on_stage(tmp_path, words=reading.load()) as cast:
        cast.later(days=352)
        number = await cast.karen.id()
        await cast.ask(lambda c: people.set_language(c, number, language))
        await cast.ask(
            lambda c: people.correct(c, cast.house.cipher, number, name="Å" * 60, phone="+45 99 99 99 99")
        )
        longest = 0
        for data in (f"0:{deed}.{number}" for deed in ("person", "remove", "name", "phone")):
            await cast.karen.press_raw(data, 50)
            longest = max(longest, len(cast.karen.screen))
        for command in ("/help", "/staff", "/invite", "/start"):
            await cast.karen.say(command)
            longest = max(longest, len(cast.karen.screen))
        assert 400 < longest < 800


async def test_the_list_shows_whose_admission_ends_soon(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        cast.later(days=352)
        await cast.admit("anna", 7001, "frontline")
        await play(cast, "karen > /staff\nkaren * Jobcenter Eksempelby · 3")
        labels = list(cast.karen.buttons(await cast.karen.live()))
        assert {"Anna Bjerregaard", "Bente Bjerregaard · udløber snart"} < set(labels)


async def test_in_the_last_fortnight_she_is_told_herself(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        cast.later(days=351, minutes=-1)
        await play(cast, "anna > /help\nanna - Din adgang")
        cast.later(minutes=1)
        await play(
            cast, "anna > /help\nanna < Din adgang her udløber ons. 24. nov.\nanna > /start\nanna < udløber"
        )
        await cast.karen.press_raw("0:renew.1", 50)
        await cast.anna.say("/help")
        assert "Din adgang" not in cast.anna.screen


async def test_renewing_sets_it_anew(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        cast.later(days=364)
        await cast.karen.press_raw("0:renew.1", 50)
        cast.later(days=364)
        assert await cast.anna.staff()
        cast.later(days=1)
        await cast.anna.say("/help")
        assert cast.anna.screen.startswith(STRANGER)


async def test_nobody_renews_her_own_admission_but_the_last_coordinator_who_stays_in_any_case(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        boss = await cast.admit("boss", 7009, "coordinator")
        await cast.karen.press_raw("0:renew.3", 50)
        assert "Din egen adgang fornyer en anden koordinator." in cast.karen.screen
        cast.later(days=366)
        await cast.karen.say("/staff")
        assert cast.karen.screen.startswith(STRANGER), "who was admitted first went first"
        assert (await boss.staff()).role == "coordinator"
        await play(cast, "boss > /help\nboss < Din adgang her udløber")
        await boss.press_raw(f"0:renew.{await boss.id()}", 50)
        assert "Har adgang til" in boss.screen
        await boss.say("/help")
        assert "Din adgang her udløber" not in boss.screen


async def test_doctor_says_that_the_last_coordinators_admission_is_over(tmp_path: Path) -> None:
    from bot import preparing
    from tests.cast import CONTENT, TOWN

    async with on_stage(tmp_path) as cast:
        prepared = preparing.Prepared(None, TOWN, CONTENT, cast.house.words, cast.db, cast.house.cipher)  # type: ignore[arg-type]
        said = await cast.ask(lambda c: checkup.rosters(c, prepared, cast.time.now()))
        assert not [one for one in said if "coordinator" in one]
        cast.later(days=365)
        said = await cast.ask(lambda c: checkup.rosters(c, prepared, cast.time.now()))
        assert [one for one in said if one.startswith("the admission of coordinator number 3 is over")]
        assert "unit 'jobcenter' has no key person who can be reached" in said
