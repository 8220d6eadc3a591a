"""Binds a TCP port before anything else is started, or says in one sentence why not; it serves nothing."""

import socket

from bot.errors import ConfigError


def bound(host: str, port: int, who: str) -> socket.socket:
    """Listening already, so that a taken port is known here and not in a task. Raises ConfigError; `who` begins it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, since asyncio sets TCP_NODELAY only then: without it each answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or "not possible"
        raise ConfigError(f"{who} cannot listen on {host} port {port}: {reason}") from None
    return listener
