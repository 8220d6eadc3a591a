"""Somebody wants in, or to press what is another's: forged buttons, updates that come again, codes guessed."""

import random
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from bot import buttons, engine
from bot.storage import people
from tests import wire as raw
from tests.attack import ALL, recorded, rows_of_others, taken_again
from tests.cast import (
    CONTENT,
    NOTHING_MORE,
    STRANGER,
    Cast,
    Person,
    finish,
    on_stage,
    play,
    refer,
    session_of,
)
from tests.test_admission import Statements, invited

# --- forged buttons ---------------------------------------------------------------------------------

ANSWERS = sorted(
    {
        choice.code
        for flow in CONTENT.flows.values()
        for state in (*flow.states.values(), *flow.views.values())
        for choice in state.choices
    }
)
CODES = (*ANSWERS, *engine._CONTROLS)
REFERENCES = (
    "r1",
    "r2",
    "r3",
    "1",
    "2",
    "3",
    "4",
    "person1",
    "nowhere",
    "0",
    "overview",
    "name",
    "phone",
    "coordinator",
)
# What she may press herself, on whatever card: it shows a list of telephones that everybody has, or is her own.
HER_OWN = {"language", "away", "notify", "ask", "acute", "resume"}


async def a_busy_house(cast: Cast) -> None:
    """Anna in a talk with a hand-over and an open duty behind her, Bente in the case, Karen awaited to type."""
    await refer(cast.anna, children="yes")
    await cast.outbox()
    await play(cast, "bente * Åbn\nbente * Jeg tager den\nbente * Jeg har talt med borgeren")
    await play(cast, "karen > /invite\nkaren * Nøgleperson\nkaren * Sundhedsplejen")
    await cast.outbox()


async def intruders(cast: Cast) -> list[Person]:
    """Each of them with nothing of her own in the house that is not hers."""
    others = {
        "below": ("frontline", "voksen"),
        "other": ("key_person", "voksen"),
        "gone": ("key_person", "jobcenter"),
        "lapsed": ("coordinator", "jobcenter"),
        "demoted": ("frontline", "jobcenter"),
    }
    found = [cast.stranger(8888)]
    for number, (name, (role, unit)) in enumerate(others.items()):
        found.append(await cast.admit(name, 7101 + number, role, unit, phone="00 00 00 90"))  # type: ignore[arg-type]
    gone = await cast.people["gone"].id()
    await cast.ask(lambda c: people.remove(c, gone, cast.time.now()))
    await cast.sql(f"UPDATE staff SET admitted = 0 WHERE id = {await cast.people['lapsed'].id()}")  # noqa: S608
    return found


