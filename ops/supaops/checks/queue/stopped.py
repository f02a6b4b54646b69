"""Jobs that nobody is to start, or nobody can do."""

from __future__ import annotations

from collections import Counter

from supaops.checks.check import check, critical, graded, ok, skipped, warning
from supaops.checks.finding import Verdict
from supaops.checks.queue import remedies
from supaops.checks.queue.facts import Handled, counts, handled, held
from supaops.checks.words import number, span
from supaops.config.model import Config
from supaops.config.validate import SMOKE_TASK_TYPE
from supaops.db.health.queue import Count, Held, Pause
from supaops.db.workers import Registered


@check(
    "queue.paused",
    reads=held,
    title="No pause is forgotten",
    why="A pause without an end, or one that is past it, keeps jobs back until somebody resumes.",
)
def paused(config: Config, facts: Held) -> Verdict:
    """Judge the pauses that have no end, and those that outlast it; one until later is as said."""
    holding = [each for each in facts.pauses if each.holds]
    late = sorted((each for each in holding if _late_s(each) > 0), key=_late_s, reverse=True)
    if not late:
        return ok("; ".join(map(_shown, holding)) or "none", value=0, unit="s")
    worst = late[0]
    return graded(
        _late_s(worst),
        config.checks.thresholds("queue.paused"),
        _shown(worst),
        fix=remedies.resume(config, worst.queue, worst.task_type),
        unit="s",
        evidence=tuple(map(_shown, late)),
        since=worst.paused_at,
    )


@check(
    "queue.handlers",
    reads=handled,
    title="The worker has a handler for each task type",
    why="A job without one fails each attempt, and for good in the end.",
)
def handlers(config: Config, facts: Handled) -> Verdict:
    """Judge which declared task types no worker can do, and which have failed for that.

    Where the endpoint does not tell, such as where it cannot be asked from here, those who have
    registered in the database do.
    """
    known = facts.known
    lost = [name for name in facts.unhandled if known is None or name not in known]
    if lost:
        return critical(f"jobs fail without one: {', '.join(lost)}", _register(lost), **_at(lost))
    missing = sorted(set(config.queue.task_types) - set(known or config.queue.task_types))
    if missing:
        observed = f"none for {', '.join(missing)}{_source(facts)}"
        return warning(observed, _register(missing), **_at(missing))
    if facts.unhandled:
        seen = f"there is one now; jobs failed without it in the last hour: {facts.unhandled[0]}"
        fix = remedies.retry(config)
        return warning(seen, fix, value=len(facts.unhandled), evidence=facts.unhandled)
    if known is None:
        return skipped(facts.worker.silence or "it does not tell")
    seen = f"{number(len(config.queue.task_types), 'task type')}{_source(facts)}"
    return ok(seen, value=0, evidence=tuple(map(_told, facts.workers)))


@check(
    "queue.undeclared",
    reads=counts,
    title="Each waiting job is of a declared task type",
    why="Its type was taken out of the YAML, and with it, sooner or later, its handler.",
)
def undeclared(config: Config, facts: list[Count]) -> Verdict:
    """Judge whether jobs wait whose task type is declared no more."""
    declared = {*config.queue.task_types, SMOKE_TASK_TYPE}
    waiting: Counter[str] = Counter()
    for each in facts:
        if each.status == "pending" and each.task_type not in declared:
            waiting[each.task_type] += each.jobs
    if not waiting:
        return ok("all are", value=0)
    shown = tuple(f"{jobs:,} {name}" for name, jobs in waiting.most_common())
    cancel = remedies.cancel_waiting(config, waiting.most_common(1)[0][0])
    return warning(
        f"waiting: {', '.join(shown)}",
        f"declare it under queue.task_types again, or {cancel}",
        value=waiting.total(),
        evidence=shown,
        declared_at=("queue", "task_types"),
    )


def _late_s(pause: Pause) -> float:
    """Return since when it should have had an end, in seconds."""
    return pause.age_s if pause.past_end_s is None else pause.past_end_s


def _shown(pause: Pause) -> str:
    what = _what(pause)
    only = "" if pause.task_type == "*" else f" for {pause.task_type}"
    end = "without an end"
    if pause.past_end_s is not None:
        over = f"{span(abs(pause.past_end_s))}"
        end = f"{over} past its end" if pause.past_end_s > 0 else f"for another {over}"
    return f"{what}{only} by {pause.paused_by} since {span(pause.age_s)}, {end}: {pause.reason}"


def _what(pause: Pause) -> str:
    if not pause.is_of_chain:
        return f"cron {', '.join(pause.stopped)}"
    return "every queue" if pause.queue == "*" else f"`{pause.queue}`"


def _source(facts: Handled) -> str:
    return f", by {number(len(facts.workers), 'registered worker')}" if facts.is_by_registry else ""


def _told(worker: Registered) -> str:
    handlers = number(len(worker.handlers), "handler")
    return f"{worker.title}: {handlers}, seen {span(worker.age_s)} ago"


def _register(names: list[str]) -> str:
    return f"register a handler for {', '.join(names)} and deploy the worker"


def _at(names: list[str]) -> dict[str, object]:
    return {
        "value": len(names),
        "evidence": tuple(names),
        "declared_at": ("queue", "task_types", names[0]),
    }
