"""The section `checks`: from which value on a check warns, and from which it is critical.

A check ``cron.long_runs`` has its thresholds at ``checks.cron.long_runs``. Each is a bound that a
good value stays below or at, so that more is always worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator

from supaops.config.fields import Duration, Text
from supaops.config.problem import Complaint
from supaops.config.section import Section


class CountLimits(Section):
    """Numbers of things."""

    warning: int | None = Field(default=None, ge=0, le=1_000_000_000)
    """More than this is a WARNING; null never is."""
    critical: int | None = Field(default=None, ge=0, le=1_000_000_000)
    """More than this is CRITICAL; null never is."""


class AgeLimits(Section):
    """Spans of time."""

    warning: Duration | None = None
    """Longer than this is a WARNING; null never is."""
    critical: Duration | None = None
    """Longer than this is CRITICAL; null never is."""


class ShareLimits(Section):
    """Shares of a whole, from 0 to 1."""

    warning: float | None = Field(default=None, ge=0, le=1)
    """More than this is a WARNING; null never is."""
    critical: float | None = Field(default=None, ge=0, le=1)
    """More than this is CRITICAL; null never is."""


Limits = CountLimits | AgeLimits | ShareLimits


def _counts(warning: int | None, critical: int | None) -> CountLimits:
    return CountLimits(warning=warning, critical=critical)


def _ages(warning: timedelta | None, critical: timedelta | None) -> AgeLimits:
    return AgeLimits(warning=warning, critical=critical)


def _shares(warning: float | None, critical: float | None) -> ShareLimits:
    return ShareLimits(warning=warning, critical=critical)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Bounds in one unit: seconds, a share, or a number of things; None never applies."""

    warning: float | None = None
    critical: float | None = None

    @property
    def are_crossed(self) -> bool:
        """Tell whether a value would be critical before it is worth a warning."""
        if self.warning is None or self.critical is None:
            return False
        return self.warning > self.critical


NO_THRESHOLDS = Thresholds()
"""Those of a check that has none."""


class ThresholdGroup(Section):
    """The thresholds of one group of checks; a level that is left out keeps its default."""

    def of(self, name: str) -> Thresholds:
        """Return the bounds of a check of this group; durations in seconds.

        Raises: AttributeError for a check that has none: a defect.
        """
        given: Limits = getattr(self, name)
        default: Limits = type(self).model_fields[name].default
        return Thresholds(
            _number((given if "warning" in given.model_fields_set else default).warning),
            _number((given if "critical" in given.model_fields_set else default).critical),
        )

    @model_validator(mode="after")
    def _warning_comes_first(self) -> Self:
        for name in type(self).model_fields:
            bounds = self.of(name)
            if bounds.are_crossed:
                raise Complaint(
                    f"{name}: expected critical to be at least warning",
                    hint="give both, or null for a level that is not wanted",
                    reveal=False,
                )
        return self


def _number(level: float | timedelta | None) -> float | None:
    return level.total_seconds() if isinstance(level, timedelta) else level


_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class ConnThresholds(ThresholdGroup):
    """Thresholds of the checks ``conn.*``."""

    clock: AgeLimits = _ages(timedelta(seconds=2), timedelta(seconds=30))
    """By how much the database's clock differs from this machine's."""
    latency: AgeLimits = _ages(timedelta(milliseconds=250), timedelta(seconds=2))
    """How long the shortest statement takes, there and back."""
    connections: ShareLimits = _shares(0.8, 0.95)
    """The share of the server's connections that are taken."""


class CronThresholds(ThresholdGroup):
    """Thresholds of the checks ``cron.*``."""

    ticks: ShareLimits = _shares(0.05, 0.5)
    """The share of a job's due runs that did not start."""
    failures: CountLimits = _counts(0, 2)
    """How many runs of one job have failed in a row."""
    startup: CountLimits = _counts(0, 10)
    """How many runs of the last hour did not start, or lost their connection."""
    long_runs: AgeLimits = _ages(timedelta(minutes=10), _HOUR)
    """How long a run has been going on."""
    overlap: CountLimits = _counts(8, 16)
    """How many runs go on at once."""
    coincidence: CountLimits = _counts(8, None)
    """How many jobs start in the same minute; at most `cron.max_running_jobs` in any case."""
    history: CountLimits = _counts(500_000, 5_000_000)
    """How many rows ``cron.job_run_details`` has, by the planner's estimate."""


