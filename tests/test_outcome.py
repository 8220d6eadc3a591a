"""What is left of a talk: one row of closed codes, a week and a unit, however it ends; and nothing of the person."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from bot import conversation
from bot.outcome import Outcome
from bot.storage.purge import purge
from bot.storage.tables import metadata
from tests.cast import NOTHING_MORE, Cast, on_stage, play, refer, to_consent

COLUMNS = [
    *("week", "unit", "moment", "mode", "response", "forms", "children", "level", "duty", "wish", "next"),
    *("result", "urgency", "path", "accepted", "reached", "offer", "answer", "close"),
    *("hours_to_open", "hours_to_accept", "hours_to_reach"),
]


def test_its_columns_are_those_of_the_design_to_the_letter() -> None:
    assert [column.name for column in metadata.tables["outcome"].c] == ["id", *COLUMNS]
    assert [field.name for field in fields(Outcome)] == COLUMNS


async def test_nothing_is_recorded_before_the_occasion_is_answered(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, "anna > /new\nanna * Midt i et møde\nanna * Stop")
        assert not await cast.rows("outcome")


@pytest.mark.parametrize("way", ["Stop", "/stop", "/clear", "/new", "away", "the end"])
async def test_one_row_is_written_however_the_talk_ends(tmp_path: Path, way: str) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, "anna > /new\nanna * Midt i et møde\nanna * Jeg spørger alle")
        if way == "the end":
            await cast.anna.answer(response="says_no", next="none", level="none")
        elif way == "away":
            cast.later(hours=3)
            await conversation.expire(cast.house)
        elif way.startswith("/"):
            await cast.anna.say(way)
        else:
            await cast.anna.press(way)
        row = await cast.row("outcome")
        assert (row["week"], row["unit"], row["mode"]) == ("2026-W48", "jobcenter", "routine")
        assert row["result"] == ("asked_not_confirmed" if way == "the end" else "not_asked")
        assert row["path"] == "none" and row["urgency"] == "standard"


async def test_the_week_is_the_municipalitys_and_not_greenwichs(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        cast.later(days=5, hours=14, minutes=30)  # Sunday half past eleven in Greenwich, Monday in Denmark
        await play(cast, "anna > /new\nanna * Midt i et møde\nanna * Jeg spørger alle\nanna * Stop")
        assert (await cast.row("outcome"))["week"] == "2026-W49"


@pytest.mark.parametrize(
    ("facts", "result", "path"),
    [
        ({"mode": "routine", "response": "says_no"}, "asked_not_confirmed", "none"),
        ({"mode": "routine", "response": "declined"}, "declined_to_talk", "none"),
        ({"mode": "routine", "response": "not_asked"}, "not_asked", "none"),
        ({"mode": "routine", "response": "unsure"}, "unsure", "none"),
        ({"mode": "told", "wish": "help", "consent": "named"}, "disclosed", "referral"),
        ({"mode": "told", "wish": "shelter", "consent": "named"}, "disclosed", "shelter"),
        ({"mode": "told", "wish": "police"}, "disclosed", "police"),
        ({"mode": "told", "wish": "help", "consent": "anonymous"}, "disclosed", "advice"),
        ({"mode": "child", "signs": ["child_signs"]}, "child_only", "none"),
        ({"mode": "uses"}, "own_violence", "none"),
        (
            {"mode": "routine", "gate": "missing", "private": "no", "response": "not_asked"},
            "could_not_ask_safely",
            "none",
        ),
    ],
)
async def test_the_row_says_what_happened(
    tmp_path: Path, facts: dict[str, Any], result: str, path: str
) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.anna.answer(**({"moment": "during", "level": "concern"} | facts))
        row = await cast.row("outcome")
        assert (row["result"], row["path"]) == (result, path)


async def test_red_flags_honour_danger_and_times_are_in_no_row(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await cast.anna.answer(
            moment="during", mode="told", red_flags=["throat", "suicidal"], who="parent", honour="yes",
            safe_today="no", children="no", wish="later",
        )  # fmt: skip
        row = await cast.row("outcome")
        assert row["urgency"] == "same_day"
        kept = await cast.everything()
        for code in ("throat", "suicidal", "honour", "parent", "safe_today"):
            assert code not in kept
        assert "2026-11-24" not in str(row)


async def test_every_value_of_the_row_is_a_code_or_a_small_number(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna, red_flags=["throat"])
        await cast.anna.answer(forms=["physical", "stalking", "digital"])
        row = await cast.row("outcome")
        assert row["forms"] == "physical,digital,stalking", "in the vocabulary's order"
        for value in row.values():
            assert value is None or isinstance(value, int) or len(value) <= 60


# --- what the key person's side adds ---------------------------------------------------------------------------


async def test_the_hours_count_from_when_it_was_stored(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await cast.anna.answer()
        cast.later(hours=2, minutes=59)
        await cast.bente.press("Åbn")
        cast.later(hours=1, minutes=1)
        await cast.bente.press("Jeg tager den")
        cast.later(hours=20)
        await play(cast, f"bente * Jeg har talt med borgeren\n{NOTHING_MORE}\nbente * Hjælpen er gennemført")
        row = await cast.row("outcome")
        assert (row["hours_to_open"], row["hours_to_accept"], row["hours_to_reach"]) == (2, 4, 24)
        assert (row["accepted"], row["reached"], row["close"]) == (1, 1, "completed")


async def test_what_the_key_person_did_before_the_talk_was_over_is_in_the_row_too(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        cast.later(hours=1)
        await play(cast, "bente * Åbn\nbente * Jeg tager den")
        assert not await cast.rows("outcome")
        await cast.anna.answer()
        row = await cast.row("outcome")
        assert (row["accepted"], row["hours_to_open"], row["hours_to_accept"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("contact", "close", "expected"),
    [
        ("Jeg har talt med borgeren", "Hjælpen er gennemført", (1, "completed")),
        ("Ikke fået fat i borgeren", "Det lykkedes ikke at få kontakt", (0, "not_reached")),
        ("Borgeren siger nej tak", "Borgeren sagde nej tak", (0, "declined")),
        ("Jeg har talt med borgeren", "Andre hjælper nu", (1, "handled_elsewhere")),
        ("Ikke fået fat i borgeren", "Sendt ved en fejl", (0, "sent_in_error")),
    ],
)
async def test_every_honest_closing_stands_in_the_row(
    tmp_path: Path, contact: str, close: str, expected: tuple[int, str]
) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await cast.anna.answer()
        done = {
            "Jeg har talt med borgeren": NOTHING_MORE,
            "Borgeren siger nej tak": "bente * Borgeren vil ikke",
        }
        between = done.get(contact, "post")
        await play(cast, f"bente * Åbn\nbente * Jeg tager den\nbente * {contact}\n{between}\nbente * {close}")
        row = await cast.row("outcome")
        assert (row["reached"], row["close"]) == expected


async def test_not_reached_and_then_reached_counts_as_reached(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await cast.anna.answer()
        await play(
            cast,
            """
            bente * Åbn
            bente * Jeg tager den
            bente * Ikke fået fat i borgeren
            bente * Læg væk
            """,
        )
        cast.later(hours=5)
        await play(
            cast,
            """
            bente > /inbox
            bente * r1 · din
            bente < Du har prøvet før uden at få kontakt.
            bente * Jeg har talt med borgeren
            """,
        )
        row = await cast.row("outcome")
        assert (row["reached"], row["hours_to_reach"]) == (1, 5)


async def test_two_talks_are_two_rows_and_neither_names_the_other(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        for _ in range(2):
            await to_consent(cast.anna)
            await cast.anna.press("Nej")
            await cast.anna.answer()
        first, second = await cast.rows("outcome")
        assert {key: value for key, value in first.items() if key != "id"} == {
            key: value for key, value in second.items() if key != "id"
        }


# --- how long it lives ----------------------------------------------------------------------------------------------


async def after(cast: Cast, **time: float) -> None:
    cast.later(**time)
    await cast.ask(lambda c: purge(c, cast.time.now()))


async def test_thirty_days_after_the_closing_nothing_ties_the_outcome_to_anybody(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await cast.outbox()
        await cast.anna.answer()
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
        await after(cast, days=29)
        assert await cast.rows("referral")
        await after(cast, days=1, hours=1)
        assert not await cast.rows("referral") and not await cast.rows("notice")
        assert (await cast.row("outcome"))["close"] == "completed"


async def test_an_open_referral_is_never_purged(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        await after(cast, days=400)
        assert await cast.rows("referral")


async def test_an_outcome_lives_five_years(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, "anna > /new\nanna * Midt i et møde\nanna * Jeg spørger alle\nanna * Stop")
        await after(cast, days=5 * 365 - 7)
        assert await cast.rows("outcome")
        await after(cast, days=20)
        assert not await cast.rows("outcome")


async def test_update_ids_are_kept_for_forty_eight_hours(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await cast.anna.say("/new")
        await after(cast, hours=47)
        assert await cast.rows("seen_update")
        await after(cast, hours=2)
        assert not await cast.rows("seen_update")
