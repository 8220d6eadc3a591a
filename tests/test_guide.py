"""The guide for whoever runs the machine: every command, setting, file, event and part that it names is there."""

import functools
import re
from pathlib import Path

import typer.main
import yaml

from bot import config
from bot.__main__ import app
from bot.transport.webhook import ALIVE, READY

ROOT = Path(__file__).parent.parent
GUIDE = ROOT / "docs" / "operations" / "README.md"


@functools.cache
def said() -> str:
    return GUIDE.read_text("utf-8")


def commands() -> set[str]:
    return set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def lines_of_code() -> list[str]:
    """What stands between fences or backticks."""
    fenced = re.findall(r"```\n(.*?)```", said(), re.DOTALL)
    plain = re.sub(r"```.*?```", "", said(), flags=re.DOTALL)
    return [line for block in fenced for line in block.splitlines()] + re.findall(r"`([^`\n]+)`", plain)


def test_every_command_that_it_names_is_one() -> None:
    named = set()
    for line in lines_of_code():
        named |= set(
            re.findall(r"(?:opspor-admin|exec bot opspor|run --rm bot|bin/opspor|^opspor) ([a-z]+)", line)
        )
    assert len(named) > 7
    assert named <= commands()


def test_every_option_of_a_command_that_it_names_is_one() -> None:
    seen = 0
    for line in lines_of_code():
        for name, words in re.findall(
            r"(?:opspor-admin|exec bot opspor|^opspor) ([a-z]+)((?: [-\w]+)*)", line
        ):
            known = {one for each in _command(name).params for one in each.opts}  # type: ignore[attr-defined]
            for option in re.findall(r"--\w+", words):
                seen += 1
                assert option in known, line
    assert seen >= 4


def _command(name: str) -> object:
    return typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]


def test_every_setting_that_it_names_is_one() -> None:
    named = set(re.findall(r"OPSPOR_([A-Z_]+)", said()))
    assert len(named) > 3
    assert {one.removesuffix("_FILE") for one in named} <= config.KNOWN


def test_every_file_that_it_names_is_kept() -> None:
    named = {
        one
        for one in re.findall(r"\b(?:deploy|docs)/[\w./-]+\w", said())
        if not one.startswith(("deploy/secrets/", "deploy/.env", "deploy/municipality.toml"))
    }
    assert len(named) > 6
    for one in named:
        assert list(ROOT.glob(f"{one}*")), one
    for one in ("municipality.example.toml", "CHANGELOG.md", "SECURITY.md"):
        assert one in said() and (ROOT / one).exists()


def test_every_event_that_it_names_is_logged() -> None:
    logged = "\n".join(file.read_text("utf-8") for file in (ROOT / "bot").rglob("*.py"))
    named = set(re.findall(r"event=[a-z_]+", said()))
    assert len(named) > 5
    assert [one for one in named if not re.search(rf'"{one}\b', logged)] == []


def test_what_it_says_of_the_composition_is_so() -> None:
    composed = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
    for name in re.findall(r"deploy/secrets/(\w+)", said()):
        assert composed["secrets"].pop(name)
    assert composed["secrets"] == {}, "each is told of"
    asked_for = set(re.findall(r"\$\{(\w+)", (ROOT / "deploy" / "compose.yaml").read_text("utf-8")))
    assert {one for one in asked_for if f"{one}=" in said()} == asked_for == {"WEBHOOK_HOST"}
    started = [line for line in lines_of_code() if line.startswith("docker compose ")]
    services = [
        one
        for line in started
        for one in re.findall(r"(?:stop|run --rm|exec(?: --no-TTY)?|--scale) (\w+)\b", line)
    ]
    assert len(services) > 8 and set(services) <= set(composed["services"])
    assert "10001" in (ROOT / "deploy" / "Dockerfile").read_text("utf-8") and "by user 10001" in said()
    names = re.findall(r"opspor-bot-\d", (ROOT / "deploy" / "Caddyfile").read_text("utf-8"))
    assert len(names) == 4 and "four replicas by name" in said()
    assert f"`{ALIVE}`" in said() and f"`{READY}`" in said()


def test_what_it_says_of_the_units_is_so() -> None:
    unit = (ROOT / "deploy" / "opspor.service").read_text("utf-8")
    admin = (ROOT / "deploy" / "opspor-admin").read_text("utf-8")
    for path in ("/etc/opspor/opspor.env", "/etc/opspor/token", "/etc/opspor/key", "/opt/opspor/bin/opspor"):
        assert path in said() and path in unit and path in admin, path
    backup = (ROOT / "deploy" / "opspor-backup.service").read_text("utf-8")
    for path in ("/var/backups/opspor", "/opt/opspor/bin/opspor"):
        assert path in said() and path in backup, path
    assert "RestartSec=5s" in unit and "again after five seconds" in said()
