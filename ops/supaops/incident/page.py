"""The page's content, put together from the checks and from what happened lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from supaops.checks.finding import Finding, worst
from supaops.checks.run import run_checks
from supaops.clock import Clock
from supaops.config.health import Runbook
from supaops.db.connect import Connection
from supaops.db.incident import Lately, read_lately
from supaops.errors import SupaopsError
from supaops.incident.failing import Failing, grouped
from supaops.incident.steps import next_steps
from supaops.plan import Desired
from supaops.status import Severity


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the page tells.

    Attributes:
        at: when it was made.
        window: how far back `lately` looks.
        findings: every check's, in the order of the chain.
        failing: failed attempts of the window by their error, the most frequent first.
        lately: None when the database could not tell; `silence` says why.
        steps: what to do next, at most three.
        contacts: who to call, from the YAML.
    """

    environment: str
    at: datetime
    window: timedelta
    findings: tuple[Finding, ...]
    failing: tuple[Failing, ...]
    lately: Lately | None
    silence: str
    steps: tuple[str, ...]
    contacts: Runbook

    @property
    def severity(self) -> Severity:
        """Return how bad it is."""
        return worst(self.findings)

    @property
    def broken(self) -> list[Finding]:
        """Return what is not well, the worst first, else in the order of the chain."""
        told = [each for each in self.findings if each.severity.rank > Severity.OK.rank]
        return sorted(told, key=lambda each: -each.severity.rank)

    @property
    def since(self) -> datetime | None:
        """Return when the trouble began, as far as a failed post or a check can tell."""
        moments = [each.verdict.since for each in self.broken]
        moments.append(self.lately.bad_since if self.lately else None)
        return min((each for each in moments if each), default=None)


def take_stock(conn: Connection, desired: Desired, window: timedelta, clock: Clock) -> Page:
    """Run all checks and read what happened in the window before now; change nothing."""
    findings = run_checks(conn, desired)
    try:
        lately = read_lately(conn, desired.config, window)
    except SupaopsError as error:
        return page_of(desired, window, clock, findings, silence=str(error))
    return page_of(desired, window, clock, findings, lately)


def without_database(
    desired: Desired, window: timedelta, clock: Clock, error: SupaopsError
) -> Page:
    """Return the page of a database that does not answer."""
    return page_of(desired, window, clock, run_checks(error, desired), silence=str(error))


def page_of(
    desired: Desired,
    window: timedelta,
    clock: Clock,
    findings: Sequence[Finding],
    lately: Lately | None = None,
    silence: str = "",
) -> Page:
    """Return the page of what was read.

    Args:    silence: why nothing is known of the time before, where that is so.
    """
    environment = desired.config.environment
    failing = grouped(lately.failed) if lately else ()
    return Page(
        environment=environment,
        at=clock(),
        window=window,
        findings=tuple(findings),
        failing=failing,
        lately=lately,
        silence=silence,
        steps=tuple(next_steps(environment, findings, failing)),
        contacts=desired.config.runbook,
    )
