"""`supaops init` in a repository that holds things already: what it finds out, and asks."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from supaops.config import load
from supaops.config.references import ProjectUrl
from supaops.migration.folder import migrations_folder, read_files
from supaops.scaffold.files import write_whole
from supaops.status import ExitStatus
from tests.cli.conftest import Cli
from tests.cli.repositories import TOML, add_supabase, contents, git
from tests.projects import base_file
from tests.terminal import COLOUR, supaops

REF = "abcdefghijklmnopqrst"


def test_a_supabase_project_gets_its_first_migration_once(cli: Cli, repository: Path) -> None:
    outcome = cli("init")
    assert outcome.status == ExitStatus.OK
    [file] = read_files(migrations_folder(repository))
    assert f"+ wrote     supabase/migrations/{file.path.name}\n" in outcome.out
    text = (repository / "supabase" / "config.toml").read_text(encoding="utf-8")
    assert text.startswith(TOML)
    names = {"job_queue_worker_endpoint", "job_queue_runner_secret"}
    assert tomllib.loads(text)["db"]["vault"].keys() == names
    before = contents(repository)
    assert cli("init").out.startswith("Everything is there already.\n")
    assert contents(repository) == before
    assert "No changes" in cli("render", "--migration", "--env", "production").out


def test_a_config_from_before_gets_no_migration_that_nobody_asked_for(
    cli: Cli, repository: Path
) -> None:
    (repository / "supabase").rename(repository / "later")
    cli("init")
    (repository / "later").rename(repository / "supabase")
    outcome = cli("init", "--yes")
    assert outcome.out.startswith("Everything is there already.\n")
    assert "No migration; for one: supaops render --migration --env production" in outcome.err
    assert not migrations_folder(repository).exists()


def test_the_project_is_told_by_its_name_and_its_link(cli: Cli, repository: Path) -> None:
    link = repository / "supabase" / ".temp" / "project-ref"
    write_whole(link, f"{REF}\n")
    assert f"supabase/config.toml, linked to {REF}\n" in cli("init").err
    assert load(base_file(repository), "staging").runbook.title == "Game Shop"
    example = (repository / ".env.example").read_text(encoding="utf-8")
    assert f"https://supabase.com/dashboard/project/{REF}?" in example


@pytest.mark.parametrize(
    ("remote", "file"),
    [
        ("git@github.com:shop/shop.git", ".github/workflows/supaops.yml"),
        ("https://ann:pass-word@gitlab.example.org/shop/shop", ".gitlab-ci.supaops.yml"),
        ("ssh://git@gitlab.com:22/github/shop.git", ".gitlab-ci.supaops.yml"),
    ],
)
def test_the_pipeline_is_the_remotes(cli: Cli, repository: Path, remote: str, file: str) -> None:
    git(repository, "remote", "add", "origin", remote)
    outcome = cli("init")
    assert f"wrote     {file}\n" in outcome.out
    assert "by the remote origin\n" in outcome.err
    assert "pass-word" not in outcome.told


def test_no_pipeline_is_written_where_none_is_wanted(cli: Cli, repository: Path) -> None:
    outcome = cli("init", "--ci", "none")
    assert "workflows" not in outcome.out
    assert "pipeline" not in outcome.err
    assert not (repository / ".github").exists()


def test_an_edge_function_is_found_and_its_address_is_the_projects_own(
    cli: Cli, repository: Path
) -> None:
    write_whole(repository / "supabase" / "functions" / "hello" / "index.ts", "")
    outcome = cli("init")
    assert "worker    an Edge Function, by supabase/functions\n" in outcome.err
    assert "supaops render --edge-function --env production" in outcome.out
    for name in ("staging", "production"):
        config = load(base_file(repository), name)
        endpoint = config.vault.secrets[config.worker.endpoint].value
        assert endpoint == ProjectUrl("/functions/v1/job-runner")
    assert config.runbook.task_types_file == "supabase/functions/job-runner/types.ts"
    assert cli("init").out.startswith("Everything is there already.\n")


@pytest.mark.parametrize(
    ("name", "text", "types_file"),
    [
        ("package.json", '{"dependencies": {"next": "15"}}', "lib/jobs/types.ts"),
        ("package.json", "{ half written", "jobs/types.py"),
        ("pyproject.toml", "", "jobs/types.py"),
        ("deno.json", "{}", "supabase/functions/job-runner/types.ts"),
    ],
)
def test_what_the_app_is_written_in_decides_where_its_types_are(
    cli: Cli, repository: Path, name: str, text: str, types_file: str
) -> None:
    write_whole(repository / name, text)
    assert cli("init").status == ExitStatus.OK
    assert load(base_file(repository), "local").runbook.task_types_file == types_file


def test_each_variable_of_the_yaml_is_in_the_example_with_where_it_comes_from(
    cli: Cli, repository: Path
) -> None:
    cli("init")
    written = "".join(contents(repository / "ops" / "config").values())
    named = set(re.findall(r"(?<=: )env\((\w+)\)", written))
    example = (repository / ".env.example").read_text(encoding="utf-8")
    blocks = example.split("\n\n")[1:]
    assigned = [re.search(r"^#? ?(\w+)=''$", block, re.MULTILINE) for block in blocks]
    assert {each[1] for each in assigned if each} == named
    assert all(block.startswith("# ") for block in blocks)


def test_from_the_top_of_a_monorepo_the_only_project_below_is_meant(
    cli: Cli, repository: Path
) -> None:
    (repository / "apps").mkdir()
    project = repository / "apps" / "shop"
    project.mkdir()
    (repository / "supabase").rename(project / "supabase")
    outcome = cli("init", "--ci", "github")
    assert base_file(project).is_file()
    assert "wrote     ../../.github/workflows/supaops.yml\n" in outcome.out
    pipeline = (repository / ".github" / "workflows" / "supaops.yml").read_text(encoding="utf-8")
    assert "working-directory: apps/shop\n" in pipeline
    assert '"apps/shop/ops/config/**"' in pipeline
    assert "\n  cd apps/shop " in outcome.out
    assert cli("init").out.startswith("Everything is there already.\n")


def test_several_projects_below_are_a_choice_that_it_does_not_make(
    cli: Cli, repository: Path
) -> None:
    (repository / "supabase").rename(repository / "later")
    for name in ("admin", "shop"):
        add_supabase(repository / name)
    outcome = cli("init", "--yes")
    assert outcome.status == ExitStatus.USAGE
    assert "there are 2 Supabase projects: admin, shop" in outcome.err
    assert f"  fix: go into the one that is meant: cd {repository / 'admin'}\n" in outcome.err
    assert not (repository / "ops").exists()


def test_a_subfolder_of_the_app_leads_to_the_project(
    cli: Cli, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = repository / "src" / "app"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert "\n  cd " not in cli("init").out
    assert base_file(repository).is_file()
    assert list(below.iterdir()) == []


def test_a_person_is_asked_what_the_repository_does_not_tell(repository: Path) -> None:
    (repository / "Makefile").write_text("all:\n", encoding="utf-8")
    typed = "nobody\nedge\ngitlab\nn\n"
    ran = supaops("init", folder=repository, variables={}, terminals="in out err", typed=typed)
    assert ran.status == ExitStatus.OK
    assert "'nobody' is none of them" in ran.err
    assert (repository / ".gitlab-ci.supaops.yml").is_file()
    assert "project_url" in contents(repository / "ops" / "config")["environments/staging.yaml"]
    assert (repository / "Makefile").read_text(encoding="utf-8") == "all:\n"
    assert max(map(len, COLOUR.sub("", ran.out).splitlines())) <= 80


def test_with_yes_nobody_is_asked_and_each_default_is_told(repository: Path) -> None:
    ran = supaops("init", "--yes", folder=repository, variables={}, terminals="in out err")
    assert ran.status == ExitStatus.OK
    assert "What runs the jobs: python, unless --worker says otherwise" in ran.lines
    assert "Whose pipeline to write: github, unless --ci says otherwise" in ran.lines
    assert (repository / ".github" / "workflows" / "supaops.yml").is_file()


@pytest.mark.usefixtures("repository")
def test_doctor_says_where_the_values_come_from_as_long_as_one_lacks(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("init")
    told = "Where each value comes from: .env.example; with a filled-in copy: "
    assert cli("doctor", "--env", "staging").out.splitlines()[-1].startswith(told)
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres:x@127.0.0.1:9/postgres")
    monkeypatch.setenv("JOB_QUEUE_WORKER_ENDPOINT", "https://worker.example.org/api/jobs/run")
    monkeypatch.setenv("JOB_QUEUE_RUNNER_SECRET", "a-secret-of-sixteen-or-more")
    assert told not in cli("doctor", "--env", "staging").out


@pytest.mark.usefixtures("repository")
def test_doctor_right_after_it_names_what_to_start(cli: Cli) -> None:
    cli("init")
    outcome = cli("doctor", "--env", "local")
    assert "fix: supaops local up; or: supabase start\n" in outcome.out
    assert "error: " not in outcome.err


def test_a_project_without_a_config_is_told_how_to_get_one(cli: Cli, repository: Path) -> None:
    assert not base_file(repository).exists()
    for command in ("doctor", "plan"):
        assert "fix: supaops init; or name the file: --config PATH\n" in cli(command).told
