"""A real `supaops watch`, and when it told of what."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from benchmarks.project import MEASURED, REPOSITORY
from benchmarks.server import Server

_SUPAOPS = (sys.executable, "-c", "from supaops.cli import main; main()")
_PATIENCE_S = 30


class Watcher:
    """What a watcher has told, each with the second since 1970 at which it was read."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._told: list[tuple[float, str, str]] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def told_after(self, moment: float, check: str, severity: str) -> float | None:
        """Return when a check was first told to be so after a moment; None for not yet."""
        found = [at for at, *told in self._told if told == [check, severity] and at > moment]
        return min(found, default=None)

    def last(self, check: str) -> str:
        """Return what was told last of a check; `unseen` before the first round."""
        found = [to for _, each, to in self._told if each == check]
        return found[-1] if found else ("OK" if self._told else "unseen")

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(_PATIENCE_S)
        self._reader.join()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            event = json.loads(line)
            self._told.append((time.time(), event.get("check", ""), event.get("to", "")))


@contextmanager
def watching(server: Server, variables: Mapping[str, str], environment: str) -> Iterator[Watcher]:
    """Watch a project's environment until the block ends."""
    words = ("watch", "--config", str(MEASURED), "--env", environment, "--format", "json")
    with subprocess.Popen(
        [*_SUPAOPS, *words, "--listen", "127.0.0.1:0"],
        env={**server.environment, **variables, "PYTHONPATH": os.environ.get("PYTHONPATH", "")},
        cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        watcher = Watcher(process)
        try:
            yield watcher
        finally:
            watcher.close()
