"""What to do next. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from itertools import islice

from supaops.checks.finding import Finding
from supaops.incident.failing import Failing
from supaops.status import Severity

MOST = 3


def next_steps(
    environment: str, findings: Iterable[Finding], failing: Iterable[Failing]
) -> Iterator[str]:
    """Yield at most three: mend the worst link first, then the jobs it cost, then look again.

    A chain is mended before its jobs are retried: they would fail again.
    """
    told = list(dict.fromkeys(_steps(environment, list(findings), failing)))
    yield from islice(told, MOST - 1)
    yield f"supaops verify --env {environment}"


def _steps(environment: str, findings: list[Finding], failing: Iterable[Failing]) -> Iterator[str]:
    broken = [each for each in findings if each.severity.rank > Severity.WARNING.rank]
    yield from (each.fix for each in sorted(broken, key=_badness) if each.fix)
    for each in islice((each for each in failing if each.dead), 1):
        yield from _look_then_retry(environment, each)
    warned = [each for each in findings if each.severity is Severity.WARNING]
    yield from (each.fix for each in warned if each.fix)


def _badness(finding: Finding) -> int:
    return -finding.severity.rank


def _look_then_retry(environment: str, failing: Failing) -> Iterator[str]:
    yield f"supaops jobs show --env {environment} {failing.example_id}"
    filters = f"--status failed --task-type {shlex.quote(failing.task_type)}"
    yield f"supaops retry --env {environment} {filters}"
