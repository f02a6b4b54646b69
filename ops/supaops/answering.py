"""Answer GET requests from memory, on threads that wait for nothing else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from supaops.errors import SupaopsError

_SLOWEST_REQUEST_S = 10
_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered over HTTP."""

    status: int
    content_type: str
    body: bytes


Paths = Mapping[str, Callable[[], Answer]]


@contextmanager
def answering(paths: Paths, host: str, port: int, *, option: str) -> Iterator[str]:
    """Answer until the block ends; yield the URL of the root.

    Args:    paths: what makes the answer of each path.
             option: the one that chooses the address, for the error's remedy.
    Raises:  SupaopsError when the address cannot be listened on.
    """
    server = _listening(host, port, _handler(paths), option)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="metrics", daemon=True)
    thread.start()
    try:
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _listening(
    host: str, port: int, handler: type[BaseHTTPRequestHandler], option: str
) -> ThreadingHTTPServer:
    try:
        return _Server((host, port), handler)
    except OSError as error:
        raise SupaopsError(
            f"cannot listen: {error.strerror or error}",
            place=f"{host}:{port}",
            hint=f"choose another with {option}, or stop what listens there",
        ) from error


class _Server(ThreadingHTTPServer):
    """One that also listens on IPv6, and never waits for a request that is still open."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Bind without asking for the host's name, which a slow resolver would hold up."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that has gone."""


def _handler(paths: Paths) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers one request."""

        protocol_version = "HTTP/1.1"
        timeout = _SLOWEST_REQUEST_S

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def version_string(self) -> str:
            return "supaops"

        def log_message(self, *_: Any) -> None:
            """Log nothing: scrapers call every few seconds."""

        def _answer(self, *, with_body: bool) -> None:
            found = paths.get(self.path.partition("?")[0])
            answer = found() if found else _not_found(paths)
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if with_body:
                self.wfile.write(answer.body)

    return Handler


def _not_found(paths: Paths) -> Answer:
    *others, last = paths
    return Answer(404, _TEXT, f"there are {', '.join(others)} and {last}\n".encode())
