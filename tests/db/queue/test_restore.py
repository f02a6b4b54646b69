"""A queue that comes back out of a backup goes on where it was."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.db.calls import UNHELD, claim, column, enqueue, expire_leases, value
from tests.projects import RESET

SCHEMAS = ("--schema=supaops", "--schema=public")
COUNTS = "select status, jobs from job_queue_stats()"
# As pg_dump finds it on a busy queue: it reads sequences later than rows.
LATER = """
  select setval(s, (extract(epoch from clock_timestamp()) * 1000000)::bigint)
  from supaops.lane, lateral (values (floor), (cursor)) x (s)
"""


def program(stack: Stack, name: str) -> Path:
    """Return a program of the server's version; skip where it has none."""
    path = stack.pg_bin / name
    if not path.is_file():
        pytest.skip(f"this server has no {name}; SUPAOPS_PG_BIN can name one that has")
    return path


def test_every_job_runs_after_a_restore_and_the_counts_are_right(
    queue: Connection, stack: Stack, tmp_path: Path
) -> None:
    dump, restore = program(stack, "pg_dump"), program(stack, "pg_restore")
    jobs = [enqueue(queue, priority=n % 2) for n in range(20)]
    [done, *_] = [row["id"] for row in claim(queue, 5)]
    assert value(queue, "select job_queue_mark_succeeded(%s)", done)
    counts = queue.execute(COUNTS).fetchall()
    file = tmp_path / "queue.dump"
    subprocess.run([dump, "-Fc", *SCHEMAS, "-f", file, "-d", stack.url], check=True)
    queue.execute(RESET)
    # Its status is 1, since the default privileges of another role are not ours to restore.
    subprocess.run([restore, "--no-owner", "-d", stack.url, file], check=False, capture_output=True)
    with connect(stack.url, application_name="pytest") as db:
        assert db.execute(COUNTS).fetchall() == counts
        db.execute(LATER)
        assert claim(db, 20) == []
        db.execute("select supaops.upkeep()")
        seen = {row["id"] for row in claim(db, 20)}
        assert len(seen) == 15  # four are held by their leases
        expire_leases(db)
        seen |= {row["id"] for row in claim(db, 20)}
        assert seen == {*jobs} - {done}
        assert column(db, UNHELD) == []
        assert value(db, "select supaops.recount()") == 20
