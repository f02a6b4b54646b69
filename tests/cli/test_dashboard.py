"""`supaops dashboard` as a user runs it: refused half configured, and listening until told."""

from __future__ import annotations

import json
import logging
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import httpx
import pytest

from supaops.cli.dashboard import proxies_of
from supaops.errors import UsageError
from supaops.status import ExitStatus
from tests.cli.conftest import Cli
from tests.projects import overlay_file
from tests.web.site import OVERLAY, PASSWORDS, SAME_ORIGIN, VARIABLES, Visitor, sign_in

PROGRAM = "from supaops.cli import main; main()"
WITHOUT = """
import sys
sys.modules["itsdangerous"] = None
from supaops.cli import main
main()
"""


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """Take back what the command does to the log of this process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def test_a_control_room_that_nobody_may_enter_does_not_start(
    cli: Cli, variables: dict[str, str]
) -> None:
    outcome = cli("dashboard", **variables)
    assert outcome.status == ExitStatus.ERROR
    assert "nobody may come in: dashboard.auth is off" in outcome.err
    assert "  fix: declare dashboard.auth: basic with dashboard.accounts" in outcome.err


def test_half_a_configuration_is_refused_with_all_that_is_missing(
    cli: Cli, project_folder: Path, variables: dict[str, str]
) -> None:
    overlay_file(project_folder).write_text(OVERLAY, encoding="utf-8")
    given = {name: value for name, value in variables.items() if "DASHBOARD" not in name}
    given["SUPAOPS_DASHBOARD_KEY"] = "too short to sign with"
    outcome = cli("dashboard", **given, ADA_PASSWORD=PASSWORDS["ada"])
    assert outcome.status == ExitStatus.ERROR
    assert "environments/test.yaml:5:12: dashboard.accounts.vera.password" in outcome.err
    for said in ("VERA_PASSWORD is not set", "OTTO_PASSWORD is not set", "at least 32 characters"):
        assert said in re.sub(r"\s+", " ", outcome.err)
    assert "too short to sign with" not in outcome.err


@pytest.mark.parametrize("proxy", ["*", "my-proxy", "10.0.0.1/8", ""])
def test_a_proxy_is_an_address_or_a_network(proxy: str) -> None:
    with pytest.raises(UsageError, match="expected an address or a network"):
        proxies_of(["10.0.0.0/8", proxy])


def test_without_its_packages_it_says_how_to_get_them(project_folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, "dashboard"],
        cwd=project_folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ExitStatus.ERROR
    assert "that are not installed: itsdangerous" in done.stderr
    assert "fix: pip install 'supaops[dashboard]'" in done.stderr


@pytest.fixture
def process(project_folder: Path, variables: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run the command on a free port."""
    overlay_file(project_folder).write_text(OVERLAY, encoding="utf-8")
    words = ["dashboard", "--env", "test", "--port", "0", "--log-format", "json"]
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=project_folder,
        env={"PYTHONPATH": ":".join(sys.path), **variables, **VARIABLES},
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        yield running
        running.kill()


def address(errors: IO[str]) -> str:
    """Return where it says that it listens."""
    for line in errors:
        if found := re.search(r"listening on (http://127\.0\.0\.1:\d+)([^\s\"]+)", line):
            assert found[2] == "/dashboard/admin-tools/jobs"
            return found[1]
    pytest.fail("it never listened")


@pytest.mark.stack
def test_it_says_where_it_is_lets_in_and_ends_in_order(process: subprocess.Popen[str]) -> None:
    assert process.stderr
    root = address(process.stderr)
    with Visitor(base_url=root, headers=SAME_ORIGIN, timeout=20) as client:
        assert sign_in(client, "ada", PASSWORDS["ada"]).status_code == 303
    forwarded = {"X-Forwarded-Proto": "https"}
    answer = httpx.get(f"{root}/dashboard/admin-tools/jobs/sign-in", headers=forwarded)
    assert "strict-transport-security" not in answer.headers
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    told = process.stderr.read()
    assert "signed in" in told
    assert PASSWORDS["ada"] not in told
    events = [json.loads(line) for line in told.splitlines()]
    assert any(each.get("status") == 303 for each in events)
    assert not any("worker" in each for each in events), "it is none"
