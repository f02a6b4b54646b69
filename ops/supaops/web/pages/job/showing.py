"""The page of one job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.responses import Response

from supaops.db.pages.job import LARGEST_ID, Around, Bounds, Job, Post, post_of, read_job
from supaops.db.selection import Attempt
from supaops.errors import SupaopsError
from supaops.web.pages.job import documents, words
from supaops.web.pages.job.documents import Document, Trouble, document, trouble
from supaops.web.pages.job.timeline import WIDTH, Life, bars, lasted, steps
from supaops.web.refusal import Refusal
from supaops.web.visit import Visit

_ALL_ATTEMPTS = Bounds(attempts=1_000, error=1_000)
_DOCUMENTS = Bounds(document=documents.LARGEST)
_BOUNDS = {"attempts": _ALL_ATTEMPTS, "payload": _DOCUMENTS, "result": _DOCUMENTS}


@dataclass(frozen=True, slots=True)
class Row:
    """An attempt as the table shows it.

    Attributes:
        seconds: None while one of its times is not known.
        post: what woke its worker.
    """

    attempt: Attempt
    seconds: float | None
    trouble: Trouble | None
    post: Post | None


def show(visit: Visit) -> Response:
    """Return the page."""
    return page(visit)


def page(
    visit: Visit, *, status: int = 200, problem: SupaopsError | None = None, reason: str = ""
) -> Response:
    """Return the page of the job in the path.

    Args:
        problem: why what was asked for was not done.
        reason: what was typed into the form, kept.

    Raises: Refusal, 404, when there is no such job; DatabaseError.
    """
    around = read(visit)
    return visit.page(
        "pages/job.html.j2",
        status=status,
        problem=problem,
        reason=reason,
        around=around,
        job=around.job,
        why_not=words.why_not(around),
        words=words,
        lasted=lasted,
        **_times(around, visit.site.clock()),
        **_texts(visit, around),
    )


def read(visit: Visit) -> Around:
    """Read the job in the path.

    Raises: Refusal, 404, when there is none of that id; DatabaseError.
    """
    job_id, config = number(visit), visit.site.config
    bounds = _BOUNDS.get(visit.query.get("whole", ""))
    with visit.reading() as conn:
        found = read_job(conn, config, job_id, bounds)
    if found is None:
        raise _not_there(job_id)
    return found


def number(visit: Visit) -> int:
    """Return the id in the path.

    Raises: Refusal, 404, for one that no job can have.
    """
    job_id: int = visit.request.path_params["job_id"]
    if job_id > LARGEST_ID:
        raise _not_there(job_id)
    return job_id


def _not_there(job_id: int) -> Refusal:
    hint = "It may have been cleaned up. The audit keeps what was done to it."
    return Refusal(404, f"There is no job {job_id}.", hint=hint)


def _times(around: Around, now: datetime) -> dict[str, Any]:
    job = around.job
    life = Life(
        job.status, job.created_at, job.run_at, job.completed_at, around.attempts, around.total
    )
    walked = steps(life, now)
    return {
        "steps": walked,
        "bars": bars(walked),
        "bar_width": WIDTH,
        "rows": [_row(each, around, now) for each in reversed(around.attempts)],
    }


def _texts(visit: Visit, around: Around) -> dict[str, Any]:
    config, job = visit.site.config, around.job
    return {
        "documents": _documents(job, config.dashboard.redact, visit.query.get("whole", "")),
        "last_error": trouble(job.last_error),
        "part": words.longest_part(_last_error(around)),
        "backoff": words.Backoff.of(job, config),
        "lease": config.queue.lease,
        "worker_post": around.posts.get(post_of(job.worker) or 0),
    }


def _documents(job: Job, keys: list[str], whole: str) -> dict[str, Document | None]:
    sides = {"payload": (job.payload, job.payload_size), "result": (job.result, job.result_size)}
    return {
        name: document(name, text, size, keys, whole=whole == name)
        for name, (text, size) in sides.items()
    }


def _last_error(around: Around) -> str:
    return next((each.error for each in reversed(around.attempts) if each.error), "")


def _row(attempt: Attempt, around: Around, now: datetime) -> Row:
    end = now if attempt.outcome == "running" else attempt.finished_at
    seconds = None
    if attempt.started_at is not None and end is not None:
        seconds = max((end - attempt.started_at).total_seconds(), 0.0)
    post = around.posts.get(post_of(attempt.worker) or 0)
    return Row(attempt, seconds, trouble(attempt.error), post)
