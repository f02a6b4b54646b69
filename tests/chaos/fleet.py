"""Worker processes that are posted to without a pause, and killed."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import httpx

from tests.chains import OF_A_SERVER
from tests.projects import ROOT, Project
from tests.waiting import until
from tests.zygote import Process, run

# Between two posts to a worker, as ticks are; it shortens no wait of a test.
PACE_S = 0.05


@dataclass
class Worker:
    """A running `supaops serve` whose log goes to a file, and a thread that posts to it."""

    project: Project
    log: Path
    process: Process = field(init=False)

    def __post_init__(self) -> None:
        with self.log.open("wb") as output:
            self.process = self._start(output)
        self._over = threading.Event()
        self._poster = threading.Thread(target=self._post)
        self._poster.start()

    @property
    def name(self) -> str:
        """Return what the `worker` column of its jobs shows."""
        return f"{socket.gethostname()}:{self.process.pid}"

    def end(self, how: signal.Signals) -> None:
        """Send a signal and wait for the end."""
        self._over.set()
        self.process.send_signal(how)
        self.process.wait(30)
        self._poster.join()

    def _start(self, output: BinaryIO) -> Process:
        config = ["--config", str(self.project.config_path)]
        with Path(os.devnull).open("rb") as nothing:
            return run(
                ["serve", *config, "--port", "0", "--handlers", "chaotic"],
                folder=ROOT,
                variables=self.project.environ,
                streams=(nothing.fileno(), output.fileno(), output.fileno()),
                modules=OF_A_SERVER,
            )

    def _port(self) -> str | None:
        found = re.search(r"listening on http://127.0.0.1:(\d+)", self.log.read_text())
        return found and found[1]

    def _post(self) -> None:
        port = until(lambda: self._port() or (self._over.is_set() and "0"), seconds=60)
        headers = {"x-job-runner-secret": self.project.settings.secret.get_secret_value()}
        with httpx.Client(headers=headers, timeout=10) as client:
            while not self._over.wait(PACE_S):
                try:
                    client.post(f"http://127.0.0.1:{port}/api/jobs/run", json={"limit": 10})
                except httpx.HTTPError:
                    continue  # it was killed, or its answer was cut off


class Fleet:
    """Workers of one project; a killed one is replaced."""

    def __init__(self, project: Project, size: int) -> None:
        self._project = project
        self._chance = random.Random(7)  # noqa: S311  no secret
        self._logs: list[Path] = []
        self.workers: list[Worker] = []
        for _ in range(size):
            self._add()

    def kill_one(self, name: str | None = None) -> None:
        """Kill the worker of this name outright, or some worker, and start another."""
        named = [worker for worker in self.workers if name in (None, worker.name)]
        victim = self._chance.choice(named)
        self.workers.remove(victim)
        victim.end(signal.SIGKILL)
        self._add()

    def said(self) -> str:
        """Return what all workers have logged, the killed ones included."""
        return "".join(log.read_text() for log in self._logs)

    def stop(self) -> None:
        for worker in self.workers:
            worker.end(signal.SIGTERM)

    def _add(self) -> None:
        log = self._project.folder / f"worker-{len(self._logs)}.log"
        self._logs.append(log)
        self.workers.append(Worker(self._project, log))
