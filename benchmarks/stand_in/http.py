"""HTTP as far as the clients of a Bot API speak it, kept alive; a wire may be laid between, which only delays."""

import asyncio
import re
from collections.abc import Callable
from itertools import count
from typing import cast

Answer = Callable[[bytes], None]
Take = Callable[[str, str, bytes, Answer], None]

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_TYPE = re.compile(rb"\r\ncontent-type: *([^\r]+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_END = b"\r\n\r\n"


class Connection(asyncio.Protocol):
    """`take` gets the method of the Bot API, the body's type and the body, `wire` seconds after they were sent."""

    def __init__(self, take: Take, wire: float) -> None:
        self._take = take
        self._wire = wire
        self._got = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is no subclass

    def data_received(self, data: bytes) -> None:
        self._got += data
        while (head := self._got.find(_END)) >= 0:
            above = bytes(self._got[:head])
            whole = (
                _chunked(self._got, head + 4)
                if _CHUNKED.search(above)
                else _plain(self._got, head + 4, above)
            )
            if whole is None:
                return
            body, end = whole
            del self._got[:end]
            kind = _TYPE.search(above)
            method = above.split(b" ", 2)[1].rpartition(b"/")[2].partition(b"?")[0].decode()
            self._after(self._take, method, kind[1].decode() if kind else "", body, self.answer)

    def answer(self, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self._after(self._transport.write, head % len(body) + body)

    def _after(self, what: Callable[..., object], *arguments: object) -> None:
        if self._wire:
            asyncio.get_running_loop().call_later(self._wire, what, *arguments)
        else:
            what(*arguments)


def _plain(got: bytearray, start: int, above: bytes) -> tuple[bytes, int] | None:
    said = _LENGTH.search(above)
    end = start + (int(said[1]) if said else 0)
    return (bytes(got[start:end]), end) if len(got) >= end else None


def _chunked(got: bytearray, start: int) -> tuple[bytes, int] | None:
    body = bytearray()
    for _ in count():
        line = got.find(b"\r\n", start)
        if line < 0:
            return None
        size = int(bytes(got[start:line]).partition(b";")[0], 16)
        start = line + 2 + size + 2
        if len(got) < start:
            return None
        if not size:
            return bytes(body), start
        body += got[line + 2 : line + 2 + size]
    raise AssertionError
