"""The wire to the Bot API, on aiohttp: it knows HTTP and python-telegram-bot's seam for it, and nothing of
what is said."""

import json
import logging
import time
from asyncio import timeout as at_most
from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram import Bot, InputFile
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import JSONDict, ODVInput
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter
from yarl import URL

SERVER_ERRORS = 500  # an HTTP status from here on
LONGEST_ANSWER = 16 * 1024 * 1024  # bytes; 100 of the fattest updates are a tenth of it

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": BaseRequest.USER_AGENT}
_PLAIN = {"User-Agent": BaseRequest.USER_AGENT}

_NOTHING: Mapping[str, Any] = {}
_written = json.JSONEncoder(separators=(",", ":")).encode
_address = lru_cache(maxsize=64)(URL)  # one a method

log = logging.getLogger(__name__)


@lru_cache(maxsize=8)
def _connecting(seconds: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, sock_connect=seconds)


class AiohttpRequest(BaseRequest):
    """One session and its pool of connections. All times are in seconds; `heard` is when the last answer came, on the
    machine's monotonic clock, 0 before the first."""

    __slots__ = ("_connect", "_connections", "_proxy", "_read", "_session", "heard")

    def __init__(self, *, connections: int = 256, read: float = 10.0, connect: float = 5.0) -> None:
        self._connections = connections
        self._read = read
        self._connect = connect
        self._session: aiohttp.ClientSession | None = None
        self._proxy: str | None = None
        self.heard = 0.0

    @property
    def read_timeout(self) -> float:
        return self._read

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, ttl_dns_cache=300, ssl=True),
                trust_env=False,  # no password out of a .netrc; of a proxy see `proxy_for`
                cookie_jar=aiohttp.DummyCookieJar(),
                requote_redirect_url=False,
                # Answers are small: unpacking them would cost more than it saves.
                skip_auto_headers=("Accept", "Accept-Encoding"),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect),
            )
            self._proxy = None

    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Raises TimedOut and NetworkError. Neither says the address: the token is in it."""
        if self._session is None:
            raise NetworkError("the wire is not open")
        if self._proxy is None:
            self._proxy = proxy_for(url)
            if self._proxy:  # whose own address may hold a password
                log.warning(
                    "event=proxy_used meaning='the environment names a proxy; what is sent goes through it'"
                )
        read = self._read if isinstance(read_timeout, DefaultValue) else read_timeout
        connect = self._connect if isinstance(connect_timeout, DefaultValue) else connect_timeout
        body, headers = body_of(request_data)
        within = _NOTHING if connect == self._connect else {"timeout": _connecting(connect)}
        try:
            # aiohttp knows no timeout of writing or of the queue for a connection: one limit holds for all.
            async with (
                at_most(None if read is None else read + (connect or 0.0)),
                self._session.request(
                    method,
                    _address(url),
                    data=body,
                    headers=headers,
                    proxy=self._proxy or None,
                    allow_redirects=False,  # the token is in the address, and would go along
                    **within,
                ) as response,
            ):
                answer = await _whole(response)
                if (
                    response.status < SERVER_ERRORS
                ):  # whatever a server in between says is no answer of Telegram's
                    self.heard = time.monotonic()
                return response.status, answer
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(type(error).__name__) from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> JSONDict:
        """As the original, which would log all of an answer that it cannot read, people's words with it."""
        try:
            answer = json.loads(payload)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise TelegramError("the answer is not one of a Bot API")
        return answer


async def _whole(response: aiohttp.ClientResponse) -> bytes:
    """Unpacked, and no longer than an answer of Telegram's can be. Raises NetworkError."""
    answer = bytearray()
    async for part in response.content.iter_any():
        answer += part
        if len(answer) > LONGEST_ANSWER:
            raise NetworkError("the answer is too long")
    return bytes(answer)


def body_of(data: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, Mapping[str, str]]:
    """A form, as python-telegram-bot itself posts it; multipart where there is a file."""
    if data is None or (not data.parameters and not data.contains_files):
        return None, _PLAIN
    if not data.contains_files:
        return form_of(_values(data)), _FORM
    form = aiohttp.FormData(data.json_parameters)
    for name, (filename, content, mime) in data.multipart_data.items():
        file = BytesIO(content) if isinstance(content, bytes) else content  # bytes would go in one piece
        form.add_field(name, file, filename=filename, content_type=mime)
    return form, _PLAIN


def _values(data: RequestData) -> Mapping[str, str]:
    """As its `json_parameters`, which writes each value twice."""
    given = data.parameters.items()
    return {name: value if isinstance(value, str) else _written(value) for name, value in given}


def form_of(values: Mapping[str, str]) -> bytes:
    """As `urllib.parse.urlencode`, at a quarter of its time: a card has many signs that must be escaped."""
    return URL.build(query=values).raw_query_string.encode()


def proxy_for(url: str) -> str:
    """The proxy that the environment names for this address, or ""; never one to this machine itself."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in _LOOPBACK or proxy_bypass(host):
        return ""
    return getproxies().get(parts.scheme, "")


async def call(
    bot: Bot,
    method: str,
    parameters: Mapping[str, object],
    *,
    request: BaseRequest | None = None,
    read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
) -> Any:
    """One method of the Bot API, straight over the wire. The methods of `Bot` build and parse objects that
    nobody here looks at: half a millisecond a press. Raises telegram.error.TelegramError."""
    data = RequestData([_parameter(name, value) for name, value in parameters.items()])
    wire = request or bot.request
    return await wire.post(f"{bot.base_url}/{method}", data, read_timeout=read_timeout)


def _parameter(name: str, value: object) -> RequestParameter:
    """Only a file needs the library's reading of it, which takes three times as long."""
    if isinstance(value, InputFile):
        return RequestParameter.from_input(name, value)
    return RequestParameter(name, value, None)
