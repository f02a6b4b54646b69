"""A schema newer than the command, or older than the worker, is refused with both versions."""

from __future__ import annotations

import pytest

from supaops.apply import apply_plan
from supaops.db.connect import Connection
from supaops.errors import Refused
from supaops.status import ExitStatus
from tests.projects import ORIGIN, Project
from tests.upgrade.conftest import Old
from tests.upgrade.jobs import jobs
from tests.upgrade.running import run

pytestmark = pytest.mark.stack

_SERVES_NEWER_ONES = b"""
create or replace function supaops.oldest_worker() returns integer language sql as 'select 900'
"""


@pytest.mark.parametrize(
    "words",
    [
        "plan",
        "apply --yes",
        "upgrade --yes",
        "upgrade --check",
        "rotate job_queue_runner_secret --yes",
    ],
)
def test_a_newer_schema_is_refused(newer: Project, words: str) -> None:
    found = run(newer, *words.split())
    assert found.status == ExitStatus.REFUSED
    assert "has schema version 900" in found.err
    assert "knows none after 17" in found.err
    assert "pip install --upgrade supaops" in found.err


def test_an_apply_that_meets_a_newer_schema_under_the_lock_is_refused(
    newer: Project, conn: Connection
) -> None:
    plan = newer.desired.plan(newer.desired.state(conn))
    with pytest.raises(Refused, match="has schema version 900"):
        apply_plan(conn, newer.desired, plan, ORIGIN)


def test_a_worker_works_on_a_newer_schema_that_serves_it_and_says_so(
    newer: Project, conn: Connection
) -> None:
    conn.execute("select public.job_queue_enqueue('supaops_smoke')")
    found = run(newer, "worker", "--drain")
    assert (found.status, "this worker is of 17: replace it soon" in found.err) == (0, True)
    assert [each["status"] for each in jobs(conn)] == ["succeeded"]


def test_a_worker_refuses_a_schema_that_no_longer_serves_it(
    newer: Project, conn: Connection
) -> None:
    conn.execute(_SERVES_NEWER_ONES)
    found = run(newer, "worker", "--drain")
    assert found.status == ExitStatus.REFUSED
    assert "no longer serves workers from before 900" in found.err


@pytest.mark.parametrize("command", ["serve --port 0", "worker --drain", "worker --processes 2"])
def test_a_worker_refuses_a_schema_that_is_older_than_it(old: Old, command: str) -> None:
    found = run(old(16), *command.split())
    assert found.status == ExitStatus.REFUSED
    assert "has schema version 16" in found.err
    assert "supaops upgrade --env test" in found.err


def test_a_schema_from_before_the_first_version_is_refused_as_such(
    old: Old, conn: Connection
) -> None:
    project = old(10)
    conn.execute(
        "update supaops.resource set address = 'schema.007_backdated'"
        " where address = 'schema.007_cleanup'"
    )
    with pytest.raises(Refused, match=r"before schema version 10.*: schema\.007_backdated"):
        project.plan(conn)
