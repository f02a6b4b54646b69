"""`supaops init` in a repository that holds things already: what it finds out, and never loses."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from supaops.config import load
from supaops.config.references import ProjectUrl
from supaops.migration.folder import migrations_folder, read_files
from supaops.scaffold.files import write_whole
from supaops.status import ExitStatus
from tests.cli.conftest import Cli
from tests.cli.test_init import contents
from tests.projects import base_file
from tests.terminal import COLOUR, supaops

REF = "abcdefghijklmnopqrst"
TOML = '# ours\nproject_id = "game-shop"\n[db]\nport = 54322\n'


@pytest.fixture
def repository(
    cli: Cli,  # noqa: ARG001  which enters another folder first
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """Return a git repository with a Supabase project, as the current folder."""
    folder = tmp_path_factory.mktemp("shop")
    git(folder, "init", "--quiet")
    add_supabase(folder)
    monkeypatch.chdir(folder)
    return folder


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    subprocess.run(["git", *who, *words], cwd=folder, check=True)


def add_supabase(folder: Path, text: str = TOML) -> None:
    write_whole(folder / "supabase" / "config.toml", text)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "all")


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


def test_a_shell_that_reads_the_filled_example_has_the_values(cli: Cli, repository: Path) -> None:
    cli("init")
    example = (repository / ".env.example").read_text(encoding="utf-8")
    value = "postgresql://postgres:a$b&c d@127.0.0.1:9/postgres"
    filled = example.replace("DATABASE_URL=''", f"DATABASE_URL='{value}'")
    (repository / ".env").write_text(filled, encoding="utf-8")
    script = 'set -a; . ./.env; set +a; printf %s "$DATABASE_URL${SENTRY_DSN-unset}"'
    done = subprocess.run(
        ["sh", "-euc", script], cwd=repository, capture_output=True, text=True, check=True
    )
    assert done.stdout == value


def test_files_of_ones_own_get_what_they_lack_in_their_own_line_ends(
    cli: Cli, repository: Path
) -> None:
    own = {
        ".env.example": "NEXT_PUBLIC_URL=x\r\nDATABASE_URL=y\r\n",
        ".gitignore": "node_modules\r\n.env*",
        "Makefile": "test:\r\n\techo ok\r\n",
    }
    for name, text in own.items():
        (repository / name).write_bytes(text.encode())
    outcome = cli("init")
    for name, text in own.items():
        written = (repository / name).read_bytes().decode()
        assert written.startswith(text)
        assert "\n" not in written.replace("\r\n", "")
        assert re.search(rf"\+ added to  {name}  [.\w]", outcome.out)
    assert (repository / ".env.example").read_text(encoding="utf-8").count("DATABASE_URL=") == 1
    ignored = (repository / ".gitignore").read_text(encoding="utf-8")
    assert ignored == "node_modules\n.env*\n.supaops/\n!.env.example\n"
    assert cli("init").out.startswith("Everything is there already.\n")


def test_git_takes_the_example_along_and_no_values(cli: Cli, repository: Path) -> None:
    (repository / ".gitignore").write_text(".env*\n", encoding="utf-8")
    cli("init")
    (repository / ".env").write_text("A=1\n", encoding="utf-8")
    commit(repository)
    listed = subprocess.run(
        ["git", "ls-files"], cwd=repository, capture_output=True, text=True, check=True
    ).stdout.split()
    assert ".env.example" in listed
    assert ".env" not in listed


@pytest.mark.parametrize("name", ["Makefile", "GNUmakefile"])
def test_make_runs_the_targets_and_keeps_its_own_default(
    cli: Cli, repository: Path, name: str
) -> None:
    (repository / name).write_text("all:\n\t@echo mine\n", encoding="utf-8")
    cli("init")
    assert make(repository) == "mine\n"
    assert make(repository, "-n", "supaops-plan").strip() == "supaops plan --env local"
    (repository / ".env").write_text("DATABASE_URL='a b'\n", encoding="utf-8")
    elsewhere = ("supaops-plan", "env=staging", "SUPAOPS=echo $$DATABASE_URL")
    assert make(repository, *elsewhere) == "a b plan --env staging\n"
    assert "supaops-doctor     say what is wrong" in make(repository, "supaops-help")


def make(folder: Path, *words: str) -> str:
    if shutil.which("make") is None:
        pytest.skip("make is missing")
    done = subprocess.run(["make", *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_force_replaces_and_keeps_what_git_could_not_bring_back(cli: Cli, repository: Path) -> None:
    cli("init")
    committed, edited = repository / "supaops.mk", base_file(repository)
    template = committed.read_text(encoding="utf-8")
    committed.write_text("# committed\n", encoding="utf-8")
    commit(repository)
    edited.write_text(f"{edited.read_text(encoding='utf-8')}# mine\n", encoding="utf-8")
    outcome = cli("init", "--force")
    assert "~ replaced  supaops.mk  git has the former text\n" in outcome.out
    told = "~ replaced  ops/config/job_queue.yaml  the former text is in job_queue.yaml.orig\n"
    assert told in outcome.out
    assert committed.read_text(encoding="utf-8") == template
    assert not committed.with_name("supaops.mk.orig").exists()
    assert edited.with_name("job_queue.yaml.orig").read_text().endswith("# mine\n")


def test_a_second_backup_is_beside_the_first(cli: Cli, repository: Path) -> None:
    cli("init")
    own = repository / "supaops.mk"
    for text in ("first\n", "second\n"):
        own.write_text(text, encoding="utf-8")
        cli("init", "--force")
    assert (repository / "supaops.mk.orig").read_text(encoding="utf-8") == "first\n"
    assert (repository / "supaops.mk.orig1").read_text(encoding="utf-8") == "second\n"


def test_a_link_stays_one_when_its_file_is_replaced(cli: Cli, repository: Path) -> None:
    cli("init")
    own, kept = repository / "supaops.mk", repository / "make" / "jobs.mk"
    write_whole(kept, "mine\n")
    own.unlink()
    own.symlink_to(kept)
    cli("init", "--force")
    assert own.is_symlink()
    assert kept.read_text(encoding="utf-8").startswith("# The job chain")
    assert kept.with_name("jobs.mk.orig").read_text(encoding="utf-8") == "mine\n"


def test_a_makefile_that_lies_elsewhere_is_left_to_its_owner(
    cli: Cli, repository: Path, tmp_path: Path
) -> None:
    theirs = tmp_path / "Makefile"
    theirs.write_text("all:\n", encoding="utf-8")
    (repository / "Makefile").symlink_to(theirs)
    outcome = cli("init")
    told = "kept      Makefile  it lies elsewhere; add there: include supaops.mk\n"
    assert told in outcome.out
    assert theirs.read_text(encoding="utf-8") == "all:\n"


@pytest.mark.parametrize("text", ["project_id = \n", "\udcff"])
def test_a_config_toml_that_is_none_stops_before_anything_is_written(
    cli: Cli, repository: Path, text: str
) -> None:
    file = repository / "supabase" / "config.toml"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    outcome = cli("init")
    assert outcome.status == ExitStatus.ERROR
    assert f"error: {file}: cannot read the Supabase project: it is not TOML" in outcome.err
    assert "  fix: mend the file" in outcome.err
    assert [path.name for path in repository.iterdir() if path.name != ".git"] == ["supabase"]


def test_an_invalid_config_stops_before_anything_is_written(cli: Cli, repository: Path) -> None:
    write_whole(base_file(repository), "version: 1\n")
    write_whole(base_file(repository).parent / "environments" / "staging.yaml", "quue: {}\n")
    before = contents(repository)
    outcome = cli("init")
    assert outcome.status == ExitStatus.ERROR
    assert "environments/staging.yaml:1:1: quue: " in outcome.err
    assert contents(repository) == before


def test_a_failure_in_the_middle_tells_what_was_written(cli: Cli, repository: Path) -> None:
    (repository / "supaops.mk").mkdir()
    outcome = cli("init")
    assert outcome.status == ExitStatus.ERROR
    assert "+ wrote     .gitignore\n" in outcome.out
    assert f"error: {repository / 'supaops.mk'}: cannot write or compare: " in outcome.err
    (repository / "supaops.mk").rmdir()
    assert "+ wrote     supaops.mk\n" in cli("init").out


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
