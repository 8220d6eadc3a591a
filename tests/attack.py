"""What the attacks share: looking everywhere for words that must not be anywhere."""

from collections.abc import Iterable

from tests.cast import Cast


async def traces_of(cast: Cast, *words: str, chats: Iterable[int] = ()) -> list[str]:
    """Where any of these stands: in the rows with their seals broken, in the bytes of the files, in the log, and in
    what was sent, but to `chats`."""
    found = []
    files = [cast.path, *(cast.path.with_name(cast.path.name + end) for end in ("-wal", "-shm"))]
    stored = b"".join(file.read_bytes() for file in files if file.exists()).lower()
    rows, log = (await cast.everything()).lower(), cast.log.getvalue().lower()
    sent = "\n".join(
        str(value) for call in cast.wire.calls if call.chat not in set(chats) for value in call.parameters.values()
    ).lower()
    for word in {each.lower() for each in words}:
        encoded = [word.encode("utf-8", "surrogatepass"), word.encode("utf-16-le", "surrogatepass")]
        places = {
            "rows": word in rows, "log": word in log, "sent": word in sent,
            "files": any(one in stored for one in encoded),
        }  # fmt: skip
        found += [f"{word!r} in {place}" for place, there in places.items() if there]
    return found
