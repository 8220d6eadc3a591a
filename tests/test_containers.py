"""The image and the composition of several replicas: read by parsers and linters of their own kinds, and asked whether
they mean what they must; the health check is run against bots that live and that do not."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose
from dockerfile_parse import DockerfileParser

from bot import config
from tests.test_command_line import aside, bot_api, logged, started, surroundings
from tests.test_stopping import AT_MOST
from tests.test_webhook import free_port
from tests.test_webhook_running import at_the_door

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
DOCKERFILE, COMPOSE = DEPLOY / "Dockerfile", DEPLOY / "compose.yaml"
HADOLINT = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
SECRETS = {"TOKEN", "KEY", "KEY_OLD", "DATABASE", "WEBHOOK_SECRET"}
PUBLIC_DATABASE = "sqlite:////var/lib/opspor/opspor.db"


def deployed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", "deploy"], cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


def test_every_setting_that_is_named_is_one_that_opspor_knows() -> None:
    named = [
        (file.name, one)
        for file in deployed()
        for one in re.findall(r"OPSPOR_([A-Z_]+)", file.read_text("utf-8"))
    ]
    assert len(named) > 10
    assert [each for each in named if each[1].removesuffix("_FILE") not in config.KNOWN] == []


# --- the image ----------------------------------------------------------------------------------------------------


def instructions() -> list[dict[str, Any]]:
    structure = DockerfileParser(path=str(DOCKERFILE)).structure
    return [dict(one) for one in structure if one["instruction"] != "COMMENT"]


def stages() -> list[list[dict[str, Any]]]:
    """Each from its FROM on."""
    found: list[list[dict[str, Any]]] = []
    for one in instructions():
        if one["instruction"] == "FROM":
            found.append([])
        found[-1].append(one)
    return found


def values(stage: list[dict[str, Any]], instruction: str) -> list[str]:
    return [str(one["value"]) for one in stage if one["instruction"] == instruction]


@pytest.mark.skipif(HADOLINT is None, reason="hadolint is not here: no linter has read the Dockerfile")
def test_the_linter_of_dockerfiles_has_nothing_to_say() -> None:
    done = subprocess.run([str(HADOLINT), str(DOCKERFILE)], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stdout, done.stdout + done.stderr


def test_it_runs_as_a_number_that_is_not_root_and_ends_as_it_is_asked_to() -> None:
    last = stages()[-1]
    (user,) = values(last, "USER")
    assert all(int(number) >= 1000 for number in user.split(":"))
    assert values(last, "STOPSIGNAL") == ["SIGTERM"]
    assert json.loads(values(last, "ENTRYPOINT")[0]) == ["opspor"], "no shell stands between it and the stop"
    assert json.loads(values(last, "CMD")[0]) == ["run"]
    (place,) = values(last, "VOLUME")
    (made,) = values(last, "RUN")
    number = user.partition(":")[0]
    assert f"--owner={number}" in made and "--mode=0700" in made and place in made


def test_no_secret_is_built_into_it() -> None:
    text = "\n".join(str(one["content"]) for one in instructions())
    named = {one.removesuffix("_FILE") for one in re.findall(r"OPSPOR_([A-Z_]+)", text)}
    assert named & SECRETS <= {"DATABASE"}
    assert f"OPSPOR_DATABASE={PUBLIC_DATABASE}" in text
    assert not [stage for stage in stages() if values(stage, "ARG")]


def test_what_is_installed_is_what_was_tested_and_the_compiler_is_not_in_it() -> None:
    build, last = stages()
    installs = [
        each for run in values(build, "RUN") for each in run.split("&&") if re.search(r"\binstall\b", each)
    ]
    assert len(installs) == 2 and all("--constraint constraints.txt" in each for each in installs)
    assert "--no-isolation" in "".join(values(build, "RUN")), "hatchling too is the one that is pinned"
    assert values(last, "COPY")[0] == "--from=build /opt/opspor /opt/opspor"


def test_it_is_built_on_a_python_that_the_tests_run_on() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    classified = {one.rpartition(" ")[2] for one in project["classifiers"] if ":: Python :: 3." in one}
    bases = {values(stage, "FROM")[0].split()[0] for stage in stages()}
    (base,) = bases
    found = re.fullmatch(r"python:(3\.\d+)-slim-\w+", base)
    assert found and found[1] in classified


def test_everything_that_it_is_built_from_is_let_through_and_kept() -> None:
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    let_through = {one[1:] for one in ignored if one.startswith("!")}
    assert ignored[1] == "*", "what is not named stays away from the builder"
    copied = {
        word
        for stage in stages()
        for value in values(stage, "COPY")
        if not value.startswith("--from")
        for word in value.split()[:-1]
    }
    assert copied == let_through
    assert not [one for one in copied if not (ROOT / one).exists()]
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = declared["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert {*wheel["packages"], *wheel["force-include"], declared["project"]["readme"]} <= copied
    for secret in ("deploy/secrets/token", "deploy/.env", "opspor.db", ".git/config"):
        assert not [one for one in let_through if fnmatch(secret, one) or secret.startswith(f"{one}/")]


# --- the health check ---------------------------------------------------------------------------------------------


def check(directory: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, DEPLOY / "healthcheck.py"],
        cwd=directory, env=surroundings(directory, **settings), capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_image_asks_by_a_python_that_is_in_it_and_not_by_a_tool_that_is_not() -> None:
    (said,) = values(stages()[-1], "HEALTHCHECK")
    asked = json.loads(said.partition("CMD")[2])
    assert asked == ["/opt/opspor/bin/python", "/opt/opspor/healthcheck.py"]
    assert f"deploy/healthcheck.py {asked[1]}" in values(stages()[-1], "COPY")
    environment = " ".join(values(stages()[-1], "ENV"))
    assert "OPSPOR_METRICS=127.0.0.1:" in environment, "who polls is asked there"


async def test_a_bot_that_polls_is_well_until_it_is_gone(tmp_path: Path) -> None:
    settings = {"OPSPOR_METRICS": f"127.0.0.1:{free_port()}"}
    async with bot_api(tmp_path) as (_, base), started(tmp_path, OPSPOR_API_BASE=base, **settings) as process:
        await logged(process, "event=ready")
        done = await aside(check, tmp_path, **settings)
        assert done.returncode == 0, done.stderr
        process.kill()
        await process.wait()
        done = await aside(check, tmp_path, **settings)
        assert done.returncode == 1 and "no answer from port" in done.stderr


async def test_a_bot_that_listens_is_well_also_where_it_listens_everywhere(tmp_path: Path) -> None:
    async with bot_api(tmp_path) as (_, base):
        port = free_port()
        settings = at_the_door(port, base)
        async with started(tmp_path, "--webhook", **settings) as process:
            await logged(process, "event=ready")
            everywhere = settings | {"OPSPOR_LISTEN": f"0.0.0.0:{port}"}
            for one in (settings, everywhere):
                done = await aside(check, tmp_path, **one)
                assert done.returncode == 0, done.stderr


def test_where_there_is_nothing_to_ask_or_a_setting_is_wrong_it_is_not_well(tmp_path: Path) -> None:
    nothing = check(tmp_path)
    assert nothing.returncode == 1 and "set OPSPOR_METRICS" in nothing.stderr
    wrong = check(tmp_path, OPSPOR_METRICS="everywhere")
    assert wrong.returncode == 1 and "OPSPOR_METRICS is 'everywhere'" in wrong.stderr


# --- the composition ----------------------------------------------------------------------------------------------


def composed() -> dict[str, Any]:
    """As it is meant: with what is merged in."""
    read: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
    return read


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = composed()["services"]
    return found


def seconds(said: str) -> float:
    found = re.fullmatch(r"(\d+)s", said)
    assert found, said
    return float(found[1])


def test_it_is_a_composition_by_the_specification() -> None:
    read = PyCompose.from_json(json.dumps(composed()))
    assert set(read.service_names()) == {"proxy", "bot", "migrate", "db"}
    read.validate()


def test_a_slip_in_it_would_be_seen() -> None:
    wrong = composed()
    wrong["services"]["bot"]["read_onyl"] = True
    with pytest.raises(ValueError, match="read_onyl"):
        PyCompose.from_json(json.dumps(wrong))


@pytest.mark.parametrize("name", ["proxy", "bot", "migrate", "db"])
def test_every_part_has_as_few_rights_as_it_can_and_limits(name: str) -> None:
    part = services()[name]
    assert part["read_only"] is True
    assert part["cap_drop"] == ["ALL"]
    assert part.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    assert part["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"\d+[mg]", part["mem_limit"]) and 0 < part["pids_limit"] <= 256
    assert "privileged" not in part and "network_mode" not in part
    assert not [one for one in part.get("volumes", []) if "docker.sock" in one]
    assert part.get("user", "postgres") == "postgres", "the bot keeps the image's own"


def test_secrets_come_as_files_and_all_that_are_named_are_declared() -> None:
    declared = composed()["secrets"]
    for part in services().values():
        assert set(part.get("secrets", [])) <= set(declared)
        for name, value in part.get("environment", {}).items():
            assert name.removeprefix("OPSPOR_") not in SECRETS and not name.endswith("PASSWORD"), name
            if name.endswith("_FILE"):
                assert Path(value).parent == Path("/run/secrets"), name
                assert Path(value).name in part["secrets"], name
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert all(one["file"].startswith("./secrets/") for one in declared.values())
    assert {"/deploy/secrets/", "/deploy/.env"} <= set(ignored)


def test_what_the_bot_is_told_is_taken_by_its_own_reading_of_settings(tmp_path: Path) -> None:
    given = {
        "token": "1:abc", "key": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "webhook_secret": "x" * 16,
        "database": "postgresql://opspor:secret@db/opspor",
    }  # fmt: skip
    told = dict(services()["bot"]["environment"])
    assert set(services()["bot"]["secrets"]) == set(given)
    for name, value in told.items():
        if value.startswith("/run/secrets/"):
            file = tmp_path / Path(value).name
            file.write_text(f"{given[file.name]}\n", "utf-8")
            told[name] = str(file)
        told[name] = re.sub(r"\$\{WEBHOOK_HOST:\?[^}]+\}", "bot.example.dk", told[name])
    read = config.settings(told, need=("TOKEN", "KEY", "MUNICIPALITY", "WEBHOOK_URL", "WEBHOOK_SECRET"))
    assert read.webhook_url == "https://bot.example.dk/telegram"
    assert read.database == given["database"]
    assert read.metrics and config.is_loopback(read.metrics[0])
    assert f"./{Path(read.municipality).name}:{read.municipality}:ro" in services()["bot"]["volumes"]


def test_the_database_is_reached_from_nowhere_but_by_the_bot() -> None:
    networks = composed()["networks"]
    assert networks["database"]["internal"] and networks["webhook"]["internal"]
    on_it = {name for name, part in services().items() if "database" in part["networks"]}
    assert on_it == {"bot", "migrate", "db"}
    assert services()["db"]["networks"] == ["database"] == services()["migrate"]["networks"]
    assert {name for name, part in services().items() if part.get("ports")} == {"proxy"}
    assert "scram-sha-256" in services()["db"]["environment"]["POSTGRES_INITDB_ARGS"]


def test_tables_are_made_once_before_a_replica_starts_and_the_database_is_there_before_both() -> None:
    assert services()["migrate"]["command"] == ["migrate"] and services()["migrate"]["restart"] == "no"
    assert services()["bot"]["command"] == ["run", "--webhook"]
    waits = services()["bot"]["depends_on"]
    assert waits["migrate"]["condition"] == "service_completed_successfully"
    for part in ("bot", "migrate"):
        assert services()[part]["depends_on"]["db"]["condition"] == "service_healthy"
    assert "pg_isready" in services()["db"]["healthcheck"]["test"]


def test_a_replica_has_no_name_nor_port_that_a_second_would_want_too() -> None:
    assert not {"container_name", "ports", "hostname"} & set(services()["bot"])


def test_a_stop_has_the_time_that_it_may_take_and_is_heard_from_the_first_moment() -> None:
    for name in ("bot", "migrate"):
        assert seconds(services()[name]["stop_grace_period"]) > AT_MOST
        assert services()[name]["init"] is True
