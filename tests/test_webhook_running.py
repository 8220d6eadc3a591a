"""`opspor run --webhook` as a process of its own, told by a Bot API on this machine; and pollers that meet one."""

import asyncio
import json
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.sandbox import TOKEN, World
from bot.transport.listening import FRESH_SECONDS
from bot.transport.webhook import SECRET_HEADER
from tests.cast import KEY
from tests.test_command_line import (
    aside,
    bot_api,
    ended,
    invite,
    logged,
    one_sentence,
    opspor,
    sees,
    started,
    types,
)
from tests.test_webhook import free_port
from tests.wire import text

SECRET = "a_secret-that-nobody-guesses"
ANNA = 1001
DOOR = "/from-telegram"


def at_the_door(port: int, base: str) -> dict[str, str]:
    return {
        "OPSPOR_API_BASE": base,
        "OPSPOR_WEBHOOK_URL": f"http://127.0.0.1:{port}{DOOR}",
        "OPSPOR_WEBHOOK_SECRET": SECRET,
        "OPSPOR_LISTEN": f"127.0.0.1:{port}",
        "OPSPOR_LOG": "DEBUG",
    }


@asynccontextmanager
async def town(directory: Path) -> AsyncIterator[tuple[World, str, dict[str, str]]]:
    """A Bot API, an invitation that Anna has sent in, and the settings of a webhook."""
    async with bot_api(directory) as (world, base):
        code = (await aside(invite, directory, OPSPOR_API_BASE=base)).stdout.splitlines()[0]
        await types(base, ANNA, f"/start {code}")
        yield world, base, at_the_door(free_port(), base)


async def post(settings: dict[str, str], update: dict[str, Any], secret: str = SECRET) -> int:
    headers = {"Content-Type": "application/json", SECRET_HEADER: secret}
    async with (
        aiohttp.ClientSession() as http,
        http.post(settings["OPSPOR_WEBHOOK_URL"], data=json.dumps(update), headers=headers) as response,
    ):
        assert await response.read() == b""
        return response.status


async def presses(base: str, phone: int, message: dict[str, Any], at: int) -> None:
    button = message["reply_markup"]["inline_keyboard"][at][0]
    wish = {"message_id": message["message_id"], "data": button["callback_data"]}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{base}/sandbox/phones/{phone}/press", json=wish) as response,
    ):
        assert response.status == 200, await response.text()


def newest(world: World, phone: int) -> dict[str, Any]:
    shown = [one for one in world.messages[phone].values() if one["from"]["is_bot"]]
    return max(shown, key=lambda one: int(one["message_id"]))


async def test_what_is_pressed_comes_through_the_webhook_and_is_answered(tmp_path: Path) -> None:
    async with (
        town(tmp_path) as (world, base, settings),
        started(tmp_path, "--webhook", **settings) as process,
    ):
        said = await logged(process, "event=ready")
        assert "event=webhook_set" in said
        assert world.setting("webhook") == {"url": settings["OPSPOR_WEBHOOK_URL"], "secret": SECRET}
        await sees(world, ANNA, "Hvilket sprog vil du arbejde på?")
        await types(base, ANNA, "/new")
        await sees(world, ANNA, "Hvornår bruger du mig?")
        await presses(base, ANNA, newest(world, ANNA), 0)
        while "Hvornår bruger du mig?" in newest(world, ANNA)["text"]:  # noqa: ASYNC110 - until it is edited
            await asyncio.sleep(0.02)
        said += await ended(process)
        assert not world.updates, "what it has answered it has taken"
        for secret in (SECRET, TOKEN, KEY, "from-telegram", str(ANNA)):
            assert secret not in said


async def test_the_right_secret_is_demanded_and_the_same_update_is_handled_once(tmp_path: Path) -> None:
    async with town(tmp_path) as (world, _, settings), started(tmp_path, "--webhook", **settings) as process:
        await logged(process, "event=ready")
        await sees(world, ANNA, "Hvilket sprog vil du arbejde på?")
        update = text(ANNA, "/new", 900) | {"update_id": 900}
        for secret in ("", "x", SECRET[:-1], SECRET + "0"):
            assert await post(settings, update, secret) == 404
        assert {await post(settings, update) for _ in range(3)} == {200}
        await sees(world, ANNA, "Hvornår bruger du mig?")
        await ended(process)
        with sqlite3.connect(tmp_path / "opspor.db") as c:
            (turns,) = c.execute("SELECT turn FROM staff").fetchone()
            assert c.execute("SELECT count(*) FROM seen_update WHERE id = 900").fetchone() == (1,)
        c.close()
        assert turns <= 2


async def test_the_load_balancer_is_told(tmp_path: Path) -> None:
    async with town(tmp_path) as (_, __, settings), started(tmp_path, "--webhook", **settings) as process:
        await logged(process, "event=ready")
        door = f"http://{settings['OPSPOR_LISTEN']}"
        async with aiohttp.ClientSession() as http:
            for path in ("healthz", "readyz"):
                async with http.get(f"{door}/{path}") as response:
                    assert (response.status, await response.read()) == (200, b"")
            with sqlite3.connect(tmp_path / "opspor.db") as c:
                c.execute("UPDATE alembic_version SET version_num = '0000'")
            c.close()
            await asyncio.sleep(FRESH_SECONDS + 0.2)
            async with http.get(f"{door}/readyz") as response:
                assert (response.status, await response.read()) == (503, b""), (
                    "its tables are of another version"
                )
        await ended(process)


