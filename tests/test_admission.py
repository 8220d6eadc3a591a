"""Who gets in: with a code that is good once and for a week; everybody else hears one neutral sentence."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from bot.locales.words import Words
from bot.model import Role
from bot.storage import invitations, people
from tests import wire as raw
from tests.cast import CITIZEN, STRANGER, Cast, Person, notices_of, on_stage, play, refer
from tests.wire import press

NEWCOMER = 8001


async def invited(
    cast: Cast,
    code: str = "kode-1_A",
    role: Role = "frontline",
    unit: str = "jobcenter",
    name: str = "Elin Friis",
) -> Person:
    await cast.ask(
        lambda c: invitations.invite(
            c, cast.house.cipher, code=code, role=role, unit=unit, name=name, phone="00 00 00 81",
            now=cast.time.now(),
        )
    )  # fmt: skip
    cast.people["elin"] = Person(cast, NEWCOMER, name, "00 00 00 81")
    return cast.people["elin"]


async def test_a_code_admits_and_one_card_stands_before_work(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        elin = await invited(cast)
        await play(
            cast,
            """
            elin > /start kode-1_A
            elin < Hvilket sprog vil du arbejde på?
            elin * Dansk
            elin < Velkommen.
            elin > /new
            elin < Hvornår bruger du mig?
            """,
        )
        her = await elin.staff()
        assert (her.role, her.unit, her.name, her.phone, her.language) == (
            "frontline", "jobcenter", "Elin Friis", "00 00 00 81", "da",
        )  # fmt: skip
        await cast.outbox()
        assert list(elin.messages) == [await elin.live()], "the code does not stay in the chat"


async def test_she_begins_in_the_language_of_her_telephone_where_there_is_one(tmp_path: Path) -> None:
    async with on_stage(tmp_path, words=Words({"da": {}, "en": {}})) as cast:
        elin = await invited(cast)
        hello = raw.text(NEWCOMER, "/start kode-1_A", 1)
        hello["message"]["from"]["language_code"] = "en-GB"
        await cast.arrive(hello)
        assert (await elin.staff()).language == "en"
        await elin.press("Dansk")
        assert (await elin.staff()).language == "da"
        assert len(cast.wire.of("setMyCommands", NEWCOMER)) == 2 or len(cast.wire.of("setMyCommands")) >= 1


async def test_her_menu_is_her_own_and_a_stranger_has_none(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await invited(cast, role="key_person")
        assert cast.wire.of("deleteMyCommands")
        await cast.stranger(8888).say("/start")
        assert not cast.wire.of("setMyCommands")
        await cast.people["elin"].say("/start kode-1_A")
        (menu,) = cast.wire.of("setMyCommands")
        assert menu.parameters["scope"] == {"type": "chat", "chat_id": NEWCOMER}
        assert "inbox" in {each["command"] for each in menu.parameters["commands"]}


async def test_a_code_is_good_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        elin = await invited(cast)
        await elin.say("/start kode-1_A")
        second = cast.stranger(8002)
        await second.say("/start kode-1_A")
        assert STRANGER in second.screen
        assert len(await cast.rows("staff")) == 4


async def test_two_who_use_a_code_at_once_are_not_both_admitted(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await invited(cast)
        await cast.arrive(raw.text(8001, "/start kode-1_A", 1), raw.text(8002, "/start kode-1_A", 1))
        assert len(await cast.rows("staff")) == 4


async def test_the_same_start_twice_leaves_her_admitted(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        elin = await invited(cast)
        await elin.say("/start kode-1_A")
        await elin.say("/start kode-1_A")
        assert "Velkommen." in elin.screen and (await elin.staff()).role == "frontline"


async def test_a_code_is_good_for_a_week(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        elin = await invited(cast)
        cast.later(days=6, hours=23)
        await elin.say("/start kode-1_A")
        assert (await elin.staff()).unit == "jobcenter"
        await invited(cast, "kode-2")
        cast.later(days=7)
        late = cast.stranger(8003)
        await late.say("/start kode-2")
        assert STRANGER in late.screen and len(await cast.rows("staff")) == 4


@pytest.mark.parametrize(
    "typed",
    ["/start kode-2", "/start KODE-1_A", "/start kode-1_A mere", "/start", "/start " + "x" * 300, "kode-1_A",
     "/START", f"/start {CITIZEN}", "/new kode-1_A", "/begin kode-1_A"],
)  # fmt: skip
async def test_without_the_right_code_it_is_the_one_neutral_sentence_and_the_code_stays_good(
    tmp_path: Path, typed: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await invited(cast)
        await cast.stranger(8888).say(typed)
        assert STRANGER in cast.stranger(8888).screen
        assert len(await cast.rows("staff")) == 3
        assert (await cast.row("invitation"))["used"] is None


FILE = {"file_id": "f", "file_unique_id": "u"}
DEEDS: dict[str, dict[str, Any]] = {
    "types": raw.text(8888, CITIZEN),
    "edits": raw.edited(8888, CITIZEN),
    "sends a photo": raw.photo(8888, caption=CITIZEN),
    "sends a voice": raw.sent(8888, voice=FILE | {"duration": 3}),
    "asks for a talk": raw.text(8888, "/new"),
    "asks for the inbox": raw.text(8888, "/inbox"),
    "presses an answer": press(8888, "1:moment.during"),
    "presses a notice": press(8888, "0:open.r1"),
    "presses withdraw": press(8888, "0:withdraw.r1"),
    "presses acute": press(8888, "0:acute.0"),
    "presses a language": press(8888, "0:language.da"),
}


@pytest.mark.parametrize("deed", DEEDS)
async def test_a_stranger_hears_the_neutral_sentence_and_nothing_about_her_is_stored(
    tmp_path: Path, deed: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        before = {name: await cast.rows(name) for name in ("staff", "session", "referral", "notice", "trace")}
        await cast.arrive({key: dict(value) for key, value in DEEDS[deed].items()})
        (only,) = cast.wire.of("sendMessage", 8888)
        assert only.text.startswith(STRANGER) and not only.buttons
        assert "vold" not in only.text.lower() and "borger" not in only.text.lower()
        assert {name: await cast.rows(name) for name in before} == before
        assert "8888" not in await cast.everything()


@pytest.mark.parametrize("change", [raw.blocked(8888), raw.unblocked(8888)], ids=["blocks", "unblocks"])
async def test_a_stranger_who_blocks_or_unblocks_is_told_and_kept_nothing(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.arrive(dict(change))
        assert not cast.wire.of("sendMessage") and len(await cast.rows("staff")) == 3


async def test_a_group_is_left_whatever_is_said_in_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.arrive(raw.text(-55, "/new"), raw.member(-56, "left", "member"), press(-57, "0:open.r1"))
        assert sorted(call.chat for call in cast.wire.of("leaveChat")) == [-57, -56, -55]
        assert not cast.wire.of("sendMessage")


async def test_an_admitted_person_gets_the_role_and_unit_of_a_new_code(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await invited(cast, "kode-9", role="key_person", unit="sundhed", name="")
        number = await cast.anna.id()
        await cast.anna.say("/start kode-9")
        her = await cast.anna.staff()
        assert (her.id, her.role, her.unit, her.name) == (number, "key_person", "sundhed", cast.anna.name)
        menu = cast.wire.of("setMyCommands")[-1]
        assert "inbox" in {each["command"] for each in menu.parameters["commands"]}


async def test_an_admitted_person_with_a_wrong_code_stays_what_she_is(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        before = await cast.anna.staff()
        await cast.anna.say("/start kode-9")
        after = await cast.anna.staff()
        assert (after.role, after.unit, after.name) == (before.role, before.unit, before.name)
        assert "Velkommen." in cast.anna.screen


async def test_a_new_code_in_the_middle_of_a_talk_does_not_end_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await invited(cast, "kode-9", role="key_person")
        await play(
            cast,
            "anna > /new\nanna * Midt i et møde\nanna > /start kode-9\nanna * Tilbage til samtalen\n"
            "anna < Hvad er anledningen?",
        )


async def test_a_key_person_who_becomes_frontline_is_sent_no_more_referrals(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await invited(cast, "kode-9", role="frontline")
        await cast.bente.say("/start kode-9")
        await refer(cast.anna)
        await cast.outbox()
        assert not await notices_of(cast.bente, "referral") and await notices_of(cast.karen, "referral")


async def test_a_removed_person_is_a_stranger_her_chat_is_emptied_and_a_new_code_lets_her_in_again(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, "anna > /new\nanna * Midt i et møde")
        number, live = await cast.anna.id(), await cast.anna.live()
        await cast.ask(lambda c: people.remove(c, number, cast.time.now()))
        await cast.outbox()
        assert cast.anna.messages == {} and not await cast.rows("session")
        await cast.anna.press_raw("2:mode.routine", live)
        assert STRANGER in cast.anna.screen
        await cast.anna.say("/new")
        assert STRANGER in cast.anna.screen
        await invited(cast, "kode-9")
        await cast.anna.say("/start kode-9")
        assert (await cast.anna.staff()).id == number
        await cast.anna.press("Dansk")
        await cast.anna.say("/new")
        await cast.anna.press_raw("2:mode.routine", await cast.anna.live())
        assert cast.anna.toast == "Her er det nyeste kort.", "an old button never becomes valid again"


async def test_a_code_of_a_removed_unit_or_nobodys_name_harms_nobody(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        elin = await invited(cast, unit="nedlagt", name="")
        await elin.say("/start kode-1_A")
        await elin.press("Dansk")
        await refer(elin)
        assert "Gemt." in elin.screen
        await cast.outbox()
        assert cast.karen.messages, "no key person in that unit: the coordinator gets it"
        await cast.karen.press("Åbn")
        assert "00 00 00 81" in cast.karen.screen, "whom to ring is shown, with or without a name"


@pytest.mark.only_on("sqlite")  # it reads the file
async def test_an_invitation_is_kept_only_as_a_hash_and_goes_with_the_purge(tmp_path: Path) -> None:
    from bot.storage.purge import purge

    async with on_stage(tmp_path) as cast:
        elin = await invited(cast)
        assert "kode-1_A" not in await cast.everything()
        assert b"kode-1_A" not in cast.path.read_bytes()
        await elin.say("/start kode-1_A")
        cast.time.seconds += timedelta(hours=1).total_seconds()
        await cast.ask(lambda c: purge(c, cast.time.now()))
        assert not await cast.rows("invitation")


# --- guessing ---------------------------------------------------------------------------------------


class Statements:
    """Every statement that is run while it is open, by its text."""

    def __init__(self, cast: Cast) -> None:
        self.run: list[str] = []

    def _note(self, _c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.run.append(statement)

    def __enter__(self) -> "Statements":
        event.listen(Engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._note)


async def _nobody(cast: Cast) -> Person:
    return cast.stranger(8888)


async def _removed(cast: Cast) -> Person:
    number = await cast.anna.id()
    await cast.ask(lambda c: people.remove(c, number, cast.time.now()))
    return cast.anna


async def _lapsed(cast: Cast) -> Person:
    cast.later(days=364)
    await cast.admit("karen", 7003, "coordinator")
    cast.later(days=2)
    await cast.outbox()
    return cast.anna


async def _tried_too_often(cast: Cast) -> Person:
    for _ in range(6):
        await cast.stranger(8888).say("/start kode-7")
    return cast.stranger(8888)


async def _used(cast: Cast) -> Person:
    await cast.stranger(8002).say("/start kode-1_A")
    return cast.stranger(8888)


WHO = [_nobody, _removed, _lapsed, _tried_too_often, _used]
TYPED = ["/start kode-7", "/start kode-1_A", "/start", "/new", "hej"]


@pytest.mark.only_on("sqlite")  # two stages, each with rows of its own
@pytest.mark.parametrize("typed", TYPED)
async def test_whoever_may_not_come_in_hears_the_same_after_the_very_same_work(
    tmp_path: Path, typed: str
) -> None:
    heard, worked = set(), set()
    for number, become in enumerate(WHO):
        (directory := tmp_path / str(number)).mkdir()
        async with on_stage(directory) as cast:
            await invited(cast)
            person = await become(cast)
            if become is not _tried_too_often and become is not _used and typed.endswith("1_A"):
                continue  # it would be right
            with Statements(cast) as statements:
                await person.say(typed)
            heard.add((person.screen, tuple(cast.wire.of("sendMessage", person.chat)[-1].buttons)))
            worked.add(tuple(statements.run))
            assert len(statements.run) > 5
    assert len(heard) == 1 and len(worked) == 1


async def test_the_work_is_the_same_with_a_code_and_without(tmp_path: Path) -> None:
    worked = set()
    async with on_stage(tmp_path) as cast:
        for typed in ("/start", "/start kode-7", "hej", "/new"):
            with Statements(cast) as statements:
                await cast.stranger(8888).say(typed)
            worked.add(tuple(statements.run))
    assert len(worked) == 1


async def test_a_person_may_try_five_times_an_hour_and_then_the_right_code_does_not_help_either(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        elin = await invited(cast)
        for number in range(5):
            await elin.say(f"/start kode-{number}")
        await elin.say("/start kode-1_A")
        assert elin.screen.startswith(STRANGER)
        await cast.stop()
        await cast.start()
        cast.later(minutes=59)
        await elin.say("/start kode-1_A")
        assert elin.screen.startswith(STRANGER), "a restart changes nothing"
        cast.later(minutes=1)
        await elin.say("/start kode-1_A")
        assert (await elin.staff()).role == "frontline"


async def test_to_say_hello_is_no_try(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        elin = await invited(cast)
        for _ in range(20):
            await elin.say("hej")
            await elin.say("/start")
        assert not await cast.rows("attempt")
        await elin.say("/start kode-1_A")
        assert await elin.staff()


async def test_all_together_may_try_sixty_times_a_minute_and_one_alone_cannot_use_that_up(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        elin = await invited(cast)
        for _ in range(80):
            await cast.stranger(8888).say("/start kode-7")
        assert len(await cast.rows("attempt")) == 5
        for number in range(55):
            await cast.stranger(9000 + number).say("/start kode-7")
        await elin.say("/start kode-1_A")
        assert elin.screen.startswith(STRANGER)
        cast.later(minutes=1)
        await elin.say("/start kode-1_A")
        assert await elin.staff()


async def test_a_colleague_who_guesses_at_codes_is_held_back_too(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await invited(cast, role="coordinator")
        for number in range(5):
            await cast.anna.say(f"/start kode-{number}")
        await cast.anna.say("/start kode-1_A")
        assert (await cast.anna.staff()).role == "frontline" and "Velkommen." in cast.anna.screen


async def test_of_whoever_tries_a_code_only_a_digest_is_kept_and_not_for_long(tmp_path: Path) -> None:
    from bot.storage.purge import purge

    async with on_stage(tmp_path) as cast:
        await cast.stranger(88881234).say("/start hemmelig-kode")
        kept = await cast.everything()
        assert "88881234" not in kept and "hemmelig" not in kept
        assert [set(row) for row in await cast.rows("attempt")] == [{"id", "chat", "at"}]
        cast.later(hours=1)
        await cast.ask(lambda c: purge(c, cast.time.now()))
        assert not await cast.rows("attempt")


# --- groups and channels ----------------------------------------------------------------------------

CHANNEL = {"id": -77, "type": "channel", "title": "x"}
GROUP = {"id": -77, "type": "supergroup", "title": "x"}
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
IN_A_CROWD: dict[str, dict[str, Any]] = {
    "added as a member": raw.member(-77, "left", "member"),
    "added as an administrator": {
        "my_chat_member": {
            **raw.member(-77, "left", "member")["my_chat_member"],
            "new_chat_member": {
                "status": "administrator", "user": {"id": 1, "is_bot": True, "first_name": "Opspor"},
                **dict.fromkeys(("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages",
                "can_manage_video_chats", "can_restrict_members", "can_promote_members", "can_change_info",
                "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories"), False),
            },
        }
    },
    "added to a channel": {
        "my_chat_member": {**raw.member(-77, "left", "member")["my_chat_member"], "chat": CHANNEL}
    },
    "a channel's post": {"channel_post": {"message_id": 1, "date": 1, "chat": CHANNEL, "text": "/start kode-1_A"}},
    "an edited post": {
        "edited_channel_post": {"message_id": 1, "date": 1, "edit_date": 2, "chat": CHANNEL, "text": "/new"}
    },
    "an anonymous administrator": {
        "message": {
            "message_id": 1, "date": 1, "chat": GROUP, "from": ANONYMOUS, "sender_chat": GROUP,
            "text": "/start kode-1_A",
        }
    },
    "a linked channel's post": {
        "message": {
            "message_id": 1, "date": 1, "chat": GROUP, "sender_chat": CHANNEL, "text": "/start kode-1_A",
            "is_automatic_forward": True,
        }
    },
    "a press": raw.press(-77, "0:invite.coordinator"),
}  # fmt: skip


@pytest.mark.parametrize("how", IN_A_CROWD)
async def test_groups_and_channels_are_left_however_they_are_met_and_nobody_gets_in_there(
    tmp_path: Path, how: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await invited(cast)
        await cast.arrive({key: dict(value) for key, value in IN_A_CROWD[how].items()})
        assert [call.chat for call in cast.wire.of("leaveChat")] == [-77]
        assert not cast.wire.of("sendMessage") and (await cast.row("invitation"))["used"] is None


async def test_exactly_four_kinds_of_updates_are_subscribed_to_each_time(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/help")
        asked = [call.parameters["allowed_updates"] for call in cast.wire.of("getUpdates")]
        assert len(asked) > 1
        assert {tuple(one) for one in asked} == {
            ("message", "edited_message", "callback_query", "my_chat_member")
        }
