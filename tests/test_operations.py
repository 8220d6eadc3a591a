"""The example alerts and the example dashboard, read by what reads them in earnest: every number they ask for is one
that is shown."""

import functools
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard, Panel
from grafana_foundation_sdk.models.prometheus import Dataquery
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from bot import counting, metrics
from tests.cast import OPENED

OPERATIONS = Path(__file__).parent.parent / "docs" / "operations"
ALERTS, DASHBOARD = OPERATIONS / "alerts.yml", OPERATIONS / "dashboard.json"
OF_PROMETHEUS = {"up"}  # what it knows of a job by itself
PROMTOOL = shutil.which("promtool")


@functools.cache
def exported() -> dict[str, dict[str, set[str]]]:
    """By name: its labels, and the codes that each can have."""
    nothing = counting.Vitals(OPENED, 0, None, 0, 0, None, 0, 0, (), (), None)
    registry = CollectorRegistry()
    registry.register(metrics.Shown(counting.Counts(), lambda: 0, lambda: 1.0, "0", nothing))
    ProcessCollector(registry=registry)
    found: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(generate_latest(registry).decode()):
        for one in family.samples:
            labels = found.setdefault(one.name, {})
            for label, code in one.labels.items():
                labels.setdefault(label, set()).add(code)
    return found


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(ALERTS.read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def selected(said: str) -> list[promql_parser.VectorSelector]:
    """Every series that an expression asks for. Raises ValueError where it cannot be read."""
    found: list[promql_parser.VectorSelector] = []

    def look(one: promql_parser.Expr) -> None:
        if isinstance(one, promql_parser.VectorSelector):
            found.append(one)

    promql_parser.walk(promql_parser.parse(said), look)
    return found


def grouped_by(said: str) -> set[str]:
    """The labels after `by`."""
    found: set[str] = set()

    def look(one: promql_parser.Expr) -> None:
        if isinstance(one, promql_parser.AggregateExpr) and one.modifier is not None:
            found.update(one.modifier.labels)

    promql_parser.walk(promql_parser.parse(said), look)
    return found


def nothing_unknown(said: str) -> int:
    """How many series it asks for; each is shown, and each label is one that it has."""
    asked = selected(said)
    for one in asked:
        assert one.name in exported().keys() | OF_PROMETHEUS, said
        for label in one.matchers.matchers:
            if label.name != "job":
                codes = exported()[str(one.name)][label.name]
                assert set(label.value.split("|")) <= codes, said
    labels = {label for one in asked for label in exported().get(str(one.name), {})}
    assert grouped_by(said) <= labels, said
    return len(asked)


# --- alerts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_what_is_shown_and_says_what_to_do(rule: dict[str, Any]) -> None:
    assert nothing_unknown(rule["expr"]) > 0
    assert len(rule["annotations"]["summary"]) > 20
    assert len(rule["annotations"]["action"]) > 60
    assert rule["labels"]["severity"] in {"critical", "warning"}


def test_everything_that_must_not_pass_unseen_has_its_alert() -> None:
    asked = {one.name for rule in rules() for one in selected(rule["expr"])}
    assert asked >= {
        *("up", "opspor_outbox_oldest_due_seconds", "opspor_deletions_oldest_overdue_seconds"),
        *("opspor_database_errors_total", "opspor_deliveries_total", "opspor_handovers_nobody_left"),
        *("opspor_units_unreached", "opspor_units_unproven", "opspor_telegram_silent_seconds"),
    }


def test_that_nobody_presses_is_no_alert() -> None:
    assert not [
        rule for rule in rules() for one in selected(rule["expr"]) if one.name == "opspor_updates_total"
    ]


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not here: Prometheus itself has not read the rules")
def test_prometheus_own_checker_takes_the_rules() -> None:
    done = subprocess.run(
        [str(PROMTOOL), "check", "rules", str(ALERTS)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(rules())} rules found" in done.stdout


UNIT_TEST: dict[str, Any] = {
    "rule_files": [str(ALERTS)],
    "evaluation_interval": "15s",
    "tests": [
        {
            "interval": "15s",
            "input_series": [
                {"series": 'up{job="opspor", instance="x"}', "values": "1x80"},
                {"series": 'opspor_outbox_due{job="opspor", instance="x"}', "values": "1x80"},
                {
                    "series": 'opspor_outbox_oldest_due_seconds{job="opspor", instance="x"}',
                    "values": "0+15x80",
                },
            ],
            "alert_rule_test": [
                {
                    "eval_time": minutes,
                    "alertname": name,
                    "exp_alerts": [{"exp_labels": labels}] if fires else [],
                }
                for name, minutes, fires in (
                    ("OpsporDoesNotDeliver", "5m", False),
                    ("OpsporDoesNotDeliver", "7m", True),
                    ("OpsporIsDown", "10m", False),
                    ("OpsporDatabaseFails", "10m", False),
                )
                for labels in [{"severity": "critical", "job": "opspor", "instance": "x"}]
            ],
        }
    ],
}


@pytest.mark.skipif(
    PROMTOOL is None, reason="promtool is not here: Prometheus itself has not tried the rules"
)
def test_prometheus_tells_of_a_notice_after_five_minutes_and_of_nothing_else(tmp_path: Path) -> None:
    for rule in UNIT_TEST["tests"][0]["alert_rule_test"]:
        for one in rule["exp_alerts"]:
            one["exp_annotations"] = next(
                each["annotations"] for each in rules() if each["alert"] == rule["alertname"]
            )
    file = tmp_path / "test.yml"
    file.write_text(yaml.safe_dump(UNIT_TEST), "utf-8")
    done = subprocess.run(
        [str(PROMTOOL), "test", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


# --- dashboard ----------------------------------------------------------------------------------------------------


def panels() -> Iterator[Panel]:
    register_default_plugins()  # so that a target is read as Prometheus' own, and not as anything
    read = Dashboard.from_json(json.loads(DASHBOARD.read_text("utf-8")))
    for panel in read.panels or []:
        assert isinstance(panel, Panel)
        yield panel


def asked_by(panel: Panel) -> list[str]:
    asked = []
    for target in panel.targets or []:
        assert isinstance(target, Dataquery), panel.title
        asked.append(str(target.expr))
    return asked


def test_grafana_reads_the_dashboard_and_every_panel_asks_for_what_is_shown() -> None:
    seen = 0
    for panel in panels():
        assert panel.title and panel.description
        seen += sum(nothing_unknown(said) for said in asked_by(panel))
    assert seen > 15


def test_no_two_panels_lie_over_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel.grid_pos
        assert at is not None and at.x + at.w <= 24, panel.title
        here = {(x, y) for x in range(at.x, at.x + at.w) for y in range(at.y, at.y + at.h)}
        assert not here & taken, panel.title
        taken |= here


def test_what_is_shown_is_looked_at_somewhere() -> None:
    said = [each for panel in panels() for each in asked_by(panel)] + [rule["expr"] for rule in rules()]
    asked = {one.name for each in said for one in selected(each)}
    own = {name for name in exported() if name.startswith("opspor_") and not name.endswith("_created")}
    own -= {"opspor_build_info", "opspor_update_seconds_count", "opspor_update_seconds_sum"}
    assert own <= asked


def test_an_expression_with_a_slip_would_be_seen() -> None:
    with pytest.raises(ValueError):
        selected("rate(opspor_updates_total[5m]")
    for said in (
        "opspor_updates",
        'opspor_updates_total{kind="presses"}',
        "sum by (unit) (opspor_updates_total)",
    ):
        with pytest.raises((AssertionError, KeyError)):
            nothing_unknown(said)
