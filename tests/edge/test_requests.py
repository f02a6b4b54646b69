"""What the function answers by itself, without a database."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from supaops import __version__
from supaops.config import Config
from tests.edge.conftest import AWAY, NOBODY, answer, log_of
from tests.edge.serving import Served, lay_out, start


@pytest.mark.parametrize("prefix", ["", "/job-runner", "/functions/v1/job-runner"])
@pytest.mark.parametrize("path", ["/api/jobs/run", ""])
def test_the_endpoint_is_the_function_itself_or_the_playbooks_path(
    alone: Served, prefix: str, path: str
) -> None:
    assert answer(alone, path=f"{prefix}{path}" or "/") == AWAY


@pytest.mark.parametrize("path", ["/other", "/job-runner/api", "/api/jobs/run/", "/healthz/x"])
def test_another_path_is_404(alone: Served, path: str) -> None:
    assert answer(alone, path=path) == (404, {"error": "Not Found"})


def test_health_needs_neither_secret_nor_database(alone: Served) -> None:
    found = answer(alone, "GET", "/job-runner/healthz", headers={"x-job-runner-secret": "no"})
    assert found == (200, {"status": "ok", "running": 0})


def test_a_database_that_is_away_is_503_and_says_when_to_come_again(alone: Served) -> None:
    found = alone.request("POST")
    assert (found.status_code, found.json()) == AWAY
    assert found.headers["retry-after"] == "5"


def test_it_describes_itself_without_a_database(alone: Served) -> None:
    status, described = answer(alone, "GET")
    assert status == 200
    assert described["worker"] == f"supaops job-runner {__version__}"
    assert "sentry" not in described  # so that the checks about it are skipped


def test_its_log_is_json_with_the_keys_of_the_python_workers_and_no_secret(alone: Served) -> None:
    headers = {"x-request-id": "of-the-caller", "x-supaops-dispatch": "4711"}
    alone.request("POST", "/job-runner?token=in-the-query", headers=headers)
    lines = [json.loads(each) for each in log_of(alone).splitlines() if each.startswith("{")]
    last = lines[-1]
    assert re.fullmatch(r"POST /job-runner 503 \d+ ms", last["event"])
    assert (last["request_id"], last["dispatch"]) == ("of-the-caller", "4711")
    assert (last["level"], last["logger"], last["status"]) == ("info", "supaops.worker.access", 503)
    assert datetime.fromisoformat(last["timestamp"]).tzinfo
    for secret in ("the-service-key", NOBODY["JOB_QUEUE_RUNNER_SECRET"], "in-the-query"):
        assert secret not in log_of(alone)


@pytest.mark.parametrize("missing", NOBODY)
def test_it_does_not_start_without_a_variable_and_names_it(
    alone: Served, declared: Config, tmp_path: Path, missing: str
) -> None:
    environ = {"HOME": str(tmp_path), **{key: NOBODY[key] for key in NOBODY if key != missing}}
    process = start(lay_out(declared, tmp_path), environ, alone.log.with_name("other"))
    assert process.wait(20) == 1
    told = alone.log.with_name("other").read_text()
    assert f"{missing} is not set" in told
    assert f"supabase secrets set {missing}=" in told
