"""The board, read by Grafana's own types, and its expressions, read by Prometheus' own parser."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard
from prometheus_client import CollectorRegistry

from supaops.config import load
from supaops.render.monitoring import board
from supaops.worker.telemetry.metrics import Metrics
from tests.projects import ENVIRONMENT, ROOT, base_file, lay_out
from tests.watch.promtool import promtool

SHIPPED = board(load(ROOT / "ops" / "config" / "job_queue.yaml", "production"))
VARIABLES = {"$job": ".*", "$instance": ".*", "$__rate_interval": "5m"}


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(SHIPPED)["panels"]
    return found


def expressions() -> list[str]:
    return [target["expr"] for panel in panels() for target in panel["targets"]]


def test_grafana_s_types_know_every_key_of_the_board() -> None:
    register_default_plugins()
    read = Dashboard.from_json(json.loads(SHIPPED))
    written = json.loads(JSONEncoder(sort_keys=True).encode(read))
    assert lost(json.loads(SHIPPED), written) == []


def lost(given: Any, kept: Any, at: str = "") -> list[str]:
    """Return where a value of a document is missing in another one, or differs."""
    if isinstance(given, dict):
        gone = [f"{at}/{key}" for key in given if key not in kept]
        return gone + [
            each
            for key in given
            if key in kept
            for each in lost(given[key], kept[key], f"{at}/{key}")
        ]
    if isinstance(given, list):
        pairs = zip(given, kept, strict=True)
        return [each for n, (a, b) in enumerate(pairs) for each in lost(a, b, f"{at}[{n}]")]
    return [] if given == kept else [at]


def test_every_expression_is_promql(tmp_path: Path) -> None:
    rules = [
        {"record": f"test:panel:{number}", "expr": filled(each)}
        for number, each in enumerate(expressions())
    ]
    file = tmp_path / "rules.yaml"
    file.write_text(json.dumps({"groups": [{"name": "board", "rules": rules}]}), encoding="utf-8")
    assert f"{len(rules)} rules found" in promtool("check", "rules", str(file))


def test_what_the_board_asks_of_workers_they_have() -> None:
    registry = CollectorRegistry()
    Metrics(registry)
    known = {name for each in registry.collect() for name in (each.name, f"{each.name}_bucket")}
    asked = {name for each in expressions() for name in re.findall(r"supaops_worker_\w+", each)}
    assert len(asked) > 3
    assert asked <= known


def filled(expression: str) -> str:
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    return expression


def test_no_two_panels_share_a_place() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_the_limits_of_the_board_are_those_of_the_yaml(tmp_path: Path) -> None:
    lay_out(tmp_path, "slo: {freshness: {target: 0.95, within: 7s}, recovery: {within: 3h}}")
    text = board(load(base_file(tmp_path), ENVIRONMENT))
    limits = {
        panel["title"]: panel["fieldConfig"]["defaults"]["thresholds"]["steps"][1]["value"]
        for panel in json.loads(text)["panels"]
        if "thresholds" in panel["fieldConfig"]["defaults"]
    }
    assert limits["Freshness: jobs that start within 7s"] == 0.95
    assert limits["Longest wait"] == 7
    assert limits["Recovery: oldest failed job"] == 10_800


def test_a_hostile_title_stays_a_title(tmp_path: Path) -> None:
    lay_out(tmp_path, """runbook: {title: 'a "quote" \\ ${datasource}'}""")
    shown = json.loads(board(load(base_file(tmp_path), ENVIRONMENT)))["title"]
    assert shown.startswith('a "quote" \\ ${datasource}')
