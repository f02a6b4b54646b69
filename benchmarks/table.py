"""Rows and gaps as a table of at most 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from benchmarks.figures import Gap, Row

_LEAST_RATIO = 0.001
_WIDTH = 80


def table(rows: Iterable[Row], gaps: Iterable[Gap] = ()) -> str:
    """Return median, lowest, highest, ours by this one; then what is missing and why."""
    head = f"{'':22}{'':16}{'median':>9}{'lowest':>9}{'highest':>9}{'ours x':>7}"
    missing = [line for gap in dict.fromkeys(gaps) for line in _missing(gap)]
    return "\n".join([head, *map(_line, rows), *missing])


def number(value: float) -> str:
    """Return three digits, or a whole number when there are more."""
    return f"{value:,.0f}" if value >= 100 else f"{value:,.3g}"  # noqa: PLR2004  three digits


def _line(row: Row) -> str:
    shown = (row.median, min(row.values), max(row.values))
    numbers = "".join(f"{number(value):>9}" for value in shown)
    ours = "" if row.ours is None else _ratio(row.ours)
    return f"{row.name:22}{row.system:16}{numbers}{ours:>7} {row.unit}"


def _ratio(value: float) -> str:
    """Return what fits into its column."""
    return number(value) if value >= _LEAST_RATIO else f"<{_LEAST_RATIO}"


def _missing(gap: Gap) -> list[str]:
    text = f"{gap.name:22}{gap.system:16}{gap.kind}: {gap.reason}"
    return textwrap.wrap(text, _WIDTH, subsequent_indent=" " * 40, drop_whitespace=True)
