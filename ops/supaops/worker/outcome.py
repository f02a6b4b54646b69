"""How one attempt at a job ended, and what a handler raises to say how."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from supaops.db.work import NewJob


class Retry(Exception):
    """Raised by a handler: this attempt failed, and the next one comes after `after`.

    It counts as an attempt; after the last one the job has failed.

    Args:
        reason: what `last_error` says.
        after: the wait before the next attempt; None takes the backoff of the task type.
    """

    def __init__(self, reason: str = "", *, after: timedelta | None = None) -> None:
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


Outcome = Succeeded | Failed
