"""Read the cron jobs, their runs, and whether anything starts them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from psycopg import errors

from supaops.config.model import Config
from supaops.db.connect import Connection
from supaops.db.cron_pause import cron_pauses
from supaops.db.environment import GuardState
from supaops.db.errors import translated
from supaops.db.live import PAUSED, LiveObject, Recorded, State
from supaops.db.operators import composed
from supaops.db.pause import Pause
from supaops.db.queries import query
from supaops.errors import DatabaseError
from supaops.render.resource import Kind, canonical

_Item = TypeVar("_Item")
_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class LiveJob:
    """A job as pg_cron has it.

    Attributes:
        own_name: its name, when it belongs to our role and database; None for anybody else's.
    """

    jobid: int
    name: str
    own_name: str | None
    schedule: str
    command: str
    active: bool
    owner: str
    database: str


@dataclass(frozen=True, slots=True)
class Scheduler:
    """Whether pg_cron starts anything, and whether the database may act.

    Attributes:
        timezone: what schedules are in; they are declared in UTC.
    """

    is_alive: bool
    launches: bool
    log_run: bool
    timezone: str
    guard_state: GuardState
    disarmed_by: str | None
    disarmed_at: datetime | None
    disarmed_reason: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """One run of pg_cron, beside the answer that its post got.

    Attributes:
        started_at, took_s: None for a run that did not start, or goes on.
        http_outcome: as in the cron history; None for a run that posts nothing.
    """

    jobid: int
    runid: int
    status: str
    message: str | None
    started_at: datetime | None
    took_s: float | None
    http_status: int | None
    http_outcome: str | None
    claimed: int | None


@dataclass(frozen=True, slots=True)
class HandRun:
    """One run that somebody began from the control room."""

    job: str
    ended_at: datetime
    actor: str
    reason: str | None
    succeeded: bool
    message: str | None
    took_s: float | None
    http_outcome: str | None
    http_status: int | None
    claimed: int | None


@dataclass(frozen=True, slots=True)
class CronBoard:
    """Everything about the cron jobs at one moment.

    Attributes:
        state: the cron jobs' part of what a plan compares; the rest of it is empty.
        runs: by jobid, newest first.
        hand_runs: by the job's name, newest first.
        pauses: by the job's name.
    """

    jobs: tuple[LiveJob, ...]
    state: State
    scheduler: Scheduler
    runs: Mapping[int, tuple[Run, ...]]
    hand_runs: Mapping[str, tuple[HandRun, ...]]
    pauses: Mapping[str, Pause]


def read_board(conn: Connection, config: Config) -> CronBoard:
    """Read it in five statements, inside a transaction that sees one moment.

    Raises: DatabaseError, as when nothing was ever applied.
    """
    with _installed(config):
        rows = conn.execute(query("page_cron.jobs"), binary=True).fetchall()
        pauses = cron_pauses(conn)
        scheduler = conn.execute(query("page_cron.scheduler"), binary=True).fetchone() or {}
        jobs = tuple(_live(row) for row in rows if row["jobid"] is not None)
        ours = [each.jobid for each in jobs if each.own_name in config.cron.jobs]
        runs = _rows(conn, config, "page_cron.runs", {"ours": ours})
        by_hand = _rows(conn, config, "page_cron.hand_runs", {"jobs": list(config.cron.jobs)})
    return CronBoard(
        jobs=jobs,
        state=_state(rows, pauses),
        scheduler=Scheduler(**{**scheduler, "guard_state": GuardState(scheduler["guard_state"])}),
        runs=_grouped((Run(**row) for row in runs), lambda run: run.jobid),
        hand_runs=_grouped((HandRun(**row) for row in by_hand), lambda run: run.job),
        pauses=pauses,
    )


@contextmanager
def _installed(config: Config) -> Iterator[None]:
    try:
        with translated("reading the cron jobs"):
            yield
    except DatabaseError as error:
        if not isinstance(error.__cause__, (errors.UndefinedTable, errors.UndefinedFunction)):
            raise
        raise DatabaseError(
            "nothing was applied to this database yet, or by an older supaops",
            hint=f"supaops apply --env {config.environment}",
        ) from error


def _rows(
    conn: Connection, config: Config, name: str, values: dict[str, Any]
) -> list[dict[str, Any]]:
    # In binary form a time does not depend on the role's DateStyle.
    return conn.execute(composed(name, config), values, binary=True).fetchall()


def _live(row: Mapping[str, Any]) -> LiveJob:
    return LiveJob(**{name: row[name] for name in LiveJob.__slots__})


def _state(rows: list[dict[str, Any]], pauses: Mapping[str, Pause]) -> State:
    live = [_object(row, pauses) for row in rows if row["own_name"] is not None]
    recorded = [_recorded(row["recorded"]) for row in rows if row["recorded"]]
    return State(
        role="",
        database="",
        database_id="",
        live={each.address: each for each in live},
        recorded={each.address: each for each in recorded},
        secret_digests={},
    )


def _object(row: Mapping[str, Any], pauses: Mapping[str, Pause]) -> LiveObject:
    spec = {key: row[key] for key in ("schedule", "command", "active")}
    facts = {"jobid": row["jobid"], PAUSED: row["own_name"] in pauses and not row["active"]}
    return LiveObject(Kind.CRON_JOB, row["own_name"], canonical(spec), facts)


def _recorded(row: Mapping[str, Any]) -> Recorded:
    fields = {name: row[name] for name in Recorded.__slots__}
    return Recorded(**{**fields, "kind": Kind(row["kind"])})


def _grouped(items: Iterable[_Item], key: Callable[[_Item], _Key]) -> dict[_Key, tuple[_Item, ...]]:
    found: dict[_Key, list[_Item]] = {}
    for each in items:
        found.setdefault(key(each), []).append(each)
    return {name: tuple(group) for name, group in found.items()}
