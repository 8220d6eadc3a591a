"""The papers on data protection, written from what the house is; their words lie beside, and no figure is in them."""

from bot.privacy.document import Facts, document
from bot.privacy.wording import languages, read

__all__ = ["Facts", "document", "languages", "read"]
