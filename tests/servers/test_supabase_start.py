"""`supabase start` as the tests call it, with a stand-in for what needs Docker."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from supaops.local import Stack
from tests import supabase_cli
from tests.servers import programs, supabase_start
from tests.servers.unavailable import Unavailable
from tests.servers.variables import ADMIN_DSN_VARIABLE, DSN_VARIABLE, HOST_VARIABLE

STATUS = {
    "API_URL": "http://127.0.0.1:54321",
    "ANON_KEY": "anon",
    "SERVICE_ROLE_KEY": "service",
    "JWT_SECRET": "secret",
}
CLI = """#!/bin/sh
echo "$*" >>{folder}/called
grep -q supaops-tests supabase/config.toml || exit 1
[ "$1" != status ] || cat {folder}/status.json
[ "$1" != "${{FAILS:-}}" ] || {{ echo "no space left" >&2; exit 1; }}
"""


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a CLI and a Docker that do nothing first; return where the CLI notes its calls."""
    cli = CLI.format(folder=tmp_path)
    programs.put(tmp_path, monkeypatch, supabase=cli, docker="#!/bin/sh\n")
    monkeypatch.setenv(supabase_cli.VARIABLE, str(tmp_path / "supabase"))
    return tmp_path / "called"


@pytest.mark.stack
def test_a_project_is_started_named_to_the_tests_and_removed_with_its_data(
    called: Path, stack: Stack
) -> None:
    told = {**STATUS, "DB_URL": stack.url}
    (called.parent / "status.json").write_text(json.dumps(told), encoding="utf-8")
    with supabase_start.running() as variables:
        assert variables[DSN_VARIABLE] == stack.url
        assert variables[HOST_VARIABLE] == "host.docker.internal"
        assert called.read_text().splitlines() == ["start", "status -o json"]
    assert called.read_text().splitlines()[-1] == "stop --no-backup"


def test_a_start_that_fails_is_told_in_the_words_of_the_cli_and_removed(
    called: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILS", "start")
    with pytest.raises(AssertionError, match="no space left"), supabase_start.running():
        pass
    assert called.read_text().splitlines() == ["start", "stop --no-backup"]


def test_a_daemon_that_is_down_is_no_docker(called: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    down = "#!/bin/sh\nexit 1\n"
    programs.put(called.parent, monkeypatch, docker=down, podman=down)
    with pytest.raises(Unavailable, match="no Docker"), supabase_start.running():
        pass
    assert not called.exists()


def test_the_superuser_is_told_beside_the_role_of_a_project() -> None:
    url = "postgresql://postgres:postgres@127.0.0.1:54322/postgres"
    found = supabase_start.addresses({**STATUS, "DB_URL": url})
    assert found[ADMIN_DSN_VARIABLE] == url.replace("//postgres:", "//supabase_admin:")


@pytest.mark.supabase
def test_the_real_cli_knows_every_key_of_the_project(tmp_path: Path) -> None:
    done = subprocess.run(
        [supabase_cli.program(), "status"],
        cwd=supabase_start.lay_out(tmp_path),
        env={**os.environ, "DOCKER_HOST": "unix:///nowhere/docker.sock", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    told = done.stdout + done.stderr
    assert "docker" in told.lower()
    assert "not recognize" not in told
