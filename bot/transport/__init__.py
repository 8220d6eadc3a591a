"""The only room that knows Telegram: the wire, receiving, sending within its limits, and Update <-> Event."""

import os

# python-telegram-bot warns at every 429 until it is told which type of duration to use; this one is coming.
os.environ.setdefault("PTB_TIMEDELTA", "true")
