"""What the runbooks of pg_cron and pg_net tell one to run in the database can be run there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.docs.markdown import blocks
from tests.projects import RESET, ROOT, Project

pytestmark = pytest.mark.stack

RUNBOOKS = sorted(
    path for group in ("cron", "net") for path in (ROOT / "docs" / "runbooks").glob(f"{group}.*.md")
)

# What the pages are about: jobs, a role, and things of somebody else on pg_net's tables.
SCENE = """
insert into cron.job (jobname, schedule, command, username) values
  ('export', '0 3 * * *', 'copy (select 1) to stdout', 'postgres'),
  ('nightly', '0 3 * * *', 'select 1', 'postgres'),
  ('report', '0 3 * * *', 'select 1', 'reporting'),
  ('push', '0 3 * * *', 'select 1', 'service_role');
create trigger theirs before update on net._http_response
  for each row execute function suppress_redundant_updates_trigger();
create table public.theirs (id bigint unique);
alter table public.theirs add constraint their_key foreign key (id) references public.theirs (id);
alter table public.theirs owner to postgres;
set local session authorization postgres;
"""
ROLE = "create role reporting;"

# Page and beginning of what is left out: for a superuser, or of another than postgres.
LEFT_OUT = {
    "alter system": "cannot run in a transaction, and not as postgres",
    "drop trigger theirs": "is for the trigger's owner",
}


@pytest.fixture(scope="module")
def applied(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Return a superuser's connection to a database with an applied project."""
    project = Project.make(tmp_path_factory.mktemp("runbooks"), stack)
    with connect(stack.url, application_name="pytest") as conn:
        conn.execute(RESET)
        project.apply(conn)
    with connect(stack.admin_url, application_name="pytest") as admin:
        yield admin


@pytest.mark.parametrize("runbook", RUNBOOKS, ids=lambda path: path.stem)
def test_the_sql_of_a_runbook_runs_as_postgres(applied: Connection, runbook: Path) -> None:
    for block in blocks(runbook, "sql"):
        if any(block.lstrip().startswith(start) for start in LEFT_OUT):
            continue
        with applied.transaction() as whole:
            applied.execute(SCENE.encode())
            if ROLE not in block:
                applied.execute(ROLE)
            applied.execute(block.encode())
            raise psycopg.Rollback(whole)
