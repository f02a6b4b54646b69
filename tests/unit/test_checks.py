"""What the checks of the chain say about the facts they are shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from supaops.checks.config.environment import armed, belongs
from supaops.checks.config.plan import drift
from supaops.checks.exit import FailOn, exit_status
from supaops.checks.finding import Finding, Verdict, worst
from supaops.config import load
from supaops.db.environment import Environment, GuardState
from supaops.db.live import LiveObject
from supaops.plan import Action, Change, Plan
from supaops.render.resource import Kind
from supaops.status import Severity
from tests.projects import ROOT

CONFIG = load(ROOT / "ops" / "config" / "job_queue.yaml", "local")


def plan(*actions: Action) -> Plan:
    lost = [
        Change(f"cron_job.{n}", action, "", live=LiveObject(Kind.CRON_JOB, str(n), "x"))
        for n, action in enumerate(actions)
    ]
    return Plan("local", "postgres", "postgres", "1/5", tuple(lost))


@pytest.mark.parametrize("action", [Action.DRIFT, Action.CREATE, Action.CONFLICT, Action.DELETE])
def test_anything_not_as_declared_is_a_warning(action: Action) -> None:
    finding = drift.judge(CONFIG, plan(Action.NOOP, action))
    assert finding.severity is Severity.WARNING
    assert finding.fix == "supaops plan --env local"


def test_foreign_objects_are_not_drift() -> None:
    assert drift.judge(CONFIG, plan(Action.NOOP, Action.FOREIGN)).severity is Severity.OK


def found(*severities: Severity) -> list[Finding]:
    return [
        Finding(f"x.{n}", "title", "why", Verdict(severity, "seen", "do"))
        for n, severity in enumerate(severities)
    ]


def test_a_known_failure_outranks_a_missing_answer() -> None:
    assert worst(found(Severity.UNKNOWN, Severity.CRITICAL, Severity.OK)) is Severity.CRITICAL
    assert worst(found(Severity.OK, Severity.WARNING, Severity.UNKNOWN)) is Severity.UNKNOWN
    assert worst([]) is Severity.OK


def test_what_was_skipped_says_nothing_of_the_others_and_alone_is_no_evidence() -> None:
    assert worst(found(Severity.SKIPPED, Severity.OK)) is Severity.OK
    assert worst(found(Severity.SKIPPED)) is Severity.UNKNOWN


@pytest.mark.parametrize(
    ("severities", "fail_on", "status"),
    [
        ((Severity.WARNING,), FailOn.WARNING, Severity.WARNING),
        ((Severity.WARNING,), FailOn.CRITICAL, Severity.OK),
        ((Severity.UNKNOWN,), FailOn.CRITICAL, Severity.UNKNOWN),
        ((Severity.CRITICAL,), FailOn.CRITICAL, Severity.CRITICAL),
        ((Severity.CRITICAL,), FailOn.NEVER, Severity.OK),
        ((Severity.OK, Severity.SKIPPED), FailOn.WARNING, Severity.OK),
    ],
)
def test_the_exit_status_follows_what_was_asked_to_fail(
    severities: tuple[Severity, ...], fail_on: FailOn, status: Severity
) -> None:
    assert exit_status(found(*severities), fail_on, strict=False) is status


def test_what_was_skipped_is_unknown_to_the_strict() -> None:
    skipped = found(Severity.OK, Severity.SKIPPED)
    assert exit_status(skipped, FailOn.WARNING, strict=True) is Severity.UNKNOWN
    worse = found(Severity.CRITICAL, Severity.SKIPPED)
    assert exit_status(worse, FailOn.WARNING, strict=True) is Severity.CRITICAL


def guarded(**changes: Any) -> Environment:
    """Return what an armed database says of itself, with changes."""
    moment = datetime(2026, 1, 31, 12, 30, tzinfo=UTC)
    known: dict[str, Any] = {"name": "local", "state": GuardState.ARMED, "confirmed_at": moment}
    return Environment(**known | changes)


def test_an_armed_database_of_this_environment_is_ok() -> None:
    whose = belongs.judge(CONFIG, guarded())
    assert (whose.severity, whose.observed) == (Severity.OK, "local")
    finding = armed.judge(CONFIG, guarded())
    assert (finding.severity, finding.observed) == (
        Severity.OK,
        "armed since 2026-01-31 12:30:00 UTC",
    )


DISARMED = {"state": GuardState.DISARMED, "disarmed_at": datetime(2026, 2, 1, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("changes", "severity", "observed", "fix"),
    [
        (
            {"state": GuardState.UNCONFIRMED},
            Severity.WARNING,
            (
                "unconfirmed: guarded cron jobs do not run; started or copied since it was "
                "last armed, 2026-01-31 12:30:00 UTC"
            ),
            "the next post that the worker accepts arms it; by hand: supaops arm --env local",
        ),
        (
            {**DISARMED, "disarmed_by": "guard", "disarmed_reason": "refused"},
            Severity.CRITICAL,
            "disarmed by the guard since 2026-02-01 00:00:00 UTC: refused",
            (
                "a copy stays so. Otherwise correct the worker's DATABASE_URL: "
                "the next post that the worker accepts arms it"
            ),
        ),
        (
            {**DISARMED, "disarmed_by": "operator", "disarmed_reason": "a move"},
            Severity.WARNING,
            "disarmed by the operator since 2026-02-01 00:00:00 UTC: a move",
            "supaops arm --env local",
        ),
        (
            {"unconfirmed_dispatch": 7},
            Severity.WARNING,
            (
                "armed, but the worker accepted post 7 without confirming it: "
                "after a restart no guarded job runs"
            ),
            "have the worker call job_queue_confirm for each post, or set clone_guard: false",
        ),
    ],
)
def test_a_database_that_may_not_act_is_told_with_since_why_and_a_remedy(
    changes: dict[str, Any], severity: Severity, observed: str, fix: str
) -> None:
    finding = armed.judge(CONFIG, guarded(**changes))
    assert (finding.severity, finding.observed, finding.fix) == (severity, observed, fix)


def test_without_the_guard_no_state_is_a_fault() -> None:
    config = CONFIG.model_copy(update={"clone_guard": False})
    assert armed.judge(config, guarded(state=GuardState.UNCONFIRMED)).severity is Severity.OK


def test_another_environment_s_database_is_critical() -> None:
    finding = belongs.judge(CONFIG, guarded(name="production"))
    assert (finding.severity, finding.observed) == (Severity.CRITICAL, "belongs to production")
    assert "supaops arm --env local --rename" in finding.fix


def test_a_database_of_an_older_supaops_is_unknown() -> None:
    for check in (belongs, armed):
        finding = check.judge(CONFIG, None)
        assert (finding.severity, finding.fix) == (Severity.UNKNOWN, "supaops apply --env local")
