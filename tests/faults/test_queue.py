"""Faults of the checks ``queue.*``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from supaops.db.connect import Connection, connect
from supaops.status import Severity
from tests.faults.conftest import HEALTHY
from tests.faults.fault import Fault, Injection, Scene, nothing, sql
from tests.faults.matrix import assert_told
from tests.waiting import until

pytestmark = pytest.mark.stack

ONE_JOB = "select public.job_queue_enqueue('game_platform_sync');"
BY_HAND = "set local session_replication_role = {};"
"""`replica`: nothing puts right what is written next; `origin`: as usual again."""
READY = (
    ONE_JOB
    + BY_HAND.format("replica")
    + "update public.job_queue set ready_at = now() - interval '{age}';"
    + BY_HAND.format("origin")
    # No rollback undoes that; the next survey does, and nobody is misled meanwhile.
    + "select setval(floor, 1) from supaops.lane;"
)
NO_SAMPLES = "delete from supaops.sample;"
LANE = (
    "(select min(id) from supaops.lane"
    " where queue = 'default' and task_type = 'game_platform_sync')"
)
GROWN = (
    READY.format(age="1 second")
    + f"insert into supaops.tally (lane, pending) select {LANE}, {{jobs}}; {NO_SAMPLES}"
    " insert into supaops.sample (at, queue, pending, running, succeeded, failed, cancelled)"
    " select now() - m * interval '1 minute', 'default', {before}, 1, 100 - {rate} * m, 0, 0"
    " from generate_series(1, 59) m;"
)
DEAD = (
    "select public.job_queue_enqueue('game_platform_sync', max_attempts := 1)"
    " from generate_series(1, {jobs});"
    " select public.job_queue_mark_failed(id, 'ValueError: a secret payload', lease_id)"
    " from public.job_queue_claim({jobs}, 'pytest', null, interval '5 min');"
)
LONG_AGO = (
    BY_HAND.format("replica")
    + "update public.job_queue set completed_at = now() - interval '5 hours';"
    + "update supaops.attempt set finished_at = now() - interval '5 hours';"
    + BY_HAND.format("origin")
)
FAILING = (
    "select public.job_queue_enqueue('game_platform_sync') from generate_series(1, 25);"
    " create temporary table claimed on commit drop as"
    " select * from public.job_queue_claim(25, 'pytest', null, interval '5 min');"
    " select public.job_queue_mark_failed(id, 'ValueError: no', lease_id)"
    " from claimed order by id limit 5;"
    " select public.job_queue_mark_succeeded(id, lease_id) from claimed order by id offset 5;"
)
EXPIRED = (
    "select public.job_queue_enqueue('game_platform_sync') from generate_series(1, {jobs});"
    " select public.job_queue_claim(1, 'lost:1', null, interval '5 min')"
    " from generate_series(1, {jobs});"
    + BY_HAND.format("replica")
    + "update supaops.lease set expires_at = now() - interval '3 minutes'"
    " where worker = 'lost:1';" + BY_HAND.format("origin")
)
PAUSED = (
    "select public.job_queue_pause('default', 'upstream is down');"
    " update supaops.pause set paused_at = now() - interval '{age}';"
)
UNDECLARED = (
    "insert into supaops.task_type (name, queue, max_attempts, timeout)"
    " values ('retired', 'default', 3, '30 s');"
    " select public.job_queue_enqueue('retired');"
)
DEAD_ROWS = (
    "insert into supaops.audit (actor, action, target)"
    " select 'pytest', 'retry', 'job:1' from generate_series(1, 20000)"
)
OVERDUE_JOB = (
    ONE_JOB
    + BY_HAND.format("replica")
    + "update public.job_queue set status = 'succeeded', ready_at = null,"
    " completed_at = now() - interval '{age}'; " + BY_HAND.format("origin")
)


@contextmanager
def aside(scene: Scene) -> Iterator[Connection]:
    """Return a connection of its own, whose work is not rolled back with the scene."""
    with connect(scene.project.url, application_name="a long report") as conn:
        yield conn


@contextmanager
def held_snapshot(scene: Scene) -> Iterator[None]:
    """Have another session hold a snapshot, idle in a transaction."""
    with aside(scene) as conn, conn.transaction():
        conn.execute("set transaction isolation level repeatable read")
        conn.execute("select count(*) from public.job_queue")
        yield


@contextmanager
def dead_rows(scene: Scene) -> Iterator[None]:
    """Leave dead rows in a table, and have no vacuum of the server's come between."""
    with connect(scene.project.url, application_name="pytest") as conn:
        conn.execute("alter table supaops.audit set (autovacuum_enabled = false)")
        try:
            _roll_back_rows(conn)
            yield
        finally:
            conn.execute("alter table supaops.audit reset (autovacuum_enabled)")
            conn.execute("vacuum supaops.audit")


