"""The whole road of a talk in Danish, read as it stands on three telephones; and what people do on the way that no
flow foresees."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import wire as raw
from tests.cast import (
    CITIZEN,
    NEUTRAL,
    RESTING,
    TYPED,
    Cast,
    Person,
    due_now,
    notices_of,
    on_stage,
    play,
    refer,
    session_of,
)
from tests.wire import Held, press

UP_TO_CONSENT = """
    anna  > /new
    anna  < Hvornår bruger du mig?
    anna  * Midt i et møde
    anna  < Hvad er anledningen?
    anna  * Jeg spørger alle
    anna  < Er alt på plads?
    anna  * Ja, alt er på plads
    anna  < Er der nogen derhjemme eller i familien
    anna  * Fortæller om vold eller frygt
    anna  < Tak, fordi du siger det til mig.
    anna  * Ja
    anna  < Har du hørt eller set noget af dette?
    anna  * Færdig
    anna  * Partner
    anna  < Er der børn eller unge under 18
    anna  * Ja
    anna  < Er et barn i fare nu eller i nat?
    anna  * Nej
    anna  * Hjælp og samtaler
    anna  < Må jeg give dit navn og det vigtigste videre til en kollega
"""

TO_THE_END = """
    anna  * Videre
    anna  * Nyt møde
    anna  * Ser eller hører det
    anna  * Forælder eller voksen i hjemmet
    anna  < Underretning: din egen pligt
    anna  * Jeg har underrettet
    anna  * Viden
    anna  * Fysisk
    anna  * Psykisk
    anna  * Færdig
    anna  < Du lyttede til noget svært.
