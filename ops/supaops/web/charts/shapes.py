"""What a chart is drawn with, in the units of its own picture. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple


class Dot(NamedTuple):
    """A point."""

    x: float
    y: float


class Bar(NamedTuple):
    """A rectangle of one series; `title` says what it stands for."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str = ""


class Tick(NamedTuple):
    """A place on an axis; a minor one goes without its label where there is little room."""

    at: float
    label: str
    is_minor: bool = False


def lines(points: Sequence[Dot | None]) -> tuple[tuple[str, ...], tuple[Dot, ...]]:
    """Return polylines, parted where a point is missing, and the points that stand alone."""
    runs = list(_runs(points))
    drawn = tuple(" ".join(map(_written, run)) for run in runs if len(run) > 1)
    return drawn, tuple(run[0] for run in runs if len(run) == 1)


def path(bars: Iterable[Bar]) -> str:
    """Return bars as the text of one path."""
    return "".join(
        f"M{bar.x:.1f} {bar.y:.2f}h{bar.width:.1f}v{bar.height:.2f}h{-bar.width:.1f}z"
        for bar in bars
    )


def _runs(points: Sequence[Dot | None]) -> Iterator[list[Dot]]:
    for is_known, run in groupby(points, key=lambda point: point is not None):
        if is_known:
            yield [point for point in run if point is not None]


def _written(point: Dot) -> str:
    return f"{point.x:.1f},{point.y:.1f}"


def spread(wanted: Sequence[float], apart: float, top: float, bottom: float) -> list[float]:
    """Return places near the wanted ones, in the same order, none closer than `apart`.

    They stay between `top` and `bottom` while there is room for them.
    """
    order = sorted(range(len(wanted)), key=lambda n: wanted[n])
    placed: list[float] = []
    for n in order:
        placed.append(max(wanted[n], placed[-1] + apart if placed else top))
    floor = bottom
    for at in reversed(range(len(placed))):
        placed[at] = min(placed[at], floor)
        floor = placed[at] - apart
    found = dict(zip(order, placed, strict=True))
    return [found[n] for n in range(len(wanted))]
