"""What `database.url: local` means where the Supabase CLI runs the stack.

No stack of the CLI can start here, so a program stands in for it. Its keys and its failure are
those of `supabase status -o json`, CLI 3.1.0.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from supaops.errors import LocalStackError
from supaops.local import Stack, local_database

STATUS = {
    "API_URL": "http://127.0.0.1:54321",
    "REST_URL": "http://127.0.0.1:54321/rest/v1",
    "GRAPHQL_URL": "http://127.0.0.1:54321/graphql/v1",
    "FUNCTIONS_URL": "http://127.0.0.1:54321/functions/v1",
    "MCP_URL": "http://127.0.0.1:54321/mcp",
    "DB_URL": "postgresql://postgres:postgres@127.0.0.1:54322/postgres",
    "STUDIO_URL": "http://127.0.0.1:54323",
    "MAILPIT_URL": "http://127.0.0.1:54324",
    "PUBLISHABLE_KEY": "sb_publishable_x",
    "SECRET_KEY": "a-key-of-the-stack",
    "JWT_SECRET": "a-jwt-secret-of-the-stack",
    "ANON_KEY": "an-anon-key",
    "SERVICE_ROLE_KEY": "a-service-role-key",
}

Cli = Callable[..., Path]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that the Supabase CLI has initialised, with no such program on PATH."""
    (tmp_path / "supabase").mkdir()
    (tmp_path / "supabase/config.toml").write_text('project_id = "x"\n', encoding="utf-8")
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    return tmp_path


@pytest.fixture
def supabase(project: Path) -> Cli:
    """Return a function that makes a program `supabase` which prints a text and exits."""

    def supabase(text: str, status: int = 0, folder: str = "bin") -> Path:
        path = project / folder / "supabase"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".txt").write_text(text, encoding="utf-8")
        script = f'#!/bin/sh\necho "$@" > called\ncat "$0.txt"\necho noise >&2\nexit {status}\n'
        path.write_text(script, encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return supabase


def test_the_stack_of_the_supabase_cli_is_used_where_ours_does_not_run(
    project: Path, supabase: Cli
) -> None:
    supabase(json.dumps(STATUS))
    found = local_database(project)
    assert found.url == STATUS["DB_URL"]
    assert found.api_url == "http://api.supabase.internal:8000"
    assert found.environment == {}
    assert (project / "called").read_text(encoding="utf-8") == "status -o json\n"
    assert "postgres:postgres" not in repr(found)


def test_the_cli_that_the_project_brings_comes_first(project: Path, supabase: Cli) -> None:
    supabase("", status=1)
    supabase(json.dumps(STATUS), folder="node_modules/.bin")
    assert local_database(project).url == STATUS["DB_URL"]


def test_a_stack_without_an_api_has_no_project_url(project: Path, supabase: Cli) -> None:
    supabase(json.dumps({"DB_URL": STATUS["DB_URL"]}))
    assert local_database(project).api_url == ""


def test_when_neither_stack_runs_both_ways_are_named(project: Path, supabase: Cli) -> None:
    supabase("", status=1)
    with pytest.raises(LocalStackError, match="is not running") as caught:
        local_database(project)
    assert caught.value.hint == "supaops local up; or: supabase start"


def test_a_project_that_does_not_use_the_cli_does_not_ask_it(project: Path, supabase: Cli) -> None:
    supabase(json.dumps(STATUS))
    (project / "supabase/config.toml").unlink()
    with pytest.raises(LocalStackError, match="is not running"):
        local_database(project)
    assert not (project / "called").exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"DB_URL": ""}', "not JSON hunter2"])
def test_an_answer_without_a_database_is_an_error_that_does_not_repeat_it(
    text: str, project: Path, supabase: Cli
) -> None:
    supabase(text)
    with pytest.raises(LocalStackError, match="tells no DB_URL") as caught:
        local_database(project)
    assert "hunter2" not in f"{caught.value} {caught.value.hint}"


def test_a_cli_that_does_not_answer_is_told_so(
    project: Path, supabase: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = supabase("")
    path.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    monkeypatch.setattr("supaops.local.supabase_cli._TIMEOUT_S", 0.2)
    with pytest.raises(LocalStackError, match="did not answer"):
        local_database(project)


@pytest.mark.stack
def test_our_own_stack_comes_first(
    project: Path, supabase: Cli, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    supabase(json.dumps(STATUS))
    monkeypatch.setattr("supaops.local.running.find", lambda _: stack)
    found = local_database(project)
    assert found.url == stack.url
    assert found.environment == stack.environment
