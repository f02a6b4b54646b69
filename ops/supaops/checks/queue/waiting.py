"""How long jobs wait, and whether they become more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from supaops.checks.check import check, graded, ok, unknown
from supaops.checks.finding import Verdict
from supaops.checks.queue import remedies
from supaops.checks.queue.facts import Course, Waiting, course, held, waiting
from supaops.checks.words import number, span
from supaops.config.model import Config
from supaops.config.thresholds import Thresholds
from supaops.db.health.queue import Count, Held, Trend

# A rate needs some time to show.
_SHORTEST_TREND_S = 300.0


@check(
    "queue.oldest_ready",
    reads=waiting,
    title="Jobs start in time",
    why="What waits longer than was promised is late for its users, whatever the cause.",
)
def oldest_ready(config: Config, facts: Waiting) -> Verdict:
    """Judge how long the longest waiting job of each queue that is not paused has been ready."""
    ready = [each for each in facts.counts if each.ready_age_s is not None]
    free = [each for each in ready if not _is_paused(each, facts)]
    if not free:
        return ok("none waits" + (", but for paused ones" if ready else ""), value=0, unit="s")
    oldest = max(free, key=_ready_age_s)
    return graded(
        _ready_age_s(oldest),
        _promised(config),
        f"{oldest.task_type} in `{oldest.queue}` has waited {span(_ready_age_s(oldest))}",
        fix=f"supaops verify --env {config.environment}; it tells which link is broken",
        unit="s",
        evidence=tuple(_aged(each) for each in sorted(free, key=_ready_age_s, reverse=True)),
        since=oldest.oldest_ready_at,
        declared_at=("slo", "freshness", "within"),
    )


@check(
    "queue.growth",
    reads=course,
    title="Queues do not grow",
    why="More jobs come than end: the wait grows until somebody adds workers or takes jobs away.",
)
def growth(config: Config, facts: Course) -> Verdict:
    """Judge by how much the pending jobs of each queue have grown within an hour."""
    bounds = config.checks.thresholds("queue.growth")
    pending, earlier = _pending(facts.counts), {each.queue: each for each in facts.trends}
    grown = {
        queue: jobs - earlier[queue].earlier for queue, jobs in pending.items() if queue in earlier
    }
    unseen = {queue: jobs for queue, jobs in pending.items() if queue not in earlier}
    if any(jobs > (bounds.warning or 0) for jobs in unseen.values()):
        queue = max(unseen, key=lambda name: unseen[name])
        fix = f"supaops apply --env {config.environment}; each tick takes a sample of the counts"
        return unknown(f"{unseen[queue]:,} pending in `{queue}`, and no record of before", fix)
    if not grown:
        return ok(f"{sum(unseen.values()):,} pending", value=0)
    worst = max(grown, key=lambda name: grown[name])
    return graded(
        max(grown[worst], 0),
        bounds,
        _grown(worst, grown[worst], pending[worst], earlier[worst]),
        fix="start more workers, or raise worker.batch_limit; find what comes: "
        f"{remedies.waiting_by_type(config)}",
        declared_at=("worker", "batch_limit"),
    )


@check(
    "queue.drain_time",
    reads=course,
    title="What waits will be done soon",
    why="At this rate the last of the waiting jobs starts only after that time.",
)
def drain_time(config: Config, facts: Course) -> Verdict:
    """Judge how long the pending jobs of each queue would take at their present rate.

    A queue in which nothing is due waits for its time alone, and one that has only begun to wait
    shows no rate yet.
    """
    pending = _pending(facts.counts)
    times = drain_times_s(facts)
    if not times:
        return ok("nothing has waited for long", value=0, unit="s")
    worst = max(times, key=lambda name: times[name])
    [trend] = [each for each in facts.trends if each.queue == worst]
    ended = f"{trend.ended:,} ended in {span(trend.waiting_s)}"
    left = f"{span(times[worst])} for {number(pending[worst], 'job')} in `{worst}`"
    return graded(
        times[worst],
        config.checks.thresholds("queue.drain_time"),
        f"{left}: {ended}" if trend.ended else f"more than {left}: none ended",
        fix="start more workers, or raise worker.batch_limit",
        unit="s",
        declared_at=("worker", "batch_limit"),
    )


@check(
    "queue.expired_leases",
    reads=held,
    title="Jobs of lost workers are taken over",
    why="They pass for running and nobody runs them; only a claim takes them over.",
)
def expired_leases(config: Config, facts: Held) -> Verdict:
    """Judge how many leases are over with jobs that still pass for running."""
    if not facts.leases:
        return ok("none", value=0)
    jobs = sum(each.jobs for each in facts.leases)
    first = facts.leases[0]
    return graded(
        len(facts.leases),
        config.checks.thresholds("queue.expired_leases"),
        f"{number(len(facts.leases), 'lease')} with {number(jobs, 'job')}, "
        f"the first of worker {first.worker}",
        fix=f"supaops smoke --env {config.environment}; its claim takes them over",
        evidence=tuple(
            f"lease {e.id} of {e.worker}: {number(e.jobs, 'job')}" for e in facts.leases
        ),
        since=first.expires_at,
        declared_at=("queue", "lease"),
    )


def drain_times_s(facts: Course) -> dict[str, float]:
    """Return how long the pending jobs of each queue would take at their present rate, in seconds.

    A queue in which nothing is due, or that has only begun to wait, is left out.
    """
    pending = _pending(facts.counts)
    due = {each.queue for each in facts.counts if each.ready_age_s is not None}
    return {
        each.queue: _drain_s(pending[each.queue], each)
        for each in facts.trends
        if each.queue in due and each.waiting_s >= _SHORTEST_TREND_S
    }


def _promised(config: Config) -> Thresholds:
    """Return the bounds of `queue.oldest_ready`: the promise warns where nothing else is said."""
    bounds = config.checks.thresholds("queue.oldest_ready")
    within_s = config.slo.freshness.within.total_seconds()
    return Thresholds(within_s if bounds.warning is None else bounds.warning, bounds.critical)


def _is_paused(count: Count, facts: Waiting) -> bool:
    return any(each.holds and each.covers(count.queue, count.task_type) for each in facts.pauses)


def _ready_age_s(count: Count) -> float:
    return count.ready_age_s or 0.0


def _aged(count: Count) -> str:
    return f"{count.queue}/{count.task_type}: {span(_ready_age_s(count))}"


def _pending(counts: Iterable[Count]) -> Counter[str]:
    found: Counter[str] = Counter()
    for each in counts:
        found[each.queue] += each.jobs if each.status == "pending" else 0
    return found


def _grown(queue: str, by: int, now: int, before: Trend) -> str:
    change = f"{by:+,} in {span(before.earlier_age_s)}" if by else "as many as before"
    return f"{now:,} pending in `{queue}`, {change}"


def _drain_s(pending: int, trend: Trend) -> float:
    """Return the time for all; where none ended, what it takes if the first one ended now."""
    return pending * trend.waiting_s / max(trend.ended, 1)
