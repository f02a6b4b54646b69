"""The page of one job as people use it, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from supaops.db.connect import Connection
from tests.db.calls import column, enqueue, job
from tests.web.barriers import assert_no_barrier
from tests.web.conftest import SignedIn
from tests.web.job.conftest import failed, running
from tests.web.scene import furnish

pytestmark = [pytest.mark.stack, pytest.mark.browser]
SCRIPTED = pytest.mark.parametrize("scripted", [True, False], ids=["scripted", "plain"])


def deed(queue: Connection, job_id: int) -> tuple[str, ...]:
    """Return action, actor, source and reason of the last thing that was done to a job."""
    row = queue.execute(
        "select action, actor, source, reason from supaops.audit where target = %s"
        " order by id desc limit 1",
        [f"job:{job_id}"],
    ).fetchone()
    assert row is not None
    return tuple(row.values())


def press(page: Page, name: str, reason: str = "because") -> None:
    """Type a reason and press a button."""
    page.get_by_label("Reason, for the audit").fill(reason)
    page.get_by_role("button", name=name, exact=True).click()


@SCRIPTED
def test_retry_now_runs_a_failed_job_again(
    queue: Connection, signed_in: SignedIn, *, scripted: bool
) -> None:
    job_id = failed(queue)
    page = signed_in("otto", f"/{job_id}", java_script_enabled=scripted)
    press(page, "Retry now")
    expect(page.locator(".notice")).to_contain_text(f"job {job_id} is pending")
    assert job(queue, job_id)["status"] == "pending"
    assert deed(queue, job_id) == ("retry", "otto", "dashboard", "because")


@SCRIPTED
def test_a_running_job_is_cancelled_in_two_steps(
    queue: Connection, signed_in: SignedIn, *, scripted: bool
) -> None:
    job_id = running(queue)
    page = signed_in("otto", f"/{job_id}", java_script_enabled=scripted)
    press(page, "Cancel…")
    expect(page.get_by_role("heading", name=f"Cancel job {job_id}?")).to_be_visible()
    assert job(queue, job_id)["status"] == "running"
    page.get_by_role("button", name="Cancel the job").click()
    expect(page.locator(".notice")).to_contain_text(f"Cancelled job {job_id}.")
    assert job(queue, job_id)["status"] == "cancelled"
    assert deed(queue, job_id) == ("cancel", "otto", "dashboard", "because")


@SCRIPTED
def test_a_clone_leads_to_the_new_job(
    queue: Connection, signed_in: SignedIn, *, scripted: bool
) -> None:
    old = failed(queue)
    page = signed_in("otto", f"/{old}", java_script_enabled=scripted)
    press(page, "Clone")
    new = int(page.locator("#job-id").inner_text())
    assert new > old
    expect(page.locator(".notice")).to_contain_text(f"This is job {new}, a clone of job {old}.")
    page.get_by_role("link", name=f"job {old}").click()
    expect(page.locator("#way")).to_contain_text(f"job {new}")
    assert deed(queue, old) == ("replay", "otto", "dashboard", "because")


def test_a_press_in_a_second_tab_leads_to_the_clone_that_the_first_made(
    queue: Connection, signed_in: SignedIn
) -> None:
    old = failed(queue)
    tabs = [signed_in("otto", f"/{old}") for _ in range(2)]
    for tab in tabs:
        tab.get_by_label("Reason, for the audit").fill("typed, so that the page stands still")
    for tab in tabs:
        tab.get_by_role("button", name="Clone", exact=True).click()
        tab.wait_for_url(lambda url: not url.endswith(f"/{old}"))
    [clone] = column(queue, "select id from job_queue where id <> %s", old)
    expect(tabs[1].locator("#job-id")).to_have_text(str(clone))
    expect(tabs[1].locator(".notice")).to_contain_text(f"Job {old} was cloned already")


@SCRIPTED
def test_a_job_that_waits_is_rescheduled(
    queue: Connection, signed_in: SignedIn, *, scripted: bool
) -> None:
    job_id = enqueue(queue, "send_email")
    page = signed_in("otto", f"/{job_id}", java_script_enabled=scripted)
    page.get_by_text("Reschedule, or change its priority").click()
    page.get_by_label("Runs from, UTC").fill("2999-01-31T18:30")
    page.get_by_role("button", name="Reschedule", exact=True).click()
    expect(page.locator(".notice")).to_contain_text("runs from 2999-01-31 18:30:00 UTC")
    assert deed(queue, job_id)[:3] == ("reschedule", "otto", "dashboard")


@SCRIPTED
def test_a_job_that_waits_gets_another_priority(
    queue: Connection, signed_in: SignedIn, *, scripted: bool
) -> None:
    job_id = enqueue(queue, "send_email")
    page = signed_in("otto", f"/{job_id}", java_script_enabled=scripted)
    page.get_by_text("Reschedule, or change its priority").click()
    page.locator("#priority").fill("-7")
    page.get_by_role("button", name="Set priority", exact=True).click()
    expect(page.locator(".notice")).to_contain_text("-7")
    assert job(queue, job_id)["priority"] == -7
    assert deed(queue, job_id)[:3] == ("set priority", "otto", "dashboard")


def test_return_in_the_field_of_the_reason_does_nothing(
    queue: Connection, signed_in: SignedIn
) -> None:
    job_id = failed(queue)
    page = signed_in("otto", f"/{job_id}")
    field = page.get_by_label("Reason, for the audit")
    field.fill("not done yet")
    field.press("Enter")
    expect(field).to_have_value("not done yet")
    assert job(queue, job_id)["status"] == "failed"


def test_a_refused_act_keeps_what_was_typed(queue: Connection, signed_in: SignedIn) -> None:
    job_id = failed(queue, dedup_key="k")
    page = signed_in("otto", f"/{job_id}")
    page.get_by_label("Reason, for the audit").fill("typed, so that the page stands still")
    other = enqueue(queue, "send_email", dedup_key="k")
    page.route("**/retry", _as_if_done)
    press(page, "Retry now", "a long story")
    expect(page.get_by_role("alert")).to_contain_text(f"job {other} holds the dedup_key")
    expect(page.get_by_label("Reason, for the audit")).to_have_value("a long story")
    page.get_by_role("link", name=f"Open job {other}").click()
    expect(page.locator("#job-id")).to_have_text(str(other))


def _as_if_done(route: Route) -> None:
    """Answer with the page of a refusal as 200, for of any 4xx the browser itself complains."""
    headers = {**route.request.headers, "sec-fetch-site": "same-origin"}
    answer = route.fetch(headers=headers)
    assert answer.status == 409
    route.fulfill(response=answer, status=200)


def test_a_viewer_can_press_none_of_the_buttons(queue: Connection, signed_in: SignedIn) -> None:
    page = signed_in("vera", f"/{failed(queue)}")
    for name in ("Retry now", "Cancel", "Clone"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_disabled()
    expect(page.locator("#acts")).to_contain_text("Your role, viewer, may not do this.")


def test_no_status_of_a_job_has_a_barrier_that_axe_knows(
    queue: Connection, signed_in: SignedIn
) -> None:
    ids = furnish(queue)
    page = signed_in("otto", f"/{ids['failed']}")
    for name in ("failed", "running", "succeeded", "scheduled", "cancelled"):
        page.goto(page.url.rpartition("/")[0] + f"/{ids[name]}")
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert_no_barrier(page)
    page.goto(page.url.rpartition("/")[0] + f"/{ids['running']}/cancel")
    assert_no_barrier(page)


def test_a_page_of_a_job_is_no_wider_than_a_phone_and_its_payload_folds(
    queue: Connection, signed_in: SignedIn
) -> None:
    job_id = failed(queue, "x" * 400 + "\n" + "y" * 400, payload='{"long": "' + "z" * 400 + '"}')
    page = signed_in("otto", f"/{job_id}", viewport={"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator("#payload summary").click(timeout=5_000)
    expect(page.locator("#payload-text")).to_be_hidden()
