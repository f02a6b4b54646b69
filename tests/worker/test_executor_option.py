"""`supaops worker --executor`: a process of its own whose handlers run elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from distributed import LocalCluster

from supaops.db.connect import Connection
from tests.projects import ROOT, Project
from tests.worker.queue_rows import enqueue

pytestmark = pytest.mark.stack


def drain(project: Project, *options: str) -> tuple[int, dict[str, Any]]:
    """Empty the queue by the command; return its process id and what it printed."""
    words = ["worker", "--config", str(project.config_path), "--drain", "--format", "json"]
    path = os.pathsep.join([str(ROOT), str(ROOT / "ops")])
    program = [sys.executable, "-c", "from supaops.cli import main; main()"]
    with subprocess.Popen(
        [*program, *words, "--handlers", "tests.worker.handed_over", *options],
        env={**project.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
    ) as worker:
        printed, _ = worker.communicate(timeout=60)
    return worker.pid, json.loads(printed)


def processes(db: Connection) -> set[int]:
    """Return in which processes the jobs ran; there are two, of which one was added."""
    rows = db.execute("select status, result from public.job_queue").fetchall()
    assert [row["status"] for row in rows] == ["succeeded"] * 2
    return {row["result"] for row in rows}


@contextmanager
def cluster() -> Iterator[str]:
    """Start a scheduler and a worker of Dask in this process; yield the address."""
    with LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        host="127.0.0.1",
        dashboard_address=None,
    ) as started:
        yield started.scheduler_address


def test_worker_runs_handlers_in_processes(project: Project, queue_db: Connection) -> None:
    enqueue(queue_db)
    pid, counts = drain(project, "--executor", "process")
    assert counts["succeeded"] == 2
    assert processes(queue_db).isdisjoint({pid, os.getpid()})


def test_worker_hands_handlers_to_a_cluster_of_dask(project: Project, queue_db: Connection) -> None:
    enqueue(queue_db)
    with cluster() as address:
        _, counts = drain(project, "--executor", "dask", "--scheduler", address)
    assert counts["succeeded"] == 2
    assert processes(queue_db) == {os.getpid()}
