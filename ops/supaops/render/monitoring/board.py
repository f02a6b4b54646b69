"""A board of Grafana, from what the YAML promises. Pure.

Source: Grafana, "Dashboard JSON model", schema 39.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from supaops.config.duration import format_duration
from supaops.config.model import Config

_SCHEMA = 39
_WIDTH, _HEIGHT = 24, 8
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_ONE = 'job=~"$job",instance=~"$instance"'
"""Narrows an expression to what is chosen at the top of the board."""
_VERDICTS = {0: ("OK", "green"), 1: ("WARNING", "yellow"), 2: ("CRITICAL", "red")}
_VERDICTS |= {3: ("UNKNOWN", "purple"), 4: ("SKIPPED", "text")}


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel.

    Attributes:
        queries: expressions by what the legend calls their series.
        unit: Grafana's name of it.
        width: of 24 columns.
        limit: from where on a value is bad; None for nowhere. low_is_bad: up to where.
        verdicts: values are severities.
    """

    title: str
    queries: dict[str, str]
    kind: str = "timeseries"
    unit: str = "short"
    width: int = 8
    limit: float | None = None
    low_is_bad: bool = False
    verdicts: bool = False
    description: str = ""
    stacked: bool = False


def board(config: Config) -> str:
    """Return the board as JSON."""
    panels = list(_placed(_panels(config)))
    known = {
        "uid": f"supaops-{config.queue.name}"[:40],
        "title": f"{config.runbook.title}: {config.queue.name}",
        "description": f"Made by `supaops render --dashboard --env {config.environment}`.",
        "tags": ["supaops"],
        "schemaVersion": _SCHEMA,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "timezone": "browser",
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": list(_variables())},
        "panels": panels,
    }
    return json.dumps(known, indent=2, ensure_ascii=False) + "\n"


def _variables() -> Iterator[dict[str, Any]]:
    yield {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}
    for name, above in (("job", ""), ("instance", '{job=~"$job"}')):
        yield {
            "name": name,
            "label": name.capitalize(),
            "type": "query",
            "datasource": _SOURCE,
            "query": f"label_values(supaops_checks_worst{above}, {name})",
            "refresh": 2,
            "includeAll": True,
            "multi": True,
            "current": {"text": ["All"], "value": ["$__all"]},
        }


def _panels(config: Config) -> Iterator[Panel]:
    yield from _health_panels()
    yield from _objective_panels(config)
    yield from _queue_panels(config)
    yield from _chain_panels()
    yield from _worker_panels()


def _health_panels() -> Iterator[Panel]:
    yield Panel(
        "Verdict", {"now": f"max(supaops_checks_worst{{{_ONE}}})"}, "stat", width=4, verdicts=True
    )
    yield Panel(
        "Last round",
        {"ago": f"time() - max(supaops_watch_last_round_timestamp_seconds{{{_ONE}}})"},
        "stat",
        unit="s",
        width=4,
        limit=30,
        description="How long ago the watcher ended its latest round of checks.",
    )
    yield Panel(
        "Checks that are not OK",
        {"{{check}}": f"supaops_check_status{{{_ONE}}} > 0 < 4"},
        "state-timeline",
        width=16,
        verdicts=True,
        description="The runbook of each is docs/runbooks/<check>.md.",
    )


def _objective_panels(config: Config) -> Iterator[Panel]:
    slo = config.slo
    within = format_duration(slo.freshness.within)
    events, good = f"supaops_slo_events{{{_ONE}", f"supaops_slo_good_events{{{_ONE}"
    for name, target, title in (
        ("freshness", slo.freshness.target, f"Freshness: jobs that start within {within}"),
        ("completeness", slo.completeness.target, "Completeness: cron runs that start when due"),
    ):
        of = f',slo="{name}"}}[$__rate_interval]'
        share = f"avg_over_time({good}{of}) / (avg_over_time({events}{of}) > 0)"
        yield _share(title, share, target)
    ended = f"supaops_jobs_finished_total{{{_ONE}"
    wins = f'sum by (queue) (increase({ended},outcome="succeeded"}}[1h]))'
    ends = f'sum by (queue) (increase({ended},outcome=~"succeeded|failed"}}[1h]))'
    yield _share("Success: jobs that succeed, of the last hour", f"{wins} / ({ends} > 0)",
                 slo.success.target)  # fmt: skip
    yield Panel(
        "Recovery: oldest failed job",
        {"oldest": f'supaops_check_value{{{_ONE},check="queue.recovery"}}'},
        unit="s",
        width=6,
        limit=slo.recovery.within.total_seconds(),
    )


def _share(title: str, expression: str, target: float) -> Panel:
    return Panel(
        title, {"{{queue}}": expression}, unit="percentunit", width=6, limit=target, low_is_bad=True
    )


