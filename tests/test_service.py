"""The units for systemd, read by systemd itself: it finds no slip in them and few ways out of them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from bot import config
from tests.test_stopping import AT_MOST

DEPLOY = Path(__file__).parent.parent / "deploy"
UNITS = ("opspor.service", "opspor-backup.service", "opspor-backup.timer")
SERVICES = UNITS[:2]
ANALYZE = shutil.which("systemd-analyze")
EXPOSED_AT_MOST = 20  # tenths, of 100

needs_systemd = pytest.mark.skipif(
    ANALYZE is None, reason="systemd-analyze is not here: systemd has not read the units"
)


def lines(unit: str, key: str) -> list[str]:
    """What stands after `key=`, which may be there more than once."""
    text = (DEPLOY / unit).read_text("utf-8")
    return [line.partition("=")[2] for line in text.splitlines() if line.partition("=")[0] == key]


def analyze(directory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(ANALYZE), *words], cwd=directory, capture_output=True, text=True, check=False)


def copied(directory: Path) -> list[str]:
    """The units, with a command that is there in place of Opspor's."""
    for unit in UNITS:
        text = (DEPLOY / unit).read_text("utf-8").replace("/opt/opspor/bin/opspor", "/bin/true")
        (directory / unit).write_text(text, "utf-8")
    return [f"./{unit}" for unit in UNITS]


@needs_systemd
def test_systemd_finds_no_slip_in_the_units(tmp_path: Path) -> None:
    done = analyze(tmp_path, "verify", "--man=no", *copied(tmp_path))
    assert done.returncode == 0 and "opspor" not in done.stderr, done.stderr
    (tmp_path / UNITS[0]).write_text("[Service]\nExecStart=/bin/true\nProtectSytem=strict\n", "utf-8")
    assert "ProtectSytem" in analyze(tmp_path, "verify", "--man=no", f"./{UNITS[0]}").stderr


@needs_systemd
@pytest.mark.parametrize("unit", SERVICES)
def test_systemd_finds_few_ways_out_of_a_service(tmp_path: Path, unit: str) -> None:
    copied(tmp_path)
    ask = ("security", "--offline=true", f"--threshold={EXPOSED_AT_MOST}", f"./{unit}")
    done = analyze(tmp_path, *ask)
    assert done.returncode == 0, done.stdout + done.stderr
    walls = ("CapabilityBoundingSet", "SystemCallFilter", "PrivateUsers", "ProtectSystem")
    kept = [one for one in (tmp_path / unit).read_text("utf-8").splitlines() if not one.startswith(walls)]
    (tmp_path / unit).write_text("\n".join(kept), "utf-8")
    assert analyze(tmp_path, *ask).returncode != 0, "a unit without its walls would be seen"


def test_the_secrets_come_as_credentials_and_stand_in_no_unit_nor_in_the_settings() -> None:
    credentials = {one.partition(":")[0] for one in lines("opspor.service", "LoadCredential")}
    given = dict(pair.split("=", 1) for one in lines("opspor.service", "Environment") for pair in one.split())
    assert given == {f"OPSPOR_{name.upper()}_FILE": f"%d/{name}" for name in credentials}
    assert {"token", "key"} == credentials
    settings = dict(
        line.split("=", 1)
        for line in (DEPLOY / "opspor.env").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    )
    assert not {"OPSPOR_TOKEN", "OPSPOR_KEY", *given} & set(settings), (
        "a file of settings would win over the unit"
    )
    read = config.settings(settings, need=("MUNICIPALITY",))
    assert read.database == "sqlite:////var/lib/opspor/opspor.db"
    assert read.metrics and config.is_loopback(read.metrics[0])


def test_it_is_not_root_and_writes_only_where_its_database_is() -> None:
    for unit in SERVICES:
        assert lines(unit, "User") == ["opspor"] and lines(unit, "StateDirectory") == ["opspor"]
        assert lines(unit, "UMask") == ["0077"] and lines(unit, "ProtectSystem") == ["strict"]
        assert lines(unit, "LimitCORE") == ["0"]
    assert lines("opspor.service", "ReadWritePaths") == []


def test_a_wrong_setting_is_not_tried_again_and_a_stop_has_its_time() -> None:
    assert lines("opspor.service", "Restart") == ["on-failure"]
    assert lines("opspor.service", "RestartPreventExitStatus") == ["2"]
    (stop,) = lines("opspor.service", "TimeoutStopSec")
    assert float(stop.removesuffix("s")) > AT_MOST
    assert lines("opspor.service", "Type") == ["exec"], "it tells systemd of nothing"


def test_the_units_start_the_commands_that_there_are() -> None:
    assert lines("opspor.service", "ExecStart") == ["/opt/opspor/bin/opspor run"]
    (copy,) = lines("opspor-backup.service", "ExecStart")
    assert "/opt/opspor/bin/opspor backup /var/backups/opspor/" in copy
    (gone,) = lines("opspor-backup.service", "ExecStartPost")
    assert "-mtime +29 -delete" in gone, "no copy is kept for more than 30 days (docs/restore.md)"


def test_a_command_by_hand_runs_with_the_settings_of_the_service() -> None:
    script = (DEPLOY / "opspor-admin").read_text("utf-8")
    for said in ("/etc/opspor/opspor.env", "--reuid=opspor", "/opt/opspor/bin/opspor"):
        assert said in script
    for credential in lines("opspor.service", "LoadCredential"):
        name, _, path = credential.partition(":")
        assert f'OPSPOR_{name.upper()}_FILE="{path}"' in script
    done = subprocess.run(["sh", "-n", DEPLOY / "opspor-admin"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