def _roll_back_rows(conn: Connection) -> None:
    with conn.transaction(force_rollback=True):
        conn.execute(DEAD_ROWS.encode())
    conn.execute("select pg_stat_force_next_flush()")
    dead = "select from pg_stat_all_tables where relid = 'supaops.audit'::regclass "
    dead += "and n_dead_tup >= 20000"
    until(lambda: conn.execute(dead.encode()).fetchone() is not None)


@contextmanager
def job_without_a_handler(scene: Scene) -> Iterator[None]:
    """Have the worker fail a job that it knows nothing of."""
    with aside(scene) as conn:
        conn.execute(
            "insert into supaops.task_type (name, queue, max_attempts, timeout)"
            " values ('ghost', 'default', 5, '30 s')"
        )
        conn.execute("select public.job_queue_enqueue('ghost')")
        try:
            failed = "select from supaops.attempt where error like 'UnknownTaskType%'"
            until(lambda: conn.execute(failed).fetchone() is not None)
            yield
        finally:
            conn.execute("delete from public.job_queue where task_type = 'ghost'")
            conn.execute("delete from supaops.task_type where name = 'ghost'")


def thresholds(text: str) -> str:
    """Return the chain's overlay with other thresholds of the queue's checks."""
    return f"{HEALTHY}\nchecks:\n  queue:\n    {text}\n"


def fault(
    check: str,
    name: str,
    severity: Severity,
    inject: Injection,
    observed: str,
    overlay: str | None = None,
    also: tuple[str, ...] = (),
) -> Fault:
    """Return a fault of a check of this group."""
    return Fault(f"queue.{check}", name, severity, inject, overlay, frozenset(also), observed)


UNKNOWN_TYPE = f"{HEALTHY}\nqueue:\n  task_types:\n    report: {{}}\n"
WARNING, CRITICAL, UNKNOWN = Severity.WARNING, Severity.CRITICAL, Severity.UNKNOWN

