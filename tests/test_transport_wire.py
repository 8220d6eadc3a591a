"""The wire on aiohttp, against a real server on this machine."""

import asyncio
import gzip
import io
import logging
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from telegram import Bot, InputFile
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import RequestData

from bot.errors import ConfigError
from bot.model import Event, Reply, Screen
from bot.transport import methods
from bot.transport.bot import TELEGRAM, Words, build, username
from bot.transport.wire import LONGEST_ANSWER, AiohttpRequest, body_of, call, proxy_for
from tests.wire import TOKEN, Clock, nothing_is_written, press


class Server:
    """Answers each method by what stands in `answers`: a status and a body, or an event to wait for."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, Any], str]] = []
        self.base = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=LONGEST_ANSWER)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        form = {name: _read(value) for name, value in (await request.post()).items()}
        self.asked.append((method, form, request.content_type))
        answer = self.answers.get(method, (200, {"ok": True, "result": True}))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, asyncio.Event):
            await answer.wait()
            answer = (200, {"ok": True, "result": True})
        if answer == "hang up":
            assert request.transport
            request.transport.close()
            return web.Response()
        status, body, *headers = answer
        more = headers[0] if headers else None
        if isinstance(body, bytes):
            return web.Response(status=status, body=body, headers=more)
        return web.json_response(body, status=status, headers=more)


def _read(value: Any) -> Any:
    return (
        (value.filename, value.content_type, value.file.read()) if isinstance(value, web.FileField) else value
    )


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def bot(server: Server) -> AsyncIterator[Bot]:
    wire = AiohttpRequest(read=5, connect=5)
    await wire.initialize()
    yield Bot(TOKEN, f"{server.base}/bot", request=wire, get_updates_request=wire)
    await wire.shutdown()


def refused(status: int, words: str, **parameters: int) -> tuple[int, dict[str, Any]]:
    return status, {"ok": False, "error_code": status, "description": words, "parameters": parameters}


async def test_parameters_arrive_as_a_form_whatever_is_in_them(bot: Bot, server: Server) -> None:
    words = "Æ & ø = å? 100 % +1\n\U0001f4de " + "x" * 5000
    markup = {"inline_keyboard": [[{"text": "Ja", "callback_data": "1:a.b"}]]}
    assert (
        await call(bot, "sendMessage", {"chat_id": 7, "text": words, "reply_markup": markup, "p": True})
        is True
    )
    method, form, kind = server.asked[0]
    assert (method, kind) == ("sendMessage", "application/x-www-form-urlencoded")
    assert form == {
        "chat_id": "7",
        "text": words,
        "reply_markup": '{"inline_keyboard":[[{"text":"Ja","callback_data":"1:a.b"}]]}',
        "p": "true",
    }


async def test_a_method_without_parameters_and_one_with_a_file(bot: Bot, server: Server) -> None:
    assert await bot.log_out() is True
    server.answers["sendDocument"] = (200, {"ok": True, "result": _message()})
    await bot.send_document(
        7, InputFile(io.BytesIO(b"week,unit"), filename="report.csv"), caption="ugens tal æ"
    )
    _, form, kind = server.asked[1]
    assert kind == "multipart/form-data"
    assert form == {
        "chat_id": "7",
        "caption": "ugens tal æ",
        "document": ("report.csv", "text/csv", b"week,unit"),
    }


async def test_a_picture_among_the_parameters_goes_as_a_file_whatever_is_in_it(
    bot: Bot, server: Server
) -> None:
    server.answers["sendPhoto"] = (200, {"ok": True, "result": _message()})
    png = bytes(range(256)) * 8000 + b"\r\n--boundary--\r\n"  # larger than what goes in one piece
    assert await methods.picture(bot, 7, png, "ugens tal æ\r\n& mere") == 1
    _, form, kind = server.asked[0]
    assert kind == "multipart/form-data"
    assert form == {
        "chat_id": "7",
        "caption": "ugens tal æ\r\n& mere",
        "protect_content": "false",
        "disable_notification": "true",
        "photo": ("figures.png", "image/png", png),
    }


def _message() -> dict[str, Any]:
    return {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}, "text": "x"}


async def test_refusals_become_the_librarys_errors(bot: Bot, server: Server) -> None:
    for answer, kind in (
        (refused(400, "Bad Request: chat not found"), BadRequest),
        (refused(403, "Forbidden: bot was blocked by the user"), Forbidden),
        (refused(429, "Too Many Requests", retry_after=5), RetryAfter),
        (refused(502, "Bad Gateway"), NetworkError),
        ((200, b"<html>Hansen</html>"), TelegramError),
        ((200, b'"Hansen"'), TelegramError),
        ((500, b"<html>"), NetworkError),
    ):
        server.answers["getMe"] = answer
        with pytest.raises(kind):
            await bot.get_me()


async def test_an_answer_that_cannot_be_read_is_not_logged(
    bot: Bot, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answers["getMe"] = (200, b"<html>Hansen</html>")
    with pytest.raises(TelegramError):
        await bot.get_me()
    assert "Hansen" not in caplog.text


async def test_an_answer_that_does_not_come_is_a_time_out(bot: Bot, server: Server) -> None:
    server.answers["getMe"] = never = asyncio.Event()
    with pytest.raises(TimedOut):
        await bot.get_me(read_timeout=0.01, connect_timeout=0)
    never.set()
    assert bot.request.read_timeout == 5


async def test_a_connection_that_breaks_is_a_network_error_without_the_address(
    bot: Bot, server: Server
) -> None:
    server.answers["getMe"] = "hang up"
    with pytest.raises(NetworkError) as raised:
        await bot.get_me()
    assert TOKEN not in repr(raised.value) and raised.value.__suppress_context__


async def test_a_server_that_is_not_there_is_a_network_error() -> None:
    wire = AiohttpRequest()
    closed = Bot(TOKEN, "http://127.0.0.1:9/bot", request=wire, get_updates_request=wire)
    with pytest.raises(NetworkError, match="not open"):
        await call(closed, "getMe", {})
    await wire.initialize()
    await wire.initialize()
    with pytest.raises(NetworkError, match="ClientConnectorError"):
        await call(closed, "getMe", {})
    await wire.shutdown()
    await wire.shutdown()


async def test_an_address_that_makes_no_sense_is_a_network_error() -> None:
    wire = AiohttpRequest()
    await wire.initialize()
    lost = Bot(TOKEN, "nonsense/bot", request=wire, get_updates_request=wire)
    with pytest.raises(NetworkError) as raised:
        await call(lost, "getMe", {})
    assert TOKEN not in str(raised.value)
    await wire.shutdown()


async def test_100_calls_at_once_get_their_own_answers(bot: Bot, server: Server) -> None:
    await asyncio.gather(*(call(bot, "sendMessage", {"chat_id": n}) for n in range(100)))
    assert {int(form["chat_id"]) for _, form, _ in server.asked} == set(range(100))


async def test_a_redirect_is_not_followed_since_the_token_would_go_along(bot: Bot, server: Server) -> None:
    server.answers["getMe"] = (302, {"ok": False}, {"Location": f"{server.base}/bot{TOKEN}/elsewhere"})
    with pytest.raises(TelegramError):
        await bot.get_me()
    assert [method for method, _, _ in server.asked] == ["getMe"]


@pytest.mark.parametrize("packed", [False, True])
async def test_an_answer_longer_than_any_of_telegrams_is_not_read_to_its_end(
    bot: Bot, server: Server, packed: bool
) -> None:
    body = b'{"ok": true, "result": "' + b"x" * LONGEST_ANSWER + b'"}'
    headers = {"Content-Encoding": "gzip"} if packed else {}
    server.answers["getMe"] = (200, gzip.compress(body, 1) if packed else body, headers)
    with pytest.raises(NetworkError, match="the answer is too long"):
        await bot.get_me()
    server.answers["getMe"] = (200, b'{"ok": true, "result": "' + b"x" * 1_000_000 + b'"}')
    assert len(await call(bot, "getMe", {})) == 1_000_000


async def test_a_server_that_cannot_show_who_it_is_is_told_nothing(tmp_path: Path) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({"ok": True, "result": True})

    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=of_nobody(tmp_path)).start()
    wire = AiohttpRequest()
    await wire.initialize()
    base = f"https://127.0.0.1:{runner.addresses[0][1]}/bot"
    with pytest.raises(NetworkError, match="Certificate"):
        await call(Bot(TOKEN, base, request=wire, get_updates_request=wire), "getMe", {})
    await wire.shutdown()
    await runner.cleanup()
    assert asked == []


def of_nobody(directory: Path) -> ssl.SSLContext:
    """With a certificate that is right in everything, but that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    as_pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file = directory / "nobody.pem"
    file.write_bytes(
        key.private_bytes(as_pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(as_pem)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


async def test_a_proxy_of_the_environments_is_said_once_without_its_password(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("http_proxy", "http://somebody:of-no-log@127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    wire = AiohttpRequest()
    await wire.initialize()
    bot = Bot(TOKEN, "http://telegram.invalid/bot", request=wire, get_updates_request=wire)
    for _ in range(2):
        with pytest.raises(NetworkError, match="Proxy"):
            await call(bot, "getMe", {})
    await wire.shutdown()
    assert caplog.text.count("event=proxy_used") == 1 and "of-no-log" not in caplog.text


def test_a_request_without_anything_has_no_body() -> None:
    assert body_of(None)[0] is None
    assert body_of(RequestData([]))[0] is None


def test_the_environments_proxy_is_used_but_never_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert proxy_for(f"{TELEGRAM}/bot1/getMe") == ""
    monkeypatch.setenv("https_proxy", "http://proxy.invalid:3128")
    monkeypatch.setenv("http_proxy", "http://proxy.invalid:3128")
    assert proxy_for(f"{TELEGRAM}/bot1/getMe") == "http://proxy.invalid:3128"
    assert proxy_for("http://127.0.0.1:8081/bot1/getMe") == proxy_for("http://localhost/bot") == ""
    monkeypatch.setenv("no_proxy", "api.telegram.org")
    assert proxy_for(f"{TELEGRAM}/bot1/getMe") == ""


async def test_the_user_name_for_a_deep_link(server: Server) -> None:
    server.answers["getMe"] = (200, {"ok": True, "result": _me()})
    assert await username(TOKEN, server.base + "/") == "opspor_bot"
    server.answers["getMe"] = refused(401, "Unauthorized")
    assert await username(TOKEN, server.base) == ""
    assert await username(TOKEN, "http://127.0.0.1:9") == ""


def _me() -> dict[str, Any]:
    return {"id": 1, "is_bot": True, "first_name": "Opspor", "username": "opspor_bot"}


async def test_a_press_makes_the_whole_round_trip_over_a_real_connection(server: Server) -> None:
    shown = asyncio.Event()
    stop = asyncio.Event()

    async def handle(event: Event) -> Reply:
        return Reply(event.chat, Screen("Er der børn?", ((("Ja", "2:children.yes"),),)), toast="æ", live=0)

    async def on_live(chat: int, message: int) -> None:
        assert (chat, message) == (7, 1)
        shown.set()

    server.answers |= {
        "getMe": (200, {"ok": True, "result": _me()}),
        "getWebhookInfo": (200, {"ok": True, "result": {"url": ""}}),
        "sendMessage": (200, {"ok": True, "result": _message()}),
        "getUpdates": [
            (200, {"ok": True, "result": [press(7, "1:children.no") | {"update_id": 5}]}),
            asyncio.Event(),
        ],
    }
    words = Words(busy=str, trouble=str)
    room = build(
        TOKEN,
        server.base,
        handle,
        on_sending=nothing_is_written,
        on_live=on_live,
        words=words,
        menu=lambda _: (),
    )
    assert await room.start() == "opspor_bot"
    polling = asyncio.create_task(room.run(stop))
    await asyncio.wait_for(shown.wait(), 10)
    server.answers["getUpdates"][-1] = (200, {"ok": True, "result": []})
    stop.set()
    await polling
    await room.stop()
    asked = [(method, form) for method, form, _ in server.asked if method != "getUpdates"]
    assert [method for method, _ in asked][:3] == ["getMe", "deleteMyCommands", "getWebhookInfo"]
    assert ("answerCallbackQuery", {"callback_query_id": "7-50-1:children.no", "text": "æ"}) in asked
    polls = [form for method, form, _ in server.asked if method == "getUpdates"]
    assert [form["offset"] for form in polls] == ["0", "6", "6"][: len(polls)] and polls[-1]["timeout"] == "0"


async def test_a_token_that_a_real_server_refuses_stops_the_start(server: Server) -> None:
    server.answers["getMe"] = refused(401, "Unauthorized")

    async def handle(_: Event) -> None:
        pass

    async def on_live(_chat: int, _message: int) -> None:
        pass

    clock = Clock()
    words = Words(busy=str, trouble=str)
    room = build(
        TOKEN,
        server.base,
        handle,
        on_sending=nothing_is_written,
        on_live=on_live,
        words=words,
        menu=lambda _: (),
        sleep=clock.sleep,
    )
    with pytest.raises(ConfigError):
        await room.start()
