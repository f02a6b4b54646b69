"""Pause and resume with a chain that ticks, and a real worker at its end."""

from __future__ import annotations

import json

import pytest

from supaops.db.connect import Connection
from supaops.status import ExitStatus
from tests.chains import serve
from tests.db.calls import enqueue, value
from tests.projects import Project
from tests.verbs.conftest import Outcome, Supaops
from tests.waiting import until

pytestmark = pytest.mark.stack

LATEST = "select http_status from job_queue_cron_history order by runid desc limit 1"
RUNS = "select count(*) as n from cron.job_run_details"


def pause(supaops: Supaops, how: str, *words: str) -> Outcome:
    return supaops("pause", "--how", how, "--reason", "a test", "--yes", *words)


def test_by_secret_posts_fail_with_401_until_the_resume_is_confirmed_by_200(
    ticking: Project, db: Connection, ticking_supaops: Supaops
) -> None:
    with serve(ticking):
        assert pause(ticking_supaops, "secret").status == ExitStatus.OK
        until(lambda: value(db, LATEST) == 401)
        done = ticking_supaops("resume", "--yes")
        assert done.status == ExitStatus.OK, done.err
        assert "The chain works: HTTP 200" in done.out
        assert "Resumed: the cron history records HTTP 200 beside run" in done.out


def test_by_cron_nothing_runs_until_the_resume(
    ticking: Project, db: Connection, ticking_supaops: Supaops
) -> None:
    with serve(ticking):
        until(lambda: value(db, RUNS) > 0)
        assert pause(ticking_supaops, "cron").status == ExitStatus.OK
        db.execute("delete from cron.job_run_details")
        job_id = enqueue(db, "supaops_smoke")
        told = json.loads(ticking_supaops("resume", "--yes", "--format", "json").out)
        assert (told["confirmed"], told["history_status"]) == (True, 200)
        done = "select status = 'succeeded' from job_queue where id = %s"
        until(lambda: value(db, done, job_id))


def test_by_worker_the_503_proves_the_pause_and_the_resume_waits_for_its_end(
    ticking: Project, db: Connection, ticking_supaops: Supaops
) -> None:
    with serve(ticking, JOB_QUEUE_DISABLED="true"):
        done = pause(ticking_supaops, "worker")
        assert done.status == ExitStatus.OK, done.err
        assert "Set JOB_QUEUE_DISABLED=true" in done.err
        assert "Proved: the worker answers HTTP 503." in done.out
        still = ticking_supaops("resume", "--yes", "--timeout", "2")
        assert still.status == ExitStatus.ERROR
        assert "the worker still answers HTTP 503; nothing was resumed" in still.err
        assert value(db, "select how from supaops.pause") == "worker"
    with serve(ticking):
        assert pause(ticking_supaops, "worker", "--timeout", "2").status == ExitStatus.ERROR
        resumed = ticking_supaops("resume", "--yes")
        assert resumed.status == ExitStatus.OK, resumed.err
        assert value(db, "select count(*) from supaops.pause") == 0


def test_without_a_worker_a_resume_is_not_confirmed(
    db: Connection, ticking_supaops: Supaops
) -> None:
    assert pause(ticking_supaops, "flag").status == ExitStatus.OK
    done = ticking_supaops("resume", "--yes", "--timeout", "20")
    assert done.status == ExitStatus.ERROR
    assert "hands out jobs again" in done.out
    assert "Resumed, but not confirmed" in done.out
    assert value(db, "select count(*) from supaops.pause") == 0
