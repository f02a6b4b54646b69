"""Send one request of pg_net's queue and describe the answer as its worker does.

Source: pg_net 0.20.4, src/core.c and src/errors.c, and libcurl 8.14, whose error texts these are.
Nothing here logs: URLs, headers and bodies hold secrets.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx

from supaops.db.net import APPLICATION_NAME, NetRequest, NetResponse

MAX_REDIRECTS = 30
_USER_AGENT = ("User-Agent", APPLICATION_NAME.replace(" ", "/"))
_FORM = ("Content-Type", "application/x-www-form-urlencoded")
_KEEP_METHOD = frozenset({307, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

COULD_NOT_RESOLVE = "Could not resolve hostname"
COULD_NOT_CONNECT = "Could not connect to server"
UNSUPPORTED = "Unsupported protocol"
TOO_MANY_REDIRECTS = "Number of redirects hit maximum amount"
NOTHING = "Server returned nothing (no headers, no data)"
PARTIAL = "Transferred a partial file"
WEIRD = "Weird server reply"
BAD_CERTIFICATE = "SSL peer certificate or SSH remote key was not OK"
NO_TLS = "SSL connect error"
NOT_RECEIVED = "Failure when receiving data from the peer"
NOT_SENT = "Failed sending data to the peer"


class _Failed(Exception):
    """libcurl would give up with this text."""


@dataclass(slots=True)
class _Timing:
    """When the steps of a transfer ended, in seconds of the monotonic clock."""

    start: float = field(default_factory=time.monotonic)
    resolved: float | None = None
    ready: float | None = None

    async def trace(self, event: str, _info: object) -> None:
        """Note the moment when the request itself begins to be sent."""
        if event.endswith("send_request_headers.started") and self.ready is None:
            self.ready = time.monotonic()

    def message(self, timeout_ms: int) -> str:
        """Return pg_net's text for a timeout, with the time that each step took."""
        now = time.monotonic()
        resolved = self.resolved or now
        ready = self.ready or now
        steps = (now - self.start, resolved - self.start, ready - resolved, now - ready)
        total, dns, handshake, http = (1000 * step for step in steps)
        return (
            f"Timeout of {timeout_ms} ms reached. Total time: {total:f} ms "
            f"(DNS time: {dns:f} ms, TCP/SSL handshake time: {handshake:f} ms, "
            f"HTTP Request/Response time: {http:f} ms)"
        )


def new_client() -> httpx.AsyncClient:
    """Return a client that adds nothing of its own and trusts the system's certificates."""
    return httpx.AsyncClient(
        verify=ssl.create_default_context(),
        trust_env=False,
        timeout=None,  # noqa: S113  the whole transfer has one deadline, as with libcurl
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
    )


async def send(client: httpx.AsyncClient, request: NetRequest) -> NetResponse:
    """Send a request, follow redirects, and return the row that answers it."""
    timing = _Timing()
    seconds = request.timeout_milliseconds / 1000 or None
    try:
        async with asyncio.timeout(seconds):
            return await _transfer(client, request, timing)
    except TimeoutError:
        text = timing.message(request.timeout_milliseconds)
        return NetResponse(request.id, timed_out=True, error_msg=text)
    except _Failed as failure:
        return NetResponse(request.id, error_msg=str(failure))


async def _transfer(client: httpx.AsyncClient, request: NetRequest, timing: _Timing) -> NetResponse:
    method, url = request.method.upper(), _url(request.url)
    body = b"" if request.body is None and method == "POST" else request.body
    first: httpx.Headers | None = None
    for _ in range(MAX_REDIRECTS + 1):
        response = await _once(client, timing, method, url, list(_headers(request, body)), body)
        first = first or response.headers
        target = response.headers.get("location")
        if response.status_code not in _REDIRECTS or not target:
            return _answer(request.id, response, first)
        url = _url(str(url.join(target)))
        if response.status_code not in _KEEP_METHOD:
            method, body = "GET" if method == "POST" else method, None
    raise _Failed(TOO_MANY_REDIRECTS)


def _url(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise _Failed("URL using bad/illegal format or missing URL") from error
    if url.scheme not in {"http", "https"}:
        raise _Failed(UNSUPPORTED)
    return url


def _headers(request: NetRequest, body: bytes | None) -> Iterator[tuple[str, str]]:
    names = {name.lower() for name, _ in request.headers}
    if "accept" not in names:
        yield ("Accept", "*/*")
    # libcurl takes a header without a value as the wish not to send it.
    yield from ((name, text) for name, text in request.headers if text.strip())
    yield _USER_AGENT
    if body is not None and "content-type" not in names:
        yield _FORM


async def _once(
    client: httpx.AsyncClient,
    timing: _Timing,
    method: str,
    url: httpx.URL,
    headers: list[tuple[str, str]],
    body: bytes | None,
) -> httpx.Response:
    await _resolve(url, timing)
    request = httpx.Request(
        method, url, headers=headers, content=body, extensions={"trace": timing.trace}
    )
    try:
        response = await client.send(request, stream=True, follow_redirects=False)
        try:
            chunks = [chunk async for chunk in response.aiter_raw()]
        finally:
            await response.aclose()
    except httpx.HTTPError as error:
        raise _Failed(_explain(error)) from error
    return httpx.Response(
        response.status_code, headers=response.headers.raw,
        extensions={"body": b"".join(chunks)},
    )  # fmt: skip


async def _resolve(url: httpx.URL, timing: _Timing) -> None:
    try:
        await asyncio.get_running_loop().getaddrinfo(url.host, url.port)
    except (OSError, UnicodeError) as error:
        raise _Failed(COULD_NOT_RESOLVE) from error
    timing.resolved = timing.resolved or time.monotonic()


def _explain(error: httpx.HTTPError) -> str:
    """Return libcurl's words for what httpx calls by other names."""
    text = str(error)
    cause = _tls_cause(error)
    if isinstance(error, httpx.ConnectError):
        if cause is None:
            return COULD_NOT_CONNECT
        return BAD_CERTIFICATE if isinstance(cause, ssl.SSLCertVerificationError) else NO_TLS
    if isinstance(error, httpx.RemoteProtocolError):
        return _protocol_error(text)
    if isinstance(error, httpx.WriteError):
        return NOT_SENT
    return UNSUPPORTED if isinstance(error, httpx.UnsupportedProtocol) else NOT_RECEIVED


def _protocol_error(text: str) -> str:
    if "without sending a response" in text:
        return NOTHING
    if "peer closed connection" in text:
        return PARTIAL
    # What does not begin like HTTP is HTTP/0.9 to libcurl, and that it refuses.
    return UNSUPPORTED if "illegal status line" in text else WEIRD


def _tls_cause(error: BaseException) -> ssl.SSLError | None:
    current: BaseException | None = error
    while current is not None:
        if isinstance(current, ssl.SSLError):
            return current
        current = current.__cause__ or current.__context__
    return None


def _answer(request_id: int, response: httpx.Response, first: httpx.Headers) -> NetResponse:
    body: bytes = response.extensions["body"]
    return NetResponse(
        request_id,
        status_code=response.status_code,
        content_type=response.headers.get("content-type"),
        # The first response's of a chain of redirects: pg_net asks libcurl for request 0.
        headers={_text(name): _text(value) for name, value in first.raw},
        content=_text(body.split(b"\0", 1)[0]) or None,
    )


def _text(raw: bytes) -> str:
    return raw.replace(b"\0", b"").decode("utf-8", errors="replace")
