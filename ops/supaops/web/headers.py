"""The headers that keep a page from running or sending anything that is not ours."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from supaops.web.assets import version

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_STATIC = "/static/"
_YEAR_S = 365 * 24 * 3600
HSTS = f"max-age={_YEAR_S}"


class SecurityHeaders:
    """Give each answer these headers; nothing but static files is to be kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers["Cache-Control"] = _keeping(scope, message["status"])
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = HSTS
                    message["headers"] = [_secure(*each) for each in message["headers"]]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def _secure(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Return a header; every cookie goes over https alone once it has come over https."""
    is_open = name.lower() == b"set-cookie" and b"; secure" not in value.lower()
    return name, value + b"; Secure" if is_open else value


def _keeping(scope: Scope, status: int) -> str:
    """Return how long an answer may be kept: a file by the address of its content for ever."""
    _, static, path = scope["path"].partition(_STATIC)
    if not static or status not in {200, 206, 304}:
        return "no-store"
    is_named = scope["query_string"] == f"v={version(path)}".encode()
    return f"public, max-age={_YEAR_S}, immutable" if is_named else "no-cache"
