"""What axe-core knows to bar people from a page."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

CONTRAST = ("color-contrast",)
"""All that differs between the light and the dark look of a page."""


def assert_no_barrier(page: Page, rules: tuple[str, ...] = ()) -> None:
    """Fail with axe's report when it finds one.

    Args:    rules: those that are looked at; none stands for all.
    """
    only = {"runOnly": list(rules)} if rules else {}
    found = Axe().run(page, options={"resultTypes": ["violations"], **only})
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
