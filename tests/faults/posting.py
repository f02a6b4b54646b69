"""Posts that go through pg_net to somebody who answers badly, or not at all."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

from supaops.db.connect import Connection, connect
from supaops.worker.http.signature import sign, signing_key
from tests.chains import serve, unused_endpoint
from tests.faults.fault import Injection, Scene
from tests.local.parity.origin import serve as serve_pages
from tests.projects import Project
from tests.waiting import until

# Beyond any tick's, so that it is the newest for as long as it is there.
NEWEST = 10**15

_POST = """
select net.http_post(
  url := %(url)s, body := %(body)s::jsonb, headers := %(headers)s::jsonb,
  timeout_milliseconds := %(timeout_ms)s) as id
"""
_RECORD = """
insert into supaops.dispatch (id, backend_pid, request_id) overriding system value
values (%(newest)s, pg_backend_pid(), %(id)s)
"""
_ANSWERED = "select from net._http_response where id = %(id)s"


@contextmanager
def post(
    scene: Scene,
    url: str,
    headers: Mapping[str, str] | None = None,
    *,
    body: object = None,
    timeout_ms: int = 5000,
) -> Iterator[None]:
    """Have a post to a URL, and what became of it, as the newest of the ledger."""
    sent = {"Content-Type": "application/json", **(headers or {})}
    values = {
        "url": url,
        "body": json.dumps(body or {}),
        "headers": json.dumps(sent),
        "timeout_ms": timeout_ms,
    }
    with connect(scene.project.url, application_name="pytest") as conn:
        try:
            request = _recorded(conn, values)
            until(lambda: conn.execute(_ANSWERED, request).fetchone() is not None)
            yield
        finally:
            conn.execute("delete from supaops.dispatch where id = %s", [NEWEST])


def _recorded(conn: Connection, values: dict[str, object]) -> dict[str, object]:
    with conn.transaction():
        request = conn.execute(_POST, values).fetchone() or {}
        conn.execute(_RECORD, {**request, "newest": NEWEST})
    return request


def to(url: str) -> Injection:
    """Return an injection of a post to a URL."""
    return lambda scene: post(scene, url)


def to_worker(
    path: str = "",
    headers: Mapping[str, str] | None = None,
    *,
    secret: str = "",
    body: object = None,
) -> Injection:
    """Return an injection of a post to the real worker, with its secret or with another one."""

    def inject(scene: Scene) -> AbstractContextManager[None]:
        known = secret or scene.project.environ["JOB_QUEUE_RUNNER_SECRET"]
        sent = {"x-job-runner-secret": known, **(headers or {})}
        return post(scene, endpoint(scene.project) + path, sent, body=body)

    return inject


def to_worker_signed(secret: str = "", *, age: float = 0) -> Injection:
    """Return an injection of a signed post to the real worker.

    Args:    secret: what it is signed with, instead of the worker's own.
             age: how long ago it was signed, by the worker's clock, in seconds.
    """

    def inject(scene: Scene) -> AbstractContextManager[None]:
        known = secret or scene.project.environ["JOB_QUEUE_RUNNER_SECRET"]
        moment = int(time.time() - age)
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(moment),
            "webhook-signature": sign(signing_key(known), "msg_1", moment, b"{}").decode(),
        }
        return post(scene, endpoint(scene.project), headers)

    return inject


def over_tls(scene: Scene) -> AbstractContextManager[None]:
    """Post over TLS to the worker, which does not speak it."""
    return post(scene, endpoint(scene.project).replace("http:", "https:"))


@contextmanager
def to_the_silent(scene: Scene) -> Iterator[None]:
    """Post to somebody who accepts the connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with post(scene, url, timeout_ms=300):
            yield


@contextmanager
def to_the_failing(scene: Scene) -> Iterator[None]:
    """Post to somebody who answers 500."""
    with serve_pages() as pages, post(scene, f"{pages.url}/status/500"):
        yield


@contextmanager
def to_the_disabled(scene: Scene) -> Iterator[None]:
    """Post to a real worker with JOB_QUEUE_DISABLED."""
    environ = {**scene.project.environ, "JOB_QUEUE_WORKER_ENDPOINT": unused_endpoint()}
    other = replace(scene, project=replace(scene.project, environ=environ))
    with serve(other.project, JOB_QUEUE_DISABLED="true"), to_worker()(other):
        yield


def endpoint(project: Project) -> str:
    return project.environ["JOB_QUEUE_WORKER_ENDPOINT"]
