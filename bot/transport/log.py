"""The logs: one line each, key=value, on stderr; ids and codes only, and never the token."""

import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

OWN_ROOMS = "bot"

_ANY_TOKEN = re.compile(r"\d{5,}(?::|%3[Aa])[A-Za-z0-9_-]{30,}")
_SCRUBBED = "<token>"


class OneLine(logging.Formatter):
    """What an exception says is left out, since libraries quote values in it; its type and places stay."""

    def __init__(self, token: str = "") -> None:
        super().__init__()
        secret = token.partition(":")[2] or token
        words = "|".join(re.escape(word) for word in (token, quote(token, safe=""), secret) if word)
        # python-telegram-bot changes the case of what it quotes
        self._secrets = re.compile(words or _ANY_TOKEN.pattern, re.IGNORECASE)

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        parts = [f"at={at}", f"level={record.levelname.lower()}", f"room={record.name}", record.getMessage()]
        if record.exc_info and record.exc_info[1] is not None:
            parts.append(f"error={type(record.exc_info[1]).__name__} trace={_trace(record.exc_info[1])}")
        return self._scrub(" ".join(parts)).replace("\r", "\\r").replace("\n", "\\n")

    def _scrub(self, line: str) -> str:
        return _ANY_TOKEN.sub(_SCRUBBED, self._secrets.sub(_SCRUBBED, line))


def _trace(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return "<".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames)) or "-"


def place_of(error: BaseException) -> str:
    """Where it happened, without a word of what it says."""
    return _trace(error).partition("<")[0]


def set_up_logging(level: str, token: str = "") -> None:
    """Only our own rooms speak below INFO: the debug lines of libraries hold texts and parameters."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine(token))
    root = logging.getLogger()
    for old in tuple(root.handlers):
        if isinstance(old.formatter, OneLine):
            root.removeHandler(old)
    root.addHandler(handler)
    wanted = logging.getLevelNamesMapping()[level.upper()]
    root.setLevel(max(wanted, logging.INFO))
    logging.getLogger(OWN_ROOMS).setLevel(wanted)
