"""What every page has in common, in a real browser."""

from __future__ import annotations

from contextlib import closing

import pytest

from supaops.web.site import BASE
from tests.web.barriers import CONTRAST, assert_no_barrier
from tests.web.conftest import SignedIn
from tests.web.pages import PATHS
from tests.web.site import Served

PHONE = {"width": 390, "height": 844}


@pytest.mark.browser
@pytest.mark.stack
@pytest.mark.parametrize(
    ("look", "rules"),
    [({"color_scheme": "dark"}, CONTRAST), ({"viewport": PHONE}, ())],
    ids=["dark", "phone"],
)
def test_no_page_has_a_barrier_that_axe_knows(
    control_room: Served, signed_in: SignedIn, look: dict[str, object], rules: tuple[str, ...]
) -> None:
    """Wide and light, the pages are looked at where they are furnished, in the tests of each."""
    page = signed_in("ada", **look)
    for path in PATHS:
        page.goto(control_room.url(path))
        assert_no_barrier(page, rules)
    page.keyboard.press("?")
    assert_no_barrier(page, rules)


@pytest.mark.browser
@pytest.mark.stack
def test_no_page_scrolls_sideways_at_four_times_its_size(
    control_room: Served, signed_in: SignedIn
) -> None:
    page = signed_in("ada", viewport={"width": 320, "height": 256})
    for path in PATHS:
        page.goto(control_room.url(path))
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


@pytest.mark.browser
@pytest.mark.stack
def test_a_keyboard_reaches_the_page_past_the_frame(signed_in: SignedIn) -> None:
    page = signed_in("ada")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.browser
@pytest.mark.stack
def test_each_control_of_the_frame_is_large_enough_to_hit(signed_in: SignedIn) -> None:
    page = signed_in("ada", viewport=PHONE)
    sizes = page.evaluate(
        """() => [...document.querySelectorAll(".top a, .top button, .bottom button")]
          .map((each) => [each.textContent.trim(), each.getBoundingClientRect()])
          .filter(([, box]) => Math.min(box.width, box.height) < 24)"""
    )
    assert sizes == []


@pytest.mark.stack
def test_an_address_that_leads_nowhere_keeps_the_frame(control_room: Served) -> None:
    with closing(control_room.client("vera")) as client:
        answer = client.get(f"{BASE}/no/such/page")
        assert answer.status_code == 404
        assert "There is no such page." in answer.text
        assert 'aria-label="Pages"' in answer.text


@pytest.mark.stack
def test_nobody_comes_in_without_signing_in(control_room: Served) -> None:
    with control_room.client() as client:
        for path in PATHS:
            answer = client.get(control_room.url(path))
            assert answer.status_code == 303
            assert answer.headers["location"].partition("?")[0].endswith("/sign-in")
