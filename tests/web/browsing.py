"""A headless Chromium, and the way into the control room by it."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Playwright

from tests.web.site import Served

CHROMIUM_VARIABLE = "SUPAOPS_CHROMIUM"
_PROGRAMS = ("chromium-headless-shell", "chromium")
"""The first opens no window for what nobody sees: all such tests take 101 s of CPU, else 186."""
# Without a sandbox, for it needs what root in a container lacks; and without calls of its own.
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP ops.test 127.0.0.1",  # a host that is not this machine, to it
)


def chromium() -> str | None:
    """Return where Debian's is, or the one that SUPAOPS_CHROMIUM names; None without any."""
    installed = filter(None, map(shutil.which, _PROGRAMS))
    found = os.environ.get(CHROMIUM_VARIABLE) or next(installed, None)
    return found if found and Path(found).exists() else None


def launched(playwright: Playwright) -> Browser:
    """Start it."""
    return playwright.chromium.launch(executable_path=chromium(), args=list(_FLAGS))


def sign_in(context: BrowserContext, site: Served, name: str) -> None:
    """Sign somebody in as a browser's form would, and hand the cookies to a browser."""
    with closing(site.client(name)) as client:
        for cookie in client.cookies.jar:
            context.add_cookies(
                [{"name": cookie.name, "value": cookie.value or "", "url": site.url()}]
            )


def follow(target: Locator) -> None:
    """Press what leads to another page, and await that: a press alone ends before it is there."""
    with target.page.expect_navigation():
        target.click()
