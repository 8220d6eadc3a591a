"""The proxy before the replicas, read and run by Caddy itself: only what Telegram posts comes through, and only to a
replica that is ready."""

import asyncio
import io
import json
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
import yaml
from aiohttp import web

from bot.transport.listening import IDLE_SECONDS
from bot.transport.webhook import ALIVE, LONGEST_BODY, READY, SECRET_HEADER
from tests.test_webhook import free_port

DEPLOY = Path(__file__).parent.parent / "deploy"
CADDYFILE = DEPLOY / "Caddyfile"
CADDY = shutil.which("caddy")
GIVE_UP_SECONDS = 60  # only so that a broken test ends

pytestmark = pytest.mark.skipif(CADDY is None, reason="caddy is not here: it has not read its file")


def caddy(directory: Path, *words: str, host: str = "bot.example.dk") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(CADDY), *words], env=surroundings(directory, host), capture_output=True, text=True, check=False
    )


def surroundings(directory: Path, host: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(directory), "WEBHOOK_HOST": host}


def adapted(directory: Path) -> dict[str, Any]:
    done = caddy(directory, "adapt", "--config", str(CADDYFILE), "--adapter", "caddyfile")
    assert done.returncode == 0, done.stderr
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def tables(value: Any) -> list[dict[str, Any]]:
    """Every table in it, however deep."""
    if isinstance(value, list):
        return [one for each in value for one in tables(each)]
    if isinstance(value, dict):
        return [value, *(one for each in value.values() for one in tables(each))]
    return []


def handler(directory: Path, name: str) -> dict[str, Any]:
    (found,) = (one for one in tables(adapted(directory)) if one.get("handler") == name)
    return found


def settings_of_the_bot() -> dict[str, str]:
    read: dict[str, str] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]["bot"][
        "environment"
    ]
    return read


def test_caddy_takes_it_and_finds_it_well_written(tmp_path: Path) -> None:
    for words in (
        ("validate", "--config", str(CADDYFILE), "--adapter", "caddyfile"),
        ("fmt", str(CADDYFILE)),
    ):
        done = caddy(tmp_path, *words)
        assert done.returncode == 0, done.stderr
    assert done.stdout == CADDYFILE.read_text("utf-8")


def test_it_stands_for_the_path_and_the_port_that_the_bot_has(tmp_path: Path) -> None:
    told = settings_of_the_bot()
    path = urlsplit(re.sub(r"\$\{.+\}", "bot.example.dk", told["OPSPOR_WEBHOOK_URL"])).path
    paths = [one["path"] for one in tables(adapted(tmp_path)) if "path" in one]
    assert paths == [[path]]
    port = told["OPSPOR_LISTEN"].rpartition(":")[2]
    dialled = [one["dial"] for one in handler(tmp_path, "reverse_proxy")["upstreams"]]
    assert dialled == [f"opspor-bot-{number}:{port}" for number in range(1, 1 + len(dialled))]
    assert len(dialled) >= 2, "more than one replica"
    assert yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["name"] == "opspor"


def test_it_lets_through_what_the_bot_takes_and_hangs_up_first(tmp_path: Path) -> None:
    assert handler(tmp_path, "request_body")["max_size"] == LONGEST_BODY
    proxy = handler(tmp_path, "reverse_proxy")
    assert proxy["transport"]["keep_alive"]["idle_timeout"] < IDLE_SECONDS * 10**9
    assert proxy["health_checks"]["active"]["uri"] == READY


# --- running ------------------------------------------------------------------------------------------------------


@dataclass
class Replica:
    """Counts what comes; `ready` is what it says to the proxy."""

    ready: bool
    port: int = field(default_factory=free_port)
    asked: int = 0
    posted: list[tuple[str, str | None]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        if request.path == READY:
            self.asked += 1
            return web.Response(status=200 if self.ready else 503)
        await request.read()
        self.posted.append((request.path, request.headers.get(SECRET_HEADER)))
        return web.Response(status=200)


@asynccontextmanager
async def standing(directory: Path, *replicas: Replica) -> AsyncIterator[str]:
    """Caddy with the file as it is, but for names, port and how often it looks; its address."""
    runners = []
    for one in replicas:
        app = web.Application(client_max_size=LONGEST_BODY * 2)
        app.router.add_route("*", "/{path:.*}", one.answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", one.port).start()
        runners.append(runner)
    upstreams = " ".join(f"127.0.0.1:{one.port}" for one in (*replicas, Replica(False)))  # one is not there
    text, names = re.subn(r"(opspor-bot-\d+:\d+ ?)+", f"{upstreams} ", CADDYFILE.read_text("utf-8"))
    text, looks = re.subn(r"health_interval \S+", "health_interval 100ms", text)
    assert (names, looks) == (1, 1)
    file = directory / "Caddyfile"
    file.write_text(text, "utf-8")
    base = f"http://127.0.0.1:{free_port()}"
    process = await asyncio.create_subprocess_exec(
        str(CADDY), "run", "--config", str(file), "--adapter", "caddyfile",
        env=surroundings(directory, base), stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(GIVE_UP_SECONDS):
            while any(one.asked < 2 for one in replicas):  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.05)
            yield base
    finally:
        process.terminate()
        await process.wait()
        for runner in runners:
            await runner.cleanup()


async def test_what_telegram_posts_comes_to_the_replicas_that_are_ready_and_to_no_other(
    tmp_path: Path,
) -> None:
    ready, other, unready = Replica(True), Replica(True), Replica(False)
    async with standing(tmp_path, ready, other, unready) as base, aiohttp.ClientSession() as http:
        for _ in range(12):
            async with http.post(f"{base}/telegram", json={}, headers={SECRET_HEADER: "s"}) as response:
                assert response.status == 200
    assert len(ready.posted) + len(other.posted) == 12
    assert ready.posted and other.posted, "both take their share"
    assert {*ready.posted, *other.posted} == {("/telegram", "s")}
    assert not unready.posted


async def test_nothing_else_comes_through(tmp_path: Path) -> None:
    replica = Replica(True)
    async with standing(tmp_path, replica) as base, aiohttp.ClientSession() as http:
        for method, path in (
            *(("GET", path) for path in (ALIVE, READY, "/metrics", "/telegram", "/")),
            *(
                ("POST", path)
                for path in (ALIVE, "/metrics", "/telegram/", "/telegram/healthz", "/x/../healthz")
            ),
        ):
            async with http.request(method, base + path) as response:
                assert response.status == 404, (method, path)
        async with http.post(f"{base}/telegram", data=io.BytesIO(b"x" * (LONGEST_BODY + 1))) as response:
            assert response.status >= 400
        async with http.post(f"{base}/telegram", json={}) as response:
            assert response.status == 200, "what may come through does"
    assert [path for path, _ in replica.posted] == ["/telegram"]
