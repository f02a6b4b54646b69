"""`supaops serve` with real ticks at one end and a Sentry at the other."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.chains import SUPAOPS, remind, serve, unused_endpoint
from tests.projects import ROOT, Project, reset
from tests.waiting import until
from tests.worker.sentry_receiver import Receiver, receiving

pytestmark = pytest.mark.stack

OVERLAY = """
queue:
  task_types:
    game_platform_sync: {max_attempts: 2, timeout: 2s}
  retry: {base: 100ms, max: 1s, jitter: 0}
cron:
  jobs:
    job_queue_worker: {schedule: 1 second}
    job_queue_cleanup_daily: {active: false}
    good: {schedule: 1 second, sql: select 1}
    bad: {schedule: 1 second, sql: select 1 / 0}
sentry:
  dsn: env(SENTRY_DSN)
"""
HANDLERS = """
from supaops.worker import Handlers

registry = Handlers()

@registry.handler("game_platform_sync")
async def sync(context, payload):
    secret = "sk_upstream_f00ba4"
    raise ValueError(f"upstream refused {payload} with {secret}")
"""
PAYLOAD = '{"dryRun": true}'
UPSTREAM = "sk_upstream_f00ba4"
ENDED = """
    select from cron.job_run_details as r join cron.job as j on j.jobid = r.jobid
     where j.jobname in ('good', 'bad') having count(distinct r.status) = 2
"""


@pytest.fixture(scope="module")
def ticking(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Return a project whose jobs have run, one well and one not, with nobody at the endpoint."""
    project = Project.make(tmp_path_factory.mktemp("ticking"), stack, OVERLAY)
    project.environ["JOB_QUEUE_WORKER_ENDPOINT"] = unused_endpoint()
    project.environ["UPSTREAM_TOKEN"] = UPSTREAM
    (project.folder / "failing.py").write_text(HANDLERS)
    with connect(stack.url, application_name="pytest") as conn:
        reset(conn)
        project.apply(conn)
        remind(project)
        until(lambda: conn.execute(ENDED).fetchone() is not None)
        yield project
        reset(conn)


@pytest.fixture
def conn(ticking: Project) -> Iterator[Connection]:
    with connect(ticking.url, application_name="pytest") as conn:
        conn.execute("delete from public.job_queue")
        yield conn


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def working(project: Project, **variables: str) -> AbstractContextManager[object]:
    """Run `supaops serve` with the handler that fails."""
    return serve(project, SUPAOPS_HANDLERS="failing", **variables)


def fail_for_good(conn: Connection) -> None:
    """Have a job fail as often as it may."""
    conn.execute("select public.job_queue_enqueue('game_platform_sync', %s)", [PAYLOAD])
    until(lambda: is_failed(conn))


def is_failed(conn: Connection) -> bool:
    found = conn.execute("select from public.job_queue where status = 'failed'")
    return found.fetchone() is not None


def test_a_real_worker_reports_failures_and_checks_in_for_every_job(
    ticking: Project, conn: Connection, receiver: Receiver
) -> None:
    with working(ticking, SENTRY_DSN=receiver.dsn):
        fail_for_good(conn)
        until(lambda: receiver.events)
        until(lambda: all(map(receiver.checked_in, ("good", "bad", "job_queue_worker"))))
    [event] = receiver.events
    assert event.fingerprint == ["game_platform_sync", "ValueError"]
    assert event.extra["attempts"] == 2
    statuses = {job: receiver.checked_in(job)[0].status for job in ("good", "bad")}
    assert statuses == {"good": "ok", "bad": "error"}
    assert [each.status for each in receiver.checked_in("job_queue_worker")] == ["ok"]
    assert "dryRun" not in receiver.everything
    assert UPSTREAM not in receiver.everything
    for secret in ticking.resolved.secrets.values():
        assert secret.get_secret_value() not in receiver.everything


def test_a_worker_that_may_not_work_says_so(ticking: Project, receiver: Receiver) -> None:
    with working(ticking, SENTRY_DSN=receiver.dsn, JOB_QUEUE_DISABLED="true"):
        until(lambda: receiver.checked_in("job_queue_worker"))
    assert receiver.checked_in("job_queue_worker")[0].status == "error"


def test_a_job_whose_worker_was_lost_is_reported_by_another(
    ticking: Project, conn: Connection, receiver: Receiver
) -> None:
    conn.execute("select public.job_queue_enqueue('game_platform_sync', max_attempts := 1)")
    claim = "select id from public.job_queue_claim(1, 'gone:1', lease := interval '1 ms')"
    [taken] = conn.execute(claim).fetchall()
    until(lambda: not conn.execute(claim).fetchall() and is_failed(conn))
    with working(ticking, SENTRY_DSN=receiver.dsn):
        until(lambda: receiver.events)
    [event] = receiver.events
    assert event.fingerprint == ["game_platform_sync", "LostLease"]
    assert (event.extra["job_id"], event.tags["worker"]) == (taken["id"], "gone:1")


def test_what_waits_at_the_end_is_sent(
    ticking: Project, conn: Connection, receiver: Receiver
) -> None:
    receiver.gate.clear()
    with working(ticking, SENTRY_DSN=receiver.dsn):
        fail_for_good(conn)
        receiver.gate.set()
    assert len(receiver.events) == 1


def test_without_a_dsn_nothing_is_sent_or_said(ticking: Project, conn: Connection) -> None:
    before = log_of(ticking)
    with working(ticking):
        fail_for_good(conn)
    assert "entry" not in log_of(ticking).removeprefix(before)


def test_a_malformed_dsn_ends_the_start_and_is_not_shown(ticking: Project) -> None:
    environ = {**ticking.environ, "PYTHONPATH": str(ROOT / "ops"), "SENTRY_DSN": "https://abc/"}
    words = ["serve", "--config", str(ticking.config_path), "--port", "0"]
    ended = subprocess.run([*SUPAOPS, *words], env=environ, capture_output=True, check=False)
    assert ended.returncode == 1
    assert b"sentry.dsn: the environment variable SENTRY_DSN must hold a DSN" in ended.stderr
    assert b"https://abc" not in ended.stderr
    assert b"Traceback" not in ended.stderr


def log_of(project: Project) -> str:
    return Path(project.folder / "serve.log").read_text()
