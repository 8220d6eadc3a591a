"""The wheel and the sdist, built as whoever installs builds them: all that the bot reads is in the wheel and nothing
else, and from it alone the bot runs, away from these files."""

import email
import os
import re
import signal
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.municipality import EXAMPLE
from bot.sandbox import TOKEN
from tests.cast import KEY

ROOT = Path(__file__).parent.parent
GIVE_UP_SECONDS = 120  # only so that a broken test ends
UNREACHABLE = "http://127.0.0.1:9"  # the port of "discard"; nobody listens


def build(source: Path, target: Path, *words: str) -> None:
    """Without isolation, so that nothing is fetched: hatchling is here already."""
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", *words, "--outdir", str(target), str(source)],
        capture_output=True,
        text=True,
        timeout=GIVE_UP_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def built(factory: pytest.TempPathFactory, kind: str, name: str) -> Path:
    directory = factory.mktemp(kind)
    build(ROOT, directory, f"--{kind}")
    (found,) = directory.glob(name)
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory, "wheel", "*.whl")


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory, "sdist", "*.tar.gz")


def tracked(under: str) -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", under], cwd=ROOT, capture_output=True, check=True
    ).stdout
    return {name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()}


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


# --- what is in them ----------------------------------------------------------------------------------------------


def test_the_wheel_holds_what_is_kept_under_bot_and_the_example_and_nothing_else(wheel: Path) -> None:
    inside = {name for name in contents(wheel) if ".dist-info/" not in name}
    kept = tracked("bot")
    assert len(kept) > 200
    assert inside == kept | {f"bot/{EXAMPLE.name}"}
    for needed in (
        *("bot/flows/detection.toml", "bot/flows/proof.json", "bot/locales/ar/citizen.po"),
        *("bot/storage/migrations/script.py.mako", "bot/sandbox/page/index.html", "bot/privacy/da.toml"),
    ):
        assert needed in inside


def test_every_file_of_the_wheel_is_as_it_stands_here(wheel: Path) -> None:
    inside = contents(wheel)
    for name in tracked("bot"):
        assert inside[name] == (ROOT / name).read_bytes(), name
    assert inside[f"bot/{EXAMPLE.name}"] == EXAMPLE.read_bytes()


def test_the_sdist_builds_the_same_wheel(wheel: Path, sdist: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as packed:
        packed.extractall(tmp_path, filter="data")
    (unpacked,) = (one for one in tmp_path.iterdir() if one.is_dir())
    build(unpacked, tmp_path / "out", "--wheel")
    (again,) = (tmp_path / "out").glob("*.whl")
    assert again.name == wheel.name
    assert contents(again) == contents(wheel)


def test_the_sdist_holds_what_an_operator_reads_and_no_more_than_is_kept(sdist: Path) -> None:
    with tarfile.open(sdist) as packed:
        inside = {one.name.partition("/")[2] for one in packed.getmembers() if one.isfile()}
    assert inside - tracked(".") == {"PKG-INFO"}
    for needed in ("constraints.txt", "SECURITY.md", "docs/restore.md", "docs/operations/alerts.yml"):
        assert needed in inside


def test_the_wheel_says_what_it_is_and_what_it_needs(wheel: Path) -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (name,) = (one for one in contents(wheel) if one.endswith(".dist-info/METADATA"))
    said = email.message_from_bytes(contents(wheel)[name])
    assert (said["Name"], said["Version"]) == (declared["name"], declared["version"])
    assert said["Requires-Python"] == declared["requires-python"]
    assert said["Summary"] == declared["description"]
    assert said["Description-Content-Type"] == "text/markdown" and "# Opspor" in str(said.get_payload())
    needs = [one for one in said.get_all("Requires-Dist", []) if "extra ==" not in one]
    assert len(needs) == len(declared["dependencies"])
    assert "Private :: Do Not Upload" in said.get_all("Classifier", [])


def test_everything_that_is_needed_is_pinned() -> None:
    """What was built with is what was tested with."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [
        *declared["project"]["dependencies"],
        *(one for extra in declared["project"]["optional-dependencies"].values() for one in extra),
        *declared["build-system"]["requires"],
    ]
    names = {re.split(r"[<>=;\[ ]", one)[0].lower().replace("_", "-") for one in wanted} - {"opspor"}
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines if "==" in line}
    assert len(names) > 25
    assert names - pinned == set()


# --- what runs from it --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Installed:
    python: Path
    opspor: Path

    def run(self, directory: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.opspor, *words],
            cwd=directory,
            env=surroundings(directory, **settings),
            capture_output=True,
            text=True,
            timeout=GIVE_UP_SECONDS,
            check=False,
        )


def surroundings(directory: Path, **settings: str) -> dict[str, str]:
    """No PYTHONPATH: nothing of this repository can be found."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(directory),
        "OPSPOR_KEY": KEY,
        "OPSPOR_DATABASE": f"sqlite:///{directory / 'opspor.db'}",
    } | settings


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """In an environment of its own; the libraries are those of the tests', so that nothing is fetched."""
    place = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(place, with_pip=False, symlinks=True)
    python = place / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index",
         str(wheel)],
        check=True, timeout=GIVE_UP_SECONDS,
    )  # fmt: skip
    (packages,) = place.glob("lib/python*/site-packages")
    # A directory named here comes after the new environment's own, and no .pth in it is read: an editable Opspor there
    # is not found.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return Installed(python, place / "bin" / "opspor")


