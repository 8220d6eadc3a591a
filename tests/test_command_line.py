"""The command as it is installed, in a process of its own: one clear sentence and status 2 where something is wrong,
and a bot that starts, answers and ends as it is asked to."""

import asyncio
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.config import settings
from bot.errors import ConfigError
from bot.flows.loader import DIRECTORY
from bot.municipality import EXAMPLE
from bot.municipality import read as read_municipality
from bot.sandbox import TOKEN, Clock, World
from bot.sandbox import running as sandbox_running
from tests.cast import KEY, STRANGER

ROOT = Path(__file__).parent.parent  # of the very code that stands beside these tests
OPSPOR = Path(sys.executable).parent / "opspor"
GIVE_UP_SECONDS = 120  # only so that a broken test ends
NEWCOMER = 4711
UNREACHABLE = "http://127.0.0.1:9"  # the port of "discard"; nobody listens


def surroundings(directory: Path, **changed: str) -> dict[str, str]:
    """All that the process sees: nothing of the tester's own."""
    given = {
        "OPSPOR_TOKEN": TOKEN,
        "OPSPOR_API_BASE": UNREACHABLE,
        "OPSPOR_DATABASE": f"sqlite:///{directory / 'opspor.db'}",
        "OPSPOR_MUNICIPALITY": str(EXAMPLE),
        "OPSPOR_KEY": KEY,
    } | changed
    seen = {"PATH": os.environ["PATH"], "HOME": str(directory), "PYTHONPATH": str(ROOT)}
    return seen | {k: v for k, v in given.items() if v}


def opspor(directory: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [OPSPOR, *words],
        cwd=directory,
        env=surroundings(directory, **settings),
        capture_output=True,
        text=True,
        timeout=GIVE_UP_SECONDS,
        check=False,
    )


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """What it said before it ended with status 2; one line, and no place in the code."""
    assert done.returncode == 2, f"status {done.returncode}: {done.stdout}{done.stderr}"
    lines = [line for line in done.stderr.splitlines() if not line.startswith("at=")]
    assert len(lines) == 1 and lines[0].startswith("opspor: "), done.stderr
    assert "Traceback" not in done.stderr and not done.stdout
    assert TOKEN not in done.stderr and KEY not in done.stderr
    return lines[0]


# --- what keeps it from starting ------------------------------------------------------------------------------

