"""The parameters of a call, however its library writes them: as a form, in parts, or as JSON."""

import json
from typing import Any
from urllib.parse import unquote_plus

Parameters = dict[str, Any]


def parameters(kind: str, body: bytes) -> Parameters:
    """Values as words, except where they came as JSON; a keyboard is always read."""
    if kind.startswith("application/json"):
        found: Parameters = json.loads(body or b"{}")
    elif kind.startswith("multipart/form-data"):
        found = dict(_parts(kind.partition("boundary=")[2].strip('"').encode(), body))
    else:
        pairs = (pair.partition("=") for pair in body.decode().split("&") if pair)
        found = {name: unquote_plus(value) for name, _, value in pairs}
    if isinstance(markup := found.get("reply_markup"), str):
        found["reply_markup"] = json.loads(markup)
    return found


def _parts(boundary: bytes, body: bytes) -> list[tuple[str, str]]:
    found = []
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, value = part.partition(b"\r\n\r\n")
        name = head.partition(b'name="')[2].partition(b'"')[0]
        found.append((name.decode(), value.removesuffix(b"\r\n").decode()))
    return found


def buttons(markup: Parameters | None) -> list[str]:
    """The callback data of a keyboard, in its order."""
    rows = (markup or {}).get("inline_keyboard", [])
    return [button["callback_data"] for row in rows for button in row if "callback_data" in button]
