"""A job as a line of the list. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from supaops.config.secrecy import without_secrets
from supaops.db.pages.search import ListedJob

_ERROR_WIDTH = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        state: its status, or ``retrying`` or ``scheduled`` where that says more.
        what, at: what happened last, or happens next, and when.
        took_s: how long its latest attempt took, or has taken up to now; None before the first.
        error: the first line of its last error, without what looks like a secret.
    """

    job: ListedJob
    state: str
    what: str
    at: datetime
    took_s: float | None
    error: str


def line(job: ListedJob, now: datetime) -> Line:
    """Return the line of a job."""
    what, at = _moment(job, now)
    return Line(job, _state(job, now), what, at, _took_s(job, now), first_line(job.last_error))


def first_line(error: str | None) -> str:
    """Return the first line of an error that says something, cut, without secrets."""
    lines = (each.strip() for each in (error or "").splitlines())
    first = next(filter(None, lines), "")
    told = without_secrets(first)
    return told if len(told) <= _ERROR_WIDTH else f"{told[: _ERROR_WIDTH - 1]}…"


def _state(job: ListedJob, now: datetime) -> str:
    if job.status != "pending":
        return job.status
    if job.attempts:
        return "retrying"
    return "scheduled" if job.run_at > now else "pending"


def _moment(job: ListedJob, now: datetime) -> tuple[str, datetime]:
    if job.status == "pending":
        return ("due" if job.run_at > now else "ready"), job.run_at
    if job.completed_at:
        return "ended", job.completed_at
    return "started", job.started_at or job.created_at


def _took_s(job: ListedJob, now: datetime) -> float | None:
    if job.started_at is None or job.status == "pending":
        return None
    end = now if job.status == "running" else job.completed_at
    if end is None or end < job.started_at:
        return None
    return (end - job.started_at).total_seconds()
