"""How a check is written: facts in, a verdict out.

@check(
    "net.queue",
    reads=net_facts,
    title="pg_net keeps up",
    why="What waits in its queue is not sent yet: jobs start late.",
)
def queue(config: Config, facts: NetFacts) -> Verdict:
    bounds = config.checks.thresholds("net.queue")
    return graded(facts.backlog, bounds, f"{facts.backlog} waiting", fix="...")
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from supaops.checks.finding import Verdict
from supaops.checks.sources import Reader
from supaops.config.model import Config
from supaops.config.thresholds import Thresholds
from supaops.status import Severity

Facts = TypeVar("Facts")
VALID, SOURCES = "config.valid", "config.sources"
REACHABLE, APPLIED = "conn.reachable", "config.applied"


@dataclass(frozen=True, slots=True)
class Check(Generic[Facts]):
    """One thing to look at.

    Attributes:
        id: stable, ``group.name``; its thresholds are at ``checks.<group>.<name>``.
        title: what holds when all is well.
        why: what goes wrong otherwise, in a sentence or two.
        reads: returns the facts; checks with the same reader share what it read.
        judge: pure.
        needs: ids of checks without which this one says nothing: it is skipped while one of
            them is CRITICAL, UNKNOWN or itself skipped.
    """

    id: str
    title: str
    why: str
    reads: Reader[Facts]
    judge: Callable[[Config, Facts], Verdict]
    needs: tuple[str, ...]

    @property
    def group(self) -> str:
        """Return the part of the chain that it is about."""
        return self.id.partition(".")[0]


AnyCheck = Check[Any]


def check(
    id: str,  # noqa: A002  it is called so everywhere else
    *,
    reads: Reader[Facts],
    title: str,
    why: str,
    needs: tuple[str, ...] = (APPLIED,),
) -> Callable[[Callable[[Config, Facts], Verdict]], Check[Facts]]:
    """Make a check of the function below."""
    return lambda judge: Check(id, title, why, reads, judge, needs)


def ok(observed: str, **details: Any) -> Verdict:
    """Return that all is well."""
    return Verdict(Severity.OK, observed, **details)


def warning(observed: str, fix: str, **details: Any) -> Verdict:
    """Return that something is to be looked at by day."""
    return Verdict(Severity.WARNING, observed, fix, **details)


def critical(observed: str, fix: str, **details: Any) -> Verdict:
    """Return that jobs do not run, or that something is open which must not be."""
    return Verdict(Severity.CRITICAL, observed, fix, **details)


def unknown(observed: str, fix: str = "", **details: Any) -> Verdict:
    """Return that there is no evidence, which is not health."""
    return Verdict(Severity.UNKNOWN, observed, fix, **details)


def skipped(reason: str) -> Verdict:
    """Return that the check does not apply here, and why."""
    return Verdict(Severity.SKIPPED, reason)


def graded(
    value: float, bounds: Thresholds, observed: str, *, fix: str, unit: str = "", **details: Any
) -> Verdict:
    """Return the verdict on a value of which more is worse.

    Args:    fix: what helps; left out of a verdict that is OK.
    """
    severity = severity_of(value, bounds)
    remedy = "" if severity is Severity.OK else fix
    return Verdict(severity, observed, remedy, value, unit, bounds, **details)


def severity_of(value: float, bounds: Thresholds) -> Severity:
    """Return how bad a value is of which more is worse."""
    if bounds.critical is not None and value > bounds.critical:
        return Severity.CRITICAL
    if bounds.warning is not None and value > bounds.warning:
        return Severity.WARNING
    return Severity.OK
