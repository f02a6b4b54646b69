"""What the runbooks tell one to run in the database can be run there, as role postgres."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pglast import parse_sql, split

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.docs.markdown import blocks, read
from tests.docs.test_runbooks import RUNBOOKS
from tests.projects import Project, reset

pytestmark = pytest.mark.stack

PLANNED = {"SelectStmt", "UpdateStmt", "DeleteStmt", "InsertStmt"}
RUN = [path for path in RUNBOOKS if path.stem.startswith(("cron.", "net."))]

# What the pages of pg_cron and pg_net are about: jobs, a role, and things of somebody else.
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
def applied(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """Return the stack with an applied project."""
    project = Project.make(tmp_path_factory.mktemp("runbooks"), stack)
    with connect(stack.url, application_name="pytest") as conn:
        reset(conn)
        project.apply(conn)
    return stack


@contextmanager
def undone(url: str) -> Iterator[Connection]:
    """Have a transaction that leaves nothing."""
    with (
        connect(url, application_name="pytest") as conn,
        conn.transaction(force_rollback=True),
    ):
        yield conn


def queries(runbook: Path) -> Iterator[str]:
    """Yield the statements that the server can plan without running them."""
    for block in blocks(runbook, "sql"):
        for statement in split(block):
            [parsed] = parse_sql(statement)
            if type(parsed.stmt).__name__ in PLANNED:
                yield statement


def questions(runbook: Path) -> list[str]:
    """Return what a page asks first: is it real?"""
    first = read(runbook).split("## Impact")[0]
    return [block for block in blocks(runbook, "sql") if block in first]


@pytest.mark.parametrize("runbook", RUNBOOKS, ids=lambda path: path.stem)
def test_each_query_of_a_runbook_names_what_is_there(applied: Stack, runbook: Path) -> None:
    for query in queries(runbook):
        with undone(applied.url) as conn:
            conn.execute(f"explain {query}".encode())


@pytest.mark.parametrize("runbook", RUNBOOKS, ids=lambda path: path.stem)
def test_the_question_of_a_runbook_is_answered_without_a_change(
    applied: Stack, runbook: Path
) -> None:
    with undone(applied.url) as conn:
        conn.execute("set transaction read only")
        for question in questions(runbook):
            assert conn.execute(question.encode()).description


@pytest.mark.parametrize("runbook", RUN, ids=lambda path: path.stem)
def test_the_sql_of_a_runbook_of_the_chain_runs_as_postgres(applied: Stack, runbook: Path) -> None:
    for block in blocks(runbook, "sql"):
        if any(block.lstrip().startswith(start) for start in LEFT_OUT):
            continue
        with undone(applied.admin_url) as admin:
            admin.execute(SCENE.encode())
            if ROLE not in block:
                admin.execute(ROLE)
            admin.execute(block.encode())
