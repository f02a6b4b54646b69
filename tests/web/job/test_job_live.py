"""The page of one job follows it, and takes nothing from whoever reads it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from supaops.db.connect import Connection
from tests.db.calls import claim, enqueue, job
from tests.web.conftest import SignedIn
from tests.web.job.conftest import failed

pytestmark = [
    pytest.mark.stack,
    pytest.mark.browser,
]


def test_a_job_that_ends_is_seen_to_end_and_what_was_opened_stays_open(
    queue: Connection, signed_in: SignedIn
) -> None:
    job_id = enqueue(queue, "send_email")
    claim(queue)
    queue.execute("select job_queue_mark_failed(%s, E'boom\nstack', retry_in => '0 s')", [job_id])
    claim(queue)
    page = signed_in("otto", f"/{job_id}")
    page.locator("#attempts summary").click()
    page.locator("#payload summary").click()
    queue.execute("select job_queue_mark_succeeded(%s)", [job_id])
    expect(page.locator(".job-head .status")).to_have_text("succeeded")
    expect(page.locator("#attempts details")).to_have_attribute("open", "")
    expect(page.locator("#payload-text")).to_be_hidden()


def test_the_key_r_retries(queue: Connection, signed_in: SignedIn) -> None:
    job_id = failed(queue)
    page = signed_in("otto", f"/{job_id}")
    page.keyboard.press("r")
    expect(page.locator(".notice")).to_contain_text(f"job {job_id} is pending")
    assert job(queue, job_id)["status"] == "pending"
