"""The keys and the selection of the list, as the scripts of every page bring them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from supaops.db.connect import Connection
from tests.db.calls import enqueue
from tests.web.conftest import SignedIn

pytestmark = [
    pytest.mark.browser,
    pytest.mark.stack,
]


def test_keys_find_select_and_retry(queue: Connection, signed_in: SignedIn) -> None:
    newest = [enqueue(queue, "make_thumbnail") for _ in range(3)][-1]
    page = signed_in("otto")
    page.keyboard.press("/")
    expect(page.get_by_label("Error text")).to_be_focused()
    page.get_by_role("heading", name="Jobs").click()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_label(f"Select job {newest}")).to_be_checked()
    expect(page.locator("[data-selection-count]")).to_have_text("1")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="Retry 1 job?")).to_be_visible()


def test_what_is_selected_stays_selected_while_jobs_come(
    queue: Connection, signed_in: SignedIn
) -> None:
    first = enqueue(queue, "make_thumbnail")
    page = signed_in("otto")
    page.get_by_label("Select every job of this page").check()
    later = enqueue(queue, "make_thumbnail")
    expect(page.get_by_text("Paused", exact=False).first).to_be_visible()
    expect(page.get_by_label(f"Select job {first}")).to_be_checked()
    page.get_by_label("Select every job of this page").uncheck()
    expect(page.locator(f"#job-{later}")).to_be_visible(timeout=20_000)
