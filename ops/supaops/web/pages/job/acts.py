"""What can be done to one job on its page: retry, cancel, clone."""

from __future__ import annotations

from starlette.responses import Response

from supaops.errors import ConnectionFailed, DatabaseError
from supaops.jobs.bulk import Outcome, change
from supaops.jobs.verb import CANCEL, REPLAY, RETRY, Verb
from supaops.web.notices import Notice
from supaops.web.pages.job.showing import number, page, read
from supaops.web.refusal import Refusal
from supaops.web.typed import reason_of
from supaops.web.visit import Visit


def retry(visit: Visit) -> Response:
    """Make the job pending from now on."""
    return _act(visit, RETRY, "Retried: job {job} is pending from now on.")


def clone(visit: Visit) -> Response:
    """Enqueue the job once more, and lead to the new one."""
    return _act(visit, REPLAY, "This is job {new}, a clone of job {job}.")


def cancel(visit: Visit) -> Response:
    """Cancel the job; when it runs, only after it was said what that means."""
    told = visit.form.get("running") == "yes"
    if not told and read(visit).job.status == "running":
        return confirm_cancel(visit)
    return _act(visit, CANCEL, "Cancelled job {job}.")


def confirm_cancel(visit: Visit) -> Response:
    """Return the page that says what the cancelling of a running job means."""
    around = read(visit)
    return visit.page("pages/job_cancel.html.j2", job=around.job, reason=reason_of(visit.form))


def _act(visit: Visit, verb: Verb, told: str) -> Response:
    """Do it and lead to the job, or say on its page why it was not done."""
    job_id, reason = number(visit), reason_of(visit.form)
    try:
        with visit.lend() as conn:
            actor = visit.actor(reason or None)
            outcome = change(conn, visit.site.config, verb, [job_id], actor)
    except ConnectionFailed:
        raise
    except DatabaseError as error:
        return page(visit, status=409, problem=error, reason=reason)
    if not outcome.done:
        return page(visit, status=409, problem=_refusal(outcome, job_id), reason=reason)
    new_id = outcome.new_ids.get(job_id, job_id)
    return visit.back(f"/{new_id}", Notice(told.format(job=job_id, new=new_id)))


def _refusal(outcome: Outcome, job_id: int) -> Refusal:
    why = outcome.failed.get(job_id) or next(iter(outcome.left), "nothing was changed")
    message = f"Job {job_id} was not {outcome.verb.past}: {why}."
    return Refusal(409, message, hint="The page shows what it is now.")
