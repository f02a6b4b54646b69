"""A server, its workers, and what may befall them."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from supaops.db.connect import Connection, connect
from supaops.errors import ConnectionFailed
from tests.chaos.fleet import Fleet
from tests.db.calls import column, enqueue, value
from tests.private_server import PrivateServer
from tests.waiting import until

# So few that a test can take them all: each of the workers may ask for twelve.
CONNECTIONS = "60"
WORKERS = "from pg_stat_activity where application_name = 'supaops worker'"
CUT = f"select pg_terminate_backend(pid) {WORKERS}"
UNFINISHED = "select count(*) from job_queue where status in ('pending', 'running')"
RUNNING = "select id from job_queue where status = 'running'"
BUSIEST = """
  select worker from job_queue where status = 'running' and worker = any (%s)
  group by worker order by count(*) desc limit 1
"""
# When the next attempt began after each that a worker has lost.
BEGUN_AGAIN = """
  select min(e.begun_at) from supaops.attempt a
  left join errand e on e.job_id = a.job_id and e.attempt > a.attempt
  join job_queue j on j.id = a.job_id and j.max_attempts > 1
  where a.outcome = 'lost' and a.worker = %s
  group by a.job_id, a.attempt
"""


@dataclass
class Arena:
    """What the tests act on; `added` are the ids that an enqueue has acknowledged."""

    server: PrivateServer
    fleet: Fleet
    added: set[int] = field(default_factory=set)
    chance: random.Random = field(default_factory=lambda: random.Random(11))  # noqa: S311

    @contextmanager
    def database(self) -> Iterator[Connection]:
        with connect(self.server.stack.url, application_name="pytest") as db:
            yield db

    def add(self, db: Connection, jobs: int) -> None:
        """Enqueue jobs of up to half a second each; one in ten has a single attempt."""
        for number in range(jobs):
            payload = f'{{"seconds": {self.chance.uniform(0.02, 0.5)}}}'
            most = None if number % 10 else 1
            self.added.add(enqueue(db, "errand", payload=payload, max_attempts=most))

    # --- mishaps ------------------------------------------------------------------------------

    def kill_the_busiest_worker(self, db: Connection) -> tuple[str, datetime]:
        """Kill who runs the most jobs; return its name and the time, by the server's clock."""
        name = until(lambda: value(db, BUSIEST, [worker.name for worker in self.fleet.workers]))
        self.fleet.kill_one(name)
        return name, value(db, "select clock_timestamp()")

    def cut_the_workers_connections(self, db: Connection) -> None:
        """End every session of the workers, of which one at least is in the middle of a call."""
        until(lambda: column(db, f"{CUT} and state = 'active'"))
        column(db, CUT)

    @contextmanager
    def no_connection_left(self, db: Connection) -> Iterator[Callable[[], bool]]:
        """Take every connection that the server has, also those of the workers.

        Yields what takes those that have become free since and tells whether none is left.
        """
        with ExitStack() as taken:

            def all_are_taken() -> bool:
                column(db, CUT)
                for _ in range(int(CONNECTIONS)):
                    try:
                        taken.enter_context(connect(self.server.stack.url))
                    except ConnectionFailed:
                        break
                return not column(db, f"select pid {WORKERS}")

            until(all_are_taken)
            yield all_are_taken

    # --- what must hold -----------------------------------------------------------------------

    def all_ends_well(self) -> None:
        """Wait until nothing is left to do; then each job has ended, once, as it had to."""
        with self.database() as db:
            until(lambda: not value(db, UNFINISHED), seconds=60)
            rows = {row["id"]: row for row in db.execute("select * from job_queue")}
            assert self.added <= rows.keys()
            for row in rows.values():
                assert row["status"] == "succeeded" or (row["status"], row["max_attempts"]) == (
                    "failed",
                    1,
                )
            begun = db.execute("select job_id, attempt, count(*) from errand group by 1, 2")
            assert {row["count"] for row in begun} == {1}
            begun_jobs = column(db, "select distinct job_id from errand")
            assert {i for i, row in rows.items() if row["status"] == "succeeded"} <= {*begun_jobs}
        succeeded = Counter(
            re.findall(r"job (\d+) errand attempt \d+: succeeded", self.fleet.said())
        )
        assert set(succeeded.values()) == {1}

    def begun_again(self, db: Connection, worker: str) -> list[datetime]:
        """Return when each job that a killed worker has lost began again."""
        return column(db, BEGUN_AGAIN, worker)
