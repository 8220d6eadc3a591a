"""How a coordinator lets a colleague in from her own telephone; the only words that are ever kept are typed here."""

import re
import traceback
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import inviting, particulars, probing
from bot.model import Event, Role
from bot.storage import entries, invitations, people
from bot.transport.events import ALIASES
from tests import wire as raw
from tests.cast import CITIZEN, STRANGER, Cast, Person, on_stage, play, refer

NEWCOMER = 8001
LINK = re.compile(r"https://t\.me/opspor_bot\?start=([A-Za-z0-9_-]{22})")
AT_THE_JOB_CENTRE = probing.key_of("jobcenter")

TO_THE_NAME = """
karen > /invite
karen < Hvad skal din kollega være?
karen * Nøgleperson
karen < I hvilken enhed?
karen * Sundhedsplejen
karen < Skriv din kollegas navn
"""


def code_in(person: Person) -> str:
    found = LINK.search(person.screen)
    assert found is not None, person.screen
    assert f"\n{found[1]}\n" in person.screen, "the code stands on a line of its own, too"
    return found[1]


async def test_role_and_unit_by_buttons_name_and_telephone_typed_and_the_code_lets_her_in(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, TO_THE_NAME)
        await cast.karen.say("  Ingeborg   Ærø-Åkjær ")
        assert "Skriv arbejdstelefonen" in cast.karen.screen
        await cast.karen.say("99999999")
        code = code_in(cast.karen)
        elin = cast.stranger(NEWCOMER)
        await elin.say(f"/start {code}")
        her = await elin.staff()
        assert (her.role, her.unit, her.deputy) == ("key_person", "sundhed", False)
        assert (her.name, her.phone) == ("Ingeborg Ærø-Åkjær", "+45 99 99 99 99")
        await cast.outbox()
        assert "Ingeborg" not in cast.karen.transcript(), "what was typed is deleted like all else"


@pytest.mark.parametrize(
    ("button", "role", "deputy"),
    [
        ("Frontmedarbejder", "frontline", False),
        ("Nøgleperson", "key_person", False),
        ("Nøglepersonens stedfortræder", "key_person", True),
        ("Koordinator", "coordinator", False),
    ],
)
async def test_every_role_can_be_invited_and_both_entries_skipped(
    tmp_path: Path, button: str, role: Role, deputy: bool
) -> None:
    async with on_stage(tmp_path) as cast:
        await play(
            cast,
            f"karen > /inviter\nkaren * {button}\nkaren * Voksne og Handicap\nkaren * Spring over\n"
            "karen * Spring over",
        )
        elin = cast.stranger(NEWCOMER)
        await elin.say(f"/start {code_in(cast.karen)}")
        her = await elin.staff()
        assert (her.role, her.unit, her.deputy, her.name, her.phone) == (role, "voksen", deputy, "", "")


async def test_the_code_can_be_copied_and_is_gone_after_five_minutes_or_with_the_next_press(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, TO_THE_NAME + "karen * Spring over\nkaren * Spring over")
        code = code_in(cast.karen)
        sent = cast.wire.of("sendMessage", cast.karen.chat)
        assert [call.parameters["protect_content"] for call in sent][-1] is False
        cast.later(minutes=4, seconds=59)
        await cast.outbox()
        assert code in cast.karen.transcript()
        cast.later(seconds=2)
        await cast.outbox()
        assert cast.karen.messages == {}
        await play(cast, TO_THE_NAME + "karen * Spring over\nkaren * Spring over")
        code = code_in(cast.karen)
        await cast.karen.press("Akut")
        await cast.outbox()
        assert code not in cast.karen.transcript() and "112" in cast.karen.screen
        last = cast.wire.of("sendMessage", cast.karen.chat)[-1]
        assert last.parameters["protect_content"] is True, "no other card may be copied"
        assert code not in await cast.everything()


async def test_the_card_of_a_talk_is_not_deleted_with_the_code_that_stood_before_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, "karen > /new\nkaren * Midt i et møde")
        await play(cast, TO_THE_NAME + "karen * Spring over\nkaren * Spring over")
        await cast.karen.press("Tilbage til samtalen")
        cast.later(minutes=6)
        await cast.outbox()
        await cast.karen.uncover()
        assert "Hvad er anledningen?" in cast.karen.screen