FAULTS = (
    fault(
        "oldest_ready",
        "a job waits longer than was promised",
        WARNING,
        sql(READY.format(age="2 minutes")),
        "game_platform_sync in `default` has waited 2 min",
    ),
    fault(
        "oldest_ready",
        "a job waits longer than the critical bound",
        CRITICAL,
        sql(READY.format(age="11 minutes")),
        "has waited 11 min",
    ),
    fault(
        "growth",
        "a queue has grown by two thousand jobs in an hour",
        WARNING,
        sql(GROWN.format(jobs=2000, before=1, rate=1000)),
        "2,001 pending in `default`, +2,000 in 59 min",
    ),
    fault(
        "growth",
        "many jobs wait and nobody took samples",
        UNKNOWN,
        sql(GROWN.format(jobs=2000, before=1, rate=1) + NO_SAMPLES),
        "no record of before",
    ),
    fault(
        "drain_time",
        "at its rate a queue needs half a day",
        WARNING,
        sql(GROWN.format(jobs=5000, before=5001, rate=7)),
        "for 5,001 jobs in `default`",
    ),
    fault(
        "drain_time",
        "jobs wait and none ends",
        CRITICAL,
        sql(GROWN.format(jobs=500, before=501, rate=0)),
        "none ended",
    ),
    fault(
        "expired_leases",
        "a worker was lost with a job",
        WARNING,
        sql(EXPIRED.format(jobs=1)),
        "1 lease with 1 job, the first of worker lost:1",
    ),
    fault(
        "expired_leases",
        "many workers were lost",
        CRITICAL,
        sql(EXPIRED.format(jobs=11)),
        "11 leases with 11 jobs",
    ),
    fault(
        "dead",
        "a job has failed for good",
        WARNING,
        sql(DEAD.format(jobs=1)),
        "1 in the last hour: 1 game_platform_sync with ValueError",
    ),
    fault(
        "dead",
        "a dozen jobs have failed for good",
        CRITICAL,
        sql(DEAD.format(jobs=12)),
        "12 in the last hour",
    ),
    fault(
        "recovery",
        "a job has been dead for longer than the promise",
        WARNING,
        sql(DEAD.format(jobs=1) + LONG_AGO),
        "has waited 5 h",
    ),
    fault(
        "recovery",
        "jobs are failed without a trace of when",
        WARNING,
        sql(f"{ONE_JOB} insert into supaops.tally (lane, failed) select {LANE}, 3"),
        "3 failed longer ago than 4 h",
    ),
    fault(
        "failures",
        "a fifth of the attempts fails",
        WARNING,
        sql(FAILING),
        "5 of 25 attempts failed",
    ),
    fault(
        "paused",
        "a pause without an end is forgotten",
        WARNING,
        sql(PAUSED.format(age="2 hours")),
        "`default` by",
    ),
    fault(
        "paused",
        "a pause has lasted for days",
        CRITICAL,
        sql(PAUSED.format(age="3 days")),
        "upstream is down",
    ),
    fault(
        "handlers",
        "the worker has no handler for a declared task type",
        WARNING,
        nothing(),
        "none for report",
        overlay=UNKNOWN_TYPE,
        also=("config.drift",),
    ),
    fault(
        "handlers",
        "the worker fails a job for want of a handler",
        CRITICAL,
        job_without_a_handler,
        "jobs fail without one: ghost",
        also=("queue.undeclared",),
    ),
    fault(
        "undeclared",
        "jobs wait whose task type was taken away",
        WARNING,
        sql(UNDECLARED),
        "waiting: 1 retired",
    ),
    fault(
        "counts",
        "a count has become negative",
        WARNING,
        sql(f"{ONE_JOB} insert into supaops.tally (lane, succeeded) select {LANE}, -5"),
        "-5 succeeded game_platform_sync",
    ),
    fault(
        "counts",
        "far more jobs are counted than there are",
        WARNING,
        sql(f"{ONE_JOB} insert into supaops.tally (lane, succeeded) select {LANE}, 50000"),
        "50,001 counted",
    ),
    fault(
        "indexes",
        "the index of the claims was dropped",
        CRITICAL,
        sql("drop index public.job_queue_ready_idx"),
        "missing: job_queue_ready_idx",
    ),
    fault(
        "indexes",
        "an index is not valid",
        CRITICAL,
        sql(
            "update pg_index set indisvalid = false"
            " where indexrelid = 'supaops.attempt_finished_idx'::regclass"
        ),
        "not valid: supaops.attempt_finished_idx",
    ),
    fault(
        "indexes",
        "the primary key is gone",
        CRITICAL,
        sql("alter table public.job_queue drop constraint job_queue_pkey"),
        "no primary key",
    ),
    fault(
        "dead_tuples",
        "a table is full of dead rows",
        CRITICAL,
        dead_rows,
        "supaops.audit: ",
    ),
    fault(
        "xmin",
        "a session holds an old snapshot",
        WARNING,
        held_snapshot,
        "(a long report), idle in transaction",
        overlay=thresholds("xmin: {warning: 1ms}"),
    ),
    fault(
        "retention",
        "succeeded jobs are there long after their time",
        WARNING,
        sql(OVERDUE_JOB.format(age="18 days")),
        "succeeded jobs are there 4 d longer",
    ),
    fault(
        "retention",
        "the ledger is trimmed no more",
        CRITICAL,
        sql(
            "update supaops.dispatch set created_at = now() - interval '40 days'"
            " where id = (select min(id) from supaops.dispatch)"
        ),
        "posts to the worker are there 10 d longer",
    ),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.check}: {fault.name}")
def test_a_fault_turns_its_check_and_no_other(
    scene: Scene, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    assert_told(scene, fault, record_property)
