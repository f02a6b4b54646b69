"""A Sentry on loopback: takes envelopes over HTTP, reads them by the protocol, keeps every byte.

Source: https://develop.sentry.dev/sdk/data-model/envelopes/ and .../sdk/telemetry/check-ins/.
"""

from __future__ import annotations

import gzip
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

KEY = "0123456789abcdef0123456789abcdef"
PROJECT = "42"
_PATH = f"/api/{PROJECT}/envelope/"
_AUTH = re.compile(r"Sentry (?:[a-z_]+=[^,]+, ?)*sentry_key=" + KEY + r"(?:, ?[a-z_]+=[^,]+)*")
_HEX = r"^[0-9a-f]{32}$"


class Strict(BaseModel):
    """Refuse conversions; what Sentry adds by itself passes."""

    model_config = ConfigDict(strict=True, extra="allow")


class Exact(Strict):
    """Refuse other keys too."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Frame(Strict):
    """One line of a stack."""

    filename: str
    function: str
    lineno: int


class Stacktrace(Exact):
    """The calls, the outermost first."""

    frames: list[Frame]


class Raised(Strict):
    """One exception of a chain."""

    type: str = Field(min_length=1)
    value: str
    stacktrace: Stacktrace | None = None


class Exceptions(Exact):
    """The chain, its cause first."""

    values: list[Raised] = Field(min_length=1)


class Event(Strict):
    """An item `event`."""

    event_id: str = Field(pattern=_HEX)
    timestamp: str
    platform: Literal["python"]
    level: Literal["error"]
    environment: str
    release: str
    fingerprint: list[str]
    tags: dict[str, str]
    extra: dict[str, int]
    exception: Exceptions


class Crontab(Exact):
    """A schedule of five fields."""

    type: Literal["crontab"]
    value: str = Field(pattern=r"^\S+ \S+ \S+ \S+ \S+$")


class Interval(Exact):
    """A schedule by its distance; seconds are none of Sentry's units."""

    type: Literal["interval"]
    value: int = Field(ge=1)
    unit: Literal["year", "month", "week", "day", "hour", "minute"]


class MonitorConfig(Exact):
    """What a monitor is made with."""

    schedule: Crontab | Interval
    timezone: str
    checkin_margin: int = Field(ge=1, le=10_080)
    max_runtime: int = Field(ge=1, le=10_080)
    failure_issue_threshold: int = Field(ge=1, le=720)
    recovery_threshold: int = Field(ge=1, le=720)


class CheckIn(Strict):
    """An item `check_in`."""

    check_in_id: str = Field(pattern=_HEX)
    monitor_slug: str = Field(pattern=r"^[a-z0-9_-]{1,50}$")
    status: Literal["ok", "error", "in_progress"]
    duration: float | None
    environment: str
    monitor_config: MonitorConfig


_ITEMS: dict[str, TypeAdapter[Any]] = {
    "event": TypeAdapter(Event),
    "check_in": TypeAdapter(CheckIn),
}


@dataclass
class Receiver:
    """What came, and how to answer.

    Attributes:
        status: answered to every envelope.
        gate: while it is unset, no envelope is answered.
        raw: the uncompressed bytes of each request, its line and headers included.
        faults: what was no envelope as the protocol has it.
    """

    port: int
    status: int = 200
    gate: threading.Event = field(default_factory=threading.Event)
    raw: list[bytes] = field(default_factory=list)
    items: list[tuple[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def dsn(self) -> str:
        return f"http://{KEY}@127.0.0.1:{self.port}/{PROJECT}"

    @property
    def events(self) -> list[Event]:
        return [item for kind, item in self.items if kind == "event"]

    @property
    def check_ins(self) -> list[CheckIn]:
        return [item for kind, item in self.items if kind == "check_in"]

    def checked_in(self, job: str) -> list[CheckIn]:
        return [each for each in self.check_ins if each.monitor_slug.endswith(job)]

    @property
    def everything(self) -> str:
        """Return all that came, as text, to look for what must not be in it."""
        assert self.faults == []
        return b"\n".join(self.raw).decode()

    def take(self, path: str, headers: dict[str, str], body: bytes) -> None:
        """Keep a request, and read it."""
        plain = _decoded(body, headers.get("content-encoding"))
        self.raw.append(f"{path} {headers}\n".encode().replace(KEY.encode(), b"KEY") + plain)
        try:
            assert path == _PATH, path
            assert _AUTH.fullmatch(headers["x-sentry-auth"]), "no authentication"
            assert headers["content-type"] == "application/x-sentry-envelope"
            self.items += list(_items(plain))
        except Exception as error:  # the test tells of it, not the thread
            self.faults.append(repr(error))


def _decoded(body: bytes, encoding: str | None) -> bytes:
    assert encoding in {None, "gzip"}, encoding
    return gzip.decompress(body) if encoding else body


def _items(envelope: bytes) -> Iterator[tuple[str, Any]]:
    """Yield the items: a line of headers each, then so many bytes, or up to the line's end."""
    head, _, rest = envelope.partition(b"\n")
    headers = json.loads(head)
    assert headers["sent_at"]
    while rest.strip():
        line, _, rest = rest.partition(b"\n")
        item = json.loads(line)
        end = item.get("length", rest.find(b"\n") if b"\n" in rest else len(rest))
        body, rest = rest[:end], rest[end:].removeprefix(b"\n")
        yield item["type"], _ITEMS[item["type"]].validate_json(body)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.receiver.gate.wait(60)
        headers = {key.lower(): value for key, value in self.headers.items()}
        self.receiver.take(self.path, headers, body)
        self.send_response(self.receiver.status)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Listen on a free port until the block ends."""

    class Handler(_Handler):
        pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        Handler.receiver = receiver = Receiver(server.server_address[1])
        receiver.gate.set()
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.gate.set()
            server.shutdown()
            thread.join()
