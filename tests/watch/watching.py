"""A real `supaops watch`, what it says, and what it serves."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.chains import SUPAOPS
from tests.projects import ROOT, Project
from tests.waiting import until

_URL = re.compile(r"metrics at (http://\S+)/metrics")
Labels = dict[str, str]


@dataclass(slots=True)
class Watching:
    """A watcher that runs.

    Attributes:
        events: what it has printed, and when that was read, in seconds since 1970.
    """

    process: subprocess.Popen[str]
    events: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    url: str = ""

    def turned(self, check: str, to: str) -> float | None:
        """Return when a check was last told to be so; None for never."""
        found = [
            at for at, each in self.events if (each.get("check"), each.get("to")) == (check, to)
        ]
        return found[-1] if found else None

    def metrics(self) -> str:
        answer = httpx.get(f"{self.url}/metrics")
        assert answer.status_code == 200
        return answer.text

    def value(self, name: str, **labels: str) -> float | None:
        """Return the first sample of a name whose labels are these, among others."""
        for family in text_string_to_metric_families(self.metrics()):
            for sample in family.samples:
                if sample.name == name and labels.items() <= sample.labels.items():
                    return float(sample.value)
        return None

    def rounds(self) -> float:
        """Return how many rounds there were."""
        return self.value("supaops_watch_rounds_total") or 0

    def end(self, number: signal.Signals) -> int:
        """Send a signal, and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(20)


def _is(event: dict[str, Any], check: str, to: str) -> bool:
    return event.get("check") == check and event.get("to") == to


@contextmanager
def watching(project: Project, *words: str, **variables: str) -> Iterator[Watching]:
    """Run `supaops watch` until the block ends, from its first round on."""
    command = [*SUPAOPS, "watch", "--config", str(project.config_path), "--format", "json"]
    with subprocess.Popen(
        [*command, "--listen", "127.0.0.1:0", *words],
        env={**project.environ, "PYTHONPATH": str(ROOT / "ops"), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        running = Watching(process)
        readers = [threading.Thread(target=read, args=(running,)) for read in (_events, _said)]
        for reader in readers:
            reader.start()
        try:
            until(lambda: running.events or process.poll() is not None)
            assert process.poll() is None, running.said
            until(lambda: running.url)
            yield running
        finally:
            process.terminate()
            process.wait(20)
            for reader in readers:
                reader.join()


def _events(running: Watching) -> None:
    assert running.process.stdout
    for line in running.process.stdout:
        running.events.append((time.time(), json.loads(line)))


def _said(running: Watching) -> None:
    assert running.process.stderr
    for line in running.process.stderr:
        running.said.append(line)
        if found := _URL.search(line):
            running.url = found[1]
