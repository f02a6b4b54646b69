"""procrastinate: one row per job that keeps its states, an event row for each change."""

from __future__ import annotations

from typing import Any

from benchmarks import programs
from benchmarks.fleet import Crew
from benchmarks.systems.peer import Library
from benchmarks.systems.system import PAYLOAD, Statements, Worker

_JOB = "row('bench', 'bench', 0, null, null, {}, null)::procrastinate_job_to_defer_v1"


class Procrastinate(Library):
    """Its SQL functions, which hand out and finish one job at a time."""

    name = "procrastinate"
    driver = (programs.PYTHON, str(programs.DRIVERS / "procrastinate_driver.py"))
    unfinished = "select count(*) from procrastinate_jobs where status <> 'succeeded'"

    def missing(self) -> str | None:
        """Return what to do to have it."""
        return programs.python_missing()

    def version(self) -> str:
        """Return that of the package."""
        return programs.python_version(self.name)

    def captured(self, sent: dict[str, Any], batch: int) -> Statements:  # noqa: ARG002  public ones
        """Return its functions, which know no batches but for adding jobs."""
        return Statements(
            jobs=f"""select array_agg({_JOB.format(PAYLOAD)}) as jobs
  from generate_series(1, :batch) n""",
            enqueue="""select cardinality(procrastinate_defer_jobs_v1(
         :jobs::procrastinate_job_to_defer_v1[]))""",
            enqueue_one=f"""select procrastinate_defer_jobs_v1(
         array[{_JOB.format(":payload::jsonb")}])""",
            claim="""select coalesce(id, 0) as ids, args as payloads, count(id) over () as claimed
  from procrastinate_fetch_job_v2('{bench}', null)""",
            complete="""select case when :ids::bigint > 0
         then procrastinate_finish_job_v1(:ids::bigint, 'succeeded', false) end""",
            largest=1,
        )

    def workers(self) -> tuple[Worker, ...]:
        """Return one setting, with fewer jobs: they go one by one, and the rate is the same."""
        return (Worker(self.name, (*self.driver, "work", "20"), jobs=5_000),)

    def crew(self) -> Crew:
        """Return its worker with the setting above, and its own client as the producer."""
        return Crew((*self.driver, "fleet", "20"), (*self.driver, "produce"), jobs=5_000)
