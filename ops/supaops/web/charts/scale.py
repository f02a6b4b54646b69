"""Round numbers for an axis, and numbers as people read them. Pure."""

from __future__ import annotations

from enum import Enum
from math import ceil, floor, log10

_INTERVALS = 4
"""At most so many between zero and the top of an axis."""
_HALF_S, _MIN, _HOUR, _DAY = 0.5, 60.0, 3_600.0, 86_400.0
_CLOCK_STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(n * _MIN for n in (1, 2, 5, 10, 15, 30)),
    *(n * _HOUR for n in (1, 2, 3, 6, 12)),
    _DAY,
)
_NAMES = ((_DAY, "d"), (_HOUR, "h"), (_MIN, "min"), (1.0, "s"))
_THOUSANDS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


class Unit(Enum):
    """What a chart counts in."""

    JOBS = "jobs"
    SECONDS = "s"


def ticks(most: float, unit: Unit) -> tuple[float, ...]:
    """Return round numbers from zero to the first that is not less than `most`, five at most."""
    step = _step(max(most, 0.0) / _INTERVALS, unit)
    return tuple(n * step for n in range(max(ceil(round(most / step, 9)), 1) + 1))


def short(value: float, unit: Unit) -> str:
    """Return a round number as it stands at an axis: ``1.5k``, ``30 s``, ``2 h``."""
    if unit is Unit.SECONDS:
        return _short_time(value)
    size, letter = next((each for each in _THOUSANDS if value >= each[0]), (1.0, ""))
    return f"{value / size:g}{letter}"


def exact(value: float, unit: Unit) -> str:
    """Return a number as it stands in a table: ``1,500``, ``28.4 s``, ``1.5 h``."""
    if unit is Unit.JOBS:
        return f"{value:,.0f}"
    if value < 1:
        return f"{value * 1000:.0f} ms"
    size, name = next(each for each in _NAMES if value >= each[0])
    return f"{value / size:.1f} {name}"


def _short_time(value: float) -> str:
    if value == 0:
        return "0"
    if value < 1:
        return f"{value * 1000:g} ms"
    # A number of minutes is not written as a part of an hour.
    whole = (each for each in _NAMES if value >= each[0] and value % each[0] == 0)
    size, name = next(whole, _NAMES[-1])
    return f"{value / size:g} {name}"


def _step(least: float, unit: Unit) -> float:
    if unit is Unit.JOBS:
        return max(_decimal_step(least), 1.0)
    if least > _DAY:
        return _decimal_step(least / _DAY) * _DAY
    if least <= _HALF_S:
        return max(_decimal_step(least), 0.001)
    return next(step for step in _CLOCK_STEPS if step >= least)


def _decimal_step(least: float) -> float:
    """Return the first of 1, 2 and 5 times a power of ten that is not less."""
    if least <= 0:
        return 0.0
    power = 10.0 ** floor(log10(least))
    return next((n * power for n in (1, 2, 5) if n * power >= least), 10 * power)
