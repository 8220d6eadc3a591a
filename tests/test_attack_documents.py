"""Whatever stands in an update, it is confirmed or refused, and none of its words stays anywhere."""

import asyncio
import json
import random
import unicodedata
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import particulars
from bot.transport import webhook
from bot.transport.recognising import UNREAD, looks
from tests import documents
from tests.attack import ALL, EXAMPLES, traces_of
from tests.cast import STRANGER, Cast, on_stage, play
from tests.test_command_line import ROOT, one_sentence, opspor
from tests.test_inviting import TO_THE_NAME, code_in
from tests.test_webhook import SECRET, URL

MARK = "Qvistgaard"
SHOWN = {"sendMessage", "editMessageText", "answerCallbackQuery"}


def door(cast: Cast) -> Callable[[bytes], Awaitable[int]]:
    """The webhook's, of the very house that polls: what posts a body there and tells the status."""
    assert cast.room is not None

    async def ready() -> bool:
        return True

    app = webhook.application(URL, SECRET, cast.room.intake.take, ready)
    headers = [
        (webhook.SECRET_HEADER.lower().encode(), SECRET.encode()),
        (b"content-type", b"application/json"),
    ]

    async def post(body: bytes) -> int:
        said: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            said.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/a door/telegram",
            "headers": headers,
            "query_string": b"",
        }
        async with asyncio.timeout(20):
            await app(scope, receive, send)
        return int(said[0]["status"])

    return post


def test_of_a_thousand_random_updates_each_is_taken_and_not_a_word_stays(tmp_path: Path) -> None:
    met: Counter[str] = Counter()

    async def all_of_them() -> None:
        async with on_stage(tmp_path) as cast:
            post = door(cast)
            await play(cast, TO_THE_NAME)  # a coordinator is awaited to type a name, and none of these is one
            loop = asyncio.get_running_loop()

            async def arrives(chance: random.Random) -> None:
                document = documents.update(chance, MARK)
                before = len(cast.wire.calls)
                if chance.random() < 0.5:
                    await cast.arrive(document)
                else:
                    number = (
                        10**6 + sum(met.values()) if chance.random() < 0.9 else chance.choice(WRONG_NUMBERS)
                    )
                    assert await post(json.dumps(document | {"update_id": number}).encode()) == 200
                    await cast.quiet()
                called = {call.method for call in cast.wire.calls[before:]}
                met[kind := next(iter(document))] += 1
                met["answered"] += bool(called & SHOWN)
                assert kind in documents.ANSWERED or not called & SHOWN, (kind, called)

            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                derandomize=not ALL,
                suppress_health_check=list(HealthCheck),
                database=None,
            )
            @given(chance=st.randoms(use_true_random=True))
            def each(chance: random.Random) -> None:
                asyncio.run_coroutine_threadsafe(arrives(chance), loop).result(60)

            await asyncio.to_thread(each)
            await cast.outbox()
            assert await traces_of(cast, MARK) == []
            log = cast.log.getvalue()
            for trouble in (
                "handling_failed",
                "intake_bug",
                "reply_bug",
                "line_unsayable",
                "not_stored",
                "loop_trouble",
            ):
                assert trouble not in log, [line for line in log.splitlines() if trouble in line][:3]
            assert len(await cast.rows("staff")) == 3 and not await cast.rows("invitation")
            await cast.anna.say("/help")
            assert "/new" in cast.anna.screen, "and it works as before"

    asyncio.run(all_of_them())
    tried = sum(met[kind] for kind in documents.KINDS)
    print(f"\n{tried} updates of {len(met) - 1} kinds, {met['answered']} answered")  # noqa: T201
    assert met["answered"] > EXAMPLES / 10 and tried >= EXAMPLES


WRONG_NUMBERS: list[Any] = [None, True, -1, 2**63, 10**40, 1.5, MARK, [MARK], {"update_id": 1}]


# --- tricks with letters --------------------------------------------------------------------------------

TRICKS = {
    "fullwidth letters": "/ｎｅｗ",
    "a fullwidth slash": "／new",
    "a zero-width space": "/\u200bnew",
    "a joiner": "/ne\u200dw",
    "the other way round": "\u202e/new",
    "a mark after": "/new\u200f",
    "a mark before": "\u200f/new",
    "a dotless i": "/ınbox",
    "a dotted I": "/İNBOX",
    "a long s": "/ſtaff",
    "a combining mark": "/new\u0301",
    "a byte order mark": "\ufeff/new",
    "a NUL": "/new\0",
    "a division slash": "∕new",
    "cyrillic": "/nеw",
    "a ligature": "/ﬆop",
    "mathematical": "/𝐧𝐞𝐰",
    "two slashes": "//new",
    "a space": "/ new",
    "greek": "/ηew",
    "long": "/" + "n" * 4000,
}


