"""A misspelt queue or task type on the command line: what nobody declares is not passed over."""

from __future__ import annotations

import pytest

from supaops.db.connect import Connection
from supaops.status import ExitStatus
from tests.db.calls import enqueue
from tests.verbs.conftest import Supaops

pytestmark = pytest.mark.stack
QUEUE = "note: --queue: queue 'defualt' is not declared; did you mean `default`? declared: default"
TASK_TYPE = "note: --task-type: task type 'supaops_smke' is not declared; did you mean"


@pytest.mark.parametrize(
    "words", [["jobs", "list"], ["retry", "--yes"], ["replay", "--yes"], ["cancel", "--yes"]]
)
def test_a_filter_by_what_is_not_declared_says_so_and_goes_on(
    queue: Connection,  # noqa: ARG001  empty before it
    supaops: Supaops,
    words: list[str],
) -> None:
    done = supaops(*words, "--queue", "defualt", "--task-type", "supaops_smke")
    assert done.status == ExitStatus.OK
    assert QUEUE in done.err
    assert f"{TASK_TYPE} `supaops_smoke`? declared: " in done.err
    assert "note" not in done.out


def test_jobs_of_a_queue_that_only_their_enqueue_named_are_found_all_the_same(
    queue: Connection, supaops: Supaops
) -> None:
    job_id = enqueue(queue, "supaops_smoke", queue="side")
    done = supaops("jobs", "list", "--queue", "side", "--format", "json")
    assert f'"id": {job_id}' in done.out
    assert "queue 'side' is not declared; declared: " in done.err


def test_a_filter_by_what_is_declared_needs_no_word(
    queue: Connection,  # noqa: ARG001  empty before it
    supaops: Supaops,
) -> None:
    done = supaops("jobs", "list", "--queue", "default", "--task-type", "supaops_smoke")
    assert "note" not in done.err


def test_a_job_for_a_queue_that_is_not_declared_is_enqueued_with_a_word_on_it(
    queue: Connection,  # noqa: ARG001  empty before it
    supaops: Supaops,
) -> None:
    done = supaops("enqueue", "supaops_smoke", "--queue", "defualt", "--yes")
    assert done.status == ExitStatus.OK
    assert QUEUE in done.err


def test_a_pause_of_a_queue_that_nobody_knows_is_refused_with_the_nearest(
    queue: Connection,  # noqa: ARG001  empty before it
    supaops: Supaops,
) -> None:
    done = supaops("pause", "--reason", "x", "--queue", "defualt", "--yes")
    assert done.status == ExitStatus.ERROR
    assert QUEUE in done.err
    assert "unknown queue 'defualt' (SQLSTATE JQ004)" in done.err


@pytest.mark.parametrize("queues", ["defualt", "default, defualt"])
def test_a_worker_of_a_queue_that_is_not_declared_does_not_start(
    supaops: Supaops, queues: str
) -> None:
    done = supaops("worker", "--queues", queues, "--drain")
    assert done.status == ExitStatus.USAGE
    assert "error: --queues: queue 'defualt' is not declared" in done.err
    assert "fix: did you mean `default`?" in done.err


def test_a_cron_job_that_is_not_paused_is_told_with_those_that_are(
    queue: Connection,  # noqa: ARG001  puts the cron job back after it
    supaops: Supaops,
) -> None:
    supaops("pause", "--reason", "x", "--cron", "job_queue_worker", "--yes")
    done = supaops("resume", "--cron", "job_queue_wroker", "--yes")
    assert done.status == ExitStatus.ERROR
    assert "cron job job_queue_wroker is not paused" in done.err
    assert "did you mean `job_queue_worker`? paused: job_queue_worker" in done.err
