"""Telegram's refusals read: which mean nothing, which are for good, which are worth another try."""

from datetime import timedelta

from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.errors import SendFailed
from bot.transport.limits import Limits

# What a log says of a refusal; Telegram's own sentence may quote what was sent, and one of next year may say anything.
_KNOWN = (
    *("bot was blocked by the user", "user is deactivated", "chat not found", "message is too long"),
    *("message text is empty", "message to edit not found", "message can't be edited", "button_data_invalid"),
    *("bot can't initiate conversation", "too many requests", "the chat rests"),
    *("TimedOut", "NetworkError", "InvalidToken", "Conflict", "TelegramError"),
)


def failed(error: TelegramError) -> SendFailed:
    """The description is Telegram's own sentence for 400 and 403; other errors may quote what was sent."""
    if isinstance(error, RetryAfter):
        return SendFailed("too many requests", permanent=False, retry_after=seconds_of(error))
    if isinstance(error, BadRequest | Forbidden | ChatMigrated):
        gone = isinstance(error, Forbidden) or "chat not found" in error.message.lower()
        return SendFailed(error.message, permanent=True, blocked=gone)
    return SendFailed(type(error).__name__, permanent=False)


def code_of(words: str) -> str:
    """One of a closed list, or "other"."""
    known = next((one for one in _KNOWN if one.lower() in words.lower()), "other")
    return known.replace(" ", "_").replace("'", "")


def seconds_of(error: RetryAfter) -> float:
    asked = error.retry_after  # of two types, see the room's __init__
    return asked.total_seconds() if isinstance(asked, timedelta) else float(asked)


def says_unchanged(error: BadRequest) -> bool:
    return "message is not modified" in error.message.lower()


def says_gone(error: BadRequest) -> bool:
    """The card cannot be edited any more: it was deleted, or is too old, or was never ours."""
    words = error.message.lower()
    return any(
        sign in words
        for sign in (
            "message to edit not found",
            "can't be edited",
            "message_id_invalid",
            "message not found",
        )
    )


def says_deleted(error: BadRequest) -> bool:
    return "message to delete not found" in error.message.lower()


def noted(error: TelegramError, chat: int, limits: Limits) -> SendFailed:
    """As `failed`; a chat that was told to wait is let rest."""
    refusal = failed(error)
    if refusal.retry_after:
        limits.pause(chat, refusal.retry_after)
    return refusal
