"""What the attacks share: looking everywhere for words that must not be anywhere."""

import os
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from bot.storage.tables import metadata
from tests.cast import Cast, Person

EXAMPLES = int(os.environ.get("OPSPOR_ATTACKS", "1000"))  # more where somebody has the time
ALL = EXAMPLES > 1000  # and then by a lot of their own; otherwise the same ones at each run


async def traces_of(cast: Cast, *words: str, chats: Iterable[int] = ()) -> list[str]:
    """Where any of these stands: in the rows with their seals broken, in the bytes of the files, in the log, and in
    what was sent, but to `chats`."""
    found = []
    files = [cast.path, *(cast.path.with_name(cast.path.name + end) for end in ("-wal", "-shm"))]
    stored = b"".join(file.read_bytes() for file in files if file.exists()).lower()
    rows, log = (await cast.everything()).lower(), cast.log.getvalue().lower()
    sent = "\n".join(
        str(value)
        for call in cast.wire.calls
        if call.chat not in set(chats)
        for name, value in call.parameters.items()
        if name != "callback_query_id"  # Telegram's own, which a press is answered by, whatever stands in it
    ).lower()
    for word in {each.lower() for each in words}:
        encoded = [word.encode("utf-8", "surrogatepass"), word.encode("utf-16-le", "surrogatepass")]
        places = {
            "rows": word in rows, "log": word in log, "sent": word in sent,
            "files": any(one in stored for one in encoded),
        }  # fmt: skip
        found += [f"{word!r} in {place}" for place, there in places.items() if there]
    return found


def recorded(cast: Cast) -> list[dict[str, Any]]:
    """Every update that arrives from now on, as Telegram would send it again."""
    kept: list[dict[str, Any]] = []
    usual = cast.wire.arrive

    def arrive(*raws: Any) -> list[int]:
        numbers = usual(*raws)
        kept.extend(deepcopy(raws))
        return numbers

    cast.wire.arrive = arrive  # type: ignore[method-assign]
    return kept


async def taken_again(cast: Cast, updates: Iterable[dict[str, Any]]) -> None:
    """Past the offset, which would keep out what is old: as after a restart, or at the webhook's door."""
    assert cast.room is not None
    for update in updates:
        assert await cast.room.intake.take(deepcopy(update))
        await cast.quiet()


async def rows_of_others(cast: Cast, pressers: Iterable[Person]) -> dict[str, list[dict[str, Any]]]:
    """All rows but what is only about messages, and what is the pressers' own."""
    chats = [cast.house.cipher.digest(one.chat) for one in pressers]
    own = {row["id"] for row in await cast.rows("staff") if row["chat_digest"] in chats}
    found = {}
    for table in metadata.sorted_tables:
        if table.name not in ("seen_update", "trace", "sending", "attempt"):
            hers = "id" if table.name == "staff" else "staff"
            found[table.name] = [row for row in await cast.rows(table.name) if row.get(hers) not in own]
    return found
