"""The page of jobs in a real browser, with and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from supaops.db.connect import Connection
from tests.db.calls import claim, enqueue, job
from tests.web.barriers import assert_no_barrier
from tests.web.browsing import follow
from tests.web.conftest import SignedIn
from tests.web.scene import furnish

pytestmark = [pytest.mark.browser, pytest.mark.stack]


def _retry_selected(page: Page, job_id: int) -> None:
    page.get_by_label(f"Select job {job_id}").check()
    page.get_by_role("button", name="Retry…").click()
    expect(page.get_by_role("heading", name="Retry 1 job?")).to_be_visible()
    page.get_by_label("Reason").fill("upstream is back")
    page.get_by_role("button", name="Retry 1 job").click()
    expect(page.locator(".notice")).to_contain_text("1 retried, 0 left alone, 0 failed.")


BOTH_WAYS = pytest.mark.parametrize(
    "options", [{}, {"java_script_enabled": False}], ids=["with", "without"]
)


@BOTH_WAYS
def test_a_selected_job_is_retried_with_and_without_javascript(
    queue: Connection, signed_in: SignedIn, options: dict[str, bool]
) -> None:
    job_id = enqueue(queue, "send_email", max_attempts=1)
    claim(queue, 1)
    queue.execute("select job_queue_mark_failed(%s, 'no answer')", [job_id])
    page = signed_in("otto", "?status=failed", **options)
    _retry_selected(page, job_id)
    assert job(queue, job_id)["status"] == "pending"


@BOTH_WAYS
def test_a_filter_is_filled_in_and_all_that_match_are_cancelled(
    queue: Connection, signed_in: SignedIn, options: dict[str, bool]
) -> None:
    mine = [enqueue(queue, "make_thumbnail") for _ in range(3)]
    other = enqueue(queue, "send_email")
    page = signed_in("otto", **options)
    page.get_by_label("Queue", exact=True).fill("media")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("tr[data-row]")).to_have_count(3)
    assert page.url.endswith("?queue=media")
    page.get_by_label("Act on").select_option("all")
    page.get_by_role("button", name="Cancel…").click()
    page.get_by_role("button", name="Cancel 3 jobs").click()
    expect(page.locator(".notice")).to_contain_text("3 cancelled")
    assert {job(queue, each)["status"] for each in mine} == {"cancelled"}
    assert job(queue, other)["status"] == "pending"


@BOTH_WAYS
def test_the_jobs_of_a_page_are_cloned(
    queue: Connection, signed_in: SignedIn, options: dict[str, bool]
) -> None:
    old = [enqueue(queue, "make_thumbnail") for _ in range(2)]
    queue.execute("select job_queue_cancel(%s)", [old])
    page = signed_in("otto", "?status=cancelled", **options)
    page.get_by_label("Act on").select_option("page")
    page.get_by_role("button", name="Clone…").click()
    page.get_by_role("button", name="Clone 2 jobs").click()
    expect(page.locator(".notice")).to_contain_text("2 cloned, 0 left alone, 0 failed.")
    rows = queue.execute(
        "select actor, source from supaops.audit where action = 'replay' and target = any(%s)",
        [[f"job:{each}" for each in old]],
    ).fetchall()
    assert [tuple(row.values()) for row in rows] == [("otto", "dashboard")] * 2


@pytest.mark.parametrize("width", [1280, 390])
def test_list_and_preview_have_no_barrier_and_fit_the_screen(
    queue: Connection, signed_in: SignedIn, width: int
) -> None:
    furnish(queue)
    size = {"width": width, "height": 900}
    page = signed_in("otto", "?status=failed&payload=to:&since=x", viewport=size)
    _is_sound(page, is_small=width < 500)
    page = signed_in("otto", "?status=failed&error=answer", viewport=size)
    _is_sound(page, is_small=width < 500)
    page.get_by_label("Act on").select_option("page")
    follow(page.get_by_role("button", name="Clone…"))
    _is_sound(page, is_small=width < 500)


def _is_sound(page: Page, *, is_small: bool) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if not is_small:
        assert_no_barrier(page)
