"""One log line per request: who did what, without a query, which may hold what was searched for."""

from __future__ import annotations

import logging

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from supaops.serving.calls import request_id, shown_path, timed

log = logging.getLogger("supaops.web.access")


class AccessLog:
    """Log method, path, status, duration and user; give the request and its answer one id.

    The id is in ``request.state.request_id``; who is let in puts their name into ``state.user``.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on and log it when it is an HTTP request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope["state"] = {**scope.get("state", {}), "request_id": request_id(scope)}

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = state["request_id"]
            await send(message)

        def told(status: int, seconds: float) -> None:
            _tell(scope, status, seconds)

        await timed(self._app, scope, receive, with_id, told)


def _tell(scope: Scope, status: int, seconds: float) -> None:
    state = scope["state"]
    fields = {
        "status": status,
        "duration_ms": round(1000 * seconds, 1),
        "request_id": state["request_id"],
        "user": state.get("user", ""),
    }
    words = scope["method"], shown_path(scope), status, 1000 * seconds
    log.info("%s %s %d %.0f ms", *words, extra=fields)
