"""Several processes of the bot on one database, told by webhooks in turn; which one OPSPOR_DATABASE says."""

import os
import socket
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks import bots, running
from benchmarks.stand_in.plan import Figures

SECRET = "a-secret-of-the-bench"  # noqa: S105 - opens nothing


def measured(count: int, people: int = 32, seconds: float = 6.0, wire: float = 0.0) -> Figures:
    """The database must be empty or from an earlier run: everybody who presses is admitted anew."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        url = os.environ.get("OPSPOR_DATABASE", bots.url_of(directory))
        bots.admit(url)
        ports = [free_port() for _ in range(count)]
        doors = tuple(f"http://127.0.0.1:{port}/press" for port in ports)
        bot = bots.opspor("--webhook", OPSPOR_DATABASE=url, OPSPOR_WEBHOOK_SECRET=SECRET)
        # Telegram posts to https only, and so the setting must say; the stand-in goes to the port behind the proxy.
        own = [
            {"OPSPOR_WEBHOOK_URL": door, "OPSPOR_LISTEN": f"127.0.0.1:{port}"}
            for door, port in zip(doors, ports, strict=True)
        ]
        plan = replace(
            bots.WHOLE, people=people, seconds=seconds, doors=doors, secret=SECRET, wire=wire, warm=4.0
        )
        return running.measured_in(directory, bot, plan, count, own)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
