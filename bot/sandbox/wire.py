"""How calls and answers of the Bot API look on the wire; not what any of them does."""

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from bot.sandbox.clock import Clock
from bot.sandbox.world import JSON, World

TOKEN = "1:sandbox"  # noqa: S105 - opens nothing but this stand-in
_KINDS = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a method: what it may look at and change, and its parameters."""

    world: World
    clock: Clock
    token: str
    parameters: JSON
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.parameters.get(name)
        return "" if value is None else str(value)

    def number(self, name: str, otherwise: int = 0) -> int:
        return as_number(self.parameters.get(name), otherwise)

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in {"true", "1", "yes"}

    def nested(self, name: str) -> Any:
        """Forms carry lists and objects as JSON in a string, JSON bodies as they are."""
        value = self.parameters.get(name)
        if not isinstance(value, str):
            return value
        return _decoded(value, f"can't parse {name} JSON object") if value.strip() else None


def as_number(value: Any, otherwise: int = 0) -> int:
    """Telegram takes what is no number for 0."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return otherwise


def refusal(code: int, words: str) -> HTTPException:
    return HTTPException(code, f"{_KINDS[code]}: {words}")


def answer(result: Any) -> JSONResponse:
    return JSONResponse({"ok": True, "result": result})


def failure(code: int, description: str, **parameters: int) -> JSONResponse:
    body: JSON = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return JSONResponse(body, status_code=code)


async def read_parameters(request: Request) -> tuple[JSON, dict[str, Upload]]:
    parameters: JSON = dict(request.query_params)
    files: dict[str, Upload] = {}
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        parameters |= await _json_object(request)
    elif "form" in kind:
        async with request.form() as form:
            for name, value in form.items():
                if isinstance(value, UploadFile):
                    files[name] = Upload(value.filename or name, await value.read())
                else:
                    parameters[name] = value
    return parameters, files


def _decoded(source: str | bytes, complaint: str) -> Any:
    """JSON, but without what Python lets pass and no answer could carry: NaN and halves of characters."""
    try:
        value = json.loads(source, parse_constant=_not_json)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise refusal(400, complaint) from None
    return value


def _not_json(name: str) -> float:
    raise ValueError(name)


async def _json_object(request: Request) -> JSON:
    parameters = _decoded(await request.body() or b"{}", "can't parse JSON object")
    if not isinstance(parameters, dict):
        raise refusal(400, "can't parse JSON object")
    return parameters
