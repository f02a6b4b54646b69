"""docs/tutorial.md in a new repository, with the supaops that is under test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import terminal, zygote
from tests.docs.markdown import blocks, read
from tests.newcomer.expected import misfit, worked
from tests.newcomer.repository import repository, running_in, variables
from tests.newcomer.shell import Ran, StepFailed, run
from tests.newcomer.steps import Step, steps
from tests.ports import unused_port
from tests.projects import ROOT
from tests.supabase_cli import VARIABLE
from tests.waiting import until

TUTORIAL = ROOT / "docs" / "tutorial.md"
[INSTALL, *REST] = steps(read(TUTORIAL))


# A worker must be the process that the shell started, for `kill $!` to reach it.
SUPAOPS = f"""\
#!/bin/sh
case $1 in
    serve) exec "{terminal.SUPAOPS}" "$@" ;;
    *) exec "$(dirname "$0")/forked/supaops" "$@" ;;
esac
"""


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the supaops that is under test, and beside it a quicker one."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "forked").mkdir()
    zygote.install(folder / "forked")
    (folder / "supaops").write_text(SUPAOPS, encoding="utf-8")
    (folder / "supaops").chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def went(programs: Path) -> Iterator[list[Ran]]:
    """Return the steps after the installation, carried out: what they install is here already."""
    cli = os.environ.get(VARIABLE) or shutil.which("supabase")
    here = variables(programs, unused_port(), PYTHONPATH=str(ROOT / "ops"))
    with repository(cli) as folder:
        yield list(run(REST, folder, here, limit_s=100))
        until(lambda: not running_in(folder))


@pytest.mark.stack
def test_a_newcomer_who_types_the_tutorial_sees_a_job_run_and_http_200(went: list[Ran]) -> None:
    assert worked("".join(each.printed for each in went))


@pytest.mark.stack
def test_each_command_of_the_tutorial_prints_what_the_page_shows(went: list[Ran]) -> None:
    shown = [(each.step.shown, each.printed) for each in went if each.step.shown]
    assert len(shown) > 5
    misfits = [
        f"{part}\n\n-- is not in --\n{out}" for text, out in shown if (part := misfit(text, out))
    ]
    assert not misfits, "\n\n".join(misfits)


def test_every_shell_block_of_the_tutorial_is_typed() -> None:
    assert [each.commands for each in (INSTALL, *REST)] == blocks(TUTORIAL, "sh")
    assert "pip install 'supaops[" in INSTALL.commands


def test_a_step_that_fails_ends_the_way_and_tells_all_that_was_said(tmp_path: Path) -> None:
    way = [
        Step("One", "word=kept"),
        Step("Two", 'echo "$word"; echo why >&2; false'),
        Step("3", ""),
    ]
    with pytest.raises(StepFailed, match=r"(?s)Two:.*kept.*why"):
        list(run(way, tmp_path, os.environ, limit_s=20))


def test_a_step_that_hangs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match="Forever"):
        list(run([Step("Forever", "sleep 60")], tmp_path, os.environ, limit_s=0.2))


@pytest.mark.parametrize(
    ("shown", "printed", "fits"),
    [
        ("run 4 in 12 ms", "run 71 in 3.5 ms", True),
        ("id  worker\n 1  laptop:4711#3", "id  worker\n12  vm.local:99#1", True),
        ("HTTP 200", "HTTP 503", False),
        ("one", "one\ntwo", False),
        ("two", "one\ntwo", False),
        ("...\ntwo", "one\ntwo", True),
        ("one\n...", "one\ntwo\nthree", True),
        ("one\n...\nthree", "one\nthree", True),
        ("one\n...\nfour\n...", "one\ntwo\nthree", False),
        ("three\n...\none", "one\ntwo\nthree", False),
    ],
)
def test_numbers_and_what_is_left_out_may_differ_and_nothing_else(
    shown: str, printed: str, *, fits: bool
) -> None:
    assert (misfit(shown, printed) == "") is fits
