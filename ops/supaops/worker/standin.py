"""A worker for the smoke test of a local chain that has none yet."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from supaops.config import Config, Resolved
from supaops.serving.http_protocol import HttpProtocol
from supaops.worker.handlers import Handlers
from supaops.worker.http.app import create_app
from supaops.worker.settings import Settings
from supaops.worker.transports.choice import open_transport

_PATIENCE_S = 5.0


@contextmanager
def standing_in(
    config: Config, resolved: Resolved, database_url: str, listener: socket.socket
) -> Iterator[None]:
    """Answer the posts, with supaops' own handler alone, until the block ends.

    Raises: SupaopsError when the worker's secret has no value, or the way to the queue is unfit.
    """
    settings = Settings.of(config, resolved.secrets)
    transport = open_transport(config, settings, resolved, database_url)
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings, transport, Handlers()),
            http=HttpProtocol,
            log_config=None,
            access_log=False,
            server_header=False,
        )
    )
    thread = threading.Thread(target=server.run, args=([listener],), name="standin", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(_PATIENCE_S)
