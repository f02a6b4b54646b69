"""`supaops watch` on a real chain: what it says, serves and leaves behind."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from supaops.cli.watch import address
from supaops.db.connect import Connection, connect
from supaops.errors import UsageError
from supaops.local import Stack
from supaops.status import Severity
from tests.chains import TICKING, serve
from tests.private_server import private_server
from tests.projects import Project
from tests.terminal import supaops
from tests.waiting import until
from tests.watch.switch import SECRET, a_switch
from tests.watch.watching import Watching, watching

pytestmark = pytest.mark.stack

FAST = ("--interval", "300ms")
REFUSED = "net.refused"


def rounds_pass(watcher: Watching, number: int) -> None:
    """Return once so many more rounds have ended."""
    wanted = watcher.rounds() + number
    until(lambda: watcher.rounds() >= wanted, every=0.2)


def is_well(watcher: Watching, check: str = REFUSED) -> bool:
    return watcher.value("supaops_check_status", check=check) == Severity.OK


def told_of(watcher: Watching, check: str) -> list[str]:
    return [each["to"] for _, each in watcher.events if each.get("check") == check]


def test_a_worker_that_goes_and_comes_back_is_told_once_each_time(chain: Project) -> None:
    with watching(chain, *FAST) as watcher:
        with serve(chain):
            until(lambda: is_well(watcher), every=0.2)
            rounds_pass(watcher, 2)
            told = told_of(watcher, REFUSED)
            rounds_pass(watcher, 3)
            assert told_of(watcher, REFUSED) == told, "it did not turn, and nothing is told"
        until(lambda: told_of(watcher, REFUSED) == [*told, "CRITICAL"])
        assert watcher.value("supaops_checks_worst") == Severity.CRITICAL
        with serve(chain):
            until(lambda: told_of(watcher, REFUSED) == [*told, "CRITICAL", "OK"])


def test_the_worker_is_called_once_for_many_rounds(chain: Project) -> None:
    log = chain.folder / "serve.log"
    with serve(chain), watching(chain, *FAST) as watcher:
        rounds_pass(watcher, 1)
        refused = log.read_text().count("POST /api/jobs/run 401")
        rounds_pass(watcher, 4)
        assert log.read_text().count("POST /api/jobs/run 401") == refused


def test_a_failed_post_is_critical_within_a_tick_and_ten_seconds(
    chain: Project, conn: Connection
) -> None:
    tick_s, interval = 1, ("--interval", "5s")
    with watching(chain, *interval) as watcher:
        with serve(chain):
            until(lambda: is_well(watcher), every=0.2)
            ended_at = time.time()
        until(lambda: (watcher.turned(REFUSED, "CRITICAL") or 0) > ended_at)
        row = conn.execute(FIRST_FAILED, {"ended_at": ended_at}).fetchone()
        assert row is not None
        told_after = (watcher.turned(REFUSED, "CRITICAL") or 0) - row["at"]
        assert 0 < told_after <= tick_s + 10


FIRST_FAILED = """
select extract(epoch from min(created_at))::float as at from supaops.dispatch
 where created_at > to_timestamp(%(ended_at)s) and status_code is null and responded_at is not null
"""


def test_answers_are_saved_although_nothing_ticks(chain: Project, conn: Connection) -> None:
    conn.execute(TICK, {"active": False})
    try:
        conn.execute("select job_queue_trigger_worker()")
        newest = conn.execute("select max(id) as id from supaops.dispatch").fetchone()
        with watching(chain, *FAST):
            until(lambda: conn.execute(SAVED, newest).fetchone() is not None)
    finally:
        conn.execute(TICK, {"active": True})


TICK = """
select cron.alter_job(jobid, active := %(active)s) from cron.job where jobname = 'job_queue_worker'
"""
SAVED = "select from supaops.dispatch where id = %(id)s and responded_at is not null"


def test_a_database_that_goes_away_is_unknown_and_the_watcher_goes_on(tmp_path: Path) -> None:
    reachable = "conn.reachable"
    with private_server() as server:
        project = Project.make(tmp_path, server.stack, TICKING)
        with connect(server.stack.url) as conn:
            project.apply(conn)
        with watching(project, *FAST) as watcher:
            until(lambda: is_well(watcher, reachable), every=0.2)
            server.stop("fast")
            until(lambda: watcher.turned(reachable, "UNKNOWN"))
            rounds_pass(watcher, 1)
            assert watcher.value("supaops_checks_worst") == Severity.UNKNOWN
            assert watcher.value("supaops_scrape_success", part="jobs") == 0
            assert watcher.value("supaops_jobs") is None, "old numbers would look like health"
            assert httpx.get(f"{watcher.url}/healthz").status_code == 200
            told = [each["check"] for _, each in watcher.events if each.get("to") == "UNKNOWN"]
            assert told.count(reachable) == 1
            server.start()
            until(lambda: watcher.turned(reachable, "OK"))
            rounds_pass(watcher, 1)
            assert watcher.value("supaops_scrape_success", part="jobs") == 1


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_in_order(chain: Project, number: signal.Signals, status: int) -> None:
    with watching(chain, *FAST) as watcher:
        assert watcher.end(number) == status
    assert "Traceback" not in "".join(watcher.said)


@contextmanager
def hung(chain: Project, stack: Stack) -> Iterator[Watching]:
    """Run a watcher whose round waits for a lock."""
    with (
        connect(chain.url) as conn,
        connect(stack.admin_url) as admin,
        watching(chain, *FAST) as watcher,
        admin.transaction(),
    ):
        admin.execute("lock table supaops.dispatch, job_queue, supaops.tally")
        until(lambda: conn.execute(WAITS).fetchone() is not None)
        yield watcher


WAITS = """
select from pg_stat_activity
 where application_name = 'supaops watch' and wait_event_type = 'Lock'
