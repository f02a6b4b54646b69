"""Play the newcomer: an empty Supabase repository, a fresh environment, the tutorial's commands.

.venv/bin/python -m tests.newcomer SUPABASE_CLI
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

from tests.docs.markdown import read
from tests.newcomer.expected import misfit, worked
from tests.newcomer.repository import repository, running_in, variables
from tests.newcomer.shell import Ran, StepFailed, run
from tests.newcomer.steps import Step, steps
from tests.ports import unused_port
from tests.projects import ROOT
from tests.waiting import until

LIMIT_S = 300


def main(supabase: str) -> int:
    """Print each step with its wall time, and the whole; return the exit status."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        wheel = _wheel(Path(place))
        _say(time.monotonic() - began, "(the wheel of this checkout)")
        began = time.monotonic()
        try:
            went = _play(supabase, wheel)
        except StepFailed as failure:
            _say(time.monotonic() - began, f"FAILED at {failure}")
            return 1
    took = time.monotonic() - began
    complaints = _complaints(went, took)
    _say(took, "in all" if not complaints else "\n\n".join(complaints))
    return 1 if complaints else 0


def _wheel(folder: Path) -> Path:
    [wheel] = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return Path(wheel)


def _play(supabase: str, wheel: Path) -> list[Ran]:
    """Type the tutorial, whose pip finds the wheel where it looks for supaops."""
    here = variables(
        Path(sys.executable).resolve().parent,
        unused_port(),
        PIP_FIND_LINKS=f"{wheel.parent} {os.environ.get('PIP_FIND_LINKS', '')}",
    )
    went = []
    with repository(supabase) as folder:
        for ran in run(steps(read(ROOT / "docs" / "tutorial.md")), folder, here, limit_s=LIMIT_S):
            _say(ran.seconds, _label(ran.step))
            went.append(ran)
        until(lambda: not running_in(folder))
        assert _record(wheel) <= _installed(folder), "another supaops than the wheel was installed"
    return went


def _record(wheel: Path) -> set[str]:
    """Return a line with the digest of each file that a wheel holds."""
    with zipfile.ZipFile(wheel) as archive:
        [name] = [each for each in archive.namelist() if each.endswith(".dist-info/RECORD")]
        return set(archive.read(name).decode().split()) - {f"{name},,"}


def _installed(folder: Path) -> set[str]:
    records = folder.glob(".venv/lib/python*/site-packages/supaops-*.dist-info/RECORD")
    return {line for each in records for line in read(each).split()}


def _label(step: Step) -> str:
    return f"{step.title}: {step.commands.splitlines()[-1]}"


def _complaints(went: list[Ran], took_s: float) -> list[str]:
    """Return what the tutorial promised and did not keep."""
    broken = [
        f"{_label(each.step)} does not print\n{part}\nbut\n{each.printed}"
        for each in went
        if each.step.shown is not None and (part := misfit(each.step.shown, each.printed))
    ]
    if not worked("".join(each.printed for each in went)):
        broken.append("no job ran to HTTP 200")
    if took_s > LIMIT_S:
        broken.append(f"it took longer than {LIMIT_S} s")
    return broken


def _say(seconds: float, text: str) -> None:
    print(f"{seconds:6.1f} s  {text}", flush=True)  # noqa: T201  what it is for


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