WRONG: dict[str, tuple[dict[str, str], str]] = {
    "no token": ({"OPSPOR_TOKEN": ""}, "OPSPOR_TOKEN is not set"),
    "a token without a colon": ({"OPSPOR_TOKEN": "12345"}, "OPSPOR_TOKEN does not look like a bot token"),
    "a short key": ({"OPSPOR_KEY": "c2hvcnQ="}, "OPSPOR_KEY"),
    "a municipality that is not there": ({"OPSPOR_MUNICIPALITY": "/nowhere.toml"}, "/nowhere.toml"),
    "a database of another kind": ({"OPSPOR_DATABASE": "mysql://x/y"}, "OPSPOR_DATABASE"),
    "a directory that is not there": ({"OPSPOR_DATABASE": "sqlite:////nowhere/o.db"}, "/nowhere"),
}
WRONG_TOO: dict[str, tuple[dict[str, str], str]] = {
    "a token with more copied along": (
        {"OPSPOR_TOKEN": "1:abc your token"},
        "OPSPOR_TOKEN does not look like",
    ),
    "a token's file that is not there": ({"OPSPOR_TOKEN_FILE": "/nowhere"}, "OPSPOR_TOKEN_FILE"),
    "no key": ({"OPSPOR_KEY": ""}, "OPSPOR_KEY is not set"),
    "a key that is not base64": ({"OPSPOR_KEY": "æøå"}, "OPSPOR_KEY"),
    "no municipality": ({"OPSPOR_MUNICIPALITY": ""}, "OPSPOR_MUNICIPALITY is not set"),
    "an unknown level": ({"OPSPOR_LOG": "LOUD"}, "OPSPOR_LOG is 'LOUD'"),
    "an address without http": ({"OPSPOR_API_BASE": "telegram.org"}, "OPSPOR_API_BASE"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_setting_is_one_clear_sentence_and_status_2(tmp_path: Path, case: str) -> None:
    wrong, named = WRONG[case]
    assert named in one_sentence(opspor(tmp_path, "run", **wrong))


@pytest.mark.parametrize("case", WRONG_TOO)
def test_other_wrong_settings_are_one_clear_sentence_too(tmp_path: Path, case: str) -> None:
    wrong, named = WRONG_TOO[case]
    with pytest.raises(ConfigError) as found:
        settings(surroundings(tmp_path, **wrong), need=("TOKEN", "KEY", "MUNICIPALITY"))
    assert named in str(found.value) and "\n" not in str(found.value)


MUNICIPALITY: dict[str, tuple[str, str, str]] = {
    "not TOML": ('name = "Eksempelby Kommune (opdigtet)"', "name = Eksempelby", "is not readable TOML"),
    "a name that is missing": ('name = "Eksempelby Kommune (opdigtet)"', "", "name"),
    "a word too many": ('name = "Eksempelby', 'colour = "red"\nname = "Eksempelby', "colour"),
    "a time zone": ('timezone = "Europe/Copenhagen"', 'timezone = "Europe/Kopenhagen"', "Europe/Kopenhagen"),
    "a telephone": ('phone = "00 00 00 10"', 'phone = "ring to us"', "reception.phone"),
    "a withdrawn number": ('phone = "00 00 00 10"', 'phone = "70 20 30 82"', "1888"),
    "hours": ('monday = "08:00-15:30"', 'monday = "8-16"', "hours.monday"),
    "a unit twice": ('id = "sundhed"', 'id = "jobcenter"', "stands twice"),
    "no Danish": ("[names.da]", "[names.fr]", "names.da"),
    "a language that is none": ('staff = ["en", "de"]', 'staff = ["English"]', "languages.staff"),
    "a date": ("adopted = 2025-03-20", 'adopted = "soon"', "adopted"),
}


@pytest.mark.parametrize("case", MUNICIPALITY)
def test_a_mistake_in_the_municipalitys_file_is_named_with_the_file_and_the_key(
    tmp_path: Path, case: str
) -> None:
    file, named = town(tmp_path, case)
    with pytest.raises(ConfigError) as found:
        read_municipality(file)
    assert str(file) in str(found.value) and named in str(found.value)
    assert "\n" not in str(found.value)


def test_a_mistake_in_the_municipalitys_file_keeps_it_from_starting(tmp_path: Path) -> None:
    file, named = town(tmp_path, "a telephone")
    assert named in one_sentence(opspor(tmp_path, "run", OPSPOR_MUNICIPALITY=str(file)))


def town(directory: Path, case: str) -> tuple[Path, str]:
    """The example with one mistake in it, and what is to be named of it."""
    old, new, named = MUNICIPALITY[case]
    text = EXAMPLE.read_text("utf-8")
    assert old in text
    file = directory / "town.toml"
    file.write_text(text.replace(old, new, 1), "utf-8")
    return file, named


def test_a_directory_that_cannot_be_written_is_one_clear_sentence(tmp_path: Path) -> None:
    file = tmp_path / "a file"
    file.write_text("not a directory")
    said = one_sentence(opspor(tmp_path, "run", OPSPOR_DATABASE=f"sqlite:///{file}/opspor.db"))
    assert "a file" in said and "cannot be written" in said
    if os.getuid() != 0:  # root may write everywhere
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o500)
        said = one_sentence(opspor(tmp_path, "run", OPSPOR_DATABASE=f"sqlite:///{closed}/opspor.db"))
        assert "cannot be written" in said


def test_a_file_that_is_no_database_is_one_clear_sentence_and_is_left_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "opspor.db"
    file.write_bytes(b"an old letter\n" * 400)
    for command in (("run",), ("migrate",), ("purge",), ("doctor",)):
        said = one_sentence(opspor(tmp_path, *command))
        assert "is not a database" in said and str(file) in said
    assert file.read_bytes() == b"an old letter\n" * 400


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "opspor.db") as c:
        c.execute("CREATE TABLE recipe (name TEXT)")
    c.close()
    assert "holds the tables of something else" in one_sentence(opspor(tmp_path, "run"))


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    assert opspor(tmp_path, "migrate").returncode == 0
    with sqlite3.connect(tmp_path / "opspor.db") as c:
        c.execute("UPDATE alembic_version SET version_num = '9999'")
    c.close()
    assert "newer version" in one_sentence(opspor(tmp_path, "run"))


