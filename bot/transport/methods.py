"""The methods of the Bot API that the house uses, as functions; they raise telegram.error.TelegramError."""

import asyncio
import re
from collections.abc import Sequence

from telegram import Bot, InputFile
from telegram.error import BadRequest, InvalidToken

from bot.model import Screen
from bot.transport.refusals import says_deleted, says_unchanged
from bot.transport.wire import call

TOAST_CHARACTERS = 200  # answerCallbackQuery refuses more
CAPTION_UNITS = 1024  # sendPhoto refuses more
DELETES_AT_ONCE = 100  # deleteMessages refuses more


async def send(bot: Bot, chat: int, screen: Screen) -> int:
    """The new message's id."""
    message = await call(
        bot,
        "sendMessage",
        _card(chat, screen) | {"protect_content": screen.protected, "disable_notification": screen.silent},
    )
    return int(message["message_id"])


async def picture(bot: Bot, chat: int, png: bytes, caption: str) -> int:
    """The new message's id. Nobody is woken by a report, and whoever gets it may pass it on."""
    message = await call(
        bot,
        "sendPhoto",
        {
            "chat_id": chat,
            "photo": InputFile(png, filename="figures.png"),  # which also says that it is an image/png
            "caption": _fitting(caption),
            "protect_content": False,
            "disable_notification": True,
        },
    )
    return int(message["message_id"])


def _fitting(caption: str) -> str:
    """Cut at a word where Telegram would refuse it: a report without its last words is better than none."""
    units = caption.encode("utf-16-le")  # two bytes a unit; no reading of Telegram's "characters" counts more
    if len(units) <= 2 * CAPTION_UNITS:
        return caption
    words = re.match(r"(.*\S)\s", units[: 2 * CAPTION_UNITS].decode("utf-16-le", "ignore"), re.DOTALL)
    kept = words[1] if words else units[: 2 * (CAPTION_UNITS - 1)].decode("utf-16-le", "ignore")
    return f"{kept}…"


async def edit(bot: Bot, chat: int, message: int, screen: Screen) -> None:
    try:
        await call(bot, "editMessageText", _card(chat, screen) | {"message_id": message})
    except BadRequest as error:
        if not says_unchanged(error):
            raise


def _card(chat: int, screen: Screen) -> dict[str, object]:
    """No parse_mode: what stands in a text is shown, never read as markup."""
    card: dict[str, object] = {
        "chat_id": chat,
        "text": screen.text,
        "link_preview_options": {"is_disabled": True},
    }
    if screen.rows:
        rows = [[{"text": label, "callback_data": data} for label, data in row] for row in screen.rows]
        card["reply_markup"] = {"inline_keyboard": rows}
    return card


async def answer(bot: Bot, callback: str, toast: str = "") -> None:
    words = {"text": toast[:TOAST_CHARACTERS]} if toast else {}
    await call(bot, "answerCallbackQuery", {"callback_query_id": callback} | words)


async def leave(bot: Bot, chat: int) -> None:
    await call(bot, "leaveChat", {"chat_id": chat})


async def delete(bot: Bot, chat: int, messages: Sequence[int]) -> tuple[int, ...]:
    """Those that Telegram refused to delete; one that is not there any more is as good as deleted."""
    refused: list[int] = []
    for start in range(0, len(messages), DELETES_AT_ONCE):
        refused += await _delete_some(bot, chat, messages[start : start + DELETES_AT_ONCE])
    return tuple(refused)


async def _delete_some(bot: Bot, chat: int, messages: Sequence[int]) -> list[int]:
    if len(messages) > 1:
        try:
            await call(bot, "deleteMessages", {"chat_id": chat, "message_ids": list(messages)})
            return []
        except (BadRequest, InvalidToken):  # one refused, all refused; 404 where a server does not know it
            pass
    kept = await asyncio.gather(*(_keeps(bot, chat, message) for message in messages))
    return [message for message, stays in zip(messages, kept, strict=True) if stays]


async def _keeps(bot: Bot, chat: int, message: int) -> bool:
    try:
        await call(bot, "deleteMessage", {"chat_id": chat, "message_id": message})
    except BadRequest as error:
        return not says_deleted(error)
    return False
