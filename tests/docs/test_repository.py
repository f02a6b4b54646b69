"""What every committed file must and must not hold."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tests.docs.markdown import name_of, repository_files
from tests.projects import ROOT

MACHINE_PATH = re.compile(
    r"(?<![\w.~$}])/(?:work|root|home(?!/linuxbrew/)|Users|mnt|builds|tmp/\w)(?![\w-])[\w/.-]*"
)
REGISTRY = re.compile(
    r"\b(?:[\w-]+\.)*(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|crates\.io"
    r"|proxy\.golang\.org|docker\.io|ghcr\.io|quay\.io|deb\.debian\.org)\b"
    r"|\b[\w.-]*(?:artifactory|nexus|devpi)[\w.-]*\.\w+\b"
    r"|--(?:extra-)?index-url"
)
TARGETS = {"setup", "demo", "test", "up", "down", "render", "plan", "apply", "verify", "smoke"}
TARGETS |= {"lint", "bench", "clean"}


def found(pattern: re.Pattern[str], *, but: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Return what matches a pattern, by file."""
    texts = {name_of(path): path.read_text("utf-8", "replace") for path in repository_files()}
    matches = {name: [each[0] for each in pattern.finditer(text)] for name, text in texts.items()}
    return {name: each for name, each in matches.items() if each and name not in but}


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert found(MACHINE_PATH) == {}


def test_no_file_names_the_host_of_a_package_registry() -> None:
    assert found(REGISTRY, but=("tests/docs/test_repository.py",)) == {}


def make_help() -> dict[str, str]:
    """Return the targets that `make help` lists, with what it says of them."""
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [line.split(maxsplit=1) for line in done.stdout.splitlines() if line.startswith("  ")]
    return {words[0]: words[1] for words in lines}


def test_make_help_lists_the_targets_with_what_they_do() -> None:
    listed = make_help()
    assert set(listed) >= TARGETS
    assert all(listed.values())


def test_make_without_a_target_is_make_help() -> None:
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "  setup " in done.stdout


def test_the_readme_of_the_tests_tells_what_each_folder_needs() -> None:
    table = (ROOT / "tests" / "README.md").read_text(encoding="utf-8")
    told = re.findall(r"`(\w+)/`", table.split("## What needs what")[1].split("\n\n")[1])
    folders = {path.parent.name for path in (ROOT / "tests").glob("*/*.py")}
    assert sorted(told) == sorted(folders)


def test_make_clean_removes_all_that_git_ignores(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    names = (ROOT / ".gitignore").read_text().replace("*", "").split()
    for name in names:
        (tmp_path / name.strip("/") / "deep").mkdir(parents=True)
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    assert [path.name for path in tmp_path.iterdir()] == ["Makefile"]


def test_make_clean_works_after_a_setup_that_was_interrupted(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (program := tmp_path / ".venv" / "bin" / "supaops").write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    assert not program.parent.exists()
