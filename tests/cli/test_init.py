"""`supaops init`: what it writes, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from supaops.config import load, resolve
from supaops.local import Stack
from supaops.status import ExitStatus
from tests.cli.conftest import Cli
from tests.cli.repositories import contents
from tests.projects import ROOT, base_file

ENVIRONMENTS = ("local", "preview", "staging", "production")
CONFIG = Path("ops") / "config"


@pytest.fixture
def empty(
    cli: Cli,  # noqa: ARG001  which enters another folder first
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """Return a folder without a config, as the current one."""
    folder = tmp_path_factory.mktemp("new")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def told(cli: Cli, empty: Path) -> str:  # noqa: ARG001  it is in there
    """Return what the first init says."""
    outcome = cli("init")
    assert outcome.status == ExitStatus.OK
    assert outcome.err == "What runs the jobs: python, unless --worker says otherwise\n"
    return outcome.out


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.usefixtures("told")
def test_the_starter_config_is_valid_and_renders(cli: Cli, environment: str) -> None:
    assert cli("config", "show", "--env", environment).status == ExitStatus.OK
    assert "job_queue_enqueue" in cli("render", "--env", environment).out


@pytest.mark.usefixtures("told")
def test_the_starter_config_needs_no_variable_on_a_laptop(empty: Path, stack: Stack) -> None:
    local = load(base_file(empty), "local")
    assert resolve(local, stack.environment).secrets.keys() == local.vault.secrets.keys()


@pytest.mark.usefixtures("told")
def test_a_check_names_the_variables_that_another_environment_needs(cli: Cli) -> None:
    outcome = cli("config", "check", "--env", "staging")
    assert outcome.status == ExitStatus.ERROR
    assert "DATABASE_URL is not set" in outcome.err


def test_each_file_and_the_next_steps_are_told_in_80_columns(told: str, empty: Path) -> None:
    written = sorted(contents(empty))
    assert sorted(line.split()[-1] for line in told.splitlines() if "wrote" in line) == written
    assert "supaops local up" in told
    assert max(map(len, told.splitlines())) <= 80


def test_no_preview_environment_ticks_by_itself(told: str, empty: Path) -> None:
    assert told
    jobs = load(base_file(empty), "preview").cron.jobs
    assert jobs
    assert not any(job.active for job in jobs.values())


@pytest.mark.parametrize(
    "words",
    [
        ["init"],
        ["init", "--ci", "github"],
        ["init", "--ci", "gitlab"],
        ["init", "--kubernetes"],
        ["init", "--kubernetes", "--ci", "github"],
    ],
)
def test_a_second_run_changes_nothing_and_says_so(cli: Cli, empty: Path, words: list[str]) -> None:
    cli(*words)
    before = contents(empty)
    outcome = cli(*words)
    assert outcome.status == ExitStatus.OK
    assert outcome.out.startswith("Everything is there already.\n")
    assert contents(empty) == before


@pytest.mark.usefixtures("told")
def test_a_file_of_ones_own_is_kept_and_told(cli: Cli, empty: Path) -> None:
    own = empty / CONFIG / "environments" / "staging.yaml"
    own.write_text("cron: {}\n", encoding="utf-8")
    outcome = cli("init")
    assert own.read_text(encoding="utf-8") == "cron: {}\n"
    assert outcome.status == ExitStatus.OK
    assert "kept      ops/config/environments/staging.yaml\n" in outcome.out
    assert "-cron: {}\n" in outcome.out
    assert "+{}\n" in outcome.out
    assert "to have the template's text: --force\n" in outcome.out
    assert "production.yaml" not in outcome.out


@pytest.mark.usefixtures("told")
def test_a_long_difference_is_told_by_its_first_lines_and_whole_when_asked(
    cli: Cli, empty: Path
) -> None:
    own = empty / "supaops.mk"
    own.write_text(own.read_text(encoding="utf-8").replace("@", ""), encoding="utf-8")
    brief, whole = cli("init").out, cli("init", "--verbose").out
    assert sum(line.startswith("      ") for line in brief.splitlines()) == 7
    assert " more lines: --verbose; to have the template's text: --force\n" in brief
    assert len(whole.splitlines()) > len(brief.splitlines()) + 10
    assert "--- supaops.mk\n" in whole


@pytest.mark.usefixtures("told")
def test_a_file_that_was_deleted_is_written_again(cli: Cli, empty: Path) -> None:
    before = contents(empty)
    (empty / CONFIG / "environments" / "preview.yaml").unlink()
    assert "wrote     ops/config/environments/preview.yaml" in cli("init").out
    assert contents(empty) == before


@pytest.mark.usefixtures("told")
def test_below_the_root_of_a_project_the_root_is_meant(
    cli: Cli, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = empty / "lib"
    below.mkdir()
    monkeypatch.chdir(below)
    assert cli("init").out.startswith("Everything is there already.")
    assert list(below.iterdir()) == []


def test_what_is_in_the_way_is_an_error_with_its_place(cli: Cli, empty: Path) -> None:
    (empty / "ops").write_text("a file", encoding="utf-8")
    outcome = cli("init")
    assert outcome.status == ExitStatus.ERROR
    assert f"error: {base_file(empty)}: cannot write or compare: " in outcome.err
    assert "  fix: move away what is in the way" in outcome.err


def test_this_repository_has_the_overlays_of_the_template(told: str, empty: Path) -> None:
    """Both are documentation; they should not tell two stories."""
    assert told
    folder = CONFIG / "environments"
    assert contents(empty / folder) == contents(ROOT / folder)


def test_manifests_are_of_production_and_say_first_what_they_need(cli: Cli, empty: Path) -> None:
    outcome = cli("init", "--kubernetes")
    assert outcome.status == ExitStatus.OK
    written = contents(empty / "ops" / "kubernetes")
    assert sorted(written) == ["endpoint.yaml", "scaler.yaml", "worker.yaml"]
    assert all(f"wrote     ops/kubernetes/{name}\n" in outcome.out for name in written)
    assert "The first lines of each file of ops/kubernetes say what it needs." in outcome.out
    assert "value: production" in written["worker.yaml"]
    assert all(text.startswith("# ") for text in written.values())


def test_a_manifest_of_ones_own_is_kept(cli: Cli, empty: Path) -> None:
    cli("init", "--kubernetes")
    own = empty / "ops" / "kubernetes" / "worker.yaml"
    own.write_text(own.read_text().replace("registry.example/your-project:tag", "ours:1"))
    outcome = cli("init", "--kubernetes")
    assert "kept      ops/kubernetes/worker.yaml\n" in outcome.out
    assert "ours:1" in own.read_text()


ALONE = {
    ("--kubernetes",): ["endpoint.yaml", "scaler.yaml", "worker.yaml"],
    ("--ci", "gitlab"): [".gitlab-ci.supaops.yml"],
    ("--ci", "none", "--kubernetes"): ["endpoint.yaml", "scaler.yaml", "worker.yaml"],
}


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("words", ALONE)
def test_what_is_named_is_added_to_a_project_and_nothing_else_is_written_or_compared(
    cli: Cli, empty: Path, words: tuple[str, ...]
) -> None:
    (empty / "supaops.mk").unlink()
    own = empty / CONFIG / "environments" / "staging.yaml"
    own.write_text("cron: {}\n", encoding="utf-8")
    before = contents(empty)
    outcome = cli("init", *words, "--force")
    written = sorted(Path(name).name for name in set(contents(empty)) - set(before))
    assert written == ALONE[words]
    assert own.read_text(encoding="utf-8") == "cron: {}\n"
    assert outcome.err == ""
    assert "supaops bootstrap" not in outcome.out
    assert "first lines" in outcome.out.splitlines()[-1]


@pytest.mark.parametrize("words", [["--ci", "none"], ["--kubernetes", "--worker", "edge"]])
@pytest.mark.usefixtures("told")
def test_a_project_is_completed_where_more_is_named_than_what_can_be_added(
    cli: Cli, empty: Path, words: list[str]
) -> None:
    (empty / "supaops.mk").unlink()
    assert "wrote     supaops.mk\n" in cli("init", *words).out


@pytest.mark.usefixtures("told")
def test_nothing_is_added_to_a_project_whose_config_is_wrong(cli: Cli, empty: Path) -> None:
    (empty / CONFIG / "environments" / "staging.yaml").write_text("corn: {}\n", encoding="utf-8")
    outcome = cli("init", "--kubernetes")
    assert outcome.status == ExitStatus.ERROR
    assert "corn: unknown key" in outcome.err
    assert not (empty / "ops" / "kubernetes").exists()
