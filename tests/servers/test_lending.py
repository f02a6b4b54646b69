"""SUPAOPS_TEST_SERVER on a machine that has no Docker."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.projects import ROOT
from tests.servers.lending import VARIABLE, pytest_sessionstart
from tests.servers.unavailable import LACKING, NO_DOCKER, Unavailable, require
from tests.servers.variables import DSN_VARIABLE

ONE_TEST = ("tests/pgtap", "-k", "told and table")


def test_without_docker_a_test_is_skipped_and_says_so() -> None:
    asked = {VARIABLE: "container", "DOCKER_HOST": "unix:///nowhere/docker.sock"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *ONE_TEST],
        cwd=ROOT,
        env={**{key: text for key, text in os.environ.items() if key != "CI"}, **asked},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 skipped" in done.stdout
    assert "no Docker (https://docs.docker.com/engine/install" in done.stdout


def test_where_ci_is_set_it_fails(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setitem(pytestconfig.stash._storage, LACKING, Unavailable(NO_DOCKER))
    with pytest.raises(Unavailable):
        require(pytestconfig)


@pytest.mark.parametrize(
    ("kind", "variables"), [("docker", {}), ("container", {DSN_VARIABLE: "postgresql://it"})]
)
def test_an_unknown_server_and_two_servers_are_refused(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    variables: dict[str, str],
) -> None:
    for name, value in {VARIABLE: kind, **variables}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(pytest.UsageError, match="one of container, supabase, and stands alone"):
        pytest_sessionstart(request.session)
