"""Handlers in processes and in a cluster of Dask: the same outcomes, wherever they come from."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from distributed import LocalCluster, Scheduler, Worker

from supaops.db.work import Job
from supaops.errors import SupaopsError
from supaops.traceparent import carried
from supaops.worker.endings import kind_of
from supaops.worker.execution import Executor
from supaops.worker.executors.cluster import Cluster
from supaops.worker.executors.engines import Engines
from supaops.worker.outcome import Failed, Outcome, Succeeded
from supaops.worker.telemetry.observer import SILENT, Observer
from tests.worker import elsewhere
from tests.worker.elsewhere import registry_for
from tests.worker.fake_queue import job
from tests.worker.queue_rows import until
from tests.worker.rig import no_connection

pytestmark = pytest.mark.anyio

Where = Literal["process", "dask"]
MOMENT = timedelta(seconds=0.2)
TRACE = f"00-{'a' * 32}-{'b' * 16}-01"

WORKER = """
import asyncio, json, sys
sys.path[:] = json.loads(sys.argv[1])
from supaops.worker.executors.engines import Engines
from tests.worker.test_elsewhere import Place
asyncio.run(Place("process", Engines()).run("stubborn", {"file": sys.argv[2]}))
"""


class Place:
    """An executor whose handlers run elsewhere."""

    def __init__(self, where: Where, engines: Engines) -> None:
        self.where = where
        self.executor = Executor(registry_for(where), no_connection, engines=engines)

    async def run(self, task_type: str, payload: Any = None, *, timeout: float = 30) -> Outcome:
        """Return how one job ends."""
        claimed = job(task_type, payload, id=7, attempts=2, timeout=timedelta(seconds=timeout))
        return await self.executor.execute(claimed)

    async def failure(self, task_type: str, payload: Any = None) -> Failed:
        outcome = await self.run(task_type, payload)
        assert isinstance(outcome, Failed)
        return outcome


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """Return the backend for the module, whose processes live as long as it."""
    return "asyncio"


@pytest.fixture(scope="module")
async def cluster() -> AsyncIterator[LocalCluster]:
    """Start a scheduler and a worker that talk over TCP, in this process."""
    async with LocalCluster(
        n_workers=1,
        threads_per_worker=2,
        processes=False,
        protocol="tcp",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        asynchronous=True,
    ) as cluster:
        yield cluster


@pytest.fixture(scope="module")
async def processes() -> AsyncIterator[Place]:
    place = Place("process", Engines())
    yield place
    await place.executor.aclose()


@pytest.fixture(scope="module")
async def dask(cluster: LocalCluster) -> AsyncIterator[Place]:
    place = Place("dask", Engines(scheduler=cluster.scheduler_address))
    yield place
    await place.executor.aclose()


@pytest.fixture(params=["process", "dask"])
def place(request: pytest.FixtureRequest, processes: Place, dask: Place) -> Place:
    return processes if request.param == "process" else dask


async def test_handler_is_given_payload_and_attempt(place: Place) -> None:
    outcome = await place.run("echo", {"a": [1, None]})
    assert isinstance(outcome, Succeeded)
    result = json.loads(outcome.result or "")
    assert (result["payload"], result["attempt"]) == ({"a": [1, None]}, 2)
    assert (result["pid"] == os.getpid()) == (place.where == "dask")


async def test_asynchronous_handler_and_typed_payload_work_elsewhere_too(place: Place) -> None:
    assert await place.run("later") == Succeeded("7")
    assert await place.run("typed", {"x": 5}) == Succeeded("5")
    assert (await place.failure("typed", {"x": "five"})).discard


@pytest.mark.parametrize("task_type", ["fail", "fail_later"])
async def test_failure_elsewhere_has_its_place_and_its_cause(place: Place, task_type: str) -> None:
    failure = await place.failure(task_type)
    first, second, *_ = failure.error.splitlines()
    assert first == "ValueError: bad luck"
    assert Path(elsewhere.__file__).name in second
    assert isinstance(failure.cause, ValueError)


async def test_exception_that_cannot_travel_is_described_all_the_same(place: Place) -> None:
    failure = await place.failure("odd")
    assert failure.error.startswith("Unpicklable: ab\n")
    assert failure.cause is None
    assert (await place.failure("leave")).error.startswith("SystemExit: 3")


async def test_verdicts_travel(place: Place) -> None:
    assert await place.run("discard") == Failed("Discard: never", discard=True)
    assert await place.run("again") == Failed("Retry: busy", retry_in=timedelta(minutes=1))


async def test_jobs_that_are_added_elsewhere_are_a_part_of_the_success(place: Place) -> None:
    outcome = await place.run("spawn")
    assert isinstance(outcome, Succeeded)
    [added] = outcome.enqueue
    assert (added.task_type, added.payload, added.priority) == ("echo", {"n": 1}, 2)


async def test_trace_of_an_attempt_reaches_the_jobs_that_are_added_elsewhere(place: Place) -> None:
    token = carried.set(TRACE)
    outcome = await place.run("spawn")
    carried.reset(token)
    assert isinstance(outcome, Succeeded)
    assert outcome.enqueue[0].traceparent == TRACE


async def test_observer_of_an_attempt_elsewhere_sees_what_was_raised_there(place: Place) -> None:
    kinds: list[str] = []

    class Watching(Observer):
        @contextmanager
        def attempt(self, job: Job) -> Iterator[None]:  # noqa: ARG002  the observer's names
            try:
                yield
            except Exception as error:
                kinds.append(kind_of(error))
                raise

    place.executor._observer = Watching()
    try:
        await place.run("fail")
        await place.run("later")
    finally:
        place.executor._observer = SILENT
    assert kinds == ["ValueError"]


async def test_connection_is_refused_elsewhere_with_a_reason(place: Place) -> None:
    failure = await place.failure("connect")
    assert "the connections are the worker's" in failure.error


async def test_log_of_a_process_is_written_by_the_worker(
    processes: Place, caplog: pytest.LogCaptureFixture
) -> None:
    await processes.run("echo", "x")
    [record] = [each for each in caplog.records if each.name == "supaops.worker.job"]
    assert record.getMessage() == "job 7 echo attempt 2: echo of x"
    assert record.__dict__["job_id"] == 7


async def test_process_is_used_again(processes: Place) -> None:
    assert await processes.run("echo") == await processes.run("echo")


async def test_death_of_a_process_fails_its_job_alone(processes: Place) -> None:
    died, fine = await asyncio.gather(processes.run("die"), processes.run("later"))
    assert died == Failed(
        "ProcessDied: the handler's process was killed by SIGKILL; "
        "the system may have been out of memory"
    )
    assert fine == Succeeded("7")
    assert await processes.run("later") == Succeeded("7")


async def test_timeout_really_stops_a_process_and_what_it_started(
    processes: Place, tmp_path: Path
) -> None:
    outcome = await processes.run("stubborn", {"file": str(tmp_path / "pids")}, timeout=1)
    assert outcome == Failed("TimeoutError: cut off after its timeout of 1 s")
    for pid in (tmp_path / "pids").read_text().split():
        await until(lambda pid=pid: not _runs(int(pid)))  # type: ignore[misc]  # bound at once


async def test_attempt_that_is_over_before_its_process_has_begun_is_cut_off() -> None:
    place = Place("process", Engines())
    outcome = await place.run("later", timeout=0.001)
    assert outcome == Failed("TimeoutError: cut off after its timeout of 0.001 s")
    await place.executor.aclose()


async def test_processes_do_not_outlive_a_worker_that_is_killed(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WORKER, json.dumps(sys.path), str(pids))
    )
    await until(pids.exists)
    worker.kill()
    await worker.wait()
    for pid in pids.read_text().split():
        await until(lambda pid=pid: not _runs(int(pid)))  # type: ignore[misc]  # bound at once


@pytest.mark.parametrize("where", ["process", "dask"])
async def test_handler_elsewhere_is_told_that_its_job_is_cancelled(
    where: str, processes: Place, dask: Place, tmp_path: Path
) -> None:
    place, said = (processes if where == "process" else dask), tmp_path / "said"
    attempt = asyncio.create_task(place.run("polite", {"file": str(said)}))
    await until(said.exists)
    attempt.cancel()
    with pytest.raises(asyncio.CancelledError):
        await attempt
    await until(lambda: said.read_text() == "cancelled")


async def test_function_that_cannot_be_sent_is_an_error_at_the_start() -> None:
    def local(_context: object, _payload: object) -> None: ...

    handlers = registry_for("process")
    handlers.handler("local", executor="process")(local)
    with pytest.raises(SupaopsError, match="cannot run in the executor 'process'") as caught:
        Executor(handlers, no_connection)
    assert caught.value.place == f"{__file__}:{local.__code__.co_firstlineno}"


async def test_scheduler_that_is_away_fails_the_attempt() -> None:
    engines = Engines()
    engines._made["dask"] = Cluster("tcp://127.0.0.1:9", connect_within=MOMENT)
    failure = await Place("dask", engines).failure("echo")
    assert failure.error.startswith("DaskUnavailable: no task could be handed over: OSError")


async def test_scheduler_that_goes_away_fails_what_runs(tmp_path: Path) -> None:
    said = tmp_path / "said"
    free: dict[str, Any] = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    async with Scheduler(port=0, **free) as scheduler, Worker(scheduler.address, **free):
        engines = Engines()
        engines._made["dask"] = Cluster(scheduler.address, connect_within=MOMENT)
        place = Place("dask", engines)
        attempt = asyncio.create_task(place.run("polite", {"file": str(said)}))
        await until(said.exists)
        await scheduler.close()
        outcome = await attempt
        await place.executor.aclose()
        await until(lambda: said.read_text() == "cancelled")
    assert isinstance(outcome, Failed)
    assert outcome.error.startswith("DaskFailed: the cluster did not finish the task: ")
    assert len(outcome.error.splitlines()) == 1


async def test_dask_without_a_scheduler_is_an_error_at_the_start() -> None:
    with pytest.raises(SupaopsError, match="no Dask scheduler is named") as caught:
        Place("dask", Engines())
    assert caught.value.place == "SUPAOPS_DASK_SCHEDULER"


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
