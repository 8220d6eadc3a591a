"""A press at the webhook's door over loopback: from the post to its 200, which is said after the commit."""

import asyncio
import json
import socket
import statistics
import time
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.pressing import InstantWire, Person, line_with_a_person
from bot.sandbox import PHONES
from bot.transport.bot import Door
from bot.transport.webhook import SECRET_HEADER

PRESSES = 500
SECRET = "a-secret-of-the-bench"  # noqa: S105 - opens nothing


async def measured(directory: Path) -> tuple[float, float]:
    """Milliseconds of a round trip: the middle one, and the slowest but one percent."""
    wire = InstantWire()
    line = await line_with_a_person(directory, wire)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/press"
    listener = line.listener(Door(url, SECRET, "127.0.0.1", port), _stored)
    await line.start()
    stop, opened = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(listener.run(stop, opened.set))
    await opened.wait()
    took: list[float] = []
    headers = {"Content-Type": "application/json", SECRET_HEADER: SECRET}
    async with aiohttp.ClientSession(headers=headers) as http:

        async def post(update: Any) -> None:
            body = json.dumps(update).encode()
            started = time.perf_counter()
            async with http.post(url, data=body) as response:
                assert response.status == 200
            took.append(time.perf_counter() - started)

        person = Person(post, wire, PHONES[0].id)
        await person.conversation()
        took.clear()
        while len(took) < PRESSES:
            await person.conversation()
    stop.set()
    await running
    await line.stop()
    return statistics.median(took) * 1e3, statistics.quantiles(took, n=100)[98] * 1e3


async def _stored() -> bool:
    return True
