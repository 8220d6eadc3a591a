"""The table of the methods that the sandbox knows, and those that are too short for a file of their own."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.sandbox import menu, messages, polling, webhook
from bot.sandbox.chats import bot_user, chat_of, open_chat
from bot.sandbox.wire import Call, refusal
from bot.sandbox.world import JSON

_ANSWERABLE = 15 * 60  # seconds
_LONGEST_ANSWER = 200
_KEPT_ANSWERS = 20


def get_me(call: Call) -> JSON:
    may = {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return bot_user(call) | may


def get_chat(call: Call) -> JSON:
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"),
        False,
    )
    return chat_of(call) | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


def leave_chat(call: Call) -> bool:
    chat = open_chat(call)
    if chat["type"] == "private":
        raise refusal(400, "chat is not a group, supergroup or channel chat")
    call.world.know_chat(chat | {"left": True})
    return True


def send_chat_action(call: Call) -> bool:
    chat = open_chat(call)
    if not call.text("action"):
        raise refusal(400, "wrong parameter action in request")
    call.world.tell({"type": "typing", "phone": chat["id"]})
    return True


def answer_callback_query(call: Call) -> bool:
    id = call.text("callback_query_id")
    if len(call.text("text")) > _LONGEST_ANSWER:
        raise refusal(400, "MESSAGE_TOO_LONG")
    query = call.world.drop_query(id)
    if query is None or call.clock.unix() - query["date"] > _ANSWERABLE:
        raise refusal(400, "query is too old and response timeout expired or query ID is invalid")
    answer = {
        "callback_query_id": id,
        "text": call.text("text"),
        "show_alert": call.flag("show_alert"),
        "date": call.clock.unix(),
    }
    phone = query["phone"]
    if phone in call.world.phones:
        screen = call.world.screen(phone)
        call.world.put_screen(phone, screen | {"answers": [*screen["answers"], answer][-_KEPT_ANSWERS:]})
        call.world.tell({"type": "answer", "phone": phone, "answer": answer})
    return True


def setter(name: str, parameter: str) -> Callable[[Call], bool]:
    def keep(call: Call) -> bool:
        kept: dict[str, str] = call.world.setting(name, {})
        call.world.set(name, kept | {call.text("language_code"): call.text(parameter)})
        call.world.tell({"type": "reload"})
        return True

    return keep


def getter(name: str, parameter: str) -> Callable[[Call], JSON]:
    def show(call: Call) -> JSON:
        language = call.text("language_code")
        kept: dict[str, str] = call.world.setting(name, {})
        words = kept.get(language) or kept.get("") or ""
        return {parameter: call.world.bot_name(language) if name == "name" else words}

    return show


METHODS: dict[str, Callable[[Call], Any] | Callable[[Call], Awaitable[Any]]] = {
    "getme": get_me,
    "getupdates": polling.get_updates,
    "setwebhook": webhook.set_webhook,
    "deletewebhook": webhook.delete_webhook,
    "getwebhookinfo": webhook.get_webhook_info,
    "sendmessage": messages.send_message,
    "sendphoto": messages.send_photo,
    "senddocument": messages.send_document,
    "editmessagetext": messages.edit_text,
    "editmessagereplymarkup": messages.edit_keyboard,
    "deletemessage": messages.delete_message,
    "deletemessages": messages.delete_messages,
    "sendchataction": send_chat_action,
    "answercallbackquery": answer_callback_query,
    "getchat": get_chat,
    "leavechat": leave_chat,
    "setmycommands": menu.set_commands,
    "getmycommands": menu.get_commands,
    "deletemycommands": menu.delete_commands,
    "setmyname": setter("name", "name"),
    "getmyname": getter("name", "name"),
    "setmydescription": setter("description", "description"),
    "getmydescription": getter("description", "description"),
    "setmyshortdescription": setter("short_description", "short_description"),
    "getmyshortdescription": getter("short_description", "short_description"),
}
