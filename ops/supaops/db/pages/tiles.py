"""Read what the numbers above the list of jobs are made of, without a scan."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.errors import translated
from supaops.db.filtering import Filter
from supaops.db.health.queue import Count, Pause, Trend, read_counts, read_held, read_trends
from supaops.db.operators import composed
from supaops.db.pages.search import FIRST_LOOK, next_look
from supaops.db.walking import LAST_ID, STATES, few

AT_MOST = 3_000
"""How many marks of waiting jobs are counted one by one: some milliseconds."""
LOOKED = 20_000
"""How many of the newest jobs a deep filter is counted among at most."""
BUDGET_S = 0.04
"""For how long they are looked at: payloads may be large."""
_OPEN = ("pending", "running", "failed")


@dataclass(frozen=True, slots=True)
class Number:
    """How many jobs there are; not `is_exact` means at least as many."""

    jobs: int
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class Chain:
    """The link from pg_cron to the worker, as the newest answered post tells it.

    Attributes:
        active_jobs: how many of the declared cron jobs may run.
        posted_at, answered_at, status_code, is_error: of that post; None without one.
    """

    now: datetime
    scheduler_alive: bool
    active_jobs: int
    posted_at: datetime | None
    answered_at: datetime | None
    status_code: int | None
    is_error: bool | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the tiles say.

    Attributes:
        looked: among how many of the newest jobs a deep filter was counted; None: among all.
        by_status: how many jobs of the filter's queue and task type there are, by status.
        succeeded: how many did in the window; None where nothing has counted them.
        counts, pauses, trends: of all queues and task types.
    """

    ready: Number
    scheduled: Number
    retrying: Number
    running: Number
    failed: Number
    succeeded: Number | None
    looked: int | None
    by_status: Mapping[str, int]
    counts: list[Count]
    pauses: tuple[Pause, ...]
    trends: list[Trend]
    chain: Chain


def read_numbers(conn: Connection, config: Config, wanted: Filter, window: timedelta) -> Numbers:
    """Read what the tiles say of the jobs that a filter finds, whatever status it names.

    Args:    window: how long ago a job may have succeeded to be counted as that.
    Raises:  DatabaseError.
    """
    counts = read_counts(conn, config.queue)
    by_status = wanted.within(counts)
    patience_s = config.slo.freshness.within.total_seconds()
    whatever = replace(wanted, statuses=None)
    counted = (
        _counted(conn, config, whatever, by_status, window)
        if whatever.is_counted
        else _found(conn, config, whatever, by_status, window)
    )
    return Numbers(
        **counted,
        by_status=by_status,
        counts=counts,
        pauses=read_held(conn, config.queue, patience_s).pauses,
        trends=read_trends(conn),
        chain=Chain(**_one(conn, config, "chain", {})),
    )


def _counted(
    conn: Connection,
    config: Config,
    wanted: Filter,
    by_status: Mapping[str, int],
    window: timedelta,
) -> dict[str, Any]:
    """Return the numbers of a filter by queue and task type."""
    pending = by_status.get("pending", 0)
    told = {"by_lane": pending < AT_MOST, "at_most": AT_MOST}
    found = _one(conn, config, "waiting", {**wanted.parameters, **told})
    ready, scheduled = _split(pending, found["due"], found["upcoming"])
    return {
        "ready": ready,
        "scheduled": scheduled,
        "retrying": Number(found["retrying"], found["are_all_retrying"]),
        "running": Number(by_status.get("running", 0)),
        "failed": Number(by_status.get("failed", 0)),
        "succeeded": _succeeded(conn, config, wanted, window),
        "looked": None,
    }


def _split(pending: int, due: int, upcoming: int) -> tuple[Number, Number]:
    """Return how many are due and how many are not; what one count has missed the other tells."""
    if due < AT_MOST:
        return Number(due), Number(upcoming if upcoming < AT_MOST else max(pending - due, 0))
    if upcoming < AT_MOST:
        return Number(max(pending - upcoming, due)), Number(upcoming)
    return Number(due, is_exact=False), Number(upcoming, is_exact=False)


def _succeeded(
    conn: Connection, config: Config, wanted: Filter, window: timedelta
) -> Number | None:
    """Return how many have succeeded; the counts of each minute do not know of task types."""
    if wanted.task_type is not None:
        found = _looked_at(conn, config, wanted, window)
        number: Number = found["succeeded"]
        return number
    row = _one(conn, config, "succeeded", {"window": window, "queue": wanted.queue})
    return None if row["jobs"] is None else Number(row["jobs"])


def _found(
    conn: Connection,
    config: Config,
    wanted: Filter,
    by_status: Mapping[str, int],
    window: timedelta,
) -> dict[str, Any]:
    """Return the numbers of a deep filter: of all jobs where few have not ended well."""
    numbers = _looked_at(conn, config, wanted, window)
    found = few(conn, config, replace(wanted, statuses=_OPEN), by_status)
    known = {} if found is None else found.by_state
    return {**numbers, **{name: Number(jobs) for name, jobs in known.items()}}


def _looked_at(
    conn: Connection, config: Config, wanted: Filter, window: timedelta
) -> dict[str, Any]:
    """Return the numbers of any filter, among as many of the newest jobs as the time allows."""
    found, last_id, jobs = Counter[str](), LAST_ID, FIRST_LOOK
    deadline = time.monotonic() + BUDGET_S
    is_exact = is_over = False
    while not is_over:
        began = time.monotonic()
        place = {"from_id": last_id, "window": min(jobs, LOOKED - found["looked"])}
        row = _one(conn, config, "matching", {**wanted.parameters, **place, "within": window})
        last_id = (row.pop("least_id") or 1) - 1
        is_exact = row["looked"] < place["window"]
        found.update(row)
        jobs = next_look(jobs, time.monotonic() - began)
        is_over = is_exact or found["looked"] >= LOOKED or time.monotonic() >= deadline
    looked = found.pop("looked")
    numbers = {name: Number(found[name], is_exact) for name in (*STATES, "succeeded")}
    return {**numbers, "looked": looked}


def _one(conn: Connection, config: Config, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    with translated("counting the jobs"):
        statement = composed(f"page_tiles.{name}", config)
        # In binary form a time does not depend on the role's DateStyle.
        [row] = conn.execute(statement, values, binary=True).fetchall()
    return row
