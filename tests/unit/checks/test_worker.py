"""What the checks ``worker.*`` say about the facts they are shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from supaops import __version__
from supaops.checks.check import AnyCheck
from supaops.checks.worker.asking import Reply
from supaops.checks.worker.description import disabled, limit, version
from supaops.checks.worker.endpoint import last_success, reachable, unauthorized
from supaops.checks.worker.facts import Described, Reached, Versions, description
from supaops.config import load
from supaops.config.model import Config
from supaops.db.health.answers import Answers
from supaops.status import Severity
from tests.projects import ROOT

CONFIG = load(ROOT / "ops" / "config" / "job_queue.yaml", "local")
MOMENT = datetime(2026, 1, 31, tzinfo=UTC)
OK, WARNING, CRITICAL = Severity.OK, Severity.WARNING, Severity.CRITICAL
UNKNOWN, SKIPPED = Severity.UNKNOWN, Severity.SKIPPED


def answers(**changes: Any) -> Answers:
    """Return a ledger whose newest post has succeeded, with changes."""
    known: dict[str, Any] = {
        "posts": 9,
        "success_age_s": 12.0,
        "failures": 0,
        "failing_since": None,
        "failing_s": None,
    }
    return Answers(**known | changes)


def failing(seconds: float, **changes: Any) -> Answers:
    return answers(failures=3, failing_since=MOMENT, failing_s=seconds, **changes)


NEVER: dict[str, Any] = {"success_age_s": None}
REFUSED = Reply(None, "connection refused")


def told(**changes: Any) -> Described:
    known: dict[str, Any] = {
        "worker": f"supaops {__version__}",
        "disabled": False,
        "batch_limit": 10,
    }
    return Described(**known | changes)


SILENT = Described("it does not tell what it is: HTTP 405")

CASES: list[tuple[AnyCheck, Any, Severity, str]] = [
    (reachable, Reached(Reply(200, latency_s=0.012)), OK, "HTTP 200 within 12 ms"),
    (
        reachable,
        Reached(Reply(401)),
        CRITICAL,
        "HTTP 401: it refuses the secret of this environment",
    ),
    (
        reachable,
        Reached(Reply(405)),
        SKIPPED,
        "HTTP 405 to a GET: only its posts tell",
    ),
    (reachable, Reached(Reply(503)), CRITICAL, "HTTP 503"),
    (reachable, Reached(Reply(308)), WARNING, "HTTP 308, which is no answer of a worker"),
    (
        reachable,
        Reached(REFUSED, answers()),
        SKIPPED,
        "not asked from here: connection refused",
    ),
    (
        reachable,
        Reached(REFUSED, failing(5.0)),
        WARNING,
        "neither from here (connection refused) nor from the database",
    ),
    (unauthorized, Reply(401), OK, "HTTP 401 without the secret"),
    (unauthorized, Reply(403), OK, "HTTP 403 without the secret"),
    (unauthorized, Reply(204), CRITICAL, "HTTP 204 without the secret: anybody can run jobs"),
    (
        unauthorized,
        Reply(404),
        SKIPPED,
        "HTTP 404 without the secret: no worker there",
    ),
    (unauthorized, Reply(500), UNKNOWN, "HTTP 500 without the secret says nothing"),
    (
        unauthorized,
        Reply(415),
        WARNING,
        "HTTP 415 without the secret: it looked at more than the secret",
    ),
    (unauthorized, REFUSED, SKIPPED, "not asked from here: connection refused"),
    (last_success, answers(), OK, "the last success was 12 s ago"),
    (
        last_success,
        failing(600.0),
        OK,
        "no success in 3 posts and 10 min; the last success was 12 s ago",
    ),
    (
        last_success,
        failing(660.0, success_age_s=7200.0),
        WARNING,
        "no success in 3 posts and 11 min; the last success was 2 h ago",
    ),
    (
        last_success,
        failing(3601.0, **NEVER),
        CRITICAL,
        "no success in 3 posts and 1 h 1 s; none before",
    ),
    (last_success, answers(posts=0, **NEVER), UNKNOWN, "nothing was posted yet"),
    (disabled, told(), OK, "enabled"),
    (disabled, told(disabled=True), WARNING, "JOB_QUEUE_DISABLED is set"),
    (disabled, told(disabled=None), SKIPPED, "it does not tell"),
    (disabled, SILENT, SKIPPED, "it does not tell what it is: HTTP 405"),
    (limit, told(), OK, "10 jobs a post"),
    (limit, told(batch_limit=1), WARNING, "1 job a post, 10 declared"),
    (limit, told(batch_limit=None), SKIPPED, "it does not tell"),
    (version, Versions(told(), "0.0.1"), OK, f"{__version__}, applied by 0.0.1"),
    (
        version,
        Versions(told(worker=f"supaops job-runner {__version__}"), None),
        OK,
        f"{__version__}, nothing was applied",
    ),
    (
        version,
        Versions(told(worker="supaops job-runner 0.0.9"), None),
        WARNING,
        f"the worker is 0.0.9, this is {__version__}, nothing was applied",
    ),
    (version, Versions(told(worker="acme 2"), None), SKIPPED, "another worker: acme 2"),
    (
        version,
        Versions(told(worker="supaops 9\x1b[2J" + "x" * 99), None),
        WARNING,
        f"the worker is 9?[2J{'x' * 35}, this is {__version__}, nothing was applied",
    ),
    (version, Versions(SILENT, "1"), SKIPPED, "it does not tell what it is: HTTP 405"),
]


@pytest.mark.parametrize(
    ("check", "facts", "severity", "observed"),
    CASES,
    ids=[
        f"{check.id}-{severity.name}-{number}"
        for number, (check, _, severity, _) in enumerate(CASES)
    ],
)
def test_facts_are_judged_and_what_is_not_well_has_a_fix(
    check: AnyCheck, facts: Any, severity: Severity, observed: str
) -> None:
    verdict = check.judge(CONFIG, facts)
    assert (verdict.severity, verdict.observed) == (severity, observed)
    assert bool(verdict.fix) is (severity in (WARNING, CRITICAL, UNKNOWN))


def test_where_nothing_posts_no_success_is_missing() -> None:
    jobs = {
        "cron": {"jobs": {"job_queue_worker": {"schedule": "@daily", "call": "trigger_worker"}}}
    }
    jobs["cron"]["jobs"]["job_queue_worker"]["active"] = False  # type: ignore[assignment]  # YAML holds both
    config = Config.model_validate({**CONFIG.model_dump(by_alias=True), **jobs})
    assert last_success.judge(config, answers(posts=0, **NEVER)).severity is SKIPPED


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (REFUSED, Described("not asked from here: connection refused")),
        (Reply(404), Described("it does not tell what it is: HTTP 404")),
        (Reply(200), Described("it does not tell what it is")),
        (Reply(200, body={"ok": True}), Described()),
        (
            Reply(
                200, body={"worker": 1, "handlers": ["a", 2], "disabled": 1, "batch_limit": True}
            ),
            Described(),
        ),
        (
            Reply(
                200,
                body={"worker": "w", "handlers": ["a"], "disabled": True, "batch_limit": 3},
            ),
            Described("", "w", frozenset({"a"}), True, 3),  # noqa: FBT003  as it came
        ),
    ],
)
def test_only_what_the_worker_says_in_the_agreed_form_is_believed(
    reply: Reply, expected: Described
) -> None:
    assert description(reply) == expected
