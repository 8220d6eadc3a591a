"""A container's health check: asks the bot beside it whether it is alive, and ends with status 1 where it is not.

Whether Telegram and the database answer is `/readyz`, which is for load balancers: a bot that waits for either is well.
"""

import http.client
import os
import sys
from collections.abc import Iterator

from bot import config
from bot.errors import ConfigError

ANSWERS_WITHIN = 3.0  # seconds
THIS_MACHINE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where one that listens everywhere is asked


def doors(settings: config.Settings) -> Iterator[tuple[str, int, str]]:
    """Host, port and path of what the bot serves under these settings."""
    if settings.webhook_url:
        yield *settings.listen, "/healthz"
    if settings.metrics:
        yield *settings.metrics, "/metrics"


def answers(host: str, port: int, path: str) -> bool:
    asking = http.client.HTTPConnection(THIS_MACHINE.get(host, host), port, timeout=ANSWERS_WITHIN)
    try:
        asking.request("GET", path)
        return asking.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()


def main() -> None:
    try:
        known = list(doors(config.settings(os.environ)))
    except ConfigError as error:
        sys.exit(str(error))
    if not known:
        sys.exit(
            "there is nothing to ask: set OPSPOR_METRICS, or OPSPOR_WEBHOOK_URL where there is a webhook"
        )
    if not any(answers(*one) for one in known):
        sys.exit(f"no answer from {', '.join(f'port {port} {path}' for _, port, path in known)}")


if __name__ == "__main__":
    main()
