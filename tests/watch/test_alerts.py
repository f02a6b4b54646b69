"""The alerts, evaluated by Prometheus' own promtool on what real watchers have served.

A minute of the time line is one scrape of a recording, see `record.py`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Protocol

import pytest
from prometheus_client import CollectorRegistry, Metric
from ruamel.yaml import YAML

from supaops.checks.catalogue import CHECKS
from supaops.config import load
from supaops.render.monitoring import board, rules
from supaops.render.monitoring.rules import threshold
from supaops.worker.telemetry.metrics import Metrics
from tests.projects import ENVIRONMENT, ROOT, base_file, lay_out
from tests.watch.promtool import Part, assert_fire, promtool
from tests.watch.recording import CONFIG, STAMP, Recording, load_recordings, series_of

SHIPPED = load(ROOT / "ops" / "config" / "job_queue.yaml", "production")
RULES = ROOT / "ops" / "alerts" / "job_queue.rules.yaml"
METRIC = re.compile(r"\bsupaops_\w+")


@pytest.fixture(scope="module")
def recorded() -> dict[str, Recording]:
    return load_recordings()


class Fire(Protocol):
    """Proves which alerts fire."""

    def __call__(
        self, *stretches: tuple[str | None, int], expected: dict[int, set[str]]
    ) -> None: ...


def parsed(text: str) -> list[dict[str, Any]]:
    """Return the rules of a file."""
    found = YAML(typ="safe").load(text)
    return [rule for group in found["groups"] for rule in group["rules"]]


def alerts() -> list[dict[str, Any]]:
    return [each for each in parsed(rules(SHIPPED)) if "alert" in each]


def test_the_files_of_the_repository_are_current() -> None:
    assert RULES.read_text(encoding="utf-8") == rules(SHIPPED), "run: make golden"
    dashboard = ROOT / "ops" / "dashboards" / "job_queue.json"
    assert dashboard.read_text(encoding="utf-8") == board(SHIPPED), "run: make golden"


def test_promtool_finds_nothing_to_complain_of() -> None:
    promtool("check", "rules", str(RULES))


def test_each_alert_has_a_severity_a_summary_and_a_runbook_that_is_there() -> None:
    ids = {each.id for each in CHECKS}
    for each in alerts():
        assert each["labels"]["severity"] in {"page", "ticket"}
        assert each["annotations"]["summary"]
        runbook = each["annotations"]["runbook"]
        name = Path(runbook).stem
        assert runbook == "docs/runbooks/{{ $labels.check }}.md" or (
            name in ids or (ROOT / runbook).is_file()
        )


NOBODY: set[str] = set()


@pytest.fixture
def fire(tmp_path: Path, recorded: dict[str, Recording]) -> Fire:
    """Return what proves which alerts fire at which minutes of stretches of the recordings."""
    lay_out(tmp_path, CONFIG)
    text = rules(load(base_file(tmp_path), ENVIRONMENT))

    def proven(*stretches: tuple[str | None, int], expected: dict[int, set[str]]) -> None:
        parts = [Part(recorded[name] if name else None, minutes) for name, minutes in stretches]
        assert_fire(tmp_path, text, parts, expected)

    return proven


def test_a_chain_that_works_wakes_nobody(fire: Fire) -> None:
    fire(("healthy", 600), expected={5: NOBODY, 300: NOBODY, 599: NOBODY})


def test_a_worker_that_is_down_pages_for_its_check_and_then_for_late_jobs(fire: Fire) -> None:
    at_once = {"JobQueueCheckCritical"}
    late = {*at_once, "JobQueueFreshnessBurnsFast"}
    fire(("healthy", 120), ("worker_down", 20), expected={119: NOBODY, 121: at_once, 134: late})


def test_the_page_for_late_jobs_ends_soon_after_its_cause(fire: Fire) -> None:
    line = ("healthy", 120), ("worker_down", 15), ("healthy", 60)
    both = {"JobQueueCheckCritical", "JobQueueFreshnessBurnsFast"}
    fire(*line, expected={134: both, 145: {"JobQueueFreshnessBurns"}, 175: NOBODY})


def test_jobs_that_fail_page_and_wait_for_somebody(fire: Fire) -> None:
    told = {"JobQueueCheckCritical", "JobQueueFailedJobsWait", "JobQueueSuccessBurnsFast"}
    fire(("healthy", 120), ("jobs_fail", 20), expected={119: NOBODY, 134: told})


def test_cron_runs_that_do_not_start_page(fire: Fire) -> None:
    told = {"JobQueueCheckCritical", "JobQueueCompletenessBurnsFast"}
    fire(("healthy", 120), ("cron_stopped", 20), expected={119: NOBODY, 130: told})


def test_a_database_that_is_away_pages_for_that_alone(fire: Fire) -> None:
    away = {"JobQueueDatabaseAway"}
    fire(("healthy", 60), ("database_away", 40), expected={60: NOBODY, 65: away, 99: away})


def test_a_watcher_that_is_gone_pages(fire: Fire) -> None:
    fire(("healthy", 60), (None, 30), expected={60: NOBODY, 70: {"JobQueueWatchAbsent"}})


def test_a_watcher_that_hangs_pages(tmp_path: Path, recorded: dict[str, Recording]) -> None:
    last = recorded["healthy"].scrapes[-1]
    hung = [{**last, STAMP: last[STAMP] + 60 * minutes} for minutes in range(10)]
    line = [Part(recorded["healthy"], 60), Part(Recording(hung), 10)]
    assert_fire(tmp_path, rules(SHIPPED), line, {60: NOBODY, 65: {"JobQueueWatchStale"}})


@pytest.mark.parametrize(
    ("failed", "expected"),
    [(1, NOBODY), (2, NOBODY), (6, {"JobQueueSuccessBurnsFast"})],
)
def test_of_few_jobs_their_number_decides_and_not_their_share(
    tmp_path: Path, recorded: dict[str, Recording], failed: int, expected: set[str]
) -> None:
    first = recorded["healthy"].scrapes[0]
    hour = [
        first | {ended("succeeded"): 3, ended("failed"): max(0, min(failed, minute - 56 + failed))}
        for minute in range(60)
    ]
    assert_fire(tmp_path, rules(SHIPPED), [Part(Recording(hour), 60)], {59: expected})


def ended(how: str) -> str:
    labels = {"outcome": how, "queue": "default", "task_type": "recorded"}
    return series_of("supaops_jobs_finished_total", labels)


def test_an_objective_that_no_outage_could_miss_fast_enough_is_still_told() -> None:
    assert float(threshold(0.5, 14.4)) < 1
    assert float(threshold(0.99, 14.4)) == pytest.approx(0.144)
    assert float(threshold(1.0, 14.4)) == 0


def test_an_objective_of_nothing_has_no_alert(tmp_path: Path) -> None:
    lay_out(tmp_path, "slo: {success: {target: 0}}")
    names = {
        each.get("alert", "") for each in parsed(rules(load(base_file(tmp_path), ENVIRONMENT)))
    }
    assert not {each for each in names if "Success" in each}
    assert any("Freshness" in each for each in names)


def test_every_metric_of_the_rules_and_the_board_is_served(recorded: dict[str, Recording]) -> None:
    by_watch = {name.partition("{")[0] for name in recorded["healthy"].scrapes[0]}
    registry = CollectorRegistry()
    Metrics(registry)
    by_workers = {each for family in registry.collect() for each in names_of(family)}
    wanted = set(METRIC.findall(rules(SHIPPED))) | set(METRIC.findall(board(SHIPPED)))
    groups = {"supaops_slo", "supaops_slo_alerts", "supaops_checks", "supaops_watch"}
    assert wanted - groups <= by_watch | by_workers


def names_of(family: Metric) -> set[str]:
    """Return the names of a family's samples, also of those that no label was given to yet."""
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
    return {f"{family.name}{suffix}" for suffix in suffixes.get(family.type, ("",))}
