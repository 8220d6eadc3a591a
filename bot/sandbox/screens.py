"""What a phone shows of a message besides the chat itself: the notification on its lock screen."""

from bot.sandbox.wire import Call
from bot.sandbox.world import JSON

_KEPT = 50
_ATTACHMENTS = {"photo": "📷", "document": "📎"}


def notify(call: Call, message: JSON, *, silent: bool) -> None:
    phone = call.world.phones.get(message["chat"]["id"])
    if phone is None:
        return
    notification: JSON = {
        "message_id": message["message_id"],
        "title": call.world.bot_name(phone.language),
        "text": _words(message),
        "silent": silent,
        "date": message["date"],
    }
    _show(call, phone.id, [*call.world.screen(phone.id)["notifications"], notification][-_KEPT:])


def refresh(call: Call, message: JSON) -> None:
    """A notification that nobody has opened follows the edits of its message, as on a real phone."""
    phone, id = message["chat"]["id"], message["message_id"]
    if phone in call.world.phones:
        old = call.world.screen(phone)["notifications"]
        new = [{**n, "text": _words(message)} if n["message_id"] == id else n for n in old]
        if new != old:
            _show(call, phone, new)


def forget(call: Call, message: JSON) -> None:
    phone, id = message["chat"]["id"], message["message_id"]
    if phone in call.world.phones:
        old = call.world.screen(phone)["notifications"]
        new = [notification for notification in old if notification["message_id"] != id]
        if new != old:
            _show(call, phone, new)


def _show(call: Call, phone: int, notifications: list[JSON]) -> None:
    call.world.put_screen(phone, {**call.world.screen(phone), "notifications": notifications})
    call.world.tell({"type": "notifications", "phone": phone, "notifications": notifications})


def _words(message: JSON) -> str:
    """A phone shows the text as it is written, but for what is under a spoiler."""
    text: str = message.get("text") or message.get("caption") or ""
    raw = text.encode("utf-16-le")
    for entity in message.get("entities", []) + message.get("caption_entities", []):
        if entity["type"] == "spoiler":
            first, length = entity["offset"], entity["length"]
            raw = raw[: 2 * first] + ("▒" * length).encode("utf-16-le") + raw[2 * (first + length) :]
    sign = next((sign for kind, sign in _ATTACHMENTS.items() if kind in message), "")
    name = message.get("document", {}).get("file_name", "")
    return " ".join(part for part in (sign, raw.decode("utf-16-le") or name) if part)
