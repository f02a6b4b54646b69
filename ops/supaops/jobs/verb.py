"""The verbs that change jobs: which they take, and why they leave another alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass

STATUSES = ("pending", "running", "succeeded", "failed", "cancelled")
FINISHED = ("succeeded", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb.

    Attributes:
        past: as in ``312 retried``.
        takes: the statuses that it changes; a job in another is left alone.
        usual: the statuses that a filter without one is about.
    """

    name: str
    past: str
    takes: tuple[str, ...]
    usual: tuple[str, ...]

    def why_left(self, status: str | None) -> str:
        """Return why a job in this status is left alone; None is that of a job that is gone."""
        if status is None:
            return "not there"
        return "running, left to its worker" if status == "running" else f"{status} already"


RETRY = Verb("retry", "retried", ("pending", *FINISHED), ("failed",))
REPLAY = Verb("replay", "replayed", STATUSES, FINISHED)
CANCEL = Verb("cancel", "cancelled", ("pending", "running"), ("pending", "running"))
