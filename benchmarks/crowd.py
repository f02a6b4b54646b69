"""A project with many cron jobs, and a database with many functions that are not ours."""

from __future__ import annotations

from pathlib import Path

from benchmarks.project import SHIPPED
from supaops.db.connect import Connection

ENVIRONMENT = "crowd"
# Ticks of its own would cost a measurement; that of the reports comes once a year.
_OVERLAY = """\
cron:
  jobs:
    job_queue_worker: {active: false}
    job_queue_cleanup_daily: {active: false}
    job_queue_maintenance: {active: false}
"""
_JOB = """\
    report_{n:04}:
      description: Makes report number {n}.
      schedule: "{schedule}"
      sql: |
        select job_queue_enqueue('game_platform_sync', jsonb_build_object('dryRun', true),
                                 dedup_key => 'report {n}')
"""
_COUNT = b"""select count(*) as number from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
 where n.nspname = 'supaops' or n.nspname = 'public' and starts_with(p.proname, 'job_queue_')"""
_FUNCTION = """create function public.job_queue_other_{n}(a integer, b text) returns integer
  language sql as $$ select a * {n} + length(b) $$"""


def crowded_project(folder: Path, cron_jobs: int, schedule: str = "") -> Path:
    """Lay out a project that declares so many cron jobs; return its base file.

    Args:    schedule: of each; by default they are spread over the first of January.
    """
    base = folder / "ops" / "config" / SHIPPED.name
    overlay = base.parent / "environments" / f"{ENVIRONMENT}.yaml"
    overlay.parent.mkdir(parents=True)
    overlay.write_text(_OVERLAY, encoding="utf-8")
    shipped = SHIPPED.read_text(encoding="utf-8")
    added = cron_jobs - shipped.count("\n      schedule:")
    jobs = "".join(_job(n, schedule) for n in range(added))
    base.write_text(shipped + jobs, encoding="utf-8")
    return base


def fill_with_functions(db: Connection, functions: int) -> None:
    """Make others' functions with our prefix until there are so many, ours included."""
    [row] = db.execute(_COUNT).fetchall()
    for n in range(functions - int(row["number"])):
        db.execute(_FUNCTION.format(n=n).encode())


def _job(n: int, schedule: str) -> str:
    return _JOB.format(n=n, schedule=schedule or f"{n % 60} {n % 24} 1 1 *")
