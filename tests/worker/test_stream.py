"""Working through a queue without a caller: batches, slots, leases, what goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from supaops.db.connect import Connection
from supaops.db.jobs import JobQueue
from supaops.db.pool import Pool
from supaops.db.work import Claimed, Exchanged, Job
from supaops.errors import ConnectionFailed, DatabaseError
from supaops.worker import Context, Handlers
from supaops.worker.execution import Executor
from supaops.worker.streaming.rate import Rate
from supaops.worker.streaming.stream import Bounds, Stream
from supaops.worker.tally import Tally
from tests.nesting import reads_nested
from tests.projects import Project
from tests.worker.fake_queue import NOW, FakeQueue, gone, job
from tests.worker.queue_rows import enqueue, until
from tests.worker.rig import no_connection

pytestmark = pytest.mark.anyio

LEASE = timedelta(seconds=0.3)


class StreamRig:
    """A queue in memory, handlers, and what makes a stream between them."""

    def __init__(self) -> None:
        self.queue = FakeQueue()
        self.handlers = Handlers()

    def stream(self, *, concurrency: int = 3, batch: int = 5) -> Stream:
        executor = Executor(self.handlers, no_connection, clock=lambda: NOW)
        return Stream(self.queue, executor, Bounds(concurrency, batch, LEASE), worker="host:1")

    def handle(self, function: Callable[[Context, Any], Any]) -> None:
        self.handlers.handler("work")(function)


@pytest.fixture
def rig() -> StreamRig:
    return StreamRig()


@pytest.fixture
def ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every stream claim two batches, as if its jobs had been short so far."""
    monkeypatch.setattr(Rate, "ahead", 100)


async def nothing(_context: Context, payload: Any) -> Any:
    return payload.get("n")


async def test_every_job_is_run_and_reported_once_with_its_result(rig: StreamRig) -> None:
    rig.handle(nothing)
    jobs = [job(payload={"n": n}) for n in range(23)]
    rig.queue.ready.extend(jobs)
    assert await rig.stream().drain() == Tally(claimed=23, succeeded=23)
    assert rig.queue.succeeded == {each.id: str(n) for n, each in enumerate(jobs)}


@pytest.mark.usefixtures("ahead")
async def test_a_batch_takes_one_call_to_report_and_to_claim(rig: StreamRig) -> None:
    rig.handle(nothing)
    rig.queue.ready.extend(job() for _ in range(50))
    await rig.stream(batch=10).drain()
    # Five batches, two of them claimed ahead; no claim but the last ones comes back empty.
    assert 6 <= len(rig.queue.claims) <= 8


async def test_no_more_jobs_run_at_once_than_there_are_slots(rig: StreamRig) -> None:
    running = highest = 0

    async def work(_context: Context, _payload: Any) -> None:
        nonlocal running, highest
        running += 1
        highest = max(highest, running)
        await asyncio.sleep(0)
        running -= 1

    rig.handle(work)
    rig.queue.ready.extend(job() for _ in range(20))
    await rig.stream(concurrency=3, batch=10).drain()
    assert highest == 3


async def test_what_would_have_to_wait_for_a_slot_is_left_to_others(rig: StreamRig) -> None:
    release = asyncio.Event()

    async def work(_context: Context, _payload: Any) -> None:
        await release.wait()

    rig.handle(work)
    rig.queue.ready.extend(job() for _ in range(100))
    stream = rig.stream(concurrency=3, batch=5)
    draining = asyncio.create_task(stream.drain())
    await until(lambda: stream.tally.claimed)
    await asyncio.sleep(0)
    assert (stream.tally.claimed, len(rig.queue.ready)) == (3, 97)
    release.set()
    assert (await draining).succeeded == 100
    assert max(limit for limit, _ in rig.queue.claims) == 5, "short jobs are claimed ahead"


async def test_a_failure_counts_as_retried_until_it_is_final(rig: StreamRig) -> None:
    async def work(_context: Context, _payload: Any) -> None:
        raise ValueError("bad luck")

    rig.handle(work)
    rig.queue.ready.extend([job(), job(attempts=5)])
    assert await rig.stream().drain() == Tally(claimed=2, retried=1, failed=1)
    assert all(error.startswith("ValueError: bad luck") for error in rig.queue.failed.values())