async def test_what_is_awaited_outlives_a_restart_but_not_ten_minutes(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, TO_THE_NAME)
        await cast.stop()
        await cast.start()
        await cast.karen.say("Ingeborg Friis")
        assert "Skriv arbejdstelefonen" in cast.karen.screen
        cast.later(minutes=10)
        await cast.karen.say("99999999")
        assert "Jeg har slettet det" in cast.karen.screen
        assert not await cast.rows("invitation")


@pytest.mark.parametrize(
    "elsewhere", ["/help", "/new", "/staff", "0:acute.0", "3:moment.during", "0:person.1"]
)
async def test_a_command_or_a_press_elsewhere_ends_it(tmp_path: Path, elsewhere: str) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, TO_THE_NAME)
        if elsewhere.startswith("/"):
            await cast.karen.say(elsewhere)
        else:
            await cast.karen.press_raw(elsewhere, await cast.karen.live())
        assert await cast.rows("entry") == []
        await cast.karen.say("Ingeborg Friis")
        assert "Jeg har slettet det" in cast.karen.screen
        assert "Ingeborg" not in await cast.everything()


async def test_a_press_on_skip_counts_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, TO_THE_NAME)
        card = await cast.karen.live()
        await cast.arrive(
            raw.press(cast.karen.chat, "0:skip.name", card), raw.press(cast.karen.chat, "0:skip.name", card)
        )
        assert (await cast.row("entry"))["what"] == "phone" and "Skriv arbejdstelefonen" in cast.karen.screen
        assert not await cast.rows("invitation")
        card = await cast.karen.live()
        await cast.arrive(
            raw.press(cast.karen.chat, "0:skip.phone", card), raw.press(cast.karen.chat, "0:skip.phone", card)
        )
        await cast.outbox()
        assert code_in(cast.karen) and len(await cast.rows("invitation")) == 1


# --- what may be a name or a number -----------------------------------------------------------------

BIDI, ZERO_WIDTH = "\u202e", "\u200b"


@pytest.mark.parametrize(
    "typed",
    [
        "010203-1234",
        "Friis 010203-1234",
        "Friis ٠١٠٢٠٣",
        "Friis ²",
        "elin@eksempelby.invalid",
        "Elin (vold)",
        "https eksempelby / x",
        "x",
        "",
        "- '",
        "a" * 61,
        f"Elin{BIDI}Friis",
        f"Elin{ZERO_WIDTH}Friis",
        "Elin\nFriis",
        "Elin\tFriis",
        "Elin\x00Friis",
        "Elin 🙂",
        "E" + "\u0301" * 4,
        "{key_role}",
    ],
)
def test_what_is_no_name_is_not_kept(typed: str) -> None:
    assert particulars.name(typed) == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Elin Friis", "Elin Friis"),
        ("  Elin \u00a0 Friis ", "Elin Friis"),
        ("O'Neill", "O'Neill"),
        ("Åse-Marie B. Ærø", "Åse-Marie B. Ærø"),
        ("A\u030ase", "Åse"),
        ("فاطمة", "فاطمة"),
        ("a" * 60, "a" * 60),
    ],
)
def test_a_name_is_tidied_and_kept(typed: str, kept: str) -> None:
    assert particulars.name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("99 99 99 99", "+45 99 99 99 99"),
        ("+45 99999999", "+45 99 99 99 99"),
        ("0045 99 99 99 99", "+45 99 99 99 99"),
        ("+44 20 7946 0958", "+44 20 7946 0958"),
        ("010203-1234", ""),
        ("0102031234", ""),
        ("112", ""),
        ("99 99 99", ""),
        ("ring 99 99 99 99", ""),
        ("99 99 99 99 lok. 4", ""),
        ("9" * 40, ""),
        ("", ""),
        ("٩٩٩٩٩٩٩٩", ""),
    ],
)
def test_a_telephone_is_one_that_can_be_rung(typed: str, kept: str) -> None:
    assert particulars.phone(typed) == kept


@given(st.text(max_size=80))
def test_whatever_is_typed_what_is_kept_is_a_name_or_a_number(typed: str) -> None:
    name, phone = particulars.name(typed), particulars.phone(typed)
    kinds = {unicodedata.category(each)[0] for each in name}
    assert len(name) <= 60 and kinds <= {"L", "M", "Z", "P"} and particulars.name(name) == name
    assert not set(name) & set("@/:{}<>_#") and name == name.strip()
    assert phone == "" or re.fullmatch(r"\+[0-9][0-9 -]{5,18}", phone)


