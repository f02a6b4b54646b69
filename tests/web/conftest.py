"""One control room for a module, and one browser for a process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from supaops.db.connect import Connection, connect
from supaops.local import Stack
from tests.projects import QUIET_CRON, Project, applied
from tests.web.scene import TASK_TYPES
from tests.web.site import OVERLAY, PASSWORDS, VARIABLES, Served, served

CHROMIUM_VARIABLE = "SUPAOPS_CHROMIUM"
# Without a sandbox, for it needs what root in a container lacks; and without calls of its own.
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
EMPTY = b"""
delete from public.job_queue;
delete from supaops.attempt;
delete from supaops.tally;
delete from supaops.lease;
delete from supaops.pause;
delete from supaops.audit;
delete from supaops.dispatch;
delete from supaops.sample;
delete from cron.job_run_details where runid < 0;
"""

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
    with served(project) as site:
        yield site


@pytest.fixture
def queue(project: Project) -> Iterator[Connection]:
    """Return a connection to the queue, which holds nothing."""
    with connect(project.url, application_name="pytest") as conn:
        conn.execute(EMPTY)
        yield conn


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Run a headless Chromium: Debian's, or what SUPAOPS_CHROMIUM names."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=list(_FLAGS))
        yield browser
        browser.close()


def _chromium() -> str:
    found = os.environ.get(CHROMIUM_VARIABLE) or shutil.which("chromium")
    if found and Path(found).exists():
        return found
    message = f"no Chromium: apt-get install chromium, or set {CHROMIUM_VARIABLE}"
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
        page.goto(control_room.url("/sign-in"))
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORDS[name])
        page.get_by_role("button", name="Sign in").click()
        page.goto(control_room.url(path))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
