"""What a change may break is named with the change."""

from __future__ import annotations

import pytest

from supaops.db.live import LiveObject, Recorded
from supaops.plan import Action, Change, hazards
from supaops.plan.hazards import CODES
from supaops.plan.signature import same_signature
from supaops.render.resource import Kind, Resource, canonical, digest

DELETED = {
    Kind.FUNCTION: "drops-function",
    Kind.VIEW: "drops-view",
    Kind.TRIGGER: "drops-trigger",
    Kind.CRON_JOB: "stops-schedule",
    Kind.TASK_TYPE: "removes-task-type",
    Kind.LIMIT: "lifts-limit",
    Kind.VAULT_SECRET: "deletes-secret",
}


def codes(change: Change) -> list[str]:
    found = [hazard.code for hazard in hazards(change)]
    assert set(found) <= set(CODES)
    return found


@pytest.mark.parametrize(("kind", "code"), DELETED.items())
def test_each_deletion_says_what_is_lost(kind: Kind, code: str) -> None:
    record = Recorded(f"{kind}.x", kind, digest(""), digest(""), "", "")
    change = Change(f"{kind}.x", Action.DELETE, "", None, record, LiveObject(kind, "x", ""))
    assert codes(change) == [code]


def cron_change(*, was_active: bool, is_active: bool, action: Action = Action.UPDATE) -> Change:
    spec = {"schedule": "* * * * *", "command": "select 'active: true'", "active": is_active}
    live = LiveObject(Kind.CRON_JOB, "x", canonical({**spec, "active": was_active}))
    desired = Resource(Kind.CRON_JOB, "x", canonical(spec), "cron.jobs.x", spec)
    return Change("cron_job.x", action, "", desired, None, live)


def test_a_schedule_that_stops_is_a_hazard_and_one_that_starts_is_none() -> None:
    assert codes(cron_change(was_active=True, is_active=False)) == ["stops-schedule"]
    assert codes(cron_change(was_active=False, is_active=True)) == []
    assert codes(cron_change(was_active=True, is_active=True)) == []


def test_what_does_not_change_has_no_hazard() -> None:
    assert codes(cron_change(was_active=True, is_active=False, action=Action.NOOP)) == []


@pytest.mark.parametrize(("matches", "expected"), [(True, []), (False, ["changes-secret"])])
def test_a_secret_whose_value_changes_names_the_gentle_way(
    *, matches: bool, expected: list[str]
) -> None:
    live = LiveObject(Kind.VAULT_SECRET, "key", "", {"value_matches": matches, "decrypts": True})
    desired = Resource(Kind.VAULT_SECRET, "key", "", "vault.secrets.key")
    change = Change("vault_secret.key", Action.UPDATE, "", desired, None, live)
    assert codes(change) == expected
    assert all("supaops rotate key" in hazard.message for hazard in hazards(change))


def function_change(*signatures: str) -> Change:
    live = LiveObject(Kind.FUNCTION, "public.f", "", {"signatures": list(signatures)})
    spec = {"reference": "public.f(timestamptz, int)"}
    desired = Resource(Kind.FUNCTION, "public.f", "", "f.sql.j2", spec)
    return Change("function.public.f", Action.UPDATE, "", desired, None, live)


def test_a_dropped_signature_is_named() -> None:
    [hazard] = hazards(function_change("public.f(text)"))
    assert hazard.code == "drops-signature"
    assert "public.f(text)" in hazard.message


def test_the_same_signature_in_the_catalogs_words_is_not_dropped() -> None:
    assert codes(function_change("public.f(timestamp with time zone,integer)")) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("f(timestamptz)", "f(timestamp with time zone)", True),
        ("f(double precision, text[])", "f(float8, text[])", True),
        ("f(text)", "f(text[])", False),
        ("f(text)", "f(text, text)", False),
        ("a.f(text)", "b.f(text)", False),
        ('f("My"."Type")', 'f("My"."type")', False),
        ("f()", "f()", True),
    ],
)
def test_signatures_are_compared_by_meaning(one: str, other: str, *, same: bool) -> None:
    assert same_signature(one, other) is same


def test_a_schema_step_is_a_hazard_once_tables_hold_something() -> None:
    step = Resource(Kind.SCHEMA, "x", "alter table t add c int", "x.sql.j2")
    change = Change("schema.x", Action.CREATE, "", step)
    assert codes(change) == ["runs-schema-step"]
    assert hazards(change, is_first=True) == ()
