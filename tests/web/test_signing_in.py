"""The way in, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext

from supaops.web.site import BASE
from tests.web.barriers import CONTRAST, assert_no_barrier
from tests.web.site import PASSWORDS, Served

pytestmark = [pytest.mark.browser, pytest.mark.stack]


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


@pytest.mark.parametrize("javascript", [False, True])
def test_a_link_leads_to_its_page_by_way_of_the_form_and_out_again(
    control_room: Served, browser: Browser, *, javascript: bool
) -> None:
    context = browser.new_context(java_script_enabled=javascript)
    page = context.new_page()
    page.goto(control_room.url("/audit?actor=ada"))
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("The name or the password is wrong.").wait_for()
    page.get_by_label("Password").fill(PASSWORDS["ada"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(control_room.url("/audit?actor=ada"))
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(control_room.url("/sign-in"))
    page.goto(control_room.url("/audit"))
    assert urlsplit(page.url).path == f"{BASE}/sign-in"
    context.close()


def test_over_plain_http_a_browser_that_tells_no_site_is_known_by_its_origin(
    control_room: Served, context: BrowserContext
) -> None:
    elsewhere = control_room.root.replace("127.0.0.1", "ops.test")
    page = context.new_page()
    told: list[dict[str, str]] = []
    page.on("request", lambda sent: told.append(sent.all_headers()) if sent.post_data else None)
    page.goto(f"{elsewhere}{BASE}/sign-in")
    page.get_by_label("Name").fill("vera")
    page.get_by_label("Password").fill(PASSWORDS["vera"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
    assert [(each.get("sec-fetch-site"), each.get("origin")) for each in told] == [
        (None, elsewhere)
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_and_the_refusals_have_no_barrier_that_axe_knows(
    control_room: Served, browser: Browser, scheme: str
) -> None:
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(control_room.url("/sign-in"))
    page.get_by_label("Name").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    assert_no_barrier(page, CONTRAST if scheme == "dark" else ())
    page.goto(control_room.url("/no/such/page"))
    assert_no_barrier(page, CONTRAST if scheme == "dark" else ())
    context.close()
