"""Workers under test, each behind its real endpoint.

To add a kind: a function that starts one and yields it, and a line in `KINDS`. Its handlers are
those of `handlers.py`, written in its own language; what it needs to know of the queue is in the
project it is handed.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import httpx
import pytest
import uvicorn

from supaops.worker.http.app import create_app
from supaops.worker.transport import Transport
from supaops.worker.transports.choice import open_transport
from supaops.worker.transports.database import DatabaseTransport
from tests.conformance import handlers
from tests.edge import serving as edge
from tests.projects import Project
from tests.waiting import until
from tests.worker.serving import loopback


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker that serves.

    Attributes:
        url: of its endpoint, the path included: where the database would post to.
        secret: what the header `x-job-runner-secret` must hold.
    """

    url: str
    secret: str

    def post(self, body: Any = None, **headers: str) -> httpx.Response:
        """Post as the database does; `headers` with underscores are added to the secret's."""
        return self.request("POST", json=body if body is not None else {}, headers=headers)

    def request(
        self, method: str, *, headers: Mapping[str, str] | None = None, **content: Any
    ) -> httpx.Response:
        """Send a request with the secret, and with what else is given."""
        return self.raw(
            method, headers={"x-job-runner-secret": self.secret, **(headers or {})}, **content
        )

    def raw(self, method: str, **content: Any) -> httpx.Response:
        """Send a request without the secret."""
        return httpx.request(method, self.url, timeout=20, **content)

    def run(self, limit: int = 10) -> dict[str, int]:
        """Post, and return the counts of the answer that are not zero."""
        answer = self.post({"limit": limit})
        assert answer.status_code == 200, answer.text
        return {key: n for key, n in answer.json().items() if n and key != "duration_ms"}

    @property
    def description(self) -> dict[str, Any]:
        """Return what it says of itself."""
        answer = self.request("GET")
        assert answer.status_code == 200, answer.text
        described: dict[str, Any] = answer.json()
        return described


Start = Callable[[Project, Mapping[str, str]], AbstractContextManager[Worker]]
"""Starts a worker of a project, with variables of its environment beside the project's own."""


@contextmanager
def psycopg(project: Project, variables: Mapping[str, str]) -> Iterator[Worker]:
    """Run the Python worker with connections to the database."""
    transport = DatabaseTransport(project.settings, project.url)
    with _python(project, transport, variables) as worker:
        yield worker


@contextmanager
def _python(
    project: Project, transport: Transport, variables: Mapping[str, str]
) -> Iterator[Worker]:
    """Serve from a thread of this process: a process of its own would cost a second each."""
    app = create_app(project.settings, transport, handlers.registry)
    with loopback() as listener, patch.dict(os.environ, variables):
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        thread = threading.Thread(
            target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True
        )
        thread.start()
        try:
            until(lambda: server.started)
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/api/jobs/run"
            yield Worker(url, project.settings.secret.get_secret_value())
        finally:
            server.should_exit = True
            thread.join(30)


@contextmanager
def edge_function(project: Project, variables: Mapping[str, str]) -> Iterator[Worker]:
    """Run the worker as an Edge Function, which has the Data API alone."""
    _need_data_api(project)
    with edge.serving(project.config, {**project.environ, **variables}) as served:
        yield Worker(served.url, served.secret)


@contextmanager
def supabase(project: Project, variables: Mapping[str, str]) -> Iterator[Worker]:
    """Run the Python worker over the Data API, without a URL of the database."""
    _need_data_api(project)
    config = project.config
    config = config.model_copy(
        update={"worker": config.worker.model_copy(update={"transport": "supabase"})}
    )
    transport = open_transport(config, project.settings, project.resolved, "")
    with _python(project, transport, variables) as worker:
        yield worker


def _need_data_api(project: Project) -> None:
    if not project.environ.get("SUPABASE_URL"):
        pytest.skip("set SUPAOPS_TEST_API_URL and the keys, see tests/README.md")


KINDS: dict[str, Start] = {
    "psycopg": psycopg,
    "supabase": supabase,
    "edge function": edge_function,
}
