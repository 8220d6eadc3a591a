"""What OPSPOR_DATABASE names: a file of SQLite's or a server of PostgreSQL's; it opens neither."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import ConfigError

_SQLITE = ("sqlite", "sqlite+pysqlite", "sqlite+aiosqlite")
_POSTGRES = ("postgresql", "postgres", "postgresql+asyncpg", "postgres+asyncpg")
_LOOSE = ("disable", "allow", "prefer", "require")
_STRICT = ("verify-ca", "verify-full")
_ASKED = ("host", "port", "ssl", "sslmode", "sslrootcert", "sslcert", "sslkey")
# Nothing of an address that is wrong is repeated: a password with a stray sign in it may stand anywhere.
_EXAMPLE = "as in postgresql://opspor:password@db.example.dk:5432/opspor?ssl=verify-full"


@dataclass(frozen=True, slots=True)
class Server:
    """`name` is for sentences and has no password in it; `tls` is what asyncpg takes as `ssl`, None for its own way."""

    name: str
    url: URL = field(repr=False)
    user: str = ""
    tls: ssl.SSLContext | str | None = None
    is_local: bool = False  # a socket of this machine, or its loopback


def is_server(url: str) -> bool:
    """Raises ConfigError for what is neither."""
    parsed = _parsed(url)
    if parsed.drivername not in (*_SQLITE, *_POSTGRES):
        raise ConfigError(
            f"OPSPOR_DATABASE begins with {parsed.drivername}:, but only sqlite: and postgresql: are supported."
        )
    return parsed.drivername in _POSTGRES


def is_open(url: str) -> bool:
    """A server of another machine, which may be talked to without TLS."""
    if not is_server(url):
        return False
    server = server_of(url)
    return not server.is_local and server.tls in (None, "disable", "allow", "prefer")


def path_of(url: str) -> Path | None:
    """Of an SQLite address; None stands for memory."""
    if is_server(url):
        raise ConfigError("OPSPOR_DATABASE names a server, and a file is needed here.")
    parsed = _parsed(url)
    if parsed.query or parsed.host:
        raise ConfigError("OPSPOR_DATABASE takes a path and nothing else, as in sqlite:////var/opspor.db.")
    return None if parsed.database in (None, "", ":memory:") else Path(str(parsed.database))


def server_of(url: str) -> Server:
    """Raises ConfigError with a sentence that says what the address must be like."""
    parsed = _parsed(url)
    asked = {key: value for key, value in parsed.query.items() if isinstance(value, str)}
    if len(asked) < len(parsed.query) or asked.keys() - {*_ASKED}:
        raise ConfigError(
            f"OPSPOR_DATABASE has something after its question mark that is not understood: {', '.join(_ASKED)}, each"
            " once, are."
        )
    host, port = asked.get("host") or parsed.host or "", asked.get("port") or parsed.port or ""
    if "@" in host or not str(port or 1).isdecimal():
        raise ConfigError(
            f"OPSPOR_DATABASE cannot be read: in a password @ is written %40, / %2F and ? %3F, {_EXAMPLE}."
        )
    if not parsed.database:
        raise ConfigError(
            f"OPSPOR_DATABASE names a server, and no database on it: give its name, {_EXAMPLE}."
        )
    where = f" at {host}{f':{port}' if port else ''}" if host else ""
    plain = parsed.set(
        drivername="postgresql+asyncpg", query={}, host=host or None, port=int(port) if port else None
    )
    return Server(
        name=f"{parsed.database}{where}",
        url=plain,
        user=parsed.username or "",
        tls=_tls(asked),
        is_local=host.startswith("/") or host in ("", "localhost", "127.0.0.1", "::1"),
    )


def _tls(asked: dict[str, str]) -> ssl.SSLContext | str | None:
    """A certificate is looked at by the machine's own authorities, or by those of `sslrootcert` alone."""
    mode = asked.get("ssl") or asked.get("sslmode")
    files = {name: asked[name] for name in ("sslrootcert", "sslcert", "sslkey") if name in asked}
    if mode in _LOOSE and not files:
        return mode
    if mode is None and not files:
        return None
    if mode not in _STRICT:
        raise ConfigError(
            f"OPSPOR_DATABASE takes ssl={', '.join((*_LOOSE, *_STRICT))}, and certificates with the last two only."
        )
    try:
        context = ssl.create_default_context(cafile=files.get("sslrootcert"))
        context.check_hostname = mode == "verify-full"
        if "sslcert" in files:
            context.load_cert_chain(files["sslcert"], files.get("sslkey"))
    except OSError as error:
        raise ConfigError(
            f"A certificate that OPSPOR_DATABASE names cannot be read ({error.strerror or error.args[-1]}): correct its"
            " path, or its rights."
        ) from None
    return context


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigError("OPSPOR_DATABASE is not a database address; try sqlite:///opspor.db.") from None
