"""The page of incident, on the screen, on paper, and as a file for a ticket."""

from __future__ import annotations

import pytest

from supaops.db.connect import Connection
from tests.projects import Project
from tests.waiting import until
from tests.web.barriers import assert_no_barrier
from tests.web.conftest import SignedIn
from tests.web.rooms import LOADING, checked, visited, without_database
from tests.web.scene import furnish
from tests.web.site import Served

pytestmark = pytest.mark.stack
HEADINGS = ("What is broken", "Next", "The chain", "Failing jobs", "What changed", "Who to call")
MANY = """
insert into supaops.attempt (job_id, attempt, finished_at, outcome, error)
select j.id, 100 + n, now(), 'failed', 'Overloaded'
  from generate_series(1, 2500) as n, (select min(id) as id from job_queue) as j"""
HOSTILE = "<script>alert(1)</script> postgresql://me:hidden-password@host/db `x`"


def test_the_page_tells_what_is_broken_what_changed_and_what_to_do(
    project: Project, queue: Connection
) -> None:
    furnish(queue)
    with visited(project) as (room, client):
        page = checked(room, client, "/incident")
    assert [each for each in HEADINGS if each not in page] == []
    assert 'id="broken-queue.dead"' in page
    assert "pause queue:media" in page
    assert "the image service is being moved" in page
    assert "supaops retry --env test --status failed --task-type send_email" in page
    assert "Engineering on-call" in page


def test_a_group_of_failures_leads_to_its_jobs(project: Project, queue: Connection) -> None:
    furnish(queue)
    with visited(project) as (room, client):
        page = checked(room, client, "/incident")
    way = "?task_type=send_email&amp;queue=mail&amp;error=UpstreamTimeout%3A+no+answer+from"
    assert way in page.replace("%20", "+")


def test_of_very_many_failures_the_newest_are_counted_and_the_page_says_so(
    project: Project, queue: Connection
) -> None:
    furnish(queue)
    queue.execute(MANY)
    with visited(project) as (room, client):
        page = checked(room, client, "/incident")
    assert "Of the newest 2,000 failed attempts" in page
    assert "2,000</td>" in page


@pytest.mark.parametrize("path", ["/incident", "/incident.md", "/incident.json"])
def test_what_jobs_say_is_neither_run_nor_repeated_with_its_secrets(
    project: Project, queue: Connection, path: str
) -> None:
    furnish(queue)
    queue.execute("update supaops.attempt set error = %s where error is not null", [HOSTILE])
    with visited(project) as (room, client):
        page = checked(room, client, path)
    assert "alert(" in page
    assert "hidden-password" not in page
    assert path.endswith("json") or "<script>alert" not in page.replace(r"\<", "")


def test_before_the_checks_have_ended_nobody_is_told_that_all_is_well(
    project: Project, queue: Connection
) -> None:
    with queue.transaction():
        queue.execute("lock table supaops.task_type in access exclusive mode")
        with visited(project) as (room, client):
            page = client.get(room.url("/incident")).text
    assert "is being checked" in page
    assert LOADING in page
    assert "status ok" not in page


def test_without_a_database_the_page_says_so_and_what_to_do(project: Project) -> None:
    with visited(without_database(project)) as (room, client):
        page = checked(room, client, "/incident")
        ticket = client.get(room.url("/incident.md")).text
    assert "no connection to postgres@127.0.0.1:9/postgres" in page
    assert 'id="broken-conn.reachable"' in page
    assert "test is UNKNOWN" in ticket
    assert "hidden-password" not in page + ticket


def test_the_file_for_a_ticket_has_findings_although_nobody_has_looked(project: Project) -> None:
    with visited(project) as (room, client):
        answer = client.get(room.url("/incident.md?last=6h"))
        assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
        assert answer.headers["content-disposition"].startswith('attachment; filename="incident-')
        assert "### Failing jobs, last 6 h" in answer.text
        assert client.get(room.url("/incident.json")).json()["environment"] == "test"


@pytest.mark.parametrize("last", ["soon", "-1h", "0s", "<b>"])
def test_a_window_that_is_none_is_refused(control_room: Served, last: str) -> None:
    client = control_room.client("vera")
    answer = client.get(control_room.url("/incident"), params={"last": last})
    client.close()
    assert answer.status_code == 400
    assert "Such as 1h" in answer.text


@pytest.mark.browser
def test_on_paper_the_page_has_every_part_in_black_on_white(
    signed_in: SignedIn, queue: Connection
) -> None:
    furnish(queue)
    page = signed_in("vera", "/incident", color_scheme="dark")
    until(lambda: page.reload() and not page.locator('[aria-busy="true"]').count(), every=0.2)
    paper = page.pdf(format="A4", outline=True, tagged=True)
    assert [each for each in HEADINGS if f"/Title ({each}".encode() not in paper] == []
    assert paper.count(b"/Type /Page\n") <= 2
    page.emulate_media(media="print")
    assert not page.get_by_role("link", name="JSON").is_visible()
    ink = page.locator("h2").first.evaluate("each => getComputedStyle(each).color")
    paint = page.locator(".card").first.evaluate("each => getComputedStyle(each).backgroundColor")
    assert (ink, paint) == ("rgb(0, 0, 0)", "rgb(255, 255, 255)")


@pytest.mark.browser
def test_a_page_full_of_trouble_has_no_barrier_that_axe_knows(
    signed_in: SignedIn, queue: Connection
) -> None:
    furnish(queue)
    page = signed_in("vera", "/incident", color_scheme="light")
    until(lambda: page.reload() and not page.locator('[aria-busy="true"]').count(), every=0.2)
    assert_no_barrier(page)
