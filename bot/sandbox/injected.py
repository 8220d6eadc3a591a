"""Takes in an update that somebody made up, of whatever shape; the bot gets it as it is."""

from typing import Any

from bot.sandbox.wire import Call
from bot.sandbox.world import JSON

_MESSAGES = ("message", "edited_message", "channel_post", "edited_channel_post")
_LARGEST_ID = 2**31


def take(call: Call) -> JSON:
    """What the update speaks of is from then on known, as far as it can be made out."""
    update = call.world.queue_raw(call.parameters)
    for kind, body in update.items():
        if not isinstance(body, dict):
            continue
        _know_chat(call, body.get("chat"))
        if kind in _MESSAGES:
            _know_message(call, body)
        elif kind == "callback_query" and isinstance(body.get("id"), str):
            sender = body.get("from")
            user = sender.get("id") if isinstance(sender, dict) else None
            call.world.put_query(body["id"], {"phone": user, "date": call.clock.unix()})
            message = body.get("message")
            _know_chat(call, message.get("chat") if isinstance(message, dict) else None)
    return update


def _know_chat(call: Call, chat: Any) -> None:
    if isinstance(chat, dict) and isinstance(chat.get("id"), int) and isinstance(chat.get("type"), str):
        known = call.world.chat(chat["id"])
        if known is None or known.get("left"):
            call.world.know_chat(chat)


def _know_message(call: Call, message: JSON) -> None:
    id, chat, sender = message.get("message_id"), message.get("chat"), message.get("from")
    whole = isinstance(chat, dict) and isinstance(sender, dict) and "is_bot" in sender
    if not whole or not isinstance(id, int) or not isinstance(message.get("date"), int):
        return
    if 0 < id < _LARGEST_ID and isinstance(message["chat"].get("id"), int):
        call.world.skip_to("message_id", id)
        call.world.put_message(message)
        call.world.tell({"type": "message", "phone": message["chat"]["id"], "message": message})
