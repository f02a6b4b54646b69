"""Each act on cron jobs and queues in a browser, with JavaScript and without."""

from __future__ import annotations

import pytest

from supaops.db.connect import Connection
from tests.db.calls import column
from tests.web.barriers import CONTRAST, assert_no_barrier
from tests.web.browsing import follow
from tests.web.conftest import SignedIn
from tests.web.scene import furnish

pytestmark = [pytest.mark.browser, pytest.mark.stack]

CLEANUP = "job_queue_cleanup_daily"
both_ways = pytest.mark.parametrize(
    "options", [{}, {"java_script_enabled": False}], ids=["with", "without"]
)


@both_ways
def test_a_cron_job_is_run_paused_and_resumed(
    signed_in: SignedIn, queue: Connection, options: dict[str, bool]
) -> None:
    page = signed_in("ada", "/cron", **options)
    job = page.locator(f"#cron-{CLEANUP}")
    job.locator("summary", has_text="Run now").click()
    follow(job.get_by_role("button", name=f"Run {CLEANUP} now"))
    assert f"{CLEANUP} ran in " in page.locator("#notice p").inner_text()
    job.locator("summary", has_text="Pause").click()
    job.get_by_label("Reason", exact=True).fill("a restore is under way")
    follow(job.get_by_role("button", name=f"Pause {CLEANUP}"))
    assert "Paused by ada" in job.inner_text()
    job.locator("summary", has_text="Resume").click()
    follow(job.get_by_role("button", name=f"Resume {CLEANUP}"))
    assert page.locator("#notice p").inner_text() == f"{CLEANUP} is active again."
    assert column(queue, "select action from supaops.audit order by id") == [
        "run",
        "ran",
        "pause",
        "resume",
    ]


@both_ways
def test_a_queue_is_paused_and_resumed(
    signed_in: SignedIn, queue: Connection, options: dict[str, bool]
) -> None:
    page = signed_in("otto", "/queues", **options)
    mail = page.locator("#queue-mail")
    mail.locator("summary", has_text="Pause").click()
    mail.get_by_label("Reason").fill("the relay moves")
    mail.get_by_label("Until").fill("30m")
    follow(mail.get_by_role("button", name="Pause mail"))
    assert "the relay moves" in mail.inner_text()
    assert column(queue, "select queue from supaops.pause") == ["mail"]
    follow(mail.get_by_role("button", name="Resume"))
    assert page.locator("#notice p").inner_text() == "Queue mail is resumed."
    assert column(queue, "select queue from supaops.pause") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_with_everything_on_it_has_no_barrier_that_axe_knows(
    signed_in: SignedIn, queue: Connection, scheme: str
) -> None:
    furnish(queue)
    page = signed_in("ada", "/cron", color_scheme=scheme)
    for path, form in (("/cron", "details.act summary"), ("/queues", "details.act summary")):
        page.goto(page.url.rsplit("/", 1)[0] + path)
        page.locator(form).first.click()
        assert_no_barrier(page, CONTRAST if scheme == "dark" else ())
