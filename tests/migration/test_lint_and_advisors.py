"""`supabase db lint` and `supabase db advisors` on our objects; a migration makes the same ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.projects import Project
from tests.supabase_cli import SupabaseCli

pytestmark = [pytest.mark.stack, pytest.mark.supabase]

# What lint says of a name that is public, and that named arguments take as it is.
RESERVED_WORD = 'name of parameter "limit" is reserved keyword'
# What advisors tell as information, by the name of the finding: on which tables, and why it stays.
ON_ANY = frozenset({"*"})
ALLOWED = {
    "rls_enabled_no_policy": ON_ANY,  # meant: nobody but the functions, and who bypasses it
    "unused_index": ON_ANY,  # yet: the database is a minute old
    "no_primary_key": frozenset({"tally"}),  # a heap of sums, never searched by a key
}


@pytest.fixture
def linting(supabase: SupabaseCli, project: Project, db: Connection) -> SupabaseCli:
    project.apply(db)
    return supabase


def test_lint_finds_no_fault_in_our_functions(linting: SupabaseCli, stack: Stack) -> None:
    with connect(stack.admin_url, application_name="pytest") as admin:
        available = "select from pg_available_extensions where name = 'plpgsql_check'"
        if admin.execute(available).fetchone() is None:
            pytest.skip("lint needs plpgsql_check (apt-get install postgresql-17-plpgsql-check)")
        # Supabase lets `postgres` create it, a plain server does not.
        admin.execute("create extension if not exists plpgsql_check with schema extensions")
    told = linting("db", "lint", "--level", "warning")
    assert {issue["message"] for each in as_json(told) for issue in each["issues"]} <= {
        RESERVED_WORD
    }


def test_advisors_find_nothing_but_what_is_meant(linting: SupabaseCli, db: Connection) -> None:
    found = ours(linting)
    assert {each["level"] for each in found} == {"INFO"}
    assert [each["detail"] for each in found if not is_allowed(each)] == []
    assert {each["name"] for each in found} == set(ALLOWED), "what is allowed is there"
    db.execute(
        "grant select on job_queue to anon; alter table job_queue disable row level security"
    )
    assert "rls_disabled_in_public" in {each["name"] for each in ours(linting)}


def ours(supabase: SupabaseCli) -> list[dict[str, Any]]:
    """Return the findings about our objects."""
    found = as_json(supabase("db", "advisors", "--type", "all", "--level", "info"))
    return [each for each in found if "supaops" in str(each) or "job_queue" in str(each)]


def is_allowed(finding: dict[str, Any]) -> bool:
    tables = ALLOWED.get(finding["name"], frozenset())
    return tables is ON_ANY or finding["metadata"]["name"] in tables


def as_json(told: str) -> list[dict[str, Any]]:
    """Return the JSON list among the lines that a command wrote."""
    start = told.find("[\n")
    found: list[dict[str, Any]] = (
        json.JSONDecoder().raw_decode(told[start:])[0] if start >= 0 else []
    )
    return found
