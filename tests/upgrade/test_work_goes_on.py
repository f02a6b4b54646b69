"""A worker that was started before an upgrade, and works all the while."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Event
from typing import TypeVar

import psycopg
import pytest

from supaops.apply import Options
from supaops.apply.upgrade import apply_upgrade
from supaops.db.connect import Connection, connect
from supaops.plan import read_plan
from supaops.plan.upgrade import upgrading
from tests.projects import ORIGIN
from tests.upgrade.conftest import Old
from tests.upgrade.jobs import claim, enqueue, jobs, succeed
from tests.waiting import until

pytestmark = pytest.mark.stack
T = TypeVar("T")


def work(url: str, over: Event, done: Counter[int]) -> int:
    """Enqueue, claim and complete until it is over and all is done; return how many it enqueued."""
    made = 0
    with connect(url, application_name="pytest worker") as conn:
        while not over.is_set() or unfinished(conn):
            if not over.is_set():
                persistently(lambda: enqueue(conn))
                made += 1
            for job in persistently(lambda: claim(conn, 2)):
                lease = job["lease_id"]
                done[job["id"]] += persistently(partial(succeed, conn, job["id"], lease))
    return made


def persistently(call: Callable[[], T]) -> T:
    """Call again when the server has ended the call for a deadlock, as a worker does."""
    while True:
        with suppress(psycopg.errors.DeadlockDetected):
            return call()


def unfinished(conn: Connection) -> bool:
    return any(job["status"] != "succeeded" for job in jobs(conn))


def test_each_job_is_done_once_by_a_worker_that_goes_on_during_the_upgrade(
    old: Old, conn: Connection
) -> None:
    project = old(13)
    desired, over, done = upgrading(project.desired), Event(), Counter[int]()
    with ThreadPoolExecutor(1) as pool:
        worker = pool.submit(work, project.url, over, done)
        try:
            until(lambda: len(done) >= 10)
            apply_upgrade(conn, desired, read_plan(conn, desired), ORIGIN, Options(prune=True))
            reached = len(done)
            until(lambda: len(done) >= reached + 10)
        finally:
            over.set()
        made = worker.result(timeout=30)
    found = jobs(conn)
    assert {job["status"] for job in found} == {"succeeded"}
    assert len(found) == made
    assert done == Counter(job["id"] for job in found)
