"""Updates posted to a webhook, side by side on connections that are kept; a refusal is counted, not repeated."""

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit


class Door:
    """One replica. `wire` is seconds until a post arrives."""

    def __init__(self, url: str, secret: str, wire: float, refused: Callable[[], None]) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {self._host}\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\n"
        ).encode()
        self._wire, self._refused = wire, refused
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def post(self, body: bytes) -> None:
        task = asyncio.get_running_loop().create_task(self._posted(body))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _posted(self, body: bytes) -> None:
        if self._wire:
            await asyncio.sleep(self._wire)
        try:
            line = self._idle.pop() if self._idle else await asyncio.open_connection(self._host, self._port)
            reader, writer = line
            writer.write(self._head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            head = await reader.readuntil(b"\r\n\r\n")
        except (OSError, EOFError):
            self._refused()
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self._refused()
        self._idle.append(line)
