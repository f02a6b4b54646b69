"""What a job waits for, and what cannot be done to it, in words. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from supaops.config.model import Config
from supaops.config.secrecy import without_secrets
from supaops.db.pages.job import Around, Hold, Job, Limit
from supaops.jobs.verb import CANCEL
from supaops.web.pages.job.timeline import lasted

_LONGEST_EXPONENT = 200  # as in supaops.retry_delay
_PART = re.compile(r"[0-9]+|<[^>]*>")
_LONGEST_PART = 80
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Backoff:
    """The waits between a job's attempts: ``min(longest, base * factor ** (attempt - 1))``.

    Attributes:
        jitter: the fraction by which a wait may be shorter or longer.
    """

    base: timedelta
    factor: float
    longest: timedelta
    jitter: float

    @classmethod
    def of(cls, job: Job, config: Config) -> Backoff:
        """Return that of a job: its task type's, and the queue's where that says nothing."""
        usual = config.queue.retry
        return cls(
            _first(job.retry_base, usual.base),
            _first(job.retry_factor, usual.factor),
            _first(job.retry_max, usual.max),
            _first(job.retry_jitter, usual.jitter),
        )

    def formula(self, attempt: int) -> str:
        """Return the wait after an attempt with its numbers and what comes of them."""
        base, longest = _exact(self.base), _exact(self.longest)
        power = f"{base} * {self.factor:g}^({attempt}-1)"
        return (
            f"min({longest}, {power}) = {lasted(self.seconds(attempt))} ± {100 * self.jitter:g} %"
        )

    def seconds(self, attempt: int) -> float:
        """Return the wait after an attempt, without the jitter."""
        grown = self.factor ** min(max(attempt, 1) - 1, _LONGEST_EXPONENT)
        return min(self.longest.total_seconds(), self.base.total_seconds() * grown)


def _exact(length: timedelta) -> str:
    """Return a length in the largest unit that it is a whole number of: ``1 h``, ``90 s``."""
    seconds = length.total_seconds()
    size, unit = next((each for each in _UNITS if seconds and seconds % each[0] == 0), (1, "s"))
    return f"{seconds / size:g} {unit}"


def _first(value: T | None, usual: T) -> T:
    return usual if value is None else value


def why_not(around: Around) -> dict[str, str]:
    """Return why a verb would change nothing now, by its name; an empty text where it would."""
    return {
        "retry": _why_no_retry(around.job),
        "cancel": "" if around.job.status in CANCEL.takes else f"{around.job.status} already",
        "clone": _why_no_clone(around.job),
    }


def _why_no_retry(job: Job) -> str:
    if job.status == "running":
        return "running, left to its worker"
    return f"job {job.key_owner} has its dedup_key" if job.key_owner else ""


def _why_no_clone(job: Job) -> str:
    if not job.is_declared:
        return f"the task type {job.task_type} is not declared any more"
    if job.dedup_key is not None and job.status in CANCEL.takes:
        return "it has its dedup_key itself until it ends"
    return f"job {job.key_owner} has its dedup_key" if job.key_owner else ""


def about(hold: Hold) -> str:
    """Return what a pause stops."""
    if hold.how != "flag":
        return f"The chain is paused by its {hold.how}"
    queue = "Every queue" if hold.queue == "*" else f"Queue {hold.queue}"
    kind = "" if hold.task_type == "*" else f", task type {hold.task_type},"
    return f"{queue}{kind} is paused"


def is_full(limit: Limit) -> bool:
    """Tell whether a limit lets no further job start now."""
    return limit.startable == 0 or (
        limit.concurrency is not None and limit.running >= limit.concurrency
    )


def terms(limit: Limit) -> str:
    """Return a limit and how much of it is in use."""
    told = []
    if limit.concurrency is not None:
        told.append(f"{limit.running:,} of {limit.concurrency:,} run")
    if limit.rate is not None and limit.period is not None:
        told.append(f"{limit.rate:,} in {_exact(limit.period)}, {limit.startable:,} may start now")
    return "; ".join(told)


def longest_part(error: str) -> str:
    """Return the longest part of an error's first line that has no number: what others share."""
    line = without_secrets(error.split("\n", 1)[0])
    return max(_PART.split(line), key=len).strip()[:_LONGEST_PART].strip()
