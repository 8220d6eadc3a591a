"""A stand-in of Telegram's Bot API and a page with three phones; it knows that API and nothing of the bot."""

from bot.sandbox.app import application, running
from bot.sandbox.clock import Clock
from bot.sandbox.phones import PHONES, Phone
from bot.sandbox.wire import TOKEN
from bot.sandbox.world import World

__all__ = ["PHONES", "TOKEN", "Clock", "Phone", "World", "application", "running"]
