"""`supaops render --edge-function`: what it writes, replaces, leaves alone and finds stale."""

from __future__ import annotations

from pathlib import Path

import pytest

from supaops.status import ExitStatus
from tests.cli.conftest import Cli

FUNCTION = Path("supabase") / "functions" / "job-runner"
EVERYTHING = {"index.ts", "config.ts", "types.ts", "deno.json", "deno.lock", "handlers", "runtime"}


@pytest.fixture
def function(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the function of a new project, just written."""
    monkeypatch.chdir(tmp_path)
    assert cli("init").status == ExitStatus.OK
    outcome = cli("render", "--edge-function")
    assert (outcome.status, outcome.err) == (ExitStatus.OK, "")
    return tmp_path / FUNCTION


def test_a_project_gets_the_whole_function(function: Path) -> None:
    assert {path.name for path in function.iterdir()} == EVERYTHING
    assert 'secretVariable: "JOB_QUEUE_RUNNER_SECRET"' in (function / "config.ts").read_text()


@pytest.mark.usefixtures("function")
def test_nothing_is_due_after_it(cli: Cli) -> None:
    outcome = cli("render", "--edge-function", "--check")
    assert outcome.status == ExitStatus.OK
    assert "No changes: the function is as declared." in outcome.out


def test_another_value_in_the_yaml_is_found_and_then_written(cli: Cli, function: Path) -> None:
    yaml = Path("ops/config/job_queue.yaml")
    yaml.write_text(yaml.read_text().replace("batch_limit: 10", "batch_limit: 20"))
    before = (function / "config.ts").read_text()
    outcome = cli("render", "--edge-function", "--check")
    assert outcome.status == ExitStatus.CHANGES
    assert "stale    supabase/functions/job-runner/config.ts" in outcome.out
    assert (function / "config.ts").read_text() == before
    assert cli("render", "--edge-function").status == ExitStatus.OK
    assert "batchLimit: 20," in (function / "config.ts").read_text()


def test_what_is_ours_is_replaced_and_what_is_the_projects_is_kept(
    cli: Cli, function: Path
) -> None:
    ours, theirs = function / "runtime" / "runner.ts", function / "handlers" / "index.ts"
    whole = ours.read_text()
    for path in (ours, theirs):
        path.write_text("// edited\n")
    assert cli("render", "--edge-function").status == ExitStatus.OK
    assert (ours.read_text(), theirs.read_text()) == (whole, "// edited\n")


@pytest.mark.parametrize("said", [None, "no TOML", "[functions.job-runner]\nverify_jwt = true\n"])
@pytest.mark.usefixtures("function")
def test_a_platform_that_asks_for_a_users_token_is_told(cli: Cli, said: str | None) -> None:
    if said:
        Path("supabase/config.toml").write_text(said)
    assert "verify_jwt = false" in cli("render", "--edge-function").out


@pytest.mark.usefixtures("function")
def test_nothing_is_told_when_it_asks_for_none(cli: Cli) -> None:
    Path("supabase/config.toml").write_text("[functions.job-runner]\nverify_jwt = false\n")
    assert "verify_jwt" not in cli("render", "--edge-function").out


def test_what_is_in_the_way_is_an_error_with_its_place(cli: Cli, function: Path) -> None:
    (function / "config.ts").unlink()
    (function / "config.ts").mkdir()
    outcome = cli("render", "--edge-function")
    assert outcome.status == ExitStatus.ERROR
    assert "supabase/functions/job-runner/config.ts" in outcome.err


@pytest.mark.parametrize("other", ["--migration", "--alerts", "--dashboard", "--prune"])
def test_it_goes_with_nothing_else(cli: Cli, other: str) -> None:
    assert cli("render", "--edge-function", other).status == ExitStatus.USAGE
