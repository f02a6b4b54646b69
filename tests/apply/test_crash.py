"""An apply that is killed at any of its statements is done whole or not at all.

A driver process forks an apply for each point, which kills itself there: before it sends a
statement, or while the server works on it, its begin and its commit among them.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from supaops.db.connect import Connection
from supaops.db.lock import take_apply_lock
from tests.projects import RESET, ROOT, Project

pytestmark = pytest.mark.stack

ROUNDS, POINTS = 2, 10
WHENS = ("before", "while")

# Reads "<number> <when>" a line; number 0 is never reached. Answers with how many exchanges with
# the server an apply took, or -9.
DRIVER = """
import os, signal, sys
from pathlib import Path
import psycopg
from supaops.apply import apply_plan, provenance
from supaops.db.connect import connect
from supaops.plan import read_plan
from tests.projects import Project

project = Project(Path(sys.argv[1]), dict(os.environ))
desired, origin = project.desired, provenance(project.folder)
wait = psycopg.Connection.wait

def apply(fatal, when):
    seen = 0
    def counted(self, exchange, *rest, **more):
        nonlocal seen
        seen += 1
        if seen == fatal:
            if when == "while":
                next(exchange)  # sends it
            os.kill(os.getpid(), signal.SIGKILL)
        return wait(self, exchange, *rest, **more)
    with connect(os.environ["DATABASE_URL"]) as conn:
        plan = read_plan(conn, desired)
        psycopg.Connection.wait = counted
        apply_plan(conn, desired, plan, origin)
        psycopg.Connection.wait = wait
    return seen

for line in sys.stdin:
    number, when = line.split()
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.write(writer, str(apply(int(number), when)).encode())
        os._exit(0)
    os.close(writer)
    told = os.read(reader, 100).decode()
    os.close(reader)
    os.waitpid(child, 0)
    print(told or "-9", flush=True)
"""


@pytest.fixture
def driver(project: Project) -> Iterator[Callable[[int, str], int]]:
    process = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(project.folder)],
        env={**project.environ, "PYTHONPATH": f"{ROOT / 'ops'}:{ROOT}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    pipes = process.stdin, process.stdout

    def run(number: int, when: str) -> int:
        print(number, when, file=pipes[0], flush=True)
        return int(pipes[1].readline())

    with process:
        yield run
        process.stdin.close()


def await_end(db: Connection) -> None:
    """Wait until the server is done with the client that is gone."""
    with db.transaction():
        take_apply_lock(db, wait=timedelta(seconds=20), statement_timeout=timedelta(seconds=20))


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_killed_apply_is_never_half_done_and_the_next_one_finds_nothing_odd(
    project: Project, db: Connection, driver: Callable[[int, str], int], seed: int
) -> None:
    exchanges = driver(0, "never")
    assert project.plan(db).pending == []
    db.execute(RESET)
    fresh = project.plan(db).fingerprint
    chance = random.Random(seed)  # noqa: S311  the same points in every run
    points = [(n, chance.choice(WHENS)) for n in chance.sample(range(1, exchanges), POINTS - 1)]
    for number, when in [*points, (exchanges, WHENS[seed % 2])]:
        assert driver(number, when) == -9
        await_end(db)
        found = project.plan(db)
        if (number, when) == (exchanges, "while"):  # the commit itself was on its way
            assert found.pending == []
        else:
            assert found.fingerprint == fresh, (number, when)
    project.apply(db)
    assert project.plan(db).pending == []
