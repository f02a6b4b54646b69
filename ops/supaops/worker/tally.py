"""The counts that the endpoint answers with."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Ending = Literal["succeeded", "failed", "retried", "cancelled", "refused", "given_back"]


@dataclass(slots=True)
class Tally:
    """How the jobs of one claim ended so far.

    `failed` is final, `retried` failed but comes back, `cancelled` was stopped because its lease
    was lost, `refused` ended but was not accepted as done, because the lease was lost meanwhile or
    the database stayed away, `given_back` was stopped before its end and waits again.
    """

    claimed: int = 0
    succeeded: int = 0
    failed: int = 0
    retried: int = 0
    cancelled: int = 0
    refused: int = 0
    given_back: int = 0

    def count(self, ending: Ending) -> None:
        """Count one job that ended."""
        setattr(self, ending, getattr(self, ending) + 1)

    @property
    def running(self) -> int:
        """Return how many have not ended yet."""
        ended = self.succeeded + self.failed + self.retried + self.cancelled + self.refused
        return self.claimed - ended - self.given_back

    def counts(self) -> dict[str, int]:
        """Return every count by name, `running` among them."""
        return {**asdict(self), "running": self.running}
