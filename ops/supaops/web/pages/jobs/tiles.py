"""The tiles above the list: each a number, of what, and the way to what it counts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from supaops.checks.finding import Verdict
from supaops.checks.queue.facts import Course, Waiting
from supaops.checks.queue.waiting import drain_time, oldest_ready
from supaops.config.duration import parse_duration
from supaops.config.model import Config
from supaops.db.health.queue import Count
from supaops.db.pages.tiles import Chain, Number, Numbers
from supaops.report.times import ago, span
from supaops.status import Severity
from supaops.web.pages.jobs.filters import Asked, Understood
from supaops.web.site import BASE

_LEVELS = {Severity.WARNING: "warning", Severity.CRITICAL: "critical"}
_GOOD = range(200, 300)


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile.

    Attributes:
        note: of which time and which jobs it is.
        level: ``warning`` or ``critical``; empty when all is well, or it is about no quality.
        current: the list shows just these.
    """

    label: str
    value: str
    href: str
    note: str
    level: str = ""
    current: bool = False


def tiles(config: Config, seen: Understood, numbers: Numbers) -> list[Tile]:
    """Return the tiles of a filter."""
    return [*_numbers(seen, numbers), *_waiting(config, seen, numbers), *_chain(numbers.chain)]


def window_of(seen: Understood) -> timedelta:
    """Return how long ago a job may have succeeded to be counted."""
    return parse_duration(seen.window)


def _numbers(seen: Understood, numbers: Numbers) -> list[Tile]:
    asked = seen.asked
    return [
        _pending(seen, numbers),
        _count(asked, "Running", "running", numbers.running, numbers, "at a worker"),
        _count(asked, "Retrying", "retrying", numbers.retrying, numbers, "to be tried again"),
        _count(asked, "Scheduled", "scheduled", numbers.scheduled, numbers, "due later"),
        _failed(asked, numbers),
        _succeeded(seen, numbers),
    ]


def _count(
    asked: Asked, label: str, status: str, number: Number, numbers: Numbers, note: str
) -> Tile:
    return Tile(
        label,
        _told(number),
        _to(asked.but(status=(status,))),
        note if number.is_exact else _scope(numbers),
        current=asked.status == (status,),
    )


def _pending(seen: Understood, numbers: Numbers) -> Tile:
    ready, scheduled = numbers.ready, numbers.scheduled
    pending = Number(ready.jobs + scheduled.jobs, ready.is_exact and scheduled.is_exact)
    if seen.wanted.is_counted:  # where many wait, their parts are counted up to a limit
        pending = Number(numbers.by_status.get("pending", 0), is_exact=True)
    note = f"{_told(ready)} due now"
    return _count(seen.asked, "Pending", "pending", pending, numbers, note)


def _failed(asked: Asked, numbers: Numbers) -> Tile:
    tile = _count(asked, "Failed", "failed", numbers.failed, numbers, "for good")
    level = "critical" if numbers.failed.jobs else ""
    return Tile(tile.label, tile.value, tile.href, tile.note, level, tile.current)


def _succeeded(seen: Understood, numbers: Numbers) -> Tile:
    number, within = numbers.succeeded, f"in the last {seen.window}"
    if number is not None and not number.is_exact:
        within = f"{within}, {_scope(numbers)}"
    to = seen.asked.but(status=("succeeded",), since=seen.window, until="")
    value = "—" if number is None else _told(number)
    note = "no minute was counted yet" if number is None else within
    return Tile("Succeeded", value, _to(to), note, current=seen.asked.status == ("succeeded",))


def _waiting(config: Config, seen: Understood, numbers: Numbers) -> list[Tile]:
    """Return what the checks say of waiting, for the filter's queue and task type."""
    asked = seen.asked
    ours = [each for each in numbers.counts if _is_ours(asked, each)]
    queues = [each for each in numbers.counts if asked.queue in ("", each.queue)]
    trends = [each for each in numbers.trends if asked.queue in ("", each.queue)]
    oldest = oldest_ready.judge(config, Waiting(ours, numbers.pauses))
    drain = drain_time.judge(config, Course(queues, trends))
    promised = span(oldest.bounds.warning or config.slo.freshness.within.total_seconds())
    of_queue = f"in {asked.queue}" if asked.queue else "the slowest queue"
    # Of what else is asked for these two know nothing, and say so.
    promise = f"promised in {promised}" + ("" if seen.wanted.is_counted else _any(asked))
    return [
        _age("Oldest ready", oldest, asked.but(status=("ready",)), promise),
        _age("Time to drain", drain, asked.but(status=("pending",), task_type=""), of_queue),
    ]


def _age(label: str, verdict: Verdict, to: Asked, note: str) -> Tile:
    value = span(verdict.value) if verdict.value else "—"
    note = note if verdict.value else verdict.observed
    return Tile(label, value, _to(to), note, _LEVELS.get(verdict.severity, ""))


def _chain(chain: Chain) -> list[Tile]:
    jobs = "1 cron job" if chain.active_jobs == 1 else f"{chain.active_jobs} cron jobs"
    level = "" if chain.scheduler_alive else "critical"
    scheduler = Tile(
        "Scheduler",
        "runs" if chain.scheduler_alive else "stopped",
        f"{BASE}/cron",
        f"{jobs} active",
        level or ("" if chain.active_jobs else "warning"),
    )
    return [scheduler, _outcome(chain)]


def _outcome(chain: Chain) -> Tile:
    """Return what the worker has answered last."""
    if chain.posted_at is None:
        return Tile("Last HTTP", "—", f"{BASE}/cron", "nothing was posted yet")
    when = ago(chain.answered_at or chain.posted_at, chain.now)
    is_good = chain.status_code in _GOOD and not chain.is_error
    if chain.answered_at is None:
        return Tile("Last HTTP", "waits", f"{BASE}/cron", f"posted {when}")
    value = str(chain.status_code or "no answer")
    return Tile("Last HTTP", value, f"{BASE}/cron", when, "" if is_good else "critical")


def _scope(numbers: Numbers) -> str:
    if numbers.looked is None:
        return "at least so many"
    return f"of the newest {numbers.looked:,} jobs"


def _told(number: Number) -> str:
    return f"{number.jobs:,}" + ("" if number.is_exact else "+")


def _any(asked: Asked) -> str:
    return f", any {' '.join(filter(None, (asked.queue, asked.task_type)))} job".replace("  ", " ")


def _is_ours(asked: Asked, count: Count) -> bool:
    return asked.queue in ("", count.queue) and asked.task_type in ("", count.task_type)


def _to(asked: Asked) -> str:
    return f"{BASE}?{asked.query}"