async def test_a_refused_report_is_counted_as_such(rig: StreamRig) -> None:
    rig.handle(nothing)
    rig.queue.refuses = True
    rig.queue.ready.append(job())
    assert await rig.stream().drain() == Tally(claimed=1, refused=1)


async def test_a_heartbeat_that_is_cut_off_holds_up_no_end(rig: StreamRig) -> None:
    rig.queue.beat_gate = asyncio.Event()

    async def work(_context: Context, _payload: Any) -> None:
        await until(lambda: rig.queue.beats)

    rig.handle(work)
    rig.queue.ready.append(job())
    async with asyncio.timeout(10):
        assert (await rig.stream().drain()).succeeded == 1


async def test_a_lost_job_stops_and_its_slot_goes_on(rig: StreamRig) -> None:
    async def work(_context: Context, payload: Any) -> None:
        await asyncio.sleep(30 if payload.get("long") else 0)

    rig.handle(work)
    cancelled = job(payload={"long": True})
    rig.queue.ready.extend([cancelled, job(), job()])
    rig.queue.lost = frozenset({cancelled.id})
    assert await rig.stream(concurrency=1).drain() == Tally(claimed=3, cancelled=1, succeeded=2)


@pytest.mark.usefixtures("ahead")
async def test_a_lost_job_that_waits_for_a_slot_is_never_begun(rig: StreamRig) -> None:
    begun: list[int] = []

    async def work(context: Context, _payload: Any) -> None:
        begun.append(context.job.id)
        await until(lambda: rig.queue.beats > 1)

    rig.handle(work)
    first, second = job(), job()
    rig.queue.ready.extend([first, second])
    rig.queue.lost = frozenset({second.id})
    assert await rig.stream(concurrency=1).drain() == Tally(claimed=2, cancelled=1, succeeded=1)
    assert begun == [first.id]


async def test_a_report_is_repeated_while_the_database_is_away(rig: StreamRig) -> None:
    async def work(_context: Context, _payload: Any) -> None:
        rig.queue.away.append(gone())

    rig.handle(work)
    rig.queue.ready.append(job())
    assert await rig.stream().drain() == Tally(claimed=1, succeeded=1)


async def test_jobs_are_made_as_they_are_taken() -> None:
    asked: list[int] = []

    async def make(count: int) -> list[Job]:
        asked.append(count)
        return others[:count]

    first, *others = (job() for _ in range(3))
    claimed = Claimed([first], others=2, make=make)
    assert (len(claimed), claimed.lease_id) == (3, first.lease_id)
    assert await claimed.take(1) == [first]
    assert (len(claimed), asked) == (2, [])
    assert await claimed.take(5) == others
    assert (len(claimed), asked) == (0, [2])
    assert await claimed.take(5) == []


