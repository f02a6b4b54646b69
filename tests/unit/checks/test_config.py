"""What the newer checks ``config.*`` make of facts; the others stand in `test_checks`."""

from __future__ import annotations

from typing import Any

import pytest

from supaops.checks.config.jobs import JobFacts, foreign_jobs
from supaops.checks.config.revision import RevisionFacts, revision
from supaops.config import load
from supaops.db.health.commands import Command
from supaops.render.version import schema_version
from supaops.status import Severity
from tests.projects import ROOT

CONFIG = load(ROOT / "ops" / "config" / "job_queue.yaml", "local")
POST = "select public.job_queue_trigger_worker()"


def judged(**changes: Any) -> Any:
    """Return the verdict on one job beside the declared ones."""
    known: dict[str, Any] = {
        "is_job": True,
        "id": 9,
        "name": "other",
        "command": "select 1",
        "role": "postgres",
    }
    declared = Command(is_job=True, id=1, name="job_queue_worker", command=POST, role="postgres")
    commands = (declared, Command(**known | changes))
    retired = frozenset({"job_queue_worker", "job_queue_retired"})
    return foreign_jobs.judge(CONFIG, JobFacts(commands, "postgres", retired))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "job_queue_retired"},  # of an apply: drift tells of it
        {"command": "select my_job_queue_things()"},
        {"command": "select 'job_queue_cleanup'"},
        {"name": "job_queue_x", "is_here": False},
        {"name": "job_queue_x", "is_job": False},
    ],
)
def test_jobs_of_others_are_none_of_the_queue_s_business(changes: dict[str, Any]) -> None:
    assert judged(**changes).severity is Severity.OK


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"name": "job_queue_by_hand"}, "job_queue_by_hand"),
        ({"name": "", "command": POST}, "job 9"),
        ({"command": "select supaops.harvest_responses()"}, "other"),
        ({"name": "job_queue_worker", "role": "supabase_admin"}, "job_queue_worker"),
    ],
)
def test_an_undeclared_job_of_the_queue_is_named(changes: dict[str, Any], label: str) -> None:
    verdict = judged(**changes)
    assert (verdict.severity, verdict.observed) == (Severity.WARNING, f"not declared: {label}")
    assert verdict.fix.startswith("select cron.unschedule(9)")


@pytest.mark.parametrize(
    ("newest", "running", "severity"),
    [
        ("0.1.0", "0.1.0", Severity.OK),
        ("0.9.0", "0.10.0", Severity.OK),
        ("0.10.0", "0.9.1", Severity.WARNING),
        ("", "0.1.0", Severity.OK),
    ],
)
def test_only_a_newer_version_is_told(newest: str, running: str, severity: Severity) -> None:
    verdict = revision.judge(CONFIG, RevisionFacts(newest, running=running))
    assert verdict.severity is severity
    assert verdict.fix == ("" if severity is Severity.OK else f"pip install 'supaops>={newest}'")


def test_an_older_schema_is_told_with_its_upgrade() -> None:
    verdict = revision.judge(CONFIG, RevisionFacts("0.1.0", installed=13, running="0.1.0"))
    assert verdict.severity is Severity.WARNING
    assert verdict.observed == f"schema version 13, this one's is {schema_version()}"
    assert verdict.fix == f"supaops upgrade --env {CONFIG.environment}"


def test_a_step_that_is_not_known_is_named() -> None:
    verdict = revision.judge(CONFIG, RevisionFacts("0.1.0", ("900_later",), running="0.1.0"))
    assert (verdict.severity, verdict.evidence) == (Severity.WARNING, ("900_later",))
    assert verdict.fix == "pip install --upgrade supaops"
