"""What became of each run of a cron job, as a mark and in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Literal

from supaops.checks.words import number, span
from supaops.config.secrecy import without_secrets
from supaops.db.pages.cron import HandRun, Run
from supaops.jobs.running import Answer

MOST = 30
"""How many runs a strip shows."""

Kind = Literal["ok", "idle", "bad", "failed", "unknown", "running"]

_END_OF_TIME = datetime.max.replace(tzinfo=UTC)
_GOES_ON = ("starting", "connecting", "sending", "running")
_KINDS: dict[str | None, Kind] = {
    None: "ok",
    "ok": "ok",
    "idle": "idle",
    "pending": "running",
    "http error": "bad",
    "timed out": "bad",
    "no connection": "bad",
}
_ANSWERS = {
    "idle": "nothing was ready, so nothing was posted",
    "pending": "its post is on its way",
    "timed out": "the worker did not answer in time",
    "no connection": "no connection to the worker",
    "disarmed": "the database is disarmed, so nothing was posted",
    "no evidence": "nobody knows what the worker answered",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One run.

    Attributes:
        key: tells it from the others of its job.
        kind: ok; idle, with nothing to post for; bad, the worker did not do its part; failed, says
            pg_cron; unknown, without evidence; running, or on its way.
        at: when it began; None where it did not.
        by: who began it by hand; None for pg_cron.
    """

    key: str
    kind: Kind
    at: datetime | None
    told: str
    took_s: float | None = None
    by: str | None = None
    reason: str | None = None

    @property
    def title(self) -> str:
        """Return all of it in one line."""
        at = f"{self.at:%Y-%m-%d %H:%M:%S}" if self.at else "never started"
        took = f", took {span(self.took_s)}" if self.took_s is not None else ""
        by = f"by hand, by {self.by}; " if self.by else ""
        return f"{at}: {by}{self.told}{took}"


def strip(runs: Iterable[Run], by_hand: Iterable[HandRun]) -> tuple[Mark, ...]:
    """Return the newest runs of a job, newest first, those begun by hand among pg_cron's."""
    both = [*_moments(map(_of_cron, runs)), *_moments(map(_of_hand, by_hand))]
    both.sort(key=itemgetter(0), reverse=True)
    return tuple(mark for _, mark in both[:MOST])


def failures_in_a_row(marks: Iterable[Mark]) -> int:
    """Return how many runs since the last good one did not go well."""
    count = 0
    for mark in marks:
        if mark.kind == "ok":
            break
        count += mark.kind in ("bad", "failed")
    return count


def answer_told(outcome: str | None, status: int | None, claimed: int | None) -> str:
    """Return what the worker did, such as ``the worker answered 200 and took 3 jobs``."""
    if status is None:
        return _ANSWERS.get(outcome or "", "")
    took = "" if claimed is None else f" and took {number(claimed, 'job')}"
    return f"the worker answered {status}{took}"


def answered(answer: Answer) -> str:
    """Return the same of an answer."""
    return answer_told(*answer[:2], answer.claimed)


def first_line(message: str | None) -> str:
    """Return the first line of what a run has left, without what looks like a secret."""
    lines = without_secrets((message or "").strip()).splitlines()
    return lines[0] if lines else "without a message"


def _of_cron(run: Run) -> Mark:
    kind, told = _verdict(run)
    return Mark(f"r{run.runid}", kind, run.started_at, told, run.took_s)


def _verdict(run: Run) -> tuple[Kind, str]:
    if run.status == "failed":
        return "failed", f"cron says failed: {first_line(run.message)}"
    if run.status in _GOES_ON:
        return "running", f"cron says {run.status}"
    kind = _KINDS.get(run.http_outcome, "unknown")
    return kind, _both(run.status, answer_told(run.http_outcome, run.http_status, run.claimed))


def _both(status: str, answer: str) -> str:
    return ", ".join(filter(None, (f"cron says {status}", answer)))


def _of_hand(run: HandRun) -> Mark:
    at = run.ended_at - timedelta(seconds=run.took_s or 0)
    key = f"h{run.ended_at.timestamp():.6f}".replace(".", "")
    if not run.succeeded:
        told = f"failed: {first_line(run.message)}"
        return Mark(key, "failed", at, told, run.took_s, run.actor, run.reason)
    answer = answer_told(run.http_outcome, run.http_status, run.claimed)
    told = ", ".join(filter(None, ("succeeded", answer)))
    kind = _KINDS.get(run.http_outcome, "unknown")
    return Mark(key, kind, at, told, run.took_s, run.actor, run.reason)


def _moments(marks: Iterable[Mark]) -> Iterator[tuple[datetime, Mark]]:
    """Yield marks of one origin, newest first, with the times to order them by.

    One that never began stands where it was found: just before the one after it.
    """
    latest = _END_OF_TIME
    for mark in marks:
        latest = min(mark.at or latest, latest)
        yield latest, mark
