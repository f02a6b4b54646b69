"""A dead man's switch on this machine, as of healthchecks.io."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "b2f1c3a4-5d6e-made-up"


@dataclass(slots=True)
class Switch:
    """A dead man's switch on this machine.

    Attributes:
        heard: path and body of each ping.
        answers: the statuses to answer with; then 200.
        goes_on: while it is clear, pings get no answer.
    """

    url: str = ""
    heard: list[tuple[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    goes_on: threading.Event = field(default_factory=threading.Event)


@contextmanager
def a_switch() -> Iterator[Switch]:
    """Listen until the block ends."""
    known = Switch()
    known.goes_on.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            known.heard.append((self.path, body))
            known.goes_on.wait(20)
            self.send_response(known.answers.pop(0) if known.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.url = f"http://127.0.0.1:{server.server_port}/{SECRET}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield known
    known.goes_on.set()
    server.shutdown()
    server.server_close()
    thread.join()
