"""A way to a server that is slow, or that looks like another one, as a unix socket of its own."""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingUnixStreamServer


@dataclass(frozen=True, slots=True)
class Address:
    """A server; `host` is the folder of its socket when it starts with a slash."""

    host: str
    port: int

    def connect(self) -> socket.socket:
        if not self.host.startswith("/"):
            return socket.create_connection((self.host, self.port))
        there = socket.socket(socket.AF_UNIX)
        there.connect(f"{self.host}/.s.PGSQL.{self.port}")
        return there


@contextmanager
def link(server: Address, *, port: int = 5432, delay_s: float = 0) -> Iterator[Address]:
    """Forward to a server until the block ends, and keep each message to it back for a time."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with server.connect() as there:
                back = threading.Thread(target=_copy, args=(there, self.request, 0))
                back.start()
                _copy(self.request, there, delay_s)
                back.join()

    with tempfile.TemporaryDirectory(prefix="supaops-link-") as folder:
        Path(folder).chmod(0o755)
        with ThreadingUnixStreamServer(f"{folder}/.s.PGSQL.{port}", Handler) as listener:
            thread = threading.Thread(target=listener.serve_forever, args=(0.05,))
            thread.start()
            try:
                yield Address(folder, port)
            finally:
                listener.shutdown()
                thread.join()


def _copy(source: socket.socket, target: socket.socket, delay_s: float) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            time.sleep(delay_s)
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
