"""The commit that an apply notes down is its own project's, whoever runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from supaops.apply.provenance import git_sha
from supaops.git import git
from tests.cli.repositories import commit
from tests.cli.repositories import git as run_git


@pytest.fixture
def checkouts(tmp_path: Path) -> tuple[Path, Path]:
    """Return two checkouts of one commit each."""
    return checkout(tmp_path / "shop"), checkout(tmp_path / "other")


def checkout(folder: Path) -> Path:
    folder.mkdir()
    run_git(folder, "init", "--quiet")
    (folder / "name").write_text(folder.name, encoding="utf-8")
    commit(folder)
    return folder


def head(folder: Path) -> str:
    return (git(folder, "rev-parse", "HEAD") or "").strip()


def test_the_commit_is_told_and_what_is_not_in_it(checkouts: tuple[Path, Path]) -> None:
    shop, _ = checkouts
    assert git_sha(shop) == head(shop)
    (shop / "name").write_text("edited", encoding="utf-8")
    assert git_sha(shop) == f"{head(shop)}-dirty"


def test_a_hook_of_another_checkout_does_not_name_the_commit(
    checkouts: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, other = checkouts
    expected = head(shop)
    assert head(other) != expected
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    assert git_sha(shop) == expected


def test_outside_a_checkout_there_is_no_commit(tmp_path: Path) -> None:
    assert git_sha(tmp_path) is None


def test_without_git_there_is_no_commit(
    checkouts: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(checkouts[0]))
    assert git_sha(checkouts[0]) is None
