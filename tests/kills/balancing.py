"""What stands before several replicas: each update goes to one that answers, now and then to a second one too, as
Telegram may repeat it; it knows nothing of what it passes on."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

TWICE = 0.2  # of the updates
NOT_THERE = 503
PATIENCE = aiohttp.ClientTimeout(total=30.0)


@asynccontextmanager
async def balancing(port: int, doors: Sequence[str], chance: random.Random) -> AsyncIterator[None]:
    """On that port of this machine, before these addresses, for as long."""
    beside: set[asyncio.Task[int]] = set()

    async def passed(request: web.Request) -> web.Response:
        body, order = await request.read(), chance.sample(doors, len(doors))
        headers = {name: value for name, value in request.headers.items() if name.lower().startswith("x-")}
        if len(order) > 1 and chance.random() < TWICE:
            copy = asyncio.create_task(_post(http, order[1], body, headers))
            beside.add(copy)
            copy.add_done_callback(beside.discard)
        for door in order:
            status = await _post(http, door, body, headers)
            if status != NOT_THERE:
                break
        return web.Response(status=status)

    app = web.Application()
    app.router.add_post("/{rest:.*}", passed)
    runner = web.AppRunner(app)
    async with aiohttp.ClientSession(timeout=PATIENCE) as http:
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            yield
        finally:
            await runner.cleanup()
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)


async def _post(http: aiohttp.ClientSession, door: str, body: bytes, headers: dict[str, str]) -> int:
    """What it answered; where it died in the middle of it, nobody knows whether it took the update."""
    try:
        async with http.post(
            door, data=body, headers={**headers, "Content-Type": "application/json"}
        ) as response:
            await response.read()
            return response.status
    except aiohttp.ClientConnectorError:
        return NOT_THERE
    except (aiohttp.ClientError, TimeoutError):
        return 502
