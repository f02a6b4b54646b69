"""Steps in one shell, as somebody types them: variables, `$!` and the virtual environment stay."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.newcomer.steps import Step

_END = "\x1e"
"""Printed after each step; no command of ours prints it."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A step that was carried out: what it printed, and how long it took."""

    step: Step
    printed: str
    seconds: float


class StepFailed(AssertionError):
    """The shell ended in the middle of a step."""


def run(
    steps: Sequence[Step], folder: Path, variables: Mapping[str, str], *, limit_s: float
) -> Iterator[Ran]:
    """Carry steps out and yield each when it is done; end what the last one leaves running.

    Raises: StepFailed with all that was said, when a command fails or the time is over.
    """
    with tempfile.TemporaryFile("w+") as said, _shell(steps, folder, variables, said) as shell:
        timer = threading.Timer(limit_s, _end, [shell])
        timer.start()
        try:
            yield from _follow(steps, shell, said)
        finally:
            timer.cancel()


def _follow(steps: Sequence[Step], shell: subprocess.Popen[str], said: IO[str]) -> Iterator[Ran]:
    for step in steps:
        began = time.monotonic()
        printed, ended = _until_end(shell)
        if not ended:
            said.seek(0)
            raise StepFailed(f"{step.title}:\n{step.commands}\n{printed}\n{said.read()}")
        yield Ran(step, printed, time.monotonic() - began)


def _until_end(shell: subprocess.Popen[str]) -> tuple[str, bool]:
    """Return what a step prints, and whether it came to its end."""
    assert shell.stdout is not None
    printed = ""
    while part := shell.stdout.read(1):
        if part == _END:
            return printed, True
        printed += part
    return printed, False


@contextmanager
def _shell(
    steps: Sequence[Step], folder: Path, variables: Mapping[str, str], said: IO[str]
) -> Iterator[subprocess.Popen[str]]:
    script = "".join(f"{step.commands}\nprintf '\\036'\n" for step in steps)
    process = subprocess.Popen(
        ["sh", "-eu", "-c", script],
        cwd=folder,
        env=dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=said,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        _end(process)
        process.communicate()


def _end(shell: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):  # nothing is left, as it should be
        os.killpg(shell.pid, signal.SIGTERM)
