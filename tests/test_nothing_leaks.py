"""Everything the process writes, read: no token, no key, no secret, no code, nothing typed, nobody's chat, whatever
fails, whatever it dies of, and with every library at its most talkative."""

import asyncio
import contextlib
import itertools
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.transport.webhook import SECRET_HEADER
from tests import wire as raw
from tests.cast import KEY, on_stage, play, refer
from tests.loglines import constants, events, sentences, strange
from tests.test_command_line import GIVE_UP_SECONDS, ROOT, aside, invite, surroundings
from tests.test_webhook import free_port

TOKEN = "7351946820:AAFnever_in_a_log-0123456789abcdefghi"
WEBHOOK_SECRET = "webhook_secret-of-no-log"
ANNA = 774411223300
WORDS = "Mette Hansen 010203-1234, Rosenvej 7, ringer fra 55667788"
LIBRARIES = (
    *("telegram", "httpx", "httpcore", "aiohttp", "asyncio", "uvicorn", "uvicorn.error", "uvicorn.access"),
    *("sqlalchemy", "sqlalchemy.engine", "sqlalchemy.pool", "alembic", "concurrent", "babel", "transitions"),
)
# Said before anything of the bot's is loaded; then the command as it is.
RUNNER = """
import logging, os, sys
for name in os.environ["TALKATIVE"].split():
    logging.getLogger(name).setLevel(logging.DEBUG)
exec(os.environ.get("BEFORE", ""))
from bot.__main__ import main
main()
"""
# Without this room's care: what Python and the libraries would have said by themselves.
CARELESS = """
from bot.transport import log
log.OneLine.format = logging.Formatter().format
log.places_instead_of_values = lambda: None
"""


def secrets_of(code: str = "") -> list[str]:
    spellings = [TOKEN, TOKEN.partition(":")[2], TOKEN.replace(":", "%3A"), KEY, WEBHOOK_SECRET, str(ANNA)]
    names = [
        "Mette",
        "Hansen",
        "010203",
        "0102031234",
        "Rosenvej",
        "55667788",
        "Elin",
        "Friis",
        "00 00 00 81",
    ]
    return [one.lower() for one in (*spellings, *names, code) if one]


def leaked(said: str, code: str = "") -> list[str]:
    return [secret for secret in secrets_of(code) if secret in said.lower()]


def log_lines(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith("at=")]


def nothing_strange(said: str) -> None:
    """Every line of it a log line in order, or the one sentence that a command ends with."""
    rest = [line for line in said.splitlines() if not line.startswith(("at=", "opspor: "))]
    assert rest == [], rest[:5]
    assert [found for line in log_lines(said) if (found := f"{strange(line)} in {line}")[:4] != " in "] == []


# --- a Bot API that fails in every way, and quotes what it was asked --------------------------------------------


class Storm:
    def __init__(self) -> None:
        self.base = ""
        self.over = asyncio.Event()
        self.updates: list[Any] = []
        self.first: dict[str, list[Any]] = {}  # what a method meets before the usual
        self.sends = itertools.cycle(
            [200, 400, 403, 200, 429, 500, "cut", "nonsense", 401, 404, 409, "strange"]
        )
        self.polls = iter(
            [200, 401, 200, 404, 200, 409, 200, 429, 200, 500, 200, "cut", 200, "nonsense", 200]
        )
        self.numbers = itertools.count(1)
        self._runner: web.AppRunner | None = None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        asked = f"{request.url} {dict(await request.post())}"
        if self.first.get(method):
            return self.failed(request, self.first[method].pop(0), asked)
        if method == "getMe":
            return right({"id": 1, "is_bot": True, "first_name": "Opspor", "username": "opspor_bot"})
        if method == "getUpdates":
            return await self.polled(request, asked)
        if method in ("setWebhook", "getWebhookInfo", "deleteWebhook"):
            return right({"url": ""} if method == "getWebhookInfo" else True)
        how = next(self.sends)
        if how == 200:
            return right(raw._message(ANNA, next(self.numbers)) if method == "sendMessage" else True)
        return self.failed(request, how, asked)

    async def polled(self, request: web.Request, asked: str) -> web.StreamResponse:
        how = next(self.polls, None)
        if how is None:
            self.over.set()
            await asyncio.sleep(0.5)
            return right([])
        if how != 200:
            return self.failed(request, how, asked)
        batch, self.updates = self.updates[:4], self.updates[4:]
        return right(batch)

    def failed(self, request: web.Request, how: Any, asked: str) -> web.StreamResponse:
        if how == "cut":
            assert request.transport
            request.transport.abort()
            return web.Response()
        if how == "nonsense":
            return web.Response(body=f"<html>{asked} {WORDS}".encode())
        if how == "strange":
            return right({"Hansen": asked})
        return refused(how, asked)

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self.answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()


