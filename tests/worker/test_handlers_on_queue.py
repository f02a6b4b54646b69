"""Handlers on a real queue: what their success brings along, and where `--executor` runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from distributed import LocalCluster

from supaops.db.connect import Connection
from supaops.worker import Context, Discard, Handlers, Retry
from supaops.worker.execution import Executor
from supaops.worker.runner import Runner
from supaops.worker.tally import Tally
from supaops.worker.transports.database import DatabaseTransport
from tests.projects import ROOT, Project
from tests.worker.queue_rows import enqueue, row

pytestmark = [pytest.mark.anyio, pytest.mark.stack]

LEASE = timedelta(seconds=30)


class Bench:
    """A worker's runner without HTTP, on a real queue with a table for effects."""

    def __init__(self, db: Connection, transport: DatabaseTransport) -> None:
        self.db = db
        self.handlers = Handlers()
        executor = Executor(self.handlers, transport.connection)
        self.runner = Runner(transport.queue, executor, concurrency=2, lease=LEASE)

    async def run(self) -> Tally:
        return await self.runner.run(1, worker="pytest", within=timedelta(seconds=10))

    def effects(self) -> list[int]:
        return [each["n"] for each in self.db.execute("select n from public.effect").fetchall()]

    def others(self, than: int) -> list[dict[str, Any]]:
        """Return the jobs that were added."""
        return self.db.execute(
            "select * from public.job_queue where id <> %s order by id", [than]
        ).fetchall()


@pytest.fixture
async def bench(project: Project, queue_db: Connection) -> AsyncIterator[Bench]:
    queue_db.execute("drop table if exists public.effect; create table public.effect (n integer)")
    async with DatabaseTransport(project.settings, project.url) as transport:
        yield Bench(queue_db, transport)


async def test_effects_jobs_and_success_are_committed_together(bench: Bench) -> None:
    ids: list[int] = []

    @bench.handlers.handler("work")
    async def work(context: Context, _payload: object) -> str:
        async with context.transaction() as transaction:
            context.enqueue("nap", {"n": 2})
            await transaction.connection.execute("insert into public.effect values (1)")
            ids.append(await transaction.enqueue("nap", {"n": 1}, priority=2))
            await transaction.complete({"rows": 1})
            assert row(bench.db, context.job_id)["status"] == "running"
        return "ignored"

    job_id = enqueue(bench.db)
    assert await bench.run() == Tally(claimed=1, succeeded=1)
    done = row(bench.db, job_id)
    assert (done["status"], done["result"]) == ("succeeded", {"rows": 1})
    assert bench.effects() == [1]
    first, second = bench.others(job_id)
    assert (first["id"], first["payload"], first["priority"]) == (ids[0], {"n": 1}, 2)
    assert second["payload"] == {"n": 2}


async def test_lost_lease_rolls_everything_back(bench: Bench) -> None:
    @bench.handlers.handler("work")
    async def work(context: Context, _payload: object) -> None:
        async with context.transaction() as transaction:
            await transaction.connection.execute("insert into public.effect values (1)")
            await transaction.enqueue("nap")
            bench.db.execute("select public.job_queue_cancel(array[%s::bigint])", [context.job_id])
            await transaction.complete()

    job_id = enqueue(bench.db)
    assert await bench.run() == Tally(claimed=1, refused=1)
    assert row(bench.db, job_id)["status"] == "cancelled"
    assert bench.effects() == []
    assert bench.others(job_id) == []


async def test_error_after_completing_takes_the_success_back(bench: Bench) -> None:
    @bench.handlers.handler("work")
    async def work(context: Context, _payload: object) -> None:
        async with context.transaction() as transaction:
            await transaction.connection.execute("insert into public.effect values (1)")
            await transaction.complete()
            raise ValueError("second thoughts")

    job_id = enqueue(bench.db)
    assert await bench.run() == Tally(claimed=1, retried=1)
    assert row(bench.db, job_id)["last_error"].startswith("ValueError: second thoughts")
    assert bench.effects() == []


async def test_error_after_the_commit_changes_nothing(bench: Bench) -> None:
    @bench.handlers.handler("work")
    async def work(context: Context, _payload: object) -> None:
        async with context.transaction() as transaction:
            await transaction.complete()
        context.enqueue("nap")  # too late: an error

    job_id = enqueue(bench.db)
    assert await bench.run() == Tally(claimed=1, succeeded=1)
    assert row(bench.db, job_id)["status"] == "succeeded"
    assert bench.others(job_id) == []


