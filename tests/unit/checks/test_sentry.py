"""What the checks ``sentry.*`` say about the facts they are shown."""

from __future__ import annotations

from typing import Any

import pytest

from supaops.checks.sentry.delivery import delivery, dsn
from supaops.checks.sentry.facts import Reports, told
from supaops.checks.sentry.monitors import watched
from supaops.checks.worker.asking import Reply
from supaops.config import load
from supaops.errors import SupaopsError
from supaops.status import Severity
from tests.projects import ROOT

CONFIG = load(ROOT / "ops" / "config" / "job_queue.yaml", "production")
OK, WARNING, SKIPPED = Severity.OK, Severity.WARNING, Severity.SKIPPED
OFF = "no DSN: Sentry is off"
FAULT = SupaopsError("sentry.dsn: the variable must hold a DSN", hint="export SENTRY_DSN=...")


def said(*, known: bool = True, **sentry: Any) -> Reports:
    """Return what a worker says that reports and loses nothing, with changes."""
    body = {"enabled": True, "dropped": 0, "last_error": None, **sentry}
    return told(Reply(200, body={"sentry": body}), known=known)


SILENT = told(Reply(405), known=True)


@pytest.mark.parametrize("check", [dsn, delivery, watched])
def test_without_a_dsn_there_is_nothing_to_judge(check: Any) -> None:
    verdict = check.judge(CONFIG, Reports(declared=False))
    assert (verdict.severity, verdict.observed) == (SKIPPED, OFF)


@pytest.mark.parametrize("check", [dsn, delivery, watched])
def test_a_worker_that_reports_is_ok_and_needs_no_fix(check: Any) -> None:
    for facts in (said(), said(known=False)):
        verdict = check.judge(CONFIG, facts)
        assert (verdict.severity, verdict.fix) == (OK, "")


@pytest.mark.parametrize(
    ("check", "facts", "severity", "observed"),
    [
        (dsn, said(enabled=False, known=False), SKIPPED, OFF),
        (watched, said(enabled=False, known=False), SKIPPED, OFF),
        (dsn, said(enabled=False), WARNING, "set here, but off in the worker"),
        (
            dsn,
            said(enabled=False, known=False, last_error="sentry_sdk is not installed"),
            WARNING,
            "off in the worker: sentry_sdk is not installed",
        ),
        (dsn, Reports(declared=True, fault=FAULT), WARNING, FAULT.message),
        (dsn, SILENT, SKIPPED, "the worker does not tell: HTTP 405"),
        (delivery, SILENT, SKIPPED, "the worker does not tell: HTTP 405"),
        (delivery, said(enabled=False), SKIPPED, "the worker does not report"),
        (delivery, said(dropped=4), OK, "4 dropped since the worker started"),
        (
            delivery,
            said(dropped=4, last_error="HTTP 429"),
            WARNING,
            "HTTP 429; 4 dropped since the worker started",
        ),
    ],
)
def test_what_is_known_of_the_reports_decides(
    check: Any, facts: Reports, severity: Severity, observed: str
) -> None:
    verdict = check.judge(CONFIG, facts)
    assert (verdict.severity, verdict.observed) == (severity, observed)
    assert bool(verdict.fix) is (severity is WARNING)


def test_monitors_that_are_off_are_a_warning_only_beside_active_jobs() -> None:
    off = CONFIG.model_copy(update={"sentry": CONFIG.sentry.model_copy(update={"monitors": False})})
    verdict = watched.judge(off, said())
    count = len(CONFIG.cron.jobs)
    assert (verdict.severity, verdict.observed) == (WARNING, f"off, with {count} active jobs")
    jobs = {name: job.model_copy(update={"active": False}) for name, job in off.cron.jobs.items()}
    idle = off.model_copy(update={"cron": off.cron.model_copy(update={"jobs": jobs})})
    assert watched.judge(idle, said()).severity is OK


def test_a_schedule_that_sentry_has_not_is_named_with_the_reason() -> None:
    jobs = dict(CONFIG.cron.jobs)
    jobs["at_start"] = jobs["job_queue_worker"].model_copy(update={"schedule": "@reboot"})
    config = CONFIG.model_copy(update={"cron": CONFIG.cron.model_copy(update={"jobs": jobs})})
    verdict = watched.judge(config, said())
    assert (verdict.severity, verdict.observed) == (WARNING, "not watched: at_start")
    assert verdict.evidence == (
        "at_start: it runs at the start of the server, which no clock tells",
    )
    assert verdict.declared_at == ("cron", "jobs", "at_start", "schedule")


def test_what_came_over_the_network_cannot_move_the_cursor() -> None:
    facts = told(
        Reply(
            200, body={"sentry": {"enabled": True, "dropped": "x", "last_error": "\x1b[2J" * 99}}
        ),
        known=True,
    )
    assert facts.dropped == 0
    assert facts.last_error.isprintable()
    assert len(facts.last_error) <= 80
