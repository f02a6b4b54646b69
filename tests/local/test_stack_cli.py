from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner, Result

from supaops import local
from supaops.cli.local import app
from supaops.errors import LocalStackError
from supaops.local import state
from supaops.local.layout import Home
from supaops.status import NOT_RUNNING
from tests.terminal import supaops

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("project")
    (path / "ops" / "config").mkdir(parents=True)
    local.up(path, durable=False)
    yield path
    local.down(path, purge=True)


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    (tmp_path / "ops" / "config").mkdir(parents=True)
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, directory: Path, *arguments: str) -> Result:
    monkeypatch.chdir(directory)
    monkeypatch.setenv("COLUMNS", "80")
    return CliRunner().invoke(app, arguments)


def test_up_says_where_the_server_is(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stack = local.up(project)
    done = run(monkeypatch, project, "up")
    assert done.exit_code == 0
    address = f"127.0.0.1:{urlsplit(stack.url).port}"
    assert f"PostgreSQL {stack.server_version} runs on {address}" in done.output


def test_status_shows_each_extension(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(monkeypatch, project / "ops", "status")
    for name in ("pg_cron", "pg_net", "supabase_vault", "no superuser", "uptime"):
        assert name in done.output


@pytest.mark.parametrize("command", ["up", "status"])
def test_what_is_told_of_the_stack_fits_a_terminal(project: Path, command: str) -> None:
    words = ("local", command)
    ran = supaops(*words, folder=project, variables={}, terminals="out err", columns=60)
    assert ran.status == 0
    assert max(map(len, ran.lines)) <= 60


def test_status_shows_no_secret(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stack = local.up(project)
    shown = run(monkeypatch, project, "status").output
    shown += run(monkeypatch, project, "status", "--format", "json").output
    assert str(urlsplit(stack.url).password) not in shown
    for name in (
        "JOB_QUEUE_RUNNER_SECRET",
        "SUPABASE_ANON_KEY",
        "SUPABASE_SERVICE_ROLE_KEY",
        "SUPAOPS_DASHBOARD_KEY",
        "SUPAOPS_DASHBOARD_PASSWORD",
    ):
        assert stack.environment[name] not in shown


def test_status_shows_the_keys_of_the_data_api_to_whoever_asks_for_them(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = local.up(project)
    key = stack.environment["SUPABASE_SERVICE_ROLE_KEY"]
    plain = run(monkeypatch, project, "status")
    assert f"{stack.api_url}/rest/v1/rpc/<function>" in plain.output
    assert key not in plain.output
    shown = run(monkeypatch, project, "status", "--keys").output
    assert f"SUPABASE_SERVICE_ROLE_KEY={key}" in shown.splitlines()
    told = run(monkeypatch, project, "status", "--keys", "--format", "json").output
    assert json.loads(told)["keys"]["SUPABASE_SERVICE_ROLE_KEY"] == key


def test_status_says_how_to_enter_the_control_room(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = local.up(project).environment["SUPAOPS_DASHBOARD_PASSWORD"]
    plain = " ".join(run(monkeypatch, project, "status").output.split())
    assert "supaops dashboard, as admin; its password: local status --keys" in plain
    shown = run(monkeypatch, project, "status", "--keys").output.splitlines()
    assert f"SUPAOPS_DASHBOARD_PASSWORD={password}" in shown


def test_a_stack_of_an_earlier_version_gets_what_the_control_room_needs(project: Path) -> None:
    home = Home.of(project)
    known = state.read(home.state)
    assert known
    earlier = {key: text for key, text in known.environment.items() if "DASHBOARD" not in key}
    state.write(home.state, replace(known, environment=earlier))
    lent = local.up(project).environment
    assert len(lent["SUPAOPS_DASHBOARD_KEY"]) >= 32
    assert len(lent["SUPAOPS_DASHBOARD_PASSWORD"]) >= 12
    assert local.up(project).environment == lent
    assert lent["JOB_QUEUE_RUNNER_SECRET"] == earlier["JOB_QUEUE_RUNNER_SECRET"]


def test_status_as_json_names_the_kind_of_each_extension(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = json.loads(run(monkeypatch, project, "status", "--format", "json").output)
    kinds = {part["name"]: part["kind"] for part in said["parts"]}
    native = local.up(project).native
    assert {name for name, kind in kinds.items() if kind == "native"} == native


def test_status_without_a_stack_exits_3_and_names_the_command(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(monkeypatch, empty, "status")
    assert done.exit_code == NOT_RUNNING == 3
    assert "supaops local up" in done.output


def test_down_without_a_stack_says_so(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, empty, "down").output == "nothing was running\n"


def test_logs_shows_the_last_lines(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(monkeypatch, project, "logs", "-n", "3")
    assert len(done.output.splitlines()) == 3
    assert run(monkeypatch, project, "logs", "-n", "0").output == ""


def test_logs_without_a_stack_is_an_error(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = run(monkeypatch, empty, "logs").exception
    assert isinstance(error, LocalStackError)
    assert error.hint == "supaops local up"


def test_psql_is_role_postgres_and_passes_arguments_on(project: Path) -> None:
    if not os.access(local.up(project).pg_bin / "psql", os.X_OK):
        pytest.skip("this server comes without psql: install postgresql-client")
    code = "from supaops.cli.local import app; app()"
    done = subprocess.run(
        [sys.executable, "-c", code, "psql", "-XAtc", "select current_user"],
        cwd=project, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.stdout == "postgres\n"