async def test_nothing_is_lost_over_a_kill_and_a_poller_that_comes_after_takes_the_webhook_down(
    tmp_path: Path,
) -> None:
    async with town(tmp_path) as (world, base, settings):
        async with started(tmp_path, "--webhook", **settings) as process:
            await sees(world, ANNA, "Hvilket sprog vil du arbejde på?")
            process.kill()
            await process.wait()
        await types(base, ANNA, "/new")
        assert world.setting("webhook") and world.updates
        async with started(tmp_path, OPSPOR_API_BASE=base) as process:
            await sees(world, ANNA, "Hvornår bruger du mig?")
            assert not world.setting("webhook")
            await ended(process)


async def test_a_stop_under_load_ends_within_ten_seconds_and_what_was_not_taken_comes_again(
    tmp_path: Path,
) -> None:
    async with town(tmp_path) as (world, _, settings):
        async with started(tmp_path, "--webhook", **settings) as process:
            await logged(process, "event=ready")
            await sees(world, ANNA, "Hvilket sprog vil du arbejde på?")
            answers: list[tuple[int, int]] = []

            async def load(chat: int) -> None:
                for number in range(1_000_000):
                    id = 10_000 + 100_000 * (chat - 1) + number
                    try:
                        answers.append(
                            (id, await post(settings, text(chat, "hej", 1 + number) | {"update_id": id}))
                        )
                    except aiohttp.ClientError:
                        return

            loads = [asyncio.create_task(load(chat)) for chat in range(1, 9)]
            while len(answers) < 40:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.01)
            asked = time.monotonic()
            process.send_signal(signal.SIGTERM)
            await process.communicate()
            took = time.monotonic() - asked
            await asyncio.gather(*loads)
        assert process.returncode == 0 and took < 10
        taken = {id for id, status in answers if status == 200}
        with sqlite3.connect(tmp_path / "opspor.db") as c:
            stored = {id for (id,) in c.execute("SELECT id FROM seen_update")}
        c.close()
        assert len(taken) >= 40 and taken <= stored
        assert world.setting("webhook"), "another process may go on"


@pytest.mark.parametrize("missing", ["OPSPOR_WEBHOOK_URL", "OPSPOR_WEBHOOK_SECRET"])
def test_a_setting_of_the_webhook_that_is_missing_is_one_clear_sentence(tmp_path: Path, missing: str) -> None:
    settings = at_the_door(free_port(), "http://127.0.0.1:9") | {missing: ""}
    assert f"{missing} is not set" in one_sentence(opspor(tmp_path, "run", "--webhook", **settings))


async def test_a_port_that_is_taken_is_one_clear_sentence(tmp_path: Path) -> None:
    async with bot_api(tmp_path) as (_, base):
        settings = at_the_door(int(base.rpartition(":")[2]), base)
        done = await aside(opspor, tmp_path, "run", "--webhook", **settings)
        assert "OPSPOR_LISTEN: cannot listen on 127.0.0.1 port" in one_sentence(done)


async def test_an_address_that_telegram_refuses_is_one_clear_sentence(tmp_path: Path) -> None:
    async with bot_api(tmp_path) as (_, base):
        settings = at_the_door(free_port(), base) | {
            "OPSPOR_WEBHOOK_URL": "https://bot.example.invalid/secret-path"
        }
        done = await aside(opspor, tmp_path, "run", "--webhook", **settings)
        assert "Telegram refuses OPSPOR_WEBHOOK_URL" in one_sentence(done)
        assert "secret-path" not in done.stderr


async def test_two_pollers_on_one_token_say_what_to_do_and_go_on_trying(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    async with bot_api(tmp_path) as (world, base), started(tmp_path / "one", OPSPOR_API_BASE=base) as one:
        await logged(one, "event=ready")
        async with started(tmp_path / "two", OPSPOR_API_BASE=base) as two:
            said = await logged(one, "event=polling_conflict")
            assert "another process receives with the same token: stop one of the two" in said
            two.kill()
            await two.wait()
        await types(base, 1002, "/start")
        await sees(world, 1002, "Denne tjeneste er kun for inviterede medarbejdere.")
        await ended(one)


async def test_a_poller_that_a_webhook_was_set_over_says_so(tmp_path: Path) -> None:
    (tmp_path / "poller").mkdir()
    async with bot_api(tmp_path) as (_, base), started(tmp_path / "poller", OPSPOR_API_BASE=base) as poller:
        await logged(poller, "event=ready")
        async with started(tmp_path, "--webhook", **at_the_door(free_port(), base)) as process:
            await logged(process, "event=ready")
            assert "a webhook was set for this token" in await logged(poller, "event=polling_conflict")
            await ended(process)
        await ended(poller)
