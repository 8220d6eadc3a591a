"""Several processes of the bot on one database, told by webhooks in turn."""

import socket
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import bots, running
from benchmarks.stand_in.plan import Figures

SECRET = "a-secret-of-the-bench"  # noqa: S105 - opens nothing


def measured(count: int, url: str = "", **changes: Any) -> Figures:
    """`url` is of an empty database, or one from an earlier run: everybody who presses is admitted anew; without it, a
    file. `changes` are of the plan."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        url = url or bots.url_of(directory)
        bots.admit(url)
        ports = [free_port() for _ in range(count)]
        doors = tuple(f"http://127.0.0.1:{port}/press" for port in ports)
        bot = bots.opspor("--webhook", OPSPOR_DATABASE=url, OPSPOR_WEBHOOK_SECRET=SECRET)
        # Telegram posts to https only, and so the setting must say; the stand-in goes to the port behind the proxy.
        own = [
            {"OPSPOR_WEBHOOK_URL": door, "OPSPOR_LISTEN": f"127.0.0.1:{port}"}
            for door, port in zip(doors, ports, strict=True)
        ]
        plan = replace(bots.WHOLE, **{"warm": 20.0, **changes, "doors": doors, "secret": SECRET})
        return running.measured_in(directory, bot, plan, count, own)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
