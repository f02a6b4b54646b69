"""`make demo` ends with nothing left, also when it is stopped half way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from supaops.local import process
from supaops.status import INTERRUPTED
from tests.projects import ROOT
from tests.waiting import until

pytestmark = pytest.mark.stack


@pytest.fixture
def temporary() -> Iterator[Path]:
    """Return a folder for temporary files that the server's account can enter."""
    folder = Path(tempfile.mkdtemp(prefix="supaops-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def demo(temporary: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "examples.game_platform.demo"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def read_until(running: subprocess.Popen[str], step: str) -> str:
    """Return what it prints up to a line that holds some words."""
    said = ""
    for line in running.stdout or ():
        said += line
        if step in line:
            return said
    pytest.fail(f"the demo ended before {step!r}:\n{said}")


def running_in(folder: Path) -> list[str]:
    pids = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return [said for pid in pids if str(folder) in (said := process.command(pid))]


@pytest.mark.parametrize(
    ("stop", "step"),
    [
        (signal.SIGINT, "creating a database cluster"),
        (signal.SIGINT, "starting PostgreSQL"),
        (signal.SIGTERM, "$ supaops smoke"),
    ],
)
def test_a_demo_that_is_stopped_leaves_nothing(
    temporary: Path, stop: signal.Signals, step: str
) -> None:
    with demo(temporary) as running:
        read_until(running, step)
        # A terminal signals all of its processes, `kill` only the one that it is told.
        (os.kill if stop == signal.SIGTERM else os.killpg)(running.pid, stop)
        said = running.communicate(timeout=60)[0]
    assert running.returncode == INTERRUPTED, said
    assert said.endswith("interrupted; nothing is left running\n")
    assert "Traceback" not in said
    until(lambda: not running_in(temporary))
    assert list(temporary.iterdir()) == []


def test_an_impatient_second_signal_does_not_stop_the_clean_up(temporary: Path) -> None:
    with demo(temporary) as running:
        read_until(running, "$ supaops apply")
        os.killpg(running.pid, signal.SIGHUP)
        read_until(running, "$ supaops local down")
        os.killpg(running.pid, signal.SIGINT)
        said = running.communicate(timeout=60)[0]
    assert running.returncode == INTERRUPTED, said
    assert said.endswith("interrupted; nothing is left running\n")
    until(lambda: not running_in(temporary))
    assert list(temporary.iterdir()) == []