async def test_transaction_that_does_not_complete_leaves_the_end_to_the_handler(
    bench: Bench,
) -> None:
    @bench.handlers.handler("work")
    async def work(context: Context, _payload: object) -> str:
        async with context.transaction() as transaction:
            await transaction.connection.execute("insert into public.effect values (1)")
        return "done"

    job_id = enqueue(bench.db)
    assert await bench.run() == Tally(claimed=1, succeeded=1)
    assert row(bench.db, job_id)["result"] == "done"
    assert bench.effects() == [1]


async def test_unknown_task_type_in_a_transaction_fails_the_attempt(bench: Bench) -> None:
    @bench.handlers.handler("work")
    async def work(context: Context, _payload: object) -> None:
        async with context.transaction() as transaction:
            await transaction.enqueue("no_such_type")
            await transaction.complete()

    job_id = enqueue(bench.db)
    assert await bench.run() == Tally(claimed=1, retried=1)
    assert "no_such_type" in row(bench.db, job_id)["last_error"]


async def test_added_jobs_come_with_the_success_alone(bench: Bench) -> None:
    @bench.handlers.handler("work")
    async def work(context: Context, payload: dict[str, Any]) -> str:
        context.enqueue("nap", {"n": 1}, priority=3)
        if payload:
            raise ValueError
        return "done"

    first = enqueue(bench.db, payload='{"fail": true}')
    assert await bench.run() == Tally(claimed=1, retried=1)
    assert bench.others(first) == []
    bench.db.execute("delete from public.job_queue")
    second = enqueue(bench.db)
    assert await bench.run() == Tally(claimed=1, succeeded=1)
    [added] = bench.others(second)
    assert (added["task_type"], added["payload"], added["priority"]) == ("nap", {"n": 1}, 3)


async def test_added_job_that_the_database_refuses_fails_the_attempt(bench: Bench) -> None:
    @bench.handlers.handler("work")
    async def work(context: Context, _payload: object) -> None:
        context.enqueue("no_such_type")

    job_id = enqueue(bench.db)
    assert await bench.run() == Tally(claimed=1, retried=1)
    assert "no_such_type" in row(bench.db, job_id)["last_error"]


async def test_discard_leaves_no_attempt_and_retry_comes_when_it_says(bench: Bench) -> None:
    @bench.handlers.handler("work")
    async def work(_context: Context, payload: dict[str, Any]) -> None:
        raise Retry("busy", after=timedelta(hours=1)) if payload else Discard("no such game")

    discarded = enqueue(bench.db)
    assert await bench.run() == Tally(claimed=1, failed=1)
    found = row(bench.db, discarded)
    assert (found["status"], found["attempts"]) == ("failed", 1)
    assert found["last_error"] == "Discard: no such game"
    delayed = enqueue(bench.db, payload='{"again": true}')
    assert await bench.run() == Tally(claimed=1, retried=1)
    [wait] = bench.db.execute(
        "select run_at - clock_timestamp() as left from public.job_queue where id = %s", [delayed]
    ).fetchall()
    assert timedelta(minutes=59) < wait["left"] <= timedelta(hours=1)


def drain(project: Project, *options: str) -> tuple[int, dict[str, Any]]:
    """Empty the queue by the command; return its process id and what it printed."""
    words = ["worker", "--config", str(project.config_path), "--drain", "--format", "json"]
    path = os.pathsep.join([str(ROOT), str(ROOT / "ops")])
    program = [sys.executable, "-c", "from supaops.cli import main; main()"]
    with subprocess.Popen(
        [*program, *words, "--handlers", "tests.worker.handed_over", *options],
        env={**project.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
    ) as worker:
        printed, _ = worker.communicate(timeout=60)
    return worker.pid, json.loads(printed)


def processes_of(db: Connection) -> set[int]:
    """Return in which processes the jobs ran; there are two, of which one was added."""
    rows = db.execute("select status, result from public.job_queue").fetchall()
    assert [row["status"] for row in rows] == ["succeeded"] * 2
    return {row["result"] for row in rows}


@contextmanager
def cluster() -> Iterator[str]:
    """Start a scheduler and a worker of Dask in this process; yield the address."""
    with LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
    ) as started:
        yield started.scheduler_address


def test_worker_runs_handlers_in_processes(project: Project, queue_db: Connection) -> None:
    enqueue(queue_db)
    pid, counts = drain(project, "--executor", "process")
    assert counts["succeeded"] == 2
    assert processes_of(queue_db).isdisjoint({pid, os.getpid()})


def test_worker_hands_handlers_to_a_cluster_of_dask(project: Project, queue_db: Connection) -> None:
    enqueue(queue_db)
    with cluster() as address:
        _, counts = drain(project, "--executor", "dask", "--scheduler", address)
    assert counts["succeeded"] == 2
    assert processes_of(queue_db) == {os.getpid()}
