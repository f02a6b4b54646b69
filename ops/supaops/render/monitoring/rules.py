"""Rules of Prometheus, from what the YAML promises. Pure but for reading the template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from supaops.config.duration import format_duration
from supaops.config.model import Config
from supaops.render.environment import template_root

LEAST_BAD = 3
"""Bad events without which no share is worth an alert: among few jobs one alone is a large one."""
_HIGHEST = 0.9
"""A burn rate that no outage could reach would never be told."""
_MINUTES = {"m": 1, "h": 60, "d": 1440}
_WINDOW_MINUTES = 5


@dataclass(frozen=True, slots=True)
class BurnRate:
    """How fast an error budget of 30 days is used up, and over which windows that is seen.

    Source: "The Site Reliability Workbook", chapter 5, table 5-8.
    """

    name: str
    factor: float
    long: str
    short: str
    lasts: str
    severity: str
    gone_in: str


BURN_RATES = (
    BurnRate("BurnsFast", 14.4, "1h", "5m", "2m", "page", "two days"),
    BurnRate("Burns", 6, "6h", "30m", "15m", "page", "five days"),
    BurnRate("BurnsSlowly", 1, "3d", "6h", "1h", "ticket", "30 days"),
)


@dataclass(frozen=True, slots=True)
class _Objective:
    name: str
    alert: str
    target: float
    summary: str
    promise: str
    runbook: str

    @property
    def burns(self) -> list[dict[str, Any]]:
        return [
            {
                "name": each.name,
                "long": each.long,
                "short": each.short,
                "lasts": each.lasts,
                "severity": each.severity,
                "gone_in": each.gone_in,
                "threshold": threshold(self.target, each.factor),
            }
            for each in BURN_RATES
        ]


def rules(config: Config) -> str:
    """Return the rules as YAML."""
    context = {
        "environment": config.environment,
        "windows": list(dict.fromkeys(w for each in BURN_RATES for w in (each.short, each.long))),
        "counted": [each.long for each in BURN_RATES],
        "objectives": [each for each in _objectives(config) if each.target > 0],
        "least_bad": LEAST_BAD,
        "recovery": format_duration(config.slo.recovery.within),
        "recovery_s": f"{config.slo.recovery.within.total_seconds():g}",
    }
    return _environment().get_template("job_queue.rules.yaml.j2").render(context)


def threshold(target: float, factor: float) -> str:
    """Return the share of bad events from which on a budget is used up that fast."""
    return f"{min(factor * (1 - target), _HIGHEST):.6g}"


def _objectives(config: Config) -> Iterator[_Objective]:
    slo = config.slo
    within = format_duration(slo.freshness.within)
    yield _Objective(
        "freshness",
        "JobQueueFreshness",
        slo.freshness.target,
        f"jobs of queue {{{{ $labels.queue }}}} should start within {within}",
        f"{_percent(slo.freshness.target)} of jobs start within {within}",
        "docs/runbooks/queue.oldest_ready.md",
    )
    yield _Objective(
        "success",
        "JobQueueSuccess",
        slo.success.target,
        "jobs of queue {{ $labels.queue }} should succeed within their attempts",
        f"{_percent(slo.success.target)} of jobs succeed within their attempts",
        "docs/runbooks/queue.failures.md",
    )
    yield _Objective(
        "completeness",
        "JobQueueCompleteness",
        slo.completeness.target,
        "cron jobs should start when they are due",
        f"{_percent(slo.completeness.target)} of due runs start",
        "docs/runbooks/cron.ticks.md",
    )


def _percent(share: float) -> str:
    return f"{100 * share:.6g} %"


def minutes(window: str) -> int:
    """Return the minutes of a window such as ``6h``."""
    return int(window[:-1]) * _MINUTES[window[-1]]


@cache
def _environment() -> Environment:
    """Return an environment whose marks mean nothing to Prometheus' own templates."""
    made = Environment(
        loader=FileSystemLoader(template_root() / "alerts"),
        undefined=StrictUndefined,
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  YAML is no HTML, and only names and numbers come in
    )
    made.filters["over"] = lambda window: f"[{window}]"
    made.filters["per_window"] = lambda window: minutes(window) // _WINDOW_MINUTES
    return made
