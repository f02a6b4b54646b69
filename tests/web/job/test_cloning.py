"""A clone that is asked for twice from one state of a job's page, over HTTP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from supaops.db.connect import connect
from tests.db.calls import column, job, value
from tests.projects import Project
from tests.waiting import until
from tests.web.job.conftest import Room, failed, hidden

pytestmark = pytest.mark.stack
HELD_UP = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"


def jobs(room: Room) -> list[int]:
    """Return the ids of all jobs."""
    return column(room.queue, "select id from job_queue order by id")


@pytest.mark.parametrize("dedup_key", [None, "k"])
def test_a_second_press_leads_to_the_clone_of_the_first(room: Room, dedup_key: str | None) -> None:
    old = failed(room.queue, dedup_key=dedup_key)
    form, in_another_tab = hidden(room.get(old)), hidden(room.get(old))
    first = room.send(old, "clone", form)
    assert "a clone of job" in room.done(first)
    for again in (form, in_another_tab):
        answer = room.send(old, "clone", again)
        new = jobs(room)[-1]
        told = f"Job {old} was cloned already since its page was loaded: this is job {new}."
        assert told in room.done(answer)
        assert answer.headers["location"] == first.headers["location"]
    assert jobs(room) == [old, new]
    assert len(room.audit(old)) == 1


def test_two_presses_at_once_make_one_clone_and_lead_to_it(room: Room, project: Project) -> None:
    old = failed(room.queue)
    form = hidden(room.get(old))
    with ThreadPoolExecutor(2) as both:
        with connect(project.url, application_name="pytest another") as other, other.transaction():
            other.execute("lock table supaops.audit in share mode")  # no row gets in
            presses = [both.submit(room.send, old, "clone", form) for _ in range(2)]
            until(lambda: value(room.queue, HELD_UP) == 2)
        led = {press.result().headers["location"].rpartition("/")[2] for press in presses}
    [new] = jobs(room)[1:]
    assert led == {str(new)}


def test_a_page_that_tells_of_a_clone_makes_another(room: Room) -> None:
    old = failed(room.queue)
    for _ in range(2):
        room.done(room.send(old, "clone", hidden(room.get(old))))
    assert len(jobs(room)) == 3


def test_what_else_was_done_to_the_job_keeps_nobody_from_cloning_it(room: Room) -> None:
    old = failed(room.queue)
    form = hidden(room.get(old))
    room.done(room.post(old, "retry"))
    assert "a clone of job" in room.done(room.send(old, "clone", form))
    assert job(room.queue, old)["status"] == "pending"


def test_a_form_that_does_not_say_what_its_page_knew_makes_a_clone_each_time(room: Room) -> None:
    old = failed(room.queue)
    for seen in ("", "x", "-1", "9" * 30):
        room.done(room.post(old, "clone", seen=seen))
    assert len(jobs(room)) == 5
