"""`supaops verify` on a database that has been used for years."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from benchmarks.crowd import ENVIRONMENT, crowded_project
from benchmarks.figures import OURS, Figure
from benchmarks.project import VARIABLES, apply, declared
from benchmarks.server import Server
from benchmarks.systems.system import System
from supaops.db.connect import Connection, connect
from supaops.errors import SupaopsError

_SUPAOPS = Path(sys.executable).with_name("supaops")
_SCHEDULE = "*/5 * * * *"
_WAITING, _ATTEMPTS = 100, 50
"""One job of so many waits; one of so many has failed before it succeeded."""

_MODEL = "select job_queue_enqueue('game_platform_sync', jsonb_build_object('dryRun', true))"
_CLAIM = "select id, lease_id from job_queue_claim(1, 'bench')"
_DONE = "select job_queue_mark_succeeded(%s, %s)"
_COLUMNS = """
select attname as name from pg_catalog.pg_attribute
 where attrelid = 'job_queue'::regclass and attnum > 0 and not attisdropped and attidentity = ''
 order by attnum"""
_COPIES = """
insert into job_queue ({names})
select {values} from (select * from job_queue where status = '{status}' limit 1) model
 cross join generate_series(1, {number}) n
 cross join lateral (select now() - ({number} - n) * interval '1 second' as at) a"""
_MOMENTS = ("created_at", "run_at", "ready_at", "started_at", "completed_at")
_FAILED = """
insert into supaops.attempt (job_id, attempt, worker, started_at, finished_at, outcome, error)
select id, 1, 'bench', started_at, created_at, 'failed', 'upstream' from job_queue
 where id %% %s = 0"""
_POSTS = """
insert into supaops.dispatch (request_id, backend_pid, created_at, status_code, responded_at)
select n, 1, at, 200, at + interval '20 milliseconds'
  from generate_series(1, %s) n, lateral (select now() - (%s - n) * interval '5 seconds' as at) a"""
_RUNS = """
insert into cron.job_run_details
  (jobid, job_pid, database, username, command, status, return_message, start_time, end_time)
select j.jobid, 1, 'postgres', 'postgres', 'select 1', 'succeeded', '1 row', at, at
  from generate_series(1, %s / (select count(*) from cron.job)::int) round,
       lateral (select now() - (%s / (select count(*) from cron.job)::int - round)
                       * interval '5 minutes' as at) a,
       cron.job j
 order by round, j.jobid"""
_LARGE = 100_000
"""Rows from which on a table is one that must not be read from end to end."""
_SCANS = """
select s.relname as name, s.seq_scan as scans, s.n_tup_ins + s.n_tup_upd + s.n_tup_del as writes
  from pg_catalog.pg_stat_user_tables s join pg_catalog.pg_class c on c.oid = s.relid
 where c.reltuples >= %s"""


@dataclass(frozen=True, slots=True)
class Verify:
    """Whole processes, from start to exit; what they scanned and wrote is the server's word."""

    rounds: ClassVar[int | None] = 1
    jobs: int = 5_000_000
    runs: int = 5_000_000
    posts: int = 500_000
    cron_jobs: int = 500
    times: int = 5

    def fits(self, system: System) -> bool:
        """Tell whether it is ours."""
        return system.name == OURS

    def measure(self, server: Server, system: System) -> Iterator[Figure]:  # noqa: ARG002  it is ours
        """Yield milliseconds of each run.

        Raises: SupaopsError when something could not be looked at, or when a large table was read
            from end to end or written to: such a figure counts for nothing.
        """
        server.empty()
        with tempfile.TemporaryDirectory(prefix="supaops-bench-") as place, standstill(server):
            folder = Path(place)
            base = crowded_project(folder, self.cron_jobs, _SCHEDULE)
            with server.connect() as db:
                apply(db, declared(base, ENVIRONMENT, _variables(server)))
                self._fill(db, server)
            server.settle()
            server.checkpoint()
            before = _counters(server)
            for _ in range(self.times):
                yield Figure("verify: all checks", OURS, "ms", _timed(server, folder, "verify"))
                once = _timed(server, folder, "watch", "--once")
                yield Figure("verify: a round of watch, metrics too", OURS, "ms", once)
            _require_untouched(before, _counters(server))

    def _fill(self, db: Connection, server: Server) -> None:
        db.execute(_MODEL)
        [job] = db.execute(_CLAIM).fetchall()
        db.execute(_DONE, [job["id"], job["lease_id"]])
        db.execute(_MODEL)
        waiting = self.jobs // _WAITING
        for status, number in (("succeeded", self.jobs - waiting), ("pending", waiting)):
            db.execute(_copies(db, status, number))
        db.execute(_FAILED, [_ATTEMPTS])
        db.execute(_POSTS, [self.posts, self.posts])
        with connect(server.stack.admin_url, application_name="bench") as admin:
            admin.execute(_RUNS, [self.runs, self.runs])


def _copies(db: Connection, status: str, number: int) -> bytes:
    """Return the statement that adds copies of a job, one a second until now."""
    names = [row["name"] for row in db.execute(_COLUMNS).fetchall()]
    values = [_moment(name) if name in _MOMENTS else f"model.{name}" for name in names]
    return _COPIES.format(
        names=", ".join(names), values=", ".join(values), status=status, number=number
    ).encode()


def _moment(name: str) -> str:
    """Return the copy's time where the model has one."""
    return f"case when model.{name} is not null then a.at end"


@contextmanager
def standstill(server: Server) -> Iterator[None]:
    """Keep pg_cron from running the five hundred jobs; they are active all the same.

    Its stand-in has no such setting, and runs them.
    """
    if "pg_cron" not in server.stack.native:
        yield
        return
    with connect(server.stack.admin_url, application_name="bench") as admin:
        admin.execute("alter system set cron.launch_active_jobs = off")
        admin.execute("select pg_reload_conf()")
        try:
            yield
        finally:
            admin.execute("alter system reset cron.launch_active_jobs")
            admin.execute("select pg_reload_conf()")


def _timed(server: Server, folder: Path, *words: str) -> float:
    """Run a command once and return milliseconds.

    Raises: SupaopsError when a check could not look.
    """
    started = time.perf_counter()
    done = subprocess.run(
        [_SUPAOPS, *words, "--format", "json"],
        cwd=folder,
        env=_variables(server),
        capture_output=True,
        text=True,
        check=False,
    )
    taken = (time.perf_counter() - started) * 1000
    if "no answer within" in done.stdout:
        raise SupaopsError(f"{words[0]} could not look in time: {done.stdout}")
    return taken


def _require_untouched(before: Mapping[str, int], after: Mapping[str, int]) -> None:
    for name, number in after.items():
        if number != before[name]:
            raise SupaopsError(f"{number - before[name]} {name} of large tables")


def _counters(server: Server) -> dict[str, int]:
    with server.connect() as db:
        rows = db.execute(_SCANS, [_LARGE]).fetchall()
    return {key: int(sum(row[key] for row in rows)) for key in ("scans", "writes")}


def _variables(server: Server) -> dict[str, str]:
    return {**server.environment, **VARIABLES, "SUPAOPS_ENV": ENVIRONMENT}