@pytest.fixture
def town(installed: Installed, tmp_path: Path) -> str:
    """The municipality's file, copied out of the wheel as an operator does it."""
    packed = installed.python.parent.parent.glob(f"lib/python*/site-packages/bot/{EXAMPLE.name}")
    copied = tmp_path / "municipality.toml"
    copied.write_bytes(next(packed).read_bytes())
    return str(copied)


def said(done: subprocess.CompletedProcess[str], status: int = 0) -> str:
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def test_it_is_the_wheel_that_runs_and_not_these_files(installed: Installed, tmp_path: Path) -> None:
    done = subprocess.run(
        [installed.python, "-c", "import bot, bot.municipality; print(bot.__file__, bot.municipality.EXAMPLE)"],
        cwd=tmp_path, env=surroundings(tmp_path), capture_output=True, text=True, check=True,
    )  # fmt: skip
    places = [Path(one) for one in done.stdout.split()]
    assert len(places) == 2
    assert all(one.is_relative_to(installed.python.parent.parent) for one in places), places


def test_the_command_helps_makes_a_key_and_tells_what_is_stored(installed: Installed, tmp_path: Path) -> None:
    assert "migrate" in said(installed.run(tmp_path, "--help"))
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}=\n", said(installed.run(tmp_path, "key")))
    assert said(installed.run(tmp_path, "privacy")).startswith("# ")
    assert "stateDiagram" in said(installed.run(tmp_path, "flows", "draw"))


def test_a_database_is_made_somebody_invited_and_everything_looked_over(
    installed: Installed, tmp_path: Path, town: str
) -> None:
    assert "at this version" in said(installed.run(tmp_path, "migrate"))
    words = ("invite", "--role", "key_person", "--unit", "jobcenter")
    assert re.fullmatch(
        r"[A-Za-z0-9_-]{20,64}\n", said(installed.run(tmp_path, *words, OPSPOR_MUNICIPALITY=town))
    )
    looked = said(installed.run(tmp_path, "doctor", OPSPOR_MUNICIPALITY=town), status=1)
    assert "languages for citizens: da, en, ar" in looked
    assert "unit 'jobcenter' has no key person who can be reached" in looked
    assert "checked, tables of version" in said(installed.run(tmp_path, "backup", "copy.db"))


def test_the_bot_starts_from_the_proof_that_came_with_it_and_ends_when_it_is_asked_to(
    installed: Installed, tmp_path: Path, town: str
) -> None:
    settings = {"OPSPOR_TOKEN": TOKEN, "OPSPOR_API_BASE": UNREACHABLE, "OPSPOR_MUNICIPALITY": town}
    process = subprocess.Popen(
        [installed.opspor, "run"], cwd=tmp_path, env=surroundings(tmp_path, **settings),
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        log = ""
        while "event=telegram_not_reached" not in log:
            line = process.stderr.readline()
            assert line, log
            log += line
        assert "no valid proof" not in log
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=GIVE_UP_SECONDS)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0, log + rest