def _queue_panels(config: Config) -> Iterator[Panel]:
    yield Panel(
        "Jobs that wait and run",
        {"{{queue}} {{status}}": f'supaops_jobs{{{_ONE},status=~"pending|running"}}'},
    )
    yield Panel(
        "Longest wait",
        {"{{queue}}": f"supaops_oldest_ready_age_seconds{{{_ONE}}}"},
        unit="s",
        limit=config.slo.freshness.within.total_seconds(),
        description="For how long the longest waiting job has been ready.",
    )
    yield Panel(
        "Jobs that ended, per second",
        {
            "{{task_type}} {{outcome}}": "sum by (task_type, outcome) "
            f"(rate(supaops_jobs_finished_total{{{_ONE}}}[$__rate_interval]))"
        },
        unit="ops",
        stacked=True,
    )
    yield Panel("Paused queues", {"{{queue}}": f"supaops_queue_paused{{{_ONE}}}"}, width=8)


def _chain_panels() -> Iterator[Panel]:
    yield Panel(
        "Posts to the worker, of five minutes",
        {"{{outcome}}": f"supaops_dispatches{{{_ONE}}}"},
        stacked=True,
    )
    yield Panel(
        "Time from post to answer",
        {"{{percentile}}": f"supaops_dispatch_latency_seconds{{{_ONE}}}"},
        unit="s",
    )
    yield Panel(
        "Cron runs that were due and did not start",
        {"{{cron_job}}": f"supaops_cron_runs_due{{{_ONE}}} - supaops_cron_runs_seen{{{_ONE}}}"},
        limit=1,
    )
    yield Panel(
        "Time of a round of checks",
        {
            "round": f"supaops_watch_round_duration_seconds{{{_ONE}}}",
            "interval": f"supaops_watch_interval_seconds{{{_ONE}}}",
        },
        unit="s",
    )
    yield Panel(
        "Slowest checks",
        {"{{check}}": f"topk(5, supaops_check_duration_seconds{{{_ONE}}})"},
        unit="s",
    )


def _worker_panels() -> Iterator[Panel]:
    """Yield what workers with a `--metrics-port` say: targets other than the watcher's."""
    yield Panel(
        "Workers: handlers that run",
        {
            "running": "sum(supaops_worker_jobs_running)",
            "workers that are ready": "sum(supaops_worker_ready)",
        },
    )
    for title, name in (
        ("Workers: time of a handler, of 95 %", "supaops_worker_job_duration_seconds"),
        ("Workers: wait for a handler, of 95 %", "supaops_worker_job_wait_seconds"),
    ):
        rates = f"sum by (task_type, le) (rate({name}_bucket[$__rate_interval]))"
        yield Panel(title, {"{{task_type}}": f"histogram_quantile(0.95, {rates})"}, unit="s")


def _placed(panels: Iterable[Panel]) -> Iterator[dict[str, Any]]:
    """Yield panels from left to right, then down."""
    x = y = 0
    for number, panel in enumerate(panels, start=1):
        if x + panel.width > _WIDTH:
            x, y = 0, y + _HEIGHT
        place = {"x": x, "y": y, "w": panel.width, "h": _HEIGHT}
        yield {"id": number, "gridPos": place, **_model(panel)}
        x += panel.width


def _model(panel: Panel) -> dict[str, Any]:
    known: dict[str, Any] = {
        "title": panel.title,
        "type": panel.kind,
        "datasource": _SOURCE,
        "targets": list(_targets(panel)),
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
    }
    return known | ({"description": panel.description} if panel.description else {})


def _targets(panel: Panel) -> Iterator[dict[str, Any]]:
    for letter, (legend, expression) in zip("ABCDEF", panel.queries.items(), strict=False):
        yield {
            "refId": letter,
            "datasource": _SOURCE,
            "expr": expression,
            "legendFormat": legend,
        }


def _defaults(panel: Panel) -> dict[str, Any]:
    known: dict[str, Any] = {"unit": panel.unit}
    if panel.kind == "timeseries":
        known["custom"] = _drawing(panel)
        known["min"] = 0
    if panel.verdicts:
        shown = {str(n): {"text": text, "color": c} for n, (text, c) in _VERDICTS.items()}
        known["mappings"] = [{"type": "value", "options": shown}]
    if panel.limit is not None:
        known["thresholds"] = _thresholds(panel.limit, low_is_bad=panel.low_is_bad)
    return known


def _drawing(panel: Panel) -> dict[str, Any]:
    known: dict[str, Any] = {"fillOpacity": 20 if panel.stacked else 0}
    if panel.stacked:
        known["stacking"] = {"mode": "normal", "group": "A"}
    if panel.limit is not None:
        known["thresholdsStyle"] = {"mode": "line"}
    return known


def _thresholds(limit: float, *, low_is_bad: bool) -> dict[str, Any]:
    below, above = ("red", "green") if low_is_bad else ("green", "red")
    steps = [{"color": below, "value": None}, {"color": above, "value": limit}]
    return {"mode": "absolute", "steps": steps}
