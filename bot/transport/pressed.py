"""A press as the library's update, made of the little that is used of it; what it means is told in events.py."""

from typing import Any

from telegram import CallbackQuery, Chat, InaccessibleMessage, Update, User


def press_of(raw: Any) -> Update | None:
    """None for whatever else it is. The library would read the whole card that comes along, our own words, which takes
    as long as all the rest of the transport. Raises KeyError and the like where it is no press of a Bot API."""
    query = raw.get("callback_query") if isinstance(raw, dict) else None
    if not isinstance(query, dict) or not isinstance(message := query.get("message"), dict):
        return None
    user, chat = query["from"], message["chat"]
    who = User(user["id"], user["first_name"], user["is_bot"], language_code=user.get("language_code"))
    where = InaccessibleMessage(Chat(chat["id"], chat["type"]), message["message_id"])
    pressed = CallbackQuery(query["id"], who, query["chat_instance"], message=where, data=query.get("data"))
    return Update(raw["update_id"], callback_query=pressed)
