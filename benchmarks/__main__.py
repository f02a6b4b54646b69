"""Run the benchmarks on a private, durable stack: python -m benchmarks [--rounds N] [NAME ...]."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from benchmarks import declaration, queue
from benchmarks.figures import Figure, machine, rows, table
from supaops.local import Stack, down, up

BENCHMARKS: dict[str, Callable[[str], Iterator[Figure]]] = {
    "declaration": declaration.measure,
    "queue": queue.measure,
}


def main() -> int:
    """Measure in rounds, so that a slow minute of the machine falls on all systems alike."""
    wanted = _arguments()
    facts = machine()
    figures: list[Figure] = []
    with _stack() as stack:
        facts |= {"postgresql": stack.server_version, "native": sorted(stack.native)}
        _say("; ".join(f"{key} {value}" for key, value in facts.items()))
        for number in range(1, wanted.rounds + 1):
            for name in wanted.names or BENCHMARKS:
                started = time.perf_counter()
                figures += BENCHMARKS[name](stack.url)
                seconds = time.perf_counter() - started
                _say(f"round {number} of {wanted.rounds}: {name} in {seconds:.0f} s")
    lines = list(rows(figures))
    print(table(lines))  # noqa: T201  the result
    if wanted.json:
        result = {"machine": facts, "rows": [asdict(line) for line in lines]}
        wanted.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="default 3")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all values there too")
    wanted = parser.parse_args()
    if unknown := set(wanted.names) - set(BENCHMARKS):
        parser.error(
            f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}"
        )
    return wanted


@contextmanager
def _stack() -> Iterator[Stack]:
    """Start a stack of its own that writes as durably as production, and remove it."""
    with tempfile.TemporaryDirectory(prefix="supaops-bench-") as folder:
        Path(folder).chmod(0o755)  # the server's account must be able to enter it
        try:
            yield up(Path(folder), durable=True)
        finally:
            down(Path(folder), purge=True)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
