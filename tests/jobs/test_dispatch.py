"""How the worker is dispatched, with real ticks, real posts and a real worker."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import LiteralString

import pytest

from supaops.apply.apply import Options
from supaops.db.connect import Connection, connect
from supaops.jobs.smoke import run_smoke
from supaops.plan import Action
from tests.chains import TICKING, remind, serve
from tests.jobs.conftest import assert_the_chain_works
from tests.projects import QUIET_CRON, Project
from tests.waiting import until

pytestmark = pytest.mark.stack

FRUGAL = f"{TICKING}\nworker: {{skip_when_idle: true, posts_per_tick: 3, batch_limit: 2}}\n"
WAKING = f"{QUIET_CRON}\nworker: {{wake_on_enqueue: 1s}}\n"
WAKING_AND_TICKING = f"{TICKING}\nworker: {{wake_on_enqueue: 1s, skip_when_idle: true}}\n"

ENQUEUE = "select job_queue_enqueue('supaops_smoke') as id"
POSTS = "select count(*) as n from supaops.dispatch where request_id is not null"
ANSWERED = "select count(*) as n from job_queue_dispatch_history where outcome = 'ok'"


def number(db: Connection, statement: LiteralString) -> int:
    row = db.execute(statement).fetchone()
    return int(next(iter(row.values()))) if row else 0


def succeeded(db: Connection, job_id: int) -> bool:
    done = "select from job_queue where id = %s and status = 'succeeded'"
    return db.execute(done, [job_id]).fetchone() is not None


def outcomes(db: Connection) -> set[str]:
    runs = "select http_outcome from job_queue_cron_history where cron_status = 'succeeded'"
    return {row["http_outcome"] for row in db.execute(runs)}


def test_ticks_that_skip_when_idle_pass_for_healthy(ticking: Project, db: Connection) -> None:
    ticking.write_overlay(FRUGAL)
    ticking.apply(db)
    remind(ticking)
    until(lambda: "idle" in outcomes(db))
    assert number(db, POSTS) == 0
    with serve(ticking):
        assert_the_chain_works(db, ticking)
        until(lambda: outcomes(db) == {"idle", "ok"})


def test_a_skipped_tick_makes_smoke_suspect_a_pause(ticking: Project, db: Connection) -> None:
    ticking.write_overlay(FRUGAL)
    ticking.apply(db)
    db.execute("select job_queue_pause('default', 'smoke test of a pause')")
    with serve(ticking):
        result = run_smoke(db, ticking.config, timeout=timedelta(seconds=4))
    assert result.broken is not None
    assert (result.broken.name, result.broken.fix) == ("request", "select * from supaops.pause")


def test_a_deep_backlog_is_posted_for_several_times_in_one_tick(
    ticking: Project, db: Connection
) -> None:
    ticking.write_overlay(FRUGAL)
    ticking.apply(db)
    with serve(ticking):
        db.execute("select job_queue_enqueue('supaops_smoke') from generate_series(1, 20)")
        most = "select coalesce(max(n), 0) from (select count(*) as n from supaops.dispatch"
        most += " where request_id is not null group by backend_pid) per_tick"
        until(lambda: number(db, most) == 3)
        until(lambda: number(db, "select count(*) from job_queue where status = 'pending'") == 0)


def test_without_any_tick_a_new_job_runs_at_once(ticking: Project, db: Connection) -> None:
    ticking.write_overlay(WAKING)
    ticking.apply(db)
    with serve(ticking):
        first = number(db, ENQUEUE)
        until(lambda: succeeded(db, first))
        second = number(db, ENQUEUE)  # within the interval: no post, but the worker is still there
        until(lambda: succeeded(db, second))
        assert number(db, POSTS) == 1
        until(lambda: number(db, ANSWERED) == 1)
        label = "select worker from job_queue where id = %s"
        workers = [db.execute(label, [each]).fetchone() for each in (first, second)]
        assert workers[0] == workers[1]


def test_a_job_whose_transaction_outlasts_the_interval_runs_without_a_tick(
    ticking: Project, db: Connection
) -> None:
    ticking.write_overlay(WAKING)
    ticking.apply(db)
    with serve(ticking), connect(ticking.url) as slow:
        with slow.transaction():
            first = number(db, ENQUEUE)
            until(lambda: succeeded(db, first))
            late = number(slow, ENQUEUE)
            due = "select pg_sequence_last_value('supaops.wake_due') / 1e6"
            passed = f"select extract(epoch from clock_timestamp()) > ({due}) + 1.5 as passed"
            until(lambda: (db.execute(passed.encode()).fetchone() or {})["passed"])
        until(lambda: succeeded(db, late))
        assert number(db, POSTS) == 1


def hold_open(url: str, seed: int) -> None:
    """Enqueue in transactions, some of which stay open for several intervals."""
    chance = random.Random(seed)  # noqa: S311  a test that can be repeated
    with connect(url) as session:
        for _ in range(60):
            with session.transaction():
                session.execute(ENQUEUE)
                time.sleep(chance.choices([0, 0.02, 0.3, 0.9], [30, 20, 5, 2])[0])


def test_whatever_the_transactions_overlap_every_job_runs_and_the_posts_keep_their_interval(
    ticking: Project, db: Connection
) -> None:
    ticking.write_overlay(WAKING.replace("1s", "200ms"))
    ticking.apply(db)
    with serve(ticking):
        with ThreadPoolExecutor(5) as pool:
            list(pool.map(hold_open, [ticking.url] * 5, range(5)))
        until(
            lambda: number(db, "select count(*) from job_queue where status = 'succeeded'") == 300
        )
    spent = "select extract(epoch from max(created_at) - min(created_at)) from supaops.dispatch"
    [row] = db.execute(spent).fetchall()
    assert number(db, POSTS) <= float(row["extract"]) / 0.2 + 2


def test_smoke_and_verify_work_where_new_jobs_wake_and_idle_ticks_skip(
    ticking: Project, db: Connection
) -> None:
    ticking.write_overlay(WAKING_AND_TICKING)
    ticking.apply(db)
    with serve(ticking):
        assert_the_chain_works(db, ticking)


def test_the_keys_can_be_switched_on_and_off_again(ticking: Project, db: Connection) -> None:
    wake = "select to_regprocedure('supaops.wake_worker()')::text as there"
    for overlay, there in (
        (QUIET_CRON, None),
        (WAKING, "supaops.wake_worker()"),
        (QUIET_CRON, None),
    ):
        ticking.write_overlay(overlay)
        ticking.apply(db, Options(prune=True))
        assert {change.action for change in ticking.plan(db).changes} == {Action.NOOP}
        assert db.execute(wake).fetchone() == {"there": there}
        db.execute(ENQUEUE)
    assert number(db, POSTS) == 1
