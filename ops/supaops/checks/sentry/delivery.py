"""Do failures reach Sentry?"""

from __future__ import annotations

from supaops.checks.check import check, ok, skipped, warning
from supaops.checks.finding import Verdict
from supaops.checks.sentry.facts import OFF, Reports, reports
from supaops.config.model import Config

_DSN = ("sentry", "dsn")


@check(
    "sentry.dsn",
    reads=reports,
    title="The worker has the DSN that is declared",
    why="A worker without it reports nothing: failed jobs are found by whoever misses their work.",
)
def dsn(config: Config, facts: Reports) -> Verdict:
    """Judge whether reports are on where they should be."""
    del config
    if facts.fault is not None:
        remedy = facts.fault.hint or "correct the value that sentry.dsn leads to"
        return warning(facts.fault.message, remedy, declared_at=_DSN)
    if facts.are_off:
        return skipped(OFF)
    if facts.enabled is None:
        return skipped(facts.silence)
    if facts.enabled:
        return ok("on")
    if facts.last_error:
        fix = "install supaops[sentry] where the worker runs, and deploy it again"
        return warning(f"off in the worker: {facts.last_error}", fix, declared_at=_DSN)
    fix = "give the worker the variable that sentry.dsn names, and deploy it again"
    return warning("set here, but off in the worker", fix, declared_at=_DSN)


@check(
    "sentry.delivery",
    reads=reports,
    title="What the worker reports arrives",
    why="What Sentry does not take is dropped, so that no job waits for it: nobody hears of it.",
)
def delivery(config: Config, facts: Reports) -> Verdict:
    """Judge the newest attempt; what was lost before one that succeeded is told, and is over."""
    del config
    if not facts.declared:
        return skipped(OFF)
    if not facts.enabled:
        return skipped(facts.silence or "the worker does not report")
    lost = f"{facts.dropped} dropped since the worker started"
    if facts.last_error:
        return warning(
            f"{facts.last_error}; {lost}",
            "have the worker reach the DSN's host, or correct the DSN; the next report clears this",
            value=facts.dropped,
            declared_at=_DSN,
        )
    return ok(lost, value=facts.dropped)
