"""What the checks ``net.*`` say about the facts they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from supaops.checks.finding import Verdict
from supaops.checks.net import CHECKS
from supaops.checks.net.answers import ANSWERS
from supaops.checks.net.causes import Cause, cause_of
from supaops.checks.net.evidence import failures, no_evidence
from supaops.checks.net.sending import harvest, queue, stalled, triggers, worker
from supaops.config import load
from supaops.db.health.net import NetFacts, Post
from supaops.status import Severity
from tests.projects import ROOT

CONFIG = load(ROOT / "ops" / "config" / "job_queue.yaml", "local")
NOW = datetime(2026, 1, 31, 12, 30, tzinfo=UTC)
LOST = {"status_code": None, "answered_at": None}


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def net(**changes: Any) -> NetFacts:
    """Return the facts of a pg_net that works, with changes."""
    known: dict[str, Any] = {
        "now": NOW,
        "worker_alive": True,
        "backlog": 0,
        "oldest_queued_at": None,
        "oldest_uncopied_at": None,
        "foreign_objects": [],
    }
    return NetFacts(**known | changes)


def post(age: float = 12, **changes: Any) -> Post:
    """Return a post that was answered with 200, with changes."""
    known: dict[str, Any] = {
        "created_at": ago(age),
        "is_held": False,
        "is_idle": False,
        "is_post": True,
        "status_code": 200,
        "timed_out": False,
        "error": None,
        "content": None,
        "answered_at": ago(age),
        "is_queued": False,
        "now": NOW,
    }
    return Post(**known | changes)


def idle(age: float) -> Post:
    return post(age, **LOST, is_post=False, is_idle=True)


def answers(posts: Iterable[Post]) -> dict[str, Verdict]:
    """Return what the checks of the newest answer say that are not OK."""
    known = list(posts)
    verdicts = {each.id: each.judge(CONFIG, known) for each in (*ANSWERS, no_evidence)}
    return {name: each for name, each in verdicts.items() if each.severity is not Severity.OK}


@pytest.mark.parametrize("check", [worker, queue, stalled, triggers, harvest])
def test_a_pg_net_that_works_is_ok_and_needs_no_fix(check: Any) -> None:
    verdict = check.judge(CONFIG, net())
    assert (verdict.severity, verdict.fix) == (Severity.OK, "")


@pytest.mark.parametrize(
    ("check", "changes", "severity", "observed"),
    [
        (worker, {"worker_alive": False}, Severity.CRITICAL, "not running"),
        (queue, {"backlog": 201}, Severity.WARNING, "201 waiting"),
        (queue, {"backlog": 2001}, Severity.CRITICAL, "2001 waiting"),
        (
            stalled,
            {"oldest_queued_at": ago(66)},
            Severity.CRITICAL,
            "a post has waited for 66 s",
        ),
        (
            triggers,
            {"foreign_objects": ["trigger t on net._http_response"]},
            Severity.CRITICAL,
            "trigger t on net._http_response",
        ),
        (
            harvest,
            {"oldest_uncopied_at": ago(3601)},
            Severity.WARNING,
            "one has waited for 3601 s",
        ),
        (
            harvest,
            {"oldest_uncopied_at": ago(18001)},
            Severity.CRITICAL,
            "one has waited for 18001 s",
        ),
    ],
)
def test_what_ails_pg_net_is_told_with_what_was_seen_and_a_fix(
    check: Any, changes: dict[str, Any], severity: Severity, observed: str
) -> None:
    verdict = check.judge(CONFIG, net(**changes))
    assert (verdict.severity, verdict.observed) == (severity, observed)
    assert verdict.fix


def test_a_batch_of_requests_and_a_post_just_made_may_wait() -> None:
    assert queue.judge(CONFIG, net(backlog=200)).severity is Severity.OK
    assert stalled.judge(CONFIG, net(oldest_queued_at=ago(65))).severity is Severity.OK


CAUSES = [
    (200, None, None, Cause.OK),
    (204, None, None, Cause.OK),
    (301, None, None, Cause.OTHER),
    (400, None, "the body is not JSON", Cause.OTHER),
    (401, None, None, Cause.CREDENTIAL),
    (403, None, None, Cause.CREDENTIAL),
    (404, None, None, Cause.NOT_FOUND),
    (405, None, None, Cause.OTHER),
    (409, None, '{"refused_by": "clone_guard"}', Cause.FOREIGN_DATABASE),
    (409, None, "duplicate", Cause.OTHER),
    (409, None, None, Cause.OTHER),
    (413, None, None, Cause.OTHER),
    (500, None, None, Cause.SERVER_ERROR),
    (503, None, None, Cause.SERVER_ERROR),
    (None, "Could not resolve hostname", None, Cause.DNS),
    (None, "Couldn't resolve host name", None, Cause.DNS),
    (None, "Could not connect to server", None, Cause.REFUSED),
    (None, "Couldn't connect to server", None, Cause.REFUSED),
    (None, "Timeout was reached", None, Cause.TIMEOUT),
    (None, "SSL connect error", None, Cause.TLS),
    (None, "SSL peer certificate or SSH remote key was not OK", None, Cause.TLS),
    (None, "Problem with the local SSL certificate", None, Cause.TLS),
    (None, "Problem with the SSL CA cert (path? access rights?)", None, Cause.TLS),
    (None, "Issuer check against peer certificate failed", None, Cause.TLS),
    (None, "Failed to load CRL file (path? access rights?, format?)", None, Cause.TLS),
    (None, "Peer certificate cannot be authenticated with given CA certificates", None, Cause.TLS),
    (None, "Server returned nothing (no headers, no data)", None, Cause.OTHER),
    (None, "Failure when receiving data from the peer", None, Cause.OTHER),
    (None, "timeout_milliseconds must be between 1 and 60000 (pg_net.max_timeout_ms), got 0", None,
     Cause.OTHER),
    (None, None, None, Cause.OTHER),
]  # fmt: skip


@pytest.mark.parametrize(("status", "error", "content", "cause"), CAUSES)
def test_an_answer_has_one_cause(
    status: int | None, error: str | None, content: str | None, cause: Cause
) -> None:
    assert cause_of(status, error, content, timed_out=False) is cause


def test_a_timeout_is_one_whatever_its_words() -> None:
    assert cause_of(None, "Timeout of 5000 ms reached.", None, timed_out=True) is Cause.TIMEOUT
    assert cause_of(None, None, None, timed_out=True) is Cause.TIMEOUT


def test_each_cause_has_a_check() -> None:
    ids = {f"net.{each}" for each in Cause if each not in (Cause.OK, Cause.LOST)}
    assert ids == {each.id for each in ANSWERS}
    assert ids < {each.id for each in CHECKS}


@pytest.mark.parametrize(("status", "error", "content", "cause"), CAUSES)
def test_of_a_bad_newest_answer_exactly_one_check_tells(
    status: int | None, error: str | None, content: str | None, cause: Cause
) -> None:
    newest = post(status_code=status, error=error, content=content)
    found = answers([newest, post(72)])
    assert list(found) == ([] if cause is Cause.OK else [f"net.{cause}"])
    for verdict in found.values():
        assert verdict.severity is Severity.CRITICAL
        assert (verdict.since, bool(verdict.fix)) == (ago(12), True)


def test_the_newest_answer_decides_and_the_row_of_bad_ones_began_with_the_first() -> None:
    bad = {"status_code": 401}
    known = [
        idle(2), post(12, **bad), post(72, **LOST, error="x"), post(132, **bad), post(192),
        post(4000, **bad),
    ]  # fmt: skip
    [(id_, verdict)] = answers(known).items()
    assert (id_, verdict.observed, verdict.since) == (
        "net.credential", "HTTP 401, 12 s ago", ago(132),
    )  # fmt: skip
    assert verdict.evidence == (
        "credential: 2 in the last hour", "lost: 1 in the last hour", "ok: 1 in the last hour",
    )  # fmt: skip
    assert answers([post(3), *known]) == {}


def test_an_answer_still_awaited_is_no_evidence_against_the_one_before() -> None:
    assert answers([post(64, **LOST), post(72)]) == {}
    assert list(answers([post(64, **LOST), post(72, status_code=500)])) == ["net.server_error"]
    assert answers([post(900, **LOST, is_queued=True), post(960)]) == {}


def test_answers_that_never_came_are_unknown_since_the_first_of_them() -> None:
    [(id_, verdict)] = answers([post(66, **LOST), post(126, **LOST), post(186)]).items()
    assert (id_, verdict.severity) == ("net.no_evidence", Severity.UNKNOWN)
    assert (verdict.observed, verdict.since) == ("2 posts without an answer, 66 s ago", ago(126))


@pytest.mark.parametrize(
    ("posts", "severity", "observed"),
    [
        ([], Severity.UNKNOWN, "no evidence: nothing was ever posted"),
        ([post(5, **LOST)], Severity.UNKNOWN, "no evidence: the first answer is still awaited"),
        ([idle(3)], Severity.UNKNOWN, "no post yet, for no job was ready 3 s ago"),
        (
            [post(3, **LOST, is_post=False, is_held=True, error="disarmed")],
            Severity.SKIPPED,
            "the database is not to post: see config.armed",
        ),
        ([idle(3), post(9000)], Severity.OK, "1 known answers"),
    ],
)
def test_without_any_answer_it_is_said_why(
    posts: list[Post], severity: Severity, observed: str
) -> None:
    verdict = no_evidence.judge(CONFIG, posts)
    assert (verdict.severity, verdict.observed) == (severity, observed)


@pytest.mark.parametrize(
    ("content", "observed", "fix"),
    [
        (
            '{"error": "job processing is disabled"}',
            "HTTP 503: job processing is disabled, 12 s ago",
            "unset JOB_QUEUE_DISABLED where the worker runs, and start it again",
        ),
        (
            '{"error": "the database is unavailable"}',
            "HTTP 503: the database is unavailable, 12 s ago",
            "correct the worker's DATABASE_URL, or bring its database back",
        ),
        ("top secret", "HTTP 503, 12 s ago", "look at the worker's log"),
    ],
)
def test_a_503_of_ours_says_why_and_anything_else_s_body_is_not_shown(
    content: str, observed: str, fix: str
) -> None:
    found = answers([post(status_code=503, content=content)])["net.server_error"]
    assert (found.observed, found.fix) == (observed, fix)
    assert "top secret" not in repr(post(content=content))


def test_an_error_is_shown_without_figures_and_without_a_url() -> None:
    times = "Timeout of 5000 ms reached. Total time: 5001.0 ms (DNS time: 1.0 ms)"
    [late] = answers([post(status_code=None, error=times, timed_out=True)]).values()
    assert late.observed == "Timeout of 5000 ms reached, 12 s ago"
    [named] = answers([post(status_code=None, error="no route to http://me:pw@host")]).values()
    assert named.observed == "an error that names a URL, 12 s ago"


@pytest.mark.parametrize(
    ("bad", "good", "severity"),
    [
        (2, 18, Severity.OK),
        (3, 16, Severity.OK),
        (3, 17, Severity.CRITICAL),
        (3, 97, Severity.WARNING),
        (3, 400, Severity.WARNING),
    ],
)
def test_a_share_of_failed_posts_is_graded_once_there_are_enough(
    bad: int, good: int, severity: Severity
) -> None:
    """Of the newest hundred."""
    known = [post(status_code=500)] * bad + [post()] * good
    verdict = failures.judge(CONFIG, known)
    assert verdict.severity is severity
    assert verdict.observed == f"{bad} of the latest {min(bad + good, 100)} failed"


def test_what_failed_more_than_an_hour_ago_is_not_the_latest() -> None:
    assert failures.judge(CONFIG, [post(3601, status_code=500)] * 50).severity is Severity.OK
