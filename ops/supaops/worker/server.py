"""Serve the application until a signal ends it."""

from __future__ import annotations

import logging

import uvicorn
from starlette.types import ASGIApp

# Requests still open at SIGTERM are answered by the runner's own deadline; this only bounds a
# client that never finishes sending.
_OPEN_REQUESTS_S = 10


def serve(app: ASGIApp, *, host: str, port: int) -> bool:
    """Serve until SIGTERM or SIGINT; return whether the server ever listened.

    uvicorn's own access log stays off: it shows query strings.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_OPEN_REQUESTS_S,
    )
    server = uvicorn.Server(config)
    server.run()
    return server.started


def configure_logging() -> None:
    """Log to standard error; httpx is kept quiet because it logs whole URLs."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("psycopg.pool").setLevel(logging.WARNING)
