"""The methods that put messages into a chat, change them and take them away."""

import json
from typing import Any

from bot.sandbox.chats import bot_user, chat_of, may_delete, message_to, open_chat, own_message
from bot.sandbox.keyboards import inline_keyboard
from bot.sandbox.markup import LONGEST_CAPTION, LONGEST_TEXT, read_text
from bot.sandbox.pictures import picture_size
from bot.sandbox.screens import forget, notify, refresh
from bot.sandbox.wire import Call, Upload, as_number, refusal
from bot.sandbox.world import JSON

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)
_MOST_DELETED = 100


def send_message(call: Call) -> JSON:
    chat = open_chat(call)
    text, entities = _text(call)
    return _send(call, chat, {"text": text} | ({"entities": entities} if entities else {}))


def send_photo(call: Call) -> JSON:
    chat = open_chat(call)
    upload = _upload(call, "photo")
    size = picture_size(upload.body)
    if size is None:
        raise refusal(400, "IMAGE_PROCESS_FAILED")
    type, width, height = size
    file = _keep(call, upload, type) | {"width": width, "height": height}
    return _send(call, chat, {"photo": [file]} | _caption(call))


def send_document(call: Call) -> JSON:
    chat = open_chat(call)
    upload = _upload(call, "document")
    type = "application/octet-stream"
    file = _keep(call, upload, type) | {"file_name": upload.name, "mime_type": type}
    return _send(call, chat, {"document": file} | _caption(call))


def edit_text(call: Call) -> JSON:
    chat = open_chat(call)
    message = own_message(call, chat)
    if "text" not in message:
        raise refusal(400, "there is no text in the message to edit")
    text, entities = _text(call)
    return _change(call, message, {"text": text, "entities": entities})


def edit_keyboard(call: Call) -> JSON:
    message = own_message(call, open_chat(call))
    return _change(call, message, {})


def delete_message(call: Call) -> bool:
    chat = chat_of(call)
    message = message_to(call, "delete", chat)
    may_delete(call, message)
    _delete(call, message)
    return True


def delete_messages(call: Call) -> bool:
    """Ids that are not there are skipped; one that is too old spoils the whole call."""
    chat = chat_of(call)
    ids = call.nested("message_ids")
    if not ids:
        raise refusal(400, "message identifiers are not specified")
    if not isinstance(ids, list):
        raise refusal(400, "expected an Array of message identifiers")
    if len(ids) > _MOST_DELETED:
        raise refusal(400, "too many message identifiers specified")
    found = [
        message
        for id in dict.fromkeys(map(as_number, ids))
        if (message := call.world.message(chat["id"], id))
    ]
    for message in found:
        may_delete(call, message)
    for message in found:
        _delete(call, message)
    return True


def _text(call: Call) -> tuple[str, list[JSON]]:
    text, entities = read_text(
        call.text("text"),
        call.text("parse_mode"),
        call.nested("entities"),
        LONGEST_TEXT,
        "message is too long",
    )
    if not text:
        raise refusal(400, "message text is empty")
    return text, entities


def _caption(call: Call) -> JSON:
    caption, entities = read_text(
        call.text("caption"),
        call.text("parse_mode"),
        call.nested("caption_entities"),
        LONGEST_CAPTION,
        "message caption is too long",
    )
    kept: JSON = {"caption": caption} if caption else {}
    return kept | ({"caption_entities": entities} if entities else {})


def _upload(call: Call, name: str) -> Upload:
    """A file comes as a part of the form under its own name, or under another that is pointed to."""
    pointer = call.text(name)
    upload = call.files.get(pointer.removeprefix("attach://") if pointer else name)
    if upload is None:
        kept = call.world.content(pointer) if pointer else None
        if kept is None:
            raise refusal(
                400, f"there is no {name} in the request" if not pointer else "wrong file identifier"
            )
        return Upload(name, kept[1])
    if not upload.body:
        raise refusal(400, "file must be non-empty")
    return upload


def _keep(call: Call, upload: Upload, type: str) -> JSON:
    id = call.world.keep_content(type, upload.body)
    return {"file_id": id, "file_unique_id": id[:16], "file_size": len(upload.body)}


def _send(call: Call, chat: JSON, content: JSON) -> JSON:
    markup = inline_keyboard(call)
    message: JSON = {
        "message_id": call.world.next("message_id"),
        "from": bot_user(call),
        "chat": {key: value for key, value in chat.items() if key != "left"},
        "date": call.clock.unix(),
        **content,
    }
    if markup:
        message["reply_markup"] = markup
    if call.flag("protect_content"):
        message["has_protected_content"] = True
    call.world.put_message(message)
    notify(call, message, silent=call.flag("disable_notification"))
    call.world.tell({"type": "message", "phone": chat["id"], "message": message})
    return message


def _change(call: Call, message: JSON, content: JSON) -> JSON:
    # Without a reply_markup the buttons go, so it is part of what is compared.
    changed = message | content | {"reply_markup": inline_keyboard(call)}
    changed = {key: value for key, value in changed.items() if value not in (None, [])}
    if _content(changed) == _content(message):
        raise refusal(400, _NOT_MODIFIED)
    changed["edit_date"] = call.clock.unix()
    call.world.put_message(changed)
    refresh(call, changed)
    call.world.tell({"type": "edited", "phone": changed["chat"]["id"], "message": changed})
    return changed


def _content(message: JSON) -> Any:
    parts = {name: message.get(name) for name in ("text", "entities", "reply_markup")}
    return json.dumps(parts, sort_keys=True)


def _delete(call: Call, message: JSON) -> None:
    chat, id = message["chat"]["id"], message["message_id"]
    call.world.drop_message(chat, id)
    forget(call, message)
    call.world.tell({"type": "deleted", "phone": chat, "message_id": id})
