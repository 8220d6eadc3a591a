"""The routes by which the page and tests move the phones, the clock and the weather."""

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox import acts, injected, weather
from bot.sandbox.chats import bot_user
from bot.sandbox.menu import commands_on
from bot.sandbox.phones import Phone
from bot.sandbox.wire import Call, read_parameters, refusal
from bot.sandbox.world import JSON

_STILL_THERE = 15.0  # seconds between signs of life, so that a page that went away is noticed
_MAY_BE_SHOWN = {"image/png", "image/jpeg"}
_MOST_AHEAD = 20 * 365 * 86400.0  # seconds; beyond the calendar a date cannot be shown

_ACTS: dict[str, Callable[[Call, Phone], JSON]] = {
    "text": acts.write,
    "press": acts.press,
    "send": acts.attach,
    "edit": acts.edit,
    "block": acts.block,
    "language": acts.speak,
    "read": acts.read,
}
_BLOCKED_MAY = {"block", "language", "read"}


async def _call(request: Request) -> Call:
    parameters, _ = await read_parameters(request)
    state = request.app.state
    return Call(state.world, state.clock, state.token, parameters)


async def state(request: Request) -> Response:
    return JSONResponse(_state(await _call(request)))


def _state(call: Call) -> JSON:
    world = call.world
    return {
        "now": call.clock.now().isoformat(),
        "bot": bot_user(call),
        "phones": [_phone(call, phone) for phone in world.phones.values()],
        "weather": weather.present(world),
        "waiting_updates": len(world.updates),
        "webhook": (world.setting("webhook") or {}).get("url", ""),
    }


def _phone(call: Call, phone: Phone) -> JSON:
    world = call.world
    return asdict(phone) | {
        "bot_name": world.bot_name(phone.language),
        "commands": commands_on(world, phone.id),
        "messages": list(world.messages.get(phone.id, {}).values()),
        **world.screen(phone.id),
    }


async def events(request: Request) -> Response:
    return StreamingResponse(
        _events(await _call(request)), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


async def _events(call: Call) -> AsyncIterator[str]:
    """First the whole state, then what changes; nothing can happen unseen between the two."""
    watcher = call.world.watch()
    try:
        yield _sent({"type": "state", "state": _state(call)})
        while True:
            try:
                event = await asyncio.wait_for(watcher.get(), _STILL_THERE)
            except TimeoutError:
                yield ": still there\n\n"
                continue
            if event["type"] == "closing":
                return
            yield _sent({"type": "state", "state": _state(call)} if event["type"] == "reload" else event)
    finally:
        call.world.unwatch(watcher)


def _sent(event: JSON) -> str:
    return f"data: {json.dumps(event, ensure_ascii=False)}\n\n"


async def act(request: Request) -> Response:
    """What a person does with a phone; the answer is what came of it."""
    call = await _call(request)
    name = request.path_params["act"]
    phone = call.world.phones.get(request.path_params["phone"])
    if phone is None or name not in _ACTS:
        raise refusal(404, "no such phone or act")
    if phone.blocked and name not in _BLOCKED_MAY:
        raise refusal(409, "this phone has blocked the bot; unblock it first")
    return JSONResponse(_ACTS[name](call, phone))


async def add_phone(request: Request) -> Response:
    return JSONResponse(acts.buy(await _call(request)))


async def forward(request: Request) -> Response:
    call = await _call(request)
    try:
        seconds = float(call.parameters["forward_seconds"])
    except (KeyError, TypeError, ValueError):
        raise refusal(400, "forward_seconds must be a number") from None
    if not math.isfinite(seconds) or seconds < 0 or call.clock.offset + seconds > _MOST_AHEAD:
        raise refusal(400, "the clock only goes forward, and at most 20 years")
    call.clock.forward(seconds)
    return JSONResponse({"now": call.clock.now().isoformat()})


async def fault(request: Request) -> Response:
    call = await _call(request)
    if wrong := weather.make(call.world, call.parameters):
        raise refusal(400, wrong)
    return JSONResponse({"weather": weather.present(call.world)})


async def update(request: Request) -> Response:
    return JSONResponse(injected.take(await _call(request)))


async def content(request: Request) -> Response:
    """Only what is known to be a picture is shown; everything else the browser keeps as a file."""
    found = request.app.state.world.content(request.path_params["id"])
    if found is None:
        raise refusal(404, "no such file")
    type, body = found
    shown = "inline" if type in _MAY_BE_SHOWN else "attachment"
    return Response(body, media_type=type, headers={"Content-Disposition": shown})


ROUTES = [
    Route("/state", state),
    Route("/events", events),
    Route("/phones", add_phone, methods=["POST"]),
    Route("/phones/{phone:int}/{act:str}", act, methods=["POST"]),
    Route("/clock", forward, methods=["POST"]),
    Route("/fault", fault, methods=["POST"]),
    Route("/updates", update, methods=["POST"]),
    Route("/files/{id:str}", content),
]
