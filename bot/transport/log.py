"""The logs: one line each, key=value, on stderr; ids, codes and places only, never a secret and nobody's words."""

import asyncio
import logging
import re
import secrets
import sys
import threading
import traceback
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO
from urllib.parse import quote

OWN_ROOMS = "bot"

_ANY_TOKEN = re.compile(r"\d{5,}(?::|%3[Aa])[A-Za-z0-9_-]{30,}")
_SCRUBBED = "<secret>"
_OF_THIS_RUN = secrets.token_bytes(16)  # never stored, so that no alias outlives its process

log = logging.getLogger(__name__)


class OneLine(logging.Formatter):
    """What an exception says is left out, since libraries quote values in it; its type and places stay."""

    def __init__(self, token: str = "", *others: str) -> None:
        super().__init__()
        spellings = (token, quote(token, safe=""), token.partition(":")[2] or token, *others)
        words = "|".join(re.escape(word) for word in spellings if word)
        # python-telegram-bot changes the case of what it quotes
        self._secrets = re.compile(words or _ANY_TOKEN.pattern, re.IGNORECASE)

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        parts = [f"at={at}", f"level={record.levelname.lower()}", f"room={record.name}", _said(record)]
        if record.exc_info and record.exc_info[1] is not None:
            parts.append(f"error={type(record.exc_info[1]).__name__} trace={_trace(record.exc_info[1])}")
        return self._scrub(" ".join(parts)).replace("\r", "\\r").replace("\n", "\\n")

    def _scrub(self, line: str) -> str:
        return _ANY_TOKEN.sub(_SCRUBBED, self._secrets.sub(_SCRUBBED, line))


def _said(record: logging.LogRecord) -> str:
    """Our own rooms speak from a closed list. A library's line may quote a URL, a parameter or a whole update:
    the place in its source stands for it."""
    place = f"place={record.filename}:{record.lineno}"
    if record.name.partition(".")[0] != OWN_ROOMS:
        return f"event=library {place}"
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # Python's own way is to print the line with all that it was to say
        return f"event=line_unsayable {place}"


def _trace(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return "<".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames)) or "-"


def place_of(error: BaseException) -> str:
    """Where it happened, without a word of what it says."""
    return _trace(error).partition("<")[0]


def alias_of(chat: int) -> str:
    """The same for a chat as long as the process lives, so that its troubles are seen to belong together; whose it
    is cannot be read from it, not with the database and its key either."""
    return blake2b(str(chat).encode(), key=_OF_THIS_RUN, digest_size=4).hexdigest()


def set_up_logging(level: str, token: str = "", *other_secrets: str) -> None:
    """Only our own rooms speak below WARNING: what libraries tell in passing would be places without words."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine(token, *other_secrets))
    root = logging.getLogger()
    for old in tuple(root.handlers):
        if isinstance(old.formatter, OneLine):
            root.removeHandler(old)
    root.addHandler(handler)
    wanted = logging.getLevelNamesMapping()[level.upper()]
    root.setLevel(max(wanted, logging.WARNING))
    logging.getLogger(OWN_ROOMS).setLevel(wanted)


# --- what Python itself would print, with values in it -----------------------------------------------------


def places_instead_of_values() -> None:
    """For the whole process, whatever it dies of: where and of what type, never what was in it."""
    logging.raiseExceptions = False
    sys.excepthook = _uncaught
    sys.unraisablehook = _unraisable
    threading.excepthook = _in_a_thread
    warnings.showwarning = _warned


def crashed(error: BaseException) -> None:
    log.critical("event=crashed", exc_info=error)


def in_the_loop(_: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
    """For `loop.set_exception_handler`: the usual one prints whole tasks, arguments and all."""
    log.error("event=loop_trouble", exc_info=context.get("exception"))


def _uncaught(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
    crashed(error)


def _unraisable(found: "sys.UnraisableHookArgs") -> None:
    log.error("event=unraisable", exc_info=found.exc_value)


def _in_a_thread(found: threading.ExceptHookArgs) -> None:
    log.error("event=thread_crashed", exc_info=found.exc_value)


def _warned(
    message: Warning | str, category: type[Warning], filename: str, lineno: int,
    file: TextIO | None = None, line: str | None = None,
) -> None:  # fmt: skip
    log.warning("event=warned error=%s place=%s:%d", category.__name__, Path(filename).name, lineno)
