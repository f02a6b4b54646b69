"""Measure the control room's pages: python -m benchmarks.pages; see benchmarks/README.md."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.pages.catalogue import chosen
from benchmarks.pages.figures import Measured, table
from benchmarks.pages.filling import FULL, Size
from benchmarks.pages.run import measure
from benchmarks.server import private
from supaops.errors import SupaopsError


def main(arguments: list[str]) -> int:
    """Measure, print the table, write the file; 1 when a page is too slow or not there."""
    wanted = _parser().parse_args(arguments)
    size = Size(wanted.jobs, wanted.runs, wanted.audit)
    facts, pages = machine(), chosen(wanted.only)
    with private() as server:
        facts |= {"postgresql": server.stack.server_version}
        measured = measure(server, size, pages, wanted.times, with_tiles=not wanted.only)
    facts["load_after"] = round(os.getloadavg()[0], 1)
    print(table(measured))  # noqa: T201  the result
    if wanted.json:
        _write(wanted.json, arguments, facts, measured)
    return int(any(each.verdict != "pass" for each in measured))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    for name, number, what in (
        ("jobs", FULL.jobs, "jobs"),
        ("runs", FULL.runs, "runs of cron jobs, and as many posts"),
        ("audit", FULL.audit, "acts in the audit"),
        ("times", 50, "requests of each page"),
    ):
        told = f"{what}; default {number:,}"
        parser.add_argument(f"--{name}", type=int, default=number, metavar="N", help=told)
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="pages whose names begin so"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    return parser


def _write(
    file: Path, arguments: list[str], facts: Mapping[str, Any], measured: Sequence[Measured]
) -> None:
    told = {
        "command": shlex.join(["python", "-m", "benchmarks.pages", *arguments]),
        "machine": facts,
        "pages": [each.plain() for each in measured],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SupaopsError as error:
        sys.exit(f"benchmarks: {error}" + (f"\n  fix: {error.hint}" if error.hint else ""))
