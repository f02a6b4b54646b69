"""Run the benchmarks: python -m benchmarks [MEASURE ...]; see README.md."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import options, server
from benchmarks.chart import chart
from benchmarks.figures import Figure, Gap, rows
from benchmarks.machine import machine
from benchmarks.result import Result
from benchmarks.run import run, versions
from benchmarks.table import table
from supaops.errors import SupaopsError


def main(arguments: list[str]) -> int:
    """Measure, print the table, write the files asked for; 1 when one failed or is void."""
    wanted = options.read(arguments)
    for each in (signal.SIGINT, signal.SIGTERM):  # a shell's background job ignores the first
        signal.signal(each, signal.default_int_handler)
    facts = machine()
    with server.private() as private:
        stack = private.stack
        facts |= {"postgresql": stack.server_version, "settings": server.PARAMETERS}
        _say("; ".join(f"{key} {value}" for key, value in facts.items()))
        found = _until_interrupted(run(private, wanted, _say))
    gaps = tuple(dict.fromkeys(each for each in found if isinstance(each, Gap)))
    result = Result(
        command=server.command_line(arguments),
        machine=facts,
        versions=versions(wanted),
        rows=tuple(rows(each for each in found if isinstance(each, Figure))),
        gaps=gaps,
    )
    print(table(result.rows, gaps))  # noqa: T201  the result
    _write(wanted.json, result.json())
    _write(wanted.chart, chart(result))
    return int(any(gap.kind != "skipped" for gap in gaps))


def _until_interrupted(measured: Iterator[Figure | Gap]) -> list[Figure | Gap]:
    """Return what was measured; Ctrl-C ends the run, not what it has found."""
    found: list[Figure | Gap] = []
    try:
        for each in measured:
            found.append(each)  # noqa: PERF402  a comprehension would lose them
    except KeyboardInterrupt:
        _say("interrupted; here is what was measured until then")
    return found


def _write(file: Path | None, text: str) -> None:
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SupaopsError as error:
        sys.exit(f"benchmarks: {error}" + (f"\n  fix: {error.hint}" if error.hint else ""))
