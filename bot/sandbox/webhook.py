"""Updates on their way to a bot that wants to be told, only on this machine; the other way is polling.py."""

import asyncio
import ipaddress
import json
import re
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult, urlsplit

from bot.sandbox.clock import Clock
from bot.sandbox.polling import remember_wishes
from bot.sandbox.weather import is_down
from bot.sandbox.wire import Call, refusal
from bot.sandbox.world import JSON, World

_SECRET = re.compile(r"[A-Za-z0-9_-]*")
_PATIENCE = 30.0  # seconds for one delivery
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0  # seconds between tries


def set_webhook(call: Call) -> bool:
    url, secret = call.text("url"), call.text("secret_token")
    if not url:
        return delete_webhook(call)
    if len(secret) > 256:
        raise refusal(400, "secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise refusal(400, "secret token contains unallowed characters")
    if not _on_this_machine(url):
        raise refusal(400, "bad webhook: the sandbox delivers only by HTTP to addresses of this machine")
    remember_wishes(call)
    _drop_waiting(call)
    call.world.set("webhook", {"url": url, "secret": secret})
    call.world.new_turn()
    return True


def delete_webhook(call: Call) -> bool:
    _drop_waiting(call)
    call.world.set("webhook", None)
    call.world.new_turn()
    return True


def get_webhook_info(call: Call) -> JSON:
    webhook: JSON = call.world.setting("webhook") or {"url": ""}
    info: JSON = {name: value for name, value in webhook.items() if name != "secret"}
    info |= {"has_custom_certificate": False, "pending_update_count": len(call.world.updates)}
    if allowed := call.world.setting("allowed_updates"):
        info["allowed_updates"] = allowed
    return info


async def deliver(world: World, clock: Clock) -> None:
    """Runs as long as the sandbox: one update at a time and in order, each until it is taken."""
    pause = _FIRST_PAUSE
    while not world.closing:
        webhook = world.setting("webhook")
        if not webhook or not world.updates:
            world.arrived.clear()
            await world.arrived.wait()
            continue
        if is_down(world):
            await asyncio.sleep(_FIRST_PAUSE)
            continue
        id = min(world.updates)
        trouble = await asyncio.to_thread(_post, webhook, world.updates[id])
        if trouble is None:
            world.confirm(id + 1)
            pause = _FIRST_PAUSE
        elif world.setting("webhook") == webhook:
            told = {"last_error_date": clock.unix(), "last_error_message": trouble}
            world.set("webhook", webhook | told)
            with suppress(TimeoutError):
                world.arrived.clear()
                await asyncio.wait_for(world.arrived.wait(), pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


def _post(webhook: JSON, update: JSON) -> str | None:
    """None when the bot took it, else what Telegram would say of it."""
    url = urlsplit(webhook["url"])
    headers = {"Content-Type": "application/json"}
    if webhook["secret"]:
        headers["X-Telegram-Bot-Api-Secret-Token"] = webhook["secret"]
    connection = HTTPConnection(url.hostname or "", url.port or 80, timeout=_PATIENCE)
    try:
        connection.request("POST", _target(url), json.dumps(update), headers)
        response = connection.getresponse()
        response.read()
    except TimeoutError:
        return "Read timeout expired"
    except (OSError, HTTPException) as error:
        return f"Connection failed: {error}"
    finally:
        connection.close()
    if 200 <= response.status < 300:
        return None
    return f"Wrong response from the webhook: {response.status} {response.reason}"


def _target(url: SplitResult) -> str:
    return (url.path or "/") + (f"?{url.query}" if url.query else "")


def _on_this_machine(url: str) -> bool:
    try:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            return False
        _ = parts.port
        return parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


def _drop_waiting(call: Call) -> None:
    if call.flag("drop_pending_updates") and call.world.updates:
        call.world.confirm(max(call.world.updates) + 1)
