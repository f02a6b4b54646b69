"""What the HTTP servers of supaops share: who asks, what was asked, and how long it took."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ID_HEADER = b"x-request-id"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


def request_id(scope: Scope) -> str:
    """Return what the caller calls the request, or a name of ours.

    One that is not plain would let a stranger write into the log.
    """
    given = dict(scope["headers"]).get(_ID_HEADER, b"").decode("latin-1")
    return given if _ID.fullmatch(given) else uuid.uuid4().hex


def shown_path(scope: Scope) -> str:
    """Return the path as it was sent: without the query, and undecoded, so without line breaks."""
    return bytes(scope.get("raw_path", b"")).decode("ascii", "replace")


async def timed(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, told: Callable[[int, float], None]
) -> None:
    """Pass an HTTP request on, and tell its status and how many seconds it took; 0 is none."""
    status, started = 0, time.monotonic()

    async def watch(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)
        await send(message)

    try:
        await app(scope, receive, watch)
    finally:
        told(status, time.monotonic() - started)