async def test_a_forged_button_moves_nothing_but_her_own_and_shows_her_nothing_of_anybody(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        crowd = await intruders(cast)
        await a_busy_house(cast)
        turns = [(await session_of(cast.anna)).turn, (await session_of(cast.bente, "r1")).turn, 1]
        forged = [
            f"{turn}:{code}" for at, turn in enumerate(turns) for code in (CODES if ALL else CODES[at::3])
        ]
        forged += [f"0:{action}.{one}" for action in buttons._ACTIONS for one in REFERENCES]
        before, tried = await rows_of_others(cast, crowd), 0
        for start in range(0, len(forged), 40):
            part = forged[start : start + 40]
            await cast.arrive(*(raw.press(one.chat, data, 50) for one in crowd for data in part))
            tried += len(part) * len(crowd)
        assert await rows_of_others(cast, crowd) == before
        for one in crowd:
            shown = "\n".join(call.text for call in cast.wire.calls if call.chat == one.chat)
            assert not re.search(r"Bjerregaard|00 00 00 [79]|\br[1-9]\b|[A-Za-z0-9_-]{22}", shown)
        for one in (crowd[0], cast.people["gone"], cast.people["lapsed"]):
            assert {call.text.startswith(STRANGER) for call in cast.wire.of("sendMessage", one.chat)} == {
                True
            }
        assert "handling_failed" not in cast.log.getvalue()
        await play(cast, "bente * Borgeren vil ikke")
        print(f"\n{tried} forged buttons")  # noqa: T201
        assert tried > 2000


async def _answered(cast: Cast) -> list[dict[str, Any]]:
    """Where everybody is, and what they have answered; that a card was shown again counts for nothing."""
    of_showing = ("version", "touched", "cover")
    return [{name: row[name] for name in row if name not in of_showing} for row in await cast.rows("session")]


@pytest.mark.parametrize("who", ["anna", "bente", "karen"])
async def test_with_her_own_turn_too_only_what_her_own_card_offers_is_an_answer(
    tmp_path: Path, who: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await a_busy_house(cast)
        person = cast.people[who]
        if who == "karen":
            await play(cast, "karen > /new\nkaren * Midt i et møde")
        session = await session_of(person, "r1" if who == "bente" else "")
        offered = set(person.buttons(await person.live()).values())
        before = await _answered(cast)
        forged = [f"{session.turn}:{code}" for code in CODES]
        forged = [data for data in forged if data not in offered]
        live = await person.live()
        for start in range(0, len(forged), 60):
            await cast.arrive(*(raw.press(person.chat, data, live) for data in forged[start : start + 60]))
        assert await _answered(cast) == before and len(forged) > 100
        assert "handling_failed" not in cast.log.getvalue()


async def test_a_coordinator_of_the_town_sees_nothing_of_a_case_that_was_not_asked_of_her(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        boss = await cast.admit("boss", 7109, "coordinator")
        await a_busy_house(cast)
        mine = [name for name in buttons._ACTIONS if name not in HER_OWN]
        cases = [
            name
            for name in mine
            if name not in ("unit", "person", "renew", "remove", "removed", "name", "phone")
        ]
        before = await rows_of_others(cast, [boss])
        forged = [f"0:{action}.{one}" for action in cases for one in REFERENCES]
        forged += [f"{turn}:{code}" for turn in (1, 9) for code in CODES]
        await cast.arrive(*(raw.press(boss.chat, data, 50) for data in forged))
        assert await rows_of_others(cast, [boss]) == before
        shown = "\n".join(call.text for call in cast.wire.calls if call.chat == boss.chat)
        assert not re.search(r"Bjerregaard|00 00 00 7|\br[1-9]\b", shown)


# --- the same again ---------------------------------------------------------------------------------

KEPT = ("referral", "outcome", "invitation", "work", "step", "entry", "deputy", "absence", "issued")


async def _told(cast: Cast) -> set[tuple[str, int, str]]:
    return {(row["kind"], row["staff"], row["reference"]) for row in await cast.rows("notice")}


@pytest.mark.parametrize("order", ["as it was", "reversed", "shuffled 1", "shuffled 2", "shuffled 3"])
@pytest.mark.parametrize("numbers", ["the same", "new"])
async def test_what_comes_again_doubles_nothing_and_makes_nothing_valid_again(
    tmp_path: Path, order: str, numbers: str
) -> None:
    async with on_stage(tmp_path) as cast:
        updates = recorded(cast)
        await refer(cast.anna, children="yes")
        await finish(cast.anna)
        await cast.outbox()
        await play(
            cast, "bente * Åbn\nbente * Jeg tager den\nbente * Jeg har talt med borgeren\n" + NOTHING_MORE
        )
        await play(cast, "bente * Hjælpen er gennemført")
        if numbers == "the same":  # with new ones she does it once more, as anybody may
            await play(
                cast, "karen > /invite\nkaren * Nøgleperson\nkaren * Sundhedsplejen\nkaren > Ingeborg Friis"
            )
            await cast.karen.say("99999999")
        await cast.outbox()
        before, told = {name: await cast.rows(name) for name in KEPT}, await _told(cast)
        assert len(before["referral"]) == len(before["outcome"]) == 1 and len(updates) > 25
        again = deepcopy(updates)
        if order == "reversed":
            again.reverse()
        elif order != "as it was":
            random.Random(order).shuffle(again)
        if numbers == "new":
            again = [one | {"update_id": 10**6 + number} for number, one in enumerate(again)]
        calls = len(cast.wire.calls)
        await taken_again(cast, again)
        await cast.outbox()
        assert {name: await cast.rows(name) for name in KEPT} == before
        assert await _told(cast) == told
        if numbers == "the same":
            assert {call.method for call in cast.wire.calls[calls:]} <= {"answerCallbackQuery", "getUpdates"}
        assert {row["trail"] for row in await cast.rows("session")} <= {""}, (
            "no answer of earlier counts again"
        )


# --- codes ------------------------------------------------------------------------------------------

REAL = "Qx7-aB3_dE9fG2hJ5kL8mN"
LOOKALIKES = str.maketrans({"a": "а", "e": "е", "x": "х", "B": "В", "3": "З", "_": "＿", "-": "–", "9": "٩"})


def guesses() -> list[str]:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
    near = [REAL[:at] + one + REAL[at + 1 :] for at in range(len(REAL)) for one in letters if one != REAL[at]]
    near += [REAL[:at] + REAL[at + 1 :] for at in range(len(REAL))] + [REAL[:at] for at in range(len(REAL))]
    strange = [
        REAL.lower(),
        REAL.upper(),
        REAL.swapcase(),
        REAL[::-1],
        REAL + " ",
        REAL + "=",
        REAL + "\0",
        REAL + "A",
        REAL * 2,
        REAL.translate(LOOKALIKES),
        "\u200b" + REAL,
        REAL[:9] + "\u00ad" + REAL[9:],
        "\u202e" + REAL[::-1],
        REAL + "\u0301",
        "".join(chr(ord(each) + 0xFEE0) for each in REAL),
        "' OR 1=1 --",
        f"{REAL}' --",
        "%",
        "_" * 22,
        "*",
        "NULL",
        "",
        "x" * 64,
        "x" * 65,
        "x" * 4000,
        "../../opspor.db",
        "${jndi:ldap://x}",
        "{code}",
        "%s",
        "\ud800",
        f"{REAL} {REAL}",
    ]
    return [one for one in (*(near if ALL else near[::2]), *strange) if one.strip() != REAL]


async def test_of_a_thousand_guesses_at_a_code_each_is_answered_alike_after_the_same_work(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as cast:
        await invited(cast, REAL)
        heard, worked, tried = set(), set(), guesses()
        for number, guess in enumerate(tried):
            if number % 50 == 0:
                cast.later(minutes=1)
            one = cast.stranger(10**6 + number)
            with Statements(cast) as statements:
                await one.say(f"/start {guess}")
            heard.add((one.screen, *one.buttons(max(one.messages))))
            worked.add(tuple(statements.run))
        assert len(heard) == len(worked) == 1, (len(heard), len(worked))
        assert len(await cast.rows("staff")) == 3 and (await cast.row("invitation"))["used"] is None
        cast.later(hours=1)
        await cast.people["elin"].say(f"/start {REAL}")
        assert (await cast.people["elin"].staff()).role == "frontline", (
            "and the real one is as good as before"
        )
        print(f"\n{len(tried)} codes guessed")  # noqa: T201
        assert len(tried) > 700