async def test_a_job_that_cannot_be_made_ends_it(
    rig: StreamRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def make(_count: int) -> list[Job]:
        raise ValueError("exceeds the limit for integers")

    async def exchange(*_reports: object, **_arguments: object) -> Exchanged:
        return Exchanged(Claimed([job()], others=1, make=make), frozenset(), {})

    rig.handle(nothing)
    monkeypatch.setattr(rig.queue, "exchange", exchange)
    async with asyncio.timeout(10):
        with pytest.raises(ValueError, match="exceeds"):
            await rig.stream().drain()


async def test_a_claim_that_fails_for_good_ends_it(rig: StreamRig) -> None:
    rig.queue.away.append(DatabaseError("permission denied for function job_queue_exchange"))
    with pytest.raises(DatabaseError, match="permission denied"):
        await rig.stream().drain()


async def test_it_gives_up_after_a_lease_without_the_database(rig: StreamRig) -> None:
    rig.queue.away.extend(gone() for _ in range(100))
    with pytest.raises(ConnectionFailed):
        await rig.stream().drain()


@pytest.mark.stack
async def test_results_errors_and_a_poisoned_report_reach_the_real_queue(
    project: Project, queue_db: Connection
) -> None:
    handlers = Handlers()

    @handlers.handler("work")
    async def work(_context: Context, payload: Any) -> Any:
        if payload["n"] == 3:
            raise ValueError("three")
        return "\x00" if payload["n"] == 4 else payload["n"]

    for n in range(40):
        enqueue(queue_db, payload=f'{{"n": {n}}}')
    tally = await drain(project, handlers)
    rows = queue_db.execute(
        "select payload -> 'n' as n, status, result, last_error from job_queue order by id"
    ).fetchall()
    assert [row["result"] for row in rows if row["n"] not in (3, 4)] == [
        n for n in range(40) if n not in (3, 4)
    ]
    assert rows[3]["last_error"].startswith("ValueError: three")
    assert rows[4]["last_error"].startswith("the result was refused")
    assert (tally.claimed, tally.succeeded, tally.running) == (40 + tally.retried - 2, 38, 0)


@pytest.mark.stack
async def test_times_of_an_exchange_are_those_of_the_row(
    project: Project, queue_db: Connection
) -> None:
    enqueue(queue_db)
    queue_db.execute(
        "update supaops.task_type set timeout = '1 day 00:00:02.5' where name = 'work'"
    )
    queue_db.execute("update job_queue set created_at = '-infinity'")
    async with Pool(
        project.url, size=1, application_name="pytest stream", patience=timedelta(seconds=10)
    ) as pool:
        answer = await JobQueue(pool).exchange(
            [], [], limit=1, worker="w", lease=timedelta(seconds=9)
        )
    [found] = await answer.jobs.take(2)
    queue_db.execute("update supaops.task_type set timeout = '2 s' where name = 'work'")
    row = queue_db.execute("select run_at, started_at from job_queue").fetchone()
    assert row is not None
    assert (found.timeout, found.run_at) == (timedelta(days=1, seconds=2.5), row["run_at"])
    assert found.lease_expires_at == row["started_at"] + timedelta(seconds=9)
    assert found.created_at.year == 1


@pytest.mark.stack
async def test_a_payload_that_python_cannot_hold_fails_its_job_alone_and_for_good(
    project: Project, queue_db: Connection
) -> None:
    handlers = Handlers()
    handlers.handler("work")(lambda _context, payload: payload["n"])
    unreadable = ["9" * 5000] + ([] if reads_nested(5000) else ["[" * 5000 + "]" * 5000])
    good, *bad = (
        enqueue(queue_db, payload=f'{{"n": {payload}}}') for payload in ("1", *unreadable)
    )
    tally = await drain(project, handlers)
    assert tally == Tally(claimed=1 + len(bad), succeeded=1, failed=len(bad))
    rows = queue_db.execute("select id, result, last_error from job_queue order by id").fetchall()
    assert (rows[0]["id"], rows[0]["result"]) == (good, 1)
    assert [each["id"] for each in rows[1:]] == bad
    assert all(each["last_error"].startswith("UnreadablePayload: ") for each in rows[1:])


@pytest.mark.stack
async def test_a_timeout_that_python_cannot_hold_is_a_very_long_one(
    project: Project, queue_db: Connection
) -> None:
    handlers = Handlers()
    handlers.handler("work")(lambda _context, _payload: None)
    enqueue(queue_db)
    timeout = "update supaops.task_type set timeout = %s where name = 'work'"
    queue_db.execute(timeout, ["9000000 years"])
    try:
        assert await drain(project, handlers) == Tally(claimed=1, succeeded=1)
    finally:
        queue_db.execute(timeout, ["2 s"])


async def drain(project: Project, handlers: Handlers) -> Tally:
    async with Pool(
        project.url, size=2, application_name="pytest stream", patience=timedelta(seconds=10)
    ) as pool:
        stream = Stream(
            JobQueue(pool),
            Executor(handlers, pool.connection),
            Bounds(concurrency=4, batch=10, lease=timedelta(seconds=2)),
            worker="stream",
        )
        return await stream.drain()
