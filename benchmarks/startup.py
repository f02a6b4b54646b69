"""How long a command takes to start: ``python -m benchmarks.startup [--times N] [--json FILE]``.

Wall time and time on a processor, from start to exit; the programs take turns.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from benchmarks.machine import machine

_BIN = Path(sys.executable).parent
_PEERS = Path(".bench/venv/bin")
_COMMANDS = (
    "--help",
    "--version",
    "local --help",
    "config check --env production",
    "render --env production",
    "plan --help",
    "jobs list --help",
)
_VARIABLES = {
    "DATABASE_URL": "postgresql://postgres@127.0.0.1:9/none",
    "JOB_QUEUE_WORKER_ENDPOINT": "http://worker.example/api/jobs/run",
    "JOB_QUEUE_RUNNER_SECRET": token_urlsafe(24),
}
Millis = tuple[float, float]


def programs() -> Iterator[tuple[str, list[str]]]:
    """Yield each program by name; a peer that is not installed is left out."""
    yield "python -c pass", [sys.executable, "-c", "pass"]
    for what, module in (("the CLI", "supaops.cli"), ("a plan", "supaops.cli.plan")):
        yield f"import of {what}", [sys.executable, "-c", f"import {module}"]
    for command in _COMMANDS:
        yield f"supaops {command}", [sys.executable, "-m", "supaops", *command.split()]
    if cli := shutil.which(os.environ.get("SUPAOPS_SUPABASE_CLI", "supabase")):
        yield "supabase --help", [cli, "--help"]
    for peer in ("procrastinate", "pgq"):
        if (_PEERS / peer).exists():
            yield f"{peer} --help", [str(_PEERS / peer), "--help"]


def once(words: Sequence[str]) -> Millis:
    """Run a program; return its wall and its processor time.

    Raises: CalledProcessError when it fails: the time of an error is no figure.
    """
    before, began = os.times(), time.perf_counter()
    environment = {**os.environ, **_VARIABLES}
    subprocess.run(words, check=True, capture_output=True, env=environment)
    wall, after = time.perf_counter() - began, os.times()
    spent = after.children_user + after.children_system
    return 1000 * wall, 1000 * (spent - before.children_user - before.children_system)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print a table, and write the values."""
    parser = argparse.ArgumentParser(prog="benchmarks.startup")
    parser.add_argument("--times", type=int, default=21)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    chosen = dict(programs())
    taken: dict[str, list[Millis]] = {name: [] for name in chosen}
    for words in chosen.values():
        once(words)  # compiles what has not run yet, and does not count
    for _ in range(options.times):
        for name, words in chosen.items():
            taken[name].append(once(words))
    rows = [_row(name, values) for name, values in taken.items()]
    for row in rows:
        wall, processor = row["wall_ms"], row["processor_ms"]
        sys.stdout.write(f"{wall:7.0f} ms  {processor:7.0f} ms  {row['program']}\n")
    if options.json:
        found = {"machine": machine(), "times": options.times, "rows": rows}
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def _row(name: str, values: Sequence[Millis]) -> dict[str, Any]:
    wall, processor = ([round(each[index], 1) for each in values] for index in (0, 1))
    return {
        "program": name,
        "wall_ms": statistics.median(wall),
        "wall_ms_lowest": min(wall),
        "processor_ms": statistics.median(processor),
    }


if __name__ == "__main__":
    main()
