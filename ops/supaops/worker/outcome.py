"""How one attempt at a job ended, and what a handler raises to say how."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from supaops.db.work import NewJob

# A longer wait is a mistake, and one of centuries is no time that a timestamp holds.
_LONGEST = timedelta(days=3660)


class Retry(Exception):
    """Raised by a handler: this attempt failed, and the next one comes after `after`.

    It counts as an attempt; after the last one the job has failed.

    Args:
        reason: what `last_error` says.
        after: the wait before the next attempt, ten years at most; None takes the backoff of the
            task type.
    Raises: TypeError or ValueError for another `after`, which fails the attempt like any error.
    """

    def __init__(self, reason: str = "", *, after: timedelta | None = None) -> None:
        if not isinstance(after, timedelta | None):
            raise TypeError(f"after is a timedelta, not {type(after).__name__}")
        if after is not None and not timedelta(0) <= after <= _LONGEST:
            raise ValueError("after is between nothing and ten years")
        super().__init__(reason)
        self.after = after


class Discard(Exception):
    """Raised by a handler: this job can never succeed, so it fails for good, without retries.

    Args:    reason: what `last_error` says.
    """


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The handler returned.

    Attributes:
        result: JSON text, or None for nothing.
        enqueue: jobs that the handler wants added if this one succeeds, in the same transaction.
    """

    result: str | None
    enqueue: tuple[NewJob, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """The attempt failed.

    Attributes:
        error: what `last_error` will say.
        cause: what the handler raised; None for a failure that is not the handler's.
        retry_in: the wait before the next attempt; None takes the backoff of the task type.
        discard: whether it has failed for good, whatever attempts are left.
    """

    error: str
    cause: BaseException | None = field(default=None, repr=False, compare=False)
    retry_in: timedelta | None = None
    discard: bool = False


@dataclass(frozen=True, slots=True)
class Completed:
    """The handler has recorded the job's success itself, in a transaction of its own."""


Outcome = Succeeded | Failed | Completed
