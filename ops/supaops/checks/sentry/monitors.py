"""Does Sentry watch the cron jobs?"""

from __future__ import annotations

from supaops.checks.check import check, ok, skipped, warning
from supaops.checks.facts import active_jobs
from supaops.checks.finding import Verdict
from supaops.checks.sentry.facts import OFF, Reports, reports
from supaops.config.model import Config
from supaops.config.monitors import monitors, unwatched


@check(
    "sentry.monitors",
    reads=reports,
    title="Each active cron job has a monitor in Sentry",
    why="Sentry alone sees, from outside, that the database as a whole no longer runs its jobs.",
)
def watched(config: Config, facts: Reports) -> Verdict:
    """Judge whether Sentry can watch what is declared."""
    if facts.are_off:
        return skipped(OFF)
    names = active_jobs(config)
    if names and not config.sentry.monitors:
        fix = "set sentry.monitors: true, and restart the worker"
        where = ("sentry", "monitors")
        return warning(f"off, with {len(names)} active jobs", fix, declared_at=where)
    if missing := unwatched(config):
        return warning(
            f"not watched: {', '.join(missing)}",
            "give them schedules that Sentry knows, or put sentry.monitors into checks.skip",
            value=len(missing),
            evidence=tuple(f"{name}: {why}" for name, why in missing.items()),
            declared_at=("cron", "jobs", next(iter(missing)), "schedule"),
        )
    return ok(f"{len(monitors(config))} monitors", value=0)
