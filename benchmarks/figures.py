"""Figures of several rounds, grouped into rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Literal

OURS = "supaops"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; the same name and system comes once or more per round."""

    name: str
    system: str
    unit: str
    value: float


@dataclass(frozen=True, slots=True)
class Gap:
    """A figure that is not there.

    `skipped` before it was measured, `failed` while, or `void` because a job was lost or doubled.
    """

    name: str
    system: str
    kind: Literal["skipped", "failed", "void"]
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """All values of one name and system; `ours` is supaops' median by this one; None without."""

    name: str
    system: str
    unit: str
    values: tuple[float, ...]
    ours: float | None

    @property
    def median(self) -> float:
        """Return the middle value."""
        return median(self.values)


class Void(Exception):
    """A job was lost or done twice: what was measured counts for nothing."""


def proven(system: str, *, expected: int, reported: int, left: int) -> None:
    """Return quietly when each job was done once.

    Args:    expected: how many were to be done; reported: how many the workers say they did;
             left: how many the queue still holds of those.
    Raises:  Void.
    """
    if not reported == expected == expected - left:
        raise Void(f"{system} did {reported:,} of {expected:,} jobs and holds {left:,}")


def rows(figures: Iterable[Figure]) -> Iterator[Row]:
    """Group figures by name and system, in the order of their first appearance; ours first."""
    known = list(figures)
    for name in dict.fromkeys(each.name for each in known):
        values = _by_system(each for each in known if each.name == name)
        unit = next(each.unit for each in known if each.name == name)
        base = values.get(OURS)
        for system, seen in values.items():
            ours = median(base) / median(seen) if base and median(seen) else None
            yield Row(name, system, unit, seen, ours)


def _by_system(figures: Iterable[Figure]) -> dict[str, tuple[float, ...]]:
    values: dict[str, tuple[float, ...]] = {}
    for each in sorted(figures, key=lambda figure: figure.system != OURS):
        values[each.system] = (*values.get(each.system, ()), each.value)
    return values
