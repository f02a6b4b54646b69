"""Figures of several rounds, as a table and as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

BASELINE = "textbook"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; the same name and system comes once or more per round."""

    name: str
    system: str
    unit: str
    value: float


@dataclass(frozen=True, slots=True)
class Row:
    """All values of one name and system; `ratio` is its median by the baseline's, if any."""

    name: str
    system: str
    unit: str
    values: tuple[float, ...]
    ratio: float | None


def rows(figures: Iterable[Figure]) -> Iterator[Row]:
    """Group figures by name, in the order of their first appearance."""
    known = list(figures)
    names = list(dict.fromkeys(each.name for each in known))
    for name in names:
        values = {
            system: tuple(each.value for each in group)
            for system, group in groupby(
                sorted((f for f in known if f.name == name), key=lambda f: f.system),
                key=lambda f: f.system,
            )
        }
        base = values.get(BASELINE)
        unit = next(each.unit for each in known if each.name == name)
        for system, seen in values.items():
            yield Row(name, system, unit, seen, median(seen) / median(base) if base else None)


def table(lines: Iterable[Row]) -> str:
    """Return the rows as text of at most 80 columns: median, lowest, highest, ratio."""
    head = f"{'':26} {'':8} {'median':>8} {'lowest':>8} {'highest':>8} {'ratio':>6}"
    return "\n".join([head, *(_line(row) for row in lines)])


def _line(row: Row) -> str:
    shown = (median(row.values), min(row.values), max(row.values))
    numbers = " ".join(f"{_number(value):>8}" for value in shown)
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    return f"{row.name:26} {row.system:8} {numbers} {ratio:>6} {row.unit}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"  # noqa: PLR2004  three digits


def machine() -> dict[str, Any]:
    """Return what a figure needs beside it: processor, cores, memory, kernel, Python."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
