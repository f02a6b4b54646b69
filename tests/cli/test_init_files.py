"""`supaops init` and the files that a repository holds already: none of them is lost."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from supaops.scaffold.files import write_whole
from supaops.status import ExitStatus
from tests.cli.conftest import Cli
from tests.cli.repositories import commit, contents
from tests.projects import base_file


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
    done = subprocess.run(
        ["make", *words],
        cwd=folder,
        # What a make above hands down would have this one tell of each folder that it enters.
        env={name: value for name, value in os.environ.items() if "MAKE" not in name},
        capture_output=True,
        text=True,
        check=True,
    )
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
