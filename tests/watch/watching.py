"""A real `supaops watch`, what it says, and what it serves."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.chains import OF_A_SERVER
from tests.projects import ROOT, Project
from tests.waiting import until
from tests.zygote import Process, run

_URL = re.compile(r"metrics at (http://\S+)/metrics")
Labels = dict[str, str]


@dataclass(slots=True)
class Watching:
    """A watcher that runs.

    Attributes:
        events: what it has printed, and when that was read, in seconds since 1970.
    """

    process: Process
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
    (events, out), (said, err) = os.pipe(), os.pipe()
    command = ["watch", "--config", str(project.config_path), "--format", "json"]
    with Path(os.devnull).open("rb") as nothing, os.fdopen(out, "wb"), os.fdopen(err, "wb"):
        process = run(
            [*command, "--listen", "127.0.0.1:0", *words],
            folder=ROOT,
            variables={**project.environ, **variables},
            streams=(nothing.fileno(), out, err),
            modules=OF_A_SERVER,
        )
    running = Watching(process)
    with ThreadPoolExecutor(2) as readers:
        readers.submit(_events, running, os.fdopen(events))
        readers.submit(_said, running, os.fdopen(said))
        try:
            until(lambda: running.events or process.poll() is not None)
            assert process.poll() is None, running.said
            until(lambda: running.url)
            yield running
        finally:
            process.terminate()
            process.wait(20)


def _events(running: Watching, stream: TextIO) -> None:
    with stream:
        for line in stream:
            running.events.append((time.time(), json.loads(line)))


def _said(running: Watching, stream: TextIO) -> None:
    with stream:
        for line in stream:
            running.said.append(line)
            if found := _URL.search(line):
                running.url = found[1]
