"""The catalogue of checks, as text and as JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from rich.text import Text

from supaops.checks.check import AnyCheck
from supaops.config.duration import format_duration
from supaops.config.thresholds import Checks, Thresholds

FORMAT_VERSION = "1.0"


def check_lines(checks: Sequence[AnyCheck], config: Checks) -> Iterator[Text]:
    """Yield a line per check, its id and what holds when all is well, and one for its bounds."""
    width = max((len(each.id) for each in checks), default=0)
    for each in checks:
        note = "  (left out by checks.skip)" if _is_left_out(each, config) else ""
        yield Text(f"{each.id:<{width}}  ", "bold").append(f"{each.title}{note}", "not bold")
        if told := bounds_text(config.thresholds(each.id), config.unit(each.id)):
            yield Text(f"{'':{width}}  {told}", "dim")


def checks_json(checks: Sequence[AnyCheck], config: Checks) -> dict[str, Any]:
    """Return the catalogue as JSON-able data; durations in seconds."""
    return {
        "format_version": FORMAT_VERSION,
        "checks": [_check_json(each, config) for each in checks],
    }


def _check_json(check: AnyCheck, config: Checks) -> dict[str, Any]:
    bounds = config.thresholds(check.id)
    return {
        "id": check.id,
        "group": check.group,
        "title": check.title,
        "why": check.why,
        "unit": config.unit(check.id),
        "warning": bounds.warning,
        "critical": bounds.critical,
        "needs": list(check.needs),
        "left_out": _is_left_out(check, config),
        "runbook": f"docs/runbooks/{check.id}.md",
    }


def _is_left_out(check: AnyCheck, config: Checks) -> bool:
    return check.id in config.skip or check.group in config.skip


def bounds_text(bounds: Thresholds, unit: str) -> str:
    """Return from which value on a check warns, and is critical; empty when it has no bounds."""
    levels = (("WARNING", bounds.warning), ("CRITICAL", bounds.critical))
    told = [f"{name} above {_level(bound, unit)}" for name, bound in levels if bound is not None]
    return ", ".join(told)


def _level(bound: float, unit: str) -> str:
    if unit == "s":
        return format_duration(timedelta(seconds=bound))
    return f"{100 * bound:g} %" if unit == "share" else f"{bound:,.0f}"
