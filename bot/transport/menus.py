"""The command menus: none for strangers, her own for each who is admitted; no failure here stops anything."""

import logging
from collections.abc import Sequence

from telegram import Bot, BotCommandScopeChat
from telegram.error import TelegramError

from bot.transport.log import alias_of

Commands = Sequence[tuple[str, str]]  # (name, description), the description in the person's language

log = logging.getLogger(__name__)


class Menus:
    """Remembers, for as long as the process lives, what each chat has."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._shown: dict[int, Commands] = {}

    async def empty_default(self) -> None:
        try:
            await self._bot.delete_my_commands()
        except TelegramError as error:
            log.warning("event=menu_not_emptied error=%s", type(error).__name__)

    async def show(self, chat: int, commands: Commands) -> None:
        """No commands: the chat's menu is taken away."""
        wanted = tuple(commands)
        if self._shown.get(chat) == wanted:
            return
        scope = BotCommandScopeChat(chat)
        try:
            if wanted:
                await self._bot.set_my_commands(wanted, scope=scope)
            else:
                await self._bot.delete_my_commands(scope=scope)
        except TelegramError as error:
            log.warning("event=menu_not_shown chat=%s error=%s", alias_of(chat), type(error).__name__)
        else:
            self._shown[chat] = wanted

    async def take_away(self, chat: int) -> None:
        """Raises TelegramError: whoever is not admitted any more must not keep hers."""
        self._shown.pop(chat, None)
        await self._bot.delete_my_commands(scope=BotCommandScopeChat(chat))
