"""A control room without a database: whoever is let in finds pages that say nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import httpx
import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp

from supaops.cli.control_room import site_of
from supaops.cli.options import Target
from supaops.config import Config, load, resolve
from supaops.serving.http_protocol import HttpProtocol
from supaops.web.access.gate import Gate
from supaops.web.access.role import Role
from supaops.web.app import create_app
from supaops.web.error_page import Failure
from supaops.web.notices import Notice
from supaops.web.pages import ENTRIES
from supaops.web.site import Site
from supaops.web.visit import Visit, act, look
from tests.projects import ENVIRONMENT, base_file, lay_out
from tests.waiting import until
from tests.web.site import OVERLAY, PASSWORDS, SAME_ORIGIN, VARIABLES, Visitor, sign_in

_NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


@dataclass(frozen=True, slots=True)
class Door:
    """A control room that listens; `root` is its address up to the port."""

    root: str
    site: Site

    def client(self, **headers: str) -> httpx.Client:
        """Return a client that says what a browser would, unless other headers are given.

        It sends secure cookies here too, for a proxy that speaks https is not here in fact.
        """
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        made = Visitor(base_url=self.root, headers=given or SAME_ORIGIN, timeout=20)

        def with_cookies(request: httpx.Request) -> None:
            held = (f"{each.name}={each.value}" for each in made.cookies.jar)
            request.headers["Cookie"] = "; ".join(held)

        made.event_hooks["request"].append(with_cookies)
        return made

    def renew(self) -> None:
        """Forget failures, sessions that were ended, and the keys of a project."""
        vars(self.site.gate).update(vars(Gate(self.site.access)))

    def signed_in(self, name: str, **headers: str) -> httpx.Client:
        client = self.client(**headers)
        answer = sign_in(client, name, PASSWORDS[name])
        assert answer.status_code == 303, answer.text
        return client


def configured(folder: Path, overlay: str = OVERLAY) -> Config:
    """Lay a project out and return its config."""
    lay_out(folder, overlay)
    return load(base_file(folder), ENVIRONMENT)


def site(config: Config, variables: Mapping[str, str] = VARIABLES) -> Site:
    """Return the control room of a config whose database is nowhere."""
    resolved = resolve(config, variables, names=(), database=False)
    return site_of(Target(config, resolved, _NOWHERE))


@contextmanager
def door(
    config: Config, variables: Mapping[str, str] = VARIABLES, *, proxies: tuple[str, ...] = ()
) -> Iterator[Door]:
    """Open a control room until the block ends; its pages are stubs."""
    made = site(config, variables)
    stubs = tuple(replace(each, handler=_stub) for each in ALL)
    with patch("supaops.web.app.ENTRIES", stubs), listening(create_app(made), proxies) as root:
        yield Door(root, made)


@contextmanager
def listening(app: ASGIApp, proxies: tuple[str, ...] = ()) -> Iterator[str]:
    """Serve an application as `supaops dashboard` does; yield its address up to the port."""
    settings = uvicorn.Config(
        app,
        port=0,
        http=HttpProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
    )
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until(lambda: server.started)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)


def _stub(visit: Visit) -> Response:
    if visit.request.method == "POST":
        return visit.back("", Notice(f"done by {visit.user.name}"))
    told = Failure(200, f"you are let in as {visit.user.name}, {visit.user.role.label}")
    return visit.page("error.html.j2", told=told)


TRIALS = (
    act("/trial/viewer", _stub, Role.VIEWER),
    act("/trial/operator", _stub),
    act("/trial/admin", _stub, Role.ADMIN),
    look("/trial/look", _stub, Role.OPERATOR),
)
"""Ways in for every role, whatever the pages have of them."""

ALL = (*ENTRIES, *TRIALS)