def test_a_key_that_is_not_the_databases_own_is_said_before_everybody_seems_a_stranger(
    tmp_path: Path,
) -> None:
    admit(tmp_path)
    other = opspor(tmp_path, "key").stdout.strip()
    said = one_sentence(opspor(tmp_path, "run", OPSPOR_KEY=other))
    assert "OPSPOR_KEY is not the key that this database was written with" in said


def test_a_key_that_is_not_the_databases_own_is_said_while_there_are_only_invitations(tmp_path: Path) -> None:
    """Otherwise the code is used up, and its sealed name cannot be read."""
    assert invite(tmp_path).returncode == 0
    other = opspor(tmp_path, "key").stdout.strip()
    assert "OPSPOR_KEY" in one_sentence(opspor(tmp_path, "run", OPSPOR_KEY=other))


def admit(directory: Path, chat: int = 1) -> None:
    from bot.storage import people
    from bot.storage.cipher import Cipher
    from bot.storage.migrate import migrate
    from bot.storage.sqlite import open_engine
    from tests.cast import OPENED

    url = f"sqlite:///{directory / 'opspor.db'}"
    migrate(url)
    engine = open_engine(url)
    with engine.begin() as c:
        people.admit(
            c, Cipher(KEY), chat=chat, role="frontline", unit="jobcenter", name="Elin", phone="", language="da",
            now=OPENED,
        )  # fmt: skip
    engine.dispose()


