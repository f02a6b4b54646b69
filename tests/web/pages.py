"""Every page as somebody may see it: what axe looks at, and what screenshots are made of.

A page that is new is here by a line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

PATHS = ("", "/charts", "/cron", "/queues", "/health", "/incident", "/audit")
"""The pages that the frame leads to."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page in a state.

    Attributes:
        name: of its file.
        path: with the ids of `scene.furnish` in braces.
        who: nobody for a page that needs no sign-in.
        act: what is done there first.
    """

    name: str
    path: str
    who: str | None = "ada"
    act: Callable[[Page], None] | None = None


def _help(page: Page) -> None:
    page.keyboard.press("?")


def _preview(page: Page) -> None:
    """Ask to retry what the page shows, where it shows a job."""
    scope = page.get_by_label("Act on")
    if scope.count():
        scope.select_option("page")
        page.get_by_role("button", name="Retry").click()
        page.wait_for_url("**/bulk")


SIGN_IN = Shown("sign-in", "/sign-in", who=None)
HELP = Shown("help", "", act=_help)
NOTHING = Shown("error-404", "/no/such/page")
SHOWN = (
    SIGN_IN,
    Shown("jobs", ""),
    Shown("jobs-viewer", "", who="vera"),
    Shown("jobs-failed", "?status=failed"),
    Shown("bulk", "?status=failed", act=_preview),
    *(
        Shown(f"job-{each}", f"/{{{each}}}")
        for each in ("failed", "retrying", "succeeded", "running", "pending", "cancelled")
    ),
    *(Shown(path[1:], path) for path in PATHS if path),
    HELP,
    NOTHING,
)
EMPTY = tuple(Shown(f"{path[1:] or 'jobs'}-empty", path) for path in PATHS)
"""The pages while the queue holds nothing."""
