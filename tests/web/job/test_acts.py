"""Retry, cancel and clone from the page of a job, over HTTP."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from supaops.db.connect import connect
from tests.db.calls import claim, enqueue, job
from tests.projects import Project
from tests.web.job.conftest import Room, failed, running, words
from tests.web.site import Served

pytestmark = pytest.mark.stack
WHY = "upstream is back"
VERBS = ["retry", "cancel", "clone", "run-at", "priority"]


def the_audit_tells(room: Room, job_id: int, action: str, reason: str | None) -> None:
    """Assert that the last thing done to a job was done by the operator, from here."""
    deed = room.audit(job_id)[-1]
    told = (deed["actor"], deed["source"], deed["action"], deed["reason"])
    assert told == ("otto", "dashboard", action, reason)
    assert len(deed["request_id"]) == 32


def test_a_retry_makes_a_failed_job_pending_from_now_on(room: Room) -> None:
    job_id = failed(room.queue)
    page = room.done(room.post(job_id, "retry", reason=WHY))
    assert f"Retried: job {job_id} is pending from now on." in page
    row = job(room.queue, job_id)
    assert (row["status"], row["last_error"], row["completed_at"]) == ("pending", None, None)
    the_audit_tells(room, job_id, "retry", WHY)
    assert f"otto by dashboard retry failed → pending {WHY}" in page


def test_a_retry_ends_the_wait_for_the_next_attempt(room: Room) -> None:
    job_id = enqueue(room.queue, "send_email")
    room.queue.execute(
        "update job_queue set run_at = now() + interval '1 h' where id = %s", [job_id]
    )
    room.done(room.post(job_id, "retry"))
    assert [row["id"] for row in claim(room.queue)] == [job_id]
    the_audit_tells(room, job_id, "retry", None)


def test_a_cancel_ends_a_pending_job_in_one_step(room: Room) -> None:
    job_id = enqueue(room.queue, "send_email")
    assert f"Cancelled job {job_id}." in room.done(room.post(job_id, "cancel", reason=WHY))
    assert job(room.queue, job_id)["status"] == "cancelled"
    the_audit_tells(room, job_id, "cancel", WHY)


def test_a_running_job_is_cancelled_only_after_it_was_said_what_that_means(room: Room) -> None:
    job_id = running(room.queue)
    answer = room.post(job_id, "cancel", reason=WHY)
    assert answer.status_code == 200
    assert "Its worker learns it at its next heartbeat" in words(answer.text)
    assert f'value="{WHY}"' in answer.text
    assert job(room.queue, job_id)["status"] == "running"
    room.done(room.post(job_id, "cancel", reason=WHY, running="yes"))
    assert job(room.queue, job_id)["status"] == "cancelled"
    the_audit_tells(room, job_id, "cancel", WHY)


def test_a_clone_is_a_new_job_and_leads_to_it(room: Room) -> None:
    old = failed(room.queue)
    answer = room.post(old, "clone", reason=WHY)
    new = int(answer.headers["location"].rpartition("/")[2])
    assert f"This is job {new}, a clone of job {old}." in room.done(answer)
    assert job(room.queue, new)["status"] == "pending"
    assert job(room.queue, old)["status"] == "failed"
    the_audit_tells(room, old, "replay", WHY)


@pytest.mark.parametrize(
    ("verb", "told"),
    [
        ("retry", "was not retried: running, left to its worker."),
        ("clone", "holds the dedup_key"),
    ],
)
def test_a_refused_act_says_why_and_keeps_the_reason(room: Room, verb: str, told: str) -> None:
    job_id = running(room.queue, dedup_key="k")
    answer = room.post(job_id, verb, reason="a long story")
    assert answer.status_code == 409
    assert told in words(answer.text)
    assert 'value="a long story"' in answer.text
    assert job(room.queue, job_id)["status"] == "running"
    assert room.audit(job_id) == []


def test_a_retry_that_another_job_stands_in_the_way_of_leads_to_that_one(room: Room) -> None:
    old = failed(room.queue, dedup_key="k")
    new = enqueue(room.queue, "send_email", dedup_key="k")
    answer = room.post(old, "retry")
    assert answer.status_code == 409
    assert f"job {old} cannot be live: job {new} holds the dedup_key 'k'" in words(answer.text)
    assert f'/{new}">Open job {new}</a>' in answer.text


def test_an_ended_job_is_not_cancelled(room: Room) -> None:
    job_id = failed(room.queue)
    answer = room.post(job_id, "cancel")
    assert answer.status_code == 409
    assert f"Job {job_id} was not cancelled: failed already." in words(answer.text)


@pytest.mark.parametrize("verb", ["retry", "cancel", "clone"])
def test_an_act_on_a_job_that_is_gone_says_so(room: Room, verb: str) -> None:
    answer = room.post(2**62, verb)
    assert answer.status_code == 404
    assert "It may have been cleaned up." in words(answer.text)


def test_a_job_that_somebody_has_locked_is_left_and_the_page_says_so(
    room: Room, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supaops.db.operators.LOCK_WAIT", timedelta(milliseconds=50))
    job_id = failed(room.queue)
    with connect(project.url, application_name="pytest another") as other, other.transaction():
        other.execute("select from job_queue where id = %s for update", [job_id])
        answer = room.post(job_id, "retry", reason=WHY)
    assert answer.status_code == 409
    assert "wait for the session that holds the lock" in words(answer.text)
    assert f'value="{WHY}"' in answer.text


def test_a_reason_is_one_line_of_500_characters_at_most(room: Room) -> None:
    job_id = failed(room.queue)
    room.done(room.post(job_id, "retry", reason=" a\nb\0c " + "x" * 600))
    reason = room.audit(job_id)[-1]["reason"]
    assert reason.startswith("a b c x")
    assert len(reason) == 500


def test_what_cannot_be_done_now_is_off_and_says_why(room: Room) -> None:
    job_id = running(room.queue, dedup_key="k")
    page = room.get(job_id)
    assert page.count("<button") - page.count("disabled") > 0
    assert "Retry now is not possible: running, left to its worker." in words(page)
    assert "Clone is not possible: it has its dedup_key itself until it ends." in words(page)
    ended = failed(room.queue)
    assert "Cancel is not possible: failed already." in room.text(ended)


@pytest.mark.parametrize("verb", VERBS)
def test_a_viewer_sees_it_off_and_a_forged_post_of_theirs_is_refused(
    room: Room, control_room: Served, vera: httpx.Client, verb: str
) -> None:
    job_id = failed(room.queue)
    page = vera.get(control_room.url(f"/{job_id}")).text
    assert "Your role, viewer, may not do this." in words(page)
    form = _form_of(page)
    answer = vera.post(control_room.url(f"/{job_id}/{verb}"), data=form)
    assert answer.status_code == 403
    assert job(room.queue, job_id)["status"] == "failed"
    assert room.audit(job_id) == []


def _form_of(page: str) -> dict[str, str]:
    """Return the token of a page as a form."""
    part = page.split('type="hidden" name="', 1)[1]
    name, _, rest = part.partition('" value="')
    return {name: rest.partition('"')[0]}


@pytest.mark.parametrize("verb", VERBS)
def test_an_act_without_a_token_or_from_elsewhere_is_refused(
    room: Room, control_room: Served, otto: httpx.Client, verb: str
) -> None:
    job_id = failed(room.queue)
    url = control_room.url(f"/{job_id}/{verb}")
    form = _form_of(otto.get(control_room.url(f"/{job_id}")).text)
    foreign = otto.post(url, data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert (otto.post(url).status_code, foreign.status_code) == (403, 403)
    assert room.audit(job_id) == []
