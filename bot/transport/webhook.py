"""The door that Telegram posts updates to, as a small ASGI application; who listens at it is listening.py."""

import hmac
import json
import logging
from asyncio import timeout as at_most
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.transport.log import place_of

LONGEST_BODY = 1024 * 1024  # bytes; the fattest update is a tenth of it
BODY_SECONDS = 10.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
ALIVE, READY = "/healthz", "/readyz"

TAKEN, NOT_THERE, NOT_SO, NOT_NOW = 200, 404, 405, 503

Take = Callable[[Any], Awaitable[bool]]

log = logging.getLogger(__name__)


def application(url: str, secret: str, take: Take, is_ready: Callable[[], Awaitable[bool]]) -> ASGIApp:
    """`take` says whether an update is stored, or never can be. Whoever is not Telegram gets one and the same empty
    answer, whatever was wrong: which path there is, is not told."""
    path = unquote(urlsplit(url).path) or "/"

    async def status_of(request: Request) -> int:
        if request.method in ("GET", "HEAD") and request.url.path in (ALIVE, READY):
            return TAKEN if request.url.path == ALIVE or await is_ready() else NOT_NOW
        if request.method != "POST":
            return NOT_SO
        if request.scope["path"] != path or not _knows(request, secret) or not _is_json(request):
            return NOT_THERE
        body = await _body_of(request)
        return NOT_THERE if body is None else await _handed_on(body, take)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        status = await status_of(Request(scope, receive))
        # A connection on which nobody knew the secret is not kept, and what else it was to bring is not read.
        headers = {"Connection": "close"} if status in (NOT_THERE, NOT_SO) else {}
        await Response(status_code=status, headers=headers)(scope, receive, send)

    return answer


def _knows(request: Request, secret: str) -> bool:
    """In the same time whichever letter is wrong."""
    return hmac.compare_digest(request.headers.get(SECRET_HEADER, "").encode(), secret.encode())


def _is_json(request: Request) -> bool:
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower() == "application/json"


async def _body_of(request: Request) -> bytes | None:
    """None where it is too long, whatever was said of its length, comes too slowly or breaks off."""
    said = request.headers.get("Content-Length", "0")
    if not said.isdecimal() or len(said) > 9 or int(said) > LONGEST_BODY:
        return None
    body = bytearray()
    try:
        async with at_most(BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > LONGEST_BODY:
                    return None
    except (TimeoutError, ClientDisconnect):
        return None
    return bytes(body)


async def _handed_on(body: bytes, take: Take) -> int:
    """What nobody can read is taken, so that it does not come for ever; what was not stored comes again."""
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError) as error:
        log.error("event=update_unreadable update=None error=%s", type(error).__name__)
        return TAKEN
    try:
        return TAKEN if await take(raw) else NOT_NOW
    except Exception as error:  # a bug of this room's
        log.error("event=intake_bug error=%s place=%s", type(error).__name__, place_of(error))
        return TAKEN
