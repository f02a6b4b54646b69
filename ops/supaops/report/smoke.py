"""A smoke test as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from rich.text import Text

from supaops.jobs.hops import Hop
from supaops.jobs.smoke import SmokeResult

FORMAT_VERSION = "1.0"


def hop_line(hop: Hop) -> Text:
    """Return one line of the hop table: mark, name, latency, what was seen."""
    if not hop.ok:
        line = Text(f"  x  {hop.name:<9} {'-':>9}  ", "bold red")
        return line.append(hop.cause, "not bold")
    line = Text(f"  ok {hop.name:<9} {_milliseconds(hop.latency):>6} ms  ", "green")
    return line.append(hop.detail, "default")


def verdict_lines(result: SmokeResult) -> Iterator[Text]:
    """Yield the lines below the passed hops: the broken one with its remedy, or the success."""
    broken = result.broken
    if broken is None:
        total = sum((hop.latency or timedelta() for hop in result.hops), timedelta())
        status = f"HTTP {result.http_status}"
        yield Text()
        yield Text(f"The chain works: {status}, {_milliseconds(total)} ms end to end.", "green")
    else:
        yield hop_line(broken)
        yield Text()
        yield Text(f"Broken at {broken.name}.", "bold red")
        yield Text(f"  fix: {broken.fix}", "cyan")


def smoke_json(result: SmokeResult) -> dict[str, Any]:
    """Return the result as JSON-able data; latencies in milliseconds."""
    return {
        "format_version": FORMAT_VERSION,
        "environment": result.environment,
        "ok": result.broken is None,
        "job_id": result.job_id,
        "correlation_id": result.correlation_id,
        "http_status": result.http_status,
        "hops": [_hop_json(hop) for hop in result.hops],
    }


def _hop_json(hop: Hop) -> dict[str, Any]:
    seen = {"detail": hop.detail} if hop.ok else {"cause": hop.cause, "fix": hop.fix}
    return {"name": hop.name, "ok": hop.ok, "latency_ms": _milliseconds(hop.latency), **seen}


def _milliseconds(latency: timedelta | None) -> int | None:
    return None if latency is None else round(latency / timedelta(milliseconds=1))
