"""Bad weather between the bot and Telegram, made on request; which calls it strikes, and how."""

import asyncio
import time
from typing import Any

from starlette.responses import JSONResponse

from bot.sandbox.wire import failure
from bot.sandbox.world import JSON, World

KINDS = ("429", "500", "lost", "down", "slow")
_LONGEST = 86400.0  # seconds, or times
# A passing refusal is meant for what a person would notice, not for the poll that always runs;
# who wants to strike these names them.
_SPARED = {"getme", "getupdates", "setwebhook", "deletewebhook", "getwebhookinfo"}


def make(world: World, wish: JSON) -> str | None:
    """Adds one fault, or clears all; returns what is wrong with the wish, if anything."""
    kind = str(wish.get("kind"))
    if kind == "clear":
        _keep(world, [])
        return None
    if kind not in KINDS:
        return f"kind must be one of {', '.join(KINDS)} or clear"
    try:
        fault = _fault(kind, wish)
    except (TypeError, ValueError):
        return "seconds, times and retry_after must be numbers, and none below 0"
    # Down and slow are states, so a new one takes the place of the old; the others queue up.
    others = [old for old in present(world) if old["kind"] != kind or "times" in old]
    _keep(world, [*others, fault])
    return None


def present(world: World) -> list[JSON]:
    faults: list[JSON] = world.setting("weather", [])
    return [fault for fault in faults if fault.get("until", time.time() + 1) > time.time()]


async def before(world: World, method: str) -> JSONResponse | None:
    """The failure that the call meets instead of being done, after waiting where it is slow."""
    if slow := _standing(world, "slow"):
        await asyncio.sleep(slow["seconds"])
    if is_down(world):
        return failure(502, "Bad Gateway")
    if fault := _strike(world, "429", method):
        wait = fault["retry_after"]
        return failure(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
    if _strike(world, "500", method):
        return failure(500, "Internal Server Error")
    return None


def after(world: World, method: str) -> JSONResponse | None:
    """The failure that hides an answer although the call was done, or that ends a long poll."""
    return failure(502, "Bad Gateway") if is_down(world) or _strike(world, "lost", method) else None


def is_down(world: World) -> bool:
    return _standing(world, "down") is not None


def _fault(kind: str, wish: JSON) -> JSON:
    fault: JSON = {"kind": kind}
    if kind == "slow":
        return fault | {"seconds": _number(wish, "seconds", 1)}
    if kind == "down":
        return fault | {"until": time.time() + _number(wish, "seconds", 30)}
    if kind == "429":
        fault["retry_after"] = int(_number(wish, "retry_after", 2))
    return fault | {"times": int(_number(wish, "times", 1)), "method": str(wish.get("method") or "").lower()}


def _number(wish: JSON, name: str, otherwise: float) -> float:
    number = float(wish.get(name, otherwise))
    if not 0 <= number < _LONGEST:
        raise ValueError(name)
    return number


def _standing(world: World, kind: str) -> JSON | None:
    return next((fault for fault in present(world) if fault["kind"] == kind), None)


def _strike(world: World, kind: str, method: str) -> JSON | None:
    faults = present(world)
    for place, fault in enumerate(faults):
        named: Any = fault.get("method")
        if fault["kind"] == kind and (named == method if named else method not in _SPARED):
            left = [{**fault, "times": fault["times"] - 1}] if fault["times"] > 1 else []
            _keep(world, [*faults[:place], *left, *faults[place + 1 :]])
            return fault
    return None


def _keep(world: World, faults: list[JSON]) -> None:
    world.set("weather", faults)
    world.tell({"type": "weather", "weather": faults})
