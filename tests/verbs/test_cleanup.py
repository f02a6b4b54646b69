"""`supaops cleanup`: what it counts is what it deletes, and it is the playbook's function."""

from __future__ import annotations

import json

import pytest

from supaops.apply import provenance
from supaops.db.connect import Connection
from supaops.status import ExitStatus
from tests.db.calls import MISCOUNTED, enqueue
from tests.projects import Project
from tests.verbs.conftest import Supaops, audit, failed, states

pytestmark = pytest.mark.stack


@pytest.fixture
def aged(queue: Connection) -> Connection:
    """Return a queue with a job of 20 days, one of 10 and one of today per finished status."""
    for status in ("succeeded", "cancelled", "failed"):
        for days in (20, 10, 0):
            job_id = enqueue(queue, "supaops_smoke")
            queue.execute(
                "update job_queue set status = %s, last_error = 'x',"
                " completed_at = now() - make_interval(days => %s) where id = %s",
                [status, days, job_id],
            )
    return queue


def test_an_age_deletes_succeeded_and_cancelled_jobs_and_keeps_failed_ones(
    aged: Connection, supaops: Supaops, project: Project
) -> None:
    done = supaops("cleanup", "--older-than", "7d", "--reason", "disk", "--yes")
    assert done.out == "Deleted 4 jobs.\n"
    assert "To delete: 4 jobs  cancelled 2, succeeded 2" in done.err
    assert sorted(states(aged).values()) == ["cancelled", *["failed"] * 3, "succeeded"]
    [row] = audit(aged)
    assert (row["action"], row["after"], row["reason"]) == ("cleanup", {"removed": 4}, "disk")
    assert row["actor"] == provenance(project.folder).applied_by
    assert aged.execute(MISCOUNTED).fetchall() == []


def test_without_an_age_it_is_the_declared_retention(aged: Connection, supaops: Supaops) -> None:
    told = json.loads(supaops("cleanup", "--dry-run", "--format", "json").out)
    assert (told["expired"], told["removed"]) == ({"succeeded": 1, "cancelled": 1}, None)
    assert len(states(aged)) == 9
    assert supaops("cleanup", "--yes").out == "Deleted 2 jobs.\n"


def test_nothing_to_delete_asks_nothing(queue: Connection, supaops: Supaops) -> None:
    failed(queue, 1)
    assert supaops("cleanup").out == "Deleted 0 jobs.\n"
    assert audit(queue) == []


def test_without_a_terminal_and_without_yes_nothing_is_deleted(
    aged: Connection, supaops: Supaops
) -> None:
    assert supaops("cleanup").status == ExitStatus.REFUSED
    assert len(states(aged)) == 9


def test_an_age_that_is_none_is_a_usage_error(queue: Connection, supaops: Supaops) -> None:
    del queue
    done = supaops("cleanup", "--older-than", "a week", "--yes")
    assert done.status == ExitStatus.USAGE
    assert "--older-than" in done.err
