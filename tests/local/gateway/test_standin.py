"""What the gateway of the local stack does that no real one would."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from supaops.local import Stack, state
from supaops.local.gateway.verification import claims_of
from supaops.local.layout import Home
from supaops.local.stack import with_api
from supaops.local.supervisor import running
from tests.local.gateway.conftest import Api
from tests.servers.variables import DSN_VARIABLE
from tests.waiting import until

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(DSN_VARIABLE in os.environ, reason="of the local stack alone"),
]


@pytest.fixture(scope="module")
def home(stack: Stack, pytestconfig: pytest.Config) -> Home:  # noqa: ARG001  running
    return Home.of(pytestconfig.rootpath / ".supaops" / "tests" / str(os.getpid()))


@pytest.mark.parametrize("path", ["/", "/rest/v1/job_queue", "/auth/v1/user", "/functions/v1/run"])
def test_path_of_another_service_says_what_is_served(api: Api, path: str) -> None:
    said = httpx.get(f"{api.url}{path}", headers={"apikey": api.service})
    assert said.status_code == 404
    assert "/rest/v1/rpc/<function> alone" in said.json()["details"]
    assert "supabase start" in said.json()["hint"]


def test_answers_are_not_filtered_and_the_refusal_says_so(api: Api) -> None:
    said = api.rpc("job_queue_stats", method="GET", params={"limit": "1"})
    assert (said.status_code, said.json()["code"]) == (400, "PGRST127")
    assert said.json()["details"] == (
        "the local gateway selects columns and casts them, and no more: limit"
    )


def test_gateway_that_dies_comes_back_at_its_address(api: Api, home: Home) -> None:
    before = running(home)
    assert before
    os.kill(before.loops, signal.SIGKILL)
    until(lambda: (now := running(home)) and now.loops not in (0, before.loops))
    assert httpx.get(api.url, timeout=20).status_code == 404


def test_secrets_of_the_api_are_in_no_log_and_on_no_command_line(api: Api, home: Home) -> None:
    httpx.get(f"{api.url}/rest/v1/rpc/x?apikey={api.service}", timeout=20)
    processes = running(home)
    assert processes
    for pid in (processes.supervisor, processes.loops):
        line = Path(f"/proc/{pid}/cmdline")
        assert not line.exists() or api.service.encode() not in line.read_bytes()
    assert api.service not in home.supervisor_log.read_text()


def test_stack_of_an_earlier_version_gets_keys_and_an_address_and_keeps_them(
    api: Api, home: Home, tmp_path: Path
) -> None:
    known = state.read(home.state)
    assert known
    assert known.api_url == api.url
    earlier = replace(known, jwt_secret="", api_port=0, environment={"A": "a"})
    fresh = Home.of(tmp_path)
    fresh.make()
    renewed = with_api(fresh, earlier)
    key = renewed.environment["SUPABASE_ANON_KEY"]
    assert claims_of(key, renewed.jwt_secret)["role"] == "anon"
    assert (renewed.environment["A"], renewed.api_port > 0) == ("a", True)
    assert with_api(fresh, renewed) == state.read(fresh.state) == renewed
