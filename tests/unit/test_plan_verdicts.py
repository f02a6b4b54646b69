"""The verdict on one address, for every combination of the three sides."""

from __future__ import annotations

import difflib
from dataclasses import replace

import pytest

from supaops.db.live import LiveObject, Recorded, State
from supaops.plan import Action, Plan, build_plan, difference, document, summary
from supaops.plan.diff import decide
from supaops.render.resource import Kind, Resource, digest
from supaops.report.plan_text import plan_lines

ADDRESS = "cron_job.tick"
ONE, TWO, THREE = "schedule: 1", "schedule: 2", "schedule: 3"


def desired(text: str, kind: Kind = Kind.CRON_JOB) -> Resource:
    return Resource(kind, "tick", text, "cron.jobs.tick")


def live(text: str, kind: Kind = Kind.CRON_JOB) -> LiveObject:
    return LiveObject(kind, "tick", text, {"jobid": 1})


def recorded(text: str, live_text: str | None = None, kind: Kind = Kind.CRON_JOB) -> Recorded:
    seen = text if live_text is None else live_text
    return Recorded(f"{kind}.tick", kind, digest(text), digest(seen), text, seen)


@pytest.mark.parametrize(
    ("declared", "record", "current", "action"),
    [
        (ONE, None, None, Action.CREATE),
        (ONE, None, ONE, Action.CREATE),
        (ONE, None, TWO, Action.CONFLICT),
        (ONE, ONE, ONE, Action.NOOP),
        (TWO, ONE, ONE, Action.UPDATE),
        (TWO, ONE, TWO, Action.UPDATE),
        (ONE, ONE, TWO, Action.DRIFT),
        (ONE, ONE, None, Action.DRIFT),
        (TWO, ONE, None, Action.DRIFT),
        (TWO, ONE, THREE, Action.CONFLICT),
        (None, ONE, ONE, Action.DELETE),
        (None, ONE, None, Action.DELETE),
        (None, None, ONE, Action.FOREIGN),
    ],
)
def test_each_combination_of_declared_recorded_and_live_has_one_verdict(
    declared: str | None, record: str | None, current: str | None, action: Action
) -> None:
    change = decide(
        ADDRESS,
        desired(declared) if declared else None,
        recorded(record) if record else None,
        live(current) if current else None,
    )
    assert change is not None
    assert change.action is action


def test_an_object_whose_catalog_text_differs_from_its_template_is_still_as_declared() -> None:
    kind = Kind.FUNCTION
    record = recorded("create function ...", "CREATE OR REPLACE FUNCTION ...", kind)
    change = decide(
        "function.tick",
        desired("create function ...", kind),
        record,
        live("CREATE OR REPLACE FUNCTION ...", kind),
    )
    assert change is not None
    assert change.action is Action.NOOP


def test_a_schema_step_that_changed_after_it_ran_is_a_conflict() -> None:
    kind = Kind.SCHEMA
    change = decide("schema.tick", desired(TWO, kind), recorded(ONE, kind=kind), live(ONE, kind))
    assert change is not None
    assert change.action is Action.CONFLICT


def test_grants_of_foreign_objects_are_not_mentioned() -> None:
    assert decide("grant.tick", None, None, live("anon: execute", Kind.GRANT)) is None


def plan_of(*resources: Resource, record: Recorded | None = None) -> Plan:
    state = State("postgres", "postgres", "1/5", {}, {ADDRESS: record} if record else {}, {})
    return build_plan("test", resources, state)


def test_the_fingerprint_moves_with_each_side() -> None:
    first = plan_of(desired(ONE))
    assert first.fingerprint == plan_of(desired(ONE)).fingerprint
    assert first.fingerprint != plan_of(desired(TWO)).fingerprint
    assert first.fingerprint != plan_of(desired(ONE), record=recorded(ONE)).fingerprint


def test_deletions_come_last_and_in_reverse_order_of_creation() -> None:
    record = {
        f"{kind}.gone": replace(recorded(ONE, kind=kind), address=f"{kind}.gone")
        for kind in (Kind.FUNCTION, Kind.CRON_JOB)
    }
    state = State("postgres", "postgres", "1/5", {}, record, {})
    plan = build_plan("test", [desired(ONE)], state)
    assert [change.address for change in plan.changes] == [
        ADDRESS,
        "cron_job.gone",
        "function.gone",
    ]


def test_the_summary_names_conflicts_and_foreign_objects_only_when_there_are_any() -> None:
    assert summary(plan_of(desired(ONE))) == "1 to create, 0 to update, 0 to delete, 0 drifted"


def test_a_plan_as_json_lists_what_is_not_as_declared() -> None:
    found = document(plan_of(desired(ONE)))
    assert found.format_version == "2.0"
    assert [change.address for change in found.changes] == [ADDRESS]
    assert found.changes[0].source == "cron.jobs.tick"


def test_a_plan_as_text_fits_80_columns_and_says_all_without_colour() -> None:
    lines = [line.plain for line in plan_lines(plan_of(desired(ONE)))]
    assert lines[:2] == ["Changes:", "  + create   cron_job.tick"]
    assert lines[-1].startswith("Plan: 1 to create")
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("text", ["", "one", "one\ntwo", "one\n\nthree\n"])
def test_what_is_new_reads_as_a_unified_difference_to_nothing(text: str) -> None:
    change = decide("view.tick", desired(text, Kind.VIEW), None, None)
    unified = difflib.unified_diff([], text.splitlines(), lineterm="", n=2)
    assert change is not None
    assert difference(change) == list(unified)[2:]
