"""A control room of a test's own, listening on the loopback interface."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

import httpx
import uvicorn

from supaops.cli.control_room import site_of
from supaops.cli.options import Target
from supaops.serving.server import Server
from supaops.web.app import create_app
from supaops.web.live import Live
from supaops.web.site import BASE
from tests.projects import Project
from tests.waiting import until

KEY = "the key of the tests' control room, long enough"
PASSWORDS = {
    "vera": "password of a viewer",
    "otto": "password of an operator",
    "ada": "password of an admin",
}
ROLES = {"vera": "viewer", "otto": "operator", "ada": "admin"}
OVERLAY = """
dashboard:
  auth: basic
  accounts:
    vera: {password: env(VERA_PASSWORD), role: viewer}
    otto: {password: env(OTTO_PASSWORD), role: operator}
    ada: {password: env(ADA_PASSWORD), role: admin}
"""
VARIABLES = {
    "SUPAOPS_DASHBOARD_KEY": KEY,
    **{f"{name.upper()}_PASSWORD": password for name, password in PASSWORDS.items()},
}
LOOK_EVERY_S = 0.2
"""How often the tests' control rooms look for changes: ten times as often as real ones."""
EMPTIED = b"""
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
"""What leaves the queue and its past empty."""
_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
"""What a browser says of a form that a page of ours has sent."""


class Visitor(httpx.Client):
    """A client that may have asked for something before the block that closes it begins."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Served:
    """A control room that listens; `root` is its address up to the port."""

    project: Project
    root: str
    live: Live

    def url(self, path: str = "") -> str:
        """Return the address of a page."""
        return self.root + BASE + path

    def client(self, name: str | None = None) -> httpx.Client:
        """Return a client that says what a browser would; signed in when it has a name."""
        client = Visitor(base_url=self.root, headers=SAME_ORIGIN, timeout=20)
        if name:
            answer = sign_in(client, name, PASSWORDS[name])
            assert answer.status_code == 303, answer.text
        return client


def sign_in(client: httpx.Client, name: str, password: str, **more: str) -> httpx.Response:
    """Send the form of the page on which one signs in, as a browser would."""
    form = {"name": name, "password": password, "form_token": token_of(client, "/sign-in")}
    return client.post(f"{BASE}/sign-in", data=form | more)


def token_of(client: httpx.Client, path: str = "") -> str:
    """Return the token that the first form of a page holds."""
    found = _TOKEN.search(client.get(BASE + path).text)
    assert found
    return found[1]


@contextmanager
def served(project: Project) -> Iterator[Served]:
    """Serve the control room of an applied project until the block ends."""
    config = project.config
    app = create_app(
        site_of(Target(config, project.resolved, project.url)), look_every_s=LOOK_EVERY_S
    )
    asgi = uvicorn.Config(app, port=0, log_config=None, lifespan="on")
    server = Server(asgi, app.state.live.stop)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Served(project, f"http://127.0.0.1:{port}", app.state.live)
    finally:
        server.should_exit = True
        thread.join(timeout=20)