async def test_what_cannot_be_kept_is_refused_kindly_and_still_awaited(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, TO_THE_NAME)
        for wrong in (CITIZEN, "010203-1234", "elin@eksempelby.invalid", "x" * 5000):
            await cast.karen.say(wrong)
            assert "Det kan jeg ikke gemme som navn." in cast.karen.screen
        await cast.karen.say("Ingeborg Friis")
        for wrong in (CITIZEN, "010203-1234"):
            await cast.karen.say(wrong)
            assert "Det nummer kender jeg ikke." in cast.karen.screen
        kept = await cast.everything()
        assert not [word for word in CITIZEN.split() if len(word) > 4 and word in kept]
        await cast.karen.say("99999999")
        code_in(cast.karen)


async def test_pictures_edits_and_what_was_forwarded_are_not_read(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, TO_THE_NAME)
        chat = cast.karen.chat
        forwarded = raw.text(chat, "Ingeborg Friis", 61)
        forwarded["message"]["forward_origin"] = {
            "type": "hidden_user", "sender_user_name": "A", "date": 1_800_000_000,
        }  # fmt: skip
        await cast.karen.send(forwarded)
        await cast.karen.send(raw.edited(chat, "Ingeborg Friis", 60))
        await cast.karen.send(raw.photo(chat, 62, caption="Ingeborg Friis"))
        assert "Ingeborg" not in await cast.everything()
        assert (await cast.row("entry"))["what"] == "name"


# --- nobody else's words ----------------------------------------------------------------------------


async def test_nobody_elses_words_ever_reach_a_row_a_log_or_an_exception(tmp_path: Path) -> None:
    """The log is read when the play ends."""
    words = "Mette Hansen Rosenvej"
    async with on_stage(tmp_path) as cast:
        nobody = cast.stranger(8888)
        others = (cast.anna, cast.bente, cast.karen, nobody)
        for one in others:
            await one.say(words)
        await play(cast, TO_THE_NAME)
        for one in (*others[:2], nobody):
            await one.say(words)
        await cast.sql("UPDATE entry SET due = 0")
        await cast.karen.say(words)
        await play(cast, TO_THE_NAME)
        await cast.sql("UPDATE staff SET role = 'key_person' WHERE id = 3")
        await cast.karen.say(words)
        cast.db.bug = ValueError("ours")
        for one in others:
            await one.say(words)
        cast.db.bug = None
        kept, log = await cast.everything(), cast.log.getvalue()
        for word in words.split():
            assert word not in kept and word not in log
        assert "event=handling_failed" in log, "the failing was tried"


async def test_the_words_of_an_event_stand_in_nothing_that_is_printed() -> None:
    event = Event("typed", "text", 7, words=CITIZEN)
    try:
        raise ValueError(f"{event} {event!r} {[event]} {(event,)}")
    except ValueError as error:
        told = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "chat=7" in told and "Mette" not in told and "010203" not in told


@pytest.mark.only_on("sqlite")  # it reads the file
async def test_a_draft_is_sealed_and_goes_with_the_invitation(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, TO_THE_NAME)
        await cast.karen.say("Ingeborg Friis")
        entry = await cast.row("entry")
        assert b"Ingeborg" not in entry["name"] and cast.house.cipher.open(entry["name"]) == "Ingeborg Friis"
        await cast.karen.press("Spring over")
        entry = await cast.row("entry")
        assert cast.house.cipher.open(entry["name"]) == "", "only that the code still stands there"
        assert b"Ingeborg" not in cast.path.read_bytes()


# --- who may ----------------------------------------------------------------------------------------

FORGED = (
    "0:invite.coordinator",
    f"0:invited.coordinatorx{AT_THE_JOB_CENTRE}",
    "0:skip.name",
    "0:skip.phone",
    f"0:unit.{AT_THE_JOB_CENTRE}p1",
    *(f"0:{deed}.3" for deed in ("person", "renew", "remove", "removed", "name", "phone")),
)