def right(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def refused(status: int, asked: str) -> web.Response:
    parameters = {"retry_after": 1} if status == 429 else {}
    words = (
        f"{ {400: 'Bad Request', 403: 'Forbidden', 409: 'Conflict'}.get(status, 'Trouble') }: {asked} {WORDS}"
    )
    body = {"ok": False, "error_code": status, "description": words, "parameters": parameters}
    return web.json_response(body, status=status)


def a_day(code: str) -> list[dict[str, Any]]:
    """What people and strangers send, good and bad, with a citizen in all of it."""
    day = [
        raw.text(ANNA, f"/start {code}"),
        raw.press(ANNA, "0:language.da"),
        raw.text(ANNA, "/new"),
        raw.text(ANNA, WORDS),
        raw.photo(ANNA, caption=WORDS),
        raw.edited(ANNA, WORDS),
        raw.press(ANNA, "1:moment.during"),
        raw.press(ANNA, f"1:{WORDS}"),
        raw.text(ANNA + 1, f"/start {WORDS}"),
        raw.text(ANNA + 1, WORDS),
        {"message": {"text": WORDS}},
        {"message": WORDS},
        {"callback_query": {"id": WORDS, "data": WORDS}},
        raw.press(ANNA, "2:mode.told"),
        raw.blocked(ANNA + 1),
        raw.text(-ANNA, WORDS),
    ]
    return [update | {"update_id": number} for number, update in enumerate(day, 1)]


@asynccontextmanager
async def storm() -> AsyncIterator[Storm]:
    storm = Storm()
    await storm.start()
    try:
        yield storm
    finally:
        await storm.stop()


async def process(
    directory: Path, *words: str, before: str = "", **settings: str
) -> asyncio.subprocess.Process:
    talkative = {"TALKATIVE": " ".join(LIBRARIES), "BEFORE": before, "PYTHONFAULTHANDLER": "1"}
    given = {
        "OPSPOR_TOKEN": TOKEN,
        "OPSPOR_LOG": "DEBUG",
        "PYTHONWARNINGS": "always",
        "PYTHONASYNCIODEBUG": "1",
    }
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", RUNNER, *words),
        cwd=directory,
        env=surroundings(directory, **(given | talkative | settings)) | {"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def said_until(running: asyncio.subprocess.Process, *events: str) -> str:
    assert running.stdout is not None
    said = ""
    async with asyncio.timeout(GIVE_UP_SECONDS):
        while not all(event in said for event in events):
            line = await running.stdout.readline()
            assert line, f"it ended before {events}:\n{said[-3000:]}"
            said += line.decode()
    return said


async def all_said(running: asyncio.subprocess.Process) -> str:
    async with asyncio.timeout(GIVE_UP_SECONDS):
        said, _ = await running.communicate()
    return said.decode()


async def code_for(directory: Path) -> str:
    return str((await aside(invite, directory, OPSPOR_TOKEN="")).stdout.split()[0])


# --- failing runs ------------------------------------------------------------------------------------------------


async def a_stormy_day(directory: Path, **more: str) -> tuple[str, str]:
    """What was said on it, and the invitation's code."""
    code = await code_for(directory)
    async with storm() as api:
        api.updates = a_day(code)
        api.first = {
            "getMe": ["cut", "nonsense"],
            "deleteMyCommands": [400],
            "getWebhookInfo": [500],
        }
        running = await process(directory, "run", OPSPOR_API_BASE=api.base, **more)
        stop = asyncio.create_task(api.over.wait())
        ended = asyncio.create_task(running.wait())
        await asyncio.wait({stop, ended}, return_when=asyncio.FIRST_COMPLETED, timeout=GIVE_UP_SECONDS)
        if running.returncode is None:
            running.send_signal(signal.SIGTERM)
        said = await all_said(running)
        stop.cancel()
        ended.cancel()
    return said, code


async def test_a_stormy_day_of_polling_shows_nothing_and_every_line_of_it_is_in_order(tmp_path: Path) -> None:
    said, code = await a_stormy_day(tmp_path)
    assert leaked(said, code) == []
    nothing_strange(said)
    lines = log_lines(said)
    for seen in (
        "room=sqlalchemy.",
        "room=telegram.",
        "polling_conflict",
        "update_unreadable",
        "reply_failed",
    ):
        assert any(seen in line for line in lines), f"{seen} was not looked at"
    assert len(lines) > 200


async def test_without_our_care_the_same_day_would_show_it_all(tmp_path: Path) -> None:
    """So the test above looks where something is."""
    said, code = await a_stormy_day(tmp_path, BEFORE=CARELESS)
    assert {TOKEN.lower(), str(ANNA)} <= set(leaked(said, code))
    async with storm() as api:
        running = await process(
            tmp_path, "run", before=CARELESS + CLOCK, OPSPOR_API_BASE=api.base, DIES_AT="1", WORDS=WORDS
        )
        said = await all_said(running)
    assert {TOKEN.lower(), "hansen", "010203"} <= set(leaked(said))


async def test_a_stormy_day_at_the_webhook_shows_nothing_either(tmp_path: Path) -> None:
    code, port = await code_for(tmp_path), free_port()
    door = f"http://127.0.0.1:{port}/{WEBHOOK_SECRET}-path"
    settings = {
        "OPSPOR_WEBHOOK_URL": door,
        "OPSPOR_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "OPSPOR_LISTEN": f"127.0.0.1:{port}",
    }
    async with storm() as api:
        api.first = {"setWebhook": [500, "cut", 429]}
        running = await process(tmp_path, "run", "--webhook", OPSPOR_API_BASE=api.base, **settings)
        early = await said_until(running, "event=ready")
        statuses = []
        async with aiohttp.ClientSession() as http:
            bodies = [
                *(json.dumps(one).encode() for one in a_day(code)),
                b'{"' + WORDS.encode(),
                b"[" * 90_000,
            ]
            for body in bodies:
                for secret in (WEBHOOK_SECRET, "x" + WEBHOOK_SECRET):
                    headers = {"Content-Type": "application/json", SECRET_HEADER: secret}
                    async with http.post(door, data=body, headers=headers) as response:
                        statuses.append(response.status)
        await asyncio.sleep(2)
        running.send_signal(signal.SIGTERM)
        said = early + await all_said(running)
    assert running.returncode == 0
    assert statuses == [200, 404] * len(bodies)
    assert leaked(said, code) == []
    nothing_strange(said)
    assert "room=uvicorn.error" in said and "event=webhook_not_set" in said and "event=update_unread" in said


@pytest.mark.parametrize(
    "base", ["http://no-such-host.invalid", "https://127.0.0.1:{port}", "http://127.0.0.1:9"]
)
async def test_a_telegram_that_is_nowhere_is_told_without_its_address(tmp_path: Path, base: str) -> None:
    async with storm() as api:
        running = await process(
            tmp_path, "run", OPSPOR_API_BASE=base.format(port=api.base.rpartition(":")[2])
        )
        early = await said_until(running, "event=telegram_not_reached")
        running.send_signal(signal.SIGTERM)
        said = early + await all_said(running)
    assert leaked(said) == []
    nothing_strange(said)


async def test_a_token_that_is_refused_is_not_told(tmp_path: Path) -> None:
    async with storm() as api:
        api.first = {"getMe": [401]}
        running = await process(tmp_path, "run", OPSPOR_API_BASE=api.base)
        said = await all_said(running)
    assert running.returncode == 2 and "opspor: Telegram refuses the token" in said
    assert leaked(said) == []
    nothing_strange(said)


async def test_an_invitation_is_told_to_whoever_asked_for_it_and_to_no_log(tmp_path: Path) -> None:
    for how in (500, "nonsense"):
        async with storm() as api:
            api.first = {"getMe": [how] * 9}
            words = (
                "--role",
                "frontline",
                "--unit",
                "jobcenter",
                "--name",
                "Elin Friis",
                "--phone",
                "00 00 00 81",
            )
            said = await all_said(await process(tmp_path, "invite", *words, OPSPOR_API_BASE=api.base))
        (code,) = [line for line in said.splitlines() if not line.startswith("at=")]
        assert said.count(code) == 1
        assert leaked(said) == []


# --- deaths ------------------------------------------------------------------------------------------------------

CLOCK = """
import asyncio, logging, os, threading, warnings
from bot import root
WORDS = os.environ["OPSPOR_TOKEN"] + os.environ["WORDS"]
usual, asked = root.machine_clock, []
def fail(words=WORDS):
    raise ValueError(words)
def clock():
    asked.append(WORDS)
    if len(asked) == int(os.environ["DIES_AT"]):
        fail()
    return usual()
root.machine_clock = clock
"""
MISCHIEF = """
class Last:
    def __del__(self):
        raise ValueError(WORDS)
async def task(words):
    raise ValueError(words)
def clock():
    asked.append(WORDS)
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return usual()
    if len(asked) < 4:
        loop.call_soon(fail, WORDS)
        asyncio.ensure_future(task(WORDS))
        loop.create_future().set_exception(ValueError(WORDS))
        threading.Thread(target=fail, name=WORDS).start()
        Last()
        warnings.warn(WORDS)
        logging.getLogger("bot.x").error("event=%d", WORDS)
        logging.getLogger("x").error(WORDS, exc_info=ValueError(WORDS))
        loop.call_exception_handler({"message": WORDS, "words": WORDS})
    return usual()
root.machine_clock = clock
"""


@pytest.mark.parametrize("dies_at", [1, 2, 3])
async def test_what_it_dies_of_is_told_by_type_and_place(tmp_path: Path, dies_at: int) -> None:
    async with storm() as api:
        running = await process(
            tmp_path, "run", before=CLOCK, OPSPOR_API_BASE=api.base, DIES_AT=str(dies_at), WORDS=WORDS
        )
        said = await said_until(running, "error=ValueError")
        with contextlib.suppress(ProcessLookupError):
            running.send_signal(signal.SIGTERM)  # where it was the outbox, that only skips a round
        said += await all_said(running)
    assert dies_at > 1 or "event=crashed error=ValueError trace=" in said
    assert leaked(said) == []
    nothing_strange(said)


async def test_whatever_python_itself_would_print_is_a_place_too(tmp_path: Path) -> None:
    async with storm() as api:
        running = await process(
            tmp_path, "run", before=CLOCK + MISCHIEF, OPSPOR_API_BASE=api.base, DIES_AT="0", WORDS=WORDS
        )
        early = await said_until(running, "event=loop_trouble", "event=unraisable", "event=line_unsayable")
        running.send_signal(signal.SIGABRT)  # faulthandler prints where every thread is
        said = early + await all_said(running)
    assert "Fatal Python error: Aborted" in said
    assert leaked(said) == []
    for event in ("loop_trouble", "thread_crashed", "unraisable", "warned", "line_unsayable"):
        assert f"event={event} " in said, event
    before_the_end = said.partition("Fatal Python error")[0]
    nothing_strange(before_the_end)


# --- a long day in order -----------------------------------------------------------------------------------------


async def test_every_line_of_a_long_mixed_day_is_ids_codes_numbers_and_places(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as cast:
        await refer(cast.anna)
        cast.wire.script("sendMessage", raw.BLOCKED, raw.too_many(3), raw.offline(), chat=cast.bente.chat)
        await cast.outbox()
        cast.wire.script("editMessageText", raw.bad(f"Hansen {raw.TOKEN}"), chat=cast.anna.chat)
        cast.wire.script("sendMessage", raw.bad("Hansen has 010203"), raw.offline(), chat=cast.anna.chat)
        await cast.anna.say("/new")
        await cast.anna.say("Mette Hansen")
        await cast.arrive({"message": {"text": "Hansen"}})
        await cast.kill()
        await cast.start()
        await play(cast, "anna > /new\nanna > /clear\npost")
        await cast.quarter()
        said = cast.log.getvalue()
    nothing_strange(said)
    assert len(log_lines(said)) > 3 and "event=reply_failed" in said and "event=notice_refused" in said


@pytest.mark.parametrize(
    "line",
    [
        "at=2026-11-24T09:00:00.000+00:00 level=info room=bot.x event=ready bot=Hansen 010203",
        "at=2026-11-24T09:00:00.000+00:00 level=info room=bot.x event=ready chat=7001",
        "at=2026-11-24T09:00:00.000+00:00 level=info room=bot.x event=ready name=Hansen",
        "at=2026-11-24T09:00:00.000+00:00 level=info room=bot.x event=hansen",
        "at=2026-11-24T09:00:00.000+00:00 level=info room=bot.x event=attention what='Mette Hansen bor her'",
        "at=2026-11-24T09:00:00.000+00:00 level=info room=bot.x event=reply_failed reason='Hansen'",
        "at=2026-11-24T09:00:00.000+00:00 level=info room=httpx HTTP Request: POST https://x",
        "event=ready",
        "Hansen",
    ],
)
def test_a_line_with_anything_else_is_noticed(line: str) -> None:
    assert strange(line)
    assert len(events()) > 25 and len(sentences()) > 50 and len(constants()) > 500
