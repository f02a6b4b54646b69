"""Look at every page: in light, in dark and at a phone's width, full and empty.

.venv/bin/python -m tests.web.screenshots FOLDER [NAME ...]     # all, or those that begin so
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from supaops.db.connect import connect
from supaops.local import down, up
from tests.projects import applied
from tests.web.browsing import launched, sign_in
from tests.web.pages import EMPTY, SHOWN, Shown
from tests.web.scene import TASK_TYPES, furnish
from tests.web.site import EMPTIED, OVERLAY, VARIABLES, Served, served

_TICKING = """
protected: true
cron:
  jobs:
    job_queue_worker: {active: false}
"""
_LONGEST_PX = 2400
_LOOKS: dict[str, dict[str, object]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1360, "height": 860}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1360, "height": 860}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
}


def main(folder: Path, prefixes: tuple[str, ...], *, longest_px: int = _LONGEST_PX) -> None:
    """Write `<page>.<look>.png` for each page into a folder, no longer than `longest_px`."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as place, sync_playwright() as playwright:
        stack = up(Path(place) / "stack")
        try:
            project = applied(Path(place) / "project", stack, _TICKING + OVERLAY + TASK_TYPES)
            project.environ.update(VARIABLES)
            with connect(project.url) as conn, served(project) as site:
                browser = launched(playwright)
                shoot = partial(_shoot, folder, longest_px)
                conn.execute(EMPTIED)
                _show(browser, site, _chosen(EMPTY, prefixes), shoot, {})
                _show(browser, site, _chosen(SHOWN, prefixes), shoot, furnish(conn))
                browser.close()
        finally:
            down(Path(place) / "stack", purge=True)


def _chosen(pages: Iterable[Shown], prefixes: tuple[str, ...]) -> list[Shown]:
    return [each for each in pages if not prefixes or each.name.startswith(prefixes)]


def _show(
    browser: Browser,
    site: Served,
    pages: list[Shown],
    shoot: Callable[[str, Page], None],
    ids: dict[str, int],
) -> None:
    for look, options in _LOOKS.items():
        for who in {each.who for each in pages}:
            context = browser.new_context(**options)  # type: ignore[arg-type]  # its own keywords
            page = context.new_page()
            if who:
                sign_in(context, site, who)
            for shown in (each for each in pages if each.who == who):
                page.goto(site.url(shown.path.format(**ids)))
                if shown.act:
                    shown.act(page)
                shoot(f"{shown.name}.{look}.png", page)
            context.close()


def _shoot(folder: Path, longest_px: int, name: str, page: Page) -> None:
    """Take a picture of a page, and of a long one its beginning."""
    width = page.evaluate("innerWidth")
    height = min(page.evaluate("document.documentElement.scrollHeight"), longest_px)
    page.screenshot(
        path=folder / name, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height}
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), tuple(sys.argv[2:]))
