"""Whatever is sent to the function, the answer is a reason, and nothing is given away."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given

from supaops.config import Config
from tests.edge.conftest import NOBODY, log_of
from tests.edge.serving import Served, serving
from tests.examples import inputs
from tests.worker.hostile import SECRET, assert_nothing_leaks
from tests.worker.test_hostile_calls import requests

DOCUMENTED = b'{"error":"the database is unavailable"}'


@pytest.fixture(scope="module")
def hostile(declared: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a function whose database is away; afterwards its log is looked through."""
    home = {"HOME": str(tmp_path_factory.mktemp("home"))}
    with serving(declared, {**home, **NOBODY, "JOB_QUEUE_RUNNER_SECRET": SECRET}) as function:
        yield function
        log = log_of(function)
    assert_nothing_leaks([log.encode()])
    assert '"level":"error"' not in log


def exchange(served: Served, request: bytes) -> bytes:
    """Send raw bytes and nothing after them; return all that comes back before it hangs up."""
    host, port = served.origin.removeprefix("http://").split(":")
    received = bytearray()
    with suppress(OSError), socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        while chunk := connection.recv(65536):
            received += chunk
    return bytes(received)


@inputs(120)
@given(request=requests())
def test_no_bytes_on_the_wire_fail_or_get_anything(hostile: Served, request: bytes) -> None:
    answer = exchange(hostile, request)
    statuses = [int(line[9:12]) for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.")]
    assert all(each < 500 or (each == 503 and DOCUMENTED in answer) for each in statuses), answer
    assert_nothing_leaks([answer])
