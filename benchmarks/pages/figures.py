"""What was measured of each page, and whether it is good enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from statistics import median

PAGE_MS, TILES_MS = 300.0, 50.0
WARM_UP = 3
"""Requests of each page that are not counted."""
_SHARE = 0.95


@dataclass(slots=True)
class Measured:
    """One page.

    Attributes:
        statements: of the page alone; None where they were not counted.
        fault: why the figure is void; empty when it counts.
        milliseconds: of each request after the warm-up.
        target: which p95 is good enough, in milliseconds.
    """

    name: str
    path: str
    target: float = PAGE_MS
    statements: int | None = None
    bytes: int = 0
    fault: str = ""
    milliseconds: list[float] = field(default_factory=list)

    @property
    def p95(self) -> float:
        """Return the time within which 19 of 20 were there: the nearest rank."""
        ordered = sorted(self.milliseconds)
        return ordered[ceil(_SHARE * len(ordered)) - 1]

    @property
    def verdict(self) -> str:
        """Return ``pass``, ``FAIL``, or ``void``."""
        if self.fault or not self.milliseconds:
            return "void"
        return "pass" if self.p95 < self.target else "FAIL"

    def plain(self) -> dict[str, object]:
        """Return it as JSON-able data."""
        found: dict[str, object] = {
            "name": self.name,
            "path": self.path,
            "verdict": self.verdict,
            "target_p95_ms": self.target,
            "statements": self.statements,
            "bytes": self.bytes,
        }
        if self.verdict == "void":
            return found | {"fault": self.fault}
        return found | {
            "requests": len(self.milliseconds),
            "p50_ms": round(median(self.milliseconds), 1),
            "p95_ms": round(self.p95, 1),
            "max_ms": round(max(self.milliseconds), 1),
        }


def table(measured: Sequence[Measured]) -> str:
    """Return a line per page, in at most 80 columns."""
    head = f"{'page':24}{'statements':>10}{'p50 ms':>8}{'p95 ms':>8}{'max ms':>8}{'kB':>6}"
    return "\n".join([f"{head}  target", *map(_line, measured)])


def _line(page: Measured) -> str:
    count = "" if page.statements is None else str(page.statements)
    if page.verdict == "void":
        return f"{page.name:24}{count:>10}  void: {page.fault}"[:80]
    times = (median(page.milliseconds), page.p95, max(page.milliseconds))
    numbers = "".join(f"{each:8.0f}" for each in times)
    size = f"{page.bytes / 1000:6.0f}"
    return f"{page.name:24}{count:>10}{numbers}{size}  {page.target:3.0f} {page.verdict}"