"""


async def test_the_main_job_from_a_citizen_who_tells_to_a_citizen_who_is_helped(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, UP_TO_CONSENT)
        assert not await cast.rows("referral")
        cast.wire.script("sendMessage", raw.too_many(40), chat=cast.bente.chat)  # the notice has to wait
        await play(
            cast,
            """
            anna  * Ja, med navn
            anna  < Gemt. Jeg beder nøglepersonen om at ringe til dig.
            post
            anna  < Gemt kl. 10.00. Ikke afleveret endnu.
            anna  - Afleveret, men
            """,
        )
        assert cast.bente.messages == {}
        cast.later(minutes=1)
        await play(
            cast,
            """
            post
            bente ! Der er en ny opgave til dig.
            anna  < Gemt kl. 10.00. Afleveret, men ikke set endnu.
            bente * Åbn
            bente < Henvisning r1, gemt 10.00
            bente < Borgeren har sagt ja til, at du må få navnet.
            bente < Anna Bjerregaard, 00 00 00 71.
            post
            anna  < Set, men ikke taget endnu.
            bente * Jeg tager den
            bente < Du har taget henvisning r1.
            post
            anna  < Bente Bjerregaard har taget den. Ring sammen: 00 00 00 72.
            """,
        )
        await play(cast, TO_THE_END)
        cast.later(hours=3)
        await play(
            cast,
            """
            bente > /inbox
            bente * r1 · i dag · din
            bente * Jeg har talt med borgeren
            bente * Borgeren vil ikke
            bente * Nej, ikke nødvendig nu
            bente * Ikke noget nu
            bente * Hjælpen er gennemført
            bente < Henvisningen er afsluttet.
            post
            anna  < Afsluttet.
            """,
        )
        outcome = await cast.row("outcome")
        assert outcome.pop("id") != 1, "its number is drawn by lot"
        assert outcome == {
            "week": "2026-W48", "unit": "jobcenter", "moment": "during", "mode": "routine",
            "response": "disclosed", "forms": "physical,psychological", "children": "yes", "level": "knowledge",
            "duty": "notified", "wish": "help", "next": "meeting", "result": "disclosed", "urgency": "same_day",
            "path": "referral", "accepted": 1, "reached": 1, "offer": "none", "answer": "", "close": "completed",
            "hours_to_open": 0, "hours_to_accept": 0, "hours_to_reach": 3,
        }  # fmt: skip
        assert not await cast.rows("session")
        await cast.quarter()
        assert cast.anna.messages == {} and cast.bente.messages == {}
        for table in ("notice", "trace"):
            assert not await cast.rows(table), table


async def test_nothing_about_the_citizen_is_in_any_table_while_the_talk_goes_on_or_after(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say(CITIZEN)
        await play(cast, UP_TO_CONSENT)
        await cast.anna.say(f"/new {CITIZEN}")
        await cast.anna.say(f"/start {CITIZEN}")
        await cast.anna.send(raw.photo(cast.anna.chat, 40, caption=CITIZEN), 40)
        await cast.bente.say(CITIZEN)
        stored = await cast.everything()
        for word in CITIZEN.replace(",", "").split():
            assert len(word) < 4 or word.lower() not in stored.lower()
        assert cast.anna.name in stored, "the seals were not broken, and this test has looked at nothing"


async def test_the_lock_screens_never_say_more_than_that_there_is_a_task(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await cast.bente.press("Åbn")
        await cast.bente.press("Giv den videre")
        await cast.bente.press("Jeg kan ikke nå det i tide")
        await cast.outbox()
        for person in cast.people.values():
            rang = [c for c in cast.wire.of("sendMessage", person.chat) if c.parameters.get("chat_id")]
            unasked = [c.text for c in rang if c.text == NEUTRAL]
            assert unasked, f"{person.name} was told nothing"
        henvist = [c for c in cast.wire.of("sendMessage") if c.text.startswith("r1\n")]
        assert all(c.chat == cast.bente.chat and c.buttons for c in henvist), "only the card that she opened"


async def test_every_message_of_the_house_is_protected_from_being_forwarded(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        sent = cast.wire.of("sendMessage")
        assert len(sent) > 2 and all(call.parameters["protect_content"] is True for call in sent)


async def test_the_first_notice_leaves_at_night_too_but_silently(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        cast.later(hours=13)  # eleven at night
        await refer(cast.anna)
        await cast.outbox()
        (notice,) = cast.wire.of("sendMessage", cast.bente.chat)
        assert notice.parameters["disable_notification"] is True
    day = tmp_path / "day"
    day.mkdir()
    async with on_stage(day) as cast:
        await refer(cast.anna)
        await cast.outbox()
        (notice,) = cast.wire.of("sendMessage", cast.bente.chat)
        assert not notice.parameters["disable_notification"]


# --- presses ------------------------------------------------------------------------------------------------


async def test_the_same_update_twice_is_answered_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        live = await cast.anna.live()
        again = press(cast.anna.chat, "1:moment.during", live)
        await cast.arrive(again)
        asked = cast.wire.of("editMessageText")
        await cast.arrive(dict(again))
        assert (await session_of(cast.anna)).state == "mode"
        assert cast.wire.of("editMessageText") == asked
        assert len(await cast.rows("seen_update")) == 2


async def test_the_same_typed_update_twice_sends_one_card(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        again = raw.text(cast.anna.chat, "/new", 1)
        await cast.arrive(again)
        await cast.arrive(dict(again))
        assert len(cast.wire.of("sendMessage")) == 1


async def test_a_stale_press_shows_the_present_card_and_answers_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.anna.press("Midt i et møde")
        live = await cast.anna.live()
        before = await session_of(cast.anna)
        await cast.anna.press_raw("1:moment.after", live)
        assert await session_of(cast.anna) == before.__class__(
            **{name: getattr(before, name) for name in before.__slots__} | {"version": before.version + 1}
        )
        assert cast.anna.toast == "Her er det nyeste kort."
        assert "Hvad er anledningen?" in cast.anna.messages[live]


async def test_two_presses_at_once_count_as_one(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        live = await cast.anna.live()
        await cast.arrive(
            press(cast.anna.chat, "1:moment.during", live), press(cast.anna.chat, "1:moment.after", live)
        )
        assert (await session_of(cast.anna)).answers == {"moment": "during"}
        assert "Hvad er anledningen?" in cast.anna.messages[live]


async def test_a_press_on_an_old_card_sends_the_card_anew_at_the_bottom_and_the_old_one_goes(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        old = await cast.anna.live()
        await cast.anna.say("/help")
        helps = await cast.anna.live()
        assert helps > old
        await cast.anna.press_raw("1:moment.during", old)
        bottom = await cast.anna.live()
        assert bottom > helps and "Hvad er anledningen?" in cast.anna.messages[bottom]
        await cast.outbox()
        assert list(cast.anna.messages) == [bottom]


async def test_a_card_that_has_vanished_from_the_chat_is_sent_anew(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        live = await cast.anna.live()
        del cast.wire.chats[cast.anna.chat][live]  # she has deleted it herself
        await cast.anna.press_raw("1:moment.during", live)
        assert "Hvad er anledningen?" in cast.anna.messages[await cast.anna.live()]


@pytest.mark.parametrize(
    "data",
    ["", "x", ":", "1:", "0:", "-1:back", "1:back.back.back", "999999999:back", "9999999999:back", "0:open",
     "0:open.", "0:nonsense.r1", "0:resume.0", "1:children.yes", "1:stop stop", "1:" + "a" * 300, "0:language.xx"],
)  # fmt: skip
async def test_a_forged_press_shows_the_present_card_and_harms_nothing(tmp_path: Path, data: str) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        before = await session_of(cast.anna)
        await cast.anna.press_raw(data, await cast.anna.live())
        after = await session_of(cast.anna)
        assert (after.state, after.trail, after.turn) == (before.state, before.trail, before.turn)
        assert "Hvornår bruger du mig?" in cast.anna.messages[await cast.anna.live()]
        assert "level=error" not in cast.log.getvalue()


@pytest.mark.parametrize("action", ["open", "withdraw", "notified", "calling", "later", "considered"])
@pytest.mark.parametrize("reference", ["A.b", "r" * 50, "r99"])
async def test_a_forged_reference_shows_the_present_card_and_is_no_error(
    tmp_path: Path, action: str, reference: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.anna.press_raw(f"0:{action}.{reference}", await cast.anna.live())
        assert "level=error" not in cast.log.getvalue()
        assert not await cast.rows("notice")
        assert "Hvornår bruger du mig?" in cast.anna.messages[await cast.anna.live()]


async def test_the_last_card_of_a_talk_still_leads_to_emergency_help_and_to_nothing_in_the_next_talk(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, "anna > /new\nanna * Midt i et møde\nanna * Stop")
        last, live = cast.anna.buttons(await cast.anna.live()), await cast.anna.live()
        await cast.anna.press("Akut")
        assert "Ring 112." in cast.anna.messages[live]
        await cast.anna.say("/new")
        await cast.anna.press_raw(last["Akut"], live)
        assert "Hvornår bruger du mig?" in cast.anna.screen, "an old button never becomes valid again"


# --- what is typed or sent ------------------------------------------------------------------------------------

FILE = {"file_id": "f", "file_unique_id": "u"}
KINDS: dict[str, dict[str, Any]] = {
    "text": {"text": CITIZEN},
    "long text": {"text": CITIZEN + "x" * 5000},
    "photo": {"photo": [FILE | {"width": 1, "height": 1}], "caption": CITIZEN},
    "voice": {"voice": FILE | {"duration": 3}, "caption": CITIZEN},
    "sticker": {
        "sticker": FILE
        | {"type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}
    },
    "contact": {"contact": {"phone_number": "+4512345678", "first_name": CITIZEN}},
    "document": {"document": FILE | {"file_name": f"{CITIZEN}.pdf"}, "caption": CITIZEN},
    "location": {"location": {"latitude": 55.6, "longitude": 12.5}},
    "something new": {"gift_of_tomorrow": {"from": CITIZEN}},
    "a command with a capital": {"text": "/NEW?"},
}


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_typed_or_sent_is_deleted_kindly_refused_and_the_talk_goes_on(
    tmp_path: Path, kind: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.anna.press("Midt i et møde")
        before, card = await session_of(cast.anna), await cast.anna.live()
        message = await cast.anna.send(raw.sent(cast.anna.chat, 500, **KINDS[kind]), 500)
        assert (await cast.traced(cast.anna))[message] == cast.time.now()
        assert TYPED in cast.anna.messages[await cast.anna.live()]
        assert await session_of(cast.anna) == before
        await cast.outbox()
        deleted = [n for c in cast.wire.of("deleteMessages") for n in c.parameters["message_ids"]]
        assert {message, card} <= {
            *deleted,
            *(c.parameters["message_id"] for c in cast.wire.of("deleteMessage")),
        }
        await cast.anna.press("Tilbage til samtalen")
        assert "Hvad er anledningen?" in cast.anna.screen
        assert list(cast.anna.messages) == [await cast.anna.live()]
        assert CITIZEN not in await cast.everything()


async def test_an_edited_message_is_deleted_and_is_never_a_command(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.anna.press("Midt i et møde")
        before = await session_of(cast.anna)
        await cast.anna.send(raw.edited(cast.anna.chat, "/stop", 500), 500)
        assert TYPED in cast.anna.screen and await session_of(cast.anna) == before
        await cast.outbox()
        assert 500 not in cast.anna.messages


async def test_what_was_typed_is_deleted_with_no_talk_going_on_too(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        message = await cast.anna.say(CITIZEN)
        await cast.outbox()
        assert message not in cast.anna.messages and TYPED in cast.anna.screen
        assert "Tilbage til samtalen" not in cast.anna.buttons(await cast.anna.live())


# --- commands -------------------------------------------------------------------------------------------------


async def test_an_unknown_command_is_answered_kindly_and_the_talk_goes_on(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(
            cast,
            """
            anna > /new
            anna > /vejrudsigt i morgen
            anna < Den kommando kender jeg ikke.
            anna * Tilbage til samtalen
            anna < Hvornår bruger du mig?
            """,
        )


@pytest.mark.parametrize(
    ("typed", "said"),
    [("/start", "Velkommen."), ("/help", "/new begynder en samtale"), ("/hjælp", "/new begynder en samtale"),
     ("/inbox", "Der venter ikke noget på dig."), ("/language", "Hvilket sprog"), ("/sprog", "Hvilket sprog"),
     ("/stop", "Der er ingen samtale i gang."), ("/clear", "Chatten er ryddet."), ("/ryd", "Chatten er ryddet."),
     ("/new", "Hvornår bruger du mig?"), ("/NY", "Hvornår bruger du mig?"), ("/duty", "Hvad har du lagt mærke til?"),
     ("/pligt", "Hvad har du lagt mærke til?"), ("/new@opspor_bot", "Hvornår bruger du mig?")],
)  # fmt: skip
async def test_each_command_answers_with_one_card_that_is_gone_a_quarter_later_unless_a_talk_began(
    tmp_path: Path, typed: str, said: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say(typed)
        await cast.outbox()
        (card,) = cast.anna.messages.values()
        assert said in card and "Akut" in cast.anna.buttons(await cast.anna.live())
        await cast.quarter()
        assert bool(cast.anna.messages) == bool(await cast.rows("session"))


async def test_a_key_persons_help_tells_of_the_inbox_and_the_employees_does_not(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(
            cast, "anna > /help\nanna - /inbox\nbente > /help\nbente < /inbox\nkaren > /help\nkaren < /inbox"
        )


async def test_the_emergency_card_is_one_press_from_every_small_card(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        for typed in ("/help", "/inbox", "/language", "/stop", "/clear", "/nonsense", "hej", "/start"):
            await cast.anna.say(typed)
            await cast.anna.press("Akut", await cast.anna.live())
            assert "Ring 112." in cast.anna.messages[await cast.anna.live()], typed
            await cast.anna.press("resume.0", await cast.anna.live())
            assert RESTING in cast.anna.messages[await cast.anna.live()], typed


async def test_emergency_from_a_status_card_and_back_to_the_question_that_was_interrupted(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        status = cast.anna.find("r1\n")
        await cast.anna.press("Telefonliste", status)
        assert "Ring 112." in cast.anna.messages[await cast.anna.live()]
        await cast.anna.press("Videre, når det er sikkert")
        assert "Gemt. Jeg beder nøglepersonen" in cast.anna.messages[await cast.anna.live()]
        await cast.outbox()
        assert sorted(cast.anna.messages) == [status, await cast.anna.live()]


async def test_the_hidden_screen_says_nothing_and_only_the_same_press_twice_brings_the_talk_back(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await play(
            cast,
            """
            anna > /new
            anna * Midt i et møde
            anna * Jeg spørger alle
            anna * Skjul
            anna < Mødeoverblik
            anna * Dagsorden
            anna < Mødeoverblik
            anna * Bilag
            anna < Ingen bilag
            anna * Lokale
            anna < Det store mødelokale
            anna * Bilag
            anna > /new
            post
            anna < Ingen bilag
            anna * Lokale
            anna < Det store mødelokale
            anna * Lokale
            anna - Det store
            anna < Er alt på plads?
            """,
        )
        assert (await session_of(cast.anna)).answers == {"moment": "during", "mode": "routine"}
        assert len(cast.anna.messages) == 1
        await cast.anna.press("Ja, alt er på plads")
        assert (await session_of(cast.anna)).state == "response"


async def test_a_hidden_talk_that_is_stopped_ends_without_a_word_of_what_it_was(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.anna.answer(until="duty", moment="during", mode="told", gate="ok", children="yes")
        await cast.anna.press("Skjul")
        await cast.anna.say("/stop")
        await cast.outbox()
        assert cast.anna.screen.startswith("Skriv /new")
        assert len(cast.anna.messages) == 1 and not await cast.rows("session")
        assert [row["kind"] for row in await cast.rows("notice") if row["staff"] == await cast.anna.id()] == [
            "duty_open"
        ]


async def test_new_in_the_middle_of_a_talk_ends_it_with_its_outcome_and_begins_another(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, "anna > /new\nanna * Midt i et møde\nanna * Jeg spørger alle\nanna > /new")
        assert "Hvornår bruger du mig?" in cast.anna.screen
        assert (await session_of(cast.anna)).answers == {}
        assert (await cast.row("outcome"))["result"] == "not_asked"


async def test_stop_says_that_it_is_stopped_and_nothing_is_left_a_quarter_later(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, "anna > /new\nanna * Midt i et møde\nanna > /stop\nanna < Samtalen er stoppet.")
        assert not await cast.rows("session") and not await cast.rows("outcome")
        await cast.quarter()
        assert cast.anna.messages == {} and not await cast.rows("trace")
        assert await cast.anna.live() == 0


async def test_a_choice_of_language_counts_at_once_and_the_talk_goes_on(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, "anna > /new\nanna > /language\nanna * Dansk\nanna < Hvornår bruger du mig?")
        menus = cast.wire.of("setMyCommands")
        assert {c["command"] for c in menus[-1].parameters["commands"]} == {
            "new", "duty", "cards", "practice", "language", "clear", "help", "stop",
        }  # fmt: skip


async def test_a_press_when_nothing_goes_on_shows_how_to_begin(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.press_raw("3:moment.during", 77)
        assert RESTING in cast.anna.screen and not await cast.rows("session")


# --- being away, stopping, and the duty that stands open --------------------------------------------------------

WITH_A_CHILD = """
    anna > /new
    anna * Efter et møde
    anna * Borgeren har selv sagt det / er henvist
    anna * Ja, alt er på plads
    anna * Ja
    anna * Færdig
    anna * Partner
    anna * Ja
    anna < Er et barn i fare nu eller i nat?
