"""Where a worker of this machine may be lent."""

from __future__ import annotations

import socket

import pytest

from supaops.serving.vacancy import vacant


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_port_of_this_machine_that_nobody_listens_on_is_taken(host: str, port: int) -> None:
    listener = vacant(f"http://{host}:{port}/api/jobs/run")
    assert listener is not None
    with listener:
        assert listener.getsockname() == ("127.0.0.1", port)
        assert vacant(f"http://127.0.0.1:{port}/api/jobs/run") is None


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://worker.example:{port}/api/jobs/run",
        "http://192.0.2.7:{port}/api/jobs/run",
        "https://127.0.0.1:{port}/api/jobs/run",
        "http://127.0.0.1:{port}/functions/v1/job-runner",
        "http://127.0.0.1:70000/api/jobs/run",
        "no URL",
        "",
    ],
)
def test_a_worker_of_another_kind_or_machine_is_left_to_itself(endpoint: str, port: int) -> None:
    assert vacant(endpoint.format(port=port)) is None
