"""The page of the audit."""

from __future__ import annotations

import re
from contextlib import closing

import pytest

from supaops.db.connect import Connection
from supaops.db.pages import audit
from tests.web.barriers import assert_no_barrier
from tests.web.browsing import follow
from tests.web.conftest import SignedIn
from tests.web.scene import furnish
from tests.web.site import Served

pytestmark = pytest.mark.stack


def get(site: Served, path: str) -> str:
    with closing(site.client("vera")) as client:
        answer = client.get(site.url(path))
    assert answer.status_code == 200, answer.text
    return answer.text


def retry_failed(queue: Connection, request: str) -> int:
    """Retry every failed job, as a request of the control room would; return how many."""
    with queue.transaction():
        queue.execute(
            "select set_config('supaops.actor', 'otto', true),"
            " set_config('supaops.source', 'dashboard', true),"
            " set_config('supaops.reason', 'the provider is back', true),"
            " set_config('supaops.request_id', %s, true)",
            [request],
        )
        failed = "select id from job_queue where status = 'failed'"
        return queue.execute(f"select unnest(job_queue_retry(array({failed})))").rowcount


def test_acts_lead_to_what_they_were_done_to(queue: Connection, control_room: Served) -> None:
    ids = furnish(queue)
    page = get(control_room, "/audit")
    assert re.search(rf'cancelled</span> <a href="[^"]*/{ids["cancelled"]}">job', page)
    assert re.search(r'paused</span> <a href="[^"]*/queues">queue media</a>', page)
    assert "the image service is being moved" in page


def test_a_bulk_is_one_line_that_leads_to_each_job_and_its_request(
    queue: Connection, control_room: Served
) -> None:
    ids = furnish(queue)
    number = retry_failed(queue, "4f9c")
    page = get(control_room, "/audit?source=dashboard")
    assert re.search(rf"retried</span> <b>{number}</b> jobs", page)
    assert page.count("<tr id=") == 1
    assert f'/{ids["failed"]}">job {ids["failed"]}</a>' in page
    assert "/audit?request=4f9c" in page


def test_a_part_of_the_filter_that_is_wrong_is_named_and_kept(control_room: Served) -> None:
    page = get(control_room, "/audit?since=%3Csoon%3E&reason=mail")
    assert 'value="&lt;soon&gt;"' in page
    assert 'aria-describedby="problem-since"' in page
    assert "Nothing was looked for" in page


@pytest.mark.parametrize(
    ("query", "said"),
    [("?actor=nobody", "Nothing like that was done"), ("?before=x", "what a link to older acts")],
)
def test_an_empty_page_says_why(
    queue: Connection, control_room: Served, query: str, said: str
) -> None:
    furnish(queue)
    assert said in get(control_room, f"/audit{query}")


def test_acts_not_among_those_looked_at_may_stand_further_back(
    queue: Connection, control_room: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "WINDOW", 2)
    furnish(queue)
    retry_failed(queue, "4f9c")
    page = get(control_room, "/audit?actor=nobody&action=retry")
    assert "Not among these" in page
    assert re.search(r'rel="next" href="[^"]*actor=nobody&amp;action=retry&amp;before=', page)


def test_nothing_that_was_typed_or_stored_becomes_markup(
    queue: Connection, control_room: Served
) -> None:
    queue.execute(
        "insert into supaops.audit (actor, action, reason, target, before)"
        " values ('<i>', '<b>', '<u>', '<s>:<q>', %s)",
        ['{"<p>": "<em>", "token": "hide-me", "dsn": "postgres://me:hunter2@db/x"}'],
    )
    page = get(control_room, "/audit")
    for mark in ("<i>", "<b><", "<u>", "<s>", "<q>", "<em>", "hide-me", "hunter2"):
        assert mark not in page
    assert "[redacted]" in page


@pytest.mark.browser
def test_acts_are_filtered_and_paged_without_javascript(
    queue: Connection, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "LINES", 2)
    furnish(queue)
    for number in range(5):
        queue.execute("select job_queue_pause('mail', %s)", [f"reason {number}"])
    page = signed_in("vera", "/audit", java_script_enabled=False)
    page.get_by_label("Action").select_option("pause")
    page.get_by_label("Target").fill("queue:mail")
    follow(page.get_by_role("button", name="Filter"))
    seen = page.locator("td[data-label=Reason]").all_inner_texts()
    while page.get_by_role("link", name="Older").count():
        follow(page.get_by_role("link", name="Older"))
        seen += page.locator("td[data-label=Reason]").all_inner_texts()
    assert seen == [f"reason {number}" for number in range(4, -1, -1)]
    follow(page.get_by_role("link", name="To the newest"))
    assert page.get_by_role("cell", name="reason 4").is_visible()


@pytest.mark.browser
@pytest.mark.parametrize(
    "options", [{"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 844}}]
)
def test_the_audit_has_no_barrier_and_fits(
    queue: Connection, signed_in: SignedIn, options: dict[str, object]
) -> None:
    furnish(queue)
    retry_failed(queue, "4f9c")
    page = signed_in("vera", "/audit?since=", **options)
    for summary in page.locator("td summary").all():
        summary.click()
    assert_no_barrier(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
