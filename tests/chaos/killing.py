"""Workers killed outright one by one: ``python -m tests.chaos.killing`` measures what follows."""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from supaops.db.connect import Connection, connect
from tests.chains import OF_A_SERVER
from tests.db.calls import value
from tests.private_server import private_server
from tests.projects import QUIET_CRON, Project
from tests.waiting import until
from tests.zygote import Process, run

JOBS = 10_000
WORKERS = 4
CONCURRENCY = 10
BATCH = 10
KILL_EVERY_S = 2.0

OVERLAY = f"""
{QUIET_CRON}
queue:
  lease: 3s
  task_types:
    game_platform_sync: {{timeout: 2s}}
    errand: {{timeout: 2s, max_attempts: 100}}
worker:
  timeout: 1500ms
"""
# Each execution leaves its mark in a file of its process: a line as short as that is written whole.
HANDLERS = """
import asyncio, os
from supaops.worker import Handlers

registry = Handlers()
marks = open(f"marks-{os.getpid()}", "a", buffering=1)

@registry.handler("errand")
async def errand(context, payload):
    marks.write(f"{context.job.id} {context.attempt}\\n")
    await asyncio.sleep(0.03)
"""
ADD = """
select cardinality(job_queue_enqueue_many((
  select jsonb_agg(jsonb_build_object('task_type', 'errand')) from generate_series(1, %s))))
"""
UNFINISHED = "select count(*) from job_queue where status in ('pending', 'running')"
LOST = "select job_id, attempt from supaops.attempt where outcome = 'lost'"
LAST = "select id as job_id, attempts as attempt from job_queue where status = 'succeeded'"


@dataclass
class Fleet:
    """Four workers; a killed one is replaced."""

    project: Project
    chance: random.Random = field(default_factory=lambda: random.Random(5))  # noqa: S311  no secret
    workers: list[Process] = field(default_factory=list)
    kills: int = 0

    def add(self) -> None:
        """Start one more."""
        config = ["--config", str(self.project.config_path), "--handlers", "killed"]
        with Path(os.devnull).open("r+b") as nothing:
            worker = run(
                ["worker", *config, "--concurrency", str(CONCURRENCY), "--batch", str(BATCH)],
                folder=self.project.folder,
                variables=self.project.environ,
                streams=(nothing.fileno(), nothing.fileno(), nothing.fileno()),
                modules=OF_A_SERVER,
            )
        self.workers.append(worker)

    def kill_one(self) -> None:
        """Kill some worker outright, and start another."""
        victim = self.workers.pop(self.chance.randrange(len(self.workers)))
        victim.kill()
        victim.wait()
        self.kills += 1
        self.add()

    def stop(self) -> None:
        """Stop them all in order."""
        for worker in self.workers:
            worker.send_signal(signal.SIGTERM)
        for worker in self.workers:
            worker.wait(30)
        self.workers.clear()

    def executions(self) -> list[tuple[int, int]]:
        """Return the job and the attempt of every call of the handler."""
        files = self.project.folder.glob("marks-*")
        lines = (line.split() for file in files for line in file.read_text().splitlines())
        return [(int(job_id), int(attempt)) for job_id, attempt in lines]


@dataclass(frozen=True)
class Outcome:
    """What became of the jobs.

    Attributes:
        executed: the job and the attempt of every call of the handler.
        succeeded: the job and the attempt that the queue has taken as its success.
        lost: the job and the attempt that ended with a killed worker's lease.
    """

    kills: int
    seconds: float
    executed: list[tuple[int, int]]
    succeeded: set[tuple[int, int]]
    lost: set[tuple[int, int]]

    @property
    def repeated(self) -> list[tuple[int, int]]:
        """Return the executions beyond the one of each job that counts."""
        return [each for each in self.executed if each not in self.succeeded]


def work_through(
    fleet: Fleet, db: Connection, *, jobs: int = JOBS, every_s: float = KILL_EVERY_S
) -> Outcome:
    """Enqueue, and kill a worker again and again until no job is left."""
    value(db, ADD, jobs)
    for _ in range(WORKERS):
        fleet.add()
    until(lambda: value(db, UNFINISHED) < jobs, seconds=60)
    began = time.monotonic()
    due, deadline = began + every_s, began + 120
    while value(db, UNFINISHED):
        assert time.monotonic() < deadline
        time.sleep(0.05)
        if time.monotonic() >= due:
            due += every_s
            fleet.kill_one()
    seconds = time.monotonic() - began
    fleet.stop()
    return Outcome(
        fleet.kills, seconds, fleet.executions(), _attempts(db, LAST), _attempts(db, LOST)
    )


def lay_out(project: Project, db: Connection) -> Fleet:
    """Apply the queue and write the handlers."""
    project.apply(db)
    (project.folder / "killed.py").write_text(HANDLERS)
    return Fleet(project)


def _attempts(db: Connection, statement: str) -> set[tuple[int, int]]:
    return {(row["job_id"], row["attempt"]) for row in db.execute(statement)}


def _main() -> None:
    with private_server() as server, tempfile.TemporaryDirectory() as folder:
        project = Project.make(Path(folder) / "project", server.stack, OVERLAY)
        with connect(server.stack.url) as db:
            outcome = work_through(lay_out(project, db), db)
    print(  # noqa: T201  the answer
        f"{JOBS} jobs, {WORKERS} workers, {outcome.kills} killed in {outcome.seconds:.1f} s: "
        f"{len(outcome.succeeded)} succeeded, {len(outcome.lost)} attempts lost with a worker, "
        f"{len(outcome.repeated)} of them had called the handler, "
        f"{len(set(outcome.repeated) - outcome.lost)} repeated for another reason"
    )


if __name__ == "__main__":
    _main()
