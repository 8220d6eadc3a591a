"""The flows on paper, for the day the chat must not be used, and to be read through; no screen of the bot."""

from bot.flows.paper.captions import Captions, read, texts
from bot.flows.paper.document import Facts, alone, document
from bot.flows.paper.review import Reading, Row, rows, section

__all__ = ["Captions", "Facts", "Reading", "Row", "alone", "document", "read", "rows", "section", "texts"]
