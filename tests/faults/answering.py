"""An endpoint that answers what a test wants, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.faults.fault import Scene


@dataclass(frozen=True, slots=True)
class Answers:
    """What it answers, by method; `seen` collects the headers and bodies that came."""

    get: int = 200
    post: int = 401
    description: Mapping[str, Any] = field(default_factory=dict)
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seen: list[tuple[str, str, bytes]] = field(default_factory=list)


@contextmanager
def answering(answers: Answers) -> Iterator[str]:
    """Serve on a free port of the loopback interface; yield the endpoint's URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answers))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/jobs/run"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def instead_of_the_worker(scene: Scene, url: str) -> Iterator[None]:
    """Have the project's endpoint be another one, here and in Vault."""
    environ, name = scene.project.environ, "JOB_QUEUE_WORKER_ENDPOINT"
    before = environ[name]
    scene.conn.execute(
        "select vault.update_secret(id, %s) from vault.secrets"
        " where name = 'job_queue_worker_endpoint'",
        [url],
    )
    environ[name] = url
    try:
        yield
    finally:
        environ[name] = before


def _handler(answers: Answers) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(dict(answers.description)).encode()
            self._answer(answers.get, body if answers.body is None else answers.body)

        def do_POST(self) -> None:
            self._answer(answers.post, b"{}")

        def _answer(self, status: int, body: bytes) -> None:
            sent = self.rfile.read(int(self.headers.get("content-length", 0)))
            answers.seen.append((self.command, str(self.headers), sent))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **answers.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
