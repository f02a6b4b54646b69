"""How far back the charts look, and by which slots. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from supaops.db.pages.slots import Slots
from supaops.errors import UsageError


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time up to now, cut into slots; `tick` is from one label to the next."""

    name: str
    slot: timedelta
    count: int
    tick: timedelta

    def slots(self, now: datetime) -> Slots:
        """Return its slots; the last one holds `now`."""
        return Slots.until(now, self.slot, self.count)


_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
WINDOWS = (
    Window("1h", _MINUTE, 60, 10 * _MINUTE),
    Window("6h", 5 * _MINUTE, 72, _HOUR),
    Window("24h", 15 * _MINUTE, 96, 3 * _HOUR),
    Window("7d", 2 * _HOUR, 84, timedelta(days=1)),
)


def window(name: str) -> Window:
    """Return the window of this name.

    Raises: UsageError.
    """
    found = next((each for each in WINDOWS if each.name == name), None)
    if found is None:
        names = ", ".join(each.name for each in WINDOWS)
        raise UsageError(f"there is no window {name}", hint=f"one of {names}")
    return found


def labelled(slots: Slots, tick: timedelta) -> Iterator[tuple[datetime, str]]:
    """Yield the times on the axis: a day's beginning by its date, others by the clock, in UTC."""
    moment = Slots.until(slots.start + tick, tick, 1).start
    while moment < slots.end:
        at = moment.astimezone(UTC)
        is_day = (at.hour, at.minute) == (0, 0)
        yield at, f"{at:%b} {at.day}" if is_day else f"{at:%H:%M}"
        moment += tick
