"""Somebody is removed: what waited for her goes on, nothing more reaches her, and what was known of her goes."""

from pathlib import Path

from bot import leaving, probing, terms
from bot.storage import people
from bot.storage.purge import blank, purge
from bot.storage.types import BLANK
from tests.cast import NEUTRAL, STRANGER, Cast, Person, finish, notices_of, on_stage, play, refer


async def leaves(person: Person) -> int | None:
    one = await person.staff()
    cast = person.cast
    count: int | None = await cast.ask(lambda c: leaving.leave(c, cast.house, one, cast.time.now()))
    await cast.outbox()
    return count


async def asked(cast: Cast) -> dict[int, str]:
    """Who was asked, and with which answer."""
    return {row["staff"]: row["code"] for row in await cast.rows("notice") if row["kind"] == "referral"}


async def test_what_she_had_taken_is_offered_to_those_who_were_asked_beside_her(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        dorte = await cast.admit("dorte", 7009, "key_person")
        await refer(cast.anna)
        await cast.outbox()
        await cast.bente.press("Åbn")
        await cast.bente.press("take.accept")
        await cast.outbox()
        number = await dorte.id()
        assert (await cast.row("referral"))["accepted_by"] and (await asked(cast))[number] == "taken"
        assert await leaves(cast.bente) == 1
        row = await cast.row("referral")
        assert (row["accepted_by"], row["accepted"], row["contact"]) == (None, None, "")
        assert await asked(cast) == {number: ""}
        assert not await cast.rows("step")
        assert dorte.lock_screen == NEUTRAL
        await dorte.press("Åbn")
        await dorte.press("take.accept")
        assert (await cast.row("referral"))["accepted_by"] == number


async def test_what_was_reached_in_a_case_is_reached_anew_by_whoever_takes_it_over(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await play(cast, "bente * Åbn\nbente * take.accept\nbente * contact.reached")
        before = await cast.row("referral")
        assert before["contact"] == "reached"
        await leaves(cast.bente)
        after = await cast.row("referral")
        assert (after["contact"], after["reached"]) == ("", before["reached"])


async def test_what_waits_for_her_goes_to_the_next_ring_and_the_employee_hears_the_truth(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        assert await asked(cast) == {await cast.bente.id(): ""}
        await leaves(cast.bente)
        assert await asked(cast) == {await cast.karen.id(): ""}
        assert cast.karen.lock_screen == NEUTRAL


async def test_where_nobody_is_left_the_employee_is_told_to_ring_herself(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.sql("UPDATE staff SET blocked = true WHERE role = 'coordinator'")
        await refer(cast.anna)
        await cast.outbox()
        await leaves(cast.bente)
        assert [notice.kind for notice in await notices_of(cast.anna, "failed")] == ["failed"]


async def test_what_others_are_asked_about_still_waits_for_them_with_no_more_time(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        dorte = await cast.admit("dorte", 7009, "key_person")
        await refer(cast.anna)
        await cast.outbox()
        await cast.sql("UPDATE watch SET steps = 0")
        watched = await cast.row("watch")
        cast.later(minutes=5)
        await leaves(cast.bente)
        assert await asked(cast) == {await dorte.id(): ""}
        assert (await cast.row("watch"))["asked"] == watched["asked"]


async def test_what_she_has_sent_goes_on_without_her_and_tells_her_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await finish(cast.anna)
        await cast.outbox()
        sent = len(cast.wire.of("sendMessage", cast.anna.chat))
        await leaves(cast.anna)
        assert cast.anna.messages == {}
        await play(cast, "bente * Åbn\nbente * take.accept\npost")
        cast.later(days=2)
        await cast.outbox()
        assert (await cast.row("referral"))["accepted_by"] == await cast.bente.id()
        assert len(cast.wire.of("sendMessage", cast.anna.chat)) == sent


async def test_nobody_takes_what_she_has_sent_and_the_next_is_asked_all_the_same(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await leaves(cast.anna)
        cast.later(days=3)
        await cast.outbox()
        assert set(await asked(cast)) == {await cast.bente.id(), await cast.karen.id()}


async def test_her_conversation_is_counted_and_a_duty_that_she_left_open_is_told_to_the_coordinators(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/duty")
        await cast.anna.answer(until="duty", children="yes", signs=("child_told",))
        await leaves(cast.anna)
        assert len(await cast.rows("outcome")) == 1
        assert await cast.rows("session") == []
        cast.later(days=1)
        await cast.outbox()
        await cast.karen.press("Åbn")
        assert "Jobcenter Eksempelby" in cast.karen.screen and "Anna" not in cast.karen.screen


async def test_her_next_press_is_a_strangers(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await leaves(cast.anna)
        await cast.anna.say("/new")
        assert STRANGER in cast.anna.screen
        assert await leaves_again(cast) is None


async def leaves_again(cast: Cast) -> int | None:
    def again(c: object) -> int | None:
        one = people.by_id(c, cast.house.cipher, 1, removed=True)  # type: ignore[arg-type]
        assert one is not None
        return leaving.leave(c, cast.house, one, cast.time.now())  # type: ignore[arg-type]

    count: int | None = await cast.ask(again)
    return count


async def test_a_route_that_was_being_tried_through_her_is_tried_through_the_next(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        dorte = await cast.admit("dorte", 7009, "key_person")
        await cast.ask(lambda c: probing.try_route(c, cast.house, "jobcenter", cast.time.now()))
        assert await notices_of(cast.bente, "probe")
        one = await cast.bente.staff()
        await cast.ask(lambda c: leaving.leave(c, cast.house, one, cast.time.now()))
        assert await notices_of(dorte, "probe")


async def test_the_last_coordinator_is_known_and_of_two_neither_is_the_last(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:

        async def last(person: Person) -> bool:
            one = await person.staff()
            found: bool = await cast.ask(lambda c: terms.is_last_coordinator(c, one))
            return found

        assert await last(cast.karen)
        assert not await last(cast.bente)
        await cast.admit("lis", 7010, "coordinator")
        assert not await last(cast.karen)


# --- what is known of her --------------------------------------------------------------------------------------


async def known(cast: Cast) -> bool:
    (row,) = [row for row in await cast.rows("staff") if row["id"] == 1]
    blanked = [row[column] == BLANK for column in ("chat", "name", "phone")]
    assert len(set(blanked)) == 1, "half of her is known"
    return not blanked[0]


async def test_name_telephone_and_chat_go_as_soon_as_her_chat_is_cleaned(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        one = await cast.anna.staff()
        await cast.ask(lambda c: leaving.leave(c, cast.house, one, cast.time.now()))
        cast.later(minutes=2)
        await cast.ask(lambda c: blank(c, cast.time.now()))
        assert await known(cast), "her chat is not clean yet"
        await cast.outbox()
        assert cast.anna.messages == {}
        await cast.ask(lambda c: blank(c, cast.time.now()))
        assert not await known(cast)
        for secret in (cast.anna.name, cast.anna.phone, str(cast.anna.chat)):
            assert secret not in await cast.everything()


async def test_what_was_on_its_way_to_her_is_waited_for_a_minute(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await leaves(cast.anna)
        await cast.ask(lambda c: blank(c, cast.time.now()))
        assert await known(cast)
        cast.later(minutes=1)
        assert await cast.ask(lambda c: blank(c, cast.time.now())) == 1
        assert not await known(cast)
        assert await cast.ask(lambda c: blank(c, cast.time.now())) == 0, "it is done once"


async def test_whom_to_ring_about_what_she_has_sent_is_known_until_that_is_done_or_48_hours_are_over(
    tmp_path: Path,
) -> None:
    """Nobody else knows who the citizen is."""
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await leaves(cast.anna)
        cast.later(hours=2)
        assert await cast.ask(lambda c: blank(c, cast.time.now())) == 0
        await play(cast, "bente * Åbn\nbente * take.accept")
        assert cast.anna.name in cast.bente.screen and cast.anna.phone in cast.bente.screen
        await cast.bente.press("contact.reached")
        assert await cast.ask(lambda c: blank(c, cast.time.now())) == 1
        await play(cast, "bente > /inbox\nbente * open.r1")
        assert cast.anna.name not in cast.bente.transcript()


async def test_they_go_after_48_hours_even_where_her_chat_could_not_be_cleaned(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        one = await cast.anna.staff()
        await cast.ask(lambda c: leaving.leave(c, cast.house, one, cast.time.now()))
        cast.later(hours=47)
        await cast.ask(lambda c: purge(c, cast.time.now()))
        assert await known(cast)
        cast.later(hours=1)
        await cast.ask(lambda c: purge(c, cast.time.now()))
        assert not await known(cast)
        assert [row for row in await cast.rows("trace") if row["staff"] == 1] == []


async def test_the_number_goes_after_30_days_and_stays_while_a_referral_names_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await leaves(cast.anna)
        await play(cast, "bente * Åbn\nbente * take.accept\nbente * contact.reached")
        cast.later(days=31)
        await cast.ask(lambda c: purge(c, cast.time.now()))
        assert not await known(cast)
        await cast.sql("UPDATE referral SET close = 'completed', closed = stored")
        await cast.ask(lambda c: purge(c, cast.time.now()))
        assert [row["id"] for row in await cast.rows("staff")] == [2, 3]


async def test_whoever_is_admitted_again_after_she_was_forgotten_is_somebody_new(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await leaves(cast.anna)
        cast.later(minutes=2)
        await cast.ask(lambda c: blank(c, cast.time.now()))
        await cast.admit("anna", 7001, "frontline")
        assert await cast.anna.id() == 4
        await cast.anna.say("/new")
        assert "Hvornår bruger du mig?" in cast.anna.screen
