"""What the checks ``queue.*`` say about the facts they are shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from supaops.checks.check import AnyCheck
from supaops.checks.queue.facts import Counted, Course, Dead, Handled, Waiting
from supaops.checks.queue.failing import failures, recently_dead, recovery
from supaops.checks.queue.stopped import handlers, paused, undeclared
from supaops.checks.queue.upkeep import counts_are_right, dead_tuples, indexes, retention, xmin
from supaops.checks.queue.waiting import drain_time, expired_leases, growth, oldest_ready
from supaops.checks.worker.facts import Described
from supaops.config import load
from supaops.db.health.dead import DeadGroup, DeadJob, DeadJobs
from supaops.db.health.queue import Count, ExpiredLease, Held, Pause, Trend
from supaops.db.health.recent import RecentJobs
from supaops.db.health.tables import Holder, MissingIndex, TableRows, Tables
from supaops.db.workers import Registered
from supaops.status import Severity
from tests.projects import ROOT

CONFIG = load(ROOT / "ops" / "config" / "job_queue.yaml", "local")
MOMENT = datetime(2026, 1, 31, tzinfo=UTC)
OK, WARNING, CRITICAL = Severity.OK, Severity.WARNING, Severity.CRITICAL
UNKNOWN, SKIPPED = Severity.UNKNOWN, Severity.SKIPPED
SYNC, HOUR, DAY = "game_platform_sync", 3600.0, 86_400.0


def count(jobs: int = 1, **changes: Any) -> Count:
    """Return jobs of the default queue, pending unless said otherwise."""
    known: dict[str, Any] = {"queue": "default", "task_type": SYNC, "status": "pending"}
    return Count(**{**known, "jobs": jobs, **changes})


def ready(age_s: float, **changes: Any) -> Count:
    return count(oldest_ready_at=MOMENT, ready_age_s=age_s, **changes)


def pause(**changes: Any) -> Pause:
    """Return a pause of the default queue that was made a minute ago and has no end."""
    known: dict[str, Any] = {
        "queue": "default",
        "task_type": "*",
        "reason": "upstream is down",
        "paused_by": "ann",
        "paused_at": MOMENT,
        "until": None,
        "how": "flag",
        "age_s": 60.0,
        "past_end_s": None,
    }
    return Pause(**known | changes)


def course(pending: int, *trends: Trend, ready_age_s: float | None = 1.0) -> Course:
    return Course([count(pending, ready_age_s=ready_age_s)], list(trends))


def trend(**changes: Any) -> Trend:
    known: dict[str, Any] = {"earlier": 0, "earlier_age_s": HOUR, "waiting_s": 900.0, "ended": 900}
    return Trend("default", **known | changes)


def tables(*rows: TableRows, **changes: Any) -> Tables:
    """Return sound tables, with changes."""
    known: dict[str, Any] = {"missing": (), "invalid": (), "has_key": True, "estimate": -1}
    jobs = TableRows("public.job_queue", 0, 10)
    return Tables(tables=(jobs, *rows), queue="public.job_queue", **known | changes)


def holder(**changes: Any) -> Holder:
    known: dict[str, Any] = {
        "kind": "session",
        "pid": 42,
        "name": "postgres",
        "application": "report",
        "state": "idle in transaction",
        "age_s": HOUR,
    }
    return Holder(**known | changes)


def handled(
    task_types: set[str] | None,
    *unhandled: str,
    silence: str = "",
    registered: tuple[str, ...] | None = None,
) -> Handled:
    known = None if task_types is None else frozenset(task_types)
    workers = () if registered is None else (Registered("w", frozenset(registered), "1.4.0", 20),)
    return Handled(Described(silence, "supaops 1", known), unhandled, workers)


def dead(counted: int = 0, **changes: Any) -> Dead:
    return Dead(DeadJobs(**changes), counted)


GROUP = DeadGroup(SYNC, "ValueError", 2, 7)
MISSING = MissingIndex("job_queue_ready_idx", "create index job_queue_ready_idx\n  on x (lane)")
SLOT = holder(kind="slot", pid=None, name="standby", application=None, state="not in use")
PREPARED = holder(kind="prepared", pid=None, name="it's", application=None, state="prepared by x")
CLEANUP_PAUSED = pause(queue="*", how="cron", stopped=("cleanup",), is_of_chain=False)

CASES: list[tuple[AnyCheck, Any, Severity, str]] = [
    # An hour's wait in a paused queue is the pause's matter.
    (oldest_ready, Waiting([]), OK, "none waits"),
    (oldest_ready, Waiting([count(3)]), OK, "none waits"),
    (oldest_ready, Waiting([ready(HOUR)], (pause(),)), OK, "none waits, but for paused ones"),
    (oldest_ready, Waiting([ready(60)]), OK, f"{SYNC} in `default` has waited 1 min"),
    (oldest_ready, Waiting([ready(61)]), WARNING, f"{SYNC} in `default` has waited 1 min 1 s"),
    (oldest_ready, Waiting([ready(601)]), CRITICAL, f"{SYNC} in `default` has waited 10 min 1 s"),
    (
        oldest_ready,
        Waiting([ready(700)], (CLEANUP_PAUSED,)),
        CRITICAL,
        f"{SYNC} in `default` has waited 11 min 40 s",
    ),
    (
        oldest_ready,
        Waiting([ready(700)], (pause(queue="other"),)),
        CRITICAL,
        f"{SYNC} in `default` has waited 11 min 40 s",
    ),
    (
        oldest_ready,
        Waiting([ready(700)], (pause(past_end_s=1.0),)),
        CRITICAL,
        f"{SYNC} in `default` has waited 11 min 40 s",
    ),
    (
        oldest_ready,
        Waiting([ready(700), ready(70, task_type="b")], (pause(queue="*", task_type=SYNC),)),
        WARNING,
        "b in `default` has waited 1 min 10 s",
    ),
    (growth, course(0), OK, "0 pending"),
    (growth, course(1000), OK, "1,000 pending"),
    (growth, course(1001), UNKNOWN, "1,001 pending in `default`, and no record of before"),
    (growth, course(5, trend(earlier=5)), OK, "5 pending in `default`, as many as before"),
    (growth, course(5, trend(earlier=9)), OK, "5 pending in `default`, -4 in 1 h"),
    (growth, course(1000, trend()), OK, "1,000 pending in `default`, +1,000 in 1 h"),
    (growth, course(1001, trend()), WARNING, "1,001 pending in `default`, +1,001 in 1 h"),
    (growth, course(10_001, trend()), CRITICAL, "10,001 pending in `default`, +10,001 in 1 h"),
    (drain_time, course(10**6), OK, "nothing has waited for long"),
    (drain_time, course(10**6, trend(), ready_age_s=None), OK, "nothing has waited for long"),
    (drain_time, course(10**6, trend(waiting_s=299.0)), OK, "nothing has waited for long"),
    (
        drain_time,
        course(3600, trend()),
        OK,
        "1 h for 3,600 jobs in `default`: 900 ended in 15 min",
    ),
    (
        drain_time,
        course(3660, trend()),
        WARNING,
        "1 h 1 min for 3,660 jobs in `default`: 900 ended in 15 min",
    ),
    (
        drain_time,
        course(97, trend(ended=0)),
        CRITICAL,
        "more than 1 d 15 min for 97 jobs in `default`: none ended",
    ),
    (expired_leases, Held(), OK, "none"),
    (
        expired_leases,
        Held(leases=(ExpiredLease(1, "host:1", MOMENT, 3), ExpiredLease(2, "b", MOMENT, 1))),
        WARNING,
        "2 leases with 4 jobs, the first of worker host:1",
    ),
    (
        expired_leases,
        Held(leases=tuple(ExpiredLease(n, "a", MOMENT, 1) for n in range(11))),
        CRITICAL,
        "11 leases with 11 jobs, the first of worker a",
    ),
    (paused, Held(), OK, "none"),
    (
        paused,
        Held((pause(),)),
        OK,
        "`default` by ann since 1 min, without an end: upstream is down",
    ),
    (
        paused,
        Held((pause(age_s=DAY, until=MOMENT, past_end_s=-HOUR),)),
        OK,
        "`default` by ann since 1 d, for another 1 h: upstream is down",
    ),
    (paused, Held((pause(age_s=DAY, until=MOMENT, past_end_s=HOUR),)), OK, "none"),
    (
        paused,
        Held((pause(queue="*", task_type=SYNC, age_s=HOUR + 60),)),
        WARNING,
        f"every queue for {SYNC} by ann since 1 h 1 min, without an end: upstream is down",
    ),
    (
        paused,
        Held((pause(age_s=9 * DAY), pause(queue="b", age_s=2 * DAY))),
        CRITICAL,
        "`default` by ann since 9 d, without an end: upstream is down",
    ),
    (
        paused,
        Held((pause(how="secret", age_s=DAY, until=MOMENT, past_end_s=2 * HOUR),)),
        WARNING,
        "`default` by ann since 1 d, 2 h past its end: upstream is down",
    ),
    (handlers, handled({SYNC, "more"}), OK, "1 task type"),
    (handlers, handled({"more"}), WARNING, f"none for {SYNC}"),
    (handlers, handled({SYNC}, "ghost"), CRITICAL, "jobs fail without one: ghost"),
    (
        handlers,
        handled({SYNC}, SYNC),
        WARNING,
        f"there is one now; jobs failed without it in the last hour: {SYNC}",
    ),
    (handlers, handled(None, "ghost"), CRITICAL, "jobs fail without one: ghost"),
    (
        handlers,
        handled(None, silence="it does not tell what it is: HTTP 405"),
        SKIPPED,
        "it does not tell what it is: HTTP 405",
    ),
    (handlers, handled(None, registered=(SYNC,)), OK, "1 task type, by 1 registered worker"),
    (handlers, handled({SYNC}, registered=("more",)), OK, "1 task type"),
    (
        handlers,
        handled(None, registered=("more",)),
        WARNING,
        f"none for {SYNC}, by 1 registered worker",
    ),
    (handlers, handled(None, silence="HTTP 405", registered=("*",)), SKIPPED, "HTTP 405"),
    (handlers, handled(None, silence="HTTP 405", registered=()), SKIPPED, "HTTP 405"),
    (
        handlers,
        handled(None, SYNC, registered=(SYNC,)),
        WARNING,
        f"there is one now; jobs failed without it in the last hour: {SYNC}",
    ),
    (undeclared, [count(2), count(task_type="supaops_smoke")], OK, "all are"),
    (undeclared, [count(9, task_type="old", status="succeeded")], OK, "all are"),
    (
        undeclared,
        [count(2, task_type="old"), count(3, task_type="old", queue="b")],
        WARNING,
        "waiting: 5 old",
    ),
    (recently_dead, DeadJobs(), OK, "none in the last hour"),
    (
        recently_dead,
        DeadJobs((GROUP,)),
        WARNING,
        f"2 in the last hour: 2 {SYNC} with ValueError, such as job 7",
    ),
    (
        recently_dead,
        DeadJobs((DeadGroup(SYNC, None, 11, 7),)),
        CRITICAL,
        f"11 in the last hour: 11 {SYNC}, such as job 7",
    ),
    (failures, [], OK, "no attempt within an hour"),
    (
        failures,
        [RecentJobs("a", 1, 1, 1, 0, 1, attempts=19, failed_attempts=19)],
        OK,
        "19 attempts within an hour, too few for a share",
    ),
    (
        failures,
        [RecentJobs("a", 1, 1, 1, 0, 1, attempts=20, failed_attempts=1)],
        OK,
        "1 of 20 attempts failed within an hour",
    ),
    (
        failures,
        [RecentJobs("a", 1, 1, 1, 0, 1, 20, 2), RecentJobs("b", 1, 1, 1, 0, 1, 10, 0)],
        WARNING,
        "2 of 30 attempts failed within an hour",
    ),
    (
        failures,
        [RecentJobs("a", 1, 1, 1, 0, 1, attempts=20, failed_attempts=11)],
        CRITICAL,
        "11 of 20 attempts failed within an hour",
    ),
    (recovery, dead(), OK, "none is failed"),
    (recovery, dead(2, young=2), OK, "2 failed, for no longer than 4 h"),
    (recovery, dead(3, young=2), WARNING, "1 failed longer ago than 4 h"),
    (
        recovery,
        dead(3, young=1, oldest=DeadJob(9, MOMENT, 5 * HOUR)),
        WARNING,
        "2 failed longer ago than 4 h; job 9 has waited 5 h",
    ),
    (
        recovery,
        dead(9000, young=5000, is_cut_off=True),
        UNKNOWN,
        "9,000 failed, too many attempts to tell since when",
    ),
    (dead_tuples, tables(TableRows("supaops.lease", 10_000, 0)), OK, "few"),
    (
        dead_tuples,
        tables(TableRows("supaops.lease", 30_000, 70_000)),
        OK,
        "supaops.lease: 30,000 dead rows beside 70,000",
    ),
    (
        dead_tuples,
        tables(TableRows("supaops.lease", 31_000, 69_000), TableRows("b", 11_000, 99_000)),
        WARNING,
        "supaops.lease: 31,000 dead rows beside 69,000",
    ),
    (xmin, [], OK, "no old snapshot"),
    (
        xmin,
        [holder(age_s=60.0)],
        OK,
        "held for 1 min by pid 42, postgres (report), idle in transaction",
    ),
    (xmin, [holder()], WARNING, "held for 1 h by pid 42, postgres (report), idle in transaction"),
    (xmin, [PREPARED], WARNING, "held for 1 h by transaction it's, prepared by x"),
    (xmin, [SLOT], WARNING, "held for 1 h by replication slot standby, not in use"),
    (
        xmin,
        [holder(kind="slot", name="s", state="not in use", age_s=None, is_idle_slot=True)],
        WARNING,
        "replication slot s, not in use holds it",
    ),
    (
        xmin,
        [holder(application=None, state=None, age_s=3 * HOUR), SLOT],
        CRITICAL,
        "held for 3 h by pid 42, postgres, running",
    ),
    # A standby's feedback does not say since when, and is in use.
    (xmin, [holder(age_s=None)], OK, "no old snapshot"),
    (retention, {}, OK, "nothing is overdue"),
    (retention, {"cron runs": -5.0}, OK, "nothing is overdue"),
    (
        retention,
        {"cron runs": 2 * DAY, "acts of operators": -1.0},
        OK,
        "cron runs are there 2 d longer than they are kept",
    ),
    (
        retention,
        {"cron runs": 8 * DAY, "succeeded jobs": 3 * DAY},
        CRITICAL,
        "cron runs are there 8 d longer than they are kept",
    ),
    (indexes, tables(), OK, "all there"),
    (indexes, tables(missing=(MISSING,)), CRITICAL, "missing: job_queue_ready_idx"),
    (indexes, tables(invalid=("public.a", "public.b")), CRITICAL, "not valid: public.a, public.b"),
    (indexes, tables(has_key=False), CRITICAL, "the queue has no primary key"),
    (counts_are_right, Counted([count(10)], tables()), OK, "10 jobs"),
    (counts_are_right, Counted([count(10_015)], tables()), OK, "10,015 jobs"),
    (counts_are_right, Counted([count(-1)], tables()), WARNING, f"-1 pending {SYNC} in `default`"),
    (
        counts_are_right,
        Counted([count(50_000)], tables(estimate=9)),
        WARNING,
        "50,000 counted, about 10 there",
    ),
    # One of the server's estimates is behind, as after a bulk load.
    (counts_are_right, Counted([count(50_000)], tables(estimate=49_000)), OK, "50,000 jobs"),
]


@pytest.mark.parametrize(
    ("check", "facts", "severity", "observed"),
    CASES,
    ids=[f"{check.id}-{severity.name}-{seen}" for check, _, severity, seen in CASES],
)
def test_facts_are_judged_and_what_is_not_well_has_a_fix(
    check: AnyCheck, facts: Any, severity: Severity, observed: str
) -> None:
    verdict = check.judge(CONFIG, facts)
    assert (verdict.severity, verdict.observed) == (severity, observed)
    assert bool(verdict.fix) is (severity in (WARNING, CRITICAL, UNKNOWN))


@pytest.mark.parametrize(
    ("check", "facts", "fix"),
    [
        (paused, Held((pause(age_s=DAY * 2),)), "supaops resume --env local --queue default"),
        (
            paused,
            Held((pause(queue="it's", task_type="b", age_s=DAY * 2),)),
            "supaops resume --env local --queue 'it'\"'\"'s' --task-type b",
        ),
        (xmin, [holder()], "select pg_terminate_backend(42)"),
        (xmin, [PREPARED], "rollback prepared 'it''s'"),
        (xmin, [SLOT], "select pg_drop_replication_slot('standby')"),
        (
            indexes,
            tables(missing=(MISSING,)),
            "create index concurrently job_queue_ready_idx on x (lane)",
        ),
        (indexes, tables(invalid=("a.b",)), "reindex index concurrently a.b"),
        (counts_are_right, Counted([count(-1)], tables()), "select supaops.recount()"),
    ],
)
def test_the_fix_names_what_is_to_be_mended(check: AnyCheck, facts: Any, fix: str) -> None:
    assert check.judge(CONFIG, facts).fix == fix


def test_jobs_of_an_undeclared_type_can_be_cancelled_by_the_command_that_is_shown() -> None:
    fix = undeclared.judge(CONFIG, [count(task_type="it's")]).fix
    cancel = "supaops cancel --env local --status pending --task-type "
    assert f"{cancel}'it'\"'\"'s'" in fix


def test_a_bound_of_the_yaml_comes_before_the_promise() -> None:
    limits = {"checks": {"queue": {"oldest_ready": {"warning": "5m", "critical": "10m"}}}}
    config = CONFIG.model_validate({**CONFIG.model_dump(by_alias=True), **limits})
    assert oldest_ready.judge(config, Waiting([ready(299)])).severity is OK
    assert oldest_ready.judge(config, Waiting([ready(301)])).severity is WARNING
