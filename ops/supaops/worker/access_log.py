"""One log line per request that shows neither headers nor a query string."""

from __future__ import annotations

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("supaops.worker.access")


class AccessLog:
    """Log method, path as sent, status and duration.

    The path is ASGI's `raw_path`: without the query, and undecoded, so it holds no line break.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on and log it when it is an HTTP request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, started = 0, time.monotonic()

        async def watch(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            path = scope.get("raw_path", b"").decode("ascii", "replace")
            took_ms = 1000 * (time.monotonic() - started)
            log.info("%s %s %d %.0f ms", scope["method"], path, status, took_ms)