@pytest.mark.parametrize("data", FORGED)
async def test_a_forged_press_by_anybody_else_does_nothing_and_is_answered_as_if_it_were_out_of_date(
    tmp_path: Path, data: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.admit("else", 7009, "coordinator")
        await play(cast, "karen > /invite\nkaren * Koordinator\nkaren * Sundhedsplejen")
        live = await cast.karen.live()
        await cast.sql("UPDATE staff SET role = 'key_person' WHERE id = 3")  # demoted, the card before her
        before = {name: await cast.rows(name) for name in ("invitation", "entry", "notice")}
        for one in (cast.anna, cast.bente, cast.karen):
            await one.press_raw(data, live if one is cast.karen else 50)
            assert "Skriv /new for at begynde" in one.screen
        assert {name: await cast.rows(name) for name in before} == before
        assert [row["removed"] for row in await cast.rows("staff")] == [None] * 4
        number = await cast.karen.id()
        await cast.ask(lambda c: people.remove(c, number, cast.time.now()))
        await cast.karen.press_raw(data, live)
        assert cast.karen.screen.startswith(STRANGER)
        assert not await cast.rows("invitation")


@pytest.mark.parametrize("data", ["0:invite.chief", "0:invited.coordinatorx0", "0:invited.x", "0:skip.new_name",
     "0:skip.shown", "0:unit.0p1", f"0:unit.{AT_THE_JOB_CENTRE}p", "0:person.x", "0:person.99",
     "0:removed.999999999999999999999999", "0:renew.0", "0:name.99"])  # fmt: skip
async def test_a_coordinators_press_that_means_nothing_is_out_of_date_too(tmp_path: Path, data: str) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.karen.press_raw(data, 50)
        assert "Skriv /new for at begynde" in cast.karen.screen
        assert not await cast.rows("entry") and not await cast.rows("invitation")


@pytest.mark.parametrize("command", ["/staff", "/invite", "/ansatte", "/inviter"])
async def test_to_everybody_else_there_is_no_such_command(tmp_path: Path, command: str) -> None:
    async with on_stage(tmp_path) as cast:
        for one in (cast.anna, cast.bente):
            await one.say(command)
            assert "Den kommando kender jeg ikke." in one.screen
        assert {"ansatte", "inviter"} <= ALIASES.keys()


async def test_every_code_of_a_button_is_short_enough_for_telegram(tmp_path: Path) -> None:
    longest = [f"0:invited.{role}x{AT_THE_JOB_CENTRE}" for role in inviting.ROLES]
    assert all(len(data.encode()) <= 64 and len(data.partition(".")[2]) <= 32 for data in longest)


async def test_twenty_invitations_may_wait_and_then_she_is_told_calmly(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        number = await cast.karen.id()
        for one in range(20):
            await cast.ask(
                lambda c, code=f"kode{one}": invitations.invite(
                    c, cast.house.cipher, code=code, role="frontline", unit="jobcenter", name="", phone="",
                    now=cast.time.now(), by=number,
                )
            )  # fmt: skip
        await cast.karen.say("/invite")
        assert "Du har 20 invitationer" in cast.karen.screen
        await cast.karen.press_raw(f"0:invited.frontlinex{AT_THE_JOB_CENTRE}", await cast.karen.live())
        await play(cast, "karen * Spring over\nkaren * Spring over\nkaren < Du har 20 invitationer")
        assert len(await cast.rows("invitation")) == 20
        await cast.stranger(NEWCOMER).say("/start kode3")
        await play(cast, TO_THE_NAME)
        cast.later(days=7)
        assert await cast.ask(lambda c: entries.unused(c, number, cast.time.now())) == 0


async def test_the_invitations_of_a_coordinator_who_leaves_admit_nobody(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        boss = await cast.admit("boss", 7009, "coordinator")
        await play(cast, TO_THE_NAME + "karen * Spring over\nkaren * Spring over")
        code = code_in(cast.karen)
        await boss.press_raw(f"0:removed.{await cast.karen.id()}", 50)
        await cast.karen.say(f"/start {code}")
        assert cast.karen.screen.startswith(STRANGER) and not await cast.rows("invitation")


async def admitted(cast: Cast, person: Person) -> bool:
    found = await cast.ask(lambda c: people.by_chat(c, cast.house.cipher, person.chat))
    return found is not None


async def test_an_invitation_can_be_made_beside_an_open_talk_and_a_referral(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await play(cast, TO_THE_NAME + "karen * Spring over\nkaren * Spring over")
        await cast.stranger(NEWCOMER).say(f"/start {code_in(cast.karen)}")
        assert await admitted(cast, cast.stranger(NEWCOMER))