class NetThresholds(ThresholdGroup):
    """Thresholds of the checks ``net.*``."""

    queue: CountLimits = _counts(200, 2_000)
    """How many requests wait in pg_net's queue; it sends 200 a batch."""
    failures: ShareLimits = _shares(0.01, 0.1)
    """The share of the latest posts that were not answered with 2xx."""
    harvest: AgeLimits = _ages(_HOUR, timedelta(hours=5))
    """How long an answer waits to be copied into the ledger; pg_net forgets it after six hours."""


class VaultThresholds(ThresholdGroup):
    """Thresholds of the checks ``vault.*``."""

    age: AgeLimits = _ages(timedelta(days=365), None)
    """How long a secret has kept its value."""
    rotation: AgeLimits = _ages(_HOUR, _DAY)
    """How long two values of a secret have been good."""


class QueueThresholds(ThresholdGroup):
    """Thresholds of the checks ``queue.*``; ``queue.oldest_ready`` also follows `slo.freshness`."""

    oldest_ready: AgeLimits = _ages(None, timedelta(minutes=10))
    """How long the longest waiting job has been ready; a WARNING from `slo.freshness.within` on."""
    growth: CountLimits = _counts(1_000, 10_000)
    """By how many pending jobs a queue has grown in an hour."""
    drain_time: AgeLimits = _ages(_HOUR, _DAY)
    """How long the pending jobs would take at the rate of the last quarter of an hour."""
    expired_leases: CountLimits = _counts(0, 10)
    """How many leases ran out, `slo.freshness.within` ago, with jobs that nobody took over."""
    dead: CountLimits = _counts(0, 10)
    """How many jobs failed for good in the last hour."""
    failures: ShareLimits = _shares(0.05, 0.5)
    """The share of the last hour's attempts that failed, from 20 attempts on; see `slo.success`."""
    paused: AgeLimits = _ages(_HOUR, _DAY)
    """How long a pause without an end has lasted, or how long one has outlasted its end."""
    dead_tuples: ShareLimits = _shares(0.3, 0.6)
    """The share of a table's rows that are dead, from 10,000 dead ones on."""
    xmin: AgeLimits = _ages(timedelta(minutes=15), timedelta(hours=2))
    """How long the oldest snapshot has kept vacuum from removing dead rows."""
    retention: AgeLimits = _ages(timedelta(days=2), timedelta(days=7))
    """How far records have outlived what `queue.retention` and `history` say."""


class WorkerThresholds(ThresholdGroup):
    """Thresholds of the checks ``worker.*``."""

    last_success: AgeLimits = _ages(timedelta(minutes=10), _HOUR)
    """For how long posts have been made and none was answered with 2xx."""


class Checks(Section):
    """How the health checks judge."""

    timeout: Duration = timedelta(seconds=2)
    """How long reading what one check needs may take; past it the check is UNKNOWN."""
    total_timeout: Duration = timedelta(seconds=30)
    """How long all may take; what was not looked at by then is UNKNOWN."""
    skip: list[Text] = Field(default_factory=list)
    """Checks that are not run here, by id or by group: `sentry`, `vault.age`."""
    conn: ConnThresholds = ConnThresholds()
    """The connection and the server."""
    cron: CronThresholds = CronThresholds()
    """pg_cron and its jobs."""
    net: NetThresholds = NetThresholds()
    """pg_net and the worker's answers."""
    vault: VaultThresholds = VaultThresholds()
    """The secrets."""
    queue: QueueThresholds = QueueThresholds()
    """The jobs."""
    worker: WorkerThresholds = WorkerThresholds()
    """The worker."""

    def thresholds(self, check: str) -> Thresholds:
        """Return the bounds of a check by its id; none where it has none.

        Args:    check: ``group.name``.
        """
        section, name = self._group(check)
        return section.of(name) if section else NO_THRESHOLDS

    def unit(self, check: str) -> str:
        """Return the unit of a check's bounds: `s`, `share`, or empty for a number of things."""
        section, name = self._group(check)
        limits = getattr(section, name, None)
        if isinstance(limits, AgeLimits):
            return "s"
        return "share" if isinstance(limits, ShareLimits) else ""

    def _group(self, check: str) -> tuple[ThresholdGroup | None, str]:
        """Return the section that has a check's bounds, and the check's name in it."""
        group, _, name = check.partition(".")
        section = getattr(self, group, None)
        known = isinstance(section, ThresholdGroup) and name in type(section).model_fields
        return (section if known else None), name
