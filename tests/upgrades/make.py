"""Writes down what a version leaves behind, for every later one to go on from: all rows, and what stands in the chats.

At each release, with the code of that release and before anything else is changed:

    python -m tests.upgrades.make tests/upgrades/<version>.json

It plays one scene, in which everybody is broken off in the middle of something, and keeps the rows as the database
holds them, on SQLite. A file that is there is never made anew: what a released version wrote does not change. Should
the scene grow, the older files stay as they are; `tests/test_upgrades.py` says what each of them has. It uses of
`tests/cast.py` what was there in the first version.
"""

import asyncio
import json
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from bot import probing
from bot.locales import reading
from bot.storage import invitations, people
from bot.storage.revisions import revision_of
from bot.storage.tables import metadata
from bot.sweeping import Sweep
from tests import wire as raw
from tests.cast import CONTENT, Cast, Person, on_stage, play, refer
from tests.test_practice import begin, facts

PRACTISED, TOGETHER = "childonly", "partnerinterprets"
STAND_IN = "the-code-of-a-deputy"
OPEN = "the-code-that-is-still-open"


def main(target: Path) -> None:
    version = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]["version"]
    kept = {"version": version, **asyncio.run(played())}
    empty = [name for name, table in kept["tables"].items() if not table["rows"]]
    if empty:
        sys.exit(f"the scene leaves nothing in {', '.join(empty)}: let it")
    with target.open("x", encoding="utf-8") as file:
        file.write(_lines(kept))


async def played() -> dict[str, Any]:
    spoken = reading.load(needed=CONTENT.needed())
    with tempfile.TemporaryDirectory() as directory:
        async with on_stage(Path(directory), words=spoken) as cast:
            await scene(cast)
            return await left_by(cast)


# --- the scene --------------------------------------------------------------------------------------------


async def scene(cast: Cast) -> None:
    await _everybody(cast)
    await _the_day_before(cast)
    await _this_morning(cast)
    await _just_now(cast)


async def _everybody(cast: Cast) -> None:
    for number, (name, role, unit) in enumerate(
        (
            ("dorte", "frontline", "jobcenter"),
            ("elin", "frontline", "jobcenter"),
            ("fatma", "frontline", "jobcenter"),
            ("gerda", "key_person", "sundhed"),
            ("helle", "frontline", "sundhed"),
            ("inge", "frontline", "jobcenter"),
            ("jytte", "coordinator", "jobcenter"),
            ("kirsten", "frontline", "sundhed"),
            ("oda", "frontline", "jobcenter"),
        ),
        start=4,
    ):
        await cast.admit(name, 7000 + number, role, unit, f"00 00 00 {70 + number}")  # type: ignore[arg-type]
    await cast.ask(
        lambda c: invitations.invite(
            c, cast.house.cipher, code=STAND_IN, role="key_person", unit="jobcenter", name="Lone Bjerregaard",
            phone="00 00 00 90", now=cast.time.now(), is_deputy=True,
        )
    )  # fmt: skip
    cast.people["lone"] = Person(cast, 7020, "Lone Bjerregaard", "00 00 00 90")
    await cast.people["lone"].say(f"/start {STAND_IN}")


async def _the_day_before(cast: Cast) -> None:
    """A case that goes well (r1), a talk that ends, and what could not be deleted."""
    dorte, inge = cast.people["dorte"], cast.people["inge"]
    await refer(dorte)
    await cast.outbox()
    await dorte.answer()
    cast.later(hours=1)
    for step in (
        "Åbn",
        "Jeg tager den",
        "Jeg har talt med borgeren",
        "Ja, den er lavet",
        "PATRIARK",
        "Læg væk",
    ):
        await cast.bente.press(step)
    await cast.outbox()
    await inge.say("/new")
    await inge.answer(until="children", moment="during", mode="told")
    for code in ("show", "more", "0:show.ar", "back"):
        await inge.press(code)
    await inge.answer()
    cast.wire.script("deleteMessages", raw.bad("message can't be deleted"), chat=inge.chat)
    cast.wire.script("deleteMessage", *[raw.bad("message can't be deleted")] * 9, chat=inge.chat)
    await cast.quarter()
    await play(cast, "gerda > /away\ngerda * tirs. 1. dec.")
    await Sweep(cast.house).look()
    await cast.outbox()


async def _this_morning(cast: Cast) -> None:
    """The next hand-over (r2) is rung, and nobody opens it; a duty check is left open."""
    cast.later(hours=21)
    await cast.outbox()
    await refer(cast.people["kirsten"])
    await cast.outbox()
    await cast.people["kirsten"].answer()
    await cast.people["dorte"].say("/duty")
    await cast.people["dorte"].say("/stop")
    await cast.outbox()
    cast.later(hours=9)


