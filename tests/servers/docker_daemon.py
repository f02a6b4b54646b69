"""A daemon that speaks as much of Docker's API as one container needs, and runs nothing."""

from __future__ import annotations

import json
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from typing import Any

ID = "c0ffee" * 10 + "c0ff"
VERSION = {"ApiVersion": "1.47", "MinAPIVersion": "1.24", "Version": "27.5.1"}


@dataclass(slots=True)
class Daemon:
    """What it was asked, and what it tells of the one container.

    Attributes:
        url: for DOCKER_HOST.
        asked: method and path of each request; the API's version is left out.
        created: the body of the request that made the container.
    """

    url: str = ""
    status: str = "running"
    log: str = ""
    asked: list[str] = field(default_factory=list)
    created: dict[str, Any] = field(default_factory=dict)

    def answer(self, asked: str, body: bytes) -> tuple[int, bytes]:
        """Return status and body for a request."""
        self.asked.append(asked)
        match asked.split("?", maxsplit=1)[0].split():
            case ["GET", "/version"]:
                return 200, json.dumps(VERSION).encode()
            case ["POST", "/containers/create"]:
                self.created = json.loads(body)
                return 201, json.dumps({"Id": ID}).encode()
            case ["GET", path] if path.endswith("/logs"):
                return 200, self.log.encode()
            case ["GET", _]:
                return 200, json.dumps(self._inspected()).encode()
        return 204, b""

    def _inspected(self) -> dict[str, Any]:
        state = {"Status": self.status, "Running": self.status == "running"}
        return {"Id": ID, "State": state, "Config": {"Tty": True}, "Image": "sha256:0"}


@contextmanager
def running() -> Iterator[Daemon]:
    """Run it on a unix socket until the block ends."""
    daemon = Daemon()

    class Handler(_Handler):
        state = daemon

    with tempfile.TemporaryDirectory(prefix="docker") as folder:
        path = Path(folder) / "it.sock"
        daemon.url = f"unix://{path}"
        with ThreadingUnixStreamServer(str(path), Handler) as server:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            yield daemon
            server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    state: Daemon

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = re.sub(r"^/v\d+\.\d+", "", self.path)
        status, text = self.state.answer(f"{self.command} {path}", body)
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_DELETE = do_GET  # noqa: N815  the names are http.server's

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""
