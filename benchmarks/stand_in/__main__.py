"""Takes the plan as its argument, says at which port it listens, and begins when it is told the bot's processes; prints
what came of it. One line of JSON each."""

import asyncio
import contextlib
import json
import sys
from dataclasses import asdict
from typing import Any

import uvloop

from benchmarks.stand_in.api import Api
from benchmarks.stand_in.http import Connection
from benchmarks.stand_in.measuring import Measuring
from benchmarks.stand_in.plan import Figures, Plan

READY_SECONDS = 120.0  # even on a machine that others use
PATIENT_SECONDS = 45.0  # whoever is so slow that not everybody has ended by then is measured with what it did


async def _measured(plan: Plan) -> Figures:
    loop = asyncio.get_running_loop()
    measuring = Measuring(plan.people)
    api = Api(plan, measuring)
    server = await loop.create_server(lambda: Connection(api.take, plan.wire), "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    measuring.watch(json.loads(await asyncio.to_thread(sys.stdin.readline)))
    async with asyncio.timeout(READY_SECONDS):
        await api.open.wait()
    for person in api.people.values():
        person.begin()
    await _until(measuring.warm)
    await asyncio.sleep(plan.warm)
    measuring.open()
    await asyncio.sleep(plan.seconds)
    if (
        not plan.pause
    ):  # beginnings and ends cost more than what is between: each window has whole conversations
        await _until(measuring.whole)
    return measuring.close()


async def _until(event: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENT_SECONDS):
            await event.wait()


def main(plan: str) -> None:
    told: dict[str, Any] = json.loads(plan)
    lists = {name: tuple(told[name]) for name in ("codes", "doors")}
    print(json.dumps(asdict(uvloop.run(_measured(Plan(**{**told, **lists}))))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
