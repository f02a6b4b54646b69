"""The page of charts."""

from __future__ import annotations

import re
from contextlib import closing

import pytest

from supaops.db.connect import Connection
from tests.web.barriers import assert_no_barrier
from tests.web.conftest import SignedIn
from tests.web.scene import furnish
from tests.web.site import Served

pytestmark = pytest.mark.stack


def test_each_window_is_shown_with_its_numbers_and_what_changed(
    queue: Connection, control_room: Served
) -> None:
    furnish(queue)
    with closing(control_room.client("vera")) as client:
        for window in ("1h", "6h", "24h", "7d"):
            page = client.get(control_room.url(f"/charts?window={window}")).text
            assert f'aria-current="true">{window}</a>' in page
            assert page.count('<svg class="plot"') == page.count('<details class="numbers"') == 5
            assert "the image service is being moved" in page
            assert "UpstreamTimeout: no answer from https://mail.example.test in N s" in page


def test_a_queue_without_jobs_says_that_nothing_is_known(
    queue: Connection, control_room: Served
) -> None:
    furnish(queue)
    with closing(control_room.client("vera")) as client:
        page = client.get(control_room.url("/charts?queue=%3Cb%3Enowhere")).text
    assert page.count("Nothing is known of this time.") == 4
    assert "<option selected>&lt;b&gt;nowhere</option>" in page


def test_what_looks_like_a_secret_in_an_error_is_not_shown(
    queue: Connection, control_room: Served
) -> None:
    furnish(queue)
    queue.execute("update supaops.attempt set error = 'refused postgres://me:hunter2@db/x'")
    with closing(control_room.client("vera")) as client:
        page = client.get(control_room.url("/charts")).text
    assert "hunter2" not in page
    assert "a database URL with a password" in page


def test_an_unknown_window_is_answered_with_those_there_are(control_room: Served) -> None:
    with closing(control_room.client("vera")) as client:
        answer = client.get(control_room.url("/charts?window=9y"))
    assert answer.status_code != 200
    assert "One of 1h, 6h, 24h, 7d" in answer.text


@pytest.mark.browser
def test_a_queue_is_chosen_without_javascript(queue: Connection, signed_in: SignedIn) -> None:
    furnish(queue)
    page = signed_in("vera", "/charts?window=24h", java_script_enabled=False)
    page.get_by_label("Queue").select_option("mail")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(re.compile("window=24h&queue=mail"))
    page.get_by_text("The numbers").first.click()
    assert page.get_by_role("table", name=re.compile("^Jobs that ended")).is_visible()


@pytest.mark.browser
@pytest.mark.parametrize(
    "options", [{"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 844}}]
)
def test_the_charts_have_no_barrier_and_fit(
    queue: Connection, signed_in: SignedIn, options: dict[str, object]
) -> None:
    furnish(queue)
    page = signed_in("vera", "/charts?window=6h", **options)
    page.get_by_text("The numbers").first.click()
    assert_no_barrier(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
