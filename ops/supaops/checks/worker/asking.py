"""Call the worker's endpoint from here, within a time, and tell the answer alone."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

_LONGEST_BODY = 64 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back.

    Attributes:
        status: of the answer; None when there was none.
        reason: why there was none.
        body: the answer's JSON object; empty when it is none.
        latency_s: until the answer, in seconds.
    """

    status: int | None
    reason: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    latency_s: float = 0.0


def ask(
    method: str, url: str, headers: Mapping[str, bytes], timeout_s: float, content: bytes = b""
) -> Reply:
    """Make one call that follows no redirect.

    What httpx says of a failure may quote the URL or a header, so its kind alone is told.

    Args:    timeout_s: how long all of it may take, in seconds.
    """
    import httpx  # noqa: PLC0415  what asks no worker need not wait for it

    started = time.monotonic()
    try:
        with (
            httpx.Client(timeout=timeout_s, follow_redirects=False) as client,
            client.stream(method, url, headers=_raw(headers), content=content) as response,
        ):
            latency_s = time.monotonic() - started
            body = _read(response.iter_raw(), started + timeout_s)
            return Reply(response.status_code, "", _object(body), latency_s)
    except httpx.TimeoutException:
        return Reply(None, f"no answer within {timeout_s:.1f} s")
    except httpx.ConnectError as error:
        return Reply(None, _refusal(error))
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError):
        return Reply(None, "the endpoint is no URL that can be called")
    except httpx.LocalProtocolError:
        return Reply(None, "the secret cannot be sent in a header")
    except httpx.HTTPError:
        return Reply(None, "the connection broke off")


def _raw(headers: Mapping[str, bytes]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value) for name, value in headers.items()]


def _read(chunks: Iterator[bytes], until: float) -> bytes:
    """Return the body as far as it came in time; what is too long is no description."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > _LONGEST_BODY or time.monotonic() > until:
            return b""
    return bytes(body)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _refusal(error: httpx.ConnectError) -> str:
    """Tell the kinds of failure apart by what they stem from."""
    causes = _causes(error)
    if any(isinstance(each, ssl.SSLError) for each in causes):
        return "TLS was not agreed on"
    if any(
        isinstance(each, OSError) and each.errno is not None and each.errno < 0 for each in causes
    ):
        return "its name is not known here"  # getaddrinfo's own numbers are negative
    if any(isinstance(each, ConnectionRefusedError) for each in causes):
        return "connection refused"
    return "no connection"


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
