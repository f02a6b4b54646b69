"""One control room for a module, and one browser for a process."""

from __future__ import annotations

import os
from asyncio import AbstractEventLoop, events
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.chains import nothing_ticking
from tests.projects import QUIET_CRON, Project, applied
from tests.web.browsing import CHROMIUM_VARIABLE, chromium, launched, sign_in
from tests.web.scene import TASK_TYPES
from tests.web.site import EMPTIED, OVERLAY, VARIABLES, Served, served

SignedIn = Callable[..., Page]


@pytest.fixture(scope="module")
def project(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Apply a quiet queue whose control room three people may enter."""
    made = applied(tmp_path_factory.mktemp("web"), stack, QUIET_CRON + OVERLAY + TASK_TYPES)
    made.environ.update(VARIABLES)
    return made


@pytest.fixture(scope="module")
def control_room(project: Project) -> Iterator[Served]:
    """Serve the control room."""
    with nothing_ticking(), served(project) as site:
        yield site


@pytest.fixture
def queue(project: Project) -> Iterator[Connection]:
    """Return a connection to the queue, which holds nothing."""
    with connect(project.url, application_name="pytest") as conn:
        conn.execute(EMPTIED)
        yield conn


@pytest.fixture
def browser(launched_browser: tuple[Browser, AbstractEventLoop]) -> Iterator[Browser]:
    """Lend the browser of this process.

    Between two calls Playwright leaves its loop marked as running: no test after this one could run
    one of its own.
    """
    browser, loop = launched_browser
    events._set_running_loop(loop)
    yield browser
    events._set_running_loop(None)


@pytest.fixture(scope="session")
def launched_browser() -> Iterator[tuple[Browser, AbstractEventLoop]]:
    """Run a headless Chromium: Debian's, or what SUPAOPS_CHROMIUM names."""
    _need_chromium()
    with sync_playwright() as playwright:
        browser = launched(playwright)
        loop = events.get_running_loop()
        yield browser, loop
        events._set_running_loop(loop)
        browser.close()


def _need_chromium() -> None:
    if chromium():
        return
    message = f"no Chromium: apt-get install chromium-headless-shell, or set {CHROMIUM_VARIABLE}"
    if "CI" in os.environ:
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture
def signed_in(control_room: Served, browser: Browser) -> Iterator[SignedIn]:
    """Return a function that opens a page of the control room as somebody.

    Its keywords are those of a browser's context, as `java_script_enabled` and `color_scheme`.
    A message on the console, as of the content security policy, fails the test.
    """
    contexts = []
    complaints: list[str] = []

    def open_page(name: str, path: str = "", **options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]  # its own keywords
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        sign_in(context, control_room, name)
        page.goto(control_room.url(path))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
