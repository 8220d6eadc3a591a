"""The flows on paper, for the day the chat must not be used: its words beside the code; no screen of the bot."""

from bot.flows.paper.captions import read
from bot.flows.paper.document import Facts, document

__all__ = ["Facts", "document", "read"]
