"""Does each job start when it is due? What was never started leaves no run that failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from supaops.checks.check import APPLIED, check, graded, ok, skipped
from supaops.checks.cron.facts import run_facts
from supaops.checks.finding import Verdict
from supaops.config.model import Config
from supaops.config.schedule import parse_schedule
from supaops.config.thresholds import Thresholds
from supaops.config.ticks import ticks_between
from supaops.db.health.cron import JobRuns
from supaops.db.write import REMIND_BY_HAND

# pg_cron gives a run ten seconds to start.
_MARGIN = timedelta(seconds=15)
# It looks up once a second, and counts an interval from the start of one run to that of the next.
_LOOKS_UP = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class JobTicks:
    """How often a job was due to start, and how often it did.

    Attributes:
        is_late: the latest start that was due has not been seen.
        last_at: when it last started.
    """

    job: str
    due: int
    seen: int
    is_late: bool = False
    last_at: datetime | None = None

    @property
    def missed(self) -> float:
        """Return the share of its due starts that were not seen."""
        return (self.due - self.seen) / self.due if self.due else 0.0


def ticks_of(config: Config, facts: Sequence[JobRuns]) -> list[JobTicks]:
    """Return the ticks of each declared active job, but for those of which nothing is known."""
    return [_ticks(config.cron.jobs[each.job].schedule, each) for each in facts]


def _ticks(schedule: str, runs: JobRuns) -> JobTicks:
    until = runs.now - _MARGIN
    due, latest = _due(schedule, runs.since, until)
    seen = runs.seen if runs.posted is None else runs.posted
    is_late = due > 0 and runs.posted is None and (runs.last_at is None or runs.last_at < latest)
    return JobTicks(runs.job, due, min(seen, due), is_late, runs.last_at)


def _due(schedule: str, since: datetime, until: datetime) -> tuple[int, datetime]:
    """Return how many starts were due, and when the latest was."""
    seconds = parse_schedule(schedule).seconds
    if seconds is None:
        ticks = ticks_between(schedule, since, until)
        return len(ticks), max(ticks, default=since)
    step = timedelta(seconds=seconds) + _LOOKS_UP
    return max((until - since) // step, 0), until - step


@check(
    "cron.ticks",
    reads=run_facts,
    title="Each job starts when it is due",
    why="pg_cron says nothing of a run that it did not start: there is no row and no error.",
    needs=(APPLIED, "cron.scheduler"),
)
def ticks(config: Config, facts: list[JobRuns]) -> Verdict:
    """Judge the job that missed the greatest share of its due starts."""
    found = sorted(ticks_of(config, facts), key=lambda each: each.missed, reverse=True)
    if not found:
        return skipped("no active cron job whose runs are recorded")
    if found[0].missed:
        return _missed(config, found)
    due = sum(each.due for each in found)
    observed = f"all {due} that were due did" if due else "none was due yet"
    return ok(observed, value=0.0, unit="share")


def _missed(config: Config, found: Sequence[JobTicks]) -> Verdict:
    worst = found[0]
    bounds = config.checks.thresholds("cron.ticks")
    if not any(each.is_late for each in found):
        bounds = Thresholds(bounds.warning)  # it is over: what was missed is no more than a note
    return graded(
        worst.missed,
        bounds,
        f"{worst.job}: {worst.seen} of {worst.due} due starts seen",
        fix=f"{REMIND_BY_HAND}; then supaops smoke --env {config.environment}",
        unit="share",
        evidence=tuple(f"{each.job}: {each.seen} of {each.due}" for each in found if each.missed),
        since=worst.last_at if worst.is_late else None,
        declared_at=("cron", "jobs", worst.job),
    )