def test_a_locked_database_is_one_clear_sentence(tmp_path: Path) -> None:
    assert opspor(tmp_path, "migrate").returncode == 0
    other = sqlite3.connect(tmp_path / "opspor.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert "locked" in one_sentence(opspor(tmp_path, "purge"))
    finally:
        other.close()


# --- the small commands ---------------------------------------------------------------------------------------


def test_without_a_command_it_says_what_there_is(tmp_path: Path) -> None:
    done = opspor(tmp_path)
    for command in ("run", "sandbox", "invite", "key", "migrate", "purge", "doctor", "flows"):
        assert command in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_key_prints_a_new_key_each_time_that_the_settings_accept(tmp_path: Path) -> None:
    keys = {opspor(tmp_path, "key", OPSPOR_KEY="", OPSPOR_TOKEN="").stdout.strip() for _ in range(2)}
    assert len(keys) == 2
    for key in keys:
        assert (
            invite(tmp_path / "x", OPSPOR_KEY=key).returncode == 2
        )  # no such directory: the key is not named
        assert "OPSPOR_KEY" not in invite(tmp_path / "x", OPSPOR_KEY=key).stderr


def test_migrate_twice_is_as_good_as_once_and_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    for _ in range(2):
        done = opspor(tmp_path, "migrate", OPSPOR_KEY="", OPSPOR_TOKEN="", OPSPOR_MUNICIPALITY="")
        assert (done.returncode, done.stdout) == (0, "the database is at this version\n"), done.stderr
    assert (tmp_path / "opspor.db").stat().st_mode & 0o077 == 0


def test_purge_says_what_went_from_which_table(tmp_path: Path) -> None:
    done = opspor(tmp_path, "purge", OPSPOR_KEY="", OPSPOR_TOKEN="", OPSPOR_MUNICIPALITY="")
    assert done.returncode == 0, done.stderr
    counts = dict(line.split(": ") for line in done.stdout.splitlines())
    assert {"seen_update", "invitation", "referral", "outcome"} <= counts.keys()
    assert set(counts.values()) == {"0"}


def test_doctor_names_what_is_wrong_and_what_has_grown_old(tmp_path: Path) -> None:
    town = tmp_path / "town.toml"
    town.write_text(EXAMPLE.read_text("utf-8").replace("2026-11-02", "2020-01-01"), "utf-8")
    done = opspor(tmp_path, "doctor", OPSPOR_MUNICIPALITY=str(town), OPSPOR_COLOUR="red")
    assert done.returncode == 1, done.stderr
    assert "languages for employees: da, de, en" in done.stdout
    assert "languages for citizens: da, en, ar, uk, pl, tr, ro, de, fa, so" in done.stdout
    assert "ar for citizens: 69 sentences, unreviewed" in done.stdout
    assert "- no professional has reviewed what is shown to citizens in en, ar," in done.stdout
    for named in ("'reception'", "'acute'", "Familiehuset", "OPSPOR_COLOUR", "udkast"):
        assert named in done.stdout
    assert TOKEN not in done.stdout and KEY not in done.stdout


# --- flows ----------------------------------------------------------------------------------------------------


def flows(directory: Path) -> Path:
    copy = directory / "flows"
    copy.mkdir()
    for file in DIRECTORY.glob("*.toml"):
        shutil.copy(file, copy)
    return copy


def check(directory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A check explores everything; it has no setting, and from another directory stores nothing."""
    return subprocess.run(
        [OPSPOR, "flows", "check", *words],
        cwd=directory,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=GIVE_UP_SECONDS * 2,
        check=False,
    )


def test_the_flows_that_come_with_it_are_proven_without_any_setting_and_said_to_machines(
    tmp_path: Path,
) -> None:
    done = check(tmp_path, str(flows(tmp_path)), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert said["passed"] and len(said["variants"]) == 2
    for variant in said["variants"]:
        assert {flow["name"] for flow in variant["flows"]} == {"detection", "referral"}
        assert all(flow["pairs"] > 5 and flow["conversations"] > 50 for flow in variant["flows"])
        assert [one["code"] for one in variant["properties"]] == [f"P{number}" for number in range(1, 18)]
        assert all(one["passed"] and one["looks"] and one["broken"] is None for one in variant["properties"])


def test_flows_that_break_a_property_are_refused_with_the_conversation_that_shows_it(tmp_path: Path) -> None:
    """Nobody meets them: neither by the sandbox nor by the bot itself."""
    shutil.copytree(DIRECTORY.parent, tmp_path / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(EXAMPLE, tmp_path)
    duty = tmp_path / "bot" / "flows" / "duty.toml"
    text = duty.read_text("utf-8")
    assert text.count('then = "duty"') == 1
    duty.write_text(text.replace('then = "duty"', 'then = "level"'), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "bot", "sandbox", "--port", "0"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=GIVE_UP_SECONDS * 2,
        check=False,
    )
    assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
    assert "no valid proof" in done.stderr and "the flows are not safe" in done.stderr
    assert "P3 holder ikke: Børn" in done.stderr
    assert "  1. Hvornår bruger du mig?  →  [" in done.stderr
    assert not (tmp_path / ".sandbox").exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        ("detection.toml", 'then = "mode"', 'then = "mood"', ("detection.toml", "moment", "mood")),
        ("duty.toml", 'key = "notified"', 'key = "notifyed"', ("duty", "notifyed")),
        ("handover.toml", "[state.consent]", "[state.consent", ("handover.toml", "is not readable TOML")),
    ],
)
def test_a_broken_flow_is_named_by_file_state_and_word(
    tmp_path: Path, file: str, old: str, new: str, named: tuple[str, ...]
) -> None:
    directory = flows(tmp_path)
    text = (directory / file).read_text("utf-8")
    assert old in text
    (directory / file).write_text(text.replace(old, new, 1), "utf-8")
    done = opspor(tmp_path, "flows", "check", str(directory))
    assert done.returncode == 1 and "Traceback" not in done.stderr
    for word in named:
        assert word in done.stdout + done.stderr


@pytest.mark.parametrize("what", ["nothing there", "an empty directory", "a file"])
def test_flows_that_are_not_there_are_said_and_are_status_1(tmp_path: Path, what: str) -> None:
    place = tmp_path / "flows"
    if what == "an empty directory":
        place.mkdir()
    elif what == "a file":
        place.write_text("x")
    done = opspor(tmp_path, "flows", "check", str(place))
    assert done.returncode == 1 and "no flow file" in done.stdout + done.stderr


# --- invitations -------------------------------------------------------------------------------------------------


def invite(directory: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return opspor(
        directory if directory.exists() else directory.parent,
        *("invite", "--role", "frontline", "--unit", "jobcenter", "--name", "Elin Friis", "--phone", "00 00 00 81"),
        **({"OPSPOR_DATABASE": f"sqlite:///{directory}/opspor.db"} | settings),
    )  # fmt: skip


def test_invite_prints_the_code_alone_where_telegram_cannot_be_reached(tmp_path: Path) -> None:
    for changed in ({}, {"OPSPOR_TOKEN": ""}):
        done = invite(tmp_path, **changed)
        assert done.returncode == 0, done.stderr
        assert re.fullmatch(r"[A-Za-z0-9_-]{20,64}\n", done.stdout)
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--role", "boss", "--unit", "jobcenter"), "boss"),
        (("--role", "frontline", "--unit", "moon"), "moon"),
    ],
)
def test_invite_says_which_role_or_unit_there_is_not(
    tmp_path: Path, words: tuple[str, ...], named: str
) -> None:
    said = one_sentence(opspor(tmp_path, "invite", *words))
    assert named in said and ("key_person" in said or "jobcenter" in said)


# --- against a Bot API on this machine --------------------------------------------------------------------------


@asynccontextmanager
async def bot_api(directory: Path) -> AsyncIterator[tuple[World, str]]:
    world = World.open(directory / "sandbox")
    try:
        async with sandbox_running(world, Clock(world)) as base:
            yield world, base
    finally:
        world.close()


@asynccontextmanager
async def started(directory: Path, *words: str, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        OPSPOR,
        "run",
        *words,
        cwd=directory,
        env=surroundings(directory, **settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(GIVE_UP_SECONDS):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def logged(process: asyncio.subprocess.Process, event: str) -> str:
    """All that was said up to the line with this event."""
    assert process.stderr is not None
    said = ""
    while event not in said:
        line = await process.stderr.readline()
        assert line, f"it ended before {event}:\n{said}"
        said += line.decode()
    return said


async def ended(process: asyncio.subprocess.Process) -> str:
    process.send_signal(signal.SIGTERM)
    _, rest = await process.communicate()
    assert process.returncode == 0, rest.decode()
    assert "Traceback" not in rest.decode()
    return rest.decode()


async def aside(work: Any, *words: Any, **settings: str) -> subprocess.CompletedProcess[str]:
    done: subprocess.CompletedProcess[str] = await asyncio.to_thread(work, *words, **settings)
    return done


async def sees(world: World, phone: int, words: str) -> None:
    """Until these words stand in the phone's chat."""
    watcher = world.watch()
    while not any(words in message.get("text", "") for message in world.messages.get(phone, {}).values()):
        await watcher.get()
    world.unwatch(watcher)


async def types(base: str, phone: int, words: str) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{base}/sandbox/phones/{phone}/text", json={"text": words}) as response,
    ):
        assert response.status == 200, await response.text()


async def test_invite_prints_the_deep_link_as_its_second_line(tmp_path: Path) -> None:
    async with bot_api(tmp_path) as (_, base):
        (tmp_path / "home").mkdir()
        done = await aside(invite, tmp_path / "home", OPSPOR_API_BASE=base)
        code, link = done.stdout.splitlines()
        assert re.fullmatch(rf"https://t\.me/\w+\?start={re.escape(code)}", link), done.stderr


async def test_it_starts_answers_a_start_with_a_code_and_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    async with bot_api(tmp_path) as (world, base):
        code = (await aside(invite, tmp_path, OPSPOR_API_BASE=base)).stdout.splitlines()[0]
        async with started(tmp_path, OPSPOR_API_BASE=base, OPSPOR_LOG="DEBUG") as process:
            said = await logged(process, "event=ready")
            await types(base, 1002, "/start")
            await sees(world, 1002, STRANGER)
            await types(base, 1001, f"/start {code}")
            await sees(world, 1001, "Hvilket sprog vil du arbejde på?")
            await types(base, 1001, "/new")
            await sees(world, 1001, "Hvornår bruger du mig?")
            said += await ended(process)
        for secret in (TOKEN, KEY, code, "Elin"):
            assert secret not in said
        assert not world.updates, "what it has answered it has confirmed"
        with sqlite3.connect(tmp_path / "opspor.db") as c:
            assert c.execute("SELECT count(*) FROM staff").fetchone() == (1,)
        c.close()


async def test_what_was_typed_while_it_was_away_is_answered_when_it_is_back(tmp_path: Path) -> None:
    async with bot_api(tmp_path) as (world, base):
        code = (await aside(invite, tmp_path, OPSPOR_API_BASE=base)).stdout.splitlines()[0]
        await types(base, 1001, f"/start {code}")
        async with started(tmp_path, OPSPOR_API_BASE=base) as process:
            await sees(world, 1001, "Hvilket sprog vil du arbejde på?")
            process.kill()
            await process.wait()
        await types(base, 1001, "/new")
        async with started(tmp_path, OPSPOR_API_BASE=base) as process:
            await sees(world, 1001, "Hvornår bruger du mig?")
            await ended(process)


async def test_it_ends_when_it_is_asked_to_while_telegram_is_away(tmp_path: Path) -> None:
    async with started(tmp_path) as process:
        await logged(process, "event=telegram_not_reached")
        await ended(process)


async def test_it_ends_when_it_is_asked_to_after_telegram_has_gone_away(tmp_path: Path) -> None:
    async with bot_api(tmp_path) as (_, base):
        process_in_its_room = started(tmp_path, OPSPOR_API_BASE=base)
        process = await process_in_its_room.__aenter__()
        await logged(process, "event=ready")
    try:
        await logged(process, "event=telegram_not_reached")
        await ended(process)
    finally:
        await process_in_its_room.__aexit__(None, None, None)


async def test_a_token_that_telegram_refuses_is_one_clear_sentence_without_the_token(tmp_path: Path) -> None:
    async with bot_api(tmp_path) as (_, base):
        refused = f"99999:{'x' * 35}"
        done = await aside(opspor, tmp_path, "run", OPSPOR_API_BASE=base, OPSPOR_TOKEN=refused)
        said = one_sentence(done)
        assert "OPSPOR_TOKEN" in said and refused not in done.stderr and "x" * 35 not in done.stderr


async def test_a_setting_that_nobody_knows_is_warned_of_at_start(tmp_path: Path) -> None:
    async with started(tmp_path, OPSPOR_TOKN="1:secret") as process:
        said = await logged(process, "event=telegram_not_reached")
        assert "OPSPOR_TOKN" in said and "level=warning" in said
        assert "1:secret" not in said
        await ended(process)


async def test_a_token_from_a_file_is_as_good_and_the_end_of_its_line_is_not_part_of_it(
    tmp_path: Path,
) -> None:
    async with bot_api(tmp_path) as (_, base):
        file = tmp_path / "token"
        file.write_text(f"{TOKEN}\n")
        named = {"OPSPOR_TOKEN": "", "OPSPOR_TOKEN_FILE": str(file), "OPSPOR_API_BASE": f"{base}/"}
        async with started(tmp_path, **named) as process:
            await logged(process, "event=ready")
            await ended(process)
