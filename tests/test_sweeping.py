"""The look round each minute: whatever one of its works comes to, the others are done."""

from pathlib import Path

import pytest

from bot import conversation, freshness, sweeping, terms
from bot.outcome import Outcome
from bot.storage import outcomes
from tests.cast import on_stage, play


async def test_a_talk_that_cannot_be_ended_keeps_nobody_elses_open(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await play(cast, "anna > /new\nbente > /new")
        broken = await cast.anna.id()
        await cast.sql(f"UPDATE session SET trail = 'torn', touched = touched - 1 WHERE staff = {broken}")  # noqa: S608
        cast.later(hours=3)
        assert await conversation.expire(cast.house) == 1
        assert [row["staff"] for row in await cast.rows("session")] == [broken]
        assert "event=expire_failed" in cast.log.getvalue()
        await cast.anna.say("/new")
        assert "Hvornår bruger du mig?" in cast.anna.screen, "she is not shut out by it"


@pytest.mark.only_on("sqlite")  # it reads the file
async def test_a_work_that_fails_keeps_nothing_from_being_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ValueError("a name that no log may hold")

    async with on_stage(tmp_path) as cast:
        await cast.ask(lambda c: outcomes.record(c, Outcome("2011-W01", "markoutcome")))
        for room, name in ((conversation, "expire"), (terms, "lapse"), (freshness, "offer")):
            monkeypatch.setattr(room, name, fails)
        await sweeping.Sweep(cast.house).look()
        assert await cast.rows("outcome") == []
        assert b"markoutcome" not in cast.path.read_bytes()
        said = cast.log.getvalue()
        assert [f"work={name} error=ValueError" in said for name in ("expire", "lapse", "offers")] == [
            True
        ] * 3
        assert "a name that no log may hold" not in said
