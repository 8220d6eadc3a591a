"""What a person does with a phone, turned into the updates that Telegram would send of it."""

import secrets
from typing import Any

from bot.sandbox.chats import bot_user
from bot.sandbox.markup import LONGEST_TEXT, read_text
from bot.sandbox.phones import Phone
from bot.sandbox.wire import Call, refusal
from bot.sandbox.world import JSON


def write(call: Call, phone: Phone) -> JSON:
    return _send(call, phone, _typed(call))


def attach(call: Call, phone: Phone) -> JSON:
    kind = call.text("kind")
    shapes = _attachments(phone)
    if kind not in shapes:
        raise refusal(400, f"kind must be one of {', '.join(shapes)}")
    return _send(call, phone, {kind: shapes[kind]})


def edit(call: Call, phone: Phone) -> JSON:
    message = call.world.message(phone.id, call.number("message_id"))
    if message is None or message["from"]["is_bot"] or "text" not in message:
        raise refusal(400, "there is no such message of this phone")
    changed = {key: value for key, value in message.items() if key != "entities"}
    changed |= _typed(call) | {"edit_date": call.clock.unix()}
    call.world.put_message(changed)
    call.world.tell({"type": "edited", "phone": phone.id, "message": changed})
    call.world.queue("edited_message", changed)
    return changed


def press(call: Call, phone: Phone) -> JSON:
    """A message that has meanwhile gone is told of as Telegram tells it: inaccessible, of date 0."""
    message_id = call.number("message_id")
    gone: JSON = {"message_id": message_id, "chat": _chat(phone), "date": 0}
    query: JSON = {
        "id": str(secrets.randbelow(2**63)),
        "from": _user(phone),
        "chat_instance": str(phone.id),
        "message": call.world.message(phone.id, message_id) or gone,
        "data": call.text("data"),
    }
    call.world.put_query(query["id"], {"phone": phone.id, "date": call.clock.unix()})
    call.world.queue("callback_query", query)
    return query


def block(call: Call, phone: Phone) -> JSON:
    blocked = call.flag("blocked")
    if blocked == phone.blocked:
        return {"blocked": blocked}
    call.world.change_phone(phone.id, blocked=blocked)
    change: JSON = {
        "chat": _chat(phone),
        "from": _user(phone),
        "date": call.clock.unix(),
        "old_chat_member": _member(call, phone.blocked),
        "new_chat_member": _member(call, blocked),
    }
    call.world.queue("my_chat_member", change)
    call.world.tell({"type": "reload"})
    return {"blocked": blocked}


def speak(call: Call, phone: Phone) -> JSON:
    """Sets the phone's language, which every later update carries and the command menu follows."""
    call.world.change_phone(phone.id, language=call.text("code"))
    call.world.tell({"type": "reload"})
    return {"language": call.text("code")}


def read(call: Call, phone: Phone) -> JSON:
    screen = call.world.screen(phone.id)
    if screen["notifications"]:
        call.world.put_screen(phone.id, screen | {"notifications": []})
        call.world.tell({"type": "notifications", "phone": phone.id, "notifications": []})
    return {"read": len(screen["notifications"])}


def buy(call: Call) -> JSON:
    """One more phone, say for a stranger; what is not told of it stays neutral."""
    id = call.number("id")
    if id <= 0:
        raise refusal(400, "a phone needs an id above 0")
    call.world.put_phone(
        Phone(
            id,
            role=call.text("role") or "stranger",
            first_name=call.text("first_name") or "Ukendt",
            language=call.text("language") or "da",
            number="+4500000000",
        )
    )
    call.world.tell({"type": "reload"})
    return {"id": id}


def _typed(call: Call) -> JSON:
    text, entities = read_text(call.text("text"), "", None, LONGEST_TEXT, "message is too long")
    if not text:
        raise refusal(400, "message text is empty")
    return {"text": text} | ({"entities": entities} if entities else {})


def _send(call: Call, phone: Phone, content: JSON) -> JSON:
    message: JSON = {
        "message_id": call.world.next("message_id"),
        "from": _user(phone),
        "chat": _chat(phone),
        "date": call.clock.unix(),
        **content,
    }
    call.world.put_message(message)
    call.world.tell({"type": "message", "phone": phone.id, "message": message})
    call.world.queue("message", message)
    return message


def _attachments(phone: Phone) -> dict[str, Any]:
    """Nothing lies behind the file ids: a bot that asks for the file gets none, and it ought not to ask."""
    id = secrets.token_urlsafe(24)
    file: JSON = {"file_id": id, "file_unique_id": id[:16]}
    sticker = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
    contact = {"phone_number": phone.number, "first_name": phone.first_name, "user_id": phone.id}
    return {
        "photo": [file | {"width": 1280, "height": 960}],
        "voice": file | {"duration": 3, "mime_type": "audio/ogg"},
        "sticker": file | sticker | {"emoji": "👍"},
        "contact": contact,
        "location": {"latitude": 55.676, "longitude": 12.568},
        "document": file | {"file_name": "dokument.pdf", "mime_type": "application/pdf"},
    }


def _user(phone: Phone) -> JSON:
    user: JSON = {"id": phone.id, "is_bot": False, "first_name": phone.first_name}
    return user | ({"language_code": phone.language} if phone.language else {})


def _chat(phone: Phone) -> JSON:
    return {"id": phone.id, "type": "private", "first_name": phone.first_name}


def _member(call: Call, blocked: bool) -> JSON:
    kicked = {"status": "kicked", "until_date": 0}
    return {"user": bot_user(call)} | (kicked if blocked else {"status": "member"})
