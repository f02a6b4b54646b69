"""Whatever is sent to the endpoint, the answer is a reason, and nothing is given away."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Thread
from typing import Any
from urllib.parse import unquote

import pytest
import uvicorn
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import SecretStr

from supaops.serving.http_protocol import HttpProtocol
from supaops.worker.execution import Executor
from supaops.worker.handlers import Handlers
from supaops.worker.http.app import application, create_app
from supaops.worker.http.endpoint import Endpoint
from supaops.worker.runner import Runner
from supaops.worker.settings import Settings
from supaops.worker.transports.database import DatabaseTransport
from tests.examples import FACTOR, inputs
from tests.projects import Project
from tests.worker.fake_queue import FakeQueue
from tests.worker.hostile import SECRET, Call, Log, assert_nothing_leaks, calls
from tests.worker.openapi import assert_documented
from tests.worker.rig import no_connection

SETTINGS = Settings(
    header="x-job-runner-secret",
    secret=SecretStr(SECRET),
    batch_limit=5,
    timeout=timedelta(seconds=10),
    lease=timedelta(minutes=5),
)
RUN = b"/api/jobs/run"


@pytest.fixture(scope="module")
def log() -> Iterator[Log]:
    """Return what the root logger is told, of every level from INFO."""
    root, found = logging.getLogger(), Log()
    before = root.level
    root.addHandler(found)
    root.setLevel(logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    yield found
    root.removeHandler(found)
    root.setLevel(before)


class Application:
    """The real application over a queue in memory, called without a network."""

    def __init__(self) -> None:
        runner = Runner(
            FakeQueue(),
            Executor(Handlers(), no_connection),
            concurrency=5,
            lease=timedelta(minutes=5),
        )
        self._app = application(Endpoint(SETTINGS, runner, environ={}))
        self._loop = asyncio.Runner()
        self.body = b""

    def answer(self, call: Call, chunks: list[bytes]) -> tuple[int, bytes]:
        """Return status and everything that was sent."""
        path, _, query = call.target.partition(b"?")
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": call.method.decode(),
            "scheme": "http",
            "path": unquote(path.decode("ascii")),
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": call.headers,
            "server": ("127.0.0.1", 80),
            "client": ("127.0.0.1", 1),
        }
        return self._loop.run(self._call(scope, chunks))

    async def _call(self, scope: dict[str, Any], chunks: list[bytes]) -> tuple[int, bytes]:
        events = [{"type": "http.request", "body": each, "more_body": True} for each in chunks]
        events.append({"type": "http.request", "body": b"", "more_body": False})
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return events.pop(0) if events else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        self.body = b"".join(each.get("body", b"") for each in sent)
        return sent[0]["status"], repr(sent).encode()

    def close(self) -> None:
        """End its loop, and what lingers in it."""
        self._loop.close()


@pytest.fixture(scope="module")
def app() -> Iterator[Application]:
    found = Application()
    yield found
    found.close()


@pytest.mark.timeout(120 * FACTOR)
@inputs(250)
@given(call=calls(), cut=st.integers(0, 300))
def test_no_call_of_the_application_fails_or_gives_anything_away(
    app: Application, log: Log, call: Call, cut: int
) -> None:
    status, sent = app.answer(call, [call.body[:cut], call.body[cut:]])
    assert 200 <= status < 500
    path = unquote(call.target.partition(b"?")[0].decode())
    assert_documented(call.method.decode(), path, status, app.body)
    assert_nothing_leaks([sent])
    log.assert_clean()


@contextmanager
def listening(project: Project) -> Iterator[tuple[str, int]]:
    """Serve the real worker, with the real database behind it, in a thread; yield its address."""
    settings = SETTINGS
    app = create_app(settings, DatabaseTransport(settings, project.url), Handlers())
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, http=HttpProtocol, log_config=None, access_log=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


@pytest.fixture(scope="module")
def address(project: Project, log: Log) -> Iterator[tuple[str, int]]:
    with listening(project) as found:
        yield found
    log.assert_clean()


def exchange(address: tuple[str, int], request: bytes) -> bytes:
    """Send raw bytes and nothing after them; return all that comes back."""
    with socket.create_connection(address, timeout=20) as connection:
        received = bytearray()
        try:
            connection.sendall(request)
            with suppress(OSError):  # it may be gone already
                connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65536):
                received += chunk
        except ConnectionError:  # it hangs up on what it does not want to read
            pass
    return bytes(received)


LENGTHS = st.sampled_from(["true", "true", "none", "short", "long", "twice", "chunked", "broken"])


def framed(body: bytes, length: str) -> bytes:
    """Return the header of a body's length, the end of the head, and the body."""
    size = len(body)
    match length:
        case "none":
            return b"\r\n" + body
        case "twice":
            return b"Content-Length: %d\r\nContent-Length: 1\r\n\r\n%s" % (size, body)
        case "chunked":
            return b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (
                size or 1,
                body or b" ",
            )
        case "broken":
            return b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + body
    told = {"true": size, "short": max(size - 1, 0), "long": size + 1}[length]
    return b"Content-Length: %d\r\n\r\n%s" % (told, body)


VERSIONS = st.sampled_from([b"HTTP/1.1"] * 4 + [b"HTTP/1.0", b"HTTP/2.0", b"HTTP/9", b""])
SPOILS = st.none() | st.tuples(st.integers(0, 200), st.binary(min_size=1, max_size=4))


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """Draw the bytes of a request, which may be no HTTP at all."""
    method, target, headers, body = draw(calls())
    spoil = draw(SPOILS)
    if spoil:  # it may hit the question mark, and paths are logged
        target = target.partition(b"?")[0]
    lines = b"".join(b"%s: %s\r\n" % each for each in headers)
    start = b"%s %s %s\r\nHost: x\r\nConnection: close\r\n" % (method, target, draw(VERSIONS))
    request = start + lines + framed(body, draw(LENGTHS))
    place, bytes_ = spoil or (0, request[:1])
    return request[:place] + bytes_ + request[place + 1 :]


@pytest.mark.stack
@pytest.mark.timeout(120 * FACTOR)
@inputs(120)
@given(request=requests())
@example(b"HEAD %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" % RUN)
@example(b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" % RUN)
@example(
    b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" % RUN
)
@example(b"POST %s HTTP/1.1\r\nHost: x\r\n%s\r\n" % (RUN, b"a: b\r\n" * 20_000))
@example(b"POST %s HTTP/1.1\r\nHost: x\r\na: %s\r\n\r\n" % (RUN, b"b" * 200_000))
def test_no_bytes_on_the_wire_fail_or_get_anything(
    address: tuple[str, int], log: Log, request: bytes
) -> None:
    answer = exchange(address, request)
    statuses = [int(line[9:12]) for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.")]
    assert [each for each in statuses if each >= 500] == []
    assert_nothing_leaks([answer])
    log.assert_clean()
