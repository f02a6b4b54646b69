"""A line the size of a word. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from supaops.web.charts.shapes import Dot, lines

WIDTH, HEIGHT = 96.0, 24.0
_EDGE = 2.0


@dataclass(frozen=True, slots=True)
class Spark:
    """The shapes of a sparkline.

    Attributes:
        lines: polylines' points; a value that is not known parts two of them.
        dots: values that stand alone, and the latest one.
    """

    width: float
    height: float
    lines: tuple[str, ...]
    dots: tuple[Dot, ...]


def spark(values: Sequence[float | None]) -> Spark:
    """Return the sparkline of values from the oldest to the newest; zero is its floor."""
    most = max((value for value in values if value is not None), default=0) or 1
    step = (WIDTH - 2 * _EDGE) / max(len(values) - 1, 1)
    points = [
        None if value is None else Dot(_EDGE + n * step, _y(max(value, 0) / most))
        for n, value in enumerate(values)
    ]
    drawn, alone = lines(points)
    known = [point for point in points if point is not None]
    return Spark(WIDTH, HEIGHT, drawn, tuple(dict.fromkeys([*alone, *known[-1:]])))


def _y(share: float) -> float:
    return HEIGHT - _EDGE - share * (HEIGHT - 2 * _EDGE)
