"""Equal stretches of time that events are counted by. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Slots:
    """Slots of one size, side by side, from `start`; each begins at a multiple of its size."""

    start: datetime
    size: timedelta
    count: int

    @classmethod
    def until(cls, now: datetime, size: timedelta, count: int) -> Slots:
        """Return the slots whose last one holds `now`."""
        last = _EPOCH + (now - _EPOCH) // size * size
        return cls(last - size * (count - 1), size, count)

    @property
    def end(self) -> datetime:
        """Return where the last slot ends."""
        return self.start + self.size * self.count

    def starts(self) -> tuple[datetime, ...]:
        """Return where each slot begins."""
        return tuple(self.start + self.size * n for n in range(self.count))

    def index(self, moment: datetime) -> int | None:
        """Return the number of the slot that holds a moment; None outside."""
        number = (moment - self.start) // self.size
        return number if 0 <= number < self.count else None

    def share(self, moment: datetime) -> float:
        """Return how much of all slots lies before a moment, from 0 to 1."""
        share: float = (moment - self.start) / (self.size * self.count)
        return min(max(share, 0.0), 1.0)
