"""What every page has in common, in a real browser."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.web.conftest import SignedIn
from tests.web.pages import PATHS
from tests.web.site import Served


@pytest.mark.browser
@pytest.mark.stack
@pytest.mark.parametrize("path", PATHS)
def test_a_page_has_no_barrier_that_axe_knows(signed_in: SignedIn, path: str) -> None:
    page = signed_in("ada", path)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.stack
def test_nobody_comes_in_without_signing_in(control_room: Served) -> None:
    with control_room.client() as client:
        for path in PATHS:
            answer = client.get(control_room.url(path))
            assert answer.status_code == 303
            assert answer.headers["location"].partition("?")[0].endswith("/sign-in")