"""


async def expired(cast: Cast) -> int:
    from bot import conversation

    return await conversation.expire(cast.house)


async def test_a_talk_that_is_left_for_two_hours_ends_with_its_outcome_and_its_reminder(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, WITH_A_CHILD)
        cast.later(hours=1, minutes=59)
        assert await expired(cast) == 0
        cast.later(minutes=2)
        assert await expired(cast) == 1
        assert not await cast.rows("session")
        assert (await cast.row("outcome"))["children"] == "yes"
        (reminder,) = await notices_of(cast.anna)
        assert reminder.kind == "duty_open"
        assert reminder.due == cast.time.now(), "she has been away long enough"
        await cast.outbox()
        assert "Er et barn i fare" in cast.anna.transcript(), "it stands until the quarter is over"
        await cast.quarter()
        assert list(cast.anna.messages.values()) == [NEUTRAL]


async def test_a_press_keeps_a_talk_alive(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        for button in ("Midt i et møde", "Jeg spørger alle", "Ja, alt er på plads"):
            cast.later(hours=1, minutes=50)
            await expired(cast)
            await cast.anna.press(button)
        assert (await session_of(cast.anna)).state == "response"


async def test_a_press_on_a_talk_that_was_left_too_long_says_how_to_begin(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        live = await cast.anna.live()
        cast.later(hours=3)
        await expired(cast)
        await cast.anna.press_raw("1:moment.during", live)
        assert RESTING in cast.anna.messages[live] and not await cast.rows("session")


async def test_a_key_persons_card_that_is_left_for_two_hours_is_put_away_and_lies_in_the_inbox(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await play(cast, "bente > /new\nbente * Åbn")
        await play(cast, "bente * Jeg tager den")
        cast.later(hours=3)
        await expired(cast)
        await cast.quarter()
        assert cast.bente.messages == {}, "no name and no number of a colleague stays in the chat"
        await play(cast, "bente > /inbox\nbente * r1 · din\nbente < Du har taget henvisning r1.")


@pytest.mark.parametrize("way", ["/stop", "/clear", "/new", "Stop", "away"])
async def test_however_a_talk_with_an_open_duty_ends_a_reminder_stays_behind(
    tmp_path: Path, way: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, WITH_A_CHILD)
        if way == "away":
            cast.later(hours=3)
            await expired(cast)
        elif way == "Stop":
            await cast.anna.press(way)
        else:
            await cast.anna.say(way)
        (reminder,) = await notices_of(cast.anna, "duty_open")
        assert reminder.due - cast.time.now() == timedelta(hours=0 if way == "away" else 1)
        if way == "/clear":
            assert "Spørgsmålet om underretning står åbent" in cast.anna.screen
        cast.later(hours=1)
        await cast.outbox()
        assert cast.anna.lock_screen == NEUTRAL


async def reminded(cast: Cast) -> Person:
    await play(cast, WITH_A_CHILD + "anna > /stop\nanna < Spørgsmålet om underretning står åbent.")
    cast.later(hours=1)
    await cast.outbox()
    await cast.anna.press("Åbn")
    assert "Du har en samtale, hvor spørgsmålet om underretning står åbent." in cast.anna.screen
    await cast.outbox()
    return cast.anna


@pytest.mark.parametrize("answer", ["Jeg har underrettet", "Jeg har selv vurderet, at der ikke er grund"])
async def test_a_reminder_that_is_answered_does_not_come_again(tmp_path: Path, answer: str) -> None:
    async with on_stage(tmp_path) as cast:
        anna = await reminded(cast)
        live = await anna.live()
        code = next(data for label, data in anna.buttons(live).items() if label == answer)
        await anna.press(answer)
        assert "Noteret" in anna.screen and not await notices_of(anna)
        await anna.press_raw(code, live)
        assert not await notices_of(anna)
        await cast.quarter()
        cast.later(days=2)
        await cast.outbox()
        assert anna.messages == {}


@pytest.mark.parametrize("answer", ["Jeg ringer nu", "Mind mig om en time"])
async def test_a_reminder_that_is_put_off_comes_again_in_an_hour(tmp_path: Path, answer: str) -> None:
    async with on_stage(tmp_path) as cast:
        anna = await reminded(cast)
        live = await anna.live()
        code = next(data for label, data in anna.buttons(live).items() if label == answer)
        await anna.press(answer)
        await anna.press_raw(code, live)
        (again,) = await notices_of(anna)
        assert again.due - cast.time.now() == timedelta(hours=1)
        cast.later(minutes=59)
        await cast.outbox()
        assert NEUTRAL not in anna.messages.values()
        cast.later(minutes=1)
        await cast.outbox()
        assert anna.lock_screen == NEUTRAL
        await anna.press("Åbn")
        assert "spørgsmålet om underretning står åbent" in anna.screen


async def test_a_reminder_that_was_settled_is_not_promised_again(tmp_path: Path) -> None:
    """P10: two thumbs on one card, or a card that hung; the second must not say that the house will remind."""
    async with on_stage(tmp_path) as cast:
        anna = await reminded(cast)
        live = await anna.live()
        await anna.press("Jeg har underrettet")
        await anna.press_raw("0:later.r1", live)
        assert not await notices_of(anna)
        assert "Jeg minder dig om det om en time" not in anna.transcript()


async def test_nobody_elses_reminder_is_opened_or_answered(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await reminded(cast)
        for action in ("open", "notified", "later", "considered", "calling"):
            await cast.karen.press_raw(f"0:{action}.r1", 77)
            assert len(await notices_of(cast.anna)) == 1
            assert "underretning" not in cast.karen.transcript().lower(), action
            assert "Noteret" not in cast.karen.transcript() and "minder" not in cast.karen.transcript()


async def test_the_duty_check_alone_is_reached_by_its_command_and_leaves_an_outcome(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/duty")
        await cast.anna.answer(duty="notified", level="concern", next="none")
        outcome = await cast.row("outcome")
        assert (outcome["mode"], outcome["result"], outcome["duty"]) == ("child", "child_only", "notified")
        assert not await cast.rows("notice")


# --- the chat cleans up after itself ----------------------------------------------------------------------------


async def test_the_chat_is_empty_a_quarter_after_the_talk_but_for_the_status_card(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.anna.say("hej")
        await cast.outbox()
        await cast.anna.press("Tilbage til samtalen")
        await cast.anna.answer()
        cast.later(minutes=14)
        await cast.outbox()
        assert len(cast.anna.messages) == 2
        cast.later(minutes=2)
        await cast.outbox()
        (left,) = cast.anna.messages.values()
        assert left.startswith("r1\n")
        assert NEUTRAL in cast.bente.messages.values(), "her notice waits to be opened"


async def test_a_status_card_and_an_unopened_notice_are_replaced_before_they_are_forty_hours_old(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await cast.anna.answer()
        await cast.quarter()
        (status,), (notice,) = cast.anna.messages, cast.bente.messages
        await cast.sql("DELETE FROM notice WHERE kind = 'clock'")  # nobody's time is up here
        for _ in range(3):
            cast.later(hours=47)  # in opening hours, where a new notice would ring
            await cast.outbox()
            (newer_status,), (newer_notice,) = cast.anna.messages, cast.bente.messages
            assert newer_status > status and newer_notice > notice
            assert cast.anna.screen.startswith("r1\n")
            assert cast.bente.screen == NEUTRAL
            status, notice = newer_status, newer_notice
            for chat in (cast.anna.chat, cast.bente.chat):
                assert cast.wire.of("sendMessage", chat)[-1].parameters["disable_notification"] is True


async def test_clear_empties_the_chat_now_and_keeps_only_a_notice_that_waits_to_be_opened(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await cast.bente.say("/new")
        await play(cast, "anna > /clear\nbente > /clear\npost")
        assert list(cast.anna.messages) == [await cast.anna.live()]
        assert "Chatten er ryddet." in cast.anna.screen
        assert sorted(cast.bente.messages.values())[1] == NEUTRAL and len(cast.bente.messages) == 2


async def test_after_clear_the_status_card_comes_back_when_there_is_news(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await cast.anna.say("/clear")
        await cast.outbox()
        await cast.bente.press("Åbn")
        await cast.outbox()
        assert "Set, men ikke taget endnu." in cast.anna.transcript()


async def test_clear_ends_every_talk_that_is_open_not_only_the_one_on_the_card(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await cast.bente.say("/new")
        await cast.bente.press("Åbn")
        assert len(await cast.rows("session")) == 3
        await cast.bente.say("/clear")
        assert [row["staff"] for row in await cast.rows("session")] == [await cast.anna.id()]


async def test_the_card_of_a_talk_that_goes_on_is_never_cleaned_away(tmp_path: Path) -> None:
    """A key person in a talk of her own looks at a referral, puts it away and goes on with her talk."""
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await play(
            cast,
            """
            bente > /new
            bente * Midt i et møde
            bente * Åbn
            bente * Læg væk
            bente * Tilbage til samtalen
            bente < Hvad er anledningen?
            """,
        )
        await cast.quarter()
        await cast.bente.uncover()
        assert "Hvad er anledningen?" in cast.bente.screen
        await cast.bente.press("Jeg spørger alle")
        await cast.quarter()
        await cast.bente.uncover()
        assert "Er alt på plads?" in cast.bente.screen


async def test_several_messages_are_deleted_in_one_call_and_one_that_is_refused_does_not_keep_the_rest(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        for words in ("a", "b", "c"):
            await cast.anna.say(words)
        cast.wire.script("deleteMessages", raw.bad("message can't be deleted"))
        cast.wire.script("deleteMessage", raw.bad("message can't be deleted"))
        await cast.outbox()
        assert len(cast.anna.messages) == 2 and not await due_now(cast)
        assert "event=messages_left count=1" in cast.log.getvalue()


async def test_deletions_that_telegram_puts_off_are_made_later(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        message = await cast.anna.say("hej")
        cast.wire.script("deleteMessage", raw.too_many(30))
        await cast.outbox()
        assert message in cast.anna.messages
        cast.later(minutes=6)
        await cast.outbox()
        assert message not in cast.anna.messages


async def test_a_card_that_is_sent_while_the_last_one_is_still_on_its_way_is_not_sent_twice(
    tmp_path: Path,
) -> None:
    import asyncio

    async with on_stage(tmp_path) as cast:
        late = asyncio.Event()
        cast.wire.script("sendMessage", Held(late))
        cast.wire.arrive(raw.text(cast.anna.chat, "/new", 1), raw.text(cast.anna.chat, "/help", 2))
        await cast.wire.until(lambda: not cast.wire.pending)
        late.set()
        await cast.quiet()
        await cast.outbox()
        assert len([m for m in cast.anna.messages.values() if m != "(hendes egen besked)"]) == 1
        assert "/new begynder en samtale" in cast.anna.screen


async def test_a_check_that_is_opened_and_left_is_reminded_of_once_as_its_card_says(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        for _ in range(2):
            await cast.anna.say("/duty")
        await cast.anna.say("/stop")
        assert "Jeg minder dig om det i dag." in cast.anna.screen
        assert len(await notices_of(cast.anna, "duty_open")) == 1
        assert not await cast.rows("outcome")
