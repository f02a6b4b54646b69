"""What `verify` and `doctor` exit with, in the situations that each status is for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from supaops.status import INTERRUPTED, Severity
from tests.chains import TICKING, remind, serve, unused_endpoint
from tests.projects import Project, reset
from tests.terminal import SUPAOPS, Ran, supaops
from tests.waiting import until
from tests.zygote import Process

pytestmark = pytest.mark.stack

_ANSWERED = "select from supaops.dispatch where status_code = 200"
_REFUSED = "select from supaops.dispatch where status_code is null and responded_at is not null"
_WAITING = """
select from pg_stat_activity where application_name = 'supaops verify' and wait_event_type = 'Lock'
"""
DESCRIBE = """
select vault.update_secret(id, new_description := %s) from vault.secrets
 where name = 'job_queue_runner_secret'
"""


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain that ticks, with its worker's process."""

    project: Project
    worker: Process
    conn: Connection

    def run(self, *words: str, **variables: str) -> Ran:
        """Run one command as a process of its own."""
        given = {**self.project.environ, **variables}
        return supaops(*words, folder=self.project.folder, variables=given)


@pytest.fixture(scope="module")
def chain(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """Return a chain that works; a test that breaks it mends it, but for the last."""
    project = Project.make(tmp_path_factory.mktemp("exit"), stack, TICKING)
    project.environ["JOB_QUEUE_WORKER_ENDPOINT"] = unused_endpoint()
    with connect(stack.url, application_name="pytest") as conn:
        reset(conn)
        with serve(project) as worker:
            project.apply(conn)
            remind(project)
            until(lambda: conn.execute(_ANSWERED).fetchone() is not None)
            yield Chain(project, worker, conn)
        reset(conn)


@contextmanager
def locked(stack: Stack) -> Iterator[None]:
    """Have another session hold a lock on the ledger that no check can pass."""
    with connect(stack.url, application_name="pytest") as other, other.transaction():
        other.execute("lock table supaops.dispatch in access exclusive mode")
        yield


def test_a_chain_that_works_is_0_and_the_doctor_reassures(chain: Chain) -> None:
    verified = chain.run("verify")
    assert verified.status == Severity.OK, verified.out
    assert verified.out.splitlines()[-1].startswith("OK: ")
    seen = chain.run("doctor")
    assert seen.status == Severity.OK, seen.out
    assert seen.out.endswith("Nothing to do: every link of the chain of test works.\n")


def test_drift_is_1(chain: Chain) -> None:
    declared = chain.project.config.vault.secrets["job_queue_runner_secret"].description
    chain.conn.execute(DESCRIBE, ["by hand"])
    try:
        ran = chain.run("verify")
    finally:
        chain.conn.execute(DESCRIBE, [declared])
    assert ran.status == Severity.WARNING, ran.out
    assert "WARNING   config.drift" in ran.out


def test_no_answer_of_the_database_is_3(chain: Chain) -> None:
    url = "postgresql://postgres:pass-word@127.0.0.1:9/postgres"
    assert chain.run("verify", DATABASE_URL=url).status == Severity.UNKNOWN
    assert chain.run("doctor", DATABASE_URL=url).status == Severity.UNKNOWN


def test_a_command_line_that_is_wrong_is_3(chain: Chain) -> None:
    assert chain.run("verify", "--frobnicate").status == Severity.UNKNOWN
    assert chain.run("doctor", "--only", "nothing").status == Severity.UNKNOWN


def test_a_timeout_is_3(chain: Chain, stack: Stack) -> None:
    with locked(stack):
        ran = chain.run("verify", "--timeout", "300ms", "--no-harvest", "--format", "json")
    assert ran.status == Severity.UNKNOWN
    assert json.loads(ran.out)["status"] == "UNKNOWN"
    assert "no answer within 0.3 s" in ran.out


def test_ctrl_c_is_130_while_a_check_waits(chain: Chain, stack: Stack) -> None:
    words = [str(SUPAOPS), "verify", "--timeout", "60s", "--no-harvest"]
    with locked(stack):
        process = subprocess.Popen(
            words,
            cwd=chain.project.folder,
            env=chain.project.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        until(lambda: chain.conn.execute(_WAITING).fetchone() is not None)
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (INTERRUPTED, "")
    assert err.endswith("interrupted\n")


def test_a_dead_worker_is_2(chain: Chain) -> None:
    chain.worker.kill()
    chain.worker.wait(30)
    until(lambda: chain.conn.execute(_REFUSED).fetchone() is not None)
    until(lambda: chain.run("verify").status == Severity.CRITICAL, seconds=60, every=0.2)
    seen = chain.run("doctor")
    assert seen.status == Severity.CRITICAL
    assert "CRITICAL  net." in seen.out
    assert "why: " in seen.out
