"""A web server for pg_net to talk to: it tells what it was sent, and misbehaves on request."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.servers.variables import HOST_VARIABLE


@dataclass(slots=True)
class Origin:
    """A running server.

    Attributes:
        url: without a final slash.
        seen: the path of each request, in the order of their arrival.
        over: set at the end, so that no slow answer outlives its test.
    """

    url: str = ""
    seen: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serve() -> Iterator[Origin]:
    """Run a server in threads of this process."""
    origin = Origin()
    host = os.environ.get(HOST_VARIABLE)

    class Handler(_Handler):
        state = origin

    with _Server(("0.0.0.0" if host else "127.0.0.1", 0), Handler) as server:  # noqa: S104  asked for
        origin.url = f"http://{host or '127.0.0.1'}:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield origin
        origin.over.set()
        server.shutdown()


class _Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent: a client that gave up is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: Origin

    def do_GET(self) -> None:
        self.state.seen.append(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind, _, argument = self.path.lstrip("/").partition("/")
        match kind:
            case "status":
                self._answer(int(argument), b"status " + argument.encode())
            case "redirect":
                target = f"/redirect/{argument}" if argument == "again" else "/echo"
                code = 302 if argument == "again" else int(argument)
                self._answer(code, b"moved", ("Location", target), ("X-Hop", "first"))
            case "empty":
                self._answer(204, b"")
            case "headers":
                self._answer(200, b"x", ("X-Twice", "one"), ("X-Twice", "two"), ("x-LOW", "Y"))
            case "slow":
                self.state.over.wait(30)
            case "short":
                self._answer(200, b"cut off", ("Content-Length", "1000"))
                self.close_connection = True
            case "nothing":
                self.close_connection = True
            case _:
                self._answer(200, self._echo(body), ("Content-Type", "application/json"))

    do_POST = do_DELETE = do_GET  # noqa: N815  the names are http.server's

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""

    def _echo(self, body: bytes) -> bytes:
        sent = {"method": self.command, "path": self.path, "body": body.decode()}
        headers = sorted([name, text] for name, text in self.headers.items() if name != "Host")
        return json.dumps({**sent, "headers": headers}).encode()

    def _answer(self, code: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response_only(code)
        for name, text in headers:
            self.send_header(name, text)
        if "Content-Length" not in dict(headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
