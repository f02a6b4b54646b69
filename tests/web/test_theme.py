"""Light and dark: chosen by a form, kept in a cookie, written by the server."""

from __future__ import annotations

import pytest

from supaops.web.site import BASE
from tests.web.browsing import follow
from tests.web.conftest import SignedIn
from tests.web.site import Served

pytestmark = pytest.mark.stack


@pytest.mark.browser
def test_a_theme_is_chosen_without_scripts_and_leads_back(signed_in: SignedIn) -> None:
    page = signed_in("vera", "/charts?window=6h", java_script_enabled=False, color_scheme="light")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    follow(page.get_by_role("button", name="Dark"))
    assert page.url.endswith("/charts?window=6h")
    assert page.evaluate(background) != light
    assert page.get_by_role("button", name="Dark").get_attribute("aria-pressed") == "true"
    follow(page.get_by_role("button", name="System"))
    assert page.evaluate(background) == light


def test_who_is_not_signed_in_may_choose_as_well(control_room: Served) -> None:
    with control_room.client() as client:
        client.post(f"{BASE}/theme", data={"theme": "dark", "back": f"{BASE}/sign-in"})
        assert '<html lang="en" data-theme="dark">' in client.get(f"{BASE}/sign-in").text


@pytest.mark.parametrize(
    "back",
    [
        "https://elsewhere.example",
        "//elsewhere.example/dashboard/admin-tools/jobs",
        f"{BASE}.elsewhere.example",
        f"{BASE}/../../elsewhere",
        f"{BASE}\\@elsewhere.example",
        f"{BASE}/\r\nSet-Cookie: a=b",
        "http://[",
        "",
    ],
)
def test_nobody_is_led_elsewhere(control_room: Served, back: str) -> None:
    with control_room.client() as client:
        answer = client.post(f"{BASE}/theme", data={"theme": "dark", "back": back})
        assert (answer.status_code, answer.headers["location"]) == (303, BASE)


def test_a_theme_that_there_is_not_changes_nothing(control_room: Served) -> None:
    with control_room.client() as client:
        answer = client.post(f"{BASE}/theme", data={"theme": 'x"><b>'})
        assert "set-cookie" not in answer.headers
        client.cookies.set("supaops_theme", 'x"><b>')
        assert 'data-theme="system"' in client.get(f"{BASE}/sign-in").text
