"""One log line per request that shows neither headers nor a query string."""

from __future__ import annotations

import logging
import re
import time
import uuid

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from supaops.worker.http.request import parse_dispatch
from supaops.worker.telemetry.correlation import Call, current_call
from supaops.worker.telemetry.observer import SILENT, Observer

_ID_HEADER = b"x-request-id"
_DISPATCH_HEADER = b"x-supaops-dispatch"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")

log = logging.getLogger("supaops.worker.access")


class AccessLog:
    """Log method, path as sent, status and duration; give what is done for the call its ids.

    The path is ASGI's `raw_path`: without the query, and undecoded, so it holds no line break.

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
        status, started = 0, time.monotonic()

        async def watch(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        before = current_call.set(_call(scope))
        try:
            await self._app(scope, receive, watch)
        finally:
            self._tell(scope, status, time.monotonic() - started)
            current_call.reset(before)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        self._observer.request(status)
        path = scope.get("raw_path", b"").decode("ascii", "replace")
        fields = {"status": status, "duration_ms": round(1000 * seconds, 1)}
        log.info("%s %s %d %.0f ms", scope["method"], path, status, 1000 * seconds, extra=fields)


def _call(scope: Scope) -> Call:
    """Return the caller's ids; one that is not plain would let a stranger write into the log."""
    headers = dict(scope["headers"])
    given = headers.get(_ID_HEADER, b"").decode("latin-1")
    dispatch = headers.get(_DISPATCH_HEADER, b"").decode("latin-1")
    return Call(given if _ID.fullmatch(given) else uuid.uuid4().hex, parse_dispatch(dispatch))
