"""Checks the buttons that a bot sends along; nothing of what pressing them does."""

from typing import Any

from bot.sandbox.wire import Call, refusal
from bot.sandbox.world import JSON

_LONGEST_DATA = 64  # bytes
_MOST_BUTTONS = 100
_OTHER_ACTIONS = (
    "copy_text",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "callback_game",
    "pay",
)


def inline_keyboard(call: Call) -> JSON | None:
    """The `reply_markup` as the message keeps it; None for none, and for keyboards that no message keeps."""
    markup = call.nested("reply_markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise refusal(400, "object expected as reply markup")
    rows = markup.get("inline_keyboard")
    if rows is None:
        return None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise refusal(400, 'field "inline_keyboard" must be of type Array')
    if sum(map(len, rows)) > _MOST_BUTTONS:
        raise refusal(400, "reply markup is too long")
    kept = [[_checked(button) for button in row] for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def _checked(button: Any) -> JSON:
    wrong = "can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise refusal(400, wrong + "InlineKeyboardButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise refusal(400, wrong + 'Can\'t find field "text"')
    if not button["text"].strip():
        raise refusal(400, "BUTTON_TEXT_EMPTY")
    if button.get("url"):
        return _checked_url(button)
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str) or not 0 < len(data.encode()) <= _LONGEST_DATA:
            raise refusal(400, "BUTTON_DATA_INVALID")
    elif not any(action in button for action in _OTHER_ACTIONS):
        raise refusal(400, wrong + "Text buttons are unallowed in the inline keyboard")
    return button


def _checked_url(button: JSON) -> JSON:
    url = str(button["url"])
    if not url.startswith(("http://", "https://", "tg://")):
        raise refusal(400, f"inline keyboard button URL '{url}' is invalid: Unsupported URL protocol")
    return button
