"""Rows as horizontal bars in an SVG, readable on light and on dark ground."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from xml.sax.saxutils import escape

from benchmarks.figures import OURS, Row
from benchmarks.result import Result
from benchmarks.table import number

_WIDTH, _LABEL, _BAR, _STEP = 720, 150, 430, 20
_STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .name { font-weight: 600 } .note { font-size: 10px; fill: #57606a }
  .other { fill: #afb8c1 } .ours { fill: #1f883d }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .note { fill: #8b949e }
    .other { fill: #484f58 } .ours { fill: #3fb950 }
  }
"""


def chart(result: Result) -> str:
    """Return the medians, grouped by measure, each group to its own scale."""
    parts, top = [], 24
    for name, group in groupby(result.rows, key=lambda row: row.name):
        rows = list(group)
        parts += [_text(0, top, f"{name}, {rows[0].unit}", "name"), *_bars(rows, top + 8)]
        top += _STEP * len(rows) + 36
    facts = (result.machine.get(key, "") for key in ("processor", "cores", "postgresql"))
    note = "medians, rounds: {}; {}, {} cores; PostgreSQL {}".format(_rounds(result), *facts)
    parts.append(_text(0, top, note, "note"))
    box = f"-8 0 {_WIDTH + 16} {top + 12}"
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="{box}">',
        f"<title>Measured by {escape(result.command)}</title><style>{_STYLE}</style>",
        *parts,
        "</svg>\n",
    ])  # fmt: skip


def _rounds(result: Result) -> int:
    return max((len(row.values) for row in result.rows), default=0)


def _bars(rows: list[Row], top: int) -> Iterator[str]:
    longest = max(row.median for row in rows) or 1
    for place, row in enumerate(rows):
        y = top + place * _STEP
        width = max(1.0, _BAR * row.median / longest)
        kind = "ours" if row.system.startswith(OURS) else "other"
        yield _text(0, y + 13, row.system, "system")
        place_and_size = f'x="{_LABEL}" y="{y + 2}" width="{width:.1f}" height="14"'
        yield f'<rect class="{kind}" {place_and_size} rx="2"/>'
        yield _text(_LABEL + width + 6, y + 13, number(row.median), "value")


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y}">{escape(text)}</text>'
