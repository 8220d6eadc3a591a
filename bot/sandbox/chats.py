"""Finds the chat and the message that a call is about, or refuses as Telegram does."""

from bot.sandbox.wire import Call, refusal
from bot.sandbox.world import JSON

_FORGET_AFTER = 48 * 3600  # seconds in which a bot may delete a message


def bot_user(call: Call, language: str = "") -> JSON:
    id = int(call.token.partition(":")[0])
    return {"id": id, "is_bot": True, "first_name": call.world.bot_name(language), "username": "sandbox_bot"}


def chat_of(call: Call) -> JSON:
    if not call.text("chat_id"):
        raise refusal(400, "chat_id is empty")
    chat = call.world.chat(call.number("chat_id"))
    if chat is None:
        raise refusal(400, "chat not found")
    return chat


def open_chat(call: Call) -> JSON:
    """A chat that the bot may still write to."""
    chat = chat_of(call)
    phone = call.world.phones.get(chat["id"])
    if phone is not None and phone.blocked:
        raise refusal(403, "bot was blocked by the user")
    if chat.get("left"):
        raise refusal(403, f"bot is not a member of the {chat['type']} chat")
    return chat


def message_to(call: Call, verb: str, chat: JSON) -> JSON:
    message = call.world.message(chat["id"], call.number("message_id"))
    if message is None:
        raise refusal(400, f"message to {verb} not found")
    return message


def own_message(call: Call, chat: JSON) -> JSON:
    message = message_to(call, "edit", chat)
    if not message["from"]["is_bot"]:
        raise refusal(400, "message can't be edited")
    return message


def may_delete(call: Call, message: JSON) -> None:
    if call.clock.unix() - message["date"] > _FORGET_AFTER:
        raise refusal(400, "message can't be deleted for everyone")
