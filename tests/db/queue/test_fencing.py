"""A hundred thousand reports of workers that have lost their jobs, each of them refused.

Late workers report at random, in every way there is and from several connections, while the jobs
go on from holder to holder. A report is late when the job's next claim has been committed.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, cycle
from typing import LiteralString

import pytest

from supaops.db.connect import Connection
from tests.db import calls
from tests.db.calls import claim, column, expire_leases, value

pytestmark = pytest.mark.stack

LATE_REPORTS = 100_000
LATE_WORKERS = 3
JOBS = 300

Reports = list[tuple[int, int]]
Way = Callable[[Connection, Reports], int]

FILL = """
  select job_queue_enqueue_many(jsonb_agg(
    jsonb_build_object('task_type', 'plain', 'max_attempts', 100000)))
  from generate_series(1, %s)
"""
ACCEPTED_SINGLY: LiteralString = """
  select count(*) from unnest(%s::bigint[], %s::bigint[]) late (id, lease)
  where job_queue_mark_succeeded(late.id, late.lease)
"""
FAILED_SINGLY: LiteralString = """
  select count(job_queue_mark_failed(late.id, 'late', late.lease, '0'))
  from unnest(%s::bigint[], %s::bigint[]) late (id, lease)
"""
FAILED_MANY: LiteralString = """
  select count(*) from job_queue_mark_failed_many(%s, array_fill('late'::text, array[%s]), %s)
"""


def succeed_singly(db: Connection, late: Reports) -> int:
    return int(value(db, ACCEPTED_SINGLY, *columns(late)))


def fail_singly(db: Connection, late: Reports) -> int:
    return int(value(db, FAILED_SINGLY, *columns(late)))


def succeed_many(db: Connection, late: Reports) -> int:
    return len(value(db, "select job_queue_mark_succeeded_many(%s, %s)", *columns(late)))


def succeed_many_with_results(db: Connection, late: Reports) -> int:
    ids, leases = columns(late)
    call = "select job_queue_mark_succeeded_many(%s, %s, array_fill('1'::jsonb, array[%s]))"
    return len(value(db, call, ids, leases, len(ids)))


def fail_many(db: Connection, late: Reports) -> int:
    ids, leases = columns(late)
    return int(value(db, FAILED_MANY, ids, len(ids), leases))


def exchange(db: Connection, late: Reports) -> int:
    done, failed = late[::2], late[1::2]
    answer = calls.exchange(db, reports(done), reports(failed), 0)
    return sum(job_id not in answer.refused for job_id, _ in late) + len(answer.statuses)


def heartbeat(db: Connection, late: Reports) -> int:
    """Ask for each lease; a job that is not among the lost ones counts as accepted."""
    lost = {
        lease: set(value(db, "select job_queue_heartbeat(%s)", lease))
        for lease in {lease for _, lease in late}
    }
    return sum(job_id not in lost[lease] for job_id, lease in late)


WAYS: tuple[Way, ...] = (
    succeed_singly,
    fail_singly,
    succeed_many,
    succeed_many_with_results,
    fail_many,
    exchange,
    heartbeat,
)


def columns(late: Reports) -> tuple[list[int], list[int]]:
    return [job_id for job_id, _ in late], [lease for _, lease in late]


def reports(late: Reports) -> list[dict[str, object]]:
    return [{"job_id": job_id, "lease_id": lease, "error": "late"} for job_id, lease in late]


@dataclass
class History:
    """Who held which job: the batches that were taken over, and what became of late reports."""

    lost: list[Reports] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    counting: threading.Lock = field(default_factory=threading.Lock)

    def report_late(self, db: Connection, seed: int, quota: int) -> None:
        """Send so many late reports, in batches of one to three hundred from up to three leases."""
        chance = random.Random(seed)  # noqa: S311  no secret
        for way in cycle(WAYS):
            size = min(quota, chance.choice((1, 2, 10, 300, 300, 300)))
            late = chance.choices([*chain(*chance.choices(self.lost, k=3))], k=size)
            accepted = way(db, late)
            with self.counting:
                self.accepted[way.__name__] += accepted
                self.refused[way.__name__] += size - accepted
            quota -= size
            if not quota:
                return


def take_over(db: Connection, history: History, holders: dict[int, int]) -> None:
    """Let every lease run out and claim all the jobs anew, in batches of a hundred."""
    expire_leases(db)
    for _ in range(JOBS // 100):
        rows = claim(db, 100, lease="1 hour")
        late = [(row["id"], holders[row["id"]]) for row in rows if row["id"] in holders]
        if late:
            history.lost.append(late)
        holders.update((row["id"], row["lease_id"]) for row in rows)


def late_workers(history: History, another: Callable[[], Connection]) -> Iterator[threading.Thread]:
    for seed in range(LATE_WORKERS):
        quota = LATE_REPORTS // LATE_WORKERS + (seed < LATE_REPORTS % LATE_WORKERS)
        yield threading.Thread(target=history.report_late, args=(another(), seed, quota))


def test_of_a_hundred_thousand_late_reports_none_is_accepted(
    queue: Connection, another: Callable[[], Connection]
) -> None:
    queue.execute(FILL, [JOBS])
    history, holders = History(), dict[int, int]()
    for _ in range(3):
        take_over(queue, history, holders)
    threads = list(late_workers(history, another))
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        take_over(queue, history, holders)
    for thread in threads:
        thread.join()
    assert history.refused.keys() == {way.__name__ for way in WAYS}
    assert history.refused.total() == LATE_REPORTS
    assert history.accepted.total() == 0
    untouched = "select id from job_queue where status = 'running' and last_error !~ 'late'"
    assert len(column(queue, untouched)) == JOBS
    assert succeed_singly(queue, [*holders.items()]) == JOBS
