"""One log line per request that shows neither headers nor a query string."""

from __future__ import annotations

import logging

from starlette.types import ASGIApp, Receive, Scope, Send

from supaops.serving.calls import request_id, shown_path, timed
from supaops.worker.http.request import parse_dispatch
from supaops.worker.telemetry.correlation import Call, current_call
from supaops.worker.telemetry.observer import SILENT, Observer

_DISPATCH_HEADER = b"x-supaops-dispatch"

log = logging.getLogger("supaops.worker.access")


class AccessLog:
    """Log method, path as sent, status and duration; give what is done for the call its ids.

    Args:    observer: is told of each status.
    """

    def __init__(self, app: ASGIApp, observer: Observer = SILENT) -> None:
        self._app = app
        self._observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on and log it when it is an HTTP request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        def told(status: int, seconds: float) -> None:
            self._tell(scope, status, seconds)

        before = current_call.set(_call(scope))
        try:
            await timed(self._app, scope, receive, send, told)
        finally:
            current_call.reset(before)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        self._observer.request(status)
        fields = {"status": status, "duration_ms": round(1000 * seconds, 1)}
        words = scope["method"], shown_path(scope), status, 1000 * seconds
        log.info("%s %s %d %.0f ms", *words, extra=fields)


def _call(scope: Scope) -> Call:
    dispatch = dict(scope["headers"]).get(_DISPATCH_HEADER, b"").decode("latin-1")
    return Call(request_id(scope), parse_dispatch(dispatch))
