"""Who may use what: whatever somebody opens by hand is drift, and an apply closes it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from supaops.db.connect import Connection, connect
from supaops.errors import DatabaseError
from supaops.local import Stack
from supaops.plan import Action, Plan
from tests.projects import Project

pytestmark = pytest.mark.stack

CLAIM = "public.job_queue_claim(integer, text, text[], interval)"


@dataclass(frozen=True, slots=True)
class Opening:
    """A statement that opens something, where that shows, and the question whether it is open."""

    statement: str
    grant: str
    question: str


OPENINGS = {
    "column": Opening(
        "grant select (payload) on public.job_queue to anon",
        "public.job_queue",
        "has_column_privilege('anon', 'public.job_queue', 'payload', 'select')",
    ),
    "sequence": Opening(
        "grant usage on sequence public.job_queue_id_seq to anon",
        "public.job_queue",
        "has_sequence_privilege('anon', 'public.job_queue_id_seq', 'usage')",
    ),
    "schema": Opening(
        "grant usage on schema supaops to anon",
        "supaops",
        "has_schema_privilege('anon', 'supaops', 'usage')",
    ),
    "function to the role that the Data API logs in as": Opening(
        f"grant execute on function {CLAIM} to authenticator",
        "public.job_queue_claim",
        f"has_function_privilege('authenticator', '{CLAIM}', 'execute')",
    ),
    "table to the role that the Data API logs in as": Opening(
        "grant all on table supaops.lease to authenticator",
        "supaops.lease",
        "has_table_privilege('authenticator', 'supaops.lease', 'select')",
    ),
    "grant option": Opening(
        f"grant execute on function {CLAIM} to service_role with grant option",
        "public.job_queue_claim",
        f"has_function_privilege('service_role', '{CLAIM}', 'execute with grant option')",
    ),
    "truncate": Opening(
        "grant truncate on table public.job_queue to service_role",
        "public.job_queue",
        "has_table_privilege('service_role', 'public.job_queue', 'truncate')",
    ),
    "row security": Opening(
        "alter table public.job_queue disable row level security",
        "public.job_queue",
        "(select not relrowsecurity from pg_class where oid = 'public.job_queue'::regclass)",
    ),
    "row security of a private table": Opening(
        "alter table supaops.audit disable row level security",
        "supaops.audit",
        "(select not relrowsecurity from pg_class where oid = 'supaops.audit'::regclass)",
    ),
}

GIVEN_AWAY = {
    "public.job_queue_claim": f"function {CLAIM}",
    "public.job_queue_cron_history": "view public.job_queue_cron_history",
    "supaops.lease": "table supaops.lease",
}


def is_open(db: Connection, opening: Opening) -> bool:
    row = db.execute(f"select {opening.question} as is_open".encode()).fetchone() or {}
    return bool(row["is_open"])


@pytest.mark.parametrize("opening", OPENINGS.values(), ids=OPENINGS.keys())
def test_what_was_opened_by_hand_is_drift_and_an_apply_closes_it(
    applied: Project, db: Connection, opening: Opening
) -> None:
    assert not is_open(db, opening)
    db.execute(opening.statement.encode())
    assert is_open(db, opening)
    drifted = {change.address for change in applied.plan(db).of(Action.DRIFT)}
    assert drifted == {f"grant.{opening.grant}"}
    applied.apply(db)
    assert not is_open(db, opening)
    assert applied.plan(db).pending == []


@pytest.fixture
def analyst(db: Connection) -> Iterator[str]:
    """Return a role of the project's own."""
    db.execute("create role analyst")
    yield "analyst"
    db.execute("revoke all on table public.job_queue from analyst")
    db.execute("drop role analyst")


def test_a_grant_to_a_role_of_the_projects_own_is_its_own_business(
    applied: Project, db: Connection, analyst: str
) -> None:
    db.execute(f"grant select on table public.job_queue to {analyst}".encode())
    assert applied.plan(db).pending == []
    db.execute("grant truncate on table public.job_queue to service_role")
    applied.apply(db)
    row = db.execute("select has_table_privilege(%s, 'public.job_queue', 'select')", [analyst])
    assert row.fetchone() == {"has_table_privilege": True}


