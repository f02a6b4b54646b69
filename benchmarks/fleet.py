"""Several worker processes at once, started together; see `drivers/fleet.py` for their side."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from benchmarks import programs
from benchmarks.server import Server
from supaops.errors import SupaopsError

_READY_S = 60
_STOP_S = 60


@dataclass(frozen=True, slots=True)
class Crew:
    """How a system's workers and its producer are started.

    Attributes:
        worker: command of one worker process.
        producer: command that adds jobs at a pace; RATE and SECONDS follow.
        jobs: the most that are given to it, for a system that would take minutes.
        install: how the system is installed for such workers, if in a way of its own.
    """

    worker: tuple[str, ...]
    producer: tuple[str, ...]
    jobs: int | None = None
    install: Callable[[Server], None] | None = None


class Member:
    """One process of a fleet, and what it said last."""

    def __init__(self, server: Server, command: tuple[str, ...], log: IO[bytes]) -> None:
        self.command = command
        self.said: dict[str, Any] = {}
        self._log = log
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
            env=programs.environment(server),
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def go(self) -> None:
        """Let it begin."""
        print(file=self._input, flush=True)

    def stop(self) -> dict[str, Any]:
        """End its input, and return what it said at the end.

        Raises: SupaopsError when it does not end, or not well.
        """
        self._input.close()
        if self.wait() != 0:
            raise self.failed()
        return self.said

    def wait(self) -> int | None:
        """Return the exit status once it has said all; None when it does not end."""
        self._reader.join(_STOP_S)
        try:
            return self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()

    @property
    def is_alive(self) -> bool:
        """Tell whether it still runs."""
        return self._process.poll() is None

    def failed(self) -> SupaopsError:
        """Return an error with its last words."""
        self._log.seek(0)
        said = self._log.read().decode(errors="replace").splitlines()
        last = (said or ["no reason given"])[-1]
        return SupaopsError(f"a worker failed: {last}", place=" ".join(self.command))

    @property
    def _input(self) -> IO[str]:
        assert self._process.stdin is not None  # noqa: S101  for the type checker: it is a pipe
        return self._process.stdin

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101  for the type checker: it is a pipe
        for line in self._process.stdout:
            self.said = json.loads(line)


@contextmanager
def members(server: Server, *commands: tuple[str, ...]) -> Iterator[list[Member]]:
    """Start processes, wait until each is there, and see to it that none is left.

    Raises: SupaopsError when one does not come up.
    """
    started: list[Member] = []
    with tempfile.TemporaryFile() as log:
        try:
            for command in commands:
                started.append(Member(server, command, log))  # noqa: PERF401  killed when the next fails
            until(lambda: all(each.said for each in started), started, _READY_S)
            yield started
        finally:
            for each in started:
                each.kill()


def until(condition: Callable[[], bool], fleet: list[Member], patience_s: float) -> None:
    """Wait for a condition as long as every member lives.

    Raises: SupaopsError when one has ended before, or after `patience_s`.
    """
    deadline = time.monotonic() + patience_s
    while not condition():
        if dead := next((each for each in fleet if not each.is_alive), None):
            raise dead.failed()
        if time.monotonic() > deadline:
            raise SupaopsError(f"no end within {patience_s:.0f} s", place=fleet[0].command[-1])
        time.sleep(0.02)
