"""What can be changed of a job that waits, on its page: when it runs, and its priority."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from starlette.responses import Response

from supaops.db.connect import Connection
from supaops.errors import ConnectionFailed, SupaopsError
from supaops.jobs.adjusting import HIGHEST, LOWEST, reschedule, set_priority
from supaops.report.times import utc
from supaops.web.notices import Notice
from supaops.web.pages.job.showing import number, page
from supaops.web.refusal import Refusal
from supaops.web.typed import reason_of
from supaops.web.visit import Visit

T = TypeVar("T")
_FIRST_YEAR, _LAST_YEAR = 1970, 9000


def run_at(visit: Visit) -> Response:
    """Have the job wait until the time that was given, in UTC."""
    job_id, config = number(visit), visit.site.config
    actor = visit.actor(reason_of(visit.form) or None)

    def change(conn: Connection, moment: datetime) -> str:
        reschedule(conn, config, job_id, moment, actor)
        return f"Rescheduled: job {job_id} runs from {utc(moment)} on."

    return _adjusted(visit, "run_at", _moment, change)


def priority(visit: Visit) -> Response:
    """Let the job go before or after others."""
    job_id, config = number(visit), visit.site.config
    actor = visit.actor(reason_of(visit.form) or None)

    def change(conn: Connection, wanted: int) -> str:
        set_priority(conn, config, job_id, wanted, actor)
        return f"Job {job_id} has priority {wanted} now."

    return _adjusted(visit, "priority", _priority, change)


def _adjusted(
    visit: Visit, field: str, read: Callable[[str], T], change: Callable[[Connection, T], str]
) -> Response:
    """Change the job and lead to it, or say on its page why that was not done."""
    try:
        wanted = read(str(visit.form.get(field, "")))
        with visit.lend() as conn:
            told = change(conn, wanted)
    except ConnectionFailed:
        raise
    except SupaopsError as error:
        return page(visit, status=409, problem=error, reason=reason_of(visit.form))
    return visit.back(f"/{number(visit)}", Notice(told))


def _moment(text: str) -> datetime:
    """Return the time that a field of the browser's holds: without a zone, which is UTC here."""
    moment = _read(datetime.fromisoformat, text)
    if moment is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise Refusal(409, "That is no time.", hint="Give it as 2026-11-27T18:00, in UTC.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _priority(text: str) -> int:
    wanted = _read(int, text)
    if wanted is None or not HIGHEST <= wanted <= LOWEST:
        hint = f"A whole number from {HIGHEST} to {LOWEST}; the smaller goes first."
        raise Refusal(409, "That is no priority.", hint=hint)
    return wanted


def _read(how: Callable[[str], T], text: str) -> T | None:
    try:
        return how(text)
    except ValueError:
        return None
