"""Updates on their way to a bot that asks for them; the other way, where it is told, is webhook.py."""

import asyncio

from bot.sandbox.wire import Call, refusal
from bot.sandbox.world import JSON, World

_LONGEST_WAIT = 50  # seconds, Telegram's own
_CONFLICT = "terminated by other getUpdates request; make sure that only one bot instance is running"
_WEBHOOK = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


async def get_updates(call: Call) -> list[JSON]:
    """Waiting updates; the one who asks last is served, and whoever still waits is told of the conflict."""
    world = call.world
    if world.setting("webhook"):
        raise refusal(409, _WEBHOOK)
    turn = world.new_turn()
    remember_wishes(call)
    _confirm(world, call.number("offset"))
    limit = min(max(call.number("limit", 100), 1), 100)
    until = asyncio.get_running_loop().time() + min(max(call.number("timeout"), 0), _LONGEST_WAIT)
    while not world.updates and await _something_happened(world, until):
        if world.setting("webhook"):
            raise refusal(409, "terminated by setWebhook request")
        if world.turn != turn:
            raise refusal(409, _CONFLICT)
    return [world.updates[id] for id in sorted(world.updates)[:limit]]


def remember_wishes(call: Call) -> None:
    """Telegram keeps to the last list of wanted kinds until given another; an empty one means the usual."""
    wanted = call.nested("allowed_updates")
    if isinstance(wanted, list) and wanted != call.world.setting("allowed_updates"):
        call.world.set("allowed_updates", wanted)


def _confirm(world: World, offset: int) -> None:
    if offset < 0:  # counted from the end: all before are forgotten
        ids = sorted(world.updates)
        offset = ids[max(len(ids) + offset, 0)] if ids else 0
    world.confirm(offset)


async def _something_happened(world: World, until: float) -> bool:
    """False when the time is up or the sandbox closes."""
    if world.closing:
        return False
    world.arrived.clear()
    try:
        async with asyncio.timeout_at(until):
            await world.arrived.wait()
    except TimeoutError:
        return False
    return True