"""


def test_a_signal_ends_a_round_that_waits_for_a_lock(chain: Project, stack: Stack) -> None:
    with hung(chain, stack) as watcher:
        started = time.monotonic()
        assert watcher.end(signal.SIGTERM) == 0
        assert time.monotonic() - started < 5
    assert "Traceback" not in "".join(watcher.said)


def test_metrics_are_served_while_a_round_hangs(chain: Project, stack: Stack) -> None:
    with hung(chain, stack) as watcher:
        started = time.monotonic()
        assert "supaops_checks_worst" in watcher.metrics()
        assert time.monotonic() - started < 1


def test_a_round_that_takes_longer_than_the_interval_is_told_once(chain: Project) -> None:
    with watching(chain, "--interval", "1ms") as watcher:
        rounds_pass(watcher, 3)
        slow = [each for _, each in watcher.events if each["event"] == "slow"]
        assert len(slow) == 1
        assert slow[0]["duration_s"] > 0.001
        assert (watcher.value("supaops_watch_overruns_total") or 0) >= 3


def test_a_heartbeat_follows_the_verdict_and_its_url_is_never_shown(chain: Project) -> None:
    chain.write_overlay(f"{TICKING}\nwatch: {{heartbeat: env(HEARTBEAT_URL)}}")
    try:
        with a_switch() as switch, watching(chain, *FAST, HEARTBEAT_URL=switch.url) as watcher:
            until(lambda: switch.heard)
            assert switch.heard[0][0] == f"/{SECRET}/fail", "no worker is there"
            assert switch.heard[0][1].startswith("CRITICAL: ")
            until(
                lambda: watcher.value("supaops_watch_heartbeats_total", outcome="sent"), every=0.2
            )
            shown = "".join([*watcher.said, str(watcher.events), watcher.metrics()])
            assert SECRET not in shown
    finally:
        chain.write_overlay(TICKING)


@pytest.mark.usefixtures("healthy")
def test_one_round_exits_as_verify_does_and_shows_what_is_not_well(chain: Project) -> None:
    words = ["watch", "--once", "--config", str(chain.config_path)]
    ran = supaops(*words, folder=chain.folder, variables=chain.environ)
    verified = supaops(
        "verify", *words[2:], "--no-harvest", folder=chain.folder, variables=chain.environ
    )
    assert ran.status == verified.status
    assert "checks OK." in ran.out
    assert max(map(len, ran.lines)) <= 100


def test_a_wrong_command_line_is_unknown_as_for_every_health_command(chain: Project) -> None:
    command = ["watch", "--config", str(chain.config_path), "--listen", "9787"]
    ran = supaops(*command, folder=chain.folder, variables=chain.environ)
    assert ran.status == Severity.UNKNOWN
    assert "fix: such as 127.0.0.1:9787" in ran.err


@pytest.mark.parametrize(
    ("listen", "expected"),
    [
        ("127.0.0.1:9787", ("127.0.0.1", 9787)),
        ("[::1]:0", ("::1", 0)),
        ("host:65535", ("host", 65535)),
    ],
)
def test_an_address_is_a_host_and_a_port(listen: str, expected: tuple[str, int]) -> None:
    assert address(listen) == expected


@pytest.mark.parametrize("listen", ["9787", ":9787", "host:", "host:65536", "host:-1", "host:٣"])
def test_anything_else_is_no_address(listen: str) -> None:
    with pytest.raises(UsageError, match="HOST:PORT"):
        address(listen)
