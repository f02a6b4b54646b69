"""How jobs end: failed attempts, jobs that failed for good, and whether anybody looks at those."""

from __future__ import annotations

from supaops.checks.check import check, graded, ok, unknown, warning
from supaops.checks.finding import Verdict
from supaops.checks.queue import remedies
from supaops.checks.queue.facts import Dead, all_dead, dead, recent
from supaops.checks.words import number, span
from supaops.config.model import Config
from supaops.db.health.dead import DeadGroup, DeadJobs
from supaops.db.health.recent import RecentJobs

# Of fewer attempts a share says nothing: one of three is no trend.
_FEWEST_ATTEMPTS = 20


@check(
    "queue.dead",
    reads=dead,
    title="No job has failed for good of late",
    why="It is tried no more: what it was to do is not done, until somebody retries it.",
)
def recently_dead(config: Config, facts: DeadJobs) -> Verdict:
    """Judge how many jobs have failed for good in the last hour."""
    jobs = sum(each.jobs for each in facts.groups)
    if not jobs:
        return ok("none in the last hour", value=0)
    return graded(
        jobs,
        config.checks.thresholds("queue.dead"),
        f"{jobs:,} in the last hour: {_group(facts.groups[0])}",
        fix=f"{remedies.error_of(config, facts.groups[0].example)}; "
        f"when the cause is mended: {remedies.retry(config)}",
        evidence=tuple(map(_group, facts.groups)),
    )


@check(
    "queue.failures",
    reads=recent,
    title="Attempts succeed",
    why="Retries hide a fault until the attempts are used up; then the jobs fail for good.",
)
def failures(config: Config, facts: list[RecentJobs]) -> Verdict:
    """Judge the share of failed attempts among the newest jobs that began in the last hour."""
    attempts = sum(each.attempts for each in facts)
    failed = sum(each.failed_attempts for each in facts)
    seen = f"{failed:,} of {attempts:,} attempts failed within an hour"
    if attempts < _FEWEST_ATTEMPTS:
        few = f"{number(attempts, 'attempt')} within an hour, too few for a share"
        return ok(few if attempts else "no attempt within an hour")
    return graded(
        failed / attempts,
        config.checks.thresholds("queue.failures"),
        seen,
        fix=remedies.errors_of_late(config),
        unit="share",
        evidence=tuple(_share(each) for each in facts if each.failed_attempts),
    )


@check(
    "queue.recovery",
    reads=all_dead,
    title="Failed jobs are looked after",
    why="Somebody was to retry, cancel or remove them by now, and nobody has.",
)
def recovery(config: Config, facts: Dead) -> Verdict:
    """Judge whether a job has been dead for longer than `slo.recovery` allows.

    Their number is counted as they come and go; those that are dead for less time are looked up.
    The difference are the older ones, without a look at each.
    """
    within_s = config.slo.recovery.within.total_seconds()
    oldest, older = facts.jobs.oldest, facts.counted - facts.jobs.young
    if not facts.counted:
        return ok("none is failed", value=0, unit="s")
    found_late = oldest is not None and oldest.age_s > within_s
    if older <= 0 and not found_late:
        age_s = oldest.age_s if oldest else 0.0
        return ok(f"{facts.counted:,} failed, for no longer than {span(within_s)}", value=age_s)
    listed = remedies.longest_failed(config)
    if facts.jobs.is_cut_off and not found_late:
        return unknown(f"{facts.counted:,} failed, too many attempts to tell since when", listed)
    age_s = oldest.age_s if oldest and found_late else within_s
    which = f"job {oldest.id} has waited {span(age_s)}" if oldest and found_late else ""
    return warning(
        f"{max(older, 1):,} failed longer ago than {span(within_s)}; {which}".rstrip("; "),
        f"{listed}; then {remedies.retry(config)}, cancel or delete them",
        value=age_s,
        unit="s",
        since=oldest.completed_at if oldest and found_late else None,
        declared_at=("slo", "recovery", "within"),
    )


def _group(group: DeadGroup) -> str:
    error = f" with {group.error}" if group.error else ""
    return f"{group.jobs:,} {group.task_type}{error}, such as job {group.example}"


def _share(jobs: RecentJobs) -> str:
    return f"{jobs.queue}: {jobs.failed_attempts:,} of {jobs.attempts:,}"
