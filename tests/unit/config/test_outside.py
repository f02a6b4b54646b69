"""Values from files and commands: what is read, and what is said when it cannot be."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from supaops.config import outside
from supaops.config.outside import Unread, read_file, run_command
from tests.waiting import until

Program = Callable[[str], str]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Return a function that makes a program of a shell script."""

    def program(body: str) -> str:
        path = tmp_path / "program"
        path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    return program


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a git checkout that ignores `secrets/`, and nothing else."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("secrets/\n", encoding="utf-8")
    (tmp_path / "secrets").mkdir()
    return tmp_path


def file(path: Path, text: str = "value") -> Path:
    path.write_bytes(text.encode())
    return path


def fault(path: Path) -> Unread:
    with pytest.raises(Unread) as caught:
        read_file(path)
    return caught.value


@pytest.mark.parametrize(
    ("written", "read"),
    [("value", "value"), ("value\n", "value"), ("value\r\n", "value"), ("value\n\n", "value\n")],
)
def test_one_line_break_at_the_end_of_a_file_is_no_part_of_the_value(
    written: str, read: str, tmp_path: Path
) -> None:
    assert read_file(file(tmp_path / "secret", written)) == read


def test_a_file_that_cannot_hold_a_value_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    assert fault(tmp_path / "none").fault == "is not there"
    assert fault(tmp_path).fault == "is no ordinary file"
    assert fault(tmp_path / "pipe").fault == "is no ordinary file"
    assert fault(file(tmp_path / "large", "x" * 65_537)).fault == "is larger than 64 KiB"
    assert fault(tmp_path / "circle").fault.startswith("cannot be read: ")
    assert fault(tmp_path / ("x" * 300)).fault == "cannot be read: File name too long"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file: run it as another user")
def test_a_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    file(tmp_path / "secret").chmod(0)
    assert fault(tmp_path / "secret").fault == "cannot be read: Permission denied"


def test_a_file_that_git_ignores_is_read(checkout: Path) -> None:
    assert read_file(file(checkout / "secrets/runner")) == "value"


def test_a_file_that_the_next_commit_would_hold_is_refused(checkout: Path) -> None:
    found = fault(file(checkout / "runner"))
    assert found.fault == "would be committed by git"
    assert found.hint.startswith("add it to .gitignore")


def test_a_file_that_was_committed_is_refused_though_it_is_ignored(checkout: Path) -> None:
    path = file(checkout / "secrets/runner")
    subprocess.run(["git", "-C", checkout, "add", "--force", path], check=True)
    assert fault(path).fault == "would be committed by git"


def test_a_link_is_judged_by_the_file_behind_it(checkout: Path) -> None:
    file(checkout / "runner")
    (checkout / "secrets/link").symlink_to(checkout / "runner")
    assert fault(checkout / "secrets/link").fault == "would be committed by git"


def test_the_checkout_of_a_hook_that_runs_does_not_judge(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert fault(file(checkout / "runner")).fault == "would be committed by git"


def test_without_git_a_file_in_a_checkout_is_refused(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(checkout))
    found = fault(file(checkout / "secrets/runner"))
    assert found.fault == "is in a git checkout, and git cannot tell whether it ignores it"


def test_a_command_gets_its_words_as_they_are(program: Program, tmp_path: Path) -> None:
    words = [program('printf "%s|" "$@"'), "two words", "$HOME", "*", ";"]
    assert run_command(words, tmp_path) == "two words|$HOME|*|;|"


def test_a_command_runs_in_the_projects_folder_without_input(
    program: Program, tmp_path: Path
) -> None:
    assert run_command([program("cat; pwd")], tmp_path) == str(tmp_path)


def test_a_failure_tells_the_status_and_nothing_that_was_said(
    program: Program, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = [program("echo out-hunter2; echo err-hunter2 >&2; exit 3"), "arg-hunter2"]
    with pytest.raises(Unread) as caught:
        run_command(words, tmp_path)
    assert caught.value.fault == "exited with status 3"
    assert "hunter2" not in caught.value.hint
    assert capfd.readouterr() == ("", "")


def test_a_command_that_was_killed_is_told_so(program: Program, tmp_path: Path) -> None:
    with pytest.raises(Unread, match="was killed by signal 15"):
        run_command([program("kill $$")], tmp_path)


def test_a_program_that_is_not_there_or_is_none_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(Unread, match="is not there"):
        run_command(["supaops-no-such-program"], tmp_path)
    with pytest.raises(Unread, match="cannot start: Permission denied"):
        run_command([str(file(tmp_path / "text"))], tmp_path)


def test_a_command_that_does_not_end_is_ended_with_all_it_started(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "_COMMAND_TIMEOUT_S", 1)
    pid = tmp_path / "pid"
    pid.touch()  # on a busy machine the command may be ended before it starts anything
    with pytest.raises(Unread, match="did not end within 1 s"):
        run_command([program(f"sleep 60 & echo $! > {pid}; wait")], tmp_path)
    child = pid.read_text(encoding="utf-8")
    until(lambda: not child or not _runs(int(child)))


def _runs(pid: int) -> bool:
    """Tell whether a process runs; one that has ended may wait for its parent to notice."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"
