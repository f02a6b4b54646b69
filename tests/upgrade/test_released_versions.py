"""Each released schema version, upgraded to the present one with jobs in every state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from supaops.apply import Options, apply_plan
from supaops.db.connect import Connection, connect
from supaops.local import Stack
from supaops.plan import Plan, read_plan
from supaops.plan.schema_version import installed_version
from supaops.plan.upgrade import upgrading
from supaops.render.version import schema_version
from tests.projects import ORIGIN, Project, reset
from tests.upgrade.catalogue import catalogue
from tests.upgrade.conftest import of_version
from tests.upgrade.installed import read, versions
from tests.upgrade.jobs import Held, Row, claim, jobs, populate, succeed

pytestmark = pytest.mark.stack

# Rows that are the user's, or came of running; a secret's text is stored encrypted.
_KEPT = b"""
select jsonb_build_array(j.jobid, j.schedule, j.command, j.active)::text as row from cron.job as j
union all select to_jsonb(s)::text from vault.secrets as s
union all select to_jsonb(t)::text from supaops.task_type as t
union all select jsonb_build_array(p.queue, p.reason)::text from supaops.pause as p
order by 1
"""


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What there was before the upgrade of one version, and the database after it."""

    conn: Connection
    project: Project
    held: Held
    jobs: list[Row]
    kept: list[str]
    plan: Plan


@pytest.fixture(scope="module")
def fresh(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the catalogs of a first apply."""
    with connect(stack.url, application_name="pytest") as conn:
        reset(conn)
        found = read(versions()[-1])
        project = of_version(found, tmp_path_factory.mktemp("fresh"), stack)
        project.apply(conn)
        return catalogue(conn)


@pytest.fixture(scope="module", params=versions())
def upgraded(
    request: pytest.FixtureRequest,
    stack: Stack,
    fresh: list[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Upgraded]:
    del fresh  # made before, in the same database
    found = read(request.param)
    project = of_version(found, tmp_path_factory.mktemp("upgraded"), stack)
    with connect(stack.url, application_name="pytest") as conn:
        reset(conn)
        found.install(conn, project.config, project.resolved.secrets)
        held = populate(conn)
        before, kept = jobs(conn), rows(conn)
        yield Upgraded(conn, project, held, before, kept, upgrade(conn, project))


def upgrade(conn: Connection, project: Project) -> Plan:
    desired = upgrading(project.desired)
    plan = read_plan(conn, desired)
    apply_plan(conn, desired, plan, ORIGIN, Options(prune=True))
    return plan


def rows(conn: Connection) -> list[str]:
    return [row["row"] for row in conn.execute(_KEPT)]


def test_the_catalogs_are_those_of_a_first_apply(upgraded: Upgraded, fresh: list[str]) -> None:
    assert catalogue(upgraded.conn) == fresh


def test_nothing_was_in_conflict_and_nothing_is_due_afterwards(upgraded: Upgraded) -> None:
    assert {each.action for each in upgraded.plan.pending} <= {"create", "update", "delete"}
    after = read_plan(upgraded.conn, upgrading(upgraded.project.desired))
    assert after.pending == []
    assert installed_version(after) == schema_version()


def test_every_job_is_as_it_was(upgraded: Upgraded) -> None:
    now = jobs(upgraded.conn)
    assert {each["status"] for each in now} == {
        "pending",
        "running",
        "succeeded",
        "failed",
        "cancelled",
    }
    assert [
        {key: job[key] for key in old} for old, job in zip(upgraded.jobs, now, strict=True)
    ] == (upgraded.jobs)


def test_cron_jobs_secrets_task_types_and_pauses_stay(upgraded: Upgraded) -> None:
    assert rows(upgraded.conn) == upgraded.kept


def test_no_job_is_lost_or_handed_out_twice(upgraded: Upgraded) -> None:
    """The lease of before completes its jobs once; what waited is claimed once; a pause holds."""
    conn, held = upgraded.conn, upgraded.held
    [waiting] = claim(conn, 10)
    assert waiting["id"] not in held.jobs
    assert succeed(conn, waiting["id"], waiting["lease_id"])
    assert [succeed(conn, job, held.lease) for job in held.jobs] == [True, True]
    assert [succeed(conn, job, held.lease) for job in held.jobs] == [False, False]
    assert claim(conn, 10) == []
    conn.execute("select public.job_queue_resume('paused')")
    assert len(claim(conn, 10)) == 1
    miscounted = conn.execute(
        "select queue, status, sum(jobs) from public.job_queue_stats() where jobs > 0 group by 1, 2"
        " except select queue, status, count(*) from public.job_queue group by 1, 2"
    )
    assert miscounted.fetchall() == []


def test_an_apply_then_brings_the_rest_and_leaves_nothing_to_do(upgraded: Upgraded) -> None:
    upgraded.project.apply(upgraded.conn)
    assert upgraded.project.plan(upgraded.conn).pending == []
