"""The table of metrics in docs/explanation/monitoring.md, which `make golden` renews. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client.core import Metric

from supaops.checks.finding import Finding, Verdict
from supaops.checks.measures import NOTHING, Finished, JobCount, JobTicks, Measures, Posts, Starts
from supaops.config.model import Config
from supaops.report.chain_metrics import chain_families
from supaops.report.prometheus import check_families
from supaops.report.watch_metrics import Progress, watch_families
from supaops.status import Severity

_TABLE = re.compile(r"(?<=<!-- metrics -->\n).*?(?=\n<!-- end of metrics -->)", re.DOTALL)
_HEAD = "| Metric | Labels | Meaning |\n|---|---|---|"


def replaced(page: str, config: Config) -> str:
    """Return a page with its table of metrics as the code has them."""
    text = table(config).replace("\\", r"\\")
    return _TABLE.sub(f"\n{text}\n", page)


def table(config: Config) -> str:
    """Return a row per metric: its name as Prometheus has it, its labels, what it means."""
    return "\n".join([_HEAD, *(_row(each) for each in families(config))])


def families(config: Config) -> Iterator[Metric]:
    """Yield every family that watch ever serves, with made-up values."""
    checked = Verdict(Severity.OK, "", value=0.0)
    yield from check_families([Finding("net.queue", "", "", checked)])
    yield from chain_families(config, _everything())
    ended = datetime.fromtimestamp(0, UTC)
    yield from watch_families(Progress(ended, 0.0, 0.0, rounds=0, overruns=0, beats={"sent": 0}))


def _everything() -> Measures:
    return Measures(
        read=dict.fromkeys(NOTHING.read, True),
        jobs=[JobCount("default", "pending", 0, None)],
        finished=[Finished("default", "job", 0, 0, 0)],
        starts=[Starts("default", 0, 0)],
        posts=[Posts("2xx", 1, [0.0])],
        ticks=[JobTicks("job", 0, 0)],
    )


def _row(family: Metric) -> str:
    sample = family.samples[0]
    labels = ", ".join(f"`{name}`" for name in sample.labels)
    kind = " A counter." if family.type == "counter" else ""
    return f"| `{sample.name}` | {labels} | {family.documentation}{kind} |"