def test_a_role_that_the_data_api_can_act_as_is_judged_like_anon(
    applied: Project, db: Connection, analyst: str
) -> None:
    db.execute(f"grant {analyst} to authenticator".encode())
    db.execute(f"grant select on table public.job_queue to {analyst}".encode())
    assert [change.address for change in applied.plan(db).of(Action.DRIFT)] == [
        "grant.public.job_queue"
    ]
    applied.apply(db)
    row = db.execute("select has_table_privilege(%s, 'public.job_queue', 'select')", [analyst])
    assert row.fetchone() == {"has_table_privilege": False}


@pytest.fixture
def _generous_defaults(db: Connection) -> Iterator[None]:
    defaults = "alter default privileges in schema public"
    for what in ("functions", "tables", "sequences"):
        db.execute(f"{defaults} grant all on {what} to authenticator".encode())
    yield
    for what in ("functions", "tables", "sequences"):
        db.execute(f"{defaults} revoke all on {what} from authenticator".encode())


@pytest.mark.usefixtures("_generous_defaults")
def test_default_privileges_of_the_project_do_not_open_the_queue(
    project: Project, db: Connection
) -> None:
    project.apply(db)
    assert not is_open(db, OPENINGS["function to the role that the Data API logs in as"])
    assert project.plan(db).pending == []


@pytest.mark.parametrize("name", GIVEN_AWAY)
def test_an_object_that_was_given_away_is_drift_and_taken_back(
    applied: Project, db: Connection, stack: Stack, name: str
) -> None:
    give(stack, name, "service_role")
    assert owner_lines(applied.plan(db)) == {f"grant.{name}": "owner: service_role"}
    applied.apply(db)
    assert applied.plan(db).pending == []


def test_an_object_that_we_may_not_take_back_stops_the_apply(
    applied: Project, db: Connection, stack: Stack
) -> None:
    give(stack, "supaops.lease", "supabase_admin")
    with pytest.raises(DatabaseError, match=r"supaops\.lease.*(owner|permission)"):
        applied.apply(db)
    give(stack, "supaops.lease", "postgres")
    assert applied.plan(db).pending == []


def give(stack: Stack, name: str, role: str) -> None:
    with connect(stack.admin_url) as admin:
        admin.execute(f"alter {GIVEN_AWAY[name]} owner to {role}".encode())


def owner_lines(plan: Plan) -> dict[str, str]:
    return {
        change.address: line
        for change in plan.of(Action.DRIFT)
        for line in (change.live.definition.splitlines() if change.live else ())
        if line.startswith("owner: ")
    }


def test_what_another_role_applies_belongs_to_the_role_that_applied_first(
    applied: Project, db: Connection, stack: Stack
) -> None:
    db.execute("drop function public.job_queue_stats()")
    db.execute("select cron.unschedule('job_queue_worker')")
    with connect(stack.admin_url) as admin:
        applied.apply(admin)
        owners = admin.execute(
            "select proowner::regrole::text as owner from pg_proc "
            "where proname = 'job_queue_stats' union all "
            "select username from cron.job where jobname ~ '^job_queue_'"
        ).fetchall()
    assert [row["owner"] for row in owners] == ["postgres"] * 4
    assert applied.plan(db).pending == []


def test_a_privilege_that_was_passed_on_is_taken_back_from_everybody(
    applied: Project, db: Connection
) -> None:
    db.execute(f"grant execute on function {CLAIM} to service_role with grant option".encode())
    with db.transaction():
        db.execute("set local role service_role")
        db.execute(f"grant execute on function {CLAIM} to authenticator".encode())
    applied.apply(db)
    assert not is_open(db, OPENINGS["function to the role that the Data API logs in as"])
    assert not is_open(db, OPENINGS["grant option"])
    assert applied.plan(db).pending == []
