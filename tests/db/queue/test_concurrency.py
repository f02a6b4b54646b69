"""Many workers at once: each job done once, none lost when workers are killed."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from supaops.db.connect import Connection
from supaops.local import Stack
from tests.db.calls import WAITING, claim, column, enqueue, exchange, value
from tests.waiting import until

ROOT = Path(__file__).parents[3]
CLAIMER = Path(__file__).with_name("claimer.py")


def fill(db: Connection, jobs: int) -> None:
    """Enqueue so many jobs."""
    db.execute(
        "select job_queue_enqueue_many(jsonb_agg(jsonb_build_object('task_type', 'plain')))"
        " from generate_series(1, %s)",
        [jobs],
    )


def test_sixteen_claimers_do_each_of_twenty_thousand_jobs_once(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    fill(queue, 20_000)
    claimed: list[int] = []
    accepted: list[int] = []

    def work(db: Connection) -> None:
        while rows := claim(db, 100):
            ids = [row["id"] for row in rows]
            leases = [row["lease_id"] for row in rows]
            claimed.extend(ids)
            accepted.extend(value(db, "select job_queue_mark_succeeded_many(%s, %s)", ids, leases))

    threads = [threading.Thread(target=work, args=(another(),)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(claimed), len(set(claimed))) == (20_000, 20_000)
    assert sorted(accepted) == sorted(claimed)
    assert column(queue, "select distinct status from job_queue") == ["succeeded"]
    assert value(queue, "select max(attempts) from job_queue") == 1
    assert value(queue, "select count(*) from supaops.lease") == 0


def test_exchanging_workers_do_each_job_once(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    fill(queue, 2_000)
    claimed: list[int] = []

    def work(db: Connection) -> None:
        done: list[dict[str, int]] = []
        while True:
            answer = exchange(db, done, None, 10)
            assert answer.refused == []
            done = [{"job_id": row["id"], "lease_id": row["lease_id"]} for row in answer.claimed]
            if not done:
                return
            claimed.extend(each["job_id"] for each in done)

    threads = [threading.Thread(target=work, args=(another(),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == column(queue, "select id from job_queue order by id")
    assert column(queue, "select distinct status from job_queue") == ["succeeded"]


@pytest.fixture
def workers(stack: Stack, tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Return a function that starts a worker process; what it printed is in tmp_path/<name>."""
    started: list[subprocess.Popen[str]] = []

    def start(name: str) -> subprocess.Popen[str]:
        with (tmp_path / name).open("w") as output:
            process = subprocess.Popen(
                [sys.executable, str(CLAIMER), name, "5"],
                stdin=subprocess.PIPE,
                stdout=output,
                env={"PYTHONPATH": str(ROOT / "ops")},
                text=True,
            )
        assert process.stdin is not None
        process.stdin.write(f"{stack.url}\n")
        process.stdin.close()
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_killing_half_of_the_workers_loses_no_job_and_repeats_no_completion(
    queue: Connection, workers: Callable[[str], subprocess.Popen[str]], tmp_path: Path
) -> None:
    fill(queue, 2_000)
    processes = [workers(f"w{n}") for n in range(4)]
    for n in (0, 1):
        until((tmp_path / f"w{n}").read_text)
        processes[n].kill()
    for process in processes:
        process.wait()
    until(lambda: _drained(queue, workers))
    accepted = Counter(
        int(line.split()[0])
        for output in tmp_path.iterdir()
        for line in output.read_text().splitlines()
        if line.count(" ") == 1
    )
    assert set(accepted.values()) == {1}
    assert column(queue, "select distinct status from job_queue") == ["succeeded"]
    lost = column(queue, "select distinct worker from supaops.attempt where outcome = 'lost'")
    assert set(lost) <= {"w0", "w1"}


def _drained(db: Connection, workers: Callable[[str], subprocess.Popen[str]]) -> bool:
    """Return whether all is done; if not, let one more worker try."""
    if not value(db, "select count(*) from job_queue where status in ('pending', 'running')"):
        return True
    workers("late").wait()
    return False


def test_opposite_batches_of_completions_do_not_deadlock(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    ids = [enqueue(queue) for _ in range(3)]
    lease = claim(queue, 3)[0]["lease_id"]
    accepted: list[int] = []

    def complete(order: list[int]) -> None:
        call = "select job_queue_mark_succeeded_many(%s, %s)"
        accepted.extend(value(another(), call, order, [lease] * 3))

    threads = [threading.Thread(target=complete, args=(order,)) for order in (ids, ids[::-1])]
    holder = another()
    with holder.transaction():
        holder.execute("select from job_queue where id = %s for update", [ids[1]])
        for thread in threads:
            thread.start()
        until(lambda: value(queue, WAITING) == 2)
    for thread in threads:
        thread.join()
    assert sorted(accepted) == ids
