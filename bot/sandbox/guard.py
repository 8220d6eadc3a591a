"""Keeps other people's web pages out: who may talk to the sandbox, and what its own page may load."""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """An address that only looks like this machine, by a DNS name that was bent to it, is refused."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if wrong := _wrong(headers, scope["method"], scope["path"]):
            await PlainTextResponse(wrong, status_code=403)(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                mine = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    mine[name] = value
                mine.setdefault("Cache-Control", "no-cache")
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _wrong(headers: Headers, method: str, path: str) -> str | None:
    host = headers.get("host", "")
    if not _is_this_machine(host):
        return "Only this machine may talk to the sandbox."
    origin = headers.get("origin")
    if origin is not None and origin != f"http://{host}":
        return "Another web page may not talk to the sandbox."
    # A link to the page may be followed from anywhere; everything else must come from the page itself
    # or from no web page at all. Browsers tell which; programs say nothing.
    site = headers.get("sec-fetch-site", "none")
    if site not in {"none", "same-origin"} and not (method == "GET" and path == "/"):
        return "Another web page may not talk to the sandbox."
    return None


def _is_this_machine(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
