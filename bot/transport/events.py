"""An update of Telegram's as an Event of ours; of what people write only its kind goes on, and a short text's words,
which are dropped again before anything is done unless a coordinator is awaited to type them."""

import re

from telegram import CallbackQuery, ChatMemberUpdated, Message, Update
from telegram.constants import ChatMemberStatus, ChatType

from bot.model import Event
from bot.transport.recognising import IDENTIFYING, PLAIN, looks

ALIASES = {
    "ny": "new",
    "pligt": "duty",
    "kort": "cards",
    "indbakke": "inbox",
    "fravaer": "away",
    "fravær": "away",
    "sprog": "language",
    "ryd": "clear",
    "oev": "practice",
    "øv": "practice",
    "hjaelp": "help",
    "hjælp": "help",
    "helbred": "health",
    "ansatte": "staff",
    "inviter": "invite",
    "invitér": "invite",
    "rapport": "report",
}
SOUGHT_AT_MOST = 40  # signs of what is looked for among the cards
WORDS_AT_MOST = 100  # no name and no telephone number is as long; of longer words no more goes on
LARGEST_NUMBER = 2**52  # no id of Telegram's has more bits
PRESS_BYTES = 64  # Telegram's own limit for callback data

_PRESS = re.compile(r"([0-9]{1,9}):([A-Za-z0-9_.-]+)")
_COMMAND = re.compile(r"/(\w{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_ARGUMENT = re.compile(r"[A-Za-z0-9_-]{1,64}")  # all that a deep link can carry
# An animation is sent as a document too, and a venue as a location: the narrower word comes first.
_KINDS = (
    "text", "photo", "voice", "video", "sticker", "animation", "document", "audio", "video_note",
    "contact", "venue", "location", "poll", "dice", "story",
)  # fmt: skip


def is_sound(update: Update) -> bool:
    """Numbers where numbers belong, and words where words: the library takes whatever stands there, and what stands
    for a chat comes back in an answer."""
    query, user = update.callback_query, update.effective_user
    message = update.effective_message if query is None else query.message
    place, change = update.effective_chat, update.my_chat_member
    numbers: list[int | None] = [update.update_id, *(one.id for one in (place, user) if one is not None)]
    words = [None if user is None else user.language_code]
    if message is not None or change is not None:
        numbers.append(None if place is None else place.id)
    if query is not None or change is not None:
        numbers.append(None if user is None else user.id)
    if message is not None:
        numbers.append(message.message_id)
        words += [getattr(message, "text", None), getattr(message, "caption", None)]
    if query is not None:
        words += [query.id, query.data]
    return (
        all(type(one) is int and abs(one) < LARGEST_NUMBER for one in numbers)
        and all(one is None or isinstance(one, str) for one in words)
        and (query is None or query.id.isascii())
        and (change is None or change.new_chat_member is not None)
    )


def to_event(update: Update) -> Event | None:
    """None for what nobody here has a use for."""
    if update.callback_query is not None:
        return _pressed(update.update_id, update.callback_query)
    if update.my_chat_member is not None:
        return _member(update.update_id, update.my_chat_member)
    if update.message is not None:
        return _said(update.update_id, update.message)
    if update.edited_message is not None:
        return _said(update.update_id, update.edited_message, edited=True)
    chat = update.effective_chat
    if chat is not None and chat.type != ChatType.PRIVATE:
        return Event("left", "", chat.id, update=update.update_id)
    return None


def _pressed(update: int, query: CallbackQuery) -> Event:
    message = query.message  # absent for inline messages; a shell of one where it is too old
    user = query.from_user
    if message is not None and message.chat.type != ChatType.PRIVATE:
        return Event("left", "", message.chat.id, update=update, callback=query.id)
    turn, code = _code(query.data or "")
    return Event(
        "press",
        code,
        user.id if message is None else message.chat.id,
        turn=turn,
        update=update,
        message=0 if message is None else message.message_id,
        callback=query.id,
        language=user.language_code or "",
    )


def _code(data: str) -> tuple[int, str]:
    found = _PRESS.fullmatch(data)
    if found is None or len(data.encode()) > PRESS_BYTES:
        return -1, ""
    return int(found[1]), found[2]


def _said(update: int, message: Message, *, edited: bool = False) -> Event:
    if message.chat.type != ChatType.PRIVATE:
        return Event("left", "", message.chat.id, update=update)
    language = (message.from_user and message.from_user.language_code) or ""
    command = None if edited else _COMMAND.fullmatch(message.text or "")
    if command is None or _identifies_somebody(command):
        code = _kind(message)
        if edited and code != IDENTIFYING:
            code = "edited"
        words = _words(message) if message.text and not edited else ""
        return Event(
            "typed", code, message.chat.id, update=update, message=message.message_id, language=language,
            words=words,
        )  # fmt: skip
    name = command[1].lower()
    code = ALIASES.get(name, name)
    return Event(
        "command",
        code,
        message.chat.id,
        argument=_argument(name, command[2]),
        words=_sought(code, command[2]),
        update=update,
        message=message.message_id,
        language=language,
    )


def _argument(name: str, rest: str | None) -> str:
    """What follows /start, where it can be an invitation's code; other words never leave this room."""
    words = (rest or "").strip()
    return words if name == "start" and _ARGUMENT.fullmatch(words) else ""


def _identifies_somebody(command: re.Match[str]) -> bool:
    """What follows a command, where it is more than the word it is meant to be: then it is answered as typed words."""
    return ALIASES.get(command[1].lower(), command[1].lower()) == "cards" and looks(command[2] or "") != PLAIN


def _sought(code: str, rest: str | None) -> str:
    """What is looked for among the cards; of other commands' words none leave this room here."""
    return (rest or "").strip()[:SOUGHT_AT_MOST] if code == "cards" else ""


def _words(message: Message) -> str:
    """Never what was forwarded, or written by something else than a person."""
    text = message.text or ""
    own = message.forward_origin is None and message.via_bot is None and message.sender_chat is None
    return text[:WORDS_AT_MOST] if own else ""


def _kind(message: Message) -> str:
    """What it is, or, of words, whether they look as if they identify somebody; a picture's words count too."""
    kind = next((kind for kind in _KINDS if getattr(message, kind)), "other")
    words = message.text or message.caption or ""
    return looks(words) if words and (kind == "text" or looks(words) != PLAIN) else kind


def _member(update: int, change: ChatMemberUpdated) -> Event | None:
    status = change.new_chat_member.status
    out = status in (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)
    if change.chat.type != ChatType.PRIVATE:
        return None if out else Event("left", "", change.chat.id, update=update)
    language = change.from_user.language_code or ""
    return Event("blocked" if out else "unblocked", "", change.chat.id, update=update, language=language)
