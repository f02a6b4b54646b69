"""One chart: its shapes, and the same numbers as a table. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

from supaops.db.pages.slots import Slots
from supaops.web.charts.scale import Unit, exact, short, ticks
from supaops.web.charts.shapes import Bar, Dot, Tick, lines, path, spread
from supaops.web.charts.windows import Window, labelled

WIDTH, HEIGHT = 640.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 58.0, 636.0, 22.0, 190.0
_ROOM_FOR_LABELS = 66.0
_LABEL_HEIGHT = 15.0
_BETWEEN_BARS = 1.0
_UNKNOWN = "not known"
_MARK_WIDTH = 30.0


class Series(NamedTuple):
    """A row of numbers, one per slot; None is not known. `kind` is how it looks."""

    kind: str
    label: str
    values: Sequence[float | None]


class Line(NamedTuple):
    """A series as polylines; `label_at` is where its name stands, None without a known value."""

    kind: str
    label: str
    parts: tuple[str, ...]
    dots: tuple[Dot, ...]
    label_at: Dot | None


class Row(NamedTuple):
    """A slot as a line of the table."""

    start: datetime
    when: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """What a chart is about.

    Attributes:
        key: its id in the page.
        note: how exact it is.
    """

    key: str
    title: str
    unit: Unit
    note: str


@dataclass(frozen=True, slots=True)
class Axes:
    """What all charts of a page have in common: their time, and what happened then.

    Attributes:
        events: when, the oldest first; a mark tells their numbers, counted from 1.
    """

    window: Window
    slots: Slots
    events: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as shapes and as a table.

    Attributes:
        summary: what it shows, in a sentence.
        series: kind, label and sum or peak of each, for the legend.
        gaps: where nothing is known.
        hits: a stretch per slot, whose title tells its numbers.
        right: where the plot ends.
    """

    topic: Topic
    summary: str
    series: tuple[tuple[str, str, str], ...]
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    gaps: tuple[Bar, ...]
    hits: tuple[Bar, ...]
    marks: tuple[Tick, ...]
    x: tuple[Tick, ...]
    y: tuple[Tick, ...]
    right: float
    rows: tuple[Row, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing at all is known."""
        return not self.series

    @property
    def areas(self) -> tuple[tuple[str, str], ...]:
        """Return each kind of bar with all its bars as one path."""
        kinds = dict.fromkeys(bar.kind for bar in self.bars)
        return tuple((kind, path(bar for bar in self.bars if bar.kind == kind)) for kind in kinds)


def stacked(topic: Topic, axes: Axes, series: Sequence[Series]) -> Chart:
    """Return a chart of bars that stand on each other; a slot is known when its first series is."""
    sums = [sum(value or 0 for value in slot) for slot in _slots(series)]
    frame = _Frame(axes, ticks(max(sums, default=0), topic.unit), RIGHT)
    known = any(value is not None for each in series for value in each.values)
    bars = tuple(bar for n in range(axes.slots.count) for bar in frame.stack(n, series))
    totals = [sum(value or 0 for value in each.values) for each in series]
    told = tuple(
        (each.kind, each.label, exact(total, topic.unit))
        for each, total in zip(series, totals, strict=True)
    )
    return _chart(topic, frame, series, told if known else (), bars=bars if known else ())


def curves(topic: Topic, axes: Axes, series: Sequence[Series]) -> Chart:
    """Return a chart of lines, each named where it ends."""
    known = [value for each in series for value in each.values if value is not None]
    frame = _Frame(axes, ticks(max(known, default=0), topic.unit), RIGHT - _ROOM_FOR_LABELS)
    told = tuple((each.kind, each.label, _peak(each, topic.unit)) for each in series)
    drawn = frame.lines(series) if known else ()
    return _chart(topic, frame, series, told if known else (), lines=drawn)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where things are in the plot."""

    axes: Axes
    ticks: tuple[float, ...]
    right: float

    def x(self, moment: datetime) -> float:
        return LEFT + self.axes.slots.share(moment) * (self.right - LEFT)

    def y(self, value: float) -> float:
        return BOTTOM - value / self.ticks[-1] * (BOTTOM - TOP)

    @property
    def width(self) -> float:
        return (self.right - LEFT) / self.axes.slots.count

    def stack(self, n: int, series: Sequence[Series]) -> list[Bar]:
        below, bars = 0.0, []
        for each in series:
            value = each.values[n] or 0
            if value > 0:
                top, bottom = self.y(below + value), self.y(below)
                x, width = LEFT + n * self.width, self.width - _BETWEEN_BARS
                bars.append(Bar(x, top, width, bottom - top, each.kind))
            below += value
        return bars

    def lines(self, series: Sequence[Series]) -> tuple[Line, ...]:
        ends = [self._end(each) for each in series]
        found = [end for end in ends if end is not None]
        moved = iter(spread([end.y for end in found], _LABEL_HEIGHT, TOP, BOTTOM))
        labels = [None if end is None else Dot(self.right + 6, next(moved)) for end in ends]
        return tuple(
            Line(each.kind, each.label, *lines(self._points(each)), label_at)
            for each, label_at in zip(series, labels, strict=True)
        )

    def _points(self, series: Series) -> list[Dot | None]:
        return [
            None if value is None else Dot(LEFT + (n + 0.5) * self.width, self.y(value))
            for n, value in enumerate(series.values)
        ]

    def _end(self, series: Series) -> Dot | None:
        return next((dot for dot in reversed(self._points(series)) if dot is not None), None)

    def gaps(self, series: Sequence[Series]) -> tuple[Bar, ...]:
        blank = [all(value is None for value in slot) for slot in _slots(series)]
        found, n = [], 0
        for is_blank, run in groupby(blank):
            length = len(list(run))
            if is_blank:
                x = LEFT + n * self.width
                found.append(Bar(x, TOP, length * self.width, BOTTOM - TOP, "gap"))
            n += length
        return tuple(found)

    def hits(self, rows: Sequence[Row], series: Sequence[Series]) -> tuple[Bar, ...]:
        labels = [each.label for each in series]
        return tuple(
            Bar(LEFT + n * self.width, TOP, self.width, BOTTOM - TOP, "hit", _told(row, labels))
            for n, row in enumerate(rows)
        )

    def marks(self) -> tuple[Tick, ...]:
        found: list[tuple[float, int, int]] = []
        for number, moment in enumerate(self.axes.events, 1):
            x = self.x(moment)
            if found and x - found[-1][0] < _MARK_WIDTH:
                found[-1] = (found[-1][0], found[-1][1], number)
            else:
                found.append((x, number, number))
        return tuple(
            Tick(x, f"{first}" if first == last else f"{first}-{last}") for x, first, last in found
        )


def _chart(
    topic: Topic,
    frame: _Frame,
    series: Sequence[Series],
    told: tuple[tuple[str, str, str], ...],
    *,
    bars: tuple[Bar, ...] = (),
    lines: tuple[Line, ...] = (),
) -> Chart:
    axes, rows = frame.axes, _rows(frame.axes, topic.unit, series)
    times = labelled(axes.slots, axes.window.tick)
    return Chart(
        topic=topic,
        summary=_summary(topic, axes, told),
        series=told,
        bars=bars,
        lines=lines,
        gaps=frame.gaps(series),
        hits=frame.hits(rows, series),
        marks=frame.marks(),
        x=tuple(Tick(frame.x(at), label, n % 2 == 1) for n, (at, label) in enumerate(times)),
        y=tuple(Tick(frame.y(value), short(value, topic.unit)) for value in frame.ticks),
        right=frame.right,
        rows=rows,
    )


def _rows(axes: Axes, unit: Unit, series: Sequence[Series]) -> tuple[Row, ...]:
    return tuple(
        Row(start, f"{start.astimezone(UTC):%b %d %H:%M}", tuple(_cell(v, unit) for v in slot))
        for start, slot in zip(axes.slots.starts(), _slots(series), strict=True)
    )


def _slots(series: Sequence[Series]) -> list[tuple[float | None, ...]]:
    return list(zip(*(each.values for each in series), strict=True))


def _cell(value: float | None, unit: Unit) -> str:
    return _UNKNOWN if value is None else exact(value, unit)


def _told(row: Row, labels: Sequence[str]) -> str:
    numbers = ", ".join(f"{label} {cell}" for label, cell in zip(labels, row.cells, strict=True))
    return f"{row.when} UTC: {numbers}"


def _peak(series: Series, unit: Unit) -> str:
    most = max((value for value in series.values if value is not None), default=None)
    return _UNKNOWN if most is None else f"peak {exact(most, unit)}"


def _summary(topic: Topic, axes: Axes, told: Sequence[tuple[str, str, str]]) -> str:
    numbers = ", ".join(f"{label} {number}" for _kind, label, number in told)
    return f"{topic.title}, last {axes.window.name}: {numbers or 'nothing is known'}."
