"""Rescheduling a job that waits, and changing its priority, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.db.calls import MISCOUNTED, claim, enqueue, job
from tests.web.job.conftest import Room, running, words

pytestmark = pytest.mark.stack


def test_a_rescheduled_job_waits_for_its_new_time(room: Room) -> None:
    job_id = enqueue(room.queue, "send_email")
    answer = room.post(job_id, "run-at", run_at="2999-01-31T18:30", reason="after the move")
    page = room.done(answer)
    assert f"Rescheduled: job {job_id} runs from 2999-01-31 18:30:00 UTC on." in page
    assert "otto by dashboard reschedule" in page
    assert job(room.queue, job_id)["run_at"] == datetime(2999, 1, 31, 18, 30, tzinfo=UTC)
    assert claim(room.queue) == []
    [deed] = room.audit(job_id)
    assert (deed["actor"], deed["source"], deed["reason"]) == (
        "otto",
        "dashboard",
        "after the move",
    )
    assert deed["after"] == {"run_at": "2999-01-31T18:30:00+00:00"}
    assert list(deed["before"]) == ["run_at"]


def test_a_job_that_is_rescheduled_into_the_past_is_ready(room: Room) -> None:
    job_id = enqueue(room.queue, "send_email")
    room.queue.execute("update job_queue set run_at = 'infinity' where id = %s", [job_id])
    room.done(room.post(job_id, "run-at", run_at="2001-01-01T00:00"))
    assert [row["id"] for row in claim(room.queue)] == [job_id]


def test_a_job_of_a_smaller_priority_goes_first(room: Room) -> None:
    enqueue(room.queue, "send_email")
    late = enqueue(room.queue, "send_email")
    page = room.done(room.post(late, "priority", priority="-5"))
    assert f"Job {late} has priority -5 now." in page
    assert "otto by dashboard set priority 0 → -5" in page
    assert [row["id"] for row in claim(room.queue)] == [late]
    assert room.queue.execute(MISCOUNTED).fetchall() == []


@pytest.mark.parametrize("text", ["", "soon", "0001-01-01T00:00", "99999-01-01"])
def test_what_is_no_time_is_refused(room: Room, text: str) -> None:
    job_id = enqueue(room.queue, "send_email")
    answer = room.post(job_id, "run-at", run_at=text)
    assert (answer.status_code, room.audit(job_id)) == (409, [])
    assert "That is no time." in words(answer.text)


@pytest.mark.parametrize("text", ["", "high", "1.5", "32768", "-32769", "9" * 5000])
def test_what_is_no_priority_is_refused(room: Room, text: str) -> None:
    job_id = enqueue(room.queue, "send_email")
    answer = room.post(job_id, "priority", priority=text)
    assert (answer.status_code, room.audit(job_id)) == (409, [])
    assert "A whole number from -32768 to 32767" in words(answer.text)


@pytest.mark.parametrize(
    ("path", "form"), [("run-at", {"run_at": "2999-01-01T00:00"}), ("priority", {"priority": "1"})]
)
def test_a_job_that_does_not_wait_is_left_as_it_is(
    room: Room, path: str, form: dict[str, str]
) -> None:
    job_id = running(room.queue)
    before = job(room.queue, job_id)
    assert 'id="adjust"' not in room.get(job_id)
    answer = room.post(job_id, path, **form)
    assert answer.status_code == 409
    assert f"job {job_id} was not changed: it is running" in words(answer.text)
    assert (job(room.queue, job_id), room.audit(job_id)) == (before, [])
    assert room.post(2**62, path, **form).status_code == 404
