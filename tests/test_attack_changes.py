"""People who stop being what they were between any two presses: removed, lapsed, demoted, moved to another unit."""

from collections.abc import Awaitable, Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from bot import probing, terms
from bot.model import Role
from bot.storage import people
from tests.attack import ALL, recorded
from tests.cast import NOTHING_MORE, STRANGER, Cast, Person, on_stage, play, refer
from tests.test_admission import invited


async def _asked(cast: Cast) -> None:
    await refer(cast.anna)
    await cast.outbox()


async def _nothing(cast: Cast) -> None:
    """Nothing has happened yet."""


async def _talks(cast: Cast) -> None:
    await refer(cast.anna)


async def _takes_a_case(cast: Cast) -> None:
    await play(cast, "bente * Åbn\nbente * Jeg tager den\nbente * Jeg har talt med borgeren\n" + NOTHING_MORE)


async def _invites(cast: Cast) -> None:
    await play(cast, "karen > /invite\nkaren * Nøgleperson\nkaren * Sundhedsplejen\nkaren > Ingeborg Friis")
    await cast.karen.say("99999999")


async def _removes(cast: Cast) -> None:
    await play(cast, f"karen > /staff\nkaren * unit.{probing.key_of('jobcenter')}p1\nkaren * person.1")
    await play(cast, "karen * remove.1\nkaren * removed.1")


Walk = Callable[[Cast], Awaitable[None]]
ROADS: dict[
    str, tuple[str, Walk, Walk, int]
] = {  # who, what was before, what she does, and in how many updates
    "talks": ("anna", _nothing, _talks, 11),
    "takes a case": ("bente", _asked, _takes_a_case, 6),
    "invites": ("karen", _nothing, _invites, 5),
    "removes": ("karen", _nothing, _removes, 5),
}
_MEANT: dict[str, list[dict[str, Any]]] = {}


async def _meant(directory: Path, road: str) -> list[dict[str, Any]]:
    """What she would do if nothing happened to her; walked once."""
    if road not in _MEANT:
        directory.mkdir()  # noqa: ASYNC240
        async with on_stage(directory) as cast:
            _, before, walk, count = ROADS[road]
            await cast.admit("boss", 7109, "coordinator")
            await before(cast)
            updates = recorded(cast)
            await walk(cast)
            assert len(updates) == count, len(updates)
            _MEANT[road] = [{name: one[name] for name in one if name != "update_id"} for one in updates]
    return _MEANT[road]


async def _removed(cast: Cast, person: Person) -> None:
    staff = await person.staff()
    await cast.ask(lambda c: terms.remove(c, cast.house, staff, cast.time.now()))


async def _lapsed(cast: Cast, person: Person) -> None:
    await cast.sql(f"UPDATE staff SET admitted = 0 WHERE id = {await person.id()}")  # noqa: S608


def _becomes(role: Role, unit: str) -> Callable[[Cast, Person], Awaitable[None]]:
    async def becomes(cast: Cast, person: Person) -> None:
        await invited(cast, "another-1", role=role, unit=unit, name="")
        await person.say("/start another-1")

    return becomes


CHANGES = {
    "is removed": _removed,
    "lapses": _lapsed,
    "is demoted": _becomes("frontline", "jobcenter"),
    "moves": _becomes("key_person", "voksen"),
}


# Between any two presses; of the four changes two each, and all four where there is time.
BETWEEN = [
    (road, at, change)
    for road, (_, _, _, count) in ROADS.items()
    for at in range(1, count)
    for number, change in enumerate(CHANGES)
    if ALL or (number + at) % 2
]


@pytest.mark.parametrize(("road", "at", "change"), BETWEEN)
async def test_who_stops_being_what_she_was_between_two_presses_goes_on_as_what_she_is(
    tmp_path: Path, road: str, at: int, change: str
) -> None:
    who, before, _, _ = ROADS[road]
    meant = await _meant(tmp_path / "meant", road)
    async with on_stage(tmp_path) as cast:
        await cast.admit("boss", 7109, "coordinator")
        await before(cast)
        for update in meant[:at]:
            await cast.arrive(deepcopy(update))
        person = cast.people[who]
        await CHANGES[change](cast, person)
        made, shown = await cast.rows("invitation"), len(cast.wire.of("sendMessage", person.chat))
        referrals = await cast.rows("referral")
        for update in meant[at:]:
            await cast.arrive(deepcopy(update))
        await cast.outbox()
        assert "handling_failed" not in cast.log.getvalue()
        assert await cast.rows("invitation") == made and not [
            row for row in await cast.rows("entry") if row["name"]
        ]
        assert [row["removed"] for row in await cast.rows("staff") if row["id"] == 1] == [
            None
        ] or road == "talks"
        if change in ("is removed", "lapses"):
            after = cast.wire.of("sendMessage", person.chat)[shown:]
            assert after and {call.text.startswith(STRANGER) for call in after} == {True}
            assert len(await cast.rows("referral")) == len(referrals) and person.chat not in await _in_a_talk(
                cast
            )
        if road == "takes a case" and change != "moves":
            assert (await cast.row("referral"))["accepted_by"] is None, "it waits for the next"
        await every_hand_over_is_somebodys(cast)


async def _in_a_talk(cast: Cast) -> set[int]:
    def chats(c: Connection) -> set[int]:
        found = [people.by_id(c, cast.house.cipher, number) for number in numbers]
        return {one.chat for one in found if one is not None}

    numbers = {row["staff"] for row in await cast.rows("session")}
    found: set[int] = await cast.ask(chats)
    return found


async def every_hand_over_is_somebodys(cast: Cast) -> None:
    here = {
        row["id"] for row in await cast.rows("staff") if row["removed"] is None and row["role"] != "frontline"
    }
    due = {row["reference"] for row in await cast.rows("notice") if row["kind"] == "clock" and row["due"]}
    for row in await cast.rows("referral"):
        assert row["closed"] or row["accepted_by"] in here or row["reference"] in due