async def _just_now(cast: Cast) -> None:
    """Everybody is in the middle of something, and nothing of it is delivered any more."""
    anna, helle, fatma, inge = cast.anna, cast.people["helle"], cast.people["fatma"], cast.people["inge"]
    await cast.people["elin"].say("/help")
    await play(cast, "karen > /staff\nkaren * Jobcenter Eksempelby · 10\nkaren * Elin Bjerregaard")
    await play(cast, "karen * Fjern adgang\nkaren * Ja, fjern adgangen")
    await _together(cast, inge)
    await begin(helle, PRACTISED)
    await helle.answer(until="duty", **facts(PRACTISED))
    await play(cast, "bente > /inbox\nbente * r1 · din\nbente * Ja, der er en plan\nbente * Om to uger")
    await refer(cast.people["oda"])
    await fatma.say("/new")
    await fatma.press("moment.before")
    await cast.arrive(raw.blocked(fatma.chat))
    await inge.say("/new")
    await inge.answer(until="children", moment="during", mode="told")
    await inge.press("Skjul")
    await anna.say("/cards")
    await _reads_a_card(anna)
    await anna.say("/new")
    await anna.answer(until="children", moment="during", mode="told")
    await cast.stranger(7777).say("/start not-a-code")
    await cast.ask(
        lambda c: invitations.invite(
            c, cast.house.cipher, code=OPEN, role="frontline", unit="sundhed", name="Mona Bjerregaard",
            phone="00 00 00 91", now=cast.time.now(), by=_number(c, cast, "karen"),
        )
    )  # fmt: skip
    await play(
        cast, "jytte > /invite\njytte * Nøgleperson\njytte * Sundhedsplejen\njytte > Nanna Bjerregaard"
    )
    await _killed_while_it_answers(cast, cast.people["kirsten"])


async def _killed_while_it_answers(cast: Cast, person: Person) -> None:
    """The message is with Telegram; its number was on the way back."""
    answered = len(cast.wire.of("sendMessage", person.chat))
    cast.wire.script("sendMessage", raw.Held(asyncio.Event()), chat=person.chat)
    cast.wire.arrive(raw.text(person.chat, "/help", number := cast.number()))
    cast.wire.put(person.chat, number, "(hendes egen besked)")
    await cast.wire.until(lambda: len(cast.wire.of("sendMessage", person.chat)) > answered)
    await cast.kill()
    cast.wire.put(person.chat, next(cast.wire._messages), cast.wire.of("sendMessage", person.chat)[-1].text)


def _number(c: Connection, cast: Cast, name: str) -> int:
    found = people.by_chat(c, cast.house.cipher, cast.people[name].chat)
    assert found is not None
    return found.id


async def _reads_a_card(person: Person) -> None:
    for code in ("shelf", "card"):
        shown = person.buttons(await person.live())
        await person.press_raw(next(data for data in shown.values() if code in data), await person.live())


async def _together(cast: Cast, person: Person) -> None:
    key, place = probing.key_of("jobcenter"), list(cast.house.situations).index(TOGETHER)
    await cast.karen.say("/practice")
    await cast.karen.press("0:rounds.0")
    for data in (f"0:roundin.{key}", f"0:roundon.{key}{place:02}"):
        await cast.karen.press_raw(data, await cast.karen.live())
    await person.say("/practice")
    await person.press("Fælles øvelse i din enhed")
    await person.press("Begynd")
    await person.answer(**facts(TOGETHER))


# --- what is kept -----------------------------------------------------------------------------------------


async def left_by(cast: Cast) -> dict[str, Any]:
    wire = cast.wire
    return {
        "seconds": cast.time.seconds,
        "people": {name: [person.chat, person.phone] for name, person in cast.people.items()},
        "codes": {"open": OPEN, "used": STAND_IN},
        "next": {
            "update": next(wire._numbers), "message": next(wire._messages), "own": cast.number(),
            "reference": int(cast.house.reference().removeprefix("r")),
        },
        "chats": {
            chat: [[number, words, _card(cast, chat, number)] for number, words in sorted(shown.items())]
            for chat, shown in wire.chats.items()
        },
        **await cast.ask(_stored),
    }  # fmt: skip


def _card(cast: Cast, chat: int, number: int) -> dict[str, str]:
    found = cast.wire._cards.get((chat, number))
    return dict(found[1]) if found else {}


def _stored(c: Connection) -> dict[str, Any]:
    """Bytes as hexadecimal digits."""
    tables = {}
    for table in metadata.sorted_tables:
        keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
        found = c.execute(text(f'SELECT * FROM "{table.name}" ORDER BY {keys}'))  # noqa: S608
        rows = [[{"hex": one.hex()} if isinstance(one, bytes) else one for one in row] for row in found]
        tables[table.name] = {"columns": list(found.keys()), "rows": rows}
    counted = c.execute(text("SELECT name, seq FROM sqlite_sequence ORDER BY name")).all()
    return {
        "revision": revision_of(c),
        "counters": {str(row[0]): int(row[1]) for row in counted},
        "tables": tables,
    }


def _lines(kept: dict[str, Any]) -> str:
    """A row a line, so that a difference can be read."""
    tables = kept.pop("tables")
    head = json.dumps(kept, ensure_ascii=False, indent=1)[:-2]
    body = ",\n".join(
        f'  {json.dumps(name)}: {{"columns": {json.dumps(table["columns"])}, "rows": [\n'
        + ",\n".join(f"   {json.dumps(row, ensure_ascii=False)}" for row in table["rows"])
        + "]}"
        for name, table in tables.items()
    )
    return f'{head},\n "tables": {{\n{body}\n }}\n}}\n'


if __name__ == "__main__":
    main(Path(sys.argv[1]))
