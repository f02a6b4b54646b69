"""What a worker gets from its queue, over each transport."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from supaops.db.connect import Connection
from supaops.db.work import Done, Exchanged, Failure, Job, NewJob, Unreadable
from supaops.errors import DatabaseError
from supaops.worker.queue import Queue
from supaops.worker.transport import Transport
from tests.conformance.queues import LEASE, TRANSPORTS
from tests.conformance.test_jobs import TEXTS, enqueue
from tests.nesting import reads_nested
from tests.projects import Project
from tests.worker.queue_rows import row

pytestmark = [pytest.mark.stack, pytest.mark.anyio]

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module", params=sorted(TRANSPORTS))
async def transport(
    request: pytest.FixtureRequest,
    project: Project,
    anyio_backend: str,  # noqa: ARG001  its loop
) -> AsyncIterator[Transport]:
    async with TRANSPORTS[request.param](project) as opened:
        yield opened


@pytest.fixture
def queue(transport: Transport, db: Connection) -> Queue:  # noqa: ARG001  the empty queue
    return transport.queue


async def exchange(
    queue: Queue,
    *done: Done,
    failed: tuple[Failure, ...] = (),
    limit: int = 0,
    queues: list[str] | None = None,
) -> Exchanged:
    return await queue.exchange(done, failed, limit=limit, worker="w", lease=LEASE, queues=queues)


async def claim(queue: Queue, limit: int = 10) -> list[Job]:
    claimed = (await exchange(queue, limit=limit)).jobs
    return await claimed.take(len(claimed))


async def claim_one(queue: Queue) -> Job:
    [job] = await claim(queue, 1)
    return job


async def test_claimed_job_is_what_was_enqueued(queue: Queue, db: Connection) -> None:
    before = datetime.now(UTC)
    [made] = db.execute(
        "select public.job_queue_enqueue('slow', %s, priority => 7, traceparent => %s) as id",
        [json.dumps(TEXTS), TRACE],
    ).fetchall()
    job = await claim_one(queue)
    assert (job.id, job.task_type, job.queue) == (made["id"], "slow", "default")
    assert (job.payload, job.priority, job.traceparent) == (TEXTS, 7, TRACE)
    assert (job.attempts, job.max_attempts, job.timeout) == (1, 5, timedelta(seconds=20))
    soon = timedelta(minutes=1)
    assert before - soon < job.created_at <= job.run_at < job.lease_expires_at
    assert LEASE - soon < job.lease_expires_at - before < LEASE + soon


@pytest.mark.parametrize(
    ("payload", "read"),
    [
        ('{"n": 12345678901234567890123456789}', {"n": 12345678901234567890123456789}),
        ('{"n": 9223372036854775807, "f": 0.1}', {"n": 9223372036854775807, "f": 0.1}),
        ('["\\u2028\\ud83d\\ude00", null]', ["\u2028\U0001f600", None]),
        ('"text"', "text"),
        ("null", None),
    ],
)
async def test_payload_of_any_kind_is_read_exactly(
    queue: Queue, db: Connection, payload: str, read: Any
) -> None:
    db.execute("select public.job_queue_enqueue('echo', %s::jsonb)", [payload])
    assert (await claim_one(queue)).payload == read


async def test_payload_that_python_cannot_hold_spoils_no_other(
    queue: Queue, db: Connection
) -> None:
    for payload in (f'{{"n": 1{"0" * 5000}}}', "[" * 3000 + "]" * 3000, "1"):
        db.execute("select public.job_queue_enqueue('echo', %s::jsonb)", [payload])
    long, deep, plain = sorted(await claim(queue))
    assert isinstance(long.payload, Unreadable)
    assert isinstance(deep.payload, Unreadable) is not reads_nested(3000)
    assert plain.payload == 1


async def test_times_beyond_pythons_are_the_nearest_it_knows(queue: Queue, db: Connection) -> None:
    job_id = enqueue(db, "echo")
    db.execute("update public.job_queue set run_at = '-infinity' where id = %s", [job_id])
    assert (await claim_one(queue)).run_at == datetime(1, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "result",
    [
        None,
        '{"n": 12345678901234567890123456789, "f": 1.50}',
        json.dumps(TEXTS),
        '"text"',
        "[1e400]",
    ],
)
async def test_result_is_stored_exactly(queue: Queue, db: Connection, result: str | None) -> None:
    enqueue(db, "echo")
    job = await claim_one(queue)
    assert (await exchange(queue, Done(job, result))).refused == frozenset()
    [stored] = db.execute(
        "select status, result is not distinct from %s::jsonb as same from public.job_queue",
        [result],
    ).fetchall()
    assert stored == {"status": "succeeded", "same": True}


@pytest.mark.parametrize("result", ['"\\u0000"', '"\\ud800"'])
async def test_result_that_jsonb_cannot_hold_is_an_error_and_changes_nothing(
    queue: Queue, db: Connection, result: str
) -> None:
    first, second = enqueue(db, "echo"), enqueue(db, "echo")
    [one, other] = await claim(queue)
    with pytest.raises(DatabaseError) as error:
        await exchange(queue, Done(one, result), Done(other, "1"), limit=1)
    assert error.type is DatabaseError
    assert {row(db, each)["status"] for each in (first, second)} == {"running"}


async def test_batch_is_reported_and_the_next_claimed_at_once(queue: Queue, db: Connection) -> None:
    ids = [enqueue(db, "echo") for _ in range(4)]
    one, two, three = sorted(await claim(queue, 3))
    answer = await exchange(
        queue, Done(one, "1"), Done(two), failed=(Failure(three, "bad luck"),), limit=5
    )
    assert (answer.refused, answer.statuses) == (frozenset(), {three.id: "pending"})
    assert [job.id for job in await answer.jobs.take(5)] == ids[3:]
    assert [row(db, each)["status"] for each in ids] == [
        "succeeded",
        "succeeded",
        "pending",
        "running",
    ]


async def test_reports_of_lost_jobs_are_refused_and_change_nothing(
    queue: Queue, db: Connection
) -> None:
    ids = [enqueue(db, "echo") for _ in range(2)]
    one, two = sorted(await claim(queue))
    db.execute("update supaops.lease set expires_at = now() - interval '1 s'")
    db.execute("select * from public.job_queue_claim(2, 'the other', lease => '1 min')")
    answer = await exchange(queue, Done(one, "1"), failed=(Failure(two, "bad luck"),))
    assert (answer.refused, answer.statuses) == (frozenset(ids), {})
    assert {row(db, each)["worker"] for each in ids} == {"the other"}


async def test_failure_says_when_to_try_again_and_whether_at_all(
    queue: Queue, db: Connection
) -> None:
    later, never = enqueue(db, "echo"), enqueue(db, "echo")
    one, two = sorted(await claim(queue))
    wait = timedelta(hours=36, milliseconds=1500)
    answer = await exchange(
        queue, failed=(Failure(one, "later", wait), Failure(two, "never", discard=True))
    )
    assert answer.statuses == {later: "pending", never: "failed"}
    [found] = db.execute(
        "select run_at - now() as wait from public.job_queue where id = %s", [later]
    ).fetchall()
    assert wait - timedelta(seconds=30) < found["wait"] <= wait


async def test_jobs_are_added_with_a_success_that_is_accepted(queue: Queue, db: Connection) -> None:
    enqueue(db, "spawn")
    job, at = await claim_one(queue), datetime(2100, 1, 2, 3, 4, 5, tzinfo=UTC)
    new = NewJob("echo", {"n": 1}, run_at=at, priority=3, max_attempts=2, dedup_key="k")
    await exchange(queue, Done(job, "1", (new,)))
    [added] = db.execute("select * from public.job_queue where id <> %s", [job.id]).fetchall()
    assert (added["payload"], added["run_at"], added["dedup_key"]) == ({"n": 1}, at, "k")
    assert (added["priority"], added["max_attempts"]) == (3, 2)
    await exchange(queue, Done(job, "1", (NewJob("echo"),)))
    assert db.execute("select count(*) as n from public.job_queue").fetchall() == [{"n": 2}]


async def test_job_that_may_not_be_added_undoes_the_whole_exchange(
    queue: Queue, db: Connection
) -> None:
    job_id = enqueue(db, "spawn")
    job = await claim_one(queue)
    with pytest.raises(DatabaseError) as error:
        await exchange(queue, Done(job, "1", (NewJob("ech0"),)), limit=1)
    assert "ech0" in error.value.message
    assert "JQ001" in error.value.message
    assert row(db, job_id)["status"] == "running"


async def test_only_the_queues_that_are_named_are_claimed_from(
    queue: Queue, db: Connection
) -> None:
    db.execute("select public.job_queue_enqueue('echo', queue => 'aside')")
    default = enqueue(db, "echo")
    answer = await exchange(queue, limit=5, queues=["default"])
    assert [job.id for job in await answer.jobs.take(5)] == [default]
    assert len((await exchange(queue, limit=5, queues=[])).jobs) == 0


async def test_no_claim_is_cut_off_by_the_most_rows_that_a_transport_returns(
    queue: Queue, db: Connection
) -> None:
    jobs = json.dumps([{"task_type": "echo"}] * 1001)
    db.execute("select public.job_queue_enqueue_many(%s)", [jobs])
    claimed = await claim(queue, 1000)
    [running] = db.execute(
        "select count(*) as n from public.job_queue where status = 'running'"
    ).fetchall()
    assert len(claimed) == running["n"] >= 999


async def test_heartbeat_extends_a_lease_and_tells_what_was_lost(
    queue: Queue, db: Connection
) -> None:
    kept, cancelled = enqueue(db, "echo"), enqueue(db, "echo")
    job = (await claim(queue))[0]
    db.execute("select public.job_queue_cancel(array[%s]::bigint[])", [cancelled])
    assert await queue.heartbeat(job.lease_id, lease=timedelta(hours=2)) == {cancelled}
    [lease] = db.execute(
        "select expires_at - now() as left from supaops.lease where id = %s", [job.lease_id]
    ).fetchall()
    assert lease["left"] > timedelta(hours=1)
    assert row(db, kept)["status"] == "running"


async def test_jobs_that_are_given_back_are_pending_and_uncounted(
    queue: Queue, db: Connection
) -> None:
    first, second = enqueue(db, "echo", attempts=1), enqueue(db, "echo")
    job = (await claim(queue))[0]
    db.execute("select public.job_queue_cancel(array[%s]::bigint[])", [second])
    assert await queue.give_back(job.lease_id, [first, second]) == {first}
    back = row(db, first)
    assert (back["status"], back["attempts"]) == ("pending", 0)


async def test_post_is_confirmed_once(queue: Queue, db: Connection) -> None:
    [made] = db.execute(
        "insert into supaops.dispatch (request_id, backend_pid, nonce)"
        " values (1, 1, 'n') returning id"
    ).fetchall()
    assert not await queue.confirm(made["id"], "m")
    assert await queue.confirm(made["id"], "n")
    assert not await queue.confirm(made["id"], "n")


async def test_nobody_is_writing_to_a_queue_that_is_at_rest(queue: Queue) -> None:
    assert await queue.writing_since(None) is None


async def test_worker_registers_and_is_forgotten(queue: Queue, db: Connection) -> None:
    await queue.register("host:1", ["b", "a"], {"kind": "serve", "version": "1"})
    found = "select name, handlers, about from supaops.worker"
    [registered] = db.execute(found).fetchall()
    assert set(registered.pop("handlers")) == {"a", "b"}
    assert registered == {"name": "host:1", "about": {"kind": "serve", "version": "1"}}
    await queue.forget("host:1")
    assert db.execute(found).fetchall() == []


async def test_transport_can_be_tried(transport: Transport) -> None:
    await transport.probe()


async def test_secret_that_was_never_rotated_has_no_other_values(transport: Transport) -> None:
    known = await transport.known_values("job_queue_runner_secret")
    assert (known.good, known.retired) == (frozenset(), frozenset())