@pytest.mark.parametrize("trick", TRICKS)
async def test_what_only_looks_like_a_command_is_none_and_is_answered_kindly(
    tmp_path: Path, trick: str
) -> None:
    async with on_stage(tmp_path) as cast:
        for person in (cast.anna, cast.karen):
            await person.say(TRICKS[trick])
            assert "Den kommando kender jeg ikke." in person.screen or "Jeg har slettet det" in person.screen
        await cast.stranger(8888).say(TRICKS[trick])
        assert cast.stranger(8888).screen.startswith(STRANGER)
        assert not await cast.rows("session") and not await cast.rows("attempt")


ZALGO = "Z" + "\u0335\u0321\u034a" * 20 + "algo"
UNFIT = [
    "Elin\u202eFriis",
    "\u2066Elin\u2069",
    "Elin\u200e",
    ZALGO,
    "Elin 🙂",
    "🧕🏽",
    "Elin ٣",
    "Elin ३",
    "Elin ⅷ",
    "Elin ①",
    "x" * 61,
    "\u3164\u3164",
    "\u115f\u1160",
    "\uffa0\uffa0",
    "Elin\ufe0fFriis",
    "E\U000e0101lin",
    "Eli\u034fn",
    "Elin\u00adFriis",
    "Elin\u2060",
    "Elin\ud800",
    "Elin\u2028Friis",
    "Elin\x1b[2J",
    "Elin\x7f",
    "\U000f0000\U000f0000",
    "Elin{unit}",
    "<b>Elin</b>",
    "Elin_",
    "=Elin()",
    "\u2800\u2800",
]


async def test_no_name_has_in_it_what_is_not_seen_or_moves_other_letters(tmp_path: Path) -> None:
    assert [name for name in UNFIT if particulars.name(name)] == []
    async with on_stage(tmp_path) as cast:
        await play(cast, TO_THE_NAME)
        for name in UNFIT:
            await cast.karen.say(name)
            assert "Det kan jeg ikke gemme som navn." in cast.karen.screen, name.encode("unicode_escape")
        await cast.karen.say("Elin Friis")
        for phone in (
            "٩٩٩٩٩٩٩٩",
            "９９９９９９９９",
            "99\u200b99 99 99",
            "9" * 40,
            "+45 99 99 99 99\u202e",
            "112",
            "0000",
            "00 00 00 123",
        ):
            await cast.karen.say(phone)
            assert "Det nummer kender jeg ikke." in cast.karen.screen, phone.encode("unicode_escape")
        await cast.karen.say("9" * 10_000)
        await cast.karen.say("00 00 00 12")
        await cast.stranger(8001).say(f"/start {code_in(cast.karen)}")
        assert "00 00 00 12" in await cast.everything()


@given(st.text(alphabet=st.characters(codec=None), max_size=70))
@settings(max_examples=200, deadline=None)
def test_a_kept_name_shows_every_sign_that_it_has(typed: str) -> None:
    for each in particulars.name(typed):
        assert unicodedata.category(each)[0] in "LMZP"
        assert unicodedata.normalize("NFKC", each) not in {"\u1160", "\u115f", "\u034f"}


@pytest.mark.parametrize("typed", ["00 00 00 12", "00000012", "0000 0012"])
def test_a_number_that_plainly_is_nobodys_may_be_given(typed: str) -> None:
    assert particulars.phone(typed) == "00 00 00 12"
    assert particulars.phone("0000000012") == particulars.phone("0000012") == ""


@pytest.mark.parametrize(
    ("option", "given"),
    [("--name", "Elin\u202eFriis"), ("--name", "x" * 10_000), ("--phone", "010190-1234")],
)
def test_the_command_line_takes_no_other_names_and_numbers_than_a_coordinator_may_type(
    tmp_path: Path, option: str, given: str
) -> None:
    said = one_sentence(
        opspor(tmp_path, "invite", "--role", "frontline", "--unit", "jobcenter", option, given)
    )
    assert option in said and given not in said


def test_a_fictional_number_is_taken_on_the_command_line(tmp_path: Path) -> None:
    words = ("--role", "frontline", "--unit", "jobcenter", "--name", "Elin Friis", "--phone", "00 00 00 12")
    done = opspor(tmp_path, "invite", *words)
    assert done.returncode == 0, done.stderr
    assert (ROOT / "bot").is_dir()


# --- what takes long ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sign", ["㍿", "ﷺ", "a", "a.", "1x", "31.02", "12", "3102990231", "a@", "@a.", "vej ", "1 ", "＠a．"]
)
def test_the_longest_message_is_looked_at_in_less_than_anybody_notices(sign: str) -> None:
    """One sign that Unicode spells as four letters took seventeen seconds, in which nobody else was answered."""
    import time

    words = (sign * 4096)[:4096]
    began = time.process_time()
    kind = looks(words)
    assert time.process_time() - began < 1.5, "of the processor's own time; 0.1 is usual"
    assert kind == UNREAD or len(unicodedata.normalize("NFKC", words)) <= 4096
