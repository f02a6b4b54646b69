"""What a job waits for and what cannot be done to it, in words; and its documents, cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from supaops.config.secrecy import without_secrets
from supaops.db.pages.job import Around, Hold, Job, Limit, post_of, without_numbers
from supaops.web.pages.job.documents import CUT, LONGEST, document, trouble
from supaops.web.pages.job.words import Backoff, about, is_full, longest_part, terms, why_not

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
JOB = Job(
    id=7,
    task_type="send_email",
    queue="mail",
    status="failed",
    priority=0,
    attempts=3,
    max_attempts=3,
    worker="host:1#2",
    dedup_key=None,
    traceparent=None,
    last_error="boom",
    run_at=NOW,
    created_at=NOW,
    started_at=NOW,
    completed_at=NOW,
    payload_size=5,
    payload="{}",
    result_size=None,
    result=None,
    is_untold=False,
    key_owner=None,
    origin=None,
    is_declared=True,
    retry_base=None,
    retry_factor=None,
    retry_max=None,
    retry_jitter=None,
    claimed_at=None,
    expires_at=None,
    is_registered=False,
    worker_since=None,
    worker_seen=None,
    worker_version=None,
)
USUAL = Backoff(timedelta(seconds=5), 2.0, timedelta(hours=1), 0.2)
SECRET = "sk_live_0123456789abcdef"


def refusals(**changes: object) -> dict[str, str]:
    """Return why each verb would change nothing, of a job with these changes."""
    job = replace(JOB, **changes)  # type: ignore[arg-type]  # its own fields
    return why_not(Around(job, (), 0, {}, (), (), None, ()))


@pytest.mark.parametrize(
    ("attempt", "told"),
    [
        (1, "min(1 h, 5 s * 2^(1-1)) = 5.0 s ± 20 %"),
        (2, "min(1 h, 5 s * 2^(2-1)) = 10 s ± 20 %"),
        (40, "min(1 h, 5 s * 2^(40-1)) = 60 min ± 20 %"),
        (10**6, "min(1 h, 5 s * 2^(1000000-1)) = 60 min ± 20 %"),
    ],
)
def test_the_backoff_is_told_with_its_numbers(attempt: int, told: str) -> None:
    assert USUAL.formula(attempt) == told


def test_a_backoff_of_odd_numbers_is_told_exactly() -> None:
    odd = Backoff(timedelta(milliseconds=250), 1.5, timedelta(seconds=90), 0)
    assert odd.formula(2) == "min(90 s, 0.25 s * 1.5^(2-1)) = 375 ms ± 0 %"


@pytest.mark.parametrize(
    ("changes", "verb", "why"),
    [
        ({}, "retry", ""),
        ({"status": "pending"}, "retry", ""),
        ({"status": "running"}, "retry", "running, left to its worker"),
        ({"dedup_key": "k", "key_owner": 9}, "retry", "job 9 has its dedup_key"),
        ({"status": "running"}, "cancel", ""),
        ({"status": "cancelled"}, "cancel", "cancelled already"),
        ({}, "clone", ""),
        ({"dedup_key": "k"}, "clone", ""),
        ({"dedup_key": "k", "key_owner": 9}, "clone", "job 9 has its dedup_key"),
        (
            {"dedup_key": "k", "status": "pending"},
            "clone",
            "it has its dedup_key itself until it ends",
        ),
        ({"is_declared": False}, "clone", "the task type send_email is not declared any more"),
    ],
)
def test_what_cannot_be_done_to_a_job_says_why(
    changes: dict[str, object], verb: str, why: str
) -> None:
    assert refusals(**changes)[verb] == why


@pytest.mark.parametrize(
    ("hold", "told"),
    [
        (Hold("mail", "*", "flag", "x", "ann", None), "Queue mail is paused"),
        (Hold("*", "*", "flag", "x", "ann", None), "Every queue is paused"),
        (Hold("*", "a", "flag", "x", "ann", None), "Every queue, task type a, is paused"),
        (Hold("*", "*", "cron", "x", "ann", None), "The chain is paused by its cron"),
    ],
)
def test_a_pause_is_told_with_what_it_stops(hold: Hold, told: str) -> None:
    assert about(hold) == told


def test_a_limit_is_full_by_what_runs_and_by_what_started() -> None:
    limit = Limit("queue", "mail", 5, 4, 100, timedelta(minutes=1), 3)
    assert terms(limit) == "4 of 5 run; 100 in 1 min, 3 may start now"
    assert not is_full(limit)
    assert is_full(replace(limit, running=5))
    assert is_full(replace(limit, startable=0))
    assert not is_full(Limit("queue", "mail", None, 9, None, None, None))


def test_errors_are_alike_but_for_their_numbers_and_their_stack() -> None:
    first, second = "no 17 in 3 s\nstack 1", "no 4 in 30 s\nstack 2"
    assert without_numbers(first) == without_numbers(second) == ("no ", "no N in N s")


def test_the_filter_for_an_error_is_its_longest_part_without_numbers_and_secrets() -> None:
    assert longest_part("E42: no answer from upstream in 30 s\nand more of it") == (
        ": no answer from upstream in"
    )
    assert longest_part(f"token {SECRET} is refused by upstream") == "is refused by upstream"
    assert longest_part("") == ""


@pytest.mark.parametrize(
    ("worker", "post"), [("h:1#42", 42), ("h:1", None), (None, None), ("h#" + "9" * 30, None)]
)
def test_a_worker_names_the_post_that_woke_it(worker: str | None, post: int | None) -> None:
    assert post_of(worker) == post


def test_a_document_is_cut_and_says_how_much_is_left() -> None:
    text = '"' + "x" * 2 * LONGEST + '"'
    short, whole = (document("payload", text, 9, (), whole=each) for each in (False, True))
    assert short is not None
    assert whole is not None
    assert short.text is not None
    assert (len(short.text), short.left) == (CUT, 2 * LONGEST + 2 - CUT)
    assert whole.left == LONGEST + 2
    assert document("result", None, None, (), whole=False) is None


def test_an_error_is_its_first_line_and_all_of_it_where_there_is_more() -> None:
    one, more = trouble("boom"), trouble(f"\nboom {SECRET}\nstack {SECRET}")
    assert one is not None
    assert more is not None
    assert (one.line, one.text) == ("boom", None)
    assert more.line == without_secrets(f"boom {SECRET}")
    assert SECRET not in (more.text or "")
    assert trouble(None) is None
